"""Logregel: who did what to which record, when and from where. Append-only and chained by hashes.

Owns `audit_entry`. Holds ids only: no names, addresses, codes or message texts. The database refuses changes to a line
(triggers, see the first migration); whoever owns the whole file could still rewrite it, which only a head kept
elsewhere shows. `audit.walking` goes over the chain.
"""

import contextvars
import hashlib
import ipaddress
import itertools
import json
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, Integer, String, event, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from stagemakelaar import clock
from stagemakelaar.db import Base, UtcDateTime, stand_in_line

GENESIS = "0" * 64
# What the hash of a line is made of, in this order.
CHAINED = (
    "seq",
    "at",
    "actor_id",
    "actor_role",
    "action",
    "object_type",
    "object_id",
    "programme_id",
    "result",
    "origin",
    "details",
    "previous",
)
_BATCH = 5_000
_LOCK = 7_264_001  # the advisory lock that keeps the chain from forking on PostgreSQL

origin = contextvars.ContextVar("origin", default="system")


def network_of(address):
    """The network of a client's address: what a line keeps of it, since a line is kept for ever.

    Of IPv4 the first three numbers, of IPv6 the first three groups; the whole address stands in the log, for a while.
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    found = getattr(found, "ipv4_mapped", None) or found
    if found.version == 4:
        return str(ipaddress.IPv4Network((int(found), 24), strict=False))
    return str(ipaddress.IPv6Network((int(found), 48), strict=False))


class Entry(Base):
    """Logregel: one act, or one reading of a student's file."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60), index=True)
    object_type: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[int | None]
    programme_id: Mapped[int | None] = mapped_column(index=True)
    result: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


def record(session, action, subject=None, *, by, result="done", programme_id=None, **details):
    """Promise a line about what `by` (a user, or None for the system) did to `subject`.

    The lines of a transaction are written together just before it commits. By then all other rows are locked, so that
    taking the chain's lock last can never make two transactions wait for each other.
    """
    entry = Entry(
        at=clock.now(),
        actor_id=getattr(by, "id", None),
        actor_role=by.role.value if by is not None else "system",
        action=action,
        object_type=subject.__tablename__ if subject is not None else "",
        programme_id=programme_id or getattr(subject, "programme_id", None) or getattr(by, "programme_id", None),
        result=result,
        origin=origin.get()[:60],
        details={key: value for key, value in details.items() if value is not None},
    )
    session.info.setdefault("trail", []).append((entry, subject))


@contextmanager
def trying(session):
    """A savepoint of which nothing stays when it fails, its lines of the trail included."""
    before = len(session.info.get("trail", ()))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del session.info.get("trail", [])[before:]
        raise


@event.listens_for(Session, "before_commit")
def _write_trail(session):
    if session.in_nested_transaction():
        return  # a savepoint: the lines are written, and the chain locked, when all of it is done
    lines = session.info.pop("trail", [])
    if not lines:
        return
    session.flush()  # the subjects need their ids
    seq, previous = _locked_head(session)
    for entry, subject in lines:
        seq += 1
        entry.seq = seq
        entry.object_id = getattr(subject, "id", None)
        entry.previous = previous
        entry.hash = previous = hash_of(_chained(entry))
        session.add(entry)
    session.flush()


def write_many(session, lines):
    """Write lines at once and in batches: for the seed, which makes millions, and for long lists.

    It keeps others from writing until this transaction ends, so it comes last in it.

    lines   dicts with `at` (UTC), `actor_id`, `actor_role`, `action`, `object_type`, `object_id`, `programme_id` and
            `details`, the oldest first
    """
    session.flush()
    seq, previous = _locked_head(session)
    lines = iter(lines)
    while batch := list(itertools.islice(lines, _BATCH)):
        for line in batch:
            seq += 1
            line |= {"seq": seq, "result": "done", "origin": origin.get()[:60], "previous": previous}
            line["hash"] = previous = hash_of(line)
        session.connection().execute(insert(Entry), batch)


def _locked_head(session):
    """Keep others from writing until the end of this transaction; give back the last (seq, hash)."""
    stand_in_line(session, _LOCK)
    return last_line(session)


def last_line(connection):
    """The last (seq, hash) of the trail, read by a session or a connection; (0, GENESIS) where there is no line."""
    last = connection.execute(select(Entry.seq, Entry.hash).order_by(Entry.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


def head(session):
    """The head of the trail as "SEQ:HASH", for keeping elsewhere."""
    seq, line_hash = _locked_head(session)
    return f"{seq}:{line_hash}"


@event.listens_for(Session, "after_soft_rollback")
def _forget_trail(session, previous_transaction):
    if not previous_transaction.nested:  # what was taken back to a savepoint leaves the rest to be told
        session.info.pop("trail", None)


def trail_of(session, object_type, object_id):
    """The lines about one record, oldest first."""
    return session.scalars(
        select(Entry).where(Entry.object_type == object_type, Entry.object_id == object_id).order_by(Entry.seq)
    ).all()


def _chained(entry):
    return {name: getattr(entry, name) for name in CHAINED}


def hash_of(line):
    """The hash of a line, a dict of what is CHAINED; the one before it is in there, so that the lines hang together."""
    facts = [value.isoformat() if isinstance(value, datetime) else value for value in map(line.__getitem__, CHAINED)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
