"""A whole country of programmes, seeded by the product itself: every programme's round, one after another.

    .venv/bin/python -m benchmarks.nation --database postgresql://…/empty_database   # takes hours, mostly seeding
    .venv/bin/python -m benchmarks.nation --scale city                               # a SQLite file that is thrown away

Seeds a scale in a process of its own, then asks for a new run in the live round of each programme and computes it as a
worker does, in one process per programme, so that memory is each one's own. `--seeded` leaves out the seeding. Writes
build/bench/<scale>-<moment>.json: seconds, CPU, memory and statements of the seeding and of every round.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from benchmarks.city import ROOT, command


def main():
    """Measure, print a line per programme, and write everything down."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.nation", description="Every round of a country.")
    ask.add_argument(
        "--database", metavar="URL", help="an empty database; without it an SQLite file that is thrown away"
    )
    ask.add_argument("--scale", default="nation", help="city, region or nation")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--seeded", action="store_true", help="the database was filled before: only the rounds")
    ask.add_argument("--out", type=Path, help="the file to write")
    asked = ask.parse_args()
    moment = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
    out = asked.out or ROOT / "build" / "bench" / f"{asked.scale}-{moment}.json"
    with tempfile.TemporaryDirectory(prefix="nation-") as folder:
        url = asked.database or f"sqlite:///{folder}/demo.sqlite"
        told = {"scale": asked.scale, "seed": asked.seed, "database": url.split(":")[0], "load": os.getloadavg()[0]}
        told |= {"python": sys.version.split()[0], "machine": platform.machine(), "cores": os.cpu_count()}
        if not asked.seeded:
            told["seeding"] = alone("seed", url, folder, asked.scale, str(asked.seed))
            print(json.dumps(told["seeding"]), file=sys.stderr)
        told["rounds"] = []
        for slug in alone("programmes", url)["slugs"]:
            told["rounds"].append({"programme": slug} | alone("round", url, slug))
            print(json.dumps(told["rounds"][-1]), file=sys.stderr)
    told["all"] = _together(told["rounds"])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told["all"] | {"written": str(out)}, indent=2))


def alone(what, *words):
    """One step in a process of its own: what it told, with its time and memory."""
    began = time.perf_counter()
    step = [sys.executable, "-m", "benchmarks.nation", "--step", what, *words]
    done = subprocess.run(step, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{what} {words[1:]}: ended with {done.returncode}")
    told = json.loads(done.stdout.splitlines()[-1])  # what stands above are lines of the log
    return told | {"wall_s": round(time.perf_counter() - began, 2)}


def _together(rounds):
    """The sums of all rounds, and the most of any."""
    sums = {name: round(sum(one[name] for one in rounds), 2) for name in ("students", "proposed", "cpu_s", "wall_s")}
    most = {
        f"most_{name}": max((one[name] for one in rounds), default=0) for name in ("wall_s", "parent_mb", "child_mb")
    }
    return {"programmes": len(rounds)} | sums | most | {"most_statements": max(one["statements"] for one in rounds)}


# --- inside a process of its own -----------------------------------------------------------------------------------


def seed(url, folder, scale, number):
    """Fill an empty database; the counts of its tables."""
    environment = os.environ | {"STAGEMAKELAAR_ENV": "demo", "STAGEMAKELAAR_INSTANCE": folder, "DATABASE_URL": url}
    facts = command(environment, "seed", "--scale", scale, "--seed", number)
    return {name: facts[name] for name in ("counts", "fingerprint")} | _used()


def programmes(url):
    """The programmes with a live round, by name."""
    from sqlalchemy import select

    from stagemakelaar.people.models import Programme
    from stagemakelaar.rounds.models import Round, RoundState

    found = select(Programme.slug).join(Round, Round.programme_id == Programme.id).order_by(Programme.slug)
    return {"slugs": list(_session(url).scalars(found.where(Round.state != RoundState.CLOSED)))}


def compute(url, slug):
    """Compute the live round of a programme as a worker does."""
    from sqlalchemy import event, select

    from stagemakelaar import db, jobs
    from stagemakelaar.people.models import Programme, User
    from stagemakelaar.rounds import actions
    from stagemakelaar.rounds.models import Round, RoundState, Run

    statements = []
    session = _session(url)
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    with db.transaction() as session:
        live = select(Round).join(Programme, Programme.id == Round.programme_id)
        match_round = session.scalars(live.where(Programme.slug == slug, Round.state != RoundState.CLOSED)).one()
        by = session.get_one(User, match_round.opened_by_id)
        run = actions.ask_for_run(session, match_round, by=by, lot=1).id
    before = len(statements)
    jobs.compute_run(run)
    found = db.look_again().get_one(Run, run)
    facts = {name: getattr(found, name) for name in ("students", "seats", "proposed", "engine", "trouble")}
    return facts | {"state": found.state.value, "statements": len(statements) - before} | _used()


def _session(url):
    from stagemakelaar import db, rooms

    rooms.import_models()
    db.bind(db.make_engine(url))
    return db.current_session()


def _used():
    own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime
    return {"cpu_s": round(cpu, 2), "parent_mb": own.ru_maxrss // 1024, "child_mb": child.ru_maxrss // 1024}


STEPS: dict[str, Callable] = {"seed": seed, "programmes": programmes, "round": compute}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        print(json.dumps(STEPS[sys.argv[2]](*sys.argv[3:])))
    else:
        main()
