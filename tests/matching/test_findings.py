"""What a run has to tell: one row per student, in plain values."""

import gc
import json

from stagemakelaar.matching.explain import explanation
from stagemakelaar.matching.findings import findings
from stagemakelaar.matching.solver import solve
from stagemakelaar.matching.unplaced import why_unplaced
from tests.matching import cases


def test_every_student_has_a_proposal_with_its_explanation_or_a_cause():
    problem = cases.random_problem(5, students=60, places=40, codes=4)
    outcome = solve(problem)
    found, reasons = findings(problem, outcome), why_unplaced(problem, outcome)
    told = {row["student_id"] for row in found.proposals} | {row["student_id"] for row in found.unplaced}
    assert told == set(outcome.candidate.tolist())
    assert len(found.proposals) == outcome.placed
    for row in found.proposals:
        at = problem.row_of_candidate(row["student_id"])
        assert (row["place_id"], row["fit"]) == (outcome.place[at], outcome.fit[at])
        assert row["priority_class"] == outcome.priority_class[at]
        assert row["facts"] == explanation(problem, outcome, row["student_id"])
    for row in found.unplaced:
        reason = reasons[row["student_id"]]
        assert row["cause"] == reason.cause.value
        assert row["facts"]["next_step"] == reason.next_step.value
        assert [one["rule"] for one in row["facts"]["openers"]] == [one.rule.value for one in reason.openers]


def test_findings_are_plain_values():
    problem = cases.random_problem(2, students=30, places=20, codes=2)
    found = findings(problem, solve(problem))
    rows = [*found.proposals, *found.unplaced]
    assert json.loads(json.dumps(rows)) == rows


def test_garbage_is_collected_again_afterwards():
    problem = cases.one_pair()
    findings(problem, solve(problem))
    assert gc.isenabled()
