"""Postbus uit: every message is a row written with the fact it reports, delivered later, never lost and never early.

Owns `message`. Knows nothing of layouts or mail hosts: the worker claims rows, sends them, and settles what became of
each. It points at users and programmes by number only, since those rooms lie upstairs.
"""

import enum
import hashlib
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, String, Text, case, false, func, not_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from stagemakelaar import clock
from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move

LEASE = timedelta(seconds=25)  # so soon another takes over the letters of a worker that died
KEPT = timedelta(days=90)  # after which what a letter said is emptied; that it was sent stays
PATIENCE = timedelta(hours=30)  # a mail host that is away keeps us trying for more than a day
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=2)
OVERTAKEN = "overtaken"  # in the data of a letter that became untrue while a worker held it: it is not tried again
PARTING = "erasure:"  # under these keys stands the last letter to somebody: its address goes when it has gone
NOBODY = "gewist@gewist.invalid"  # stands where an address was erased


class MessageState(enum.Enum):
    """Stand van een bericht."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Message(Base):
    """Bericht: one letter to one address. `data` holds the minimum that its text needs."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(one_of("state", MessageState), name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_means_when"),
    )
    FLOW = {
        MessageState.QUEUED: {MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED},
        MessageState.FAILED: {MessageState.QUEUED},
        MessageState.SENT: set(),
        MessageState.CANCELLED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column("recipient", String(254))
    user_id: Mapped[int | None] = mapped_column(index=True)
    programme_id: Mapped[int | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    data: Mapped[dict] = mapped_column(JSON)
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.QUEUED, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # before it was offered in vain and put off
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str | None] = mapped_column(Text)


def promise(
    session, *, kind, to, key, user=None, programme_id=None, delay=timedelta(0), expires_at=None, language="nl", **data
):
    """Promise a letter in the same breath as the fact it reports; the unique key makes a second promise impossible.

    kind names the layout in `templates/messages/`; key says which fact it is about ("placement:17:planned:student");
    data holds dates as ISO text and the few words that the letter needs. `language` is for who has no account yet.
    """
    now = clock.now()
    message = Message(
        kind=kind,
        to=to,
        key=key,
        user_id=getattr(user, "id", None),
        language=getattr(user, "language", None) or language,
        programme_id=programme_id,
        data=data,
        message_id=f"<{hashlib.sha256(f'{key}|{to}'.encode()).hexdigest()[:32]}@stagemakelaar>",
        state=MessageState.QUEUED,
        created_at=now,
        state_changed_at=now,
        due_at=now + delay,
        expires_at=expires_at,
    )
    session.add(message)
    session.flush()
    return message


def promised_already(session, keys):
    """Those of these keys under which a letter was promised before, whatever became of it."""
    return set(session.scalars(select(Message.key).where(Message.key.in_(list(keys)))))


def cancel(session, *key_prefixes, by):
    """Cancel what was promised under these keys and has not left yet: what became untrue is not sent any more.

    A row that a worker holds under its lease may leave at this very moment, and counts as gone; but when that worker
    dies or is refused, nobody tries it again. Gives back the keys that were cancelled.
    """
    now = clock.now()
    waiting = session.scalars(
        select(Message)
        .where(Message.state == MessageState.QUEUED, or_(*(Message.key.startswith(p) for p in key_prefixes)))
        .with_for_update()
    ).all()
    cancelled = []
    for message in waiting:
        if message.leased_until is not None and message.leased_until >= now:
            message.data = message.data | {OVERTAKEN: True}
        else:
            _settle(session, message, MessageState.CANCELLED, by=by)
            cancelled.append(message.key)
    session.flush()
    return cancelled


def lease_left(session, prefix):
    """How long a worker may still be handing over letters under a prefix: what follows on them waits as long."""
    held = select(func.max(Message.leased_until)).where(
        Message.state == MessageState.QUEUED, Message.key.startswith(prefix)
    )
    until, now = session.scalar(held), clock.now()
    return until - now if until is not None and until > now else timedelta(0)


def waiting_under(key_prefixes):
    """A statement of the letters under these keys that were never offered to a mail host and are not due yet."""
    return (
        select(Message)
        .where(
            Message.state == MessageState.QUEUED,
            Message.attempts == 0,
            Message.due_at > clock.now(),
            or_(false(), *(Message.key.startswith(prefix) for prefix in key_prefixes)),
        )
        .order_by(Message.id)
    )


def stop_all_to(session, user_ids, *, by):
    """Cancel all that still waits or failed for these accounts; whether a worker holds one just now, which stays."""
    waiting = session.scalars(
        select(Message)
        .where(Message.user_id.in_(list(user_ids)), Message.state.in_((MessageState.QUEUED, MessageState.FAILED)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    now, is_held = clock.now(), False
    for message in waiting:
        if message.leased_until is not None and message.leased_until > now:
            is_held = True
            continue
        if message.state is MessageState.FAILED:
            _ready_again(session, message, by=by)
        _settle(session, message, MessageState.CANCELLED, by=by)
    return is_held


def let_go(session, key_prefix, **data):
    """Let what waits under a key leave now, as if it were promised at this moment; gives back how many letters.

    data   what a letter says otherwise than when it was promised: the day by which to answer, for one.
    """
    now = clock.now()
    letters = session.scalars(waiting_under([key_prefix]).with_for_update()).all()
    for message in letters:
        message.due_at = message.created_at = now  # also the day that stands above it, and how long we keep trying
        message.data = message.data | data
    return len(letters)


def prefixes_offered(session, prefixes):
    """Of these prefixes, those under which a letter was ever handed to a mail host; one question for all of them."""
    if not prefixes:
        return set()
    waits = (Message.state == MessageState.QUEUED) & (Message.attempts == 0) | (Message.state == MessageState.CANCELLED)
    under = or_(*(Message.key.startswith(prefix) for prefix in prefixes))
    keys = session.scalars(select(Message.key).where(under, not_(waits))).all()
    return {prefix for prefix in prefixes if any(key.startswith(prefix) for key in keys)}


def keys_not_cancelled(session, prefix):
    """The keys under a prefix of all that was sent, failed, or is still to go, and of what was cancelled after it was
    offered to a mail host: that host may have taken it, though we never heard so.
    """
    may_have_left = or_(Message.state != MessageState.CANCELLED, Message.attempts > 0)
    return session.scalars(select(Message.key).where(Message.key.startswith(prefix), may_have_left)).all()


def messages_to(session, user, limit=50):
    """The letters to an account, the latest first; those that carry a secret are left out."""
    return session.scalars(
        select(Message)
        .where(Message.user_id == user.id, Message.expires_at.is_(None))
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()


def letters_to(session, users, programme_id, *, limit):
    """The letters of one programme to these accounts (numbers), the latest first; none with a secret."""
    return session.scalars(
        select(Message)
        .where(Message.user_id.in_(list(users)), Message.programme_id == programme_id, Message.expires_at.is_(None))
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()


def letters_between(session, user_id, others, *, placements):
    """The letters to one account, and those to other accounts about these placements, oldest first; none with a secret.

    Found by account, not by key: the keys of one placement have no index on every database.
    """
    about = (Message.key.startswith(f"placement:{number}:") for number in placements)
    return session.scalars(
        select(Message)
        .where(
            Message.user_id.in_([user_id, *others]),
            or_(Message.user_id == user_id, *about),
            Message.expires_at.is_(None),
        )
        .order_by(Message.id)
    ).all()


def has_work(session):
    """Whether a worker would find something to claim or to cancel; reads only, so that waiting writes nothing."""
    now = clock.now()
    free = or_(Message.leased_until.is_(None), Message.leased_until < now)
    return (
        session.scalar(
            select(Message.id)
            .where(Message.state == MessageState.QUEUED, free, or_(Message.due_at <= now, Message.expires_at < now))
            .limit(1)
        )
        is not None
    )


def claim(session, limit=20):
    """Take up to `limit` due messages under a lease, so that no other worker sends them meanwhile.

    Expired ones are cancelled on the way. Gives back detached facts: (id, attempt) with all that is needed to send.
    """
    now = clock.now()
    expired = select(Message).where(Message.state == MessageState.QUEUED, Message.expires_at < now).limit(limit)
    for message in session.scalars(expired.with_for_update(skip_locked=True)):
        message.data = {}
        _settle(session, message, MessageState.CANCELLED)
    due = (
        select(Message)
        .where(
            Message.state == MessageState.QUEUED,
            Message.due_at <= now,
            or_(Message.leased_until.is_(None), Message.leased_until < now),
        )
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for message in session.scalars(due).all():
        if OVERTAKEN in message.data or message.to == NOBODY:
            _settle(session, message, MessageState.CANCELLED)
            continue
        message.attempts += 1
        message.leased_until = now + LEASE
        claimed.append(message)
    session.flush()
    return claimed


def hold_longer(session, message_id, attempt):
    """Renew the lease of one claimed message, just before it is sent; whether it still is this worker's."""
    ours = (Message.id == message_id, Message.attempts == attempt, Message.state == MessageState.QUEUED)
    renewed = session.execute(update(Message).where(*ours).values(leased_until=clock.now() + LEASE))
    return renewed.rowcount == 1


def give_back(session, claims):
    """Let go of claimed messages that were never offered to a mail host: pairs of (id, attempt)."""
    for message_id, attempt in claims:
        ours = (Message.id == message_id, Message.attempts == attempt, Message.state == MessageState.QUEUED)
        session.execute(update(Message).where(*ours).values(leased_until=None, attempts=attempt - 1))


def settle_sent(session, message_id, attempt):
    """Note that the mail host took it, unless another worker has taken over meanwhile. Secrets are blanked."""
    message = _still_ours(session, message_id, attempt)
    if message is None:
        return False
    if message.expires_at is not None:  # only letters that carry a secret expire
        message.data = {}
    message.sent_at = clock.now()
    _settle(session, message, MessageState.SENT)
    return True


def settle_trouble(session, message_id, attempt, trouble, *, lasting):
    """Note that it did not leave: try again after a growing pause, or give up and let the broker see it."""
    message = _still_ours(session, message_id, attempt)
    if message is None:
        return None
    now = clock.now()
    is_erased = message.to == NOBODY  # while it was offered: what the mail host said of it may hold the address
    message.trouble = None if is_erased else trouble[:500]
    message.first_due_at = message.first_due_at or message.due_at
    message.leased_until = None
    if is_erased or OVERTAKEN in message.data:
        _settle(session, message, MessageState.CANCELLED)
    elif lasting or now - message.created_at > PATIENCE:
        _settle(session, message, MessageState.FAILED)
    else:
        message.due_at = now + min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    session.flush()
    return message.state


def is_too_old(message):
    """Whether what a message said was emptied by now, or will be within the hour."""
    return message.state_changed_at < clock.now() - KEPT


def queue_again(session, message, *, by):
    """Put a message that failed back in the queue; the broker has mended what was wrong."""
    if is_too_old(message):
        raise DomainError(N_("Deze brief is te oud om nog te versturen."))
    _ready_again(session, message, by=by)


def _ready_again(session, message, *, by):
    now = clock.now()
    message.attempts = 0
    message.due_at = now
    message.first_due_at = None
    message.created_at = now
    message.trouble = None
    _settle(session, message, MessageState.QUEUED, by=by)


def oldest_due_seconds(session):
    """How long the oldest due letter has been waiting, in seconds; 0 when nothing waits.

    Counted from when it could first have left: a mail host that is away puts every letter off, again and again.
    """
    return _seconds_since(session.scalar(select(_oldest_wait()).where(Message.state == MessageState.QUEUED)))


def standing(session):
    """How many letters there are in each state, and how long the oldest due one waits; one statement."""
    found = session.execute(select(Message.state, func.count(), _oldest_wait()).group_by(Message.state)).all()
    counts = dict.fromkeys(MessageState, 0) | {state: number for state, number, _oldest in found}
    return counts, _seconds_since(next((oldest for state, _, oldest in found if state is MessageState.QUEUED), None))


def _oldest_wait():
    due = func.coalesce(Message.first_due_at, Message.due_at, type_=UtcDateTime)
    return func.min(case((due <= clock.now(), due)), type_=UtcDateTime)


def _seconds_since(moment):
    return 0 if moment is None else int((clock.now() - moment).total_seconds())


def _still_ours(session, message_id, attempt):
    return session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.attempts == attempt, Message.state == MessageState.QUEUED)
        .with_for_update()
    ).first()


def _settle(session, message, to, *, by=None):
    message.leased_until = None
    if message.key.startswith(PARTING) and to is not MessageState.QUEUED:
        message.to, message.data, message.message_id, message.trouble = NOBODY, {}, "", None
    move(session, message, to, by=by)
