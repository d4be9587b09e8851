"""Who could learn where: frozen facts in, a proved outcome out.

This room owns nothing that is stored. It must not know the database, the web, the clock, chance, or who anyone is: it
is told only what may count (`problem.py`), and a lot that somebody else drew. So the same input gives the same
outcome, years later and on any machine, and every proposal can be recomputed and explained. A person decides; the
matcher proposes.

    problem.py      what it is told, and the outcome     eligibility.py  the hard rules, each with a name
    scoring.py      every weight                         solver.py       assign(), solve()
    checks.py       the second opinion                   explain.py      why this one, and what else
    unplaced.py     why nobody, and what would help      repair.py       one student after a decline
    shortage.py     who compete for the same seats       newseats.py     which new seats would place whom
    facts.py        what a score rests on                findings.py     all that a run has to tell
    residual.py     tables of what is left open          chains.py       who takes whose seat
    judgement.py    rules and score, once per problem
    columns.py      checked columns                      storage.py      columns to bytes
"""

import importlib

_WHERE = {
    "assign": "solver",
    "solve": "solver",
    "Assignment": "solver",
    "objections": "checks",
    "Problem": "problem",
    "Candidates": "problem",
    "Openings": "problem",
    "Pairs": "problem",
    "Weights": "scoring",
    "Outcome": "problem",
}
__all__ = list(_WHERE)


def __getattr__(name):
    """Load a part when it is first asked for, so that importing the room costs nothing."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
