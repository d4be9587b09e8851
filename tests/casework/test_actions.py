"""A case from sign-up to the end, and the contacts in it."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.casework import actions
from stagemakelaar.casework.models import Case, CaseState, ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove, Overtaken
from stagemakelaar.people.models import Programme


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def case(make, broker):
    """A new case with a complete profile."""
    student = make.student()
    with transaction() as session:
        return case_of(session, student)


def act(action, case, **arguments):
    with transaction() as session:
        found = session.get(Case, case.id)
        action(session, found, **arguments)
        return found


def test_signing_up_opens_a_case(make, broker, session):
    with transaction() as now:
        programme = now.get(Programme, broker.programme_id)
        student = actions.sign_up(now, programme=programme, email="nieuw@demo.example")
    case = case_of(session, student)
    assert (case.state, case.broker_id) == (CaseState.SIGNED_UP, None)
    actions_seen = session.scalars(select(Entry.action).order_by(Entry.seq)).all()
    assert actions_seen[-2:] == ["student.registered", "case_file.opened"]


def test_taking_a_new_case_on_begins_the_intake(case, broker):
    now = act(actions.take_on, case, by=broker)
    assert (now.state, now.broker_id) == (CaseState.INTAKE, broker.id)


def test_a_case_that_is_somebodys_is_not_taken_with_an_old_button(make, case, broker):
    act(actions.take_on, case, by=broker)
    other = make.broker()
    with pytest.raises(Overtaken):
        act(actions.take_on, case, by=other)
    now = act(actions.take_on, case, by=broker)
    assert (now.state, now.broker_id) == (CaseState.INTAKE, broker.id)


def test_the_search_needs_a_complete_profile(case, broker):
    with transaction() as session:
        session.get(Case, case.id).student.profile.completed_at = None
    with pytest.raises(DomainError, match="nog niet compleet"):
        act(actions.start_searching, case, by=broker)


@pytest.mark.parametrize("stop", [actions.pause, actions.close])
@pytest.mark.parametrize("why", ["", " \n"])
def test_stopping_owes_a_reason(case, broker, stop, why):
    with pytest.raises(DomainError) as refusal:
        act(stop, case, by=broker, why=why)
    assert refusal.value.field == "why"


@pytest.mark.parametrize("begun", [False, True])
def test_resuming_comes_back_to_where_it_was(case, broker, begun):
    if begun:
        act(actions.start_searching, case, by=broker)
    act(actions.pause, case, by=broker, why="ziek")
    now = act(actions.resume, case, by=broker)
    assert (now.state, now.paused_from) == (CaseState.SEARCHING if begun else CaseState.SIGNED_UP, None)


def test_a_closed_case_opens_again_as_a_search(case, broker):
    act(actions.close, case, by=broker, why="zelf gevonden")
    assert act(actions.reopen, case, by=broker).state is CaseState.SEARCHING


@pytest.mark.parametrize("button", [actions.start_searching, actions.reopen])
def test_an_old_button_does_not_send_a_case_with_a_place_back_to_search(case, broker, button):
    act(actions.start_searching, case, by=broker)
    act(actions.follow_placed, case, by=broker)
    with pytest.raises(IllegalMove):
        act(button, case, by=broker)


def test_a_new_case_is_not_reopened_past_its_profile(case, broker):
    with pytest.raises(IllegalMove):
        act(actions.reopen, case, by=broker)


def test_pausing_twice_is_no_step(case, broker):
    act(actions.pause, case, by=broker, why="ziek")
    with pytest.raises(IllegalMove):
        act(actions.pause, case, by=broker, why="ziek")


def test_a_contact_of_today_is_noted(case, broker, session):
    note = {"kind": ContactKind.CALL, "held_on": date(2027, 2, 3), "note": "Wil in de zorg."}
    act(actions.record_contact, case, by=broker, **note)
    (contact,) = session.get(Case, case.id).contacts
    assert (contact.kind, contact.note, contact.by_id) == (ContactKind.CALL, "Wil in de zorg.", broker.id)


def test_a_contact_of_tomorrow_is_refused_at_the_day(case, broker):
    note = {"kind": ContactKind.CALL, "held_on": date(2027, 2, 4), "note": "Wil in de zorg."}
    with pytest.raises(DomainError) as refusal:
        act(actions.record_contact, case, by=broker, **note)
    assert refusal.value.field == "held_on"


def test_what_was_said_is_not_in_the_trail(case, broker, session):
    note = {"kind": ContactKind.CALL, "held_on": date(2027, 2, 3), "note": "zqnotitie"}
    act(actions.record_contact, case, by=broker, **note)
    act(actions.pause, case, by=broker, why="zqreden")
    assert not [entry for entry in session.scalars(select(Entry)) if "zq" in str(entry.details)]
