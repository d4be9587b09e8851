"""After a decline: the best place that is left, moving nobody else."""

import pytest

from stagemakelaar.matching.eligibility import why_not
from stagemakelaar.matching.repair import Repair, best_place
from stagemakelaar.matching.solver import solve
from tests.matching import cases

THREE = [(1, 1, 5), (1, 2, 9), (1, 3, 7)]


def test_after_a_decline_the_next_best_free_place_is_proposed():
    problem = cases.problem([{}], [{}, {}, {}], THREE)
    outcome = solve(problem)
    assert outcome.place.tolist() == [1]
    assert best_place(problem, outcome, 1, declined=[1]) == Repair(1, 3, 25, 2, 2)
    assert best_place(problem, outcome, 1, declined=[1, 3]) == Repair(1, 2, 24, 1, 1)


def test_a_seat_of_another_is_left_alone():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 9), (2, 2, 9)])
    assert best_place(problem, solve(problem), 1, declined=[1]) == Repair(1, None, 0, 1, 0)


def test_the_own_seat_counts_as_free():
    problem = cases.problem([{}], [{}], [(1, 1, 5)])
    assert best_place(problem, solve(problem), 1).opening == 1


def test_a_seat_that_went_otherwise_is_not_given_twice():
    problem = cases.problem([{}], [{}, {"seats": 2}, {}], THREE)
    outcome = solve(problem)
    assert best_place(problem, outcome, 1, declined=[1], given_up=[3]).opening == 2
    assert best_place(problem, outcome, 1, declined=[1], given_up=[3, 2]).opening == 2
    assert best_place(problem, outcome, 1, declined=[1], given_up=[3, 2, 2]).opening is None


def test_nothing_eligible_is_told_apart_from_nothing_free():
    problem = cases.one_pair(minutes=99)
    assert best_place(problem, solve(problem), 1) == Repair(1, None, 0, 0, 0)


def test_a_stranger_is_a_value_error():
    problem = cases.one_pair()
    with pytest.raises(ValueError, match="opening: row 0 names 8"):
        best_place(problem, solve(problem), 1, declined=[8])


@pytest.mark.parametrize("seed", range(3))
def test_a_repair_breaks_no_rule_and_fills_no_place_twice(seed):
    problem = cases.random_problem(seed, students=60, places=50, codes=4)
    outcome = solve(problem)
    for who, where in zip(outcome.candidate.tolist(), outcome.place.tolist(), strict=True):
        found = best_place(problem, outcome, who, declined=[where] if where > 0 else [])
        if found.opening is None:
            continue
        assert found.opening != where
        assert why_not(problem, who, found.opening) == []
        taken = int((outcome.place == found.opening).sum())
        assert taken < problem.openings.seats[problem.row_of_opening(found.opening)]
