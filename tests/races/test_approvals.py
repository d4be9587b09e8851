"""Many brokers, one moment: the database lets as many win as there is room for; over HTTP: test_over_http.py."""

import threading

import pytest
from sqlalchemy import func, select

from stagemakelaar import db
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import LIVE, BrokerReason, Placement
from stagemakelaar.places.models import Place
from stagemakelaar.places.seats import change_seats
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal, ProposalState, Review
from stagemakelaar.web.errors import is_lost_race
from tests.builders import Make
from tests.computed import computed, proposals
from tests.proofs import times

pytestmark = pytest.mark.promise("P04", "P05", "P06")

THREADS = times(short=8, full=20)


@pytest.fixture
def make(own_database):
    return Make()


def together(work, count=THREADS):
    """Do the same at once in many threads, each with a session of its own; gives back what each came to."""
    start, results = threading.Barrier(count), [None] * count

    def run(number):
        try:
            start.wait(timeout=60)
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - what went wrong is the result
            results[number] = error
        finally:
            db.close_session()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    db.close_session()
    return results


def crowd(make, seats, students=THREADS):
    """More proposals for one place than it has seats, as when seats were lowered after the computation."""
    broker = make.broker()
    for _ in range(students):
        make.student(searching=True)
    place = make.place(seats=students)
    _round, run = computed(broker)
    found = [one.id for one in proposals(run)]
    with transaction() as session:
        change_seats(session, session.get(Place, place.id), seats)
    number = broker.id
    db.close_session()
    return number, found, place.id


def approve(broker, proposal):
    with transaction() as session:
        return review.approve(session, session.get(Proposal, proposal), by=session.get(User, broker)).id


def lost(result):
    """Whether someone was told that they came too late, and nothing else."""
    return isinstance(result, DomainError) or (isinstance(result, Exception) and is_lost_race(result))


def count(model, *conditions):
    return current_session().scalar(select(func.count()).select_from(model).where(*conditions))


def must_add_up(place, seats):
    """What holds after every step: free and taken make the seats, and nobody sits twice."""
    session = current_session()
    live = count(Placement, Placement.place_id == place, Placement.state.in_(LIVE))
    assert session.get(Place, place).free + live == seats
    twice = select(Placement.student_id).where(Placement.state.in_(LIVE)).group_by(Placement.student_id)
    assert session.execute(twice.having(func.count() > 1)).all() == []


@pytest.mark.parametrize("seats", times(short=[3], full=[1, 3, 10]))
def test_a_place_is_filled_exactly(make, seats):
    broker, found, place = crowd(make, seats)
    results = together(lambda number: approve(broker, found[number]))
    won = [one for one in results if isinstance(one, int)]
    assert len(won) == seats
    assert [one for one in results if not isinstance(one, int) and not lost(one)] == []
    assert count(Proposal, Proposal.state == ProposalState.APPROVED) == seats
    assert count(Message) == 2 * seats
    assert count(Review) == seats
    must_add_up(place, seats)


def test_one_proposal_is_decided_once(make):
    broker, found, place = crowd(make, 3, students=1)
    results = together(lambda _number: approve(broker, found[0]))
    assert sum(isinstance(one, int) for one in results) == 1
    assert all(isinstance(one, int) or lost(one) for one in results)
    assert (count(Placement), count(Review), count(Message)) == (1, 1, 2)
    must_add_up(place, 3)


def test_approving_and_rejecting_at_once_leaves_one_decision(make):
    broker, found, place = crowd(make, 1, students=1)

    def decide(number):
        if number % 2:
            return approve(broker, found[0])
        with transaction() as session:
            review.reject(session, session.get(Proposal, found[0]), by=session.get(User, broker), why="te ver")
        return 0

    results = together(decide)
    assert sum(isinstance(one, int) for one in results) == 1
    proposal = current_session().get(Proposal, found[0])
    approved = proposal.state is ProposalState.APPROVED
    assert (count(Placement), count(Message)) == ((1, 2) if approved else (0, 0))
    must_add_up(place, 1)


def test_one_student_at_two_places_is_placed_once(make):
    """A placement by hand and an approval, for the same student, at different places."""
    broker, found, _place = crowd(make, 1, students=1)
    other = make.place(seats=THREADS).id
    student = current_session().get(Proposal, found[0]).student_id
    db.close_session()

    def place_somewhere(number):
        if number == 0:
            return approve(broker, found[0])
        with transaction() as session:
            by = session.get(User, broker)
            there = session.get(Place, other)
            from stagemakelaar.people.models import Student

            return placements.plan(session, session.get(Student, student), there, reasons={}, by=by).id

    results = together(place_somewhere)
    assert sum(isinstance(one, int) for one in results) == 1
    assert count(Placement) == 1
    must_add_up(other, THREADS)


def test_approving_while_placements_are_withdrawn_never_oversells(make):
    broker, found, place = crowd(make, 3)
    first = [approve(broker, one) for one in found[:3]]
    db.close_session()

    def work(number):
        if number < 3:
            with transaction() as session:
                placement = session.get(Placement, first[number])
                by = session.get(User, broker)
                placements.withdraw(session, placement, reason=BrokerReason.OTHER, note="x", by=by)
            return -1
        return approve(broker, found[number])

    results = together(work)
    won = sum(isinstance(one, int) and one > 0 for one in results)
    assert results.count(-1) == 3
    assert 0 <= won <= 3
    must_add_up(place, 3)


def test_seats_are_not_lowered_below_what_is_in_use(make):
    broker, found, place = crowd(make, 6)

    def work(number):
        if number >= THREADS // 2:
            with transaction() as session:
                change_seats(session, session.get(Place, place), 2)
            return -1
        return approve(broker, found[number])

    together(work)
    session = current_session()
    now = session.get(Place, place)
    live = count(Placement, Placement.state.in_(LIVE))
    assert now.free >= 0
    assert now.free + live == now.seats
    assert live <= 6
