"""What became untrue does not leave, or leaves before the letter that takes it back; never the other way round."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from stagemakelaar import jobs, outbox
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Student
from stagemakelaar.placements import actions
from stagemakelaar.placements.models import BrokerReason, Placement
from stagemakelaar.places.models import Place

LATER = "2027-02-03T10:00:26+01:00"  # when the lease of who died has run out
MUCH_LATER = "2027-02-03T10:05:00+01:00"
PLANNED, WITHDRAWN = "planned", "withdrawn"


@pytest.fixture
def placement(make):
    student, place, broker = make.student(searching=True).id, make.place().id, make.broker()
    with transaction() as session:
        found = session.get(Student, student), session.get(Place, place)
        return actions.plan(session, *found, reasons={}, by=broker).id


def withdraw(placement):
    with transaction() as session:
        found = session.get(Placement, placement)
        actions.withdraw(session, found, reason=BrokerReason.OTHER, note="x", by=found.approved_by)


def claim():
    """A worker takes up what is due: pairs of (number, attempt, what it is about)."""
    with transaction() as session:
        return [(one.id, one.attempts, one.key.split(":")[2]) for one in outbox.claim(session)]


def deliver():
    """What a worker that is switched on sends, in this order."""
    sent = []
    jobs.deliver(sent.append, lambda message: message.key.split(":")[2])
    return sent


def settle(claimed, trouble=None):
    for number, attempt, _about in claimed:
        with transaction() as session:
            if trouble is None:
                outbox.settle_sent(session, number, attempt)
            else:
                outbox.settle_trouble(session, number, attempt, trouble, lasting=False)


def in_order(sent):
    """Nothing, or the news before what takes it back; never the news alone, or last."""
    return not sent or (WITHDRAWN in sent and sent == sorted(sent, key=[PLANNED, WITHDRAWN].index))


@pytest.mark.promise("P14")
def test_worker_off_approve_withdraw_worker_on(placement, moment):
    withdraw(placement)
    moment(MUCH_LATER)
    assert deliver() == []


def died_in_between(placement, moment, *, handed_over):
    """A worker took the letters up and died, having handed over so many; then the placement was withdrawn."""
    sent = [about for _number, _attempt, about in claim()][:handed_over]
    withdraw(placement)
    sent += deliver()  # another worker, at once
    moment(LATER)
    sent += deliver()
    moment(MUCH_LATER)
    return sent + deliver()


@pytest.mark.promise("P14")
@pytest.mark.parametrize("handed_over", [0, 1, 2])
def test_whoever_held_the_letters_dies(placement, moment, handed_over):
    sent = died_in_between(placement, moment, handed_over=handed_over)
    assert in_order(sent)
    assert sent.count(WITHDRAWN) == 2  # both may have been told


@pytest.mark.promise("P14")
def test_whoever_holds_the_letters_goes_on(placement, moment, session):
    claimed = claim()
    withdraw(placement)
    assert deliver() == []  # bad news waits for what it is about
    settle(claimed)
    moment(LATER)
    assert deliver() == [WITHDRAWN, WITHDRAWN]
    assert {one.state for one in session.scalars(select(Message))} == {MessageState.SENT}


@pytest.mark.promise("P14")
def test_what_was_refused_for_now_is_not_tried_again(placement, moment, session):
    claimed = claim()
    withdraw(placement)
    settle(claimed, "451 later")
    moment(MUCH_LATER)
    assert deliver() == [WITHDRAWN, WITHDRAWN]
    states = session.scalars(select(Message.state).where(Message.key.contains(f":{PLANNED}:"))).all()
    assert set(states) == {MessageState.CANCELLED}


@pytest.mark.promise("P14", red=True)
def test_news_that_is_tried_again_is_caught(placement, moment, monkeypatch):
    monkeypatch.setattr(outbox, "cancel", lambda *_anything, by: [])
    monkeypatch.setattr(outbox, "lease_left", lambda *_anything: timedelta(0))
    assert not in_order(died_in_between(placement, moment, handed_over=1))
