"""The pages on which a broker says what is wanted for a student and a place."""

import pytest

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Role, Student
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rounds.hints import give_hint, hints_about
from stagemakelaar.rounds.models import HintLevel
from tests.computed import computed, proposals


@pytest.fixture
def student(make):
    """The number of a student who is searching."""
    return make.student(searching=True).id


@pytest.fixture
def wanted(student):
    """What is wanted for the student now."""

    def look():
        session = current_session()
        return hints_about(session, session.get(Student, student))

    return look


def test_a_broker_gives_a_hint_and_withdraws_it(desk, make, student, wanted):
    company = make.place(title="Keukenhulp").organisation.name
    page = desk.get(desk.get(f"/studenten/{student}").links["Voorkeuren bekijken en opgeven"])
    page = desk.get(page.links[f"Keukenhulp, {company}"])
    page = page.submit(level="rather", why="Werkte hier eerder").follow()
    assert "Ze telt vanaf de volgende berekening" in page.text
    assert "Werkte hier eerder" in page.text
    assert [hint.level for hint in wanted()] == [HintLevel.RATHER]
    assert "liever wel: Keukenhulp" in desk.get(f"/studenten/{student}").text
    page = desk.get(f"/studenten/{student}/voorkeuren").submit("intrekken").follow()
    assert "De voorkeur is ingetrokken" in page.text
    assert wanted() == []


def test_what_is_missing_is_told_at_its_field(desk, make, student, wanted):
    page = desk.get(f"/studenten/{student}/voorkeuren/{make.place().id}").submit(status=422)
    assert "Kies wat u wilt." in page.error_at("level")
    assert "Schrijf op waarom u dit wilt." in page.error_at("why")
    assert wanted() == []


def test_a_closed_place_is_refused_with_a_sentence(desk, make, student, wanted):
    page = desk.get(f"/studenten/{student}/voorkeuren/{make.place(state=PlaceState.CLOSED).id}")
    page = page.submit(level="never", why="te ver", status=422)
    assert "Kies een andere plek" in page.text
    assert wanted() == []


def test_only_places_for_the_course_are_offered(desk, make, student):
    make.place(title="Keukenhulp", codes=("25180",))
    make.place(title="Zorghulp")
    text = desk.get(f"/studenten/{student}/voorkeuren").text
    assert "Zorghulp" in text
    assert "Keukenhulp" not in text


def test_the_points_are_shown_beside_the_parts_of_the_programme(desk, make, broker, student):
    place = make.place().id
    with transaction() as session:
        who, where = session.get(Student, student), session.get(Place, place)
        give_hint(session, who, where, level=HintLevel.RATHER, why="werkte hier eerder", by=broker)
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    page = desk.get(f"/voorstellen/{proposal.id}")
    assert "Voorkeur van de stagemakelaar: +15 punten" in page.text
    assert "niet bij de weging van het programma" in page.text
    assert page.links["Voorkeur van u voor deze plek"] == f"/studenten/{student}/voorkeuren/{place}"


def test_the_hours_that_can_be_made_stand_beside_those_that_school_asks(desk, make):
    student, place = make.student(searching=True, hours_required=400).id, make.place().id
    page = desk.get(f"/studenten/{student}/voorkeuren/{place}")
    assert "Uren in de stageperiode 363, en nodig zijn er 400" in page.text


def test_a_coordinator_may_as_well(browse, make, student):
    coordinator = make.staff(Role.COORDINATOR)
    assert browse.as_(coordinator).get(f"/studenten/{student}/voorkeuren").status == 200


def test_the_hint_of_another_student_cannot_be_withdrawn(desk, make, broker, student, wanted):
    other, place = make.student(searching=True).id, make.place().id
    with transaction() as session:
        who, where = session.get(Student, student), session.get(Place, place)
        hint = give_hint(session, who, where, level=HintLevel.NEVER, why="ruzie", by=broker).id
    token = desk.get(f"/studenten/{student}/voorkeuren").values()["csrf_token"]
    desk.post(f"/studenten/{other}/voorkeuren/{hint}/intrekken", {"csrf_token": token}, status=404)
    assert len(wanted()) == 1
