"""From the runs of `matcher` to tables and a chart. Medians over the seeds, with the least and the most beside them.

.venv/bin/python -m benchmarks.report benchmarks/results/*.json     # the tables, of several results together
"""

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.chart import log_chart
from benchmarks.hard import FAMILIES
from benchmarks.instances import SCALES
from benchmarks.peers import RIVALS, SOLVERS


def line(run):
    """One run in one line, for who is watching."""
    what = " ".join(str(run[name]) for name in ("what", "scale", "seed", "solver") if name in run)
    if "failed" in run:
        return f"{what}: FAILED, {run['failed']}"
    if "left_out" in run:
        return f"{what}: left out, {run['left_out']}"
    if run["what"] == "ask":
        one, anew = seconds(run["what_if_median"]), seconds(run["again_cpu"])
        return f"{what}: what-if {one}, anew {anew}, {run['differ']} differ"
    return f"{what}: {seconds(run['cpu'])}, {run['pairs']} pairs, {run['memory_mb']} MB"


def objections(runs):
    """What must not be: failures, solvers that disagree, an outcome without proof; as sentences."""
    wrong = [line(run) for run in runs if "failed" in run]
    answers = defaultdict(dict)
    for run in good(runs):
        where = f"{run['scale']}, seed {run['seed']}"
        if run["what"] in ("solve", "whole"):
            answers[where][f"{run['what']} {run['solver']}"] = (run["placed"], tuple(run["profile"]), run["fit"])
            if not run["certificate"]:
                wrong.append(f"{where}: {run['solver']} gave an outcome that is not proved")
        elif run["what"] == "pairs":
            answers[f"pairs of {where}"][run["solver"]] = (run["pairs"], run["checksum"])
        elif run["differ"]:
            wrong.append(f"{where}: {run['differ']} answers differ from working out the round again")
    for where, found in answers.items():
        if len(set(found.values())) > 1:
            wrong.append(f"{where}: solvers disagree: {found}")
    return wrong


def good(runs, **wanted):
    """The runs that gave a figure, and have these values."""
    gave = [run for run in runs if "failed" not in run and "left_out" not in run]
    return [run for run in gave if all(run.get(name) == value for name, value in wanted.items())]


def tables(results):
    """All tables of one or more results, in Markdown."""
    runs = [run for result in results for run in result["runs"]]
    parts = {
        "The instances": _instances(runs),
        "Solving": _solving(runs),
        "Hard families": _families(runs),
        "Eligible pairs": _pairs(runs),
        "Questions": _questions(runs),
    }
    told = [_circumstances(result) for result in results]
    return "\n\n".join([*told, *(f"### {title}\n\n{table}" for title, table in parts.items() if table)]) + "\n"


def _circumstances(results):
    facts = results["circumstances"]
    changed = " with uncommitted changes" if facts["changed"] else ""
    versions = ", ".join(f"{name} {found or 'absent'}" for name, found in facts["versions"].items())
    before, after = facts["load_before"][0], facts["load_after"][0]
    return (
        f"{facts['moment']}, commit {facts['commit']}{changed}, {facts['processor']}, {facts['cores']} cores, "
        f"{facts['memory_gb']} GB, Python {facts['python']}, {versions}. Load before and after: {before:.1f} and "
        f"{after:.1f}. Objections: {len(results['objections'])}."
    )


def _instances(runs):
    rows = []
    for scale in SCALES:
        found = {run["seed"]: run for run in good(runs, what="solve", scale=scale)}.values()
        if found:
            some = next(iter(found))
            rows.append(
                [
                    scale,
                    f"{some['students']:,}",
                    spread([run["seats"] for run in found], count),
                    spread([run["pairs"] for run in found], count),
                    spread([run["placed"] for run in found], count),
                    spread([100 - 100 * run["placed"] / run["students"] for run in found], per_cent),
                    spread([100 * run["without_pair"] / run["students"] for run in found], per_cent),
                ]
            )
    return _table(["", "students", "seats", "eligible pairs", "placed", "unplaced", "without any pair"], rows)


def _solving(runs):
    rows = []
    for scale in SCALES:
        for what, solver in [*(("solve", solver) for solver in SOLVERS), ("whole", "auto")]:
            found = good(runs, what=what, scale=scale, solver=solver)
            name = solver if what == "solve" else "`assign()`: checks, lot, engine, proof"
            against = ratios(runs, scale, solver) if what == "solve" and solver != "kernel" else ()
            rows.append([scale, name, *_cost(found), spread(against, times), len(found)])
    heads = ["", "solver", "CPU", "wall", "most memory", "CPU against kernel", "seeds"]
    return _table(heads, [row for row in rows if row[-1]])


def _cost(found):
    """Cells of CPU, wall and memory."""
    memory = f"{max(run['memory_mb'] for run in found)} MB" if found else "–"
    return [*(spread([run[name] for run in found], seconds) for name in ("cpu", "wall")), memory]


def _families(runs):
    rows = []
    solvers = ("kernel", "scipy", "ortools flow", "scipy linear_sum_assignment")
    for family in FAMILIES:
        if found := good(runs, what="solve", scale=family):
            cells = [spread([run["cpu"] for run in good(found, solver=solver)], seconds) for solver in solvers]
            rows.append([family, f"{found[0]['pairs']:,}", *cells, spread(against_better(runs, family), times)])
    return _table(["", "pairs", *solvers, "better of scipy and ortools, against kernel"], rows)


def _pairs(runs):
    rows = []
    for scale in SCALES:
        for solver in ("buckets", "duckdb"):
            if found := good(runs, what="pairs", scale=scale, solver=solver):
                number = spread([run["pairs"] for run in found], count)
                against = spread(pair_ratios(runs, scale), times) if solver == "duckdb" else ""
                rows += [[scale, solver, number, *_cost(found), against]]
    return _table(["", "method", "pairs", "CPU", "wall", "most memory", "CPU against buckets"], rows)


QUESTIONS = {
    "judging all pairs": "judge_cpu",
    "solving and proving": "solve_cpu",
    "the two tables (gains and losses)": "tables_cpu",
    "who competes for what": "shortages_cpu",
    "one seat more at every place: who would be placed": "one_more_cpu",
    "up to 20 seats at every new (code, 20 km)": "new_places_cpu",
    "reasons of all proposals and of all without a place": "findings_cpu",
    "put a student elsewhere, median": "what_if_median",
    "put a student elsewhere, worst": "what_if_worst",
    "all alternatives of a student, median": "alternatives_median",
    "all alternatives of a student, worst": "alternatives_worst",
    "the engine alone, working the round out again": "again_cpu",
    "again, against the median": "times_median",
    "again, against the worst": "times_worst",
}


def _questions(runs):
    scales = {scale: found for scale in SCALES if (found := good(runs, what="ask", scale=scale))}
    rows = []
    for title, name in QUESTIONS.items():
        show = times if name.startswith("times") else seconds
        rows.append([title, *(spread([run[name] for run in found], show) for found in scales.values())])
    return _table(["", *scales], rows) if scales else ""


def ratios(runs, scale, solver):
    """CPU of a solver against that of the kernel, one per seed, in the same run."""
    ours = {run["seed"]: run["cpu"] for run in good(runs, what="solve", scale=scale, solver="kernel")}
    theirs = good(runs, what="solve", scale=scale, solver=solver)
    return [run["cpu"] / max(ours[run["seed"]], 1e-7) for run in theirs if run["seed"] in ours]


def against_better(runs, scale):
    """CPU of the better of the two rivals against that of the kernel, one per seed."""
    theirs = defaultdict(list)
    for solver in RIVALS:
        for run in good(runs, what="solve", scale=scale, solver=solver):
            theirs[run["seed"]].append(run["cpu"])
    ours = good(runs, what="solve", scale=scale, solver="kernel")
    return [min(theirs[run["seed"]]) / max(run["cpu"], 1e-7) for run in ours if theirs[run["seed"]]]


def pair_ratios(runs, scale):
    """CPU of DuckDB against that of the buckets, one per seed."""
    ours = {run["seed"]: run["cpu"] for run in good(runs, what="pairs", scale=scale, solver="buckets")}
    theirs = good(runs, what="pairs", scale=scale, solver="duckdb")
    return [run["cpu"] / ours[run["seed"]] for run in theirs if run["seed"] in ours]


def growth(runs):
    """The chart: time against pairs, one line per solver; SVG."""
    lines = {}
    for solver in SOLVERS:
        of_scale = [found for scale in SCALES if (found := good(runs, what="solve", scale=scale, solver=solver))]
        middle = [[statistics.median(run[name] for run in found) for name in ("pairs", "cpu")] for found in of_scale]
        lines |= {solver: middle} if middle else {}
    return log_chart(
        lines,
        title="CPU time against eligible pairs",
        description="Both axes are logarithmic; one line per solver, from a city to every mbo student of the country.",
        across="eligible pairs",
        up="seconds of CPU",
    )


def spread(values, show):
    """The median, and the least and the most where there is more than one; "–" for nothing."""
    if not values:
        return "–"
    middle = show(statistics.median(values))
    low, high = show(min(values)), show(max(values))
    return middle if low == high else f"{middle} ({low} – {high})"


def seconds(value):
    """A time in the unit that reads best."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def times(value):
    """A factor."""
    return f"×{value:,.0f}" if value >= 10 else f"×{value:.2g}"


def count(value):
    """A number of things."""
    return f"{value:,.0f}"


def per_cent(value):
    """A share."""
    return f"{value:.1f} %"


def as_json(results):
    """The results as JSON, one run a line."""
    runs = ",\n    ".join(json.dumps(run) for run in results["runs"])
    rest = json.dumps({name: value for name, value in results.items() if name != "runs"}, indent=2)
    return rest.removesuffix("\n}") + f',\n  "runs": [\n    {runs}\n  ]\n}}\n'


def _table(heads, rows):
    if not rows:
        return ""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines)


if __name__ == "__main__":
    read = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    print(tables(read))
    print(*objections([run for result in read for run in result["runs"]]), sep="\n")
