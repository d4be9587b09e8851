"""The second opinion refuses every outcome that was tampered with, and nothing else."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching.checks import objections, prove
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.solver import solve
from tests.matching import cases
from tests.matching.test_eligibility import ALLOWED

quick = settings(deadline=None, max_examples=60)


def changed(problem, outcome, **places):
    """The outcome with other places for some students (s1=place, …), and the points that belong to them."""
    place, fit, parts = outcome.place.copy(), outcome.fit.copy(), outcome.parts.copy()
    for name, where in places.items():
        row = problem.row_of_candidate(int(name[1:]))
        place[row], fit[row], parts[row] = where, 0, -1
        pair = (problem.pairs.candidate == int(name[1:])) & (problem.pairs.opening == where)
        if pair.any():
            at = int(np.argmax(pair))
            fit[row], parts[row] = judge(problem).fit[at], judge(problem).parts[at]
    return dataclasses.replace(outcome, place=place, fit=fit, parts=parts)


@pytest.mark.parametrize("hinted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_outcome_meets_no_objection(seed, hinted):
    problem = cases.random_problem(seed, students=60, places=50, codes=4, hinted=hinted)
    assert objections(problem, solve(problem)) == []


@pytest.mark.parametrize(("people", "places"), [([], []), ([{}], []), ([], [{}]), ([{}], [{"seats": 0}])])
def test_an_empty_side_meets_no_objection(people, places):
    problem = cases.problem(people, places)
    assert objections(problem, solve(problem)) == []


@pytest.mark.parametrize("case", ALLOWED.values(), ids=ALLOWED)
def test_a_pair_at_the_edge_of_a_rule_meets_no_objection(case):
    problem = cases.one_pair(*case)
    outcome = solve(problem)
    assert outcome.placed == 1
    assert objections(problem, outcome) == []


def test_the_lots_of_everybody_are_no_objection_to_a_point_of_fit():
    people = [{"lot": at, "max_minutes": 600} for at in range(4)]
    rows = [(who + 1, where + 1, 20 * (30 - fit)) for who, where, fit in cases.A_POINT_AGAINST_THE_LOTS]
    problem = cases.problem(people, [{}] * 4, rows)
    outcome = solve(problem)
    assert outcome.total_fit == 60
    assert objections(problem, outcome) == []


def test_an_overfull_place_is_refused():
    problem = cases.problem([{}, {}], [{}])
    assert objections(problem, changed(problem, solve(problem), s1=1, s2=1)) == ["place 1 has 1 seats and 2 students"]


def test_one_student_placed_fewer_is_refused():
    problem = cases.problem([{}, {}], [{}, {}])
    assert objections(problem, changed(problem, solve(problem), s1=-1)) == ["a better outcome exists"]


def test_a_student_who_could_only_be_placed_by_moving_another_is_missed():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1), (1, 2), (2, 1)])
    outcome = changed(problem, solve(problem), s1=1, s2=-1)
    assert objections(problem, outcome) == ["a better outcome exists"]


def test_two_students_swapped_to_less_fit_are_refused():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 9), (2, 1, 9), (2, 2, 5)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    assert objections(problem, changed(problem, outcome, s1=2, s2=1)) == ["a better outcome exists"]


def test_a_lower_class_instead_of_a_higher_is_refused():
    problem = cases.problem([{"priority_class": 2}, {"priority_class": 1}], [{}])
    outcome = solve(problem)
    assert outcome.place.tolist() == [-1, 1]
    assert objections(problem, changed(problem, outcome, s1=1, s2=-1)) == ["a better outcome exists"]


def test_a_lot_that_was_ignored_is_refused():
    problem = cases.problem([{"lot": 2}, {"lot": 1}], [{}])
    assert objections(problem, changed(problem, solve(problem), s1=1, s2=-1)) == ["a better outcome exists"]


def test_a_free_place_with_more_fit_that_was_left_is_refused():
    problem = cases.problem([{}], [{}, {}], [(1, 1, 5), (1, 2, 9)])
    assert objections(problem, changed(problem, solve(problem), s1=2)) == ["a better outcome exists"]


WRONG_PAIRS = {
    "not recognised on the first day": ({}, {"recognitions": ()}),
    "recognition ends too early": ({}, {"recognitions": ((cases.CODE, 1, cases.END - 1),)}),
    "another leerweg": ({"leerweg": 1}, {}),
    "company not verified": ({}, {"is_verified": False}),
    "place not open in the period": ({}, {"ends_on": cases.END - 1}),
    "too few days in common": ({"days": 5}, {"weekdays": 0b1111}),
    "evening or night": ({}, {"late_hours": 1}),
    "under 18 at night": ({"late_hours": 2, "is_minor": True}, {"late_hours": 2}),
    "under 18 and too many hours": ({"is_minor": True, "school_hours": 9}, {}),
    "under 16": ({"is_under_16": True}, {}),
    "below the minimum age": ({"is_minor": True}, {"minimum_age": 18}),
    "VOG too late": ({"vog_ready_on": cases.END}, {"vog": True}),
    "a condition is not met": ({"must": 2}, {"features": 1}),
    "a work process cannot be learnt there": ({"required": (1,)}, {"processes": (2,), "told": (cases.CODE,)}),
    "too few hours in all": ({"hours_required": 462}, {}),
    "under 18 and dangerous work": ({"is_minor": True}, {"unsupervised_risks": True}),
    "childcare register too late": ({"register_ready_on": cases.START + 1}, {"register": True}),
}


@pytest.mark.parametrize(("demand", "case"), WRONG_PAIRS.items(), ids=WRONG_PAIRS)
def test_a_proposal_against_a_rule_is_refused_by_name(demand, case):
    problem = cases.one_pair(*case)
    assert objections(problem, changed(problem, solve(problem), s1=1)) == [f"student 1, place 1: {demand}"]


def test_a_recognition_for_another_code_does_not_prolong_ones_own():
    code, end = cases.CODE, cases.END
    short = ((code, 1, end - 5), (code + 1, end - 4, end + 9))
    long = ((code, 1, end - 9), (code, end - 8, end - 7), (code, end - 6, end))
    problem = cases.problem([{}], [{"recognitions": short}, {"recognitions": long}])
    outcome = solve(problem)
    assert outcome.place.tolist() == [2]
    wrong = objections(problem, changed(problem, outcome, s1=1))
    assert wrong == ["student 1, place 1: recognition ends too early"]


def test_a_proposal_beyond_the_maximum_travel_is_refused():
    problem = cases.one_pair(minutes=46)
    assert objections(problem, changed(problem, solve(problem), s1=1)) == ["student 1, place 1: too far"]


def test_a_proposal_that_was_forbidden_is_refused():
    problem = cases.one_pair(forbidden=[(1, 1, 0)])
    wrong = objections(problem, changed(problem, solve(problem), s1=1))
    assert wrong == ["student 1, place 1: may not be proposed again"]


def test_a_proposal_for_a_place_without_seats_is_refused():
    problem = cases.one_pair(opening={"seats": 0})
    wrong = objections(problem, changed(problem, solve(problem), s1=1))
    assert wrong == ["student 1, place 1: no seat", "place 1 has 0 seats and 1 students"]


def test_a_place_out_of_reach_or_unknown_is_refused():
    problem = cases.problem([{}], [{}, {}], [(1, 1)])
    for where in (2, 77):
        wrong = objections(problem, changed(problem, solve(problem), s1=where))
        assert wrong == [f"student 1 has place {where}, which is out of reach"]


def test_points_that_are_not_right_are_refused():
    problem = cases.one_pair()
    outcome = solve(problem)
    more = dataclasses.replace(outcome, fit=outcome.fit + 1)
    assert objections(problem, more) == ["student 1, place 1: the points are not right"]
    parts = outcome.parts.copy()
    parts[0] = parts[0][::-1]
    assert objections(problem, dataclasses.replace(outcome, parts=parts)) == [
        "student 1, place 1: the points are not right"
    ]


def test_points_without_a_place_are_refused():
    problem = cases.one_pair(minutes=99)
    outcome = dataclasses.replace(solve(problem), fit=[4])
    assert objections(problem, outcome) == ["student 1 has points and no place"]


def test_another_input_other_students_and_other_classes_are_refused():
    problem, other = cases.one_pair(), cases.one_pair(minutes=21)
    outcome = solve(problem)
    assert objections(other, outcome) == ["the outcome belongs to another input"]
    stranger = dataclasses.replace(outcome, candidate=[2])
    assert objections(problem, stranger) == ["the outcome is about other students"]
    promoted = dataclasses.replace(outcome, priority_class=[0])
    assert objections(problem, promoted) == ["priority classes were changed"]


@quick
@given(st.integers(0, 10**6), st.data())
def test_every_outcome_but_the_best_is_refused(seed, data):
    """Take the places of two students away or exchange them: unless it is as good, it is refused."""
    problem = cases.random_problem(seed, students=8, places=6, codes=1, size=25)
    outcome = solve(problem)
    rows = st.integers(0, 7)
    one, two = data.draw(rows), data.draw(rows)
    first, second = int(outcome.place[one]), int(outcome.place[two])
    other = changed(problem, outcome, **{f"s{one + 1}": second, f"s{two + 1}": first})
    if first != second and one != two:
        assert objections(problem, other) != [] or other.total_fit == outcome.total_fit
    if first != -1:
        assert objections(problem, changed(problem, outcome, **{f"s{one + 1}": -1})) != []


def by_trying_everything(n, seats, worth):
    options = [[-1] + [j for i, j in worth if i == who] for who in range(n)]
    ways = itertools.product(*options)
    possible = [way for way in ways if all(way.count(j) <= s for j, s in enumerate(seats))]
    return possible, max(value(way, worth) for way in possible)


def value(way, worth):
    return sum(worth[i, j] for i, j in enumerate(way) if j >= 0)


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 4), st.lists(st.integers(0, 2), min_size=1, max_size=3), st.data())
def test_exactly_the_best_choices_can_be_proved(n, seats, data):
    every = list(itertools.product(range(n), range(len(seats))))
    pairs = sorted(data.draw(st.lists(st.sampled_from(every), unique=True)))
    worth = {pair: data.draw(st.integers(1, 5)) for pair in pairs}
    possible, best = by_trying_everything(n, seats, worth)
    way = data.draw(st.sampled_from(possible))
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    weight = np.array(list(worth.values()), dtype=np.int64)
    proof = prove(columns[:, 0], columns[:, 1], weight, chosen=np.array(way), seats=np.array(seats))
    assert (proof is not None) == (value(way, worth) == best)
    if proof is not None:
        assert (proof.value, proof.bound) == (best, best)
        assert (proof.prices >= 0).all()


def test_a_choice_that_is_not_even_possible_is_not_proved():
    one, chosen = np.array([0]), np.array([0])
    assert prove(one, one, one + 1, chosen=chosen, seats=np.array([0])) is None
    assert prove(one, one + 1, one + 1, chosen=chosen, seats=np.array([1, 1])) is None


def test_the_second_opinion_shares_no_code_with_rules_and_engines():
    import ast
    import inspect

    from stagemakelaar.matching import checks

    tree = ast.parse(inspect.getsource(checks))
    known = {node.module.rsplit(".", 1)[-1] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert known == {"problem", "scoring"}
