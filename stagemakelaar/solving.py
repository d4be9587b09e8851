"""What the child process does: a frozen problem in, an outcome with its explanations out. No database, no settings.

python -m stagemakelaar.solving QUESTION ANSWER
"""

import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path


def solve_file(question, answer):
    """Read the problem, solve it, ask the second opinion, explain, and write all of that."""
    from stagemakelaar.matching import Problem, objections, solve
    from stagemakelaar.matching.findings import findings

    problem = Problem.from_bytes(Path(question).read_bytes())
    outcome = solve(problem)
    wrong = objections(problem, outcome)
    write_answer(answer, outcome, None if wrong else findings(problem, outcome), wrong)


def write_answer(path, outcome, found, wrong):
    """Write an answer whole or not at all."""
    told = {
        "outcome": base64.b64encode(outcome.to_bytes()).decode(),
        "findings": asdict(found) if found else None,
        "wrong": wrong,
    }
    unfinished = Path(f"{path}.part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(path)


def read_answer(path):
    """Give back (outcome, findings, objections)."""
    from stagemakelaar.matching import Outcome
    from stagemakelaar.matching.findings import Findings

    told = json.loads(Path(path).read_text(encoding="utf-8"))
    found = told["findings"]
    if found is not None:
        found = Findings(tuple(found["proposals"]), tuple(found["unplaced"]))
    return Outcome.from_bytes(base64.b64decode(told["outcome"])), found, told["wrong"]


if __name__ == "__main__":
    solve_file(*sys.argv[1:])
