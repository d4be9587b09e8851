"""From the database to stored proposals: how long, how much memory, how many statements.

    .venv/bin/python benchmarks/pipeline.py S M               # on an SQLite file and a PostgreSQL cluster of its own
    .venv/bin/python benchmarks/pipeline.py L --on postgresql # the seekers of a country as one programme; takes minutes
    .venv/bin/python benchmarks/pipeline.py M --engine scipy  # the same with the reference engine

Fills a database in bulk (`pipeline_database.py`), then does what a worker does: freeze, a child process that solves,
checks and explains, store. Prints one JSON object with a row per size and database: seconds of wall and of CPU per
step, the largest memory of parent and child, and the number of SQL statements.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
KINDS = ("sqlite", "postgresql")


def main():
    """Measure and print."""
    ask = argparse.ArgumentParser(description="From the database to stored proposals.")
    ask.add_argument("sizes", nargs="+", metavar="SIZE", help="S, M or L")
    ask.add_argument("--on", choices=KINDS, action="append", help="only this database")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--engine", default="auto", help="auto, scipy or kernel")
    ask.add_argument("--keep", type=Path, help="a folder of filled SQLite files, to copy from")
    asked = ask.parse_args()
    rows = []
    for size in asked.sizes:
        for kind in asked.on or KINDS:
            with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder), size) as url:
                began = time.perf_counter()
                kept = asked.keep / f"{size}.sqlite" if asked.keep and kind == "sqlite" else None
                if kept is not None and not kept.exists():
                    filled(f"sqlite:///{kept}", size, asked.seed)
                if kept is not None:
                    shutil.copyfile(kept, Path(folder) / kept.name)
                filled(url, size, asked.seed)
                seconds = round(time.perf_counter() - began, 1)
                done = run_alone(url, asked.engine)
                rows.append({"size": size, "database": kind, "seed": asked.seed, "filling_s": seconds} | done)
                print(json.dumps(rows[-1]), file=sys.stderr)
    machine = {"python": sys.version.split()[0], "machine": platform.machine(), "cores": os.cpu_count()}
    print(json.dumps(machine | {"load": os.getloadavg()[0], "rows": rows}, indent=2))


@contextmanager
def database(kind, folder, size):
    """A database of this kind, empty or still to be copied; gives its URL."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{size}.sqlite'}"
        return
    from tests.services.postgres import PostgresCluster

    cluster = PostgresCluster(durable=True)
    try:
        yield cluster.create_database()
    finally:
        cluster.stop()


def filled(url, size, seed):
    """Bring the database to the newest schema, and fill it unless it is."""
    from benchmarks.pipeline_database import SIZES, fill
    from stagemakelaar import db, schema

    engine = db.make_engine(url)
    before, _after = schema.migrate(engine)
    if before is None:
        fill(engine, SIZES[size], seed)
    engine.dispose()


def run_alone(url, engine):
    """Measure in a process of its own, so that what filling used does not count."""
    command = [sys.executable, __file__, "--measure", url, engine]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{url}: the measuring process ended with {done.returncode}")
    return json.loads(done.stdout)


# --- inside the measuring process ----------------------------------------------------------------------------------


def measure(url, engine_name):
    """Do what `jobs.compute_run` does, step by step with a clock beside it, and again as a whole."""
    from sqlalchemy import event

    from benchmarks.pipeline_database import RUN, TODAY
    from stagemakelaar import clock, db, rooms
    from stagemakelaar.jobs import KEEP_MEMORY
    from stagemakelaar.rounds import actions

    rooms.import_models()
    clock.set_clock(f"{TODAY}T10:00:00+01:00")
    engine = db.make_engine(url)
    db.bind(engine)
    counted, told = [], {"engine_asked": engine_name}
    event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    folder = Path(tempfile.mkdtemp(prefix="pipeline-"))
    clocks = Clocks()
    with db.transaction() as session:
        frozen = actions.freeze_run(session, RUN)
    clocks.stop("freeze")
    (folder / "question").write_bytes(frozen)
    code = "import sys; from benchmarks.pipeline import child; child(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(folder), engine_name]
    environment = os.environ | KEEP_MEMORY
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    clocks.stop("child")
    inside = json.loads(done.stdout)

    from stagemakelaar.solving import read_answer

    outcome, found, wrong = read_answer(folder)
    clocks.stop("read_answer")
    with db.transaction() as session:
        assert actions.store_outcome(session, RUN, 1, outcome, found), "not kept"
    clocks.stop("store")
    shutil.rmtree(folder)
    size = {"students": len(outcome.place), "placed": outcome.placed, "unplaced": len(found.unplaced)}
    told |= size | inside | {"objections": wrong, "statements": len(counted), "frozen_mb": round(len(frozen) / 1e6, 1)}
    told |= {"wall_s": clocks.told("wall"), "cpu_s": clocks.told("cpu"), "of_child_s": inside["of_child_s"]}
    told["parent_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(told))


class Clocks:
    """Klokken: seconds of wall and CPU, step by step."""

    def __init__(self):
        self._steps = []
        self._last = self._now()

    def _now(self):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime

    def stop(self, step):
        """End a step and begin the next."""
        now = self._now()
        self._steps.append((step, now[0] - self._last[0], now[1] - self._last[1]))
        self._last = now

    def told(self, which):
        """Seconds per step, and in all."""
        at = {"wall": 1, "cpu": 2}[which]
        steps = {step[0]: round(step[at], 3) for step in self._steps}
        return steps | {"all": round(sum(step[at] for step in self._steps), 3)}


def child(folder, engine_name):
    """What `solving.solve_in` does, with a clock beside it."""
    clocks = Clocks()
    from stagemakelaar.matching import Problem, objections, solve
    from stagemakelaar.matching.findings import findings
    from stagemakelaar.matching.judgement import judge
    from stagemakelaar.solving import write_answer

    clocks.stop("import")
    problem = Problem.from_bytes((Path(folder) / "question").read_bytes())
    clocks.stop("from_bytes")
    eligible = int(judge(problem).eligible.sum())
    clocks.stop("judge")
    outcome = solve(problem, engine=engine_name)
    clocks.stop("solve")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    wrong = objections(problem, outcome)
    clocks.stop("objections")
    found = findings(problem, outcome)
    clocks.stop("findings")
    write_answer(Path(folder), outcome, found, wrong)
    clocks.stop("write_answer")
    told = {"pairs": len(problem.pairs), "eligible": eligible, "engine": outcome.engine}
    told |= {"of_child_s": clocks.told("cpu"), "child_mb_after_solving": memory}
    print(json.dumps(told | {"child_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        main()
