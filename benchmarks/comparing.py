"""How long the page takes that compares two runs of one round, and how many statements it asks.

    .venv/bin/python benchmarks/comparing.py                 # 5,000 students, on SQLite and PostgreSQL
    .venv/bin/python benchmarks/comparing.py S --on sqlite

Fills a database with one programme (`pipeline_database.py`), computes a run and two more on its facts with other
settings, and opens the page as a signed-in broker: `first` when nothing of the two runs is in memory, `again` when the
comparison is. Prints one JSON object: milliseconds of wall and of CPU, and statements.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.city import spread  # noqa: E402 - found by the line above
from benchmarks.pipeline import KINDS, database, filled  # noqa: E402
from benchmarks.pipeline_database import BROKER, ROUND, RUN, TODAY  # noqa: E402

FIRST, AGAIN = 10, 40  # visits
TRAVEL = {"learning": 50, "travel": 50, "kind": 0, "costs": 0}
COSTS = {"learning": 40, "travel": 10, "kind": 10, "costs": 30}


def main():
    """Measure and print."""
    ask = argparse.ArgumentParser(description="The page that compares two runs.")
    ask.add_argument("size", nargs="?", default="M", help="S, M or L")
    ask.add_argument("--on", choices=KINDS, action="append", help="only this database")
    ask.add_argument("--seed", type=int, default=1)
    asked = ask.parse_args()
    rows = []
    for kind in asked.on or KINDS:
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder), asked.size) as url:
            filled(url, asked.size, asked.seed)
            rows.append({"size": asked.size, "database": kind, "seed": asked.seed} | measure(url, Path(folder)))
            print(json.dumps(rows[-1]), file=sys.stderr)
    machine = {"python": sys.version.split()[0], "machine": platform.machine(), "cores": os.cpu_count()}
    print(json.dumps(machine | {"load": os.getloadavg()[0], "rows": rows}, indent=2))


def measure(url, instance):
    """Compute three runs, and visit the page of each two."""
    from config import Settings
    from stagemakelaar import clock, create_app, db
    from stagemakelaar.people.models import User
    from stagemakelaar.rounds import comparing
    from tests.counting import statements
    from tests.pages import Browser

    settings = Settings(
        environment="demo",
        database_url=url,
        secret_key="a key for a benchmark that is long enough",
        public_url="http://127.0.0.1:5000",
        smtp_url=None,
        instance=instance,
        worker=False,
        argon2=(8, 1, 1),
    )
    clock.set_clock(f"{TODAY}T10:00:00+01:00")
    app = create_app(settings)
    engine = db.make_engine(url)
    db.bind(engine)
    runs = [compute(RUN), compute_again(TRAVEL, most_minutes=30), compute_again(COSTS, waiting_counts=False)]
    desk = Browser(app).as_(db.current_session().get_one(User, BROKER))
    addresses = [f"/rondes/{ROUND}/vergelijken?a={a}&b={b}" for a in runs for b in runs if a != b]
    first, again = Visits(desk), Visits(desk)
    for number in range(FIRST):
        comparing._at_hand.clear()  # noqa: SLF001 - as after a restart
        first.visit(addresses[number % len(addresses)])
    for number in range(AGAIN):
        again.visit(addresses[number % 2])
        if number < 2:
            again.drop()
    with statements(engine) as sent:
        page = desk.get(addresses[0])
    told = sizes(runs[0])
    db.close_session()
    engine.dispose()
    return told | {
        "runs": len(runs),
        "differ": int(page.text.split(" van ")[-1].split()[0]),
        "statements": len(sent),
        "first": first.told(),
        "again": again.told(),
    }


def compute(run_id):
    """Compute a waiting run as a worker would; gives back its number."""
    from stagemakelaar import jobs

    assert jobs.compute_run(run_id)
    return run_id


def compute_again(weights, **settings):
    """A run on the facts of the first with other settings; gives back its number."""
    from stagemakelaar import db
    from stagemakelaar.people.models import User
    from stagemakelaar.rounds import actions
    from stagemakelaar.rounds.models import Round, Run
    from stagemakelaar.rounds.run_settings import settings_from

    with db.transaction() as session:
        run = actions.ask_for_run(
            session,
            session.get_one(Round, ROUND),
            by=session.get_one(User, BROKER),
            settings=settings_from(weights=weights, **settings),
            from_run=session.get_one(Run, RUN),
        )
    return compute(run.id)


def sizes(run_id):
    """How large the round is."""
    from stagemakelaar import db
    from stagemakelaar.rounds import snapshot
    from stagemakelaar.rounds.models import Run

    problem = snapshot.thaw(db.current_session().get_one(Run, run_id))
    return {"students": len(problem.candidates), "places": len(problem.openings), "pairs": len(problem.pairs)}


class Visits:
    """Bezoeken: how long each took, in milliseconds."""

    def __init__(self, desk):
        self._desk = desk
        self.drop()

    def drop(self):
        """Forget what was measured so far."""
        self._wall, self._cpu = [], []

    def visit(self, address):
        """Open a page and keep how long it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        answer = self._desk.client.get(address)
        self._wall.append(1000 * (time.perf_counter() - wall))
        self._cpu.append(1000 * (time.process_time() - cpu))
        assert answer.status_code == 200

    def told(self):
        """Spread of wall and CPU."""
        return {"wall_ms": spread(self._wall), "cpu_ms": spread(self._cpu)}


if __name__ == "__main__":
    main()
