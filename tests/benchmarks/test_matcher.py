"""The measurement itself: the short form runs, and what must not be is told."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.instances import instance
from benchmarks.report import growth, objections, seconds, tables

ROOT = Path(__file__).parent.parent.parent
RUN = {"what": "solve", "scale": "S", "seed": 1, "placed": 233, "profile": [17, 39, 64, 113], "fit": 2601}
RUN |= {"certificate": True, "cpu": 0.001, "wall": 0.002, "pairs": 9209, "memory_mb": 1}


@pytest.mark.later
def test_the_short_form_measures_and_writes_figures_tables_and_a_chart(tmp_path):
    words = ("--scales", "S", "--seeds", "1", "--out", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.matcher", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert results["objections"] == []
    assert {run["what"] for run in results["runs"]} == {"solve", "whole", "pairs", "ask"}
    assert all("cpu" in run or "left_out" in run or run["what"] == "ask" for run in results["runs"])
    assert "### Solving" in next(tmp_path.glob("*.md")).read_text()
    ET.parse(next(tmp_path.glob("*.svg")))


OF_OTHERS = {name: pytest.mark.needs("peers") for name in ("ortools flow", "networkx")}


@pytest.mark.parametrize("name", [pytest.param(name, marks=OF_OTHERS.get(name, ())) for name in peers.SOLVERS])
def test_every_solver_reaches_the_same_optimum(name):
    one = instance("S", 3)
    chosen = peers.solver(name)(one.student, one.place, peers.weights(one), one.n_students, one.seats)
    best = peers.own("scipy")(one.student, one.place, peers.weights(one), one.n_students, one.seats)
    assert peers.judged(one, chosen) == peers.judged(one, best)


def test_an_outcome_that_is_not_possible_is_not_judged():
    one = instance("S", 1)
    chosen = np.full(one.n_students, -1)
    chosen[one.student[0]] = next(
        place for place in range(500) if place not in one.place[one.student == one.student[0]]
    )
    with pytest.raises(ValueError, match="not allowed"):
        peers.judged(one, chosen)


def test_solvers_that_disagree_a_missing_proof_and_a_failure_are_told():
    ours, theirs = RUN | {"solver": "kernel"}, RUN | {"solver": "scipy"}
    assert objections([ours, theirs]) == []
    assert "disagree" in objections([ours, theirs | {"fit": 2600}])[0]
    assert "not proved" in objections([ours, theirs | {"certificate": False}])[0]
    assert (
        "no memory"
        in objections([{"what": "solve", "scale": "S", "seed": 1, "solver": "kernel", "failed": "no memory"}])[0]
    )


def test_ratios_are_taken_within_one_seed():
    runs = [RUN | {"seed": seed, "solver": "kernel", "cpu": seed / 1000} for seed in (1, 2)]
    runs += [RUN | {"seed": seed, "solver": "scipy", "cpu": seed / 100} for seed in (1, 2)]
    runs = [run | {"students": 300, "seats": 800, "without_pair": 1} for run in runs]
    results = {"runs": runs, "objections": [], "circumstances": CIRCUMSTANCES}
    row = next(line for line in tables([results]).splitlines() if line.startswith("| S | scipy |"))
    assert "15 ms (10 ms – 20 ms)" in row
    assert "| ×10 |" in row


CIRCUMSTANCES = {"moment": "2026-01-01T12:00:00", "processor": "one", "cores": 2, "memory_gb": 8, "python": "3.11"}
CIRCUMSTANCES |= {
    "commit": "abc",
    "changed": [],
    "versions": {"ortools": None},
    "load_before": [0.1],
    "load_after": [0.2],
}


def test_a_chart_says_its_figures_in_words():
    chart = ET.fromstring(growth([RUN | {"solver": "kernel"}]))
    words = " ".join(chart.itertext())
    assert "kernel: 9,209 → 0.001" in words


@pytest.mark.parametrize(("value", "shown"), [(2, "2 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.5 µs")])
def test_a_time_is_shown_in_the_unit_that_reads_best(value, shown):
    assert seconds(value) == shown
