"""What a broker wants for one student at one place: given with a reason, kept from run to run until it is withdrawn.

The matcher follows it in every run from now on: "alleen deze plek" leaves the student this place or none, "nooit"
closes it, and the two in between add or take off a fixed number of points beside the weights of the programme. Nobody
else is touched, and a seat is reserved for no one.
"""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.matching.scoring import MUST, NEVER, RATHER, RATHER_NOT
from stagemakelaar.places.models import PlaceState
from stagemakelaar.rounds.models import Hint, HintLevel

LEVELS = {HintLevel.MUST: MUST, HintLevel.RATHER: RATHER, HintLevel.RATHER_NOT: RATHER_NOT, HintLevel.NEVER: NEVER}


def give_hint(session, student, place, *, level, why, by):
    """Want this for a student and a place, instead of what was wanted for them before. Gives back the `Hint`."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u dit wilt."), field="why")
    if not student.programme_id == place.programme_id == by.programme_id:
        raise DomainError(N_("Deze student en deze plek horen niet bij hetzelfde programma."), field="place")
    if place.state not in {PlaceState.OPEN, PlaceState.PAUSED}:
        raise DomainError(N_("Deze plek is gesloten of nog niet open. Kies een andere plek."), field="place")
    before = session.scalars(_live().where(Hint.student_id == student.id, Hint.place_id == place.id)).first()
    now = clock.now()
    if before is not None:
        withdraw_hint(session, before, by=by, at=now)
    hint = Hint(
        programme_id=student.programme_id,
        student_id=student.id,
        place_id=place.id,
        level=level,
        why=why.strip(),
        by_id=by.id,
        at=now,
    )
    session.add(hint)
    session.flush()
    audit.record(session, "hint.given", student, by=by, place=place.id, hint=hint.id, level=level.value)
    return hint


def withdraw_hint(session, hint, *, by, at=None):
    """Want it no longer; the next run does as if it never was. Runs that were computed stay as they are."""
    if hint.withdrawn_at is not None:
        raise Overtaken(N_("Deze voorkeur is al ingetrokken."))
    hint.withdrawn_at, hint.withdrawn_by_id = at or clock.now(), by.id
    session.flush()
    audit.record(
        session,
        "hint.withdrawn",
        by=by,
        programme_id=hint.programme_id,
        student=hint.student_id,
        place=hint.place_id,
        hint=hint.id,
    )


def hint_replaced_by(session, hint):
    """The hint about the same pair that gave way when this one was given, or None: the moment is the same."""
    return session.scalars(
        select(Hint)
        .where(
            Hint.student_id == hint.student_id,
            Hint.place_id == hint.place_id,
            Hint.withdrawn_at == hint.at,
            Hint.id < hint.id,
        )
        .order_by(Hint.id.desc())
        .limit(1)
    ).first()


def want_again(session, hint, *, by):
    """Want what was wanted before, by whom and since when it was: the hint that replaced it was taken back."""
    hint.withdrawn_at = hint.withdrawn_by_id = None
    session.flush()
    details = {"place": hint.place_id, "hint": hint.id, "level": hint.level.value, "again": True}
    audit.record(session, "hint.given", hint.student, by=by, **details)


def hints_about(session, student):
    """What is wanted for a student now, in the order in which it was given."""
    return list(session.scalars(_live().where(Hint.student_id == student.id).options(joinedload(Hint.place))))


def hint_for(session, user, student_id, hint_id):
    """The hint about this student with this number, also a withdrawn one; NotFound outside the user's programme."""
    hint = session.get(Hint, hint_id)
    if hint is None or hint.student_id != student_id or hint.programme_id != user.programme_id:
        raise NotFound
    return hint


def hints_of(session, programme_id):
    """What is wanted in a programme now, as the matcher takes it: rows (student, place, level)."""
    wanted = select(Hint.student_id, Hint.place_id, Hint.level).where(
        Hint.programme_id == programme_id, Hint.withdrawn_at.is_(None)
    )
    return sorted((student, place, LEVELS[level]) for student, place, level in session.execute(wanted))


def _live():
    return select(Hint).where(Hint.withdrawn_at.is_(None)).order_by(Hint.id)
