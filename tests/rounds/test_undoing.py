"""Changes by hand: noted, added up against what was computed, and taken back, one by one or whole."""

import pytest
from sqlalchemy import select

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, Placement, PlacementState
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import actions, by_hand, review, undoing
from stagemakelaar.rounds.changes import as_computed, as_it_is_now, changes_of, forcing_hints
from stagemakelaar.rounds.hints import give_hint, hints_about, withdraw_hint
from stagemakelaar.rounds.models import ChangeKind, HandChange, Hint, HintLevel, ProposalState, Round, Run
from stagemakelaar.rounds.queries import proposals_of
from tests.computed import asked, compute, computed, proposals
from tests.rows import again, change


@pytest.fixture
def broker(make):
    broker = make.broker()
    change(Programme, broker.programme_id, undo_minutes=15)
    return broker


@pytest.fixture
def two(make, broker):
    """A round under review with two students, two proposals, and a third place that nobody was proposed for."""
    for _number in range(2):
        make.student(searching=True)
    for pays in (True, True, None):
        make.place(pays_travel=pays)
    match_round, run = computed(broker)
    return match_round, run, proposals(run)


def do(action, *records, **options):
    with transaction() as session:
        return action(session, *(session.get(type(record), record.id) for record in records), **options)


def free_place(run_proposals):
    """The first place that nobody was proposed for."""
    taken = {one.place_id for one in run_proposals}
    return current_session().scalars(select(Place).where(Place.id.not_in(taken)).order_by(Place.id)).first()


def standing(match_round):
    session = current_session()
    session.rollback()
    return session.scalars(changes_of(match_round)).all()


class TestNoted:
    def test_a_rejection_and_a_replacement_are_and_an_approval_is_not(self, two, broker):
        match_round, run, (one, other) = two
        do(review.reject, one, by=broker, why="liever niet")
        place = free_place([one, other])
        placement = do(by_hand.replace, other, place, by=broker, why="dichterbij")
        replaced, rejected = standing(match_round)
        assert (rejected.kind, rejected.place_id, rejected.placement_id) == (ChangeKind.REJECTED, one.place_id, None)
        assert (replaced.kind, replaced.place_id, replaced.placement_id) == (
            ChangeKind.REPLACED,
            place.id,
            placement.id,
        )
        assert (replaced.run_id, replaced.why, replaced.by_id) == (run.id, "dichterbij", broker.id)

    def test_an_approval_is_none(self, two, broker):
        match_round, _run, (one, _other) = two
        do(review.approve, one, by=broker)
        assert standing(match_round) == []

    def test_closing_the_round_is_none(self, two, broker):
        match_round, _run, _proposals = two
        do(actions.close_round, match_round, by=broker)
        assert standing(match_round) == []

    def test_without_a_round_there_is_nothing_to_depart_from(self, make, broker):
        do(by_hand.place_student, make.student(searching=True), make.place(), by=broker, why="kent het")
        assert current_session().scalars(select(HandChange)).all() == []


class TestAddedUp:
    def test_untouched_it_is_as_computed(self, two):
        _match_round, run, _proposals = two
        session = current_session()
        assert as_it_is_now(session, run) == as_computed(session, run)

    def test_each_change_shows(self, two, broker):
        _match_round, run, (one, other) = two
        before = as_computed(current_session(), run)
        do(review.reject, one, by=broker, why="nee")
        now = as_it_is_now(current_session(), again(run))
        assert (now.placed, now.fit) == (before.placed - 1, before.fit - one.fit)
        do(by_hand.place_student, one.student, free_place([one, other]), by=broker, why="toch hier")
        now = as_it_is_now(current_session(), again(run))
        assert (now.placed, now.unknown) == (before.placed, 0)
        assert now.fit < before.fit
        do(review.approve, other, by=broker)
        assert as_it_is_now(current_session(), again(run)) == now

    def test_an_open_proposal_of_who_was_placed_by_hand_counts_once(self, make, two, broker):
        _match_round, run, (one, _other) = two
        do(by_hand.place_student, one.student, make.place(), by=broker, why="nieuw bedrijf")
        now = as_it_is_now(current_session(), again(run))
        assert (now.placed, now.unknown) == (2, 1)

    def test_what_fell_through_counts_no_more(self, two, broker):
        _match_round, run, (one, _other) = two
        placement = do(review.approve, one, by=broker)
        do(placements.withdraw, placement, reason=BrokerReason.OTHER, note="ziek", by=broker)
        assert as_it_is_now(current_session(), again(run)).placed == 1


def undone(match_round, broker, **options):
    return [do(undoing.undo_change, one, by=broker, why="bij nader inzien", **options) for one in standing(match_round)]


class TestOneByOne:
    def test_a_rejection_stands_open_again_and_may_be_computed_again(self, two, broker):
        match_round, run, (one, _other) = two
        do(review.reject, one, by=broker, why="nee")
        undone(match_round, broker)
        session = current_session()
        new = next(new for new in session.scalars(proposals_of(run.id)) if new.student_id == one.student_id)
        assert (new.state, new.previous_id, new.place_id) == (ProposalState.OPEN, one.id, one.place_id)
        (note,) = standing(match_round)
        assert (note.undone_by_id, note.undone_why) == (broker.id, "bij nader inzien")
        assert compute(asked(match_round, broker)).placed == 2

    def test_while_it_stands_the_pair_is_not_computed_again(self, two, broker):
        match_round, _run, (one, _other) = two
        do(review.reject, one, by=broker, why="nee")
        outcome = compute(asked(match_round, broker))
        where = dict(zip(outcome.candidate.tolist(), outcome.place.tolist(), strict=True))
        assert where[one.student_id] != one.place_id

    def test_a_replacement_gives_the_seat_back_and_nobody_hears_of_it(self, two, broker):
        match_round, _run, (one, other) = two
        placement = do(by_hand.replace, one, free_place([one, other]), by=broker, why="dichterbij")
        undone(match_round, broker)
        placement = again(placement)
        assert (placement.state, placement.place.free) == (PlacementState.WITHDRAWN, 1)
        assert set(current_session().scalars(select(Message.state))) == {MessageState.CANCELLED}
        new = current_session().scalars(select(type(one)).where(type(one).previous_id == one.id)).one()
        assert new.state is ProposalState.OPEN

    def test_a_place_by_hand_goes_also_when_the_round_is_closed(self, make, two, broker):
        match_round, _run, (one, _other) = two
        placement = do(by_hand.place_student, one.student, make.place(), by=broker, why="nieuw")
        do(actions.close_round, match_round, by=broker)
        undone(match_round, broker)
        assert again(placement).state is PlacementState.WITHDRAWN

    def test_twice_is_overtaken(self, two, broker):
        match_round, _run, (one, _other) = two
        do(review.reject, one, by=broker, why="nee")
        undone(match_round, broker)
        with pytest.raises(Overtaken):
            undone(match_round, broker)

    def test_it_owes_a_reason(self, two, broker):
        match_round, _run, (one, _other) = two
        do(review.reject, one, by=broker, why="nee")
        with pytest.raises(DomainError) as refusal:
            do(undoing.undo_change, standing(match_round)[0], by=broker, why=" ")
        assert refusal.value.field == "why"

    @pytest.mark.parametrize("ends", ["answered", "closed", "placed", "withdrawn", "other run"])
    def test_it_says_why_not(self, make, two, broker, ends):
        match_round, _run, (one, other) = two
        if ends in {"closed", "placed", "other run"}:
            do(review.reject, one, by=broker, why="nee")
        else:
            placement = do(by_hand.replace, one, free_place([one, other]), by=broker, why="dichterbij")
        if ends == "answered":
            do(placements.accept, placement, by=one.student.user)
        elif ends == "withdrawn":
            do(placements.withdraw, placement, reason=BrokerReason.OTHER, note="ziek", by=broker)
        elif ends == "closed":
            do(actions.close_round, match_round, by=broker)
        elif ends == "placed":
            do(by_hand.place_student, one.student, make.place(), by=broker, why="nieuw")
        else:
            run = asked(match_round, broker)
            compute(run)
            with transaction() as session:
                actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, run.id), by=broker)
        words = {
            "answered": undoing.HEARD,
            "withdrawn": undoing.FELL_THROUGH,
            "placed": undoing.HAS_A_PLACE,
        }.get(ends, undoing.NOT_REVIEWED)
        last = standing(match_round)[-1]
        assert undoing.objections_to_undoing(current_session(), [last]) == {last.id: words}
        with pytest.raises(DomainError) as refusal:
            do(undoing.undo_change, last, by=broker, why="toch")
        assert refusal.value.message == words


class TestWhole:
    @pytest.fixture
    def changed(self, make, two, broker):
        """The first was rejected and then placed by hand, the second replaced and answered; and one pair forbidden."""
        match_round, _run, (one, other) = two
        do(review.reject, one, by=broker, why="nee")
        do(by_hand.place_student, one.student, make.place(), by=broker, why="nieuw")
        placement = do(by_hand.replace, other, free_place([one, other]), by=broker, why="dichterbij")
        do(placements.accept, placement, by=other.student.user)
        do(give_hint, one.student, one.place, level=HintLevel.NEVER, why="ruzie", by=broker)
        do(give_hint, one.student, other.place, level=HintLevel.RATHER, why="kent het", by=broker)
        return match_round

    def plan(self, match_round):
        session = current_session()
        session.rollback()
        return undoing.plan_of(session, session.get(Round, match_round.id))

    def test_the_plan_says_what_can_and_what_must_stay(self, changed):
        plan = self.plan(changed)
        assert [one.kind for one in plan.changes] == [ChangeKind.PLACED, ChangeKind.REJECTED]
        assert [hint.level for hint in plan.hints] == [HintLevel.NEVER]
        assert [(one.kind, why) for one, why in plan.kept] == [(ChangeKind.REPLACED, undoing.HEARD)]

    def test_all_that_can_goes_at_once(self, changed, broker):
        do(undoing.undo_all, changed, by=broker, why="opnieuw", seal=self.plan(changed).seal)
        plan = self.plan(changed)
        assert (plan.changes, plan.hints, len(plan.kept)) == ([], [], 1)
        assert current_session().scalars(forcing_hints(again(changed))).all() == []
        states = current_session().scalars(select(Placement.state).order_by(Placement.id)).all()
        assert states == [PlacementState.WITHDRAWN, PlacementState.PLANNED]

    @pytest.mark.parametrize(
        ("levels", "stands"),
        [
            ([HintLevel.MUST, HintLevel.NEVER], HintLevel.MUST),  # the first is older than the round
            ([HintLevel.RATHER_NOT, HintLevel.MUST, HintLevel.NEVER], HintLevel.RATHER_NOT),  # two were forced in it
            ([None, HintLevel.RATHER, HintLevel.NEVER], HintLevel.RATHER),  # given in the round, but forces nothing
            ([None, HintLevel.NEVER], None),
            ([HintLevel.MUST, "withdrawn", HintLevel.NEVER], None),  # that was over before
        ],
    )
    def test_what_a_forced_wish_replaced_is_wanted_again(self, make, broker, moment, levels, stands):
        student, place = make.student(searching=True), make.place()
        for number, level in enumerate(levels):
            moment(f"2027-02-03T11:0{number}:00+01:00")
            if level == "withdrawn":
                do(withdraw_hint, current_session().scalars(select(Hint)).one(), by=broker)
            elif level is not None:
                do(give_hint, student, place, level=level, why=f"wens {number}", by=broker)
            if number == 0:
                moment("2027-02-03T11:00:30+01:00")
                match_round, _run = computed(broker)
        moment("2027-02-03T12:00:00+01:00")
        do(undoing.undo_all, match_round, by=make.broker(), why="opnieuw", seal=self.plan(match_round).seal)
        live = hints_about(current_session(), student)
        assert [(hint.level, hint.by_id) for hint in live] == ([(stands, broker.id)] if stands else [])
        assert self.plan(match_round).hints == []

    def test_what_the_page_did_not_show_stops_it_all(self, make, two, changed, broker):
        seal = self.plan(changed).seal
        do(give_hint, make.student(), make.place(), level=HintLevel.MUST, why="vast", by=broker)
        with pytest.raises(Overtaken):
            do(undoing.undo_all, changed, by=broker, why="opnieuw", seal=seal)
        assert len(self.plan(changed).changes) == 2
        assert current_session().scalars(select(Hint).where(Hint.withdrawn_at.is_not(None))).all() == []
