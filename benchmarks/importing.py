"""What it takes to bring a list of students in: time, memory and statements, the first time and the second.

    .venv/bin/python -m benchmarks.importing 500 5000 30000
    .venv/bin/python -m benchmarks.importing --database postgresql+psycopg://… 5000

Each size runs in a process and a new database of its own; a database that is named must be empty. Prints one JSON
object per size. `grown_mb` is by how much the process grew between the first row and the last.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from stagemakelaar.seed import words

NAMES = ["studentnummer", "e-mailadres", "voornaam", "achternaam", "geboortedatum", "opleidingscode", "leerweg"]


def main():
    """Measure each size that was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("rows", type=int, nargs="+")
    asked.add_argument("--database", help="an empty one; without it a new SQLite file")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.here:
        print(json.dumps(measured(given.rows[0], given.database)), flush=True)
        return
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            url = given.database or f"sqlite:///{folder}/students.sqlite"
            again = [sys.executable, "-m", "benchmarks.importing", "--here", "--database", url, str(rows)]
            subprocess.run(again, check=True, cwd=Path(__file__).parent.parent)


def measured(rows, url):
    """Bring a list of so many rows in, twice; give back what it took."""
    from sqlalchemy import event, select

    from stagemakelaar import db, schema
    from stagemakelaar.files.tables import as_bytes
    from stagemakelaar.intake.models import UploadKind
    from stagemakelaar.intake.uploads import carry_out_file
    from stagemakelaar.people.actions import create_programme
    from stagemakelaar.people.models import Programme, ProgrammeKind
    from stagemakelaar.reference.starter import load_starter

    engine, counted = db.make_engine(url), [0]
    schema.migrate(engine)
    db.bind(engine)
    with db.transaction() as session:
        load_starter(session)
        create_programme(session, slug="noord", name="Noord", kind=ProgrammeKind.SCHOOL, email="a@b.example", by=None)
    event.listen(engine, "before_cursor_execute", lambda *_args: counted.__setitem__(0, counted[0] + 1))
    content = as_bytes(NAMES, (row_of(number) for number in range(rows)))
    told = {"rows": rows, "database": engine.dialect.name, "file_mb": round(len(content) / 1e6, 1)}
    before = _memory()
    for time_of in ("first", "again"):
        counted[0], began, cpu = 0, time.monotonic(), time.process_time()
        with db.transaction() as session:
            programme = session.scalars(select(Programme.id)).one()
            trial = carry_out_file(session, UploadKind.STUDENTS, programme, "l.csv", content)
        told[time_of] = {
            "seconds": round(time.monotonic() - began, 2),
            "cpu": round(time.process_time() - cpu, 2),
            "statements": counted[0],
            **trial.facts(),
        }
    return told | {"grown_mb": round(_memory() - before, 1), "process_mb": round(_memory(), 1)}


def row_of(number):
    """A student; names and birth dates repeat as often as they do in a school."""
    draw = random.Random(number)
    born = date(2005, 1, 1) + timedelta(days=draw.randrange(1_600))
    names = draw.choice(words.FIRST), draw.choice(words.LAST).replace("_", " ")
    return (f"{number:07d}", f"student{number}@school.example", *names, born.isoformat(), "25960", "bol")


def _memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
