"""A reminder goes to whoever has not answered, and not again within two working days."""

import pytest
from sqlalchemy import select

from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.placements import actions, reminding, telling
from stagemakelaar.placements.models import Placement, StudentReason
from tests.rows import change
from tests.web.student_pages import act, plan


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def placement(make, broker):
    """A placement of a Wednesday that waits for two answers."""
    return plan(make.student(searching=True), make.place(), broker)


def reminders(session):
    """(kind, state) of every reminder so far."""
    kinds = ("student_reminder", "employer_reminder")
    found = session.scalars(select(Message).where(Message.kind.in_(kinds)).order_by(Message.id))
    return [(message.kind, message.state.value) for message in found]


def test_both_sides_are_asked_again(session, moment, broker, placement):
    moment("2027-02-05T10:00:00+01:00")
    act(reminding.remind, placement, broker)
    assert reminders(session) == [("student_reminder", "queued"), ("employer_reminder", "queued")]


@pytest.mark.parametrize(
    ("answer", "left"), [(actions.accept, "employer_reminder"), (actions.confirm_capacity, "student_reminder")]
)
def test_who_answered_is_left_alone(session, moment, broker, placement, answer, left):
    act(answer, placement, broker)
    moment("2027-02-05T10:00:00+01:00")
    act(reminding.remind, placement, broker)
    assert reminders(session) == [(left, "queued")]


def test_two_working_days_lie_between_two_letters(session, moment, broker, placement):
    moment("2027-02-04T10:00:00+01:00")  # the first letter left yesterday
    with pytest.raises(DomainError, match="kort geleden"):
        act(reminding.remind, placement, broker)
    moment("2027-02-05T10:00:00+01:00")  # a Friday
    act(reminding.remind, placement, broker)
    for day in ("05T18:00", "06T10:00", "07T10:00", "08T10:00"):
        moment(f"2027-02-{day}:00+01:00")
        with pytest.raises(DomainError, match="kort geleden"):
            act(reminding.remind, placement, broker)
    assert len(reminders(session)) == 2
    moment("2027-02-09T10:00:00+01:00")
    act(reminding.remind, placement, broker)
    assert len(reminders(session)) == 4


def test_nobody_is_reminded_of_what_nobody_knows(moment, broker, placement):
    change(Placement, placement.id, told_from=telling.WHEN_SENT)
    moment("2027-02-09T10:00:00+01:00")
    with pytest.raises(DomainError, match="nog niet weg"):
        act(reminding.remind, placement, broker)


def test_nobody_is_reminded_when_both_have_answered(moment, broker, placement):
    act(actions.accept, placement, broker)
    act(actions.confirm_capacity, placement, broker)
    moment("2027-02-09T10:00:00+01:00")
    with pytest.raises(DomainError, match="niet meer op antwoord"):
        act(reminding.remind, placement, broker)


def test_an_answer_stops_the_reminder_that_has_not_left(session, moment, broker, placement):
    moment("2027-02-05T10:00:00+01:00")
    act(reminding.remind, placement, broker)
    act(actions.accept, placement, broker)
    assert reminders(session) == [("student_reminder", "cancelled"), ("employer_reminder", "queued")]


def test_a_withdrawal_stops_both(session, moment, broker, placement):
    moment("2027-02-05T10:00:00+01:00")
    act(reminding.remind, placement, broker)
    act(actions.decline, placement, broker, reason=StudentReason.TRAVEL)
    assert {state for _kind, state in reminders(session)} == {MessageState.CANCELLED.value}
