"""The broker's own hand: the same rules, a reason, and nothing half done."""

import pytest
from sqlalchemy import func, select

from stagemakelaar import outbox
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, Placement, PlacementState
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import actions, by_hand, review
from stagemakelaar.rounds.by_hand_options import options_of_today
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, Verdict
from stagemakelaar.rounds.queries import count_by_state, proposals_of
from tests.computed import computed, proposals
from tests.rows import again, change


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def other_place(make):
    return make.place(make.organisation(name="De Eik", postcode="1012 AB"))


@pytest.fixture
def proposal(make, broker):
    """An open proposal in a chosen run."""
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    return proposals(run)[0]


def do(action, *records, **options):
    """Run an action on records as they are now."""
    with transaction() as session:
        return action(session, *(session.get(type(record), record.id) for record in records), **options)


def counted(model):
    return current_session().scalar(select(func.count()).select_from(model))


class TestPlaceByHand:
    def test_a_student_is_placed_where_the_broker_says(self, make, broker):
        student, place = make.student(searching=True), make.place()
        placement = again(do(by_hand.place_student, student, place, by=broker, why=" zij kent het bedrijf "))
        assert (placement.state, placement.why, placement.reasons) == (
            PlacementState.PLANNED,
            "zij kent het bedrijf",
            {},
        )
        assert placement.approved_by_id == broker.id
        assert again(place).free == 0
        assert case_of(current_session(), student).state is CaseState.PLACED

    def test_a_hard_rule_forbids_it_in_its_own_words(self, make, broker):
        student, place = make.student(searching=True, max_minutes=10), make.place(postcode="9712 AB")
        with pytest.raises(DomainError) as refusal:
            do(by_hand.place_student, student, place, by=broker, why="toch")
        assert refusal.value.message == "De reis is nu langer dan de student wil."
        assert counted(Placement) == 0

    def test_a_reason_is_owed(self, make, broker):
        with pytest.raises(DomainError) as refusal:
            do(by_hand.place_student, make.student(searching=True), make.place(), by=broker, why="  ")
        assert refusal.value.field == "why"

    def test_a_place_of_another_programme_is_refused(self, make, broker):
        far = make.place(make.organisation(programme=make.programme("zuid")))
        with pytest.raises(DomainError):
            do(by_hand.place_student, make.student(searching=True), far, by=broker, why="goed")

    def test_who_has_a_place_already_is_told(self, make, broker):
        student = make.student(searching=True)
        do(by_hand.place_student, student, make.place(), by=broker, why="goed")
        with pytest.raises(Overtaken):
            do(by_hand.place_student, student, make.place(), by=broker, why="goed")


class TestOptions:
    def test_what_fits_and_what_one_rule_keeps_out(self, make):
        student = make.student(searching=True, max_minutes=45)
        fits, far = make.place(), make.place(postcode="9712 AB")
        full = make.place(seats=1, free=0)
        make.place(codes=("25180",))
        fitting, nearly = options_of_today(current_session(), student)
        assert [place.id for place in fitting] == [fits.id]
        assert [(place.id, rule.value) for place, rule in nearly] == [(far.id, "travel"), (full.id, "seats")]

    def test_an_unfinished_profile_has_none(self, make):
        make.place()
        assert options_of_today(current_session(), make.student(complete=False)) == ([], [])


class TestReplace:
    def test_the_proposal_is_turned_down_and_the_student_placed_elsewhere(self, proposal, broker, other_place):
        placement = again(do(by_hand.replace, proposal, other_place, by=broker, why="dichter bij oma"))
        decided = again(proposal)
        assert (placement.place_id, placement.student_id) == (other_place.id, proposal.student_id)
        assert (decided.state, decided.placement_id) == (ProposalState.REJECTED, None)
        (noted,) = decided.reviews
        assert (noted.verdict, noted.why) == (Verdict.REJECT, "dichter bij oma")

    def test_both_or_neither(self, make, proposal, broker):
        far = make.place(postcode="9712 AB")
        with pytest.raises(DomainError):
            do(by_hand.replace, proposal, far, by=broker, why="toch")
        assert again(proposal).state is ProposalState.OPEN
        assert (counted(Placement), again(proposal).reviews) == (0, [])

    def test_the_proposed_place_is_not_another_one(self, proposal, broker):
        with pytest.raises(DomainError):
            do(by_hand.replace, proposal, proposal.place, by=broker, why="zelfde")
        assert again(proposal).state is ProposalState.OPEN

    def test_an_old_page_is_overtaken(self, proposal, broker, other_place):
        with pytest.raises(Overtaken):
            do(by_hand.replace, proposal, other_place, by=broker, why="goed", version=proposal.version + 1)

    def test_with_four_eyes_a_colleague_does_it(self, make, proposal, broker, other_place):
        change(Programme, broker.programme_id, four_eyes=True)
        with pytest.raises(DomainError):
            do(by_hand.replace, proposal, other_place, by=broker, why="goed")
        do(by_hand.replace, proposal, other_place, by=make.broker(), why="goed")
        assert again(proposal).state is ProposalState.REJECTED


@pytest.fixture
def approved(proposal, broker):
    """A proposal that was approved a moment ago; its letters wait."""
    change(Programme, broker.programme_id, undo_minutes=15)
    do(review.approve, proposal, by=broker)
    return again(proposal)


class TestUndo:
    def test_nobody_hears_of_it_and_a_new_proposal_stands(self, approved, broker):
        new = again(do(by_hand.undo, approved, by=broker, why="te snel geklikt"))
        assert (new.state, new.previous_id) == (ProposalState.OPEN, approved.id)
        assert (new.student_id, new.place_id, new.facts) == (approved.student_id, approved.place_id, approved.facts)
        placement = again(approved).placement
        assert (placement.state, placement.withdraw_reason) == (PlacementState.WITHDRAWN, BrokerReason.UNDONE.value)
        assert placement.place.free == 1
        states = set(current_session().scalars(select(Message.state)))
        assert states == {MessageState.CANCELLED}

    def test_the_student_keeps_the_waiting_band(self, approved, broker):
        do(by_hand.undo, approved, by=broker, why="te snel geklikt")
        case = case_of(current_session(), current_session().get(Student, approved.student_id))
        assert (case.state, case.has_priority) == (CaseState.SEARCHING, False)

    def test_the_new_proposal_can_be_approved(self, approved, broker):
        new = do(by_hand.undo, approved, by=broker, why="te snel geklikt")
        do(review.approve, new, by=broker)
        assert again(new).state is ProposalState.APPROVED
        waiting = select(func.count()).where(Message.state == MessageState.QUEUED)
        assert current_session().scalar(waiting) == 2

    def test_the_list_shows_one_of_the_two(self, approved, broker):
        new = do(by_hand.undo, approved, by=broker, why="te snel geklikt")
        session = current_session()
        assert [one.id for one in session.scalars(proposals_of(approved.run_id))] == [new.id]
        counts = count_by_state(session, approved.run_id)
        assert (counts[ProposalState.OPEN], counts[ProposalState.APPROVED]) == (1, 0)

    def test_a_letter_that_left_ends_the_window(self, approved, broker, moment):
        moment("2027-02-03T10:20:00+01:00")
        with transaction() as session:
            outbox.claim(session)
        assert not by_hand.can_undo(current_session(), again(approved))
        with pytest.raises(DomainError) as refusal:
            do(by_hand.undo, approved, by=broker, why="te laat")
        assert "De brieven zijn al weg." in refusal.value.message
        assert again(approved).placement.state is PlacementState.PLANNED

    def test_a_second_undo_is_overtaken(self, approved, broker):
        do(by_hand.undo, approved, by=broker, why="te snel geklikt")
        with pytest.raises(Overtaken):
            do(by_hand.undo, approved, by=broker, why="te snel geklikt")
        assert counted(Proposal) == 2

    def test_an_answer_ends_the_window(self, approved, broker):
        placement = again(approved).placement
        do(placements.accept, placement, by=placement.student.user)
        with pytest.raises(DomainError):
            do(by_hand.undo, approved, by=broker, why="te laat")

    def test_a_closed_round_is_not_reopened(self, approved, broker):
        do(actions.close_round, current_session().get(Round, approved.run.round_id), by=broker)
        with pytest.raises(DomainError):
            do(by_hand.undo, approved, by=broker, why="te laat")

    def test_it_owes_a_reason(self, approved, broker):
        with pytest.raises(DomainError) as refusal:
            do(by_hand.undo, approved, by=broker, why=" ")
        assert refusal.value.field == "why"


def test_seats_stay_right_through_it_all(approved, broker):
    new = do(by_hand.undo, approved, by=broker, why="te snel")
    do(review.approve, new, by=broker)
    place = current_session().get(Place, approved.place_id)
    live = current_session().scalar(
        select(func.count()).where(Placement.place_id == place.id, Placement.state == PlacementState.PLANNED)
    )
    assert place.free + live == place.seats
