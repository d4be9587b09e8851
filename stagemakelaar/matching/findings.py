"""Everything that a run has to tell, in plain values that can be stored: each proposal with its reasons, each student
without a place with the cause. It holds no database and no words, so that it can be made in a process of its own.
"""

import gc
from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.facts import explanations
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.unplaced import why_unplaced


@dataclass(frozen=True)
class Findings:
    """Bevindingen: what a run found, in plain values; one row per student."""

    proposals: tuple  # dicts: student_id, place_id, priority_class, fit, facts
    unplaced: tuple  # dicts: student_id, priority_class, cause, facts


def findings(problem, outcome):
    """Return the `Findings` of the best outcome of a problem."""
    # Hundreds of thousands of small objects that all stay: looking for garbage among them costs as much as making them.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return Findings(tuple(_proposals(problem, outcome)), tuple(_unplaced(problem, outcome)))
    finally:
        if was_on:
            gc.enable()


def _proposals(problem, outcome):
    rows = np.flatnonzero(outcome.place != NO_PLACE)
    names = ("student_id", "place_id", "priority_class", "fit", "facts")
    columns = (outcome.candidate, outcome.place, outcome.priority_class, outcome.fit)
    plain = [column[rows].tolist() for column in columns]
    told = explanations(problem, outcome, rows)
    return [dict(zip(names, values, strict=True)) for values in zip(*plain, told, strict=True)]


def _unplaced(problem, outcome):
    reasons = why_unplaced(problem, outcome)
    classes = dict(zip(outcome.candidate.tolist(), outcome.priority_class.tolist(), strict=True))
    return [
        {
            "student_id": student,
            "priority_class": classes[student],
            "cause": reason.cause.value,
            "facts": _plain(reason),
        }
        for student, reason in sorted(reasons.items())
    ]


def _plain(reason):
    """A `Reason` of the matcher as values for JSON: enums become their values."""
    shortage = reason.shortage
    return {
        "next_step": reason.next_step.value,
        "places": reason.places,
        "left": [[cause.value, count] for cause, count in reason.left],
        "broken": {rule.value: count for rule, count in reason.broken.items()},
        "openers": [
            {"rule": one.rule.value, "amount": one.amount, "places": one.places, "with_room": one.with_room}
            for one in reason.openers
        ],
        "shortage": None if shortage is None else _short(shortage),
        "taken_by_class": list(reason.taken_by_class),
    }


def _short(shortage):
    return {
        "students": shortage.students,
        "seats": shortage.seats,
        "short": shortage.short,
        "openings": list(shortage.openings),
        "codes": list(shortage.codes),
    }
