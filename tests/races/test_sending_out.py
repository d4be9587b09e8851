"""Many press "send" at one moment, and someone takes a decision back meanwhile: all letters leave once, or none do."""

import pytest
from sqlalchemy import func, select

from stagemakelaar import clock, db
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, User
from stagemakelaar.placements import telling
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rounds import by_hand, review
from stagemakelaar.rounds.models import Proposal
from tests.builders import Make
from tests.computed import computed, proposals
from tests.races.test_approvals import lost, together
from tests.rows import change

pytestmark = pytest.mark.promise("P06", "P14")

DECISIONS = 3


@pytest.fixture
def make(own_database):
    return Make()


@pytest.fixture
def kept(make):
    """Decisions whose letters wait until they are sent: (id of the broker, ids of the proposals, id → version)."""
    broker = make.broker()
    change(Programme, broker.programme_id, send_together=True)
    for _ in range(DECISIONS):
        make.student(searching=True)
    make.place(seats=DECISIONS)
    _round, run = computed(broker)
    found = [one.id for one in proposals(run)]
    for number in found:
        with transaction() as session:
            review.approve(session, session.get(Proposal, number), by=session.get(User, broker.id))
    versions = dict(current_session().execute(select(Placement.id, Placement.version)).all())
    number = broker.id
    db.close_session()
    return number, found, versions


def send(broker, versions):
    with transaction() as session:
        return telling.send_out(session, versions, by=session.get(User, broker))


def due():
    return current_session().scalar(
        select(func.count())
        .select_from(Message)
        .where(Message.due_at <= clock.now(), Message.state == MessageState.QUEUED)
    )


def test_of_many_who_press_at_once_one_sends_all(kept):
    broker, _found, versions = kept
    results = together(lambda _number: send(broker, versions), count=8)
    assert [one for one in results if isinstance(one, int)] == [2 * DECISIONS]
    assert all(isinstance(one, int) or lost(one) for one in results)
    assert due() == 2 * DECISIONS


@pytest.mark.parametrize("turn", range(5))
def test_sending_and_undoing_at_once_ends_in_one_of_the_two(kept, turn):
    broker, found, versions = kept

    def work(number):
        if number == turn % 2:
            return send(broker, versions)
        with transaction() as session:
            by_hand.undo(session, session.get(Proposal, found[-1]), by=session.get(User, broker), why="Verkeerd.")
        return "undone"

    results = together(work, count=2)
    assert all(isinstance(one, int | str) or lost(one) for one in results), results
    states = current_session().scalars(select(Placement.state).order_by(Placement.id)).all()
    if "undone" in results and not any(isinstance(one, int) for one in results):
        assert states.count(PlacementState.WITHDRAWN) == 1
        assert due() == 0
    elif "undone" in results:  # sent, and taken back before a worker took a letter up
        assert due() == 2 * (DECISIONS - 1)
    else:
        assert due() == 2 * DECISIONS
