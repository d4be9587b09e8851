"""The pages on which a broker says what is wanted for a student and a place."""

import pytest

from stagemakelaar.people.models import Role
from stagemakelaar.rounds.hints import hints_about
from stagemakelaar.rounds.models import HintLevel
from tests.computed import computed, proposals


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def student(make):
    return make.student(searching=True)


def test_a_broker_gives_a_hint_and_withdraws_it(browse, make, broker, student, session):
    place = make.place(title="Keukenhulp")
    page = browse.as_(broker).get(f"/studenten/{student.id}")
    page = browse.get(page.links["Voorkeuren bekijken en opgeven"])
    page = browse.get(page.links[f"Keukenhulp, {place.organisation.name}"])
    page = page.submit(level="rather", why="Werkte hier eerder").follow()
    assert "Ze telt vanaf de volgende berekening" in page.text
    assert "Werkte hier eerder" in page.text
    (hint,) = hints_about(session, student)
    assert (hint.level, hint.by_id) == (HintLevel.RATHER, broker.id)
    assert "liever wel: Keukenhulp" in browse.as_(broker).get(f"/studenten/{student.id}").text
    page = browse.as_(broker).get(f"/studenten/{student.id}/voorkeuren").submit("intrekken").follow()
    assert "De voorkeur is ingetrokken" in page.text
    assert hints_about(session, student) == []


def test_what_is_missing_is_told_at_its_field(browse, make, broker, student, session):
    place = make.place()
    page = browse.as_(broker).get(f"/studenten/{student.id}/voorkeuren/{place.id}")
    page = page.submit(status=422)
    assert page.error_at("level") == "Kies wat u wilt."
    assert page.error_at("why") == "Schrijf op waarom u dit wilt."
    assert hints_about(session, student) == []


def test_a_closed_place_is_refused_with_a_sentence(browse, make, broker, student):
    from stagemakelaar.places.models import PlaceState

    place = make.place(state=PlaceState.CLOSED)
    page = browse.as_(broker).get(f"/studenten/{student.id}/voorkeuren/{place.id}")
    page = page.submit(level="never", why="te ver", status=422)
    assert "Kies een andere plek" in page.text


def test_only_places_for_the_course_are_offered(browse, make, broker, student):
    make.place(title="Keukenhulp", codes=("25180",))
    make.place(title="Zorghulp")
    text = browse.as_(broker).get(f"/studenten/{student.id}/voorkeuren").text
    assert "Zorghulp" in text
    assert "Keukenhulp" not in text


def test_the_points_are_shown_beside_the_parts_of_the_programme(browse, make, broker, student):
    place = make.place()
    page = browse.as_(broker).get(f"/studenten/{student.id}/voorkeuren/{place.id}")
    page.submit(level="rather", why="Werkte hier eerder")
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    page = browse.as_(broker).get(f"/voorstellen/{proposal.id}")
    assert "Voorkeur van de stagemakelaar: +15 punten" in page.text
    assert "niet bij de weging van het programma" in page.text


def test_a_coordinator_may_as_well(browse, make, student):
    coordinator = make.staff(Role.COORDINATOR)
    assert browse.as_(coordinator).get(f"/studenten/{student.id}/voorkeuren").status == 200
