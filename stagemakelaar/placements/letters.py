"""Which letters a placement promises, to whom, and what each may tell.

The employer's letters name nobody: the name opens on the page, after signing in, once the placement is confirmed.
"""

from datetime import timedelta

from stagemakelaar import clock, outbox
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.placements.models import WithdrawnBy
from stagemakelaar.places.queries import addressees_of


def planned(session, placement):
    """Ask both sides at once."""
    _to_student(session, placement, "planned", answer_by=placement.answer_by_on.isoformat())
    _to_employers(session, placement, "planned", answer_by=placement.answer_by_on.isoformat())


def reminder(session, placement):
    """Ask again whoever has not answered yet."""
    data = {
        "day": clock.today().isoformat(),
        "answer_by": placement.answer_by_on.isoformat(),
        "late": placement.answer_by_on < clock.today(),
    }
    if placement.student_accepted_at is None:
        _to_student(session, placement, "reminder", **data, **rest_of(session, placement))
    if placement.employer_confirmed_at is None:
        _to_employers(session, placement, "reminder", **data)


def no_more_reminding(session, placement, side, *, by):
    """Keep a reminder that has not left yet from someone who has answered since."""
    outbox.cancel(session, f"placement:{placement.id}:reminder:{side}", by=by)


def confirmed(session, placement):
    """Tell both sides that it is settled."""
    _to_student(session, placement, "confirmed")
    _to_employers(session, placement, "confirmed")


def withdrawn(session, placement, side, before):
    """Tell whoever did not end it, unless nothing ever reached them: then the cancelled letter is silence enough."""
    told = told_parties(session, placement)
    if side is not WithdrawnBy.STUDENT and "student" in told:
        _to_student(session, placement, "withdrawn", by_side=side.value, **rest_of(session, placement))
    if side is not WithdrawnBy.EMPLOYER and "employer" in told:
        _to_employers(session, placement, "withdrawn", by_side=side.value, was=before.value)


def rest_of(session, placement):
    """What a letter to the student adds to say why nobody searches: `rests` is "restricted" or "paused"; else nothing.

    Whoever has a place is not searched for either; this is about what happens when they have it no more.
    """
    if placement.student.restricted_at is not None:
        return {"rests": "restricted"}
    return {"rests": "paused"} if case_of(session, placement.student).state is CaseState.PAUSED else {}


def put_right(session, placement):
    """Let the letter that still waits for the student say what holds by now: nobody searches, or we do again."""
    waiting = outbox.waiting_under([f"placement:{placement.id}:"]).where(
        outbox.Message.user_id == placement.student.user_id
    )
    for message in session.scalars(waiting.with_for_update()):
        kept = {name: value for name, value in message.data.items() if name != "rests"}
        message.data = kept | rest_of(session, placement)


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
        key=_key(placement, event, "student", data),
        programme_id=placement.programme_id,
        delay=_delay(session, placement, event),
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
            key=_key(placement, event, suffix, data),
            programme_id=placement.programme_id,
            delay=_delay(session, placement, event),
            placement=placement.id,
            starts_on=placement.starts_on.isoformat(),
            programme=placement.programme.name,
            programme_phone=placement.programme.phone or "",
            **data,
        )


def _key(placement, event, suffix, data):
    """What a letter is about. Only a reminder comes more than once, and never twice on a day."""
    day = f":{data['day']}" if event == "reminder" else ""
    return f"placement:{placement.id}:{event}:{suffix}{day}"


def _delay(session, placement, event):
    """The first letters wait as long as the decision can be taken back; bad news never passes what it is about."""
    if event == "withdrawn":
        return outbox.lease_left(session, f"placement:{placement.id}:")
    if event != "planned" or placement.told_from is None:
        return timedelta(0)
    return placement.told_from - placement.created_at
