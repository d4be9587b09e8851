"""What is asked of the service, and what it promises: L1 to L8 of the promises, and the two that look further."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.city import ROOT
from benchmarks.load_judge import KEEPS_PACE


@dataclass(frozen=True)
class Scenario:
    """Scenario: how many people do what, for how long, and what must come of it.

    needs     how many people of each kind
    phases    length → what is asked in each part: a list of {"seconds", "pages", "sign_ins", "approvals", …} a second
    demands   a run → (what, demand, measured, met)
    beside    something else that runs meanwhile
    count     what to count in the database at the end
    """

    what: str
    needs: dict
    phases: Callable[[int], list]
    demands: Callable[[dict], list]
    short: int = 120
    full: int = 600
    letters: int = 1
    look: float = 1.0
    is_small: bool = False
    beside: Any = None
    count: Any = None


NEEDS = {"readers": 0, "deciders": 0, "newcomers": 0, "registering": 0, "only_brokers": False, "same_proposals": 0}
# The page of a proposal before and the one after an approval are among the pages.
DAY = {"pages": 54, "sign_ins": 3, "approvals": 3}
PEOPLE = NEEDS | {"readers": 160, "newcomers": 40, "deciders": 40}


def steady(**rates):
    """One phase from start to end."""
    return lambda seconds: [{"seconds": seconds, **rates}]


# --- what a run is held against ------------------------------------------------------------------------------------


def _rate(run, kind, asked):
    rate, asked = run["figures"].get(kind, {}).get("per_second", 0), asked * run["pace"]
    return (f"{kind}s a second", f"≥{asked:g}", rate, rate >= KEEPS_PACE * asked)


def _within(run, kind, most):
    measured = run["figures"].get(kind, {}).get("p95")
    return (f"p95 of {kind}s", f"≤{most} ms", measured, measured is not None and measured <= most)


def _without(run, *outcomes):
    wrong = sum(figure.get(outcome, 0) for figure in run["figures"].values() for outcome in outcomes)
    return (" and ".join(outcomes), "0", wrong, wrong == 0)


def day_demands(run):
    """What an ordinary busy day must be like."""
    return [
        _rate(run, "page", 60),
        _rate(run, "sign-in", 3),
        _rate(run, "approval", 3),
        _without(run, "broken", "shed"),
        _within(run, "page", 300),
        _within(run, "approval", 500),
        _within(run, "sign-in", 800),
    ]


def _deciding(run):
    waits = run["letters"]
    return [
        _rate(run, "approval", 8),
        _without(run, "broken", "shed"),
        _within(run, "approval", 500),
        ("letters out, p95", "≤10 s", waits["p95"], waits["p95"] is not None and waits["p95"] <= 10),
        ("letters out, slowest", "≤60 s", waits["max"], waits["max"] is not None and waits["max"] <= 60),
        ("letters still waiting", "0", waits["waiting"], waits["waiting"] == 0),
    ]


def _racing(run):
    approvals = run["figures"].get("approval", {})
    told, lost = run["outcomes"].get("approval", {}).get("done", 0), approvals.get("overtaken", 0)
    return [
        ("students placed twice, or proposals decided twice", "0", run["double"], run["double"] == 0),
        ("approvals told and kept", "equal", [told, run["approved"]], told == run["approved"]),
        ("brokers who came too late, and were told", "≥10", lost, lost >= 10),
        _without(run, "broken", "shed"),
        _within(run, "approval", 700),
    ]


def _many_brokers(run):
    return [
        _rate(run, "page", 42.5),
        _without(run, "broken", "shed"),
        _within(run, "page", 400),
        ("memory of the service", "≤1500 MB", run["memory_mb"], run["memory_mb"] <= 1500),
        ("database connections", "≤60", run["connections"], run["connections"] <= 60),
    ]


def _importing(run):
    before, during = (phase.get("page", {}).get("p95") for phase in run["by_phase"][:2])
    listed = run["import"]
    return [
        ("rows taken over", "30000", listed["rows"], listed["rows"] == 30_000 and listed["exit"] == 0),
        ("seconds of the import", "≤180", listed["seconds"], listed["seconds"] <= 180),
        ("memory of the import", "≤300 MB", listed["memory_mb"], listed["memory_mb"] <= 300),
        ("p95 of pages, before and during", "at most doubled", [before, during], before and during <= 2 * before),
        _without(run, "broken"),
    ]


def _overloaded(run):
    flood, _between, after = run["by_phase"][1:4]
    shed = [figure["shed_ms"]["max"] for figure in flood.values() if "shed_ms" in figure]
    shed95 = [figure["shed_ms"]["p95"] for figure in flood.values() if "shed_ms" in figure]
    kept = flood.get("approval", {})
    share = kept.get("done", 0) / max(kept.get("count", 0), 1)
    again = after.get("page", {})
    return [
        ("shed at all, within", "≤1000 ms at p95", max(shed95, default=None), bool(shed95) and max(shed95) <= 1000),
        ("shed, slowest", "told", max(shed, default=None), bool(shed)),
        ("approvals that went on", "≥95 %", f"{100 * share:.0f} %", share >= 0.95),
        ("p95 of approvals meanwhile", "told", kept.get("p95"), True),
        ("p95 of pages 30 s after", "≤300 ms", again.get("p95"), (again.get("p95") or 9999) <= 300),
        ("shed 30 s after", "0", again.get("shed", 0), again.get("shed", 0) == 0),
        _without(run, "broken"),
    ]


def _enduring(run):
    waits = run["letters"]["waiting"]
    slope = run["memory_mb_per_hour"]
    return [
        *day_demands(run),
        ("growth of memory", "<5 MB an hour", slope, slope is not None and slope < 5),
        ("letters still waiting", "0", waits, waits == 0),
        ("longest transaction", "≤5 s", run["transaction_s"], run["transaction_s"] <= 5),
    ]


def _small(run):
    reading, writing = run["by_phase"]
    pages = reading.get("page", {})
    return [
        ("pages a second", "≥30", pages.get("per_second"), (pages.get("per_second") or 0) >= KEEPS_PACE * 30),
        ("p95 of pages", "≤200 ms", pages.get("p95"), (pages.get("p95") or 9999) <= 200),
        ("approvals by sixteen at once", ">100", writing.get("approval", {}).get("done", 0), True),
        _without(run, "broken", "shed"),
    ]


def _further(run):
    return [
        _rate(run, "page", 150),
        _rate(run, "sign-in", 13),
        _rate(run, "approval", 1),
        _without(run, "broken"),
        _within(run, "page", 800),
    ]


def _beating(run):
    return [_rate(run, "registration", 100), _without(run, "broken", "shed")]


# --- beside and after ----------------------------------------------------------------------------------------------


class Importing:
    """An import of 30,000 rows by command, begun when a third of the time has passed."""

    def __init__(self, served, seconds):
        self._served, self._wait = served, seconds
        self._told: dict = {}
        self._thread = threading.Thread(target=self._import, daemon=True)
        self._thread.start()

    def result(self):
        """What it took."""
        self._thread.join(900)
        return {"import": self._told}

    def _import(self):
        from benchmarks.importing import NAMES, row_of
        from stagemakelaar.files.tables import as_bytes

        list_file = self._served.folder / "students.csv"
        list_file.write_bytes(as_bytes(NAMES, (row_of(number) for number in range(30_000))))
        time.sleep(self._wait)
        out = self._served.folder / "import.json"
        words = ["-m", "flask", "--app", "wsgi", "import", "students", str(list_file), "--programme", "noord", "--json"]
        began = time.monotonic()
        with out.open("w") as stdout:
            child = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self._served.environment, stdout=stdout, stderr=subprocess.PIPE
            )
            _pid, status, used = os.wait4(child.pid, 0)
        seconds = round(time.monotonic() - began, 1)
        told = json.loads(out.read_text() or "{}")
        self._told = {
            "exit": os.waitstatus_to_exitcode(status),
            "rows": told.get("new", 0),
            "seconds": seconds,
            "cpu_s": round(used.ru_utime + used.ru_stime, 1),
            "memory_mb": used.ru_maxrss // 1024,
        }


def letters_out(run):
    """How long letters of placements waited after they were due; sign-in letters are counted by who signs in."""
    end = time.monotonic() + 60
    left = "SELECT count(*) FROM message WHERE state = 'queued' AND due_at < now()"
    while (waiting := run.database.ask(left)[0][0]) and time.monotonic() < end:
        time.sleep(1)
    found = run.database.ask(
        "SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY took), max(took), count(*) FROM"
        " (SELECT extract(epoch FROM sent_at - due_at)::float AS took FROM message WHERE key LIKE 'placement:%'"
        f" AND state = 'sent' AND due_at > '{run.since.isoformat()}') AS sent"
    )[0]
    return {"letters": {"p95": _round(found[0]), "max": _round(found[1]), "sent": found[2], "waiting": waiting}}


def decided_once(run):
    """Whether anyone was placed twice, and how many approvals the database holds of this run."""
    live = "state IN ('planned', 'confirmed', 'active')"
    double = run.database.ask(
        f"SELECT count(*) FROM (SELECT student_id FROM placement WHERE {live} GROUP BY student_id HAVING count(*) > 1"
        " UNION ALL SELECT proposal_id FROM review WHERE verdict IN ('approve', 'reject')"
        " GROUP BY proposal_id HAVING count(*) > 1) AS twice"
    )[0][0]
    approved = run.database.ask(
        f"SELECT count(*) FROM review WHERE verdict = 'approve' AND at > '{run.since.isoformat()}'"
    )[0][0]
    return {"double": double, "approved": approved}


def _round(value):
    return None if value is None else round(value, 2)


SCENARIOS = {
    "L1": Scenario("60 pages, 3 sign-ins and 3 approvals a second", PEOPLE, steady(**DAY), day_demands),
    "L2": Scenario(
        "8 approvals a second, 4 processes for letters",
        NEEDS | {"deciders": 80},
        steady(approvals=8),
        _deciding,
        full=300,
        letters=4,
        count=letters_out,
    ),
    "L3": Scenario(
        "40 brokers of one programme on the same 200 proposals",
        NEEDS | {"deciders": 40, "same_proposals": 200},
        steady(approvals=12),
        _racing,
        short=90,
        full=90,
        look=2.0,
        count=decided_once,
    ),
    "L4": Scenario(
        "850 brokers signed in, a page every 20 s each",
        NEEDS | {"readers": 850, "only_brokers": True},
        steady(pages=42.5),
        _many_brokers,
    ),
    "L5": Scenario(
        "a list of 30,000 students, while L1 goes on",
        PEOPLE,
        lambda seconds: [{"seconds": seconds // 2, **DAY}, {"seconds": seconds, **DAY}],
        _importing,
        beside=lambda served, seconds: Importing(served, seconds // 2),
    ),
    "L6": Scenario(
        "300 pages and 30 sign-ins a second for two minutes, then L1",
        NEEDS | {"readers": 900, "newcomers": 150, "deciders": 40},
        lambda _seconds: [
            {"seconds": 30, **DAY},
            {"seconds": 120, "pages": 300, "sign_ins": 30, "approvals": 3},
            {"seconds": 30, **DAY},
            {"seconds": 60, **DAY},
        ],
        _overloaded,
    ),
    "L7": Scenario("L1 for two hours", PEOPLE, steady(**DAY), _enduring, short=600, full=7200, count=letters_out),
    "L8": Scenario(
        "SQLite, one process: 30 pages a second, then sixteen who decide at once",
        NEEDS | {"readers": 90, "deciders": 16},
        lambda seconds: [{"seconds": seconds, "pages": 30}, {"seconds": 30, "approvals": 1000}],
        _small,
        look=0.0,
        is_small=True,
    ),
    "stretch": Scenario(
        "150 pages, 13 sign-ins and 1 approval a second",
        NEEDS | {"readers": 450, "newcomers": 110, "deciders": 30},
        steady(pages=148, sign_ins=13, approvals=1),
        _further,
    ),
    "beat": Scenario(
        "registrations with a letter, 40 people who never wait",
        NEEDS | {"registering": 40},
        steady(registrations=100_000),
        _beating,
        letters=2,
    ),
}
