"""What a broker wants for one student at one place: never, rather not, rather, must."""

import numpy as np
import pytest

from stagemakelaar.matching.checks import objections
from stagemakelaar.matching.eligibility import broken_rules, why_not
from stagemakelaar.matching.explain import explanation, facts
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.scoring import HINT, MUST, NEVER, RATHER, RATHER_NOT
from stagemakelaar.matching.solver import solve
from stagemakelaar.matching.unplaced import Cause, NextStep, why_unplaced
from tests.matching import cases

NEAR, FAR = 10, 20  # minutes: 23 and 17 points, so six apart


def two_places(*hints, people=({},), **more):
    """One student (or more) and two places, the first of them nearer."""
    rows = [(who, where, minutes) for who in range(1, len(people) + 1) for where, minutes in ((1, NEAR), (2, FAR))]
    return cases.problem(list(people), [{} | more, {}], rows, hints=hints)


def places(problem):
    outcome = solve(problem)
    assert objections(problem, outcome) == []
    return outcome.place.tolist()


def rules(problem, candidate=1, opening=1):
    return [rule.value for rule in why_not(problem, candidate, opening)]


def test_without_hints_the_nearer_place_is_proposed():
    assert places(two_places()) == [1]


def test_rather_tips_the_scale_between_places_that_differ_little():
    assert places(two_places((1, 2, RATHER))) == [2]


def test_rather_not_does_so_the_other_way_round():
    assert places(two_places((1, 1, RATHER_NOT))) == [2]


def test_rather_does_not_outweigh_a_great_difference():
    far = cases.problem([{}], [{}, {}], [(1, 1, 5), (1, 2, 40)], hints=[(1, 2, RATHER)])
    assert places(far) == [1]


def test_rather_not_is_still_better_than_no_place():
    assert places(cases.one_pair(hints=[(1, 1, RATHER_NOT)])) == [1]


def test_the_points_of_a_hint_stand_beside_the_parts():
    problem = two_places((1, 1, RATHER_NOT), (1, 2, RATHER))
    assert judge(problem).fit.tolist() == [23 - HINT, 17 + HINT]
    told = explanation(problem, solve(problem), 1)
    assert told["agreed"] == HINT
    assert told["fit"] == sum(part["points"] or 0 for part in told["parts"]) + HINT
    assert told["most"] == problem.weights.most
    assert told["facts"]["hint"] == RATHER


def test_rather_not_takes_no_fit_below_nothing():
    problem = cases.one_pair(minutes=44, hints=[(1, 1, RATHER_NOT)])
    assert judge(problem).fit.tolist() == [0]
    assert explanation(problem, solve(problem), 1)["agreed"] == -1


def test_without_a_hint_nothing_is_agreed():
    problem = cases.one_pair()
    assert explanation(problem, solve(problem), 1)["agreed"] == 0
    assert facts(problem, 1, 1)["hint"] is None


def test_a_hint_counts_for_its_own_pair_only():
    problem = two_places((2, 2, RATHER), people=({}, {}, {}))
    plain = two_places(people=({}, {}, {}))
    assert (judge(problem).fit - judge(plain).fit).tolist() == [0, 0, 0, HINT, 0, 0]


def test_never_is_a_rule_with_a_name():
    problem = two_places((1, 1, NEVER))
    assert rules(problem) == ["never"]
    assert rules(problem, opening=2) == []
    assert places(problem) == [2]


def test_must_leaves_that_place_only():
    problem = two_places((1, 2, MUST))
    assert rules(problem, opening=1) == ["elsewhere"]
    assert rules(problem, opening=2) == []
    assert places(problem) == [2]


def test_must_at_two_places_leaves_both():
    problem = cases.problem([{}], [{}] * 3, [(1, 1, 5), (1, 2, 9), (1, 3, 7)], hints=[(1, 2, MUST), (1, 3, MUST)])
    assert [rules(problem, opening=at) for at in (1, 2, 3)] == [["elsewhere"], [], []]
    assert places(problem) == [3]


def test_must_breaks_no_other_rule_open():
    problem = two_places((1, 1, MUST), vog=True)
    assert places(problem) == [1]
    late = cases.problem([{"vog_ready_on": cases.END}], [{"vog": True}, {}], hints=[(1, 1, MUST)])
    assert places(late) == [NO_PLACE]


def test_must_at_a_place_that_takes_no_part_leaves_nothing():
    problem = two_places((1, 9, MUST))
    assert places(problem) == [NO_PLACE]
    reason = why_unplaced(problem, solve(problem))[1]
    assert (reason.cause, reason.next_step) == (Cause.TIED_ELSEWHERE, NextStep.LIFT_HINT)


def test_must_of_one_student_binds_no_other():
    problem = two_places((1, 2, MUST), people=({}, {}))
    assert broken_rules(problem).astype(bool).tolist() == [True, False, False, False]
    assert places(problem) == [2, 1]


@pytest.mark.parametrize(("first", "second", "who"), [(0, 3, 1), (3, 0, 2)])
def test_of_two_who_must_have_one_seat_the_higher_class_goes_first(first, second, who):
    people = ({"priority_class": first}, {"priority_class": second})
    outcome = places(two_places((1, 2, MUST), (2, 2, MUST), people=people))
    assert outcome[who - 1] == 2
    assert outcome[2 - who] == NO_PLACE


def test_must_reserves_nothing_against_a_higher_class():
    people = [{"priority_class": 3}, {"priority_class": 0}]
    problem = cases.problem(people, [{}], hints=[(1, 1, MUST)])
    assert places(problem) == [NO_PLACE, 1]
    assert why_unplaced(problem, solve(problem))[1].cause is Cause.SEATS_TAKEN


def test_a_place_that_was_forbidden_and_then_wanted_stays_forbidden():
    problem = cases.one_pair(forbidden=[(1, 1, 1)], hints=[(1, 1, MUST)])
    assert rules(problem) == ["not_again"]


def test_only_never_is_told_as_a_cause():
    problem = cases.one_pair(hints=[(1, 1, NEVER)])
    reason = why_unplaced(problem, solve(problem))[1]
    assert reason.cause is Cause.ONLY_DECLINED
    assert [opener.rule.value for opener in reason.openers] == ["never"]


@pytest.mark.parametrize(
    ("hint", "demand"),
    [((1, 1, NEVER), "the broker said never"), ((1, 2, MUST), "the broker said another place or none")],
)
def test_the_second_opinion_refuses_what_the_broker_ruled_out(hint, demand):
    from tests.matching.test_checks import changed

    problem = two_places(hint)
    assert objections(problem, changed(problem, solve(problem), s1=1)) == [f"student 1, place 1: {demand}"]


def test_points_of_a_hint_that_were_left_out_are_refused():
    import dataclasses

    problem = cases.one_pair(hints=[(1, 1, RATHER)])
    outcome = solve(problem)
    less = dataclasses.replace(outcome, fit=outcome.fit - HINT)
    assert objections(problem, less) == ["student 1, place 1: the points are not right"]


def test_hints_enter_no_part_of_the_programme():
    problem = cases.random_problem(1, students=60, places=60, codes=4, hinted=True)
    levels = problem.pairs.hints[:, 2]
    assert set(levels.tolist()) == {NEVER, RATHER_NOT, RATHER, MUST}
    shift = judge(problem).fit - np.where(judge(problem).parts < 0, 0, judge(problem).parts).sum(axis=1)
    assert ((shift >= -HINT) & (shift <= HINT)).all()
    assert (shift > 0).sum() == (levels == RATHER).sum()
