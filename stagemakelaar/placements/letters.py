"""Which letters a placement promises, to whom, and what each may tell.

The employer's letters name nobody: the name opens on the page, after signing in, once the placement is confirmed.
"""

from datetime import timedelta

from stagemakelaar import outbox
from stagemakelaar.placements.models import WithdrawnBy
from stagemakelaar.places.queries import addressees_of


def planned(session, placement):
    """Ask both sides at once."""
    _to_student(session, placement, "planned", answer_by=placement.answer_by_on.isoformat())
    _to_employers(session, placement, "planned", answer_by=placement.answer_by_on.isoformat())


def confirmed(session, placement):
    """Tell both sides that it is settled."""
    _to_student(session, placement, "confirmed")
    _to_employers(session, placement, "confirmed")


def withdrawn(session, placement, side, before):
    """Tell whoever did not end it, unless nothing ever reached them: then the cancelled letter is silence enough."""
    told = told_parties(session, placement)
    if side is not WithdrawnBy.STUDENT and "student" in told:
        _to_student(session, placement, "withdrawn", by_side=side.value)
    if side is not WithdrawnBy.EMPLOYER and "employer" in told:
        _to_employers(session, placement, "withdrawn", by_side=side.value, was=before.value)


def told_parties(session, placement):
    """Who has been sent anything about this placement, or may have been."""
    keys = outbox.keys_not_cancelled(session, f"placement:{placement.id}:")
    return {key.split(":")[3] for key in keys}


def _to_student(session, placement, event, **data):
    student = placement.student
    outbox.promise(
        session,
        kind=f"student_{event}",
        to=student.user.email,
        user=student.user,
        key=f"placement:{placement.id}:{event}:student",
        programme_id=placement.programme_id,
        delay=_delay(placement, event),
        placement=placement.id,
        starts_on=placement.starts_on.isoformat(),
        programme=placement.programme.name,
        programme_phone=placement.programme.phone or "",
        **data,
    )


def _to_employers(session, placement, event, **data):
    for number, user in enumerate(addressees_of(session, placement.place.organisation_id)):
        suffix = "employer" if number == 0 else f"employer:{user.id}"
        outbox.promise(
            session,
            kind=f"employer_{event}",
            to=user.email,
            user=user,
            key=f"placement:{placement.id}:{event}:{suffix}",
            programme_id=placement.programme_id,
            delay=_delay(placement, event),
            placement=placement.id,
            starts_on=placement.starts_on.isoformat(),
            programme=placement.programme.name,
            programme_phone=placement.programme.phone or "",
            **data,
        )


def _delay(placement, event):
    """The first letters wait as long as the decision can be taken back."""
    if event != "planned" or placement.told_from is None:
        return timedelta(0)
    return placement.told_from - placement.created_at
