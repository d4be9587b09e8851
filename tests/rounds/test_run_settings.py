"""Runs with settings of their own, and runs on the facts of an earlier one."""

from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.scoring import Weights
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import actions, review, snapshot, undoing
from stagemakelaar.rounds.changes import changes_of
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel, Proposal, Run, Unplaced
from stagemakelaar.rounds.queries import computed as read_back
from stagemakelaar.rounds.run_settings import RunSettings, settings_from
from tests.computed import asked, compute, computed, opened, proposals
from tests.rows import again, change

USUAL = asdict(Weights())
NEARBY = "1011 AB"  # where the student of the builders lives
FURTHER = "1067 AA"


@pytest.fixture
def broker(make):
    return make.broker()


def beside(match_round, run, broker, **settings):
    """A second run on the facts of the first, computed, with these settings."""
    own = settings_from(**({"weights": USUAL} | settings))
    second = asked(match_round, broker, settings=own, from_run=run)
    compute(second)
    return again(second)


def places_of(run):
    """Student → place."""
    return {proposal.student_id: proposal.place_id for proposal in proposals(run)}


def two_places(make):
    """One near that pays nothing, one further that covers the costs."""
    return (
        make.place(postcode=NEARBY, pays_travel=False, allowance_cents=0),
        make.place(postcode=FURTHER, pays_travel=True),
    )


class TestSettings:
    def test_other_weights_bring_another_place(self, make, broker):
        student = make.student(searching=True)
        near, paid = two_places(make)
        match_round, _usual = computed(broker)
        for weights, place in (
            ({"learning": 50, "travel": 50, "kind": 0, "costs": 0}, near),
            ({"learning": 50, "travel": 10, "kind": 0, "costs": 30}, paid),
        ):
            run = asked(match_round, broker, settings=settings_from(weights=weights))
            compute(run)
            assert places_of(run) == {student.id: place.id}
            assert proposals(run)[0].facts["weights"] == weights

    def test_a_shorter_journey_leaves_out_what_is_further(self, make, broker, session):
        student = make.student(searching=True)
        make.place(postcode=FURTHER)
        match_round, run = computed(broker)
        minutes = proposals(run)[0].facts["facts"]["minutes"]
        assert minutes > 10
        assert places_of(beside(match_round, run, broker, most_minutes=minutes)) != {}
        shorter = beside(match_round, run, broker, most_minutes=minutes - 1)
        assert places_of(shorter) == {}
        (unplaced,) = session.query(Unplaced).where(Unplaced.run_id == shorter.id)
        assert (unplaced.student_id, unplaced.cause) == (student.id, "not_within_reach")

    def test_no_run_goes_further_than_a_student_wants(self, make, broker):
        make.student(searching=True, max_minutes=10)
        make.place(postcode=FURTHER)
        match_round, run = computed(broker)
        assert places_of(beside(match_round, run, broker, most_minutes=120)) == places_of(run) == {}

    def test_without_waiting_the_better_fit_goes_first(self, make, broker):
        waits = make.student(searching=True, searching_since=date(2026, 9, 1), postcode=FURTHER)
        fits = make.student(searching=True, searching_since=date(2027, 2, 1), postcode=NEARBY)
        make.place(postcode=NEARBY)
        match_round, run = computed(broker)
        assert set(places_of(run)) == {waits.id}
        without = beside(match_round, run, broker, waiting_counts=False)
        assert set(places_of(without)) == {fits.id}

    def test_who_lost_a_place_to_others_stays_first_also_without_waiting(self, make, broker, session):
        from stagemakelaar.casework.models import Case
        from stagemakelaar.casework.queries import case_of

        lost = make.student(searching=True, postcode=FURTHER)
        make.student(searching=True, postcode=NEARBY)
        change(Case, case_of(session, lost).id, has_priority=True)
        make.place(postcode=NEARBY)
        match_round, run = computed(broker)
        assert set(places_of(beside(match_round, run, broker, waiting_counts=False))) == {lost.id}

    def test_how_long_someone_waits_is_told_also_where_it_did_not_count(self, make, broker, session):
        for since in (date(2026, 9, 1), date(2026, 12, 15), date(2027, 2, 1)):
            make.student(searching=True, searching_since=since)
        make.place(seats=2)
        match_round, run = computed(broker)
        without = beside(match_round, run, broker, waiting_counts=False)

        def classes(number):
            found = [*session.query(Proposal).where(Proposal.run_id == number)]
            assert all(one.facts["facts"]["priority_class"] == one.priority_class for one in found)
            found += session.query(Unplaced).where(Unplaced.run_id == number)
            return {one.student_id: one.priority_class for one in found}

        assert classes(without.id) == classes(run.id)
        assert sorted(classes(run.id).values()) == [1, 2, 3]
        (unplaced,) = session.query(Unplaced).where(Unplaced.run_id == without.id)
        assert unplaced.facts["taken_by_class"] == []

    @pytest.mark.parametrize(
        ("settings", "field"),
        [
            ({"weights": USUAL | {"travel": 9}}, "travel"),
            ({"weights": USUAL | {"learning": 30, "travel": 31}}, "learning"),
            ({"weights": USUAL, "most_minutes": 9}, "most_minutes"),
            ({"weights": USUAL, "most_minutes": 121}, "most_minutes"),
        ],
    )
    def test_what_passes_the_bounds_is_refused_at_its_field(self, settings, field):
        with pytest.raises(DomainError) as refusal:
            settings_from(**settings)
        assert refusal.value.field == field

    @given(
        weights=st.none()
        | st.builds(
            Weights, learning=st.integers(50, 70), travel=st.integers(10, 50), kind=st.integers(0, 30), costs=st.just(5)
        ),
        most_minutes=st.none() | st.integers(10, 120),
        waiting_counts=st.booleans(),
    )
    def test_what_is_stored_reads_back_the_same(self, weights, most_minutes, waiting_counts):
        settings = RunSettings(weights, most_minutes, waiting_counts)
        assert RunSettings.of(Run(settings=settings.stored)) == settings
        assert (settings.stored == {}) == (settings == RunSettings())


class TestAgain:
    def test_the_answer_is_the_same_for_ever(self, make, broker, session):
        for number in range(4):
            make.student(searching=True, searching_since=date(2026, 9 + number // 2, 1))
        two_places(make)
        match_round, run = computed(broker)
        second = beside(match_round, run, broker, most_minutes=40, waiting_counts=False)
        with transaction() as writing:
            for profile in writing.query(Profile):
                profile.max_minutes = 10
        second = again(second)
        assert actions.replay(second).outcome_hash == second.outcome_hash
        assert snapshot.thaw(second).input_hash == second.input_hash != run.input_hash
        problem, _outcome = read_back(session, second)
        assert problem.candidates.max_minutes.max() == 40

    def test_nothing_changed_and_nothing_decided_is_the_very_same_input(self, make, broker):
        make.student(searching=True)
        two_places(make)
        match_round, run = computed(broker, lot=5)
        second = asked(match_round, broker, lot=6, from_run=run)
        compute(second)
        assert (again(second).input_hash, again(second).lot) == (run.input_hash, 5)

    def test_facts_are_those_of_then(self, make, broker):
        student = make.student(searching=True)
        make.place(postcode=FURTHER)
        match_round, run = computed(broker)
        make.student(searching=True)
        make.place()
        with transaction() as session:
            session.get(Student, student.id).profile.max_minutes = 10
        assert places_of(beside(match_round, run, broker)) == places_of(run)

    def test_who_was_placed_since_keeps_the_place_and_the_seat(self, make, broker):
        first, second = make.student(searching=True), make.student(searching=True)
        make.place(seats=1)
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        with transaction() as session:
            review.approve(session, session.get(Proposal, proposal.id), by=broker)
        rest = beside(match_round, run, broker)
        assert rest.students == 1
        assert rest.seats == 0
        assert places_of(rest) == {}
        assert proposal.student_id in {first.id, second.id}

    def test_what_was_turned_down_since_is_not_proposed_again(self, make, broker):
        make.student(searching=True)
        two_places(make)
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        with transaction() as session:
            review.reject(session, session.get(Proposal, proposal.id), by=broker, why="te druk daar")
        (other,) = proposals(beside(match_round, run, broker))
        assert other.place_id != proposal.place_id

    def test_what_was_turned_down_and_taken_back_may_be_proposed_again(self, make, broker):
        make.student(searching=True)
        make.place()
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        with transaction() as session:
            review.reject(session, session.get(Proposal, proposal.id), by=broker, why="te druk daar")
        second = beside(match_round, run, broker)
        assert proposals(second) == []
        with transaction() as session:
            change_by_hand = session.scalars(changes_of(match_round)).one()
            undoing.undo_change(session, change_by_hand, by=broker, why="toch niet te druk")
        assert places_of(beside(match_round, second, broker)) == {proposal.student_id: proposal.place_id}

    def test_what_a_broker_wants_since_counts(self, make, broker):
        student = make.student(searching=True)
        two_places(make)
        match_round, run = computed(broker)
        (proposal,) = proposals(run)
        with transaction() as session:
            place = session.get(Place, proposal.place_id)
            give_hint(session, session.merge(student), place, level=HintLevel.NEVER, why="ruzie", by=broker)
        (other,) = proposals(beside(match_round, run, broker))
        assert other.place_id != proposal.place_id

    def test_settings_go_along_when_none_are_given(self, make, broker):
        make.student(searching=True)
        make.place()
        match_round, run = computed(broker)
        second = beside(match_round, run, broker, most_minutes=25)
        third = asked(match_round, broker, from_run=second)
        compute(third)
        assert again(third).settings == second.settings
        assert again(third).input_hash == second.input_hash

    def test_facts_in_the_row_are_without_the_settings(self, make, broker):
        make.student(searching=True, max_minutes=45)
        match_round, run = computed(broker)
        second = beside(match_round, run, broker, most_minutes=25)
        assert Problem.from_bytes(second.frozen_input).candidates.max_minutes.tolist() == [45]

    def test_only_a_computed_run_of_the_same_round_can_be_taken_up(self, make, broker):
        match_round, run = computed(broker)
        waiting = asked(match_round, broker)
        with transaction() as session:
            actions.cancel_run(session, session.get(Run, waiting.id), by=broker)
        with pytest.raises(DomainError) as refusal:
            asked(match_round, broker, from_run=waiting)
        assert refusal.value.field == "from_run"
        with transaction() as session:
            actions.close_round(session, session.merge(match_round), by=broker)
        with pytest.raises(DomainError) as refusal:
            asked(opened(broker), broker, from_run=run)
        assert refusal.value.field == "from_run"
