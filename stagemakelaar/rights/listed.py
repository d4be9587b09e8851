"""The list of erasures: a file apart from the back-ups, so that a restore brings nobody back.

A line is a small JSON object of numbers and moments. It is appended and flushed to the disk before the person is told.
What a line stands for is carried out in a database when its `ref` stands there.
"""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import func, select

from stagemakelaar.errors import N_, DomainError
from stagemakelaar.rights.models import ErasedFor, Erasure

log = structlog.get_logger()

AT_ONCE = 500  # references in one statement


class Line(NamedTuple):
    """Regel: one erasure, by numbers."""

    ref: str
    user: int
    registered: datetime
    why: ErasedFor
    at: datetime


class BadList(DomainError):
    """Kapotte lijst: a line of it cannot be read, so nobody knows who must stay erased."""


def read(path, *, whole=False):
    """The lines of a list, oldest first; none when there is no file. Raises BadList.

    A last line that broke off was never told as done, and is written again: it is passed over, unless all must be
    there (`whole`), as when the list came from elsewhere and may be half a copy.
    """
    try:
        told = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    if (torn := _torn(told)) and not whole:
        log.warning("erasure_list_broken_off", bytes=torn)
        told = told[:-torn]
    return [_line(text) for text in told.split(b"\n") if text.strip()]


def _torn(told):
    """How many bytes at the end are half a line; none when somebody only left out the last end of line."""
    last = told[told.rfind(b"\n") + 1 :]
    try:
        if last.strip():
            _line(last)
    except BadList:
        return len(last)
    return 0


def _line(text):
    try:
        told = json.loads(text)
        registered, at = (datetime.fromisoformat(told[name]).astimezone(UTC) for name in ("registered", "at"))
        return Line(str(told["ref"]), int(told["user"]), registered, ErasedFor(told["why"]), at)
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadList(N_("In de lijst van gewisten (ERASURE_LIST) staat een regel die niet te lezen is.")) from wrong


def append(path, erasures):
    """Write lines at the end and flush them to the disk; who returns from here may tell people that it is done.

    What a full disk took a part of is taken back, and so is half a line that a crash left: no line runs into another.
    """
    path = Path(path)
    is_new = not path.exists()
    lines = "".join(
        json.dumps(
            {
                "ref": one.ref,
                "user": one.user_id,
                "registered": one.registered_at.isoformat(),
                "why": one.why.value,
                "at": one.at.isoformat(),
            }
        )
        + "\n"
        for one in erasures
    ).encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = _mended(descriptor)
        try:
            _write_all(descriptor, lines)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        _flush_folder(path.parent)


def _write_all(descriptor, lines):
    if os.write(descriptor, lines) != len(lines):
        raise OSError("the list of erasures took only a part")


def _mended(descriptor):
    """See that the list ends with a whole line, and give back its size."""
    size = os.fstat(descriptor).st_size
    told = os.pread(descriptor, size, 0)
    if torn := _torn(told):
        os.ftruncate(descriptor, size - torn)
    elif told and not told.endswith(b"\n"):
        os.write(descriptor, b"\n")
    return os.fstat(descriptor).st_size


def _flush_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def not_carried_out(session, lines):
    """Those of these lines that this database does not know."""
    known: set[str] = set()
    refs = [line.ref for line in lines]
    for start in range(0, len(refs), AT_ONCE):
        known |= set(session.scalars(select(Erasure.ref).where(Erasure.ref.in_(refs[start : start + AT_ONCE]))))
    return [line for line in lines if line.ref not in known]


def not_listed(session):
    """The erasures of this database whose line is still to be written, oldest first."""
    return session.scalars(select(Erasure).where(Erasure.listed_at.is_(None)).order_by(Erasure.id)).all()


def any_written(session):
    """Whether a line of this database stands in a list, or came from one."""
    return session.scalar(select(Erasure.id).where(Erasure.listed_at.is_not(None)).limit(1)) is not None


class Watch:
    """Wacht: whether list and database agree, asked often; the file is read again only when either has changed."""

    def __init__(self):
        self._seen = self._told = None

    def look(self, session, path):
        """(lines not carried out here, whether the list misses what this database did)."""
        try:
            stat = Path(path).stat()
            file = (str(path), stat.st_mtime_ns, stat.st_size)
        except FileNotFoundError:
            file = (str(path), 0, 0)
        done, listed = session.execute(select(func.count(Erasure.id), func.count(Erasure.listed_at))).one()
        last = session.scalar(select(Erasure.ref).order_by(Erasure.id.desc()).limit(1))
        seen = (*file, done, listed, last)
        if seen != self._seen:
            lines = read(path)
            left = len(not_carried_out(session, lines))
            misses = done != listed or done > len({line.ref for line in lines})
            self._seen, self._told = seen, (left, misses)
        return self._told
