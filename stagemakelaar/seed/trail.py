"""The audit lines of what is written in bulk: who did it and when, told in the order in which it happened.

A placement that is written in bulk has one line for each state through which it went, a student one for how they came,
and an organisation one only when it was stopped (docs/decisions/0009).
"""

from array import array
from datetime import UTC, datetime

import numpy as np

from stagemakelaar import audit
from stagemakelaar.people.models import Role, Student
from stagemakelaar.placements.models import BrokerReason, EmployerReason, Placement, StudentReason
from stagemakelaar.places.models import Organisation

# Name → action, whose record, whose act, what else the line tells.
KINDS = {
    "registered": ("student.registered", Student, Role.STUDENT, {}),
    "suspended": ("organisation.suspended", Organisation, Role.BROKER, {"before": "verified"}),
    "blocked": ("organisation.blocked", Organisation, Role.BROKER, {"before": "verified"}),
    "planned": ("placement.planned", Placement, Role.BROKER, {}),
    "confirmed": ("placement.confirmed", Placement, Role.EMPLOYER, {"before": "planned"}),
    "active": ("placement.active", Placement, Role.BROKER, {"before": "confirmed"}),
    "completed": ("placement.completed", Placement, Role.BROKER, {"before": "active"}),
    "declined": (
        "placement.withdrawn",
        Placement,
        Role.STUDENT,
        {"before": "planned", "why": StudentReason.TRAVEL.value},
    ),
    "refused": (
        "placement.withdrawn",
        Placement,
        Role.EMPLOYER,
        {"before": "planned", "why": EmployerReason.TRAINER_AWAY.value},
    ),
    "taken back": (
        "placement.withdrawn",
        Placement,
        Role.BROKER,
        {"before": "planned", "why": BrokerReason.DATA_WRONG.value},
    ),
}
_NUMBERS = {name: number for number, name in enumerate(KINDS)}
_MEANING = list(KINDS.values())


class Trail:
    """Spoor: lines that wait for their moment, kept as columns of whole numbers since there may be millions."""

    def __init__(self):
        self._columns = [array("q") for _column in range(7)]

    def tell(self, kind, at, record, *, by, programme, student=0, place=0):
        """Add a line: a name of `KINDS`, the moment, and the numbers of the record, of who did it, and so on."""
        line = (int(at.timestamp()), _NUMBERS[kind], record, by, programme, student, place)
        for column, value in zip(self._columns, line, strict=True):
            column.append(value)

    def write_until(self, session, moment):
        """Write the lines of before a moment, the oldest first; the others go on waiting."""
        lines = np.array(self._columns, dtype=np.int64)
        is_due = lines[0] < moment.timestamp()
        self._columns = [array("q", column.tobytes()) for column in lines[:, ~is_due]]
        due = lines[:, is_due]
        due = due[:, np.argsort(due[0], kind="stable")]
        audit.write_many(session, (_line(*values) for values in _in_parts(due)))


def _in_parts(lines, size=10_000):
    """The columns as rows of Python numbers, some thousands at a time."""
    for first in range(0, lines.shape[1], size):
        yield from lines[:, first : first + size].T.tolist()


def _line(seconds, kind, record, by, programme, student, place):
    action, model, role, details = _MEANING[kind]
    return {
        "at": datetime.fromtimestamp(seconds, UTC),
        "actor_id": by,
        "actor_role": role.value,
        "action": action,
        "object_type": model.__tablename__,
        "object_id": record,
        "programme_id": programme,
        "details": details | ({"student": student, "place": place} if student else {}),
    }
