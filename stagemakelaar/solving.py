"""What the child process does: a frozen problem in, an outcome with its explanations out. No database, no settings.

python -m stagemakelaar.solving FOLDER

The folder holds the `question`. The child tells its `progress` there, and leaves the `outcome`, the `objections` to it,
and a line for each student with a place (`proposals`) and without (`unplaced`). The explanations of a country are tens
of thousands; they are written as JSON once and go into the database as they are.
"""

import json
import sys
from pathlib import Path
from time import monotonic

from stagemakelaar.matching.stages import Stage

TELL_EVERY = 0.3  # seconds
_written = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
COLUMNS = {
    "proposals": ("student_id", "place_id", "priority_class", "fit", "facts"),
    "unplaced": ("student_id", "priority_class", "cause", "facts"),
}


def solve_in(folder):
    """Read the problem, solve it, ask the second opinion, explain, and write all of that."""
    from stagemakelaar.matching import Problem, objections, solve
    from stagemakelaar.matching.findings import findings

    folder = Path(folder)
    progress = Progress(folder)
    progress.tell(Stage.READING)
    problem = Problem.from_bytes((folder / "question").read_bytes())
    progress.tell(Stage.SOLVING)
    outcome = solve(problem, progress=progress.of_solving)
    progress.tell(Stage.CHECKING)
    wrong = objections(problem, outcome)
    progress.tell(Stage.EXPLAINING)
    write_answer(folder, outcome, None if wrong else findings(problem, outcome), wrong)


class Progress:
    """Voortgang: a small file that says how far the computation is."""

    def __init__(self, folder):
        self._path = Path(folder) / "progress"
        self._told = 0.0

    def tell(self, stage, share=0):
        """Write the stage, and how much of it is done, in percents."""
        unfinished = self._path.with_suffix(".part")
        unfinished.write_text(f"{stage.value} {share}", encoding="ascii")
        unfinished.replace(self._path)

    def of_solving(self, done, of):
        """What the solver calls now and then."""
        if monotonic() - self._told > TELL_EVERY:
            self.tell(Stage.SOLVING, 100 * done // max(of, 1))
            self._told = monotonic()


def read_progress(folder):
    """Give back (stage, percents), or None as long as nothing was told."""
    try:
        stage, share = (Path(folder) / "progress").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return Stage(stage), int(share)


def write_answer(folder, outcome, found, wrong):
    """Write an answer; without `found` nothing of the outcome may be shown."""
    (folder / "objections").write_text(json.dumps(wrong), encoding="utf-8")
    (folder / "outcome").write_bytes(outcome.to_bytes())
    for name, columns in COLUMNS.items():
        with (folder / name).open("w", encoding="utf-8") as lines:
            for row in getattr(found, name) if found else ():
                plain = [str(row[column]) for column in columns[:-1]]
                lines.write("\t".join([*plain, _written(row["facts"])]) + "\n")


def read_answer(folder):
    """Give back (outcome, findings, objections); the facts of the findings are `db.Written`."""
    from stagemakelaar.matching import Outcome
    from stagemakelaar.matching.findings import Findings

    wrong = json.loads((folder / "objections").read_text(encoding="utf-8"))
    found = {name: tuple(_rows(folder / name, columns)) for name, columns in COLUMNS.items()}
    return Outcome.from_bytes((folder / "outcome").read_bytes()), None if wrong else Findings(**found), wrong


def _rows(path, columns):
    from stagemakelaar.db import Written  # for the parent; the child knows no database

    with path.open(encoding="utf-8") as lines:
        for line in lines:
            *plain, facts = line.rstrip("\n").split("\t")
            values = [int(one) if one.lstrip("-").isdigit() else one for one in plain]
            yield dict(zip(columns, [*values, Written(facts)], strict=True))


if __name__ == "__main__":
    solve_in(sys.argv[1])
