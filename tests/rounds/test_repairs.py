"""The best next offer after a place was lost."""

import pytest

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import EmployerReason, Placement, StudentReason
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.rounds.repairs import offers_for
from tests.computed import computed, proposals


@pytest.fixture
def broker(make):
    return make.broker()


def two_of_each(make, broker):
    """A run with two students and two places, each of which takes either."""
    make.place(pays_travel=True)
    make.place()
    for _number in range(2):
        make.student(searching=True)
    _round, run = computed(broker)
    return run


def approved(proposal, by):
    with transaction() as session:
        return review.approve(session, session.get(Proposal, proposal.id), by=by)


def declined(placement):
    with transaction() as session:
        placement = session.get(Placement, placement.id)
        placements.decline(session, placement, reason=StudentReason.TRAVEL, by=placement.student.user)


def refused(placement, by):
    with transaction() as session:
        placement = session.get(Placement, placement.id)
        placements.refuse(session, placement, reason=EmployerReason.NO_CAPACITY, by=by)


def offers(student_id):
    session = current_session()
    session.rollback()
    return offers_for(session, session.get(Student, student_id))


class TestAfterADecline:
    def test_the_other_free_place_is_offered_and_nobody_moves(self, make, broker):
        student = make.student(searching=True)
        make.place(pays_travel=True)
        second = make.place()
        keys = (student.id, second.id)
        _round, run = computed(broker)
        (proposal,) = proposals(run)
        declined(approved(proposal, broker))
        (offer,) = offers(keys[0])
        assert (offer.moves_allowed, offer.place.id, offer.alternative.placed) == (0, keys[1], 0)
        assert offer.alternative.moves == ()
        assert offer.objection is None

    def test_who_was_told_stays_and_the_price_of_moving_one_is_named(self, make, broker):
        # Two places; the other student could also take the seat that was declined, but was told already.
        run = two_of_each(make, broker)
        one, other = proposals(run)
        placement = approved(one, broker)
        approved(other, broker)
        declined(placement)
        stay, move = offers(one.student_id)
        assert (stay.moves_allowed, stay.place, stay.alternative.placed) == (0, None, -1)
        assert (move.moves_allowed, move.place.id, move.alternative.placed) == (1, other.place_id, 0)
        assert [moved.candidate for moved in move.alternative.moves] == [other.student_id]
        assert other.student_id in move.students

    def test_who_was_not_told_may_move_for_nothing(self, make, broker):
        run = two_of_each(make, broker)
        one, other = proposals(run)
        declined(approved(one, broker))
        (offer,) = offers(one.student_id)
        assert (offer.moves_allowed, offer.place.id, offer.alternative.placed) == (0, other.place_id, 0)


class TestAfterARefusal:
    def test_the_seat_that_is_not_there_is_given_to_nobody(self, make, broker):
        # The other student could make way by taking the refused seat, if it were there.
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        refused(approved(one, broker), broker)
        (offer,) = offers(one.student_id)
        assert (offer.place, offer.alternative.placed) == (None, -1)


class TestNothingToRepair:
    def test_with_an_open_proposal(self, make, broker):
        make.place()
        key = make.student(searching=True).id
        computed(broker)
        assert offers(key) == []

    def test_with_a_live_placement(self, make, broker):
        make.place()
        key = make.student(searching=True).id
        _round, run = computed(broker)
        approved(proposals(run)[0], broker)
        assert offers(key) == []

    def test_without_a_computation(self, make):
        assert offers(make.student(searching=True).id) == []

    def test_facts_of_today_are_looked_at_once_more(self, make, broker):
        make.place(pays_travel=True)
        second = make.place()
        key, other = make.student(searching=True).id, second.id
        _round, run = computed(broker)
        declined(approved(proposals(run)[0], broker))
        with transaction() as session:
            session.get(Place, other).state = PlaceState.PAUSED
        (offer,) = offers(key)
        assert offer.objection == "Deze plek staat niet meer open."
