"""When both sides are told of a placement: at once, after the minutes in which it can be undone, or sent together.

A programme may keep its first letters until a broker sends them: then `told_from` lies beyond every calendar, so that
whatever asks "may they know?" or "is it due?" needs no second question, and no worker can take a letter up too early.
"""

from datetime import UTC, datetime, timedelta

import holidays
from sqlalchemy import func, select

from stagemakelaar import audit, clock, outbox
from stagemakelaar.db import UtcDateTime, when_asked
from stagemakelaar.errors import N_, Overtaken
from stagemakelaar.placements import letters
from stagemakelaar.placements.models import Placement, PlacementState

WHEN_SENT = datetime(9000, 1, 1, tzinfo=UTC)


class ChangedMeanwhile(Overtaken):
    """Intussen veranderd: some of what was to be sent is no longer as it was shown; `placement_ids` says which."""

    def __init__(self, placement_ids):
        super().__init__(N_("Er is niets verstuurd: intussen is er iets veranderd."))
        self.placement_ids = placement_ids


def told_from(programme):
    """The moment from which both sides are told of a placement that is planned now; None: at once."""
    if programme.send_together:
        return WHEN_SENT
    return clock.now() + timedelta(minutes=programme.undo_minutes) if programme.undo_minutes else None


def waiting(programme_id):
    """A statement of the placements whose first letters still wait, the longest waiting first."""
    return (
        select(Placement)
        .where(
            Placement.programme_id == programme_id,
            Placement.state == PlacementState.PLANNED,
            Placement.told_from > when_asked("now", clock.now, UtcDateTime()),
        )
        .order_by(Placement.created_at, Placement.id)
    )


def count_waiting(session, programme_id):
    """How many placements wait to be told, those included whose letters leave by themselves."""
    return session.scalar(_figures(programme_id, func.count()))


def kept_until_sent(session, programme_id):
    """How many placements are told only when somebody sends their letters, and since when the first of them waits."""
    figures = _figures(programme_id, func.count(), func.min(Placement.created_at))
    return session.execute(figures.where(Placement.told_from == WHEN_SENT)).one()


def _figures(programme_id, *figures):
    return waiting(programme_id).order_by(None).with_only_columns(*figures)


def letters_of(session, placements):
    """The letters that wait for these placements: a table from each id to its messages."""
    found = {placement.id: [] for placement in placements}
    for message in session.scalars(outbox.waiting_under([_prefix(number) for number in found])):
        found[message.data["placement"]].append(message)
    return found


def send_out(session, versions, *, by):
    """Tell both sides of these placements now: of all of them, or of none.

    versions   id → version of what was looked at; who is no longer so makes the whole be refused (ChangedMeanwhile)
    Gives back how many letters leave.
    """
    found = session.scalars(
        waiting(by.programme_id)
        .where(Placement.id.in_(versions))
        .order_by(None)
        .order_by(Placement.id)  # two who send the same take the rows up in one order
        .with_for_update(of=Placement)
        .execution_options(populate_existing=True)
    ).all()
    same = {placement.id for placement in found if placement.version == versions[placement.id]}
    if same != set(versions):
        raise ChangedMeanwhile(sorted(set(versions) - same))
    letters = 0
    for placement in found:
        letters += tell_now(session, placement, by=by)
    session.flush()
    return letters


def tell_now(session, placement, *, by):
    """Let the first letters of a placement leave now, with the whole term to answer; gives back how many.

    Nothing happens when both sides may know already.
    """
    if placement.is_told:
        return 0
    placement.told_from = clock.now()
    placement.answer_by_on = answer_by(placement.programme)
    answer = placement.answer_by_on.isoformat()
    letters.put_right(session, placement)
    left = outbox.let_go(session, _prefix(placement.id), answer_by=answer)
    audit.record(session, "placement.sent_out", placement, by=by, letters=left)
    return left


def answer_by(programme):
    """The day until which who is asked today may answer."""
    return working_days_from(clock.today(), programme.answer_days)


def working_days_from(day, count):
    """The date that lies so many working days after a day; Dutch days off do not count."""
    off = holidays.country_holidays("NL")
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            count -= 1
    return day


def _prefix(placement_id):
    return f"placement:{placement_id}:"
