"""Who leaves a problem and its best outcome: what is left is the best of what is left, so costs stay exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching import leaving
from stagemakelaar.matching.explain import alternatives, other_openings
from stagemakelaar.matching.leaving import without
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.solver import solve
from tests.matching import cases
from tests.matching.test_explain import check_costs


def check(problem, keys):
    outcome = solve(problem)
    rest, left = without(problem, outcome, keys)
    stays = ~np.isin(problem.candidates.key, keys)
    assert left.candidate.tolist() == rest.candidates.key.tolist() == problem.candidates.key[stays].tolist()
    assert left.place.tolist() == outcome.place[stays].tolist()
    taken = (outcome.place[~stays] != NO_PLACE).sum()
    assert rest.openings.seats.sum() == problem.openings.seats.sum() - taken
    anew = solve(rest)
    assert (left.placed, left.profile, left.total_fit) == (anew.placed, anew.profile, anew.total_fit)
    for candidate in rest.candidates.key.tolist():
        check_costs(rest, left, candidate)


@settings(deadline=None, max_examples=25)
@given(cases.small_problems(), st.sets(st.integers(1, 6)))
def test_what_is_left_is_the_best_of_what_is_left(problem, keys):
    check(problem, sorted(keys))


def test_it_holds_in_a_larger_round():
    check(cases.random_problem(11, students=20, places=14, codes=2, size=50), [3, 5, 8, 13])


def test_who_leaves_is_in_no_chain_and_the_seat_is_not_given_away():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 30), (2, 1, 6), (2, 2, 30)])
    outcome = solve(problem)
    assert [move.candidate for move in alternatives(problem, outcome, 2)[0].moves] == [1]
    rest, left = without(problem, outcome, [1])
    assert other_openings(rest, left, 2).tolist() == []


def test_where_nobody_leaves_nothing_is_made_anew():
    problem = cases.problem([{}], [{}])
    outcome = solve(problem)
    assert without(problem, outcome, [7]) == (problem, outcome)


def test_a_seat_that_is_left_behind_would_be_seen(monkeypatch):
    honest = leaving.replace
    monkeypatch.setattr(leaving, "replace", lambda table, **told: honest(table, **(told if "place" in told else {})))
    with pytest.raises((AssertionError, ValueError)):
        check(cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 30), (2, 1, 6), (2, 2, 30)]), [1])
