"""What a pair is worth, part by part."""

import numpy as np
import pytest

from stagemakelaar.matching.scoring import BOUNDS, LIMIT, Weights, fit_of, lot_digits, score
from tests.matching import cases


def points(candidate=None, opening=None, minutes=-1, **weights):
    """Points of one pair as a dict; what is not known is left out."""
    one = cases.problem([candidate or {}], [opening or {}], [(1, 1, minutes)], **weights)
    return {
        name: value
        for name, value in zip(("learning", "travel", "kind", "costs"), score(one)[0], strict=True)
        if value >= 0
    }


def test_what_is_not_known_is_not_scored():
    assert points() == {}


@pytest.mark.parametrize(
    ("wanted", "possible", "expected"),
    [
        ((1, 2, 3, 4, 5), (1, 2, 3, 4), 40),
        ((1, 2), (1, 2, 3), 50),
        ((1, 2, 3), (3,), 17),
        ((1, 2, 3), (3, 1), 33),
        ((1,), (2,), 0),
        (tuple(range(100)), tuple(range(0, 100, 2)), 25),
    ],
)
def test_learning_is_the_share_of_the_wanted_work_processes(wanted, possible, expected):
    assert points({"processes": wanted}, {"processes": possible}) == {"learning": expected}


@pytest.mark.parametrize(("wanted", "possible"), [((), (1, 2)), ((1, 2), ())])
def test_learning_is_not_known_when_one_side_is_silent(wanted, possible):
    assert points({"processes": wanted}, {"processes": possible}) == {}


@pytest.mark.parametrize(("minutes", "expected"), [(0, 30), (15, 20), (22, 15), (23, 15), (45, 0), (60, 0)])
def test_travel_falls_in_a_straight_line_to_the_own_maximum(minutes, expected):
    assert points({"max_minutes": 45}, minutes=minutes) == {"travel": expected}


@pytest.mark.parametrize(
    ("wished", "there", "expected"),
    [
        ((7,), (7,), 10),
        ((0,), (0,), 10),
        ((0,), (7,), 0),
        ((1, 7), (7,), 8),
        ((1, 2, 3, 4, 7), (7,), 2),
        ((1, 7), (7, 1), 10),
        ((1, 7), (5,), 0),
        ((7,), (), 0),
    ],
)
def test_kind_of_work_follows_the_order_of_the_student(wished, there, expected):
    assert points({"kinds": wished}, {"kinds": there}) == {"kind": expected}


def test_kind_of_work_is_not_scored_for_who_has_no_wish():
    assert points({"kinds": ()}, {"kinds": (7,)}) == {}


def test_features_that_would_be_nice_count_by_their_share():
    assert points({"wishes": 0b111}, {"features": 0b1101}) == {"kind": 7}


def test_kind_and_features_have_an_equal_voice():
    assert points({"wishes": 0b11, "kinds": (1, 7)}, {"features": 0b10, "kinds": (7,)}) == {"kind": 7}


@pytest.mark.parametrize(("covers", "expected"), [(1, {"costs": 10}), (0, {"costs": 0}), (-1, {})])
def test_costs_are_scored_when_the_place_said_so(covers, expected):
    assert points({}, {"covers_costs": covers}) == expected


def test_other_weights_give_other_points():
    asked = {"processes": (1,), "kinds": (7,)}
    there = {"processes": (1,), "kinds": (7,), "covers_costs": 1}
    assert points(asked, there, 0, learning=60, travel=20, kind=5, costs=15) == {
        "learning": 60,
        "travel": 20,
        "kind": 5,
        "costs": 15,
    }


def test_the_fit_is_the_sum_of_what_is_known():
    assert fit_of(np.array([[40, -1, 8, 0], [-1, -1, -1, -1]])).tolist() == [48, 0]


def test_a_perfect_pair_has_all_points():
    assert Weights().most == 100


@pytest.mark.parametrize("name", BOUNDS)
def test_weights_stay_within_their_bounds(name):
    low, high = BOUNDS[name]
    Weights(**({"learning": 70} | {name: high}))
    for wrong in (low - 1, high + 1, 1.5, True, None):
        with pytest.raises(ValueError, match=f"weights.{name}: is "):
            Weights(**{name: wrong})


def test_the_learning_wish_stays_the_first_ground():
    with pytest.raises(ValueError, match="no other weight may be larger"):
        Weights(learning=40, travel=50)


def test_the_lot_gives_who_goes_first_the_largest_digit():
    digits, steps = lot_digits(
        np.array([30, 10, 20]), np.array([0, 1, 2]), np.zeros(3, int), most=9, placeable=3, classes=1
    )
    assert digits.tolist() == [0, 2, 1]
    assert steps == 3


def test_equal_lots_are_equal():
    digits, _ = lot_digits(
        np.array([5, 5, 9]), np.array([0, 1, 2]), np.array([0, 0, 0]), most=9, placeable=3, classes=1
    )
    assert digits.tolist() == [1, 1, 0]


def test_with_very_many_students_the_lot_has_fewer_steps_and_then_none():
    lot, who = np.arange(1000), np.arange(1000)
    _, steps = lot_digits(lot, who, np.zeros(1000, int), most=100, placeable=10**6, classes=4)
    assert 1 <= steps < 1000
    digits, steps = lot_digits(lot, who, np.zeros(1000, int), most=100, placeable=10**8, classes=4)
    assert steps == 0
    assert not digits.any()


def test_the_lot_leaves_the_weights_exact():
    for placeable in (1, 300, 5_000, 50_000, 500_000):
        _, steps = lot_digits(
            np.arange(10**5), np.arange(1), np.zeros(1, int), most=180, placeable=placeable, classes=4
        )
        above_lot = placeable * 181 * max(steps - 1, 0) + 1
        largest = 180 * above_lot + 181 * max(steps - 1, 0)
        assert 5 * (placeable * largest + 1) < LIMIT


def test_the_score_is_made_once_and_closed():
    problem = cases.one_pair()
    points = score(problem)
    assert score(problem) is points
    with pytest.raises(ValueError, match="read-only"):
        points[0] = 0
