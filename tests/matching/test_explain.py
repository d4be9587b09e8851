"""Why this place, and what another would change in all."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching.explain import Move, alternatives, explanation, facts, other_openings, what_if, why_not
from stagemakelaar.matching.problem import Pairs, Problem
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def solved_anew(problem, candidate, opening=None):
    """The outcome when this student is put on this place: both leave the problem, and the rest is solved in full."""
    seats = problem.openings.seats.copy()
    if opening is not None:
        seats[problem.row_of_opening(opening)] -= 1
    keep = problem.pairs.candidate != candidate
    names = [field.name for field in dataclasses.fields(Pairs) if field.name not in ("forbidden", "hints")]
    columns = {name: getattr(problem.pairs, name)[keep] for name in names}
    rest = Problem(
        candidates=problem.candidates,
        openings=dataclasses.replace(problem.openings, seats=seats),
        pairs=Pairs(**columns, forbidden=problem.pairs.forbidden, hints=problem.pairs.hints),
        weights=problem.weights,
    )
    return solve(rest)


def check_costs(problem, outcome, candidate):
    options = alternatives(problem, outcome, candidate)
    for option in [*options, what_if(problem, outcome, candidate, None)]:
        anew = solved_anew(problem, candidate, option.opening)
        profile = np.array(anew.profile)
        profile[problem.candidates.priority_class[problem.row_of_candidate(candidate)]] += option.opening is not None
        assert option.placed == profile.sum() - outcome.placed
        assert option.profile == tuple((profile - outcome.profile).tolist())
        assert option.total_fit == anew.total_fit + option.fit - outcome.total_fit
        check_moves(problem, outcome, candidate, option)
    for option in options:
        alone = what_if(problem, outcome, candidate, option.opening)
        assert (alone.profile, alone.total_fit) == (option.profile, option.total_fit)
        check_moves(problem, outcome, candidate, alone)


def check_moves(problem, outcome, candidate, option):
    """The moves lead to an outcome that exists: no place overfull, no rule broken, as many placed as was told."""
    place = dict(zip(outcome.candidate.tolist(), outcome.place.tolist(), strict=True))
    place[candidate] = option.opening or -1
    assert candidate not in [move.candidate for move in option.moves]
    for move in option.moves:
        assert place[move.candidate] == (move.before or -1) != (move.after or -1)
        place[move.candidate] = move.after or -1
        assert move.after is None or why_not(problem, move.candidate, move.after) == []
    used = [where for where in place.values() if where != -1]
    for key, seats in zip(problem.openings.key.tolist(), problem.openings.seats.tolist(), strict=True):
        assert used.count(key) <= seats
    assert len(used) - outcome.placed == option.placed


@settings(deadline=None, max_examples=60)
@given(cases.small_problems())
def test_every_change_by_hand_costs_the_difference_of_two_full_solves(problem):
    outcome = solve(problem)
    for candidate in problem.candidates.key.tolist():
        check_costs(problem, outcome, candidate)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_an_alternative_costs_the_difference_of_two_full_solves(seed, candidate):
    problem = cases.random_problem(seed, students=9, places=6, codes=1, size=30)
    check_costs(problem, solve(problem), candidate)


def test_alternatives_are_exact_in_a_larger_round():
    problem = cases.random_problem(11, students=80, places=60, codes=3, size=50)
    outcome = solve(problem)
    for candidate in range(1, 80, 13):
        check_costs(problem, outcome, candidate)


def test_of_some_of_the_other_places_the_costs_are_the_same():
    problem = cases.random_problem(11, students=80, places=60, codes=3, size=50)
    outcome = solve(problem)
    for candidate in range(1, 80, 13):
        every = alternatives(problem, outcome, candidate)
        keys = other_openings(problem, outcome, candidate).tolist()
        assert [one.opening for one in every] == keys
        for some in (keys[::3], keys[1::3], keys[2::3]):  # without the first, and without the last
            found = alternatives(problem, outcome, candidate, among=some)
            assert [(one.opening, one.placed, one.profile, one.total_fit) for one in found] == [
                (one.opening, one.placed, one.profile, one.total_fit) for one in every if one.opening in some
            ]


def test_all_other_eligible_places_are_named_in_order_of_key():
    problem = cases.problem([{}], [{}, {}, {}, {"leerweg": 1}], [(1, 1, 9), (1, 2, 5), (1, 3, 7), (1, 4, 1)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [2]
    found = alternatives(problem, outcome, 1)
    assert [option.opening for option in found] == [1, 3]
    assert [option.total_fit for option in found] == [-3, -2]
    assert not any(option.costs_nothing for option in found)


def test_an_equal_place_costs_nothing():
    problem = cases.problem([{}], [{}, {}])
    other = alternatives(problem, solve(problem), 1)[0]
    assert other.costs_nothing
    assert other.moves == ()


def test_who_loses_a_place_by_an_alternative_is_named():
    problem = cases.problem([{"priority_class": 0}, {"priority_class": 3}], [{}], [(1, 1), (2, 1)])
    found = alternatives(problem, solve(problem), 2)[0]
    assert (found.placed, found.profile, found.total_fit) == (0, (-1, 0, 0, 1), 0)
    assert found.moves == (Move(1, 1, None),)


def test_a_chain_of_others_is_named_in_full():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 30), (2, 1, 6), (2, 2, 30)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    found = alternatives(problem, outcome, 2)[0]
    assert found.moves == (Move(1, 1, 2),)
    assert found.placed == 0


def test_a_student_without_eligible_places_has_no_alternatives():
    problem = cases.one_pair(minutes=99)
    assert alternatives(problem, solve(problem), 1) == []


def test_what_if_answers_for_one_place():
    problem = cases.problem([{}], [{}, {}, {"vog": True}], [(1, 1, 9), (1, 2, 5)])
    outcome = solve(problem)
    assert what_if(problem, outcome, 1, 1).total_fit == -3
    assert what_if(problem, outcome, 1, 2).costs_nothing
    assert what_if(problem, outcome, 1, 3) is None


def test_a_student_without_a_place_can_be_put_on_one():
    problem = cases.problem([{"priority_class": 0}, {}], [{}], [(1, 1), (2, 1)])
    found = what_if(problem, solve(problem), 2, 1)
    assert (found.opening, found.placed, found.profile) == (1, 0, (-1, 0, 0, 1))
    assert found.moves == (Move(1, 1, None),)


def test_a_student_can_be_left_without_a_place():
    people = [{"priority_class": 0}, {"priority_class": 2}, {}]
    problem = cases.problem(people, [{}, {}], [(1, 1), (2, 1), (2, 2), (3, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2, -1]
    found = what_if(problem, outcome, 1, None)
    assert (found.opening, found.fit, found.parts, found.placed, found.profile) == (None, 0, (), 0, (-1, 0, 0, 1))
    assert found.moves == (Move(2, 2, 1), Move(3, None, 2))
    assert what_if(problem, outcome, 3, None).costs_nothing


def test_where_the_one_who_leaves_is_filled_in_for_by_the_one_who_makes_way():
    """Student 1 goes to place 2, whose student takes the seat at place 1; nobody else can."""
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1, 5), (1, 2, 9), (2, 1, 20), (2, 2, 5)])
    found = what_if(problem, solve(problem), 1, 2)
    assert found.moves == (Move(2, 2, 1),)
    assert found.placed == 0


def test_a_chain_that_comes_by_the_seat_left_behind_ends_there():
    """Making way at place 2 would go on over place 1 to place 3; but place 1 is left by the one who goes to 2."""
    rows = [(1, 1, 15), (1, 3, 15), (1, 2, 40), (2, 2, 5), (2, 1, 15)]
    problem = cases.problem([{}, {}], [{}, {}, {}], rows)
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    found = what_if(problem, outcome, 1, 2)
    assert found.moves == (Move(2, 2, 1),)
    check_costs(problem, outcome, 1)


def test_an_explanation_names_the_parts_and_the_facts():
    problem = cases.one_pair(
        {"processes": (1, 2, 3, 4, 5), "kinds": (3, 7), "wishes": 0, "max_minutes": 60, "must": 4},
        {"processes": (1, 2, 3, 4, 9), "kinds": (7, 8), "covers_costs": 0, "weekdays": 0b01111, "features": 6},
        minutes=25,
    )
    told = explanation(problem, solve(problem), 1)
    assert told["opening"] == 1
    assert [(part["name"], part["points"], part["most"]) for part in told["parts"]] == [
        ("learning", 40, 50),
        ("travel", 18, 30),
        ("kind", 8, 10),
        ("costs", 0, 10),
    ]
    assert (told["fit"], told["most"], told["agreed"]) == (66, 100, 0)
    expected = {
        "minutes": 25,
        "max_minutes": 60,
        "mode": 1,
        "is_estimate": True,
        "is_listed": True,
        "processes_wanted": [1, 2, 3, 4, 5],
        "processes_possible": [1, 2, 3, 4],
        "processes_known": True,
        "kinds_wished": [3, 7],
        "kinds_there": [7, 8],
        "kind_rank": 2,
        "wishes": 0,
        "wishes_met": 0,
        "must": 4,
        "must_missing": 0,
        "covers_costs": False,
        "days": 4,
        "days_shared": 4,
        "weekdays_shared": 0b01111,
        "late_hours": 0,
        "starts_on": cases.START,
        "ends_on": cases.END,
        "recognised_until": cases.END + 400,
        "vog": False,
        "processes_required": [],
        "processes_told": False,
        "hours_required": None,
        "hours_there": 461,
        "hint": None,
        "priority_class": 3,
        "seats": 1,
    }
    assert told["facts"] == expected


def test_the_first_choice_has_rank_one():
    assert facts(cases.one_pair({"kinds": (7, 3)}, {"kinds": (7,)}), 1, 1)["kind_rank"] == 1


def test_what_is_not_known_is_told_as_such():
    problem = cases.one_pair(minutes=-1)
    told = explanation(problem, solve(problem), 1)
    assert [part["points"] for part in told["parts"]] == [None] * 4
    assert told["fit"] == 0
    assert told["facts"]["minutes"] is None
    assert told["facts"]["covers_costs"] is None
    assert told["facts"]["kind_rank"] is None
    assert not told["facts"]["processes_known"]


def test_facts_of_a_pair_that_is_not_listed():
    problem = cases.problem([{"must": 3}], [{"recognitions": (), "features": 1}], [])
    told = facts(problem, 1, 1)
    assert (told["is_listed"], told["minutes"], told["mode"], told["is_estimate"]) == (False, None, None, False)
    assert told["recognised_until"] is None
    assert told["must_missing"] == 2


def test_no_proposal_has_no_explanation():
    problem = cases.one_pair(minutes=99)
    assert explanation(problem, solve(problem), 1) is None


@pytest.mark.parametrize("ask", [alternatives, explanation])
def test_a_stranger_is_a_value_error(ask):
    problem = cases.one_pair()
    with pytest.raises(ValueError, match="candidate: row 0 names 5"):
        ask(problem, solve(problem), 5)


def test_explanations_are_plain_values():
    import json

    problem = cases.random_problem(2, students=20, places=20, codes=2)
    outcome = solve(problem)
    told = [explanation(problem, outcome, key) for key in outcome.candidate.tolist()]
    assert json.loads(json.dumps(told)) == told
