"""What a school gives about its students, held against what we know. What a student filled in since is not overwritten.

A school gives many students at once, so nothing here asks the database for one of them.
"""

import enum
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.errors import DomainError
from stagemakelaar.people.actions import new_student
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.profile_rules import RULES
from stagemakelaar.people.profiles import FIELDS, Step, draft_of, gaps, write

STEP_OF = {name: step for step, names in FIELDS.items() for name in names}
_LISTS = ("weekdays", "travel_modes", "work_processes", "required_processes", "kinds", "must", "wishes")
NOTHING = dict.fromkeys(STEP_OF) | {name: [] for name in _LISTS}
_WHILE_PLACED = frozenset({"first_name", "prefix", "last_name", "phone"})


class Kept(enum.Enum):
    """Waarom iets blijft staan, though the list says otherwise."""

    FILLED_IN = "filled_in"
    PLACED = "placed"
    SIGNS_IN = "signs_in"
    RESTRICTED = "restricted"  # the student asked that nothing is done with their data


@dataclass(frozen=True)
class Difference:
    """Verschil: a field in which a list says something else than we know. `kept`: why it stays as it is."""

    field: str
    before: Any
    after: Any
    kept: Kept | None = None


def differences(student, given, *, overwrite=False, is_placed=False):
    """In what a list differs from what is known of a student.

    given       field → value, without what the list leaves empty
    overwrite   also what a student filled in and what differs from it is taken over
    is_placed   whether the student has a live placement: then its terms stand
    """
    draft, found = draft_of(student), []
    for name, value in given.items():
        before = draft[name]
        if before == value:
            continue
        kept = None
        if student.restricted_at is not None:
            kept = Kept.RESTRICTED
        elif is_placed and name not in _WHILE_PLACED:
            kept = Kept.PLACED
        elif not overwrite and before not in (None, "", []) and STEP_OF[name].value in student.profile.steps_done:
            kept = Kept.FILLED_IN
        found.append(Difference(name, before, value, kept))
    return found


def refusals(session, values, student=None):
    """What the rules say against writing these values; only the steps in which something would change are judged."""
    known = NOTHING if student is None else draft_of(student)
    draft, today = known | values, clock.today()
    if "code" in values:
        draft["work_processes"] = draft["required_processes"] = []
    steps = {STEP_OF[name] for name in values} | ({Step.LEARNING} if "code" in values else set())
    for step in sorted(steps, key=list(Step).index):
        yield from RULES[step.value](session, draft, today)
        if student is not None and student.profile.completed_at is not None:
            yield from (DomainError(gap.message, field=gap.field) for gap in gaps(draft, step))


def take_over(student, values, *, school_number=None):
    """Write what a list says; whoever asks has checked it."""
    if "code" in values and values["code"] != student.profile.code:
        student.profile.work_processes = student.profile.required_processes = []
    write(student, values)
    if school_number is not None:
        student.school_number = school_number


def student_given(programme_id, email, values, *, school_number=None):
    """A student that nobody knew, with an account and a profile, ready to be added to a session."""
    student = new_student(programme_id, email)
    take_over(student, values, school_number=school_number)
    return student


# --- who is it? ----------------------------------------------------------------------------------------------------


def students_numbered(session, programme_id, numbers):
    """The students of a programme whom the school knows by these numbers: number → student."""
    found = select(Student).where(Student.programme_id == programme_id, Student.school_number.in_(numbers))
    return {student.school_number: student for student in session.scalars(found)}


def accounts_with(session, emails):
    """The accounts of cleaned addresses, of whichever role or programme: address → account."""
    return {user.email: user for user in session.scalars(select(User).where(User.email.in_(emails)))}


def students_with_accounts(session, users):
    """The students that belong to these accounts: number of the account → student."""
    ids = [user.id for user in users]
    return {student.user_id: student for student in session.scalars(select(Student).where(Student.user_id.in_(ids)))}
