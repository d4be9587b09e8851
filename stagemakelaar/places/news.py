"""A letter in the morning to a programme when companies turned to it: that they did, and nothing about them."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from stagemakelaar import clock, outbox

AT = time(7, 30)  # before the working day; what comes in before it is in the letter of the same morning


def tell_programme(session, programme):
    """Promise the letter of the next morning to the programme's own address, if it wants one and none is promised."""
    if not programme.morning_letter:
        return
    now = clock.now()
    day = now.astimezone(clock.AMSTERDAM).date()
    due_at = datetime.combine(day, AT, clock.AMSTERDAM)
    if due_at <= now:
        due_at = datetime.combine(day + timedelta(days=1), AT, clock.AMSTERDAM)
    key = f"news:{programme.id}:{due_at:%Y-%m-%d}"
    if session.scalar(select(outbox.Message.id).where(outbox.Message.key == key)) is not None:
        return
    try:
        with session.begin_nested():
            outbox.promise(
                session, kind="staff_news", to=programme.email, key=key, programme_id=programme.id, delay=due_at - now
            )
    except IntegrityError:  # another company was first, at this very moment
        return
