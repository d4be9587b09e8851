"""Which new seats would place how many students more: as many as solving anew says."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching import newseats
from stagemakelaar.matching.newseats import more_seats, new_places
from stagemakelaar.matching.problem import Pairs, Problem
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def placed_with(problem, row, more):
    """How many are placed when the place of this row has so many seats more."""
    seats = problem.openings.seats.copy()
    seats[row] += more
    openings = dataclasses.replace(problem.openings, seats=seats)
    return solve(Problem(candidates=problem.candidates, openings=openings, pairs=problem.pairs)).placed


def placed_with_site(problem, students, seats):
    """How many are placed when there is one place more, for these students (keys)."""
    places = [{"seats": int(one)} for one in problem.openings.seats] + [{"seats": seats}]
    pairs = problem.pairs
    rows = list(zip(pairs.candidate.tolist(), pairs.opening.tolist(), pairs.minutes.tolist(), strict=True))
    rows += [(who, len(places), 5) for who in students]
    people = [{"priority_class": int(one)} for one in problem.candidates.priority_class]
    return solve(cases.problem(people, places, rows)).placed


@settings(deadline=None, max_examples=30)
@given(cases.small_problems(students=8, places=4))
def test_more_seats_place_as_many_as_solving_anew_does(problem):
    outcome = solve(problem)
    found = more_seats(problem, outcome, up_to=3)
    for row in np.flatnonzero(problem.openings.seats):
        anew = [placed_with(problem, row, more) - outcome.placed for more in (1, 2, 3)]
        assert found[row].tolist() == anew


@settings(deadline=None, max_examples=30)
@given(cases.small_problems(students=8, places=4), st.data())
def test_new_places_place_as_many_as_solving_anew_does(problem, data):
    outcome, people = solve(problem), problem.candidates.key.tolist()
    sites = [sorted(data.draw(st.sets(st.sampled_from(people), min_size=1))) for _ in range(3)]
    site = [number for number, students in enumerate(sites) for _ in students]
    rows = [who - 1 for students in sites for who in students]
    found = new_places(problem, outcome, site, rows, up_to=4)
    for number, students in enumerate(sites):
        anew = [placed_with_site(problem, students, seats) - outcome.placed for seats in (1, 2, 3, 4)]
        assert found[number].tolist() == anew


def test_a_student_who_is_placed_makes_room_for_one_who_is_not():
    problem = cases.problem([{"priority_class": 0}, {}, {}], [{}, {}], [(1, 1), (2, 1), (3, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, -1, 2]
    assert new_places(problem, outcome, [0, 1, 2], [0, 1, 2], up_to=2).tolist() == [[1, 1], [1, 1], [0, 0]]


def test_gains_of_different_seats_do_not_add_up():
    problem = cases.problem(
        [{"priority_class": 0}, {"priority_class": 0}, {}], [{}, {}], [(1, 1), (2, 2), (3, 1), (3, 2)]
    )
    assert more_seats(problem, solve(problem)).tolist() == [[1], [1]]


def test_machine_code_and_plain_python_say_the_same(monkeypatch):
    problem = cases.random_problem(3, students=120, places=60, codes=5)
    outcome = solve(problem)
    plain = more_seats(problem, outcome, up_to=4)
    monkeypatch.setattr(newseats, "LARGE", 0)
    assert more_seats(problem, outcome, up_to=4).tolist() == plain.tolist()
    assert plain.max() > 1


def test_no_sites_and_nobody_unplaced_give_nothing():
    problem = cases.one_pair()
    outcome = solve(problem)
    assert new_places(problem, outcome, [], []).shape == (0, 20)
    assert new_places(problem, outcome, [1], [0], up_to=2).tolist() == [[0, 0], [0, 0]]
    assert more_seats(problem, outcome).tolist() == [[0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0], [9]), "candidate: row 0 is 9"),
        (([-1], [0]), "site: row 0 is -1"),
        (([0, 1], [0]), "candidate: needs length 2"),
    ],
)
def test_arrays_that_make_no_sense_are_refused(arguments, message):
    problem = cases.one_pair()
    with pytest.raises(ValueError, match=message):
        new_places(problem, solve(problem), *arguments)


def test_the_pairs_of_a_problem_stay_as_they_were():
    problem = cases.problem([{}, {}], [{}], [(1, 1), (2, 1)])
    before = {field.name: getattr(problem.pairs, field.name).tolist() for field in dataclasses.fields(Pairs)}
    outcome = solve(problem)
    assert more_seats(problem, outcome, up_to=2).tolist() == [[1, 1]]
    assert before == {field.name: getattr(problem.pairs, field.name).tolist() for field in dataclasses.fields(Pairs)}
    assert more_seats(problem, outcome, up_to=2).tolist() == [[1, 1]]
