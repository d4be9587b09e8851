"""A day of a broker in a browser: a call, a hint, two runs compared, decisions sent together, one undone, a repair."""

import pytest
from sqlalchemy import select

from stagemakelaar import clock, db
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rounds.models import Run, RunState
from tests.builders import Make
from tests.computed import computed
from tests.pages import Browser
from tests.rows import change
from tests.waiting import until

pytestmark = [pytest.mark.needs("chromium", "smtp"), pytest.mark.later]

NAMES = ("Aerts", "Bakker", "Cohen", "Demir", "Evers", "Fofana", "Gomes", "Haddad")


@pytest.fixture
def monday(app, own_database):
    """Letters wait until they are sent together: eight students, two companies, a round in review."""
    make = Make()
    broker = make.broker()
    change(Programme, broker.programme_id, send_together=True)
    students = [make.student(searching=True, last_name=name) for name in NAMES]
    make.place(make.organisation(name="De Linde"), title="Helpende dagzorg", seats=4)
    make.place(make.organisation(name="De Eik", postcode="1015 AB"), title="Helpende thuiszorg", seats=7)
    with transaction() as session:
        case = case_of(session, session.get(Student, students[0].id))
        casework.take_on(session, case, by=broker)
        casework.record_contact(
            session,
            case,
            kind=ContactKind.CALL,
            held_on=clock.today(),
            note="Belt ons",
            next_on=clock.today(),
            by=broker,
        )
    match_round, _run = computed(broker)
    found = broker.id, match_round.id, [student.user_id for student in students]
    db.close_session()
    return found


@pytest.fixture
def arrive(app, visitor, service):
    """Someone who is signed in: `arrive(user_id, width=360)`."""

    def signed_in(user_id, **window):
        one = visitor(**window)
        one.page.context.add_cookies([Browser(app).as_(current_session().get(User, user_id)).cookie_at(service)])
        db.close_session()
        return one

    return signed_in


def approve(broker, name):
    broker.follow(name)
    broker.fill(verdict="approve")
    broker.press("Besluit opslaan")


def test_a_brokers_day(monday, arrive, post_office):
    broker_id, round_id, student_accounts = monday
    broker = arrive(broker_id)
    round_page = f"/rondes/{round_id}"

    # A call, noted in one line, from the first page of the day.
    broker.go("/makelaar")
    assert broker.reads("afgesproken contact")
    broker.follow("Neem contact op")
    broker.fill(note="Heeft woensdag een gesprek op school.")
    broker.press("Noteer")
    assert broker.reads("Heeft woensdag een gesprek op school.")
    broker.go("/makelaar")
    assert not broker.reads("afgesproken contact")

    # A hint, which the next run follows.
    broker.go(f"/studenten/{first_student()}/voorkeuren")
    broker.follow("De Eik")
    broker.fill(level="rather", why="Kent de buurt goed.")
    broker.press("Sla de voorkeur op")

    # A second run with other weights, compared and chosen.
    broker.go(round_page)
    broker.follow("Reken met andere instellingen")
    broker.fill(travel="40", learning="50")
    broker.press("Bereken")
    assert until(lambda: computed_runs(2))
    db.close_session()
    broker.go(round_page)
    broker.follow("Vergelijk")
    assert broker.reads("Wat beide berekeningen opleveren")
    broker.click(broker.page.locator("main").get_by_role("button", name="Beoordeel berekening").first)

    # Another place than was proposed, with its cost read first.
    broker.go(round_page)
    broker.follow("Samira Bakker")
    broker.follow("Kies deze plek")
    assert broker.reads("Wat er dan verandert") or broker.reads("verandert")
    broker.fill(why="Woont er om de hoek.")
    broker.press("Plaats de student hier")

    # Six more decisions; one of them is taken back while its letters wait.
    broker.go(round_page)
    for name in ("Cohen", "Demir", "Evers", "Fofana", "Gomes", "Haddad"):
        broker.go(round_page)
        approve(broker, f"Samira {name}")
    broker.go(round_page)
    broker.follow("Samira Haddad")
    broker.follow("Draai het besluit terug")
    broker.fill(why="Belde net: heeft zelf iets gevonden.")
    broker.press("Draai het besluit terug")
    assert post_office.letters == []

    # Six decisions leave together: two letters each, and none about what was taken back.
    broker.go("/versturen")
    assert broker.reads("Samira Bakker")
    assert not broker.reads("Samira Haddad")
    broker.click(broker.page.locator("main form button[type=submit]").last)
    letters = post_office.wait_for_letters(12, timeout=30)
    told = {address for letter in letters for address in letter.recipients}
    with transaction() as session:
        by_name = {one.last_name: one.user.email for one in session.scalars(select(Student))}
    assert {by_name[name] for name in NAMES[1:7]} <= told
    assert by_name["Haddad"] not in told

    # One student declines; the desk offers what is best now.
    student = arrive(student_accounts[2], width=360)
    student.go("/student")
    student.click(student.page.locator("main a[href*='/student/plaatsing/']").first)
    student.page.locator("main details summary").last.click()
    student.page.locator('main [name="reason"]').first.check()
    student.press("Nee, zoek verder voor mij")
    broker.go("/makelaar")
    assert broker.reads("Samira Cohen")
    broker.go(f"/studenten/{student_called('Cohen')}")
    broker.follow("Kies de volgende stap")
    assert broker.reads("Het beste volgende aanbod")
    broker.click(broker.page.locator("main a[href*='/plaatsen/']").first)
    broker.fill(why="Wil wel in de thuiszorg.")
    broker.press("Plaats de student hier")

    with transaction() as session:
        live = session.scalars(select(Placement).where(Placement.state == PlacementState.PLANNED)).all()
        assert sorted(one.student.last_name for one in live) == ["Bakker", "Cohen", "Demir", "Evers", "Fofana", "Gomes"]
    assert len(post_office.letters) >= 12


def first_student():
    return student_called(NAMES[0])


def student_called(name):
    with transaction() as session:
        return session.scalars(select(Student.id).where(Student.last_name == name)).one()


def computed_runs(count):
    return current_session().scalars(select(Run.state)).all() == [RunState.COMPUTED] * count
