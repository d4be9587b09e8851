"""In one pass or column by column: the same rules are broken and the same points are given, for every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.matching import compiled, eligibility, scoring
from stagemakelaar.matching.eligibility import Rule, broken_rules
from stagemakelaar.matching.problem import NO_END
from stagemakelaar.matching.scoring import agreed_points, fit_of, score
from tests.matching import cases
from tests.matching.cases import END, START


def messy_problem(seed, students=14, places=12):
    """A problem with everything that a rule or a part of the score looks at, often right at its edge."""
    draw = np.random.default_rng(seed)
    codes, near = (25_000, 25_001, 25_002), (-1, 0, 1)

    def one_of(*values):
        return values[int(draw.integers(len(values)))]

    def some(values, most):
        return tuple(draw.choice(values, int(draw.integers(most + 1)), replace=False).tolist())

    def recognitions():
        last = one_of(START - 1, START, START + 30, END - 1, END, NO_END)
        first = min(one_of(START - 90, START, START + 1), last)
        rows = [(one_of(*codes), first, last)]
        if last < NO_END and draw.random() < 0.5:  # goes on at once, after a gap, or twice
            rows.append((rows[0][0], last + one_of(0, 1, 2, 9), NO_END))
        return (*rows, (one_of(*codes), START - 9, END + one_of(*near)))

    processes = [int(number) for number in draw.choice(5000, 90, replace=False)]  # more than fit in one word
    people = [
        {
            "code": one_of(*codes),
            "leerweg": one_of(0, 0, 0, 1),
            "starts_on": START + one_of(*near),
            "ends_on": END + one_of(*near),
            "weekdays": one_of(0b11111, 0b1010101, 0b1111111),
            "days": one_of(1, 3, 4, 5),
            "late_hours": one_of(0, 1, 2),
            "is_minor": one_of(True, False),
            "is_under_16": draw.random() < 0.1,
            "school_hours": one_of(0, 8, 16),
            "max_minutes": one_of(20, 45),
            "vog_ready_on": START + one_of(*near),
            "register_ready_on": START + one_of(*near),
            "must": one_of(0, 0, 1, 2**61, 5),
            "wishes": one_of(0, 3, 2**61 + 1),
            "processes": some(processes, 6),
            "required": some(processes, 2),
            "kinds": some(range(9), 5),
            "hours_required": one_of(0, 400, 460),
        }
        for _ in range(students)
    ]
    sites = [
        {
            "leerweg": one_of(0, 0, 0, 1),
            "starts_on": START + one_of(*near),
            "ends_on": one_of(NO_END, END + one_of(*near)),
            "weekdays": one_of(0b11111, 0b0010101, 0b1111111),
            "seats": one_of(0, 1, 2),
            "late_hours": one_of(0, 1, 2),
            "hours_per_day": one_of(480, 481, 540, 541),
            "minimum_age": one_of(0, 0, 16, 18),
            "vog": one_of(True, False),
            "register": one_of(True, False),
            "unsupervised_risks": one_of(True, False),
            "features": one_of(0, 1, 2**61 + 7),
            "kinds": some(range(9), 3),
            "processes": some(processes, 80),
            "told": some(codes, 3),
            "covers_costs": one_of(-1, 0, 1),
            "is_verified": draw.random() < 0.9,
            "recognitions": recognitions(),
        }
        for _ in range(places)
    ]
    rows = [(i, j, one_of(-1, 0, 19, 20, 21, 45, 46)) for i in range(1, students + 1) for j in range(1, places + 1)]
    rows = [row for row in rows if draw.random() < 0.8]
    forbidden = [(*row[:2], 0) for row in rows if draw.random() < 0.05]
    hints = [(*row[:2], one_of(0, 1, 2, 3)) for row in rows if draw.random() < 0.1]
    hints += [(students, places + 7, 3)]  # a place that takes no part
    return cases.problem(people, sites, rows, forbidden, hints, learning=70, kind=25)


def told(problem):
    """Rules, points and fit of every pair."""
    parts = score(problem)
    fit = fit_of(parts)
    return broken_rules(problem).tolist(), parts.tolist(), (fit + agreed_points(problem, fit)).tolist()


def in_one_pass(problem, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(eligibility, "LARGE", 0)
        patch.setattr(scoring, "LARGE", 0)
        scoring._scored.pop(problem, None)
        return told(problem)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_machine_code_says_what_the_columns_say(seed):
    problem = messy_problem(seed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert in_one_pass(problem, monkeypatch) == told(messy_problem(seed))


@pytest.mark.parametrize("seed", range(5))
def test_plain_python_says_what_the_columns_say(seed, monkeypatch):
    monkeypatch.setattr(compiled, "ON", False)
    problem = messy_problem(seed)
    assert in_one_pass(problem, monkeypatch) == told(messy_problem(seed))


def test_a_city_is_judged_alike(monkeypatch):
    problem = cases.random_problem(3, hinted=True)
    assert in_one_pass(problem, monkeypatch) == told(cases.random_problem(3, hinted=True))


def test_every_rule_is_broken_somewhere_in_what_is_compared():
    met = np.bitwise_or.reduce(np.concatenate([broken_rules(messy_problem(seed)) for seed in range(20)]))
    assert [rule for rule in Rule if not met & rule.bit] == []


@pytest.mark.parametrize(("people", "places"), [([], []), ([{}], []), ([], [{}])])
def test_nobody_or_nothing_to_go_to(people, places, monkeypatch):
    assert in_one_pass(cases.problem(people, places), monkeypatch) == ([], [], [])
