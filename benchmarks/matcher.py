"""The whole measurement: our engines and others' on the same pairs, and the answers that a broker asks for.

    make bench                                        # all scales and the hard families, five seeds: half an hour
    make bench ARGS="--scales S,M --seeds 2"
    make bench ARGS="--parts solve --scales L"

Writes build/bench/<moment>.json (every run, and on what), .md (tables) and .svg (growth). Each measurement is a process
of its own, one after the other. Ends with 1 when solvers disagree, or when an outcome is not proved.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import report
from benchmarks.hard import FAMILIES
from benchmarks.instances import SCALES
from benchmarks.peers import SOLVERS

ROOT = Path(__file__).resolve().parent.parent
HARD = "hard"  # stands among the scales for all families that are hard on a solver
PARTS = ("solve", "whole", "pairs", "ask")
PACKAGES = ("numpy", "scipy", "numba", "ortools", "networkx", "duckdb")
ON_FAMILIES = ("kernel", "scipy", "ortools flow", "scipy linear_sum_assignment")


def main():
    """Measure, write, and say where."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--scales", default=f"S,M,L,XL,{HARD}")
    words.add_argument("--seeds", type=int, default=5, help="how many; XL is done with one")
    words.add_argument("--parts", default=",".join(PARTS))
    words.add_argument("--out", default="build/bench", help="folder for the results")
    wanted = words.parse_args()
    scales, parts = wanted.scales.split(","), wanted.parts.split(",")
    if unknown := {*scales} - {*SCALES, HARD} or {*parts} - {*PARTS}:
        words.error(f"unknown: {', '.join(sorted(unknown))}")
    facts = circumstances()
    runs = []
    with suppress(KeyboardInterrupt):  # what was measured so far is written
        for job in jobs(scales, wanted.seeds, parts):
            runs.append(measure(job))
            print(report.line(runs[-1]), flush=True)
    facts["load_after"] = os.getloadavg()
    wrong = report.objections(runs)
    folder = ROOT / wanted.out
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / facts["moment"].replace(":", "")
    results = {"circumstances": facts, "objections": wrong, "runs": runs}
    name.with_suffix(".json").write_text(report.as_json(results))
    name.with_suffix(".md").write_text(report.tables([results]))
    name.with_suffix(".svg").write_text(report.growth(runs))
    print(*wrong, f"Results in {name}.json, .md and .svg", sep="\n")
    return bool(wrong)


def jobs(scales, seeds, parts):
    """Yield what has to be measured, as dicts for `measured`."""
    for scale in scales:
        for seed in range(1, (seeds if scale != "XL" else 1) + 1):
            for name in FAMILIES if scale == HARD else (scale,):
                one = {"scale": name, "seed": seed}
                if "solve" in parts:
                    yield from (one | {"what": "solve", "solver": solver} for solver in _solvers(scale))
                if scale == HARD:
                    continue
                if "whole" in parts:
                    yield one | {"what": "whole", "solver": "auto"}
                if "pairs" in parts:
                    yield from (one | {"what": "pairs", "solver": method} for method in ("buckets", "duckdb"))
                if "ask" in parts and scale != "XL":
                    yield one | {"what": "ask"}


def _solvers(scale):
    if scale == HARD:
        return ON_FAMILIES
    order = list(SCALES)
    return [name for name, (_, _, largest) in SOLVERS.items() if order.index(scale) <= order.index(largest)]


def measure(job):
    """Do one job in a process of its own; what broke is part of the result."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measured", json.dumps(job)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return job | {"failed": lines[-1]}
    return json.loads(done.stdout)


def circumstances():
    """On what and with what is measured."""
    versions: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    facts = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [words.split(":")[1].strip() for words in facts.splitlines() if words.startswith("model name")]
    return {
        "moment": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed": _git("status", "--short", "stagemakelaar/matching", "benchmarks").splitlines(),
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "load_before": os.getloadavg(),
    }


def _git(*words):
    """What git says, or nothing where there is no git."""
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.rstrip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
