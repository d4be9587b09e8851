"""Proofs of the promises: two lengths, one mark, and a result that is written down.

A test that proves a promise says `@pytest.mark.promise("P05")`; one that plants a break and sees the proof turn red
says `@pytest.mark.promise("P05", red=True)`, and where the break must be hit by chance, as in a race, `by_chance=True`:
that one runs in full only. All others run short in `make test`, or in
`make test-rest`; `make promises` runs everything in full and writes
build/promises/P05.json. Figures go along with pytest's own `record_property("kills", 150)`; a proof in which no fault
landed raises `Invalid`: that is neither passed nor broken.
"""

import faulthandler
import json
import os
import platform
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.promised import PROMISES

LENGTH = os.environ.get(
    "STAGEMAKELAAR_PROOFS"
)  # full, or short to have the results of a short run written down as well
IS_FULL = LENGTH == "full"
ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "promises"
LIBRARIES = ("flask", "sqlalchemy", "psycopg", "scipy", "celery")


class Invalid(Exception):
    """The proof could not be given: no fault landed where it was aimed."""


def times(*, short, full):
    """How often to repeat something in this run."""
    return full if IS_FULL else short


def pytest_runtest_call(item):
    """At full length a proof may take longer than a test that hangs is given."""
    if IS_FULL and item.get_closest_marker("promise"):
        faulthandler.cancel_dump_traceback_later()


def pytest_configure(config):
    config.addinivalue_line("markers", "promise(*numbers, red=False, by_chance=False): proves them, or sees it red")
    if LENGTH and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Writer(), "promises-writer")


def pytest_addoption(parser):
    parser.addoption("--promise", metavar="P05", help="run only the proofs of this promise")


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--promise")
    if wanted:
        proving = [item for item in items if any(wanted in mark.args for mark in item.iter_markers("promise"))]
        config.hook.pytest_deselected(items=[item for item in items if item not in proving])
        items[:] = proving
    if not IS_FULL:
        missing = [item for item in items if any(mark.kwargs.get("by_chance") for mark in item.iter_markers("promise"))]
        config.hook.pytest_deselected(items=missing)
        items[:] = [item for item in items if item not in missing]
    for item in items:
        for mark in item.iter_markers("promise"):
            if unknown := set(mark.args) - set(PROMISES):
                raise pytest.UsageError(f"{item.nodeid} proves {unknown}, which tests/promised.py does not promise")
            item.user_properties += [("promise", number) for number in mark.args]
            item.user_properties.append(("red", bool(mark.kwargs.get("red"))))


def is_invalid(failure):
    """Whether a failure, as pytest tells it, came from `Invalid`; that a test names it says nothing."""
    crash = getattr(failure, "reprcrash", None)
    return crash is not None and crash.message.startswith(f"{Invalid.__module__}.{Invalid.__name__}")


class _Writer:
    """Gathers the reports of all workers, and writes one file per promise at the end."""

    def __init__(self):
        self.proofs = defaultdict(list)
        self.load_before = os.getloadavg()[0]

    def pytest_runtest_logreport(self, report):
        numbers = [value for name, value in report.user_properties if name == "promise"]
        if not numbers or (report.when != "call" and report.passed):
            return
        figures = {name: value for name, value in report.user_properties if name not in {"promise", "red"}}
        parts = report.nodeid.partition("[")[2].rstrip("]").split("-")
        told = {
            "test": report.nodeid,
            "red": dict(report.user_properties).get("red", False),
            "result": "invalid" if report.failed and is_invalid(report.longrepr) else report.outcome,
            "database": next((kind for kind in ("sqlite", "postgresql") if kind in parts), None),
            "carrier": next((kind for kind in ("thread", "celery") if kind in parts), None),
            "seconds": round(report.duration, 2),
        }
        for number in numbers:
            self.proofs[number].append(told | ({"figures": figures} if figures else {}))

    def pytest_sessionfinish(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        around = {
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else ""),
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "load": [self.load_before, os.getloadavg()[0]],
            "versions": {name: version(name) for name in LIBRARIES},
            "command": " ".join(sys.argv[1:]),
        }
        for number, proofs in self.proofs.items():
            results = {proof["result"] for proof in proofs}
            worst = next((name for name in ("failed", "invalid", "skipped") if name in results), "passed")
            told = {"promise": number, "result": worst, "length": LENGTH} | around | {"proofs": proofs}
            (FOLDER / f"{number}.json").write_text(json.dumps(told, indent=2, default=str) + "\n")


def _git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
