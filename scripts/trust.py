"""Write docs/trust.md: every promise, what proves it, how that went last, and how to repeat it.

    make promises && .venv/bin/python scripts/trust.py
    STAGEMAKELAAR_PROOFS=short make test && .venv/bin/python scripts/trust.py   # the short form of each

Reads tests/promised.py (the promises), build/promises/*.json (what `make promises` wrote) and docs/trust-outside.md
(what no test of pytest proves). A promise without a result stands there as such.
"""

import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.promised import PROMISES  # noqa: E402 - the project is not installed, so its place must be known first

RESULTS = ROOT / "build" / "promises"
OUTSIDE = ROOT / "docs" / "trust-outside.md"
PAGE = ROOT / "docs" / "trust.md"
HEAD = """# Promises, proofs and last results

Made by `scripts/trust.py` from what the last run wrote down; do not edit by hand. *Full* is the length of `make
promises`, *short* that of `make test` and `make test-rest`. Every promise stands here, also where its
proof is missing. One promise again: `make promises ARGS="--promise P05"`. *Planted* are the proofs of the proof: the
product was broken on purpose, and the proof turned red. *Invalid* is neither passed nor failed: no fault landed
where it was aimed.

"""
TABLE = """
| # | promise | last result | proofs, planted breaks, databases | where |
| --- | --- | --- | --- | --- |
"""


def main():
    """Write the page."""
    results = {name: _result(name) for name in PROMISES}
    told = [one for one in results.values() if one]
    page = HEAD + _runs(told)
    page += TABLE + "".join(_row(name, sentence, results[name]) for name, sentence in PROMISES.items())
    page += "\n## Figures of the proofs\n\n" + "".join(_figures(name, one) for name, one in results.items() if one)
    if OUTSIDE.exists():
        page += "\n" + OUTSIDE.read_text()
    PAGE.write_text(page)
    missing = [name for name, one in results.items() if not one]
    sys.stdout.write(f"{len(told)} promises with a result; without: {', '.join(missing) or 'none'}.\n")
    return 0 if all(one["result"] == "passed" for one in told) else 1


def _result(name):
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def _runs(told):
    """On what the results were taken."""
    runs = Counter((one["commit"], one["machine"], one["python"], one["at"][:10]) for one in told)
    lines = [
        f"* {count} promises on {day}: commit {commit}, {machine}, Python {python}.\n"
        for (commit, machine, python, day), count in runs.most_common()
    ]
    loads = [load for one in told for load in one["load"]]
    between = f"{min(loads):.1f} to {max(loads):.1f}" if loads else "unknown"
    return "".join(lines) + f"* Load of the machine (of one minute) before and after: {between}.\n"


def _row(name, sentence, one):
    if not one:
        return f"| {name} | {sentence} | no result in this run | | |\n"
    plain = [proof for proof in one["proofs"] if not proof["red"]]
    databases = sorted({proof["database"] for proof in plain if proof["database"]})
    planted = sum(proof["red"] for proof in one["proofs"])
    files = sorted({proof["test"].partition("::")[0] for proof in one["proofs"]})
    result = one["result"] if one["result"] == "passed" else f"**{one['result']}**"
    result += f", {one['length']}"
    counts = f"{len(plain)}, {planted}, {' and '.join(databases) or 'none needed'}"
    return f"| {name} | {sentence} | {result} | {counts} | {', '.join(f'`{file}`' for file in files)} |\n"


def _figures(name, one):
    lines = []
    for proof in one["proofs"]:
        if figures := proof.get("figures"):
            words = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in figures.items())
            lines.append(f"* {name}, `{proof['test'].partition('::')[2]}` ({proof['seconds']} s): {words}\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
