"""The certificate: prices prove the best choice, and nothing else can be proved by any prices."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching.checks import objections, prove
from stagemakelaar.matching.solver import assign, solve
from tests.matching import cases
from tests.matching.graphs import graphs
from tests.matching.test_engines import weights

some = settings(deadline=None, max_examples=40)

# Three students want two places with one seat each. Student 2 comes first; 0 and 1 differ by one point.
STUDENT, PLACE = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
WEIGHT = np.array([105, 102, 104, 102, 203])
SEATS, BEST, PRICES = np.array([1, 1]), np.array([0, -1, 1]), np.array([104, 102])


def proof(chosen=BEST, prices=PRICES, *, student=STUDENT, place=PLACE, weight=WEIGHT, seats=SEATS):
    return prove(student, place, weight, chosen=np.array(chosen), seats=np.array(seats), prices=prices)


def test_the_best_choice_is_proved_by_its_prices():
    assert (proof().value, proof().bound) == (308, 308)


@pytest.mark.parametrize("prices", [PRICES, None])
@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        ([-1, -1, 1], "one placed fewer"),
        ([0, 1, -1], "a worse profile"),
        ([-1, 0, 1], "a point less"),
        ([0, 0, 1], "a seat used twice"),
        ([0, -1, 0], "a place that the student cannot have"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_wrong_choice_is_not_proved(chosen, what, prices):
    assert proof(chosen, prices) is None


@pytest.mark.parametrize(
    "prices", [[103, 102], [104, 101], [106, 102], [0, 0], [-1, 102], [104], [104, 102, 0], [-(2**62), 2**62]], ids=str
)
def test_wrong_prices_prove_nothing(prices):
    assert proof(prices=np.array(prices)) is None


def test_a_seat_that_is_left_must_cost_nothing():
    assert proof(seats=[1, 2], chosen=[0, 1, 1], prices=np.array([3, 0])) is not None
    assert proof(seats=[1, 3], chosen=[0, 1, 1], prices=np.array([3, 1])) is None


def test_prices_that_were_sought_are_the_lowest():
    assert proof(prices=None).prices.tolist() == [104, 102]


def test_students_who_could_swap_for_a_gain_are_found():
    circle = {"student": np.array([0, 0, 1, 1]), "place": np.array([0, 1, 0, 1]), "weight": np.array([5, 6, 6, 5])}
    assert proof([0, 1], None, **circle) is None
    assert proof([1, 0], None, **circle).value == 12


@some
@given(graphs(), st.data())
def test_prices_of_the_kernel_prove_its_choice_and_no_worse_one(case, data):
    answer = assign(**case, engine="kernel")
    weight, prices = weights(case), answer.certificate.prices
    pairs = {"student": case["student"], "place": case["place"], "weight": weight, "seats": case["seats"]}
    assert proof(answer.place, prices, **pairs).value == answer.certificate.value
    assert proof(answer.place, None, **pairs) is not None
    placed = np.flatnonzero(answer.place >= 0)
    if len(placed):
        fewer = answer.place.copy()
        fewer[data.draw(st.sampled_from(placed.tolist()))] = -1
        assert proof(fewer, prices, **pairs) is None
        assert proof(fewer, None, **pairs) is None


@pytest.mark.parametrize("engine", ["scipy", "kernel"])
def test_what_an_engine_proved_meets_no_objection(engine):
    problem = cases.random_problem(3, students=80, places=60, codes=3)
    assert objections(problem, solve(problem, engine=engine)) == []


def test_a_certificate_that_was_tampered_with_is_refused():
    problem = cases.random_problem(4, students=30, places=20, codes=1)
    outcome = solve(problem)
    told = outcome.certificate
    for change in ({"prices": told.prices + 1}, {"prices": told.prices[:-1]}, {"value": 1, "bound": 1}):
        wrong = dataclasses.replace(outcome, certificate=dataclasses.replace(told, **change))
        assert objections(problem, wrong) == ["the certificate does not hold"]


def test_a_place_that_only_the_next_student_can_reach_is_refused():
    problem = cases.problem([{}, {}], [{}, {}], [(1, 1), (2, 2)])
    outcome = dataclasses.replace(solve(problem), place=[2, -1], fit=[0, 0], parts=np.full((2, 4), -1))
    assert objections(problem, outcome) == ["student 1 has place 2, which is out of reach"]
