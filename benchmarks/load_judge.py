"""Counts what people met under load, and holds it against what was promised."""

import statistics
from collections import Counter, defaultdict

KEEPS_PACE = 0.97  # of what was asked, this much must have been served
OUTCOMES = ("done", "shed", "overtaken", "refused", "broken")
WARM = (
    30  # seconds at the start that are not counted: programs that were never asked anything; shorter in a short phase
)


def warm_up(phases):
    """Seconds at the start of these phases that are not counted."""
    return min(WARM, phases[0]["seconds"] / 4)


def judged(scenario, deeds, began, phases, facts, extra):
    """The figures of a run, and what was demanded: name, demand, measured, met."""
    counted = [deed for deed in deeds if deed[0] - began >= warm_up(phases)]
    kinds = defaultdict(list)
    for deed in counted:
        kinds[deed[1]].append(deed)
    figures = {kind: _figures(rows) for kind, rows in sorted(kinds.items())}
    by_phase = _by_phase(deeds, began, phases)
    pages = {name: spread([row[3] for row in rows]) for name, rows in _by_name(kinds["page"]).items()}
    run = {
        "phases": phases,
        "figures": figures,
        "pages": pages,
        "outcomes": _outcomes(deeds),
        "by_phase": by_phase,
        **facts,
        **extra,
        "all": spread([deed[3] for deed in counted]),
    }
    run["per_page_ms"] = _per_page(facts, figures)
    run["demands"] = [
        {"what": what, "demand": demand, "measured": measured, "met": bool(met)}
        for what, demand, measured, met in scenario.demands(run)
    ]
    run["missed"] = sum(not one["met"] for one in run["demands"])
    return run


def _figures(rows):
    outcomes = Counter(row[4] for row in rows)
    done = [row[3] for row in rows if row[4] in {"done", "overtaken", "refused"}]
    shed = [row[3] for row in rows if row[4] == "shed"]
    passed = max(max(row[0] for row in rows) - min(row[0] for row in rows), 1)
    told = {"count": len(rows), "per_second": round(len(rows) / passed, 1), **dict(outcomes), **spread(done)}
    return told | ({"shed_ms": spread(shed)} if shed else {})


def _outcomes(deeds):
    """Everything that was done, the first seconds included: for what must be counted and not timed."""
    kinds = defaultdict(Counter)
    for deed in deeds:
        kinds[deed[1]][deed[4]] += 1
    return {kind: dict(outcomes) for kind, outcomes in kinds.items()}


def _by_phase(deeds, began, phases):
    """The same of every phase, when there are more than one."""
    told, start = [], began
    for phase in phases if len(phases) > 1 else ():
        kinds = defaultdict(list)
        for deed in deeds:
            if start <= deed[0] - deed[3] and deed[0] < start + phase["seconds"]:
                kinds[deed[1]].append(deed)
        told.append({kind: _figures(rows) for kind, rows in sorted(kinds.items())})
        start += phase["seconds"]
    return told


def _by_name(rows):
    named = defaultdict(list)
    for row in rows:
        named[row[2]].append(row)
    return dict(sorted(named.items()))


def _per_page(facts, figures):
    """Milliseconds of CPU of each part, per answer of any kind: busy neighbours change this little."""
    answers = sum(figure["count"] for kind, figure in figures.items() if kind != "letter")
    return {part: round(1000 * spent / max(answers, 1), 2) for part, spent in facts["cpu_s"].items()}


def spread(seconds):
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {"n": 0, "p50": None, "p95": None, "max": None}
    return {
        "n": len(ordered),
        "p50": round(1000 * statistics.median(ordered)),
        "p95": round(1000 * ordered[int(0.95 * (len(ordered) - 1))]),
        "max": round(1000 * ordered[-1]),
    }


def table(run):
    """What was demanded and what came of it, as text."""
    form = f"{run['form']}, {run['seconds']} s, {run['database']}, load {run['load']}"
    lines = [f"{run['scenario']}: {run['what']}  ({form})"]
    for one in run["demands"]:
        met = "met   " if one["met"] else "MISSED"
        lines.append(f"  {met}  {one['what']}: {one['measured']} (demand {one['demand']})")
    for kind, figure in run["figures"].items():
        outcomes = {name: figure[name] for name in OUTCOMES if name in figure}
        times = f"p50 {figure['p50']}, p95 {figure['p95']}, max {figure['max']} ms"
        lines.append(f"  {kind}: {figure['per_second']}/s, {times}; {outcomes}")
    lines.append(f"  CPU ms per answer: {run['per_page_ms']}, locust {run['locust_cpu_s']} s in all")
    longest = f"longest transaction {run['transaction_s']} s"
    lines.append(f"  {run['memory_mb']} MB, {run['connections']} connections, {longest}")
    lines += [f"  error: {count} × {words}" for words, count in run["errors"].items()]
    return "\n".join(lines)
