"""What is kept, and for how long: who was finished with long enough ago is warned, and then taken out by itself.

The day is that of the calendar in the Netherlands: so many months after the case was closed, and never a day early.
Nobody is taken out who was not told two weeks before. The worker does this every hour and `retention run` at any time;
doing it twice does nothing the second time.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Text, and_, case, cast, delete, exists, func, or_, select, update

from stagemakelaar import audit, clock, erasures, outbox
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.clock import months_after
from stagemakelaar.db import DATABASE_AWAY, current_session, empty_log, look_again, stand_in_line, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.intake.uploads import forget_uploads
from stagemakelaar.outbox import KEPT, NOBODY, Message, MessageState
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.people.signing_in.models import Attempt, SignInLink, UserSession
from stagemakelaar.people.signing_in.tidying import forget_old
from stagemakelaar.placements.queries import lying_still
from stagemakelaar.places.models import Interest, InterestState
from stagemakelaar.rights import erasing
from stagemakelaar.rights.models import DataRequest, ErasedFor, RequestKind, RequestState

log = structlog.get_logger()

WARNED_AHEAD = timedelta(days=14)
LINE = 7_264_002  # the advisory lock under which warnings are promised on PostgreSQL
AT_ONCE = 100  # people in one transaction, and in one line of the trail
PASSING = (SignInLink, Attempt, UserSession)  # what signing in leaves behind


class Due(NamedTuple):
    """Aan de beurt: a student whose case is closed, the day on which the time is over, and when they were warned.

    Warned is who was sent the letter: it counts from the day on which a mail host took it. A letter that no mail host
    will take counts from the day on which we gave up, since the broker sees that it was not delivered. One that waits
    or was cancelled has warned nobody.
    """

    user_id: int
    student_id: int
    case_id: int
    programme_id: int
    due_on: date
    closed_at: datetime
    is_promised: bool = False  # a warning lies in the outbox, whatever became of it
    warned_on: date | None = None

    @property
    def key(self):
        """Under which the warning is promised: once for each time that the case was closed."""
        return f"retention:{self.case_id}:{self.due_on.isoformat()}:warning"

    def is_over(self, today):
        """Whether the time is over, and the warning two weeks old."""
        return self.due_on <= today and self.warned_on is not None and self.warned_on + WARNED_AHEAD <= today


def soon_due(session):
    """Everyone whose time is over within two weeks or was before, the longest first."""
    today, found = clock.today(), []
    for programme in session.scalars(select(Programme).order_by(Programme.id)):
        # Coarse first, so that a country need not be read; months_after decides.
        before = clock.start_of(today) - timedelta(days=28 * programme.keep_months) + WARNED_AHEAD + timedelta(days=1)
        closed = session.execute(
            select(Student.user_id, Student.id, Case.id, Case.state_changed_at)
            .join(Student, Student.id == Case.student_id)
            .join(User, User.id == Student.user_id)
            .where(
                Case.programme_id == programme.id,
                Case.state == CaseState.CLOSED,
                Case.state_changed_at < before,
                Student.merged_into_id.is_(None),
                User.erased_at.is_(None),
                Student.restricted_at.is_(None),  # they asked that it is kept
                ~_asked_to_keep(User.id),
            )
        ).all()
        for user_id, student_id, case_id, closed_at in closed:
            due_on = months_after(clock.day_of(closed_at), programme.keep_months)
            if due_on - WARNED_AHEAD <= today:
                found.append(Due(user_id, student_id, case_id, programme.id, due_on, closed_at))
    return sorted(_with_warnings(session, found), key=lambda one: (one.due_on, one.user_id))


def _with_warnings(session, found):
    warned: dict = {}
    keys = [one.key for one in found]
    for start in range(0, len(keys), AT_ONCE):
        some = select(Message.key, Message.state, Message.sent_at, Message.state_changed_at)
        for row in session.execute(some.where(Message.key.in_(keys[start : start + AT_ONCE]))):
            given_up = row.state_changed_at if row.state is MessageState.FAILED else None
            heard = row.sent_at or given_up
            warned[row.key] = clock.day_of(heard) if heard is not None else None
    return [one._replace(is_promised=one.key in warned, warned_on=warned.get(one.key)) for one in found]


def run(path, *, dry=False):
    """Warn, take out and delete what is due; gives back the counts as `retention run` tells them.

    dry   look only, and say what would be done
    """
    today = clock.today()
    due = soon_due(look_again())
    over = [one for one in due if one.is_over(today)]
    to_warn = [one for one in due if not one.is_promised]
    kept = Counter({"still": _count_still(current_session())})
    kept.update({"warned": sum(one.is_promised and not one.is_over(today) for one in due)})
    if dry:
        for one in over:
            wrong = erasing.refusal(current_session(), current_session().get_one(User, one.user_id))
            kept["in_use"] += wrong is not None
        deleted = _to_delete(current_session())
        return _told(today, len(to_warn), len(over) - kept["in_use"], deleted, kept)
    warned = sum(_warn(some) for some in _batches(to_warn))
    anonymised = 0
    for some in _batches(over):
        erased = _take_out(some, kept)
        anonymised += erased
        if erased:
            erasures.write_down(path)
    deleted = _delete()
    if anonymised or deleted:
        empty_log()
    log.info("retention", warned=warned, anonymised=anonymised)
    return _told(today, warned, anonymised, deleted, kept)


def _count_still(session):
    """How many open cases lie still: nobody closed them, so the clock leaves them alone; the work list names them."""
    of_all = (lying_still(one).order_by(None) for one in session.scalars(select(Programme.id)).all())
    return sum(session.scalar(select(func.count()).select_from(one.subquery())) for one in of_all)


def _told(today, warned, anonymised, deleted, kept):
    kept = {reason: count for reason, count in sorted(kept.items()) if count}
    return {"as_of": today.isoformat(), "warned": warned, "anonymised": anonymised, "deleted": deleted, "kept": kept}


def _batches(found):
    return [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]


def _warn(some):
    """Promise the letters; who is warned later than two weeks ahead is kept two weeks from the warning.

    Gives back how many were promised: of two workers that look at once the second finds what the first one did.
    """
    today, warned = clock.today(), []
    with transaction() as session:
        stand_in_line(session, LINE)
        done = outbox.promised_already(session, [one.key for one in some])
        for one in some:
            user = session.get_one(User, one.user_id)
            if one.key in done or user.erased_at is not None:
                continue
            day = max(one.due_on, today + WARNED_AHEAD)
            outbox.promise(
                session,
                kind="student_retention",
                to=user.email,
                user=user,
                key=one.key,
                programme_id=one.programme_id,
                day=day.isoformat(),
            )
            warned.append(one.user_id)
        if warned:
            audit.record(session, "retention.warned", by=None, accounts=warned)
    return len(warned)


def _take_out(some, kept):
    """Take out a batch, with one line in the trail; whoever cannot go today stays, and the reason is counted."""
    erased = []
    with transaction() as session:
        for one in some:
            user = session.get_one(User, one.user_id, with_for_update={"of": User}, populate_existing=True)
            closed = session.get_one(Case, one.case_id, with_for_update={"of": Case}, populate_existing=True)
            if user.erased_at is not None or not _is_still_due(session, closed, one):
                continue
            try:
                with audit.trying(session):
                    erasing.erase(session, user, why=ErasedFor.RETENTION, by=None)
            except DomainError as wrong:
                kept["in_use"] += 1
                log.info("retention_waits", account=one.user_id, why=wrong.message)
            except DATABASE_AWAY:  # the database is away: nobody can go
                raise
            except Exception:
                # What is wrong with one person must not keep the others longer than they were promised.
                kept["failed"] += 1
                log.exception("retention_failed", account=one.user_id)
            else:
                erased.append(one.user_id)
        if erased:
            audit.record(session, "retention.anonymised", by=None, accounts=erased)
    return len(erased)


def _asked_to_keep(user_id):
    """Whether somebody asked that the data is only kept, and nobody has decided about it yet."""
    asked = (DataRequest.kind == RequestKind.RESTRICTION, DataRequest.state == RequestState.OPEN)
    return exists().where(DataRequest.user_id == user_id, *asked)


def _is_still_due(session, closed, one):
    """Whether a case under its lock is as it was when it was found: somebody may have opened it, or closed it anew."""
    student = closed.student
    is_kept = student.restricted_at is not None or session.scalar(select(_asked_to_keep(student.user_id)))
    return closed.state is CaseState.CLOSED and closed.state_changed_at == one.closed_at and not is_kept


def _old():
    """What nobody needs any more: (table, condition)."""
    long_ago = clock.start_of(months_after(clock.today(), -12))
    settled = (InterestState.BECAME_PLACE, InterestState.DROPPED)
    return [(Interest, Interest.state.in_(settled) & (Interest.state_changed_at < long_ago))]


def _texts():
    """Letters that nobody sends any more and that still say something, or still name a stranger."""
    gone = (MessageState.SENT, MessageState.CANCELLED, MessageState.FAILED)
    is_filled = cast(Message.data, Text) != "{}"
    long_ago = Message.state_changed_at < clock.now() - KEPT
    return Message.state.in_(gone) & long_ago & or_(is_filled, _of_stranger())


def _of_stranger():
    """To an address that belongs to no account and that no programme sees: someone typed it on a page for everyone."""
    return and_(Message.user_id.is_(None), Message.programme_id.is_(None), Message.to != NOBODY)


def _to_delete(session):
    """Table → how many rows would go; of letters, how many texts."""
    counts = {
        model.__tablename__: session.scalar(select(func.count()).select_from(model).where(condition))
        for model, condition in [*_old(), (Message, _texts())]
    }
    return {name: count for name, count in counts.items() if count}


def _delete():
    unlooked = {"synchronize_session": False}
    with transaction() as session:
        before = {model: session.scalar(select(func.count()).select_from(model)) for model in PASSING}
        forget_old(session)
        forget_uploads(session)
        counts = {
            model.__tablename__: count - session.scalar(select(func.count()).select_from(model))
            for model, count in before.items()
        }
        for model, condition in _old():
            counts[model.__tablename__] = session.execute(
                delete(model).where(condition), execution_options=unlooked
            ).rowcount
        nothing: dict = {"data": {}, "trouble": None}
        nothing |= {"to": case((_of_stranger(), NOBODY), else_=Message.to)}
        nothing |= {"message_id": case((_of_stranger(), ""), else_=Message.message_id)}
        emptied = session.execute(update(Message).where(_texts()).values(nothing), execution_options=unlooked)
        counts[Message.__tablename__] = emptied.rowcount
        counts = {name: count for name, count in sorted(counts.items()) if count}
        if counts:
            audit.record(session, "retention.deleted", by=None, rows=counts)
    return counts
