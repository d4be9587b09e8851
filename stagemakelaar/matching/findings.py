"""Everything that a run has to tell, in plain values that can be stored: each proposal with its reasons, each student
without a place with the cause. It holds no database and no words, so that it can be made in a process of its own.
"""

from dataclasses import asdict, dataclass

from stagemakelaar.matching.explain import explanation, why_unplaced
from stagemakelaar.matching.problem import NO_PLACE


@dataclass(frozen=True)
class Findings:
    """Bevindingen: what a run found, in plain values; one row per student."""

    proposals: tuple  # dicts: student_id, place_id, priority_class, fit, facts
    unplaced: tuple  # dicts: student_id, priority_class, cause, facts


def findings(problem, outcome):
    """Return the `Findings` of the best outcome of a problem."""
    proposals = []
    for student, place, priority_class, fit in zip(
        outcome.candidate.tolist(),
        outcome.place.tolist(),
        outcome.priority_class.tolist(),
        outcome.fit.tolist(),
        strict=True,
    ):
        if place != NO_PLACE:
            proposals.append(
                {
                    "student_id": student,
                    "place_id": place,
                    "priority_class": priority_class,
                    "fit": fit,
                    "facts": explanation(problem, outcome, student),
                }
            )
    reasons = why_unplaced(problem, outcome)
    classes = dict(zip(outcome.candidate.tolist(), outcome.priority_class.tolist(), strict=True))
    unplaced = [
        {
            "student_id": student,
            "priority_class": classes[student],
            "cause": reason.cause.value,
            "facts": _plain(reason),
        }
        for student, reason in sorted(reasons.items())
    ]
    return Findings(tuple(proposals), tuple(unplaced))


def _plain(reason):
    """A `Reason` of the matcher as values for JSON: enums become their values."""
    shortage = reason.shortage
    return {
        "next_step": reason.next_step.value,
        "places": reason.places,
        "left": [[cause.value, count] for cause, count in reason.left],
        "broken": {rule.value: count for rule, count in reason.broken.items()},
        "openers": [asdict(opener) | {"rule": opener.rule.value} for opener in reason.openers],
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
