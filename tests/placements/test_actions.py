"""A placement from the plan to the end: seat, case, letters and trail go together."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from stagemakelaar import outbox
from stagemakelaar.audit import Entry
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove, Overtaken
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements import actions, telling
from stagemakelaar.placements.models import (
    BrokerReason,
    EmployerReason,
    Placement,
    PlacementState,
    StudentReason,
    WithdrawnBy,
)
from stagemakelaar.places.models import Organisation, OrganisationState, Place, Recognition
from tests.rows import change


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def placement(make, broker):
    """A planned placement."""
    return plan(make.student(searching=True).id, make.place().id, broker)


def plan(student, place, by):
    with transaction() as session:
        found, there = session.get(Student, student), session.get(Place, place)
        return actions.plan(session, found, there, reasons={"fit": 80}, by=by, why="gebeld")


def act(action, placement, **arguments):
    with transaction() as session:
        found = session.get(Placement, placement.id)
        action(session, found, **arguments)
        return found


def both_say_yes(placement, by):
    act(actions.accept, placement, by=by)
    return act(actions.confirm_capacity, placement, by=by)


def case_now(session):
    return case_of(session, session.scalars(select(Placement)).first().student)


def letters(session, event):
    """To whom a letter about an event was promised, and what became of it."""
    found = session.scalars(select(Message).where(Message.key.contains(f":{event}:")).order_by(Message.key))
    return {message.key.split(":")[3]: message.state for message in found}


# --- the plan ------------------------------------------------------------------------------------------------------


def test_a_plan_takes_a_seat_copies_the_terms_and_asks_both_sides(placement, session, broker):
    now = session.get(Placement, placement.id)
    assert (now.state, now.place.free, now.approved_by_id, now.why) == (PlacementState.PLANNED, 0, broker.id, "gebeld")
    profile = now.student.profile
    assert (now.code, now.starts_on, now.ends_on) == (profile.code, profile.starts_on, profile.ends_on)
    assert now.reasons == {"fit": 80}
    assert case_now(session).state is CaseState.PLACED
    assert letters(session, "planned") == {"student": MessageState.QUEUED, "employer": MessageState.QUEUED}


def test_an_answer_is_due_after_five_working_days(placement):
    assert placement.answer_by_on == date(2027, 2, 10)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2027, 3, 24), 1, date(2027, 3, 25)),
        (date(2027, 3, 25), 2, date(2027, 3, 31)),  # Good Friday is the 26th, Easter Monday the 29th
        (date(2027, 4, 26), 1, date(2027, 4, 28)),  # King's day is the 27th
    ],
)
def test_days_off_are_no_working_days(day, count, expected):
    assert telling.working_days_from(day, count) == expected


def test_a_full_place_is_overtaken_and_nothing_is_left_behind(make, placement, broker, session):
    student = make.student(searching=True)
    with pytest.raises(Overtaken):
        plan(student.id, placement.place_id, broker)
    assert len(session.scalars(select(Placement)).all()) == 1


def test_the_database_refuses_a_second_live_placement(make, placement, broker):
    other = make.place()
    student = placement.student_id
    with transaction() as session:
        case_of(session, session.get(Student, student)).state = CaseState.SEARCHING
    with pytest.raises(IntegrityError):
        plan(student, other.id, broker)


def test_letters_wait_while_a_decision_can_be_undone(make, broker, session):
    change(Programme, broker.programme_id, undo_minutes=15)
    plan(make.student(searching=True).id, make.place().id, broker)
    for message in session.scalars(select(Message)):
        assert message.due_at - message.created_at == timedelta(minutes=15)


# --- two answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [actions.accept, actions.confirm_capacity])
def test_the_second_answer_confirms(placement, broker, session, first):
    second = actions.confirm_capacity if first is actions.accept else actions.accept
    assert act(first, placement, by=broker).state is PlacementState.PLANNED
    assert act(second, placement, by=broker).state is PlacementState.CONFIRMED
    assert set(letters(session, "confirmed")) == {"student", "employer"}


@pytest.mark.parametrize("answer", [actions.accept, actions.confirm_capacity])
def test_an_answer_is_given_once(placement, broker, answer):
    act(answer, placement, by=broker)
    with pytest.raises(DomainError):
        act(answer, placement, by=broker)


def test_the_trail_names_who_answered(placement, broker, session):
    student = placement.student.user
    act(actions.accept, placement, by=student)
    entry = session.scalars(select(Entry).where(Entry.action == "placement.accepted")).one()
    assert entry.actor_id == student.id


# --- the end before its time ---------------------------------------------------------------------------------------


def test_a_decline_frees_the_seat_and_keeps_the_waiting_band(placement, session):
    act(actions.decline, placement, reason=StudentReason.TRAVEL, note="te ver", by=placement.student.user)
    now = session.get(Placement, placement.id)
    assert (now.state, now.withdrawn_by, now.withdraw_reason) == (
        PlacementState.WITHDRAWN,
        WithdrawnBy.STUDENT,
        "travel",
    )
    assert now.place.free == 1
    assert (case_now(session).state, case_now(session).has_priority) == (CaseState.SEARCHING, False)


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        (actions.refuse, {"reason": EmployerReason.TRAINER_AWAY}),
        (actions.withdraw, {"reason": BrokerReason.DATA_WRONG, "note": "verkeerde dagen"}),
    ],
)
def test_a_place_lost_through_others_gives_priority(placement, broker, session, action, arguments):
    act(action, placement, by=broker, **arguments)
    assert (case_now(session).state, case_now(session).has_priority) == (CaseState.SEARCHING, True)
    assert session.get(Place, placement.place_id).free == 1


@pytest.mark.parametrize("action", [actions.decline, actions.refuse, actions.withdraw])
def test_an_end_owes_a_reason_from_its_own_list(placement, broker, action):
    with pytest.raises(DomainError) as refusal:
        act(action, placement, reason=None, note="x", by=broker)
    assert refusal.value.field == "reason"


def test_the_broker_writes_what_is_the_matter(placement, broker):
    with pytest.raises(DomainError) as refusal:
        act(actions.withdraw, placement, reason=BrokerReason.OTHER, note=" ", by=broker)
    assert refusal.value.field == "note"


def test_withdrawing_twice_gives_the_seat_back_once(placement, broker, session):
    act(actions.withdraw, placement, reason=BrokerReason.OTHER, note="x", by=broker)
    with pytest.raises(IllegalMove):
        act(actions.withdraw, placement, reason=BrokerReason.OTHER, note="x", by=broker)
    assert session.get(Place, placement.place_id).free == 1


def test_what_has_not_left_yet_is_cancelled_and_nobody_is_told(placement, broker, session):
    act(actions.withdraw, placement, reason=BrokerReason.OTHER, note="x", by=broker)
    assert set(letters(session, "planned").values()) == {MessageState.CANCELLED}
    assert letters(session, "withdrawn") == {}


@pytest.mark.parametrize("came_back", [True, False], ids=["not now", "no word"])
def test_who_may_have_read_it_is_told_that_it_is_off(placement, broker, session, moment, came_back):
    with transaction() as now:
        offered = next(one for one in outbox.claim(now) if one.key.endswith(":student"))
        for other in now.scalars(select(Message).where(Message.id != offered.id)):
            other.attempts, other.leased_until = 0, None  # the worker took up one letter and no more
        if came_back:
            outbox.settle_trouble(now, offered.id, offered.attempts, "451 later", lasting=False)
    moment("2027-02-03T10:01:00+01:00")
    act(actions.withdraw, placement, reason=BrokerReason.OTHER, note="x", by=broker)
    assert set(letters(session, "planned").values()) == {MessageState.CANCELLED}
    assert set(letters(session, "withdrawn")) == {"student"}


def test_a_case_that_rests_comes_back_to_searching(placement, broker, session):
    with transaction() as now:
        casework.pause(now, case_now(now), by=broker, why="ziek")
    act(actions.refuse, placement, reason=EmployerReason.NO_CAPACITY, by=None)
    assert case_now(session).paused_from is CaseState.SEARCHING


# --- start and end -------------------------------------------------------------------------------------------------


def test_a_stage_starts_on_its_first_day_and_not_before(placement, broker, session, moment):
    both_say_yes(placement, broker)
    with pytest.raises(DomainError):
        act(actions.start, placement, by=broker)
    moment("2027-04-01T08:00:00+02:00")
    assert act(actions.start, placement, by=broker).state is PlacementState.ACTIVE
    assert case_now(session).state is CaseState.AFTERCARE


def test_a_stage_does_not_start_without_both_answers(placement, broker, moment):
    moment("2027-04-01T08:00:00+02:00")
    with pytest.raises(IllegalMove):
        act(actions.start, placement, by=broker)


@pytest.mark.promise("P46")
@pytest.mark.parametrize(
    "facts",
    [
        {"valid_until": date(2027, 7, 1)},
        {"withdrawn_on": date(2027, 3, 1)},
        {"checked_at": None, "checked_by_id": None},
    ],
)
def test_the_recognition_is_looked_at_once_more_at_the_start(placement, broker, moment, facts):
    both_say_yes(placement, broker)
    change(Recognition, placement.place.organisation.recognitions[0].id, **facts)
    moment("2027-04-01T08:00:00+02:00")
    with pytest.raises(DomainError, match="erkenning"):
        act(actions.start, placement, by=broker)


@pytest.mark.promise("P46")
def test_a_company_that_was_suspended_starts_nothing(placement, broker, moment):
    both_say_yes(placement, broker)
    change(Organisation, placement.place.organisation_id, state=OrganisationState.SUSPENDED)
    moment("2027-04-01T08:00:00+02:00")
    with pytest.raises(DomainError, match="gestopt"):
        act(actions.start, placement, by=broker)


def test_a_stage_that_starts_while_the_case_rests_keeps_it_resting(placement, broker, session, moment):
    both_say_yes(placement, broker)
    with transaction() as now:
        casework.pause(now, case_now(now), by=broker, why="ziek")
    moment("2027-04-01T08:00:00+02:00")
    act(actions.start, placement, by=broker)
    assert (case_now(session).state, case_now(session).paused_from) == (CaseState.PAUSED, CaseState.AFTERCARE)


def test_the_end_frees_the_seat(placement, broker, session, moment):
    both_say_yes(placement, broker)
    moment("2027-04-01T08:00:00+02:00")
    act(actions.start, placement, by=broker)
    assert act(actions.end, placement, by=broker).state is PlacementState.COMPLETED
    assert session.get(Place, placement.place_id).free == 1


@pytest.mark.parametrize(
    ("end", "reason"), [(actions.decline, StudentReason.TRAVEL), (actions.refuse, EmployerReason.NO_CAPACITY)]
)
def test_a_stage_that_runs_is_ended_by_the_broker_alone(placement, broker, moment, end, reason):
    both_say_yes(placement, broker)
    moment("2027-04-01T08:00:00+02:00")
    act(actions.start, placement, by=broker)
    with pytest.raises(IllegalMove):
        act(end, placement, reason=reason, by=broker)
    note = {"reason": BrokerReason.OTHER, "note": "Het ging niet."}
    assert act(actions.withdraw, placement, by=broker, **note).state is PlacementState.WITHDRAWN
