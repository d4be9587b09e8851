"""The made-up rounds: the same for the same seed, like the table of the design, and accepted by the matcher."""

import numpy as np
import pytest

from benchmarks.hard import FAMILIES, hard
from benchmarks.instances import SCALES, as_problem, counts, eligible_pairs, fit_between, instance, minutes_between
from stagemakelaar.matching import assign, solve
from stagemakelaar.matching.judgement import judge

# scale: students, places, seats, pairs, unplaced and without any pair in per cent
TABLE = {"S": (300, 500, 826, 9_281, 16.7, 9.3), "M": (5_000, 8_000, 13_415, 541_200, 14.6, 3.6)}


def same(one, other):
    return all(np.array_equal(value, other.arguments[name]) for name, value in one.arguments.items())


@pytest.mark.parametrize("make", [lambda seed: instance("S", seed), lambda seed: hard("layered", seed)])
def test_a_seed_gives_the_same_round_again_and_another_seed_another(make):
    assert same(make(1), make(1))
    assert not same(make(1), make(2))


@pytest.mark.later
@pytest.mark.parametrize("scale", TABLE)
def test_the_counts_are_near_the_table(scale):
    students, places, seats, pairs, unplaced, nowhere = TABLE[scale]
    made = [instance(scale, seed) for seed in (1, 2, 3)]
    for one in made:
        count = counts(one)
        assert (count["students"], count["places"]) == (students, places)
        assert count["seats"] == pytest.approx(seats, rel=0.08)
    assert np.mean([len(one.student) for one in made]) == pytest.approx(pairs, rel=0.2)
    placed = np.mean([assign(**one.arguments).placed for one in made])
    assert 100 - 100 * placed / students == pytest.approx(unplaced, abs=4)
    assert np.mean([one.without_pair for one in made]) * 100 / students == pytest.approx(nowhere, abs=9)


def test_pairs_are_exactly_those_that_the_rules_allow():
    one = instance("S", 1)
    students, places = one.students, one.places
    i, j = (grid.ravel() for grid in np.mgrid[: len(students), : len(places)])
    recognised = np.zeros((len(places), int(students.code.max()) + 100), dtype=bool)
    recognised[tuple(places.recognised.T)] = True
    minutes = minutes_between(students, places, i, j)
    allowed = recognised[j, students.code[i]] & (students.path[i] == places.path[j])
    allowed &= (places.first[j] <= students.period[i]) & (students.period[i] <= places.last[j])
    allowed &= minutes <= students.max_minutes[i]
    assert np.array_equal(np.column_stack([one.student, one.place]), np.argwhere(allowed.reshape(300, 500)))
    fit = fit_between(students, places, i[allowed], j[allowed], minutes[allowed])
    assert np.array_equal(one.fit, fit)
    assert set(np.unique(one.fit)) <= set(range(18))


def test_pieces_are_the_same_however_many_pairs_are_looked_at_together(monkeypatch):
    one = instance("S", 2)
    monkeypatch.setattr("benchmarks.instances.AT_ONCE", 50)
    pieces = list(eligible_pairs(one.students, one.places))
    assert len(pieces) > 20
    assert np.array_equal(np.concatenate([piece[1] for piece in pieces]), one.place)


@pytest.mark.parametrize("refused", [False, True])
def test_a_problem_has_exactly_the_pairs_of_the_instance(refused):
    one = instance("S", 1)
    problem = as_problem(one, refused=refused)
    eligible = judge(problem).eligible
    assert eligible.all() != refused
    assert np.array_equal(problem.pair_candidate[eligible], one.student)
    assert np.array_equal(problem.pair_opening[eligible], one.place)
    assert solve(problem).placed == assign(**one.arguments).placed


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hard_family_is_a_round_with_its_pairs_in_order(family):
    one = hard(family, 1)
    assert len(one.classes) == len(one.lot) == one.n_students
    pairs = one.student.astype(np.int64) * len(one.seats) + one.place
    assert (np.diff(pairs) > 0).all()


def test_scales_grow():
    assert list(SCALES) == ["S", "M", "L", "XL"]
    assert [scale.students for scale in SCALES.values()] == sorted(scale.students for scale in SCALES.values())
