"""From an open round to a chosen run, and to the end."""

from datetime import date

import pytest
from sqlalchemy import func, select

from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.solver import solve
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements.models import Placement
from stagemakelaar.rounds import actions, queries, review
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run, RunState, Unplaced
from tests.computed import asked, compute, computed, opened, proposals
from tests.rows import again


def test_a_programme_has_one_live_round(make):
    broker = make.broker()
    opened(broker)
    with pytest.raises(DomainError) as refusal:
        opened(broker)
    assert refusal.value.field == "name"


def test_a_round_without_a_name_is_refused_at_the_field(make):
    with pytest.raises(DomainError) as refusal:
        opened(make.broker(), name=" ")
    assert refusal.value.field == "name"


def test_after_closing_another_round_can_open(make):
    broker = make.broker()
    first = opened(broker)
    with transaction() as session:
        actions.close_round(session, session.merge(first), by=broker)
    assert opened(broker).id != first.id


def test_a_run_is_asked_once_at_a_time(make):
    broker = make.broker()
    match_round = opened(broker)
    asked(match_round, broker)
    with pytest.raises(DomainError):
        asked(match_round, broker)


def test_the_first_computed_run_is_chosen_and_the_round_goes_to_review(make):
    make.student(searching=True)
    make.place()
    match_round, run = computed(make.broker())
    assert (match_round.state, match_round.chosen_run_id) == (RoundState.REVIEW, run.id)
    assert (run.state, run.students, run.seats, run.proposed) == (RunState.COMPUTED, 1, 1, 1)
    assert run.outcome_hash
    assert run.input_hash
    assert run.engine


def test_a_proposal_carries_the_explanation_and_nothing_is_placed(make, session):
    student, place = make.student(searching=True), make.place()
    _round, run = computed(make.broker())
    (proposal,) = proposals(run)
    assert (proposal.student_id, proposal.place_id, proposal.state) == (student.id, place.id, ProposalState.OPEN)
    assert proposal.facts["opening"] == place.id
    assert [part["name"] for part in proposal.facts["parts"]] == ["learning", "travel", "kind", "costs"]
    assert proposal.fit == sum(part["points"] or 0 for part in proposal.facts["parts"])
    assert session.scalar(select(func.count()).select_from(Placement)) == 0
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_who_stays_without_a_place_is_kept_with_the_cause(make, session):
    student = make.student(searching=True)
    make.place(starts_on=date(2027, 5, 1))
    _round, run = computed(make.broker())
    (unplaced,) = session.scalars(select(Unplaced).where(Unplaced.run_id == run.id)).all()
    assert (unplaced.student_id, unplaced.cause) == (student.id, "period")
    assert unplaced.facts["next_step"] == "shift_period"
    assert unplaced.facts["openers"][0]["rule"] == "period"


def test_a_run_with_nobody_and_nothing_is_computed_as_well(make):
    _round, run = computed(make.broker())
    assert (run.state, run.students, run.seats, run.proposed) == (RunState.COMPUTED, 0, 0, 0)


def test_the_trail_names_the_hashes(make, session):
    make.student(searching=True)
    _round, run = computed(make.broker())
    lines = {entry.action: entry.details for entry in session.scalars(select(Entry).where(Entry.object_id == run.id))}
    assert lines["run.computing"]["input"] == run.input_hash
    assert lines["run.computed"]["outcome"] == run.outcome_hash


@pytest.mark.promise("P45")
def test_a_replay_gives_the_same_outcome(make):
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=2)
    _round, run = computed(make.broker())
    assert actions.replay(run).outcome_hash == run.outcome_hash


@pytest.mark.promise("P45")
def test_a_replay_does_not_see_what_changed_since(make):
    student, place = make.student(searching=True), make.place()
    _round, run = computed(make.broker())
    with transaction() as session:
        session.get(Student, student.id).profile.max_minutes = 10
        session.get(type(place), place.id).weekdays = 0
    assert actions.replay(again(run)).outcome_hash == run.outcome_hash


def test_another_lot_is_another_input(make):
    broker = make.broker()
    make.student(searching=True)
    match_round, run = computed(broker, lot=1)
    second = asked(match_round, broker, lot=2)
    compute(second)
    assert again(second).input_hash != run.input_hash


def test_a_taken_run_is_not_taken_again(make):
    broker = make.broker()
    run = asked(opened(broker), broker)
    with transaction() as session:
        assert actions.freeze_run(session, run.id)
    with transaction() as session:
        assert actions.freeze_run(session, run.id) is None


def test_a_run_whose_worker_went_silent_is_queued_again_with_the_same_input(make, moment):
    broker = make.broker()
    make.student(searching=True)
    run = asked(opened(broker), broker)
    with transaction() as session:
        first = actions.freeze_run(session, run.id)
    make.student(searching=True)
    moment("2027-02-03T10:03:00+01:00")
    with transaction() as session:
        assert actions.queue_lapsed_runs(session) == [run.id]
    with transaction() as session:
        assert actions.freeze_run(session, run.id) == first
    assert again(run).attempts == 2


def test_a_renewed_lease_keeps_a_run(make, moment):
    broker = make.broker()
    run = asked(opened(broker), broker)
    with transaction() as session:
        actions.freeze_run(session, run.id)
    moment("2027-02-03T10:01:30+01:00")
    with transaction() as session:
        assert actions.still_computing(session, run.id, 1)
        assert not actions.still_computing(session, run.id, 2)
    moment("2027-02-03T10:03:00+01:00")
    with transaction() as session:
        assert actions.queue_lapsed_runs(session) == []


def test_a_run_that_keeps_taking_its_worker_down_fails(make, moment):
    broker = make.broker()
    run = asked(opened(broker), broker)
    for minute in (0, 10, 20):
        moment(f"2027-02-03T10:{minute:02d}:00+01:00")
        with transaction() as session:
            assert actions.freeze_run(session, run.id)
        moment(f"2027-02-03T10:{minute + 5:02d}:00+01:00")
        with transaction() as session:
            actions.queue_lapsed_runs(session)
    assert again(run).state is RunState.FAILED


def test_an_outcome_that_comes_too_late_is_thrown_away(make, moment):
    broker = make.broker()
    run = asked(opened(broker), broker)
    with transaction() as session:
        outcome = solve(Problem.from_bytes(actions.freeze_run(session, run.id)))
    moment("2027-02-03T10:03:00+01:00")
    with transaction() as session:
        actions.queue_lapsed_runs(session)
    with transaction() as session:
        actions.freeze_run(session, run.id)
    with transaction() as session:
        assert not actions.store_outcome(session, run.id, 1, outcome)
        assert actions.store_outcome(session, run.id, 2, outcome)


def test_a_cancelled_run_keeps_no_outcome(make):
    broker = make.broker()
    run = asked(opened(broker), broker)
    with transaction() as session:
        outcome = solve(Problem.from_bytes(actions.freeze_run(session, run.id)))
    with transaction() as session:
        actions.cancel_run(session, session.get(Run, run.id), by=broker)
    with transaction() as session:
        assert not actions.store_outcome(session, run.id, 1, outcome)
    assert again(run).state is RunState.CANCELLED


def test_a_failed_run_tells_why_and_another_can_be_asked(make):
    broker = make.broker()
    match_round = opened(broker)
    run = asked(match_round, broker)
    with transaction() as session:
        actions.freeze_run(session, run.id)
    with transaction() as session:
        actions.run_failed(session, run.id, 1, "no memory")
    assert (again(run).state, again(run).trouble) == (RunState.FAILED, "no memory")
    assert asked(match_round, broker).id != run.id


def test_a_second_run_is_looked_at_only_after_it_was_chosen(make):
    broker = make.broker()
    make.student(searching=True)
    make.place()
    match_round, first = computed(broker)
    second = asked(match_round, broker, lot=8)
    compute(second)
    (old,), (new,) = proposals(first), proposals(second)
    with pytest.raises(DomainError), transaction() as session:
        review.approve(session, new, by=broker)
    with transaction() as session:
        actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, second.id), by=broker)
    with pytest.raises(DomainError), transaction() as session:
        review.approve(session, old, by=broker)
    with transaction() as session:
        review.approve(session, new, by=broker)


def test_a_run_that_is_not_computed_cannot_be_chosen(make):
    broker = make.broker()
    match_round, _run = computed(broker)
    second = asked(match_round, broker)
    with pytest.raises(DomainError), transaction() as session:
        actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, second.id), by=broker)


def test_closing_rejects_what_is_left_and_keeps_what_was_decided(make):
    broker = make.broker()
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=3)
    match_round, run = computed(broker)
    one, two, three = proposals(run)
    with transaction() as session:
        review.approve(session, one, by=broker)
    with transaction() as session:
        review.hold(session, two, by=broker, why="bellen", until=date(2027, 2, 10))
    with transaction() as session:
        assert actions.close_round(session, session.get(Round, match_round.id), by=broker) == 2
    states = [again(proposal).state for proposal in (one, two, three)]
    assert states == [ProposalState.APPROVED, ProposalState.REJECTED, ProposalState.REJECTED]
    assert queries.last_review(again(three)._sa_instance_state.session, three.id).reason == actions.AT_CLOSING
    assert again(match_round).state is RoundState.CLOSED


def test_closing_stops_what_is_being_computed(make):
    broker = make.broker()
    match_round = opened(broker)
    run = asked(match_round, broker)
    with transaction() as session:
        actions.close_round(session, session.get(Round, match_round.id), by=broker)
    assert again(run).state is RunState.CANCELLED


def test_a_closed_round_stays_closed(make):
    broker = make.broker()
    match_round = opened(broker)
    with transaction() as session:
        actions.close_round(session, session.get(Round, match_round.id), by=broker)
    with pytest.raises(DomainError):
        asked(again(match_round), broker)
    with pytest.raises(IllegalMove), transaction() as session:
        actions.close_round(session, session.get(Round, match_round.id), by=broker)


def test_rounds_of_two_programmes_do_not_meet(make, session):
    north, south = make.broker(), make.broker(programme=make.programme("zuid"))
    make.student(searching=True)
    _round, run = computed(north)
    computed(south)
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0
    assert run.programme_id == session.scalar(select(Programme.id).where(Programme.slug == "noord"))
