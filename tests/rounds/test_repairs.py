"""The best next offer after a place was lost."""

import pytest

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import Overtaken
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, EmployerReason, Placement, StudentReason
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rounds import actions, by_hand, review, undoing
from stagemakelaar.rounds.changes import changes_of
from stagemakelaar.rounds.models import Proposal, Round, Run
from stagemakelaar.rounds.repairs import let_wait, lost_places, offers_for
from tests.computed import asked, compute, computed, proposals
from tests.rows import again, change


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
        assert (offer.moves_allowed, offer.place.id, offer.cost.alternative.placed) == (0, keys[1], 0)
        assert offer.cost.alternative.moves == ()
        assert offer.objection is None

    def test_who_was_told_stays_and_the_price_of_moving_one_is_named(self, make, broker):
        # Two places; the other student could also take the seat that was declined, but was told already.
        run = two_of_each(make, broker)
        one, other = proposals(run)
        placement = approved(one, broker)
        approved(other, broker)
        declined(placement)
        stay, move = offers(one.student_id)
        assert (stay.moves_allowed, stay.place, stay.cost.alternative.placed) == (0, None, -1)
        assert (move.moves_allowed, move.place.id, move.cost.alternative.placed) == (1, other.place_id, 0)
        assert [moved.candidate for moved in move.cost.alternative.moves] == [other.student_id]
        assert other.student_id in move.cost.students

    def test_who_was_not_told_may_move_for_nothing(self, make, broker):
        run = two_of_each(make, broker)
        one, other = proposals(run)
        declined(approved(one, broker))
        (offer,) = offers(one.student_id)
        assert (offer.moves_allowed, offer.place.id, offer.cost.alternative.placed) == (0, other.place_id, 0)


class TestAfterARefusal:
    def test_the_seat_that_is_not_there_is_given_to_nobody(self, make, broker):
        # The other student could make way by taking the refused seat, if it were there.
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        refused(approved(one, broker), broker)
        (offer,) = offers(one.student_id)
        assert (offer.place, offer.cost.alternative.placed) == (None, -1)

    def test_who_was_placed_by_hand_stays_too(self, make, broker):
        run = two_of_each(make, broker)
        one, other = proposals(run)
        third = make.place()
        with transaction() as session:
            by_hand.place_student(
                session, session.get(Student, other.student_id), session.get(Place, third.id), by=broker, why="kent het"
            )
        declined(approved(one, broker))
        assert all(
            offer.moves_allowed or other.student_id not in {move.candidate for move in offer.cost.alternative.moves}
            for offer in offers(one.student_id)
        )

    def test_who_lost_a_place_found_by_hand_gets_an_offer(self, make, broker):
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        third = make.place()
        with transaction() as session:
            placement = by_hand.place_student(
                session, session.get(Student, one.student_id), session.get(Place, third.id), by=broker, why="kent het"
            )
        declined(placement)
        (offer,) = offers(one.student_id)
        assert (offer.place.id, offer.cost.alternative.placed) == (one.place_id, 0)


class TestWhatWasNeverLost:
    @pytest.fixture
    def alone(self, make, broker):
        """A student who can go to one of two places: (round, the proposal, the other place)."""
        change(Programme, broker.programme_id, undo_minutes=15)
        make.student(searching=True)
        make.place()
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        return match_round, proposal, make.place()

    @pytest.mark.parametrize("undone", ["approved", "rejected"])
    def test_a_place_whose_decision_was_undone_is_offered(self, alone, broker, undone):
        match_round, proposal, _other = alone
        if undone == "approved":
            approved(proposal, broker)
        with transaction() as session:
            proposal = session.get(Proposal, proposal.id)
            if undone == "approved":
                by_hand.undo(session, proposal, by=broker, why="te snel")
            else:
                review.reject(session, proposal, by=broker, why="te druk")
                undoing.undo_change(session, session.scalars(changes_of(match_round)).one(), by=broker, why="toch niet")
        assert [offer.place.id for offer in offers(proposal.student_id)] == [proposal.place_id]

    @pytest.mark.parametrize("before", ["rejected", "not decided"])
    def test_a_place_of_an_earlier_round_is_offered(self, alone, broker, before):
        match_round, proposal, other = alone
        with transaction() as session:
            if before == "rejected":
                review.reject(session, session.get(Proposal, proposal.id), by=broker, why="te druk")
            actions.close_round(session, session.get(Round, match_round.id), by=broker)
            session.get(Place, other.id).state = PlaceState.PAUSED
        computed(broker)
        with transaction() as session:
            place = session.get(Place, other.id)
            place.state = PlaceState.OPEN
            student = session.get(Student, proposal.student_id)
            placement = by_hand.place_student(session, student, place, by=broker, why="kent het")
        declined(placement)
        assert [offer.place and offer.place.id for offer in offers(proposal.student_id)] == [proposal.place_id]


class TestWhoNeedsANextStep:
    def lost(self, broker):
        session = current_session()
        session.rollback()
        return sorted(placement.student_id for placement in session.scalars(lost_places(broker.programme_id)))

    def test_after_a_decline_a_refusal_and_an_end_before_its_time(self, make, broker):
        run = two_of_each(make, broker)
        one, other = proposals(run)
        declined(approved(one, broker))
        placement = approved(other, broker)
        assert self.lost(broker) == [one.student_id]
        with transaction() as session:
            placement = session.get(Placement, placement.id)
            placements.accept(session, placement, by=placement.student.user)
            placements.confirm_capacity(session, placement, by=broker)
            reason = BrokerReason.TALKED_WITH_COMPANY
            placements.withdraw(session, placement, reason=reason, note="failliet", by=broker)
        assert self.lost(broker) == sorted([one.student_id, other.student_id])

    def test_an_undone_decision_is_none(self, make, broker):
        change(Programme, broker.programme_id, undo_minutes=15)
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        approved(one, broker)
        with transaction() as session:
            by_hand.undo(session, session.get(Proposal, one.id), by=broker, why="te snel")
        assert self.lost(broker) == []

    @pytest.mark.parametrize("next_step", ["placed", "waits", "computed", "stops"])
    def test_until_somebody_decides(self, make, broker, moment, next_step):
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        declined(approved(one, broker))
        third = make.place()
        moment("2027-02-03T11:00:00+01:00")
        with transaction() as session:
            student = session.get(Student, one.student_id)
            if next_step == "placed":
                by_hand.place_student(session, student, session.get(Place, third.id), by=broker, why="kent het")
            elif next_step == "waits":
                let_wait(session, student, by=broker)
            elif next_step == "stops":
                casework.pause(session, case_of(session, student), why="ziek", by=broker)
        if next_step == "computed":
            match_round = again(run).round
            later = asked(match_round, broker)
            compute(later)
            assert self.lost(broker) == [one.student_id]
            with transaction() as session:
                actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, later.id), by=broker)
        assert self.lost(broker) == []

    def test_a_later_computation_on_earlier_facts_did_not_search_for_who_had_a_place_then(self, make, broker, moment):
        one, other = make.student(searching=True), make.student(searching=True)
        place = make.place()
        with transaction() as session:
            known = by_hand.place_student(
                session, session.get(Student, one.id), session.get(Place, place.id), by=broker, why="kent het"
            )
        make.place()
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        assert proposal.student_id == other.id
        declined(known)
        declined(approved(proposal, broker))
        assert self.lost(broker) == [one.id, other.id]
        moment("2027-02-03T11:00:00+01:00")
        later = asked(match_round, broker, from_run=run)
        compute(later)
        with transaction() as session:
            actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, later.id), by=broker)
        assert self.lost(broker) == [one.id]

    def test_only_one_decides_to_wait(self, make, broker):
        run = two_of_each(make, broker)
        one, _other = proposals(run)
        declined(approved(one, broker))
        with transaction() as session:
            let_wait(session, session.get(Student, one.student_id), by=broker)
        with pytest.raises(Overtaken), transaction() as session:
            let_wait(session, session.get(Student, one.student_id), by=broker)


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
