"""Who saw my data: equal to the trail, one line per day and person, companies without a name until settled."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import current_session, transaction
from stagemakelaar.intake import merging
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.web.exporting import FORM
from stagemakelaar.web.who_saw import LISTS
from tests.computed import computed
from tests.every_page import records_of, signed_in
from tests.rows import change
from tests.web.student_pages import act, plan

PAGE = "/student/wie-zag-mijn-gegevens"


@pytest.fixture
def student(make):
    found = make.student(searching=True)
    return SimpleNamespace(id=found.id, user=SimpleNamespace(id=found.user_id))


@pytest.fixture
def broker(make):
    return SimpleNamespace(id=make.broker(name="Fatima").id)


@pytest.fixture
def sign_in(browse):
    """A browser of someone, signed in now."""
    return lambda who: browse.as_(current_session().get(User, who.id))


@pytest.fixture
def seen(sign_in, student):
    """What the student reads: (day, who, what), the latest first."""

    def rows():
        page = sign_in(student.user).get(PAGE)
        body = page.soup.select("tbody tr")
        return [tuple(" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])) for row in body]

    return rows


def in_the_trail(student):
    """(day, account) of every reading, by hand."""
    session = current_session()
    session.rollback()
    lines = select(Entry).where(Entry.action == "student.read", Entry.object_id == student.id).order_by(Entry.seq)
    return [(clock.day_of(line.at), line.actor_id) for line in session.scalars(lines)]


@pytest.mark.promise("P35")
def test_it_is_the_trail_and_nothing_else(make, sign_in, student, broker, seen, moment):
    """P35: every day and person of the trail has a line here, and every line its readings there."""
    coordinator = SimpleNamespace(id=make.staff(Role.COORDINATOR, name="Marleen").id)
    other = make.student().id
    for day, readers in (("01", [broker]), ("02", [broker, coordinator, broker]), ("03", [coordinator])):
        moment(f"2027-02-{day}T10:00:00+01:00")
        for reader in readers:
            desk = sign_in(reader)
            desk.get(f"/studenten/{student.id}")
            desk.get(f"/studenten/{other}")
    assert seen() == [
        ("3 februari 2027", "Marleen (coördinator)", "je dossier"),
        ("2 februari 2027", "Fatima (stagemakelaar)", "je dossier"),
        ("2 februari 2027", "Marleen (coördinator)", "je dossier"),
        ("1 februari 2027", "Fatima (stagemakelaar)", "je dossier"),
    ]
    trail = in_the_trail(student)
    assert len(trail) == 5
    assert len(set(trail)) == len(seen())


def test_ten_times_in_an_hour_is_one_line(sign_in, student, broker, seen):
    desk = sign_in(broker)
    for _time in range(10):
        desk.get(f"/studenten/{student.id}")
    assert len(in_the_trail(student)) == 10
    assert len(seen()) == 1


def test_a_day_ends_at_midnight_in_amsterdam(sign_in, student, broker, seen, moment):
    for when in ("2027-02-02T23:30:00+01:00", "2027-02-03T00:30:00+01:00"):
        moment(when)
        sign_in(broker).get(f"/studenten/{student.id}")
    assert [row[0] for row in seen()] == ["3 februari 2027", "2 februari 2027"]


def test_every_page_about_a_student_is_noted(make, sign_in, student, broker):
    """The pages on which a broker reads what a student filled in, or what was concluded from it."""
    place = make.place().id
    computed(current_session().get(User, broker.id))
    proposal = current_session().scalars(select(Proposal.id)).one()
    placed = SimpleNamespace(id=make.student(searching=True).id)
    placement = plan(placed, SimpleNamespace(id=make.place().id), broker).id
    desk = sign_in(broker)
    pages = {
        student.id: [
            "/studenten/{student}",
            "/studenten/{student}/voorkeuren",
            "/studenten/{student}/voorkeuren/{place}",
            "/studenten/{student}/plaatsen",
            "/studenten/{student}/plaatsen/{place}",
            "/voorstellen/{proposal}",
            "/voorstellen/{proposal}/andere-plek/{place}",
        ],
        placed.id: ["/plaatsingen/{placement}"],
    }
    for number, paths in pages.items():
        for path in paths:
            before = len(in_the_trail(SimpleNamespace(id=number)))
            desk.get(path.format(student=number, place=place, proposal=proposal, placement=placement))
            assert len(in_the_trail(SimpleNamespace(id=number))) == before + 1, path


def test_two_files_side_by_side_are_two_readings(make, sign_in, student, broker):
    other = SimpleNamespace(id=make.student().id)
    page = sign_in(broker).get(f"/studenten/dubbel/{student.id}/{other.id}")
    assert [len(in_the_trail(one)) for one in (student, other)] == [1, 1]
    page.submit(f"/{other.id}", status=422, keep="")
    assert [len(in_the_trail(one)) for one in (student, other)] == [2, 2]


def test_a_refused_form_on_a_file_is_a_reading_too(sign_in, student, broker):
    desk = sign_in(broker)
    page = desk.get(f"/studenten/{student.id}")
    page.submit("/contact", status=422, note="")
    assert len(in_the_trail(student)) == 2


def test_what_was_opened_is_told(make, sign_in, student, broker, seen):
    placement = plan(student, SimpleNamespace(id=make.place().id), broker).id
    desk = sign_in(broker)
    desk.get(f"/plaatsingen/{placement}")
    desk.get(f"/studenten/{student.id}")
    assert seen() == [("3 februari 2027", "Fatima (stagemakelaar)", "je dossier, je plaatsing")]


def test_a_company_has_no_name_before_the_place_is_settled(make, sign_in, student, broker, seen):
    organisation = make.organisation(name="De Linde")
    employer = SimpleNamespace(id=make.employer_of(organisation).id)
    placement = SimpleNamespace(id=plan(student, SimpleNamespace(id=make.place(organisation).id), broker).id)
    sign_in(employer).get(f"/bedrijf/plaatsingen/{placement.id}")
    assert seen() == [("3 februari 2027", "een bedrijf (leerbedrijf)", "je plaatsing")]
    act(placements.accept, placement, student.user)
    assert seen()[0][1] == "een bedrijf (leerbedrijf)"
    act(placements.confirm_capacity, placement, employer)
    sign_in(employer).get(f"/bedrijf/plaatsingen/{placement.id}")
    assert seen() == [("3 februari 2027", "De Linde (leerbedrijf)", "je plaatsing")]
    assert "Henk Smit" not in sign_in(student.user).get(PAGE).text


def test_a_company_that_declined_is_never_named(make, sign_in, student, broker, seen):
    organisation = make.organisation(name="De Linde")
    employer = SimpleNamespace(id=make.employer_of(organisation).id)
    placement = SimpleNamespace(id=plan(student, SimpleNamespace(id=make.place(organisation).id), broker).id)
    sign_in(employer).get(f"/bedrijf/plaatsingen/{placement.id}")
    act(placements.withdraw, placement, broker, reason=BrokerReason.OTHER, note="x")
    assert seen()[0][1] == "een bedrijf (leerbedrijf)"


def test_a_downloaded_list_is_told_to_all_who_may_be_in_it(make, sign_in, student, broker, seen):
    elsewhere = SimpleNamespace(id=make.broker(programme=make.programme("zuid"), name="Van elders").id)
    sign_in(elsewhere).get("/studenten/lijst.csv")
    desk = sign_in(broker)
    desk.get("/organisaties/lijst.csv")
    assert seen() == []
    desk.get("/studenten/lijst.csv")
    assert seen() == [("3 februari 2027", "Fatima (stagemakelaar)", "een lijst met studenten, misschien ook jij")]


def test_what_was_read_of_a_double_is_told_after_the_merge(make, sign_in, student, broker, seen, moment):
    moment("2027-01-11T10:00:00+01:00")
    first, second, colleague = (SimpleNamespace(id=one.id) for one in (make.student(), make.student(), make.broker()))
    sign_in(broker).get("/studenten/lijst.csv")
    moment("2027-02-01T10:00:00+01:00")
    sign_in(colleague).get(f"/studenten/{first.id}")
    moment("2027-02-02T10:00:00+01:00")
    sign_in(broker).get(f"/studenten/{second.id}")
    change(Student, student.id, created_at=clock.now())  # signed up once more, after the download
    assert seen() == []
    for gone, kept in ((first, second), (second, student)):
        with transaction() as session:
            people = (session.get(Student, one.id) for one in (kept, gone))
            merging.merge(session, *people, taken=set(), by=session.get(User, broker.id))
    assert [(day, what) for day, _who, what in seen()] == [
        ("2 februari 2027", "je dossier"),
        ("1 februari 2027", "je dossier"),
        ("11 januari 2027", "een lijst met studenten, misschien ook jij"),
    ]


WITHOUT_STUDENTS = {"bedrijven", "plekken"}


def test_every_download_is_told_or_has_no_students(app, demo):
    """Each download that there is, done once: its name in the trail is one of the two sets."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("exporting.", "report."))]
    assert rules
    desk, number = signed_in(app, demo, "b"), str(records_of(demo)["round"])
    for rule in rules:
        path = rule.replace("<int:round_id>", number).replace(FORM, "csv")
        assert desk.client.get(path).status_code == 200, path
    demo.rollback()
    lines = demo.scalars(select(Entry).where(Entry.action == "export")).all()
    assert len(lines) == len(rules)
    assert {line.details["list"] for line in lines} == LISTS | WITHOUT_STUDENTS


def test_nobody_yet(seen, sign_in, student):
    assert seen() == []
    assert "Nog niemand opende je dossier." in sign_in(student.user).get(PAGE).text


def test_a_long_list_comes_in_pages(sign_in, student, broker):
    with transaction() as session:
        reader = session.get(User, broker.id)
        for day in range(1, 52):
            with clock.standing_at(clock.start_of(clock.today()).replace(month=1 + day // 29, day=1 + day % 28)):
                audit.record(session, "student.read", session.get(Student, student.id), by=reader)
    page = sign_in(student.user).get(PAGE)
    assert "1 tot en met 50 van 51" in page.text


def test_my_data_shows_the_latest_and_leads_to_all(sign_in, student, broker):
    sign_in(broker).get(f"/studenten/{student.id}")
    page = sign_in(student.user).get("/student/gegevens")
    assert "3 februari 2027: Fatima (stagemakelaar)" in page.text
    assert page.links["Bekijk alles: wie zag wat, en wanneer"] == PAGE
