"""Much work for many workers: the rounds of all programmes and thousands of letters, once on 1 worker and once on 4.

    .venv/bin/python -m benchmarks.many --database postgresql://…/nation         # 60 programmes, 10,000 letters
    .venv/bin/python -m benchmarks.many --database postgresql://…/region --letters 1000

Each time on a copy of a database that `seed` filled: workers of Celery with Redis and a mail host on loopback are
started, all work is asked for at once, as pages would, and the clock stops when nothing is left. Then every run of the
one must have the input and the outcome of the other, and every letter must have come once. A worker is one process that
takes letters and runs. Writes build/bench/many-<moment>.json; ends with 1 when an outcome differs or a letter is
missing or double.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from types import SimpleNamespace

from benchmarks.city import ROOT
from benchmarks.load_database import Copy, load_now
from benchmarks.load_service import Served
from benchmarks.load_watch import cpu_of, family

LOOK = 0.5  # seconds between looks whether all is done
READY_WITHIN = 60


def main(words=None):
    """Do the work with each number of workers, compare, write down."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__.partition("\n")[0])
    ask.add_argument("--database", required=True, help="a database that `seed` filled")
    ask.add_argument("--letters", type=int, default=10_000)
    ask.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    ask.add_argument("--patience", type=int, default=3600, help="seconds after which it is given up")
    asked = ask.parse_args(words)
    moment = datetime.now().astimezone()
    runs = [_with(workers, asked) for workers in asked.workers]
    first, last = runs[0], runs[-1]
    told = {
        "at": moment.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, the mail host and the database included",
        "same_outcomes": all(run["outcomes"] == first["outcomes"] for run in runs),
        "ratio_of_times": round(first["seconds"] / last["seconds"], 2),
        "runs": runs,
    }
    target = ROOT / "build" / "bench" / f"many-{moment:%Y-%m-%dT%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(told, indent=2) + "\n")
    for run in runs:
        print({name: value for name, value in run.items() if name != "outcomes"}, len(run["outcomes"]), "programmes")
    print({name: told[name] for name in ("same_outcomes", "ratio_of_times")}, target)
    is_whole = all(run["came_once"] == asked.letters and not run["unfinished"] for run in runs)
    return 0 if told["same_outcomes"] and is_whole else 1


def _with(workers, asked):
    """All the work on a fresh copy, by so many workers: seconds, and what came of it."""
    database = Copy(asked.database)
    served = Served(database.url, letters=workers)
    try:
        before = load_now()
        served.start_workers("letters,runs")
        _wait_for(served, workers)
        spent = _cpu(served)
        began = time.monotonic()
        words = [sys.executable, "-m", "benchmarks.many", "--ask", str(asked.letters)]
        subprocess.run(words, cwd=ROOT, env=served.environment, check=True, stdout=subprocess.DEVNULL)
        after_asking = time.monotonic() - began
        done_at = _until_done(database, began, asked.patience)
        received = Counter(line.split()[1] for line in (served.post / "letters.log").read_text().splitlines())
        came = {message: times for message, times in received.items() if message.startswith("<many-")}
        runs = database.ask(
            "SELECT p.slug, r.state, r.input_hash, r.outcome_hash, r.students, r.proposed FROM run r"
            " JOIN programme p ON p.id = r.programme_id WHERE r.lot = 1 AND r.created_at >="
            " (SELECT min(created_at) FROM message WHERE key LIKE 'many:%')"
        )
        return {
            "workers": workers,
            "seconds": round(max(done_at.values()), 1),
            "asking_s": round(after_asking, 1),
            "letters_s": round(done_at["letters"], 1),
            "runs_s": round(done_at["runs"], 1),
            "cpu_s": {part: round(now - spent[part], 1) for part, now in _cpu(served).items()},
            "came_once": sum(times == 1 for times in came.values()),
            "came_twice": sum(times > 1 for times in came.values()),
            "students": sum(run[4] or 0 for run in runs),
            "proposed": sum(run[5] or 0 for run in runs),
            "unfinished": sum(run[1] != "computed" for run in runs),
            "load": [before, load_now()],
            "outcomes": {slug: [given, outcome] for slug, _state, given, outcome, *_counts in sorted(runs)},
        }
    finally:
        served.close()
        database.drop()


def _wait_for(served, workers):
    """Until so many workers answer."""
    from celery import Celery

    carrier = Celery("many", broker=served.environment["CELERY_BROKER_URL"])
    end = time.monotonic() + READY_WITHIN
    while len(carrier.control.ping(timeout=1)) < workers:
        if time.monotonic() > end:
            raise SystemExit(served.log("letters 0")[-3000:])


def _until_done(database, began, patience):
    """Seconds since `began` until no letter and no run was left, each."""
    left = {
        "letters": "SELECT count(*) FROM message WHERE key LIKE 'many:%' AND state = 'queued'",
        "runs": "SELECT count(*) FROM run WHERE state IN ('queued', 'computing')",
    }
    done: dict[str, float] = {}
    while len(done) < len(left) and time.monotonic() - began < patience:
        time.sleep(LOOK)
        for what, question in left.items():
            if what not in done and not database.ask(question)[0][0]:
                done[what] = time.monotonic() - began
    return {what: done.get(what, float(patience)) for what in left}


def _cpu(served):
    """CPU seconds so far of the processes that live now; a worker's ended children are in its own count."""
    spent = Counter({"workers": 0.0})
    for name, process in served.processes.items():
        part = "workers" if name.startswith("letters") else name
        spent[part] += sum(cpu_of(pid) for pid in family(process.pid))
    return spent


def ask_for_everything(letters):
    """In a process with the settings of the service: a run for each live round, and so many letters, in batches."""
    from sqlalchemy import select

    from config import from_environment
    from stagemakelaar import clock, create_app, db
    from stagemakelaar.outbox import Message, MessageState
    from stagemakelaar.people.models import User
    from stagemakelaar.rounds import actions
    from stagemakelaar.rounds.models import Round, RoundState

    create_app(from_environment())
    for start in range(0, letters, 1000):
        with db.transaction() as session:
            now = clock.now()
            moments = dict.fromkeys(("created_at", "state_changed_at", "due_at"), now)
            fixed = {"kind": "sign_in_staff", "data": {}, "language": "nl", "state": MessageState.QUEUED, "attempts": 0}
            for number in range(start, min(start + 1000, letters)):
                own = {"key": f"many:{number}", "to": f"many-{number}@demo.example"}
                session.add(Message(**own, message_id=f"<many-{number}@stagemakelaar>", **fixed, **moments))
    live = select(Round).where(Round.state != RoundState.CLOSED).order_by(Round.programme_id)
    rounds = [SimpleNamespace(id=one.id, by=one.opened_by_id) for one in db.current_session().scalars(live)]
    db.close_session()
    for one in rounds:
        with db.transaction() as session:
            actions.ask_for_run(session, session.get_one(Round, one.id), by=session.get_one(User, one.by), lot=1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        ask_for_everything(int(sys.argv[2]))
    else:
        sys.exit(main())
