"""What an organisation reads about a placement, field by field and state by state. Pages for employers get this, and
never the placement itself, so that no template can tell more.

Before it is confirmed the organisation answers for its capacity, not for a person: nothing here may betray who it is.
"""

from dataclasses import dataclass
from datetime import date, datetime

from stagemakelaar.placements.models import PlacementState
from stagemakelaar.reference.queries import work_processes_with

NAMED = frozenset({PlacementState.CONFIRMED, PlacementState.ACTIVE, PlacementState.COMPLETED})
REACHABLE = frozenset({PlacementState.CONFIRMED, PlacementState.ACTIVE})


@dataclass(frozen=True)
class Seen:
    """Gezien: a placement as an organisation may see it now. None is what it may not see (any more, or yet)."""

    id: int
    state: PlacementState
    starts_on: date
    ends_on: date
    place_id: int
    place_title: str
    awaits_answer: bool = False
    answer_by_on: date | None = None
    confirmed_at: datetime | None = None
    qualification: str | None = None
    niveau: int | None = None
    leerweg: object = None
    weekdays: int | None = None
    days_per_week: int | None = None
    hours_per_day: int | None = None
    needs_vog: bool | None = None
    to_learn: tuple = ()
    is_computed: bool | None = None  # proposed by the matcher; else found by hand
    can_learn: tuple | None = None  # (possible here, wanted) numbers of work processes; None when not known
    name: str | None = None
    is_minor: bool | None = None
    school: str | None = None
    learning_wish: str | None = None
    email: str | None = None
    phone: str | None = None


def seen_by_employer(session, placement, *, manages, in_full=True):
    """The placement as one member of the organisation may see it; a colleague who does not manage sees no identity.

    `in_full` adds what takes another look in the database; a list can do without.
    """
    facts = {
        "id": placement.id,
        "state": placement.state,
        "starts_on": placement.starts_on,
        "ends_on": placement.ends_on,
        "place_id": placement.place_id,
        "place_title": placement.place.title,
    }
    if placement.state is PlacementState.WITHDRAWN:
        return Seen(**facts)
    profile = placement.student.profile
    facts |= {
        "awaits_answer": placement.state is PlacementState.PLANNED and placement.employer_confirmed_at is None,
        "answer_by_on": placement.answer_by_on,
        "confirmed_at": placement.employer_confirmed_at,
        "qualification": placement.qualification.name,
        "niveau": placement.qualification.niveau,
        "leerweg": placement.leerweg,
        "weekdays": placement.weekdays,
        "days_per_week": placement.days_per_week,
        "hours_per_day": placement.hours_per_day,
        "needs_vog": placement.place.needs_vog,
        "is_computed": bool(placement.reasons),
        "can_learn": _can_learn(placement.reasons.get("facts") or {}),
    }
    if in_full:
        facts["to_learn"] = tuple(process.title for process in work_processes_with(session, profile.work_processes))
    if manages and placement.state in NAMED:
        age = placement.student.age_on(placement.starts_on)
        facts |= {
            "name": placement.student.full_name,
            "is_minor": age is not None and age < 18,
            "school": profile.school_name,
            "learning_wish": profile.learning_wish,
        }
    if manages and placement.state in REACHABLE:
        facts |= {"email": placement.student.user.email, "phone": placement.student.user.phone}
    return Seen(**facts)


def _can_learn(explained):
    if not explained.get("processes_known"):
        return None
    return len(explained["processes_possible"]), len(explained["processes_wanted"])
