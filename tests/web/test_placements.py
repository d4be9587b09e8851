"""Placements as the broker meets them."""

import pytest
from sqlalchemy import select

from stagemakelaar.casework.models import CaseState, ContactKind, ContactMoment
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement, PlacementState, WithdrawnBy
from stagemakelaar.rounds import review
from tests.computed import computed, proposals
from tests.counting import statements


@pytest.fixture
def address(make, broker):
    """The address of a planned placement."""
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"))
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as session:
        placement = review.approve(session, proposal, by=broker, why="Past goed.")
    return f"/plaatsingen/{placement.id}"


def now(session):
    return session.scalars(select(Placement)).one()


CALL = {"kind": "call", "held_on": "2027-02-03", "with_whom": "Henk Smit", "note": "Er is plek."}


def test_the_list_says_whose_turn_it_is(desk, address):
    page = desk.get("/plaatsingen")
    assert page.links["Samira Bouali"] == address
    assert "de student en het bedrijf zijn aan zet, uiterlijk 10 feb" in page.text


def test_an_empty_list_says_how_placements_come_about(desk):
    assert "Een plaatsing ontstaat als u een voorstel goedkeurt." in desk.get("/plaatsingen").text


def test_the_list_can_be_narrowed_to_a_state(desk, address):
    assert address not in desk.get("/plaatsingen?stand=confirmed").links.values()
    assert address in desk.get("/plaatsingen?stand=planned").links.values()


def test_the_page_shows_terms_reasons_answers_and_letters(desk, address):
    page = desk.get(address)
    for words in ("Past goed.", "nog geen antwoord", "voorstel aan de student", "vraag aan het bedrijf of er plek is"):
        assert words in page.text
    assert "wacht op verzending" in page.text


def test_an_answer_by_telephone_is_noted_with_the_contact(desk, address, session):
    page = desk.get(f"{address}/namens/bedrijf").submit(answer="ja", **CALL).follow()
    assert "er is plek, 3 februari 2027" in page.text
    assert "(telefoongesprek, genoteerd door Fatima el Idrissi)" in page.text
    assert now(session).employer_answered_how is ContactKind.CALL
    assert session.scalars(select(ContactMoment)).one().with_whom == "Henk Smit"
    assert now(session).state is PlacementState.PLANNED
    desk.get(f"{address}/namens/student").submit(answer="ja", **CALL)
    assert now(session).state is PlacementState.CONFIRMED


def test_the_page_for_the_company_warns_not_to_name_the_student(desk, address):
    text = desk.get(f"{address}/namens/bedrijf").text
    assert "Noem de naam van de student niet" in text


def test_a_name_of_whom_one_spoke_that_is_too_long_is_said_and_stays(desk, address):
    name = "Henk " * 20 + "Smit"
    page = desk.get(f"{address}/namens/student").submit(status=422, answer="ja", **CALL | {"with_whom": name})
    assert "100" in page.error_at("with_whom")
    assert page.values()["with_whom"] == name


def test_a_no_owes_a_reason(desk, address, session):
    page = desk.get(f"{address}/namens/student").submit(status=422, answer="nee", **CALL)
    assert page.error_at("reason") == "Fout: Kies waarom het niet doorgaat."
    page.submit(answer="nee", reason="travel", **CALL)
    placement = now(session)
    assert (placement.state, placement.withdrawn_by) == (PlacementState.WITHDRAWN, WithdrawnBy.STUDENT)
    assert case_of(session, placement.student).has_priority is False
    assert placement.withdraw_note.startswith("telefoongesprek: ")


def test_a_no_of_the_company_gives_priority(desk, address, session):
    desk.get(f"{address}/namens/bedrijf").submit(answer="nee", reason="no_capacity", **CALL)
    placement = now(session)
    assert placement.withdrawn_by is WithdrawnBy.EMPLOYER
    case = case_of(session, placement.student)
    assert (case.state, case.has_priority) == (CaseState.SEARCHING, True)


def test_an_answer_that_came_meanwhile_is_not_overwritten(desk, address, session):
    page = desk.get(f"{address}/namens/student")
    with transaction() as other:
        placement = other.scalars(select(Placement)).one()
        placements.accept(other, placement, by=placement.student.user)
    refused = page.submit(status=409, answer="ja", **CALL)
    assert "Op dit voorstel is al geantwoord." in refused.text
    assert refused.links["Terug"] == address
    assert refused.values()["note"] == CALL["note"]  # what was typed about the call is not lost
    assert session.scalars(select(ContactMoment)).first() is None


def test_a_no_that_was_typed_before_both_said_yes_ends_nothing(desk, address, session):
    page = desk.get(f"{address}/namens/student")
    for side in ("student", "bedrijf"):
        desk.get(f"{address}/namens/{side}").submit(answer="ja", **CALL)
    page.submit(status=409, answer="nee", reason="travel", **CALL)
    assert now(session).state is PlacementState.CONFIRMED


def test_withdrawing_tells_what_will_happen_and_owes_a_reason(desk, address, session):
    page = desk.get(f"{address}/terugtrekken")
    assert "De student zoekt weer en gaat vooraan in de rij." in page.text
    page = page.submit(status=422, reason="other", note="")
    assert page.error_at("note")
    page = page.submit(reason="other", note="De gegevens klopten niet.").follow()
    assert "de stagemakelaar: iets anders" in page.text
    assert now(session).place.free == 1


def test_what_was_withdrawn_cannot_be_withdrawn_again(desk, address):
    page = desk.get(f"{address}/terugtrekken")
    page.submit(reason="other", note="x")
    refused = page.submit(status=409, reason="other", note="Het bedrijf belde ook.")
    assert "Deze plaatsing is al teruggetrokken door Fatima el Idrissi, vandaag om 10:00." in refused.errors
    assert refused.values()["note"] == "Het bedrijf belde ook."


def test_a_stage_begins_on_its_first_day_and_ends(browse, broker, desk, address, session, moment):
    for side in ("student", "bedrijf"):
        desk.get(f"{address}/namens/{side}").submit(answer="ja", **CALL)
    assert "De stage is begonnen" not in desk.get(address).text
    moment("2027-04-01T09:00:00+02:00")
    page = browse.as_(broker).get(address).submit("/beginnen").follow()
    assert now(session).state is PlacementState.ACTIVE
    page.submit("/afronden")
    assert now(session).state is PlacementState.COMPLETED


def test_another_programme_sees_nothing(browse, make, address):
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    for path in (address, f"{address}/terugtrekken", f"{address}/namens/student"):
        stranger.get(path, status=404)
    assert address not in stranger.get("/plaatsingen").links.values()


def test_the_number_of_queries_does_not_grow(desk, make, database, broker):
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=3)
    _round, run = computed(broker)
    one, two, three = proposals(run)
    with transaction() as session:
        review.approve(session, one, by=broker)
    desk.get("/plaatsingen")
    with statements(database) as few:
        desk.get("/plaatsingen")
    for proposal in (two, three):
        with transaction() as session:
            review.approve(session, proposal, by=broker)
    with statements(database) as many:
        desk.get("/plaatsingen")
    assert len(many) == len(few)
