"""What waits for a broker, on one page."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar import outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import Case, CaseState, ContactKind, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.places import actions as places
from stagemakelaar.places.models import Organisation, Recognition
from stagemakelaar.rounds import review
from tests.computed import computed, proposals
from tests.counting import statements
from tests.rows import change


def take_on(student, broker):
    with transaction() as session:
        casework.take_on(session, case_of(session, session.get(Student, student.id)), by=broker)


def place(make, broker):
    """A student with a planned placement."""
    student = make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as session:
        return student, review.approve(session, proposal, by=broker)


def test_an_empty_day_says_so(browse, broker):
    page = browse.as_(broker).get("/makelaar")
    assert "Er wacht nu niets op u." in page.text


def test_a_new_sign_up_leads_to_the_case(browse, make, broker):
    student = make.student(complete=False)
    page = browse.as_(broker).get("/makelaar")
    assert "nieuwe aanmelding, profiel nog niet klaar" in page.text
    assert page.links[student.full_name] == f"/studenten/{student.id}"


def test_a_complete_profile_waits_for_the_search(browse, make, broker):
    student = make.student()
    take_on(student, broker)
    assert "profiel klaar, zoeken nog niet gestart" in browse.as_(broker).get("/makelaar").text


def test_a_company_to_check_is_listed(browse, make, broker):
    organisation = make.organisation(verified=False)
    page = browse.as_(broker).get("/makelaar")
    assert "nieuw bedrijf, nog niet gecontroleerd" in page.text
    assert "erkenning na te kijken" in page.text
    assert f"/organisaties/{organisation.id}" in page.links.values()


def test_an_answer_that_stays_away_comes_first_after_its_day(browse, make, moment, broker):
    _student, placement = place(make, broker)
    assert "over tijd" not in browse.as_(broker).get("/makelaar").text
    moment("2027-02-12T10:00:00+01:00")
    page = browse.as_(broker).get("/makelaar")
    assert "2 dagen over tijd" in page.text
    assert f"/plaatsingen/{placement.id}" in page.links.values()


def test_open_proposals_are_one_thing(browse, make, broker):
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=2)
    match_round, _run = computed(broker)
    page = browse.as_(broker).get("/makelaar")
    assert "2 voorstellen wachten op een besluit" in page.text
    assert f"/rondes/{match_round.id}" in page.links.values()


def test_letters_that_were_not_delivered_are_one_thing_per_recipient(browse, make, broker):
    student, placement = place(make, broker)
    with transaction() as session:
        for message in session.scalars(select(Message)):
            message.state = MessageState.FAILED
        outbox.promise(session, kind="student_confirmed", to=student.user.email, user=student.user, key="again",
            programme_id=student.programme_id)  # fmt: skip
        session.flush()
        session.scalars(select(Message).where(Message.key == "again")).one().state = MessageState.FAILED
    page = browse.as_(broker).get("/makelaar?soort=post")
    assert "2 brieven zijn niet bezorgd" in page.text
    assert "1 brief is niet bezorgd" in page.text
    company = placement.place.organisation.name
    assert {f"Kijk het adres na: {student.full_name}", f"Kijk het adres na: {company}"} <= set(page.links)
    post = browse.as_(broker).get(page.links[f"Kijk het adres na: {company}"])
    assert post.text.count("Verstuur opnieuw") == 1


def test_a_planned_contact_comes_back_on_its_day(browse, make, moment, broker):
    student = make.student()
    take_on(student, broker)
    with transaction() as session:
        casework.record_contact(
            session,
            case_of(session, session.get(Student, student.id)),
            kind=ContactKind.CALL,
            held_on=date(2027, 2, 3),
            note="bellen",
            next_on=date(2027, 2, 8),
            by=broker,
        )
    assert "afgesproken contact" not in browse.as_(broker).get("/makelaar").text
    moment("2027-02-08T10:00:00+01:00")
    assert "afgesproken contact" in browse.as_(broker).get("/makelaar").text


def test_a_broker_sees_the_own_cases_first_and_those_of_others_when_asked(browse, make, broker):
    student = make.student(last_name="Zqnaam")
    other = make.broker(name="Joris Blok")
    take_on(student, other)
    desk = browse.as_(broker)
    assert "Zqnaam" not in desk.get("/makelaar").text
    assert "Zqnaam" in desk.get("/makelaar?van=allen").text
    assert "Zqnaam" in desk.get(f"/makelaar?van={other.id}").text
    assert "Zqnaam" not in desk.get("/makelaar?van=niemand").text
    assert "Zqnaam" in browse.as_(other).get("/makelaar").text


def test_a_coordinator_has_no_cases_and_sees_everything_first(browse, make, broker):
    student = make.student(last_name="Zqnaam")
    take_on(student, broker)
    assert "Zqnaam" in browse.as_(make.staff(Role.COORDINATOR)).get("/makelaar").text


def options(page, name):
    return [" ".join(option.get_text().split()) for option in page.soup.find("select", id=name).find_all("option")]


def test_filters_offer_only_what_is_there_with_its_number(browse, make, broker):
    for _ in range(2):
        make.student()
    make.organisation(verified=False, codes=())
    page = browse.as_(broker).get("/makelaar?haast=vandaag")
    assert options(page, "soort") == ["alles", "nieuwe aanmelding (2)"]
    assert options(page, "haast") == ["alles", "vandaag (2)", "wacht op u (1)"]
    assert options(page, "van") == ["mijn zaken, en wat van niemand is (2)", "iedereen (2)", "van niemand (2)"]


@pytest.mark.parametrize("address", ["?van=999999999999", "?van=zomaar&soort=niets&haast=ooit", "?pagina=-1", "?van=٣"])
def test_a_filter_that_does_not_exist_is_no_filter(browse, make, broker, address):
    student = make.student()
    assert student.full_name in browse.as_(broker).get(f"/makelaar{address}").text


def test_one_click_leads_back_to_the_same_filtered_list(browse, make, broker):
    student, other = make.student(), make.student()
    number, taken, left = student.id, student.full_name, other.full_name
    desk = browse.as_(broker)
    page = desk.get("/makelaar?van=niemand&soort=aanmelding")
    back = page.submit(f"/studenten/{number}/oppakken")
    assert back.location == "/makelaar?van=niemand&soort=aanmelding"
    page = back.follow()
    assert taken not in page.links
    assert left in page.links


def test_a_way_back_to_elsewhere_is_not_taken(browse, make, broker):
    student = make.student()
    page = browse.as_(broker).get("/makelaar")
    back = page.submit(f"/studenten/{student.id}/oppakken", next="//elders.example/makelaar")
    assert back.location == f"/studenten/{student.id}"


def menu_count(page):
    count = page.soup.find("nav", attrs={"aria-label": "Hoofdmenu"}).find("a", href="/makelaar").find("span")
    return count.get_text() if count else None


def test_the_menu_counts_what_needs_me_on_every_page(browse, make, broker):
    desk = browse.as_(broker)
    assert menu_count(desk.get("/plekken")) is None
    make.student()
    take_on(make.student(), broker)
    take_on(make.student(), make.broker())
    assert menu_count(desk.get("/plekken")) == "2"
    assert menu_count(desk.get("/studenten/999999", status=404)) == "2"
    assert "2 dingen om te doen" in desk.get("/makelaar").text


def test_more_than_fifty_things_are_paged(browse, make, broker):
    for _ in range(51):
        make.student()
    desk = browse.as_(broker)
    first = desk.get("/makelaar")
    assert "1 tot en met 50 van 51" in first.text
    assert "51 tot en met 51 van 51" in desk.get(first.links["Volgende →"]).text


def test_a_task_comes_on_its_day_and_goes_when_it_is_done(browse, make, moment, broker):
    student = make.student()
    name = student.full_name
    take_on(student, broker)
    with transaction() as session:
        case = case_of(session, session.get(Student, student.id))
        task = tasks.add_task(session, what="Bel de school", due_on=date(2027, 2, 8), case=case, by=broker)
    assert "Bel de school" not in browse.as_(broker).get("/makelaar").text
    moment("2027-02-08T10:00:00+01:00")
    desk = browse.as_(broker)
    page = desk.get("/makelaar?soort=taak")
    assert "taak: Bel de school" in page.text
    assert page.links[f"Doe de taak: {name}"].startswith(f"/studenten/{student.id}")
    with transaction() as session:
        tasks.finish_task(session, session.get(Task, task.id), by=session.get(User, broker.id))
    assert "Bel de school" not in desk.get("/makelaar").text


def test_a_task_about_a_company_leads_there(browse, make, broker):
    organisation = make.organisation()
    with transaction() as session:
        tasks.add_task(
            session,
            what="Vraag naar mei",
            due_on=date(2027, 2, 3),
            organisation=session.get(Organisation, organisation.id),
            by=broker,
        )
    page = browse.as_(broker).get("/makelaar?soort=taak")
    assert page.links[f"Doe de taak: {organisation.name}"].startswith(f"/organisaties/{organisation.id}")


def test_a_recognition_that_ends_under_a_running_stage_is_late(browse, make, broker):
    _student, placement = place(make, broker)
    number = recognition_of(placement.place.organisation_id)
    desk = browse.as_(broker)
    assert "de erkenning voor" not in desk.get("/makelaar").text
    change(Recognition, number, valid_until=date(2027, 3, 31))  # the stage lasts until July
    page = desk.get("/makelaar?soort=eindigt&haast=laat")
    assert "eindigt op 31 maart, terwijl er een stage doorloopt" in page.text
    link = page.links[f"Kijk na: {placement.place.organisation.name}"]
    assert link == f"/organisaties/{placement.place.organisation_id}/erkenningen/{number}"
    change(Recognition, number, valid_until=date(2028, 3, 31))
    assert "de erkenning voor" not in desk.get("/makelaar").text


def test_a_recognition_that_ends_before_an_open_place_waits(browse, make, broker):
    offered = make.place()
    change(Recognition, recognition_of(offered.organisation_id), valid_until=date(2027, 3, 31))
    page = browse.as_(broker).get("/makelaar?soort=eindigt&haast=wacht")
    assert "eindigt op 31 maart, terwijl er een plek open staat" in page.text


def test_a_recognition_that_ends_where_nothing_is_offered_is_no_news(browse, make, broker):
    organisation = make.organisation()
    change(Recognition, recognition_of(organisation.id), valid_until=date(2027, 3, 31))
    assert "de erkenning voor" not in browse.as_(broker).get("/makelaar").text


def recognition_of(organisation_id):
    with transaction() as session:
        return session.scalar(select(Recognition.id).where(Recognition.organisation_id == organisation_id))


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [
        (date(2027, 3, 15), "loopt af op 15 maart"),
        (date(2027, 2, 1), "liep af op 1 februari"),
        (date(2027, 5, 1), None),
    ],
)
def test_an_open_place_whose_period_runs_out(browse, make, broker, ends_on, words):
    offered = make.place(ends_on=ends_on)
    page = browse.as_(broker).get("/makelaar")
    assert (f"/plekken/{offered.id}" in page.links.values()) == (words is not None)
    if words:
        assert words in page.text


def test_a_running_stage_without_contact_comes_back(browse, make, moment, session, broker):
    student = make.student()
    take_on(student, broker)
    number, who = case_number(student), broker.id
    change(Case, number, state=CaseState.AFTERCARE)

    def silent():
        return browse.as_(session.get(User, who)).get("/makelaar?soort=stil").text

    moment("2027-03-16T10:00:00+01:00")
    assert "de stage loopt" not in silent()
    moment("2027-03-19T10:00:00+01:00")
    assert "de stage loopt, en nog geen contact" in silent()
    with transaction() as session_of_change:
        casework.record_contact(
            session_of_change,
            session_of_change.get(Case, number),
            kind=ContactKind.CALL,
            held_on=date(2027, 3, 18),
            note="Het gaat goed.",
            by=session_of_change.get(User, who),
        )
    assert "de stage loopt" not in silent()
    moment("2027-05-03T10:00:00+02:00")
    assert "al zes weken geen contact" in silent()


def case_number(student):
    with transaction() as session:
        return session.scalar(select(Case.id).where(Case.student_id == student.id))


def test_interest_leads_to_its_row(browse, make, broker):
    with transaction() as session:
        programme = session.get(User, broker.id).programme
        places.express_interest(
            session, programme=programme, company="Bakkerij Zoet", contact_name="Els", email="els@zoet.example"
        )
    page = browse.as_(broker).get("/makelaar")
    address = page.links["Bel: Bakkerij Zoet"]
    assert browse.as_(broker).get(address).soup.find(id=address.partition("#")[2]) is not None


def test_another_programme_is_not_there(browse, make):
    make.student(last_name="Zqnaam")
    other = make.broker(programme=make.programme("zuid"))
    assert "Zqnaam" not in browse.as_(other).get("/makelaar").text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_does_no_casework_does_not_enter(browse, make, role):
    browse.as_(make.staff(role)).get("/makelaar", status=403)


def test_the_number_of_queries_does_not_grow(browse, make, database, broker):
    reader = browse.as_(broker)

    def more():
        make.student()
        make.organisation(verified=False)
        make.place(ends_on=date(2027, 3, 15))

    more()
    reader.get("/makelaar")
    with statements(database) as few:
        reader.get("/makelaar")
    for _ in range(4):
        more()
    with statements(database) as many:
        reader.get("/makelaar")
    assert len(many) == len(few)


def test_the_menu_asks_the_database_once(browse, make, database, broker):
    reader = browse.as_(broker)
    reader.get("/makelaar")
    with statements(database) as asked:
        reader.get("/makelaar")
    assert sum("waiting" in statement and "count(" in statement for statement in asked) == 1
