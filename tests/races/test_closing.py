"""A round is closed while someone takes a decision back: no proposal is left open in a round that is closed."""

import threading

import pytest
from sqlalchemy import select

from stagemakelaar import db
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import Programme, User
from stagemakelaar.rounds import actions, by_hand, review, undoing
from stagemakelaar.rounds.changes import changes_of
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run
from tests.builders import Make
from tests.computed import asked, compute, computed, proposals
from tests.rows import change

pytestmark = pytest.mark.promise("P06")

A_WHILE = 0.5  # the second gets so long to come as far as it can, while the first has not committed


@pytest.fixture
def make(own_database):
    return Make()


@pytest.fixture
def decided(make):
    """A round with an approved and a rejected proposal: ids of the broker, the round and the approved one, and the seal
    of what a page showed that could be taken back.
    """
    broker = make.broker()
    change(Programme, broker.programme_id, undo_minutes=15)
    for _number in range(2):
        make.student(searching=True)
        make.place()
    match_round, run = computed(broker)
    approved, rejected = (one.id for one in proposals(run))
    with transaction() as session:
        review.approve(session, session.get(Proposal, approved), by=broker)
        review.reject(session, session.get(Proposal, rejected), by=broker, why="te druk")
    compute(asked(match_round, broker))
    seal = undoing.plan_of(current_session(), current_session().get(Round, match_round.id)).seal
    numbers = broker.id, match_round.id, approved, seal
    db.close_session()
    return numbers


def close(session, broker, match_round, *_more):
    actions.close_round(session, session.get(Round, match_round), by=session.get(User, broker))


def undo_approval(session, broker, _round, approved, _seal):
    by_hand.undo(session, session.get(Proposal, approved), by=session.get(User, broker), why="te snel")


def undo_change(session, broker, match_round, *_more):
    one = session.scalars(changes_of(session.get(Round, match_round))).one()
    undoing.undo_change(session, one, by=session.get(User, broker), why="te snel")


def undo_all(session, broker, match_round, _approved, seal):
    match_round = session.get(Round, match_round)
    undoing.undo_all(session, match_round, by=session.get(User, broker), why="te snel", seal=seal)


def choose_another(session, broker, match_round, *_more):
    last = session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one()
    actions.choose_run(session, session.get(Round, match_round), last, by=session.get(User, broker))


def one_during_the_other(first, second, numbers):
    """Begin the second when the first has done all but commit; gives back what the second came to."""
    came_to = []

    def run():
        try:
            with transaction() as session:
                second(session, *numbers)
            came_to.append("done")
        except Exception as error:  # noqa: BLE001 - what went wrong is the result
            came_to.append(error)
        finally:
            db.close_session()

    other = threading.Thread(target=run)
    with transaction() as session:
        first(session, *numbers)
        session.flush()
        other.start()
        other.join(timeout=A_WHILE)
    other.join(timeout=60)
    db.close_session()
    return came_to[0]


def left_open():
    open_ones = select(Proposal.id).where(Proposal.state == ProposalState.OPEN)
    return current_session().scalars(open_ones).all()


@pytest.mark.parametrize("undo", [undo_approval, undo_change, undo_all])
def test_what_was_undone_a_moment_before_is_closed_with_the_rest(decided, undo):
    assert one_during_the_other(undo, close, decided) == "done"
    assert left_open() == []


@pytest.mark.parametrize("act", [undo_approval, undo_change, undo_all, choose_another])
def test_who_comes_when_it_is_being_closed_is_told(decided, act):
    refusal = one_during_the_other(close, act, decided)
    assert isinstance(refusal, DomainError), refusal
    assert left_open() == []
    assert current_session().get(Round, decided[1]).state is RoundState.CLOSED
