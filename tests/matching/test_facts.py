"""Facts of many pairs at once are the facts of each by itself."""

import numpy as np
import pytest

from stagemakelaar.matching.eligibility import Meeting
from stagemakelaar.matching.facts import explanations, facts, facts_of
from stagemakelaar.matching.scoring import kind_rank
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def test_all_explanations_at_once_are_those_of_each_student():
    problem = cases.random_problem(4, students=60, places=50, codes=4)
    outcome = solve(problem)
    rows = np.flatnonzero(outcome.place != -1)
    together = explanations(problem, outcome, rows)
    assert together == [explanations(problem, outcome, rows[[at]])[0] for at in range(len(rows))]
    for row, told in zip(rows.tolist(), together, strict=True):
        assert told["facts"] == facts(problem, int(outcome.candidate[row]), told["opening"])
        assert told["fit"] == outcome.fit[row] == sum(part["points"] or 0 for part in told["parts"]) + told["agreed"]


@pytest.mark.parametrize("seed", range(3))
def test_facts_agree_with_the_rules_and_the_score(seed):
    problem = cases.random_problem(seed, students=40, places=40, codes=3, size=120)
    i, j = np.divmod(np.arange(40 * 40), 40)
    meeting, told = Meeting(problem, i, j), facts_of(problem, i, j)
    assert [one["is_listed"] for one in told] == (meeting.listed_at >= 0).tolist()
    assert [-1 if one["recognised_until"] is None else one["recognised_until"] for one in told] == (
        meeting.recognised_until.tolist()
    )
    assert [one["kind_rank"] or 0 for one in told] == (kind_rank(problem, i, j) + 1).tolist()
    assert any(one["recognised_until"] is not None and not one["is_listed"] for one in told)


def test_recognitions_that_adjoin_count_as_one_and_a_gap_ends_it():
    code, start = cases.CODE, cases.START
    rows = (
        (code, start - 9, start + 5),
        (code, start + 6, start + 20),
        (code, start + 22, start + 90),
        (99, 1, 99_999),
    )
    problem = cases.one_pair({}, {"recognitions": rows})
    assert facts(problem, 1, 1)["recognised_until"] == start + 20


def test_the_dicts_of_two_students_share_nothing():
    problem = cases.problem([{}, {}], [{"seats": 2}])
    one, other = explanations(problem, solve(problem), np.array([0, 1]))
    one["weights"]["travel"] = 0
    one["facts"]["kinds_there"].append(7)
    assert other["weights"]["travel"] == 30
    assert other["facts"]["kinds_there"] == []
