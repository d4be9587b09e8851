"""How long the round of a city takes, and whether pages answer meanwhile.

    .venv/bin/python benchmarks/city.py            # an SQLite file in a temporary folder
    .venv/bin/python benchmarks/city.py postgresql://…/empty_database

Seeds the scale `city` (300 students who search, 500 open places in noord), starts the service as an administrator
would, computes runs by command, and reads pages all the while. Prints one JSON object: seconds of seeding, of a run
(from asking for it to having stored it), and of the pages before and during it. Takes a few minutes, mostly seeding.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/aanmelden/noord"  # asks the database who the programme is
RUNS = 5


def main(database=None):
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"STAGEMAKELAAR_ENV": "demo", "STAGEMAKELAAR_INSTANCE": folder, "PORT": "0"}
        if database:
            environment["DATABASE_URL"] = database
        seeded = command(environment, "seed", "--scale", "city")
        with service(environment) as address:
            pages_before = read_pages(address, seconds=3)
            runs = []
            pages_during = []
            for _run in range(RUNS):
                reader = threading.Thread(target=lambda: pages_during.extend(read_pages(address, while_true=busy)))
                busy.set()
                reader.start()
                runs.append(command(environment, "match", "--programme", "noord"))
                busy.clear()
                reader.join()
    print(
        json.dumps(
            {
                "database": seeded["database"],
                "version": seeded["version"],
                "python": sys.version.split()[0],
                "cores": os.cpu_count(),
                "seed_seconds": seeded["seconds"],
                "students": runs[-1]["students"],
                "seats": runs[-1]["seats"],
                "proposed": runs[-1]["proposed"],
                "unmatched": runs[-1]["unmatched"],
                "objections": runs[-1]["objections"],
                "run_seconds": spread([run["seconds"] for run in runs]),
                "page_ms_before": spread([1000 * seconds for seconds in pages_before]),
                "page_ms_during_a_run": spread([1000 * seconds for seconds in pages_during]),
            },
            indent=2,
        )
    )


busy = threading.Event()


def command(environment, *words):
    """One command of the product, as its JSON object; a code above 1 stops everything."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words, "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:
        sys.exit(f"{words}: {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


@contextmanager
def service(environment):
    """The running service; gives its address, and stops it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "start"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if "http://" in line:
                yield line.split()[-1].strip()
                break
    finally:
        process.terminate()
        process.wait(30)


def read_pages(address, *, seconds=None, while_true=None):
    """Read one page again and again, with a short pause; gives the seconds of each."""
    taken = []
    end = time.monotonic() + (seconds or 600)
    while time.monotonic() < end and (while_true is None or while_true.is_set()):
        began = time.monotonic()
        with urllib.request.urlopen(f"{address}{PAGE}", timeout=30) as answer:
            answer.read()
        taken.append(time.monotonic() - began)
        time.sleep(0.02)
    return taken


def spread(values):
    """Median, 95th percentile and maximum, rounded."""
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
    }


if __name__ == "__main__":
    main(*sys.argv[1:2])
