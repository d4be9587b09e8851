"""The service under load: figures L1 to L8 of the promises, with the demand beside each.

    python -m benchmarks.load L1 --database postgresql://…/region           # short: two minutes on a filled database
    python -m benchmarks.load all --database postgresql://…/nation --full   # ten minutes, three runs, the worst counts
    python -m benchmarks.load L8 --database sqlite:////tmp/region.sqlite

Starts the service as it is shipped (nginx, gunicorn, Celery with Redis) on a copy of the database (`--here`: on it
itself), lets simulated people use it (`tests/load/`, locust, from `make load`), and writes
build/bench/load-<scenario>-<moment>.json. Everything shares one machine, who measures it included. Ends with 1 when a
demand is missed. The database is one that `seed` filled; PostgreSQL must let us make another beside it.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

from benchmarks.city import ROOT
from benchmarks.load_database import Copy, load_now
from benchmarks.load_judge import judged, table, warm_up
from benchmarks.load_scenarios import SCENARIOS
from benchmarks.load_service import Served
from benchmarks.load_watch import Watch

LIBRARIES = ("flask", "sqlalchemy", "psycopg", "gunicorn", "celery")
LOCUST = ROOT / "build" / "load-venv" / "bin" / "locust"
MOST_TOLD = 10


def main(words=None):
    """Run what was asked, and say what was met."""
    options = _options(words)
    names = list(SCENARIOS) if options.scenario == "all" else [options.scenario]
    missed = False
    for name in names:
        runs = [_once(name, options, number) for number in range(options.runs or (3 if options.full else 1))]
        worst = max(runs, key=lambda run: (run["missed"], run["all"]["p95"]))
        print(table(worst), flush=True)
        missed |= bool(worst["missed"])
    return 1 if missed else 0


def _options(words):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", choices=[*SCENARIOS, "all"])
    parser.add_argument("--database", required=True, help="a database that `seed` filled")
    parser.add_argument("--here", action="store_true", help="use it itself, and not a copy of it")
    parser.add_argument("--full", action="store_true", help="ten minutes and three runs instead of two minutes and one")
    parser.add_argument("--seconds", type=int, help="another length")
    parser.add_argument("--runs", type=int, help="another number of runs")
    parser.add_argument("--letters", type=int, help="how many processes for letters")
    parser.add_argument("--seed", type=int, default=1, help="who takes part, and who looks at what")
    parser.add_argument("--locust", type=Path, default=LOCUST, help="where locust is")
    parser.add_argument("--pace", type=float, default=1, help="this part of what is promised, to see what can be held")
    parser.add_argument("--note", default="", help="what to write down beside the figures")
    parser.add_argument("--profile", type=Path, help="a py-spy to look at one process of the pages with")
    return parser.parse_args(words)


def _once(name, options, number):
    """One run of one scenario, written down."""
    scenario = SCENARIOS[name]
    seconds = options.seconds or (scenario.full if options.full else scenario.short)
    is_small = scenario.is_small
    database = None if is_small else Copy(options.database, copied=not options.here)
    url = options.database if database is None else database.url
    served = Served(url, letters=options.letters or scenario.letters, is_small=is_small)
    try:
        setting = _cast(served, scenario, seconds, options.seed + number, options.pace)
        before = load_now()
        served.start()
        began = datetime.now().astimezone()
        with Watch(served.processes, database, warm=warm_up(setting["phases"])) as watch:
            beside = scenario.beside(served, seconds) if scenario.beside else None
            spy = _spy(options, served, seconds)
            told = _let_them(options.locust, setting, served)
            extra = beside.result() if beside else {}
            if spy is not None:
                spy.wait(60)
        counted = scenario.count(SimpleNamespace(database=database, since=began)) if scenario.count else {}
        errors = _errors(told["deeds"], served)
        facts = watch.facts()
    finally:
        served.close()
        if database is not None:
            database.drop()
    asked = {"pace": options.pace}
    run = {
        "scenario": name,
        "what": scenario.what,
        "at": began.isoformat(timespec="seconds"),
        "form": "full" if options.full else "short",
        "note": options.note,
        "seconds": seconds,
        "seed": options.seed + number,
        "database": "sqlite" if is_small else "postgresql",
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, who measures included",
        "load": [before, load_now()],
        "versions": {library: version(library) for library in LIBRARIES},
        "locust_cpu_s": round(told["cpu_seconds"], 1),
        **judged(scenario, told["deeds"], began.timestamp(), setting["phases"], facts, asked | extra | counted),
        **errors,
    }
    moment = began.strftime("%Y-%m-%dT%H%M%S")
    target = ROOT / "build" / "bench" / f"load-{name}-{moment}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(run, indent=2) + "\n")
    return run


def _cast(served, scenario, seconds, seed, pace):
    """Choose the people of this run, by a program that has the settings of the service; the setting for locust."""
    needs, made = served.folder / "needs.json", served.folder / "cast.json"
    needs.write_text(json.dumps({"seed": seed, **scenario.needs}))
    words = [sys.executable, "-m", "benchmarks.load_cast", str(needs), str(made)]
    subprocess.run(words, cwd=ROOT, env=served.environment, check=True)
    return {
        "base": served.base,
        "via": ["127.0.0.1", served.port],
        "post": str(served.post),
        "out": str(served.folder / "deeds.json"),
        "phases": [_at_pace(phase, pace) for phase in scenario.phases(seconds)],
        "look": scenario.look,
        **json.loads(made.read_text()),
    }


def _at_pace(phase, pace):
    return {what: rate if what == "seconds" else rate * pace for what, rate in phase.items()}


def _let_them(locust, setting, served):
    """Let the people do what they do until the last phase ends; what they did."""
    path = served.folder / "setting.json"
    path.write_text(json.dumps(setting))
    people = sum(len(setting[kind]) for kind in ("readers", "deciders", "newcomers", "registering"))
    whole = sum(phase["seconds"] for phase in setting["phases"])
    words = ["-f", "tests/load/locustfile.py", "--headless", "--only-summary", "--loglevel", "ERROR", "-u", str(people)]
    words += ["-r", str(people), "-t", f"{whole}s", "--stop-timeout", "5"]
    environment = os.environ | {"STAGEMAKELAAR_LOAD": str(path)}
    log = served.folder / "locust.log"
    with log.open("w") as out:
        subprocess.run(
            [locust, *words], cwd=ROOT, env=environment, check=False, stdout=out, stderr=out, timeout=whole + 120
        )
    try:
        return json.loads(Path(setting["out"]).read_text())
    except OSError:
        sys.exit(f"locust wrote nothing: {log.read_text()[-3000:]}")


def _spy(options, served, seconds):
    if options.profile is None:
        return None
    children = (
        Path(f"/proc/{served.processes['web'].pid}/task/{served.processes['web'].pid}/children").read_text().split()
    )
    target = ROOT / "build" / "bench" / "profile.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    words = ["record", "-p", children[0], "-d", str(seconds - 10), "-r", "50", "-f", "raw", "-o", str(target)]
    return subprocess.Popen([options.profile, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _errors(deeds, served):
    """What went wrong, in the words of who met it, and what the pages wrote about trouble of their own."""
    told: dict[str, int] = {}
    for _moment, kind, name, _seconds, outcome, words in deeds:
        if outcome == "broken":
            told[f"{kind} {name}: {words}"] = told.get(f"{kind} {name}: {words}", 0) + 1
    often = sorted(told.items(), key=lambda pair: -pair[1])[:MOST_TOLD]
    wrong = [line for line in served.log().splitlines() if '"level": "error"' in line or "Traceback" in line]
    return {"errors": dict(often), "log": wrong[-MOST_TOLD:]}


def _commit():
    git = ("git", "describe", "--always", "--dirty")
    return subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
