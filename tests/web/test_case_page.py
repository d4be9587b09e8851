"""The file of one student, as the broker meets it."""

import pytest
from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.people.models import Role
from tests.computed import computed, proposals


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def desk(browse, broker):
    """The browser of a broker."""
    return browse.as_(broker)


def state_of(session, student):
    return case_of(session, student).state


def test_the_file_tells_limits_apart_from_wishes(desk, make):
    student = make.student(must=["lift"], wishes=["quiet_place"], learning_wish="Ouderen helpen")
    page = desk.get(f"/studenten/{student.id}")
    limits, rest = page.text.split("Wensen: hiermee kiest de berekening")
    assert "een lift" in limits
    assert "een rustige werkplek" in rest
    assert "Ouderen helpen" in rest
    assert "hoogstens 45 minuten: fiets" in limits


def test_reading_a_file_is_noted(desk, make, session, broker):
    reader, student = broker.id, make.student().id
    desk.get(f"/studenten/{student}")
    entry = session.scalars(select(Entry).where(Entry.action == "student.read")).one()
    assert (entry.actor_id, entry.object_id) == (reader, student)


def test_a_student_of_another_programme_is_not_there(browse, make, session):
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    address = f"/studenten/{make.student().id}"
    stranger.get(address, status=404)
    stranger.post(f"{address}/oppakken", status=404)
    assert session.scalars(select(Entry).where(Entry.action == "student.read")).first() is None


def test_from_new_to_searching(desk, make, session, broker):
    student = make.student()
    page = desk.get(f"/studenten/{student.id}").submit("/oppakken").follow()
    assert f"U bent nu de stagemakelaar van {student.full_name}." in page.text
    page = page.submit("/zoeken").follow()
    assert "Zoekt sinds 4 januari 2027 (30 dagen)" in page.text
    case = case_of(session, student)
    assert (case.state, case.broker_id) == (CaseState.SEARCHING, broker.id)


def test_the_search_cannot_start_without_a_profile(desk, make):
    student = make.student(complete=False)
    page = desk.get(f"/studenten/{student.id}").submit("/oppakken").follow()
    assert "het profiel is nog niet klaar" in page.text
    assert "Start met zoeken" not in page.text


def test_a_button_without_our_token_does_nothing(desk, make, session):
    student = make.student()
    address = f"/studenten/{student.id}/oppakken"
    desk.post(address, status=400)
    assert session.scalars(select(Case)).one().broker_id is None


def test_pausing_owes_a_reason_and_resuming_comes_back(desk, make, session):
    student = make.student(searching=True)
    page = desk.get(f"/studenten/{student.id}/pauzeren")
    refused = page.submit(status=422, why=" ")
    assert refused.error_at("why")
    page = refused.submit(why="Even rust").follow()
    assert "Reden: Even rust." in page.text
    assert state_of(session, student) is CaseState.PAUSED
    page.submit("/hervatten")
    assert state_of(session, student) is CaseState.SEARCHING


def test_closing_and_opening_again(desk, make, session):
    student = make.student(searching=True)
    page = desk.get(f"/studenten/{student.id}/sluiten").submit(why="Zelf gevonden").follow()
    assert state_of(session, student) is CaseState.CLOSED
    page.submit("/heropenen")
    assert state_of(session, student) is CaseState.SEARCHING


def test_a_contact_is_noted_in_one_form(desk, make, session, broker):
    student = make.student()
    page = desk.get(f"/studenten/{student.id}")
    values = {"kind": "call", "held_on": "2027-02-03", "note": "Wil graag in de zorg.", "next_on": "2027-02-10"}
    page = page.submit("/contact", **values).follow()
    assert "Wil graag in de zorg." in page.text
    assert "Volgend contact: 10 februari 2027" in page.text
    assert session.scalars(select(Case)).one().contacts[0].by_id == broker.id


def test_a_contact_in_the_future_is_refused_and_kept(desk, make):
    page = desk.get(f"/studenten/{make.student().id}")
    page = page.submit("/contact", status=422, kind="call", held_on="2027-02-04", note="Wil in de zorg.")
    assert "Deze dag is nog niet geweest" in page.error_at("held_on")
    assert page.values("/contact")["note"] == "Wil in de zorg."
    assert page.title.startswith("Fout:")


def test_a_coordinator_reads_and_changes_nothing(browse, make):
    desk = browse.as_(make.staff(Role.COORDINATOR))
    student = make.student()
    page = desk.get(f"/studenten/{student.id}")
    assert not page.soup.main.find_all("form")
    desk.post(f"/studenten/{student.id}/oppakken", status=403)


def test_why_there_is_no_place_stands_in_the_file(desk, make, broker):
    student = make.student(searching=True)
    computed(broker)
    page = desk.get(f"/studenten/{student.id}")
    assert "Er is nog geen erkend bedrijf met een plek voor deze opleiding." in page.text


def test_proposals_stand_in_the_file(desk, make, broker):
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    page = desk.get(f"/studenten/{proposal.student_id}")
    assert f"/voorstellen/{proposal.id}" in page.links.values()
