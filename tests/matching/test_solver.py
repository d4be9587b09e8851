"""The answer: equal to trying everything, the same in any order, and wrong input refused."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching.solver import ENGINES, NotProved, assign, solve
from tests.matching import cases

quick = settings(deadline=None, max_examples=60)


@st.composite
def small(draw):
    """A small problem in the form of `assign`."""
    n, m = draw(st.integers(0, 5)), draw(st.integers(0, 4))
    every = list(itertools.product(range(n), range(m)))
    chosen = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    numbers = st.integers(0, 6)
    return {
        "student": [i for i, _ in chosen],
        "place": [j for _, j in chosen],
        "fit": [draw(numbers) for _ in chosen],
        "n_students": n,
        "seats": [draw(st.integers(0, 3)) for _ in range(m)],
        "classes": [draw(st.integers(0, 2)) for _ in range(n)],
        "lot": [draw(st.integers(0, 4)) for _ in range(n)],
    }


def by_trying_everything(case):
    """The best (placed, profile, fit, lot) over all ways to give places."""
    worth = {(i, j): fit for i, j, fit in zip(case["student"], case["place"], case["fit"], strict=True)}
    options = [[-1] + [j for i, j in worth if i == who] for who in range(case["n_students"])]
    classes, lots = sorted(set(case["classes"])), sorted(set(case["lot"]), reverse=True)
    return max(
        result(case, worth, way, classes, lots)
        for way in itertools.product(*options)
        if all(way.count(j) <= seats for j, seats in enumerate(case["seats"]))
    )


def result(case, worth, way, classes, lots):
    pairs = [(i, j) for i, j in enumerate(way) if j >= 0]
    profile = tuple(sum(case["classes"][i] == one for i, _ in pairs) for one in classes)
    chance = sum(lots.index(case["lot"][i]) * (worth[i, j] + 1) for i, j in pairs)
    return len(pairs), profile, sum(worth[pair] for pair in pairs), chance


def reached(case, answer):
    worth = {(i, j): fit for i, j, fit in zip(case["student"], case["place"], case["fit"], strict=True)}
    classes, lots = sorted(set(case["classes"])), sorted(set(case["lot"]), reverse=True)
    return result(case, worth, answer.place.tolist(), classes, lots)


@quick
@given(small())
def test_the_answer_equals_the_best_of_trying_everything(case):
    answer = assign(**case)
    best = by_trying_everything(case)
    assert reached(case, answer) == best
    assert (answer.placed, answer.profile, answer.fit) == best[:3]
    assert answer.certificate.holds


@quick
@given(small(), st.randoms(use_true_random=False))
def test_pairs_in_another_order_give_the_same_answer(case, chance):
    order = list(range(len(case["student"])))
    chance.shuffle(order)
    other = case | {name: [case[name][at] for at in order] for name in ("student", "place", "fit")}
    assert assign(**other).place.tolist() == assign(**case).place.tolist()


@quick
@given(small(), st.integers(0, 3))
def test_a_seat_more_never_places_fewer(case, at):
    if not case["seats"]:
        return
    more = list(case["seats"])
    more[at % len(more)] += 1
    before, after = assign(**case), assign(**case | {"seats": more})
    assert after.placed >= before.placed
    assert (after.placed, after.profile, after.fit) >= (before.placed, before.profile, before.fit)


@quick
@given(small(), st.integers(0, 4))
def test_who_comes_into_a_higher_class_never_loses_a_place(case, who):
    if who >= case["n_students"] or assign(**case).place[who] < 0:
        return
    classes = list(case["classes"])
    classes[who] = -1
    assert assign(**case | {"classes": classes}).place[who] >= 0


@quick
@given(small())
def test_lower_classes_take_nothing_from_the_highest(case):
    """The number placed of the highest class is what it would be if they were alone."""
    if not case["classes"]:
        return
    first = min(case["classes"])
    alone = [at for at, who in enumerate(case["student"]) if case["classes"][who] == first]
    only = assign(**case | {name: [case[name][at] for at in alone] for name in ("student", "place", "fit")})
    assert assign(**case).profile[0] == only.placed


def test_more_students_come_before_a_better_fit():
    answer = assign([0, 0, 1], [0, 1, 0], [100, 0, 99], n_students=2, seats=[1, 1])
    assert answer.place.tolist() == [1, 0]
    assert answer.fit == 99


def test_a_higher_class_comes_before_any_fit():
    answer = assign([0, 1], [0, 0], [100, 0], n_students=2, seats=[1], classes=[1, 0])
    assert answer.place.tolist() == [-1, 0]


def test_two_of_a_lower_class_come_before_one_of_a_higher():
    answer = assign([0, 1, 2, 2], [0, 1, 0, 1], [9, 9, 9, 9], n_students=3, seats=[1, 1], classes=[1, 1, 0])
    assert answer.placed == 2
    assert answer.profile == (1, 1)


@pytest.mark.parametrize("lot", [[1, 2], [2, 1], [7, 5_000_000]])
def test_among_equals_the_lot_decides(lot):
    answer = assign([0, 1], [0, 0], [5, 5], n_students=2, seats=[1], lot=lot)
    assert int(np.argmax(answer.place)) == lot.index(min(lot))


@pytest.mark.parametrize("lot", [[1, 2], [2, 1]])
def test_who_goes_first_gets_the_better_of_two_places(lot):
    answer = assign([0, 0, 1, 1], [0, 1, 0, 1], [9, 4, 9, 4], n_students=2, seats=[1, 1], lot=lot)
    assert answer.place[lot.index(1)] == 0


def test_the_lot_never_outweighs_a_point():
    answer = assign([0, 1], [0, 0], [5, 6], n_students=2, seats=[1], lot=[0, 10**9])
    assert answer.place.tolist() == [-1, 0]


def test_a_point_of_fit_outweighs_the_lots_of_everybody():
    """Two ways to place all four, 60 points or 59; the two who go first would gain by the 59."""
    student, place, fit = zip(*cases.A_POINT_AGAINST_THE_LOTS, strict=True)
    answer = assign(student, place, fit, n_students=4, seats=[1] * 4, lot=[1, 2, 3, 4])
    assert answer.fit == 60


def test_one_place_with_many_seats():
    n = 200
    answer = assign(range(n), [0] * n, range(n), n_students=n, seats=[150])
    assert answer.place.tolist() == [-1] * 50 + [0] * 150


def test_a_pair_without_any_points_is_still_a_place():
    assert assign([0], [0], [0], n_students=1, seats=[1]).place.tolist() == [0]


def test_a_seat_that_nobody_can_use_costs_nothing():
    assert assign([0], [0], [1], n_students=1, seats=[2**31, 0]).placed == 1


@pytest.mark.parametrize(("n", "seats"), [(0, []), (3, []), (0, [1, 2]), (3, [0, 0])])
def test_an_empty_side_gives_an_empty_answer(n, seats):
    answer = assign([], [], [], n_students=n, seats=seats)
    assert answer.place.tolist() == [-1] * n
    assert (answer.placed, answer.fit, answer.engine) == (0, 0, "scipy")
    assert answer.certificate.holds


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"student": [0]}, "place: needs length 1, got 2"),
        ({"student": [0, 2]}, "student: row 1 is 2, must be from 0 to 1"),
        ({"student": [0, -1]}, "student: row 1 is -1"),
        ({"student": [0, 1.5]}, "student: row 1 is 1.5, a whole number is needed"),
        ({"student": ["a", "b"]}, "student: row 0 is 'a', a whole number is needed"),
        ({"student": [[0, 1]]}, "student: needs 1 dimension(s), got 2"),
        ({"student": [0, 0], "place": [0, 0]}, "student: row 1 repeats a pair"),
        ({"place": [0, 1]}, "place: row 1 is 1, must be from 0 to 0"),
        ({"fit": [1, -1]}, "fit: row 1 is -1"),
        ({"fit": [1, float("nan")]}, "fit: row 1 is nan, a whole number is needed"),
        ({"fit": [1, 2**60]}, "fit: up to 1152921504606846976 points for 1 students is too large to be exact"),
        ({"fit": [1, 2**62]}, "fit: row 1 is 4611686018427387904"),
        ({"fit": [1, 2**70]}, "fit: a number is too large"),
        ({"seats": [-1]}, "seats: row 0 is -1"),
        ({"n_students": -1}, "n_students: row 0 is -1"),
        ({"classes": [0]}, "classes: needs length 2, got 1"),
        ({"classes": [0, None]}, "classes: row 1 is None"),
        ({"lot": [0, -4]}, "lot: row 1 is -4"),
        ({"lot": [0, 1, 2]}, "lot: needs length 2, got 3"),
        ({"engine": "magic"}, "engine: is 'magic', must be 'auto' or one of scipy, kernel"),
    ],
)
def test_wrong_input_is_refused_by_argument_and_row(change, message):
    good = {"student": [0, 1], "place": [0, 0], "fit": [1, 1], "n_students": 2, "seats": [1]}
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        assign(**good | change)


def test_an_engine_that_gives_less_than_the_best_is_not_believed(monkeypatch):
    monkeypatch.setitem(ENGINES, "lazy", lambda student, place, weight, n, seats, progress: (np.full(n, -1), None))
    with pytest.raises(NotProved, match="engine lazy"):
        assign([0], [0], [1], n_students=1, seats=[1], engine="lazy")


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_no_rule_is_broken_and_every_number_is_right(seed):
    problem = cases.random_problem(seed, students=12, places=8, codes=2, size=30)
    outcome = solve(problem)
    from stagemakelaar.matching.eligibility import why_not

    for who, where in zip(outcome.candidate.tolist(), outcome.place.tolist(), strict=True):
        assert where == -1 or why_not(problem, who, where) == []
    assert outcome.placed == sum(outcome.profile)
    assert outcome.total_fit == np.where(outcome.parts < 0, 0, outcome.parts).sum()
    assert outcome.input_hash == problem.input_hash


def test_the_names_of_students_in_the_list_play_no_part():
    """Two equal students and one seat: the lot decides, whichever of them has the lower key."""
    for lots in ((4, 9), (9, 4)):
        outcome = solve(cases.problem([{"lot": lots[0]}, {"lot": lots[1]}], [{}]))
        assert outcome.place.tolist() == ([1, -1] if lots[0] < lots[1] else [-1, 1])


def test_solving_twice_gives_the_same_outcome():
    problem = cases.random_problem(9, students=50, places=40, codes=3)
    assert solve(problem).outcome_hash == solve(problem).outcome_hash


@pytest.mark.parametrize(("people", "places"), [([], []), ([{}], []), ([], [{}]), ([{}], [{"seats": 0}])])
def test_a_problem_with_an_empty_side_is_solved(people, places):
    outcome = solve(cases.problem(people, places))
    assert outcome.placed == 0
    assert outcome.place.tolist() == [-1] * len(people)
