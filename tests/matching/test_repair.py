"""After a decline: the best outcome that moves nobody who was told, and what moving one or two would bring."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching.explain import Move
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.repair import repair
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def test_a_stranger_is_a_value_error():
    problem = cases.one_pair()
    with pytest.raises(ValueError, match="opening: row 0 names 8"):
        repair(problem, solve(problem), 1, declined=[8])


def all_outcomes(problem, candidate, declined, given_up):
    """Every way to place the students: a row of places (−1: none) and its number, profile and fit, as arrays."""
    fit = {}
    judgement = judge(problem)
    for at in np.flatnonzero(judgement.eligible):
        fit[int(problem.pairs.candidate[at]), int(problem.pairs.opening[at])] = int(judgement.fit[at])
    people = problem.candidates.key.tolist()
    seats = dict(zip(problem.openings.key.tolist(), problem.openings.seats.tolist(), strict=True))
    for key in given_up:
        seats[key] -= 1
    open_to = [
        [-1] + [place for place in seats if (who, place) in fit and not (who == candidate and place in declined)]
        for who in people
    ]
    for places in itertools.product(*open_to):
        if all(places.count(place) <= seats[place] for place in set(places) - {-1}):
            placed = [row for row, place in enumerate(places) if place != -1]
            profile = np.bincount(problem.candidates.priority_class[placed], minlength=4).tolist()
            yield places, (len(placed), tuple(profile), sum(fit[people[row], places[row]] for row in placed))


@settings(deadline=None, max_examples=150)
@given(cases.small_problems(students=5, places=4), st.data())
def test_every_repair_is_the_best_of_all_outcomes_within_its_limit(problem, data):
    outcome = solve(problem)
    people, before = problem.candidates.key.tolist(), outcome.place.tolist()
    candidate = data.draw(st.sampled_from(people))
    own = before[candidate - 1]
    told = data.draw(st.sets(st.sampled_from(people)))
    declined = {own} if own != -1 and data.draw(st.booleans()) else set()
    spare = [key for key in problem.openings.key.tolist() if before.count(key) < problem.openings.seats[key - 1]]
    given_up = data.draw(st.sampled_from([[], [own] if own != -1 else [], spare[:1]]))
    found = repair(problem, outcome, candidate, declined=declined, given_up=given_up, told=told, most_moves=3)
    possible = list(all_outcomes(problem, candidate, declined, given_up))
    assert len(found) == 4
    for most, one in enumerate(found):
        held = [row for row, who in enumerate(people) if who in told - {candidate} and before[row] != -1]
        within = {
            places: value for places, value in possible if sum(places[row] != before[row] for row in held) <= most
        }
        after = before.copy()
        after[candidate - 1] = one.opening or -1
        for move in one.moves:
            assert after[move.candidate - 1] == (move.before or -1)
            after[move.candidate - 1] = move.after or -1
        placed, profile, fit = within[tuple(after)]  # it exists, and moves no more than it may
        assert (placed, profile, fit) == max(within.values())
        assert one.placed == placed - outcome.placed
        assert one.profile == tuple(np.subtract(profile, outcome.profile).tolist())
        assert one.total_fit == fit - outcome.total_fit


def test_who_was_told_stays_and_moving_one_has_its_price():
    """Student 1 declines place 1. Place 2 has the student of place 3 as well, who is told."""
    problem = cases.problem([{}, {}], [{}, {}, {}], [(1, 1, 0), (1, 2, 15), (2, 2, 0), (2, 3, 30)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    nobody, one = repair(problem, outcome, 1, declined=[1], told=[2], most_moves=1)
    assert (nobody.opening, nobody.placed, nobody.moves) == (None, -1, ())
    assert (one.opening, one.placed, one.moves) == (2, 0, (Move(2, 2, 3),))
    assert one.total_fit == -10 - 20
    assert repair(problem, outcome, 1, declined=[1])[0] == one


def test_the_seat_that_comes_free_goes_to_someone_without():
    problem = cases.problem([{"priority_class": 0}, {}], [{}, {}], [(1, 1), (1, 2, 40), (2, 1)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [2, 1]
    problem = cases.problem([{"priority_class": 0}, {}], [{}], [(1, 1), (2, 1)])
    (found,) = repair(problem, solve(problem), 1, declined=[1])
    assert (found.opening, found.profile, found.moves) == (None, (-1, 0, 0, 1), (Move(2, None, 1),))


def test_a_seat_that_is_gone_is_filled_by_nobody():
    problem = cases.problem([{"priority_class": 0}, {}], [{}], [(1, 1), (2, 1)])
    (found,) = repair(problem, solve(problem), 1, given_up=[1])
    assert (found.opening, found.placed, found.moves) == (None, -1, ())


def test_the_seat_of_another_cannot_be_given_up():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1), (2, 2)])
    with pytest.raises(ValueError, match="given_up: place 2 has no seat left"):
        repair(problem, solve(problem), 1, given_up=[2])


def test_the_number_goes_before_the_profile_also_when_few_may_move():
    """With one move: student 3 moves up and 4 gets a place, or 1 (of a higher class) pushes out 2. The first."""
    people = [{"priority_class": 0}, {}, {"priority_class": 2}, {}]
    rows = [(1, 1, 5), (1, 2, 40), (2, 2, 5), (3, 3, 5), (3, 1, 40), (4, 3, 30)]
    problem = cases.problem(people, [{}, {}, {}], rows)
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2, 3, -1]
    found = repair(problem, outcome, 1, declined=[1], told=[2, 3], most_moves=2)
    assert [(one.placed, one.profile) for one in found] == [
        (-1, (-1, 0, 0, 0)),
        (0, (-1, 0, 0, 1)),
        (0, (0, 0, 0, 0)),
    ]
    assert found[1].moves == (Move(3, 3, 1), Move(4, None, 3))
