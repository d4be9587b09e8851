"""Hoe het gaat: what waits, since when, and what lags, for pages about the service itself. Reads, and owns nothing.

Numbers only, and never about anyone: who asks here may be a machine outside.
"""

import shutil
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

from sqlalchemy import func, select

from stagemakelaar import audit, clock, outbox
from stagemakelaar.rounds.models import Run, RunState

LAG = 300  # seconds that the oldest due letter may wait before we say so
LOOK_AGAIN = 10  # seconds for which what was found about the post is taken to hold
LEAST_DISK = 500_000_000  # bytes that must be free,
LEAST_SHARE = 0.05  # or this share of a disk that is small
RECENT = timedelta(days=1)


class Runs(NamedTuple):
    """Berekeningen: how many in each state, how long the oldest waits, and the slowest of the last day, in seconds."""

    counts: dict
    oldest_seconds: int
    longest_wait: float
    longest_computing: float


def runs(session):
    """How it stands with the computations; two statements."""
    found = session.execute(select(Run.state, func.count(), func.min(Run.created_at)).group_by(Run.state)).all()
    counts = dict.fromkeys(RunState, 0) | {state: number for state, number, _oldest in found}
    oldest = next((oldest for state, _number, oldest in found if state is RunState.QUEUED), None)
    recent = session.execute(
        select(Run.created_at, Run.started_at, Run.finished_at).where(
            Run.started_at.is_not(None), Run.finished_at > clock.now() - RECENT
        )
    ).all()
    return Runs(
        counts,
        0 if oldest is None else int((clock.now() - oldest).total_seconds()),
        max(((run.started_at - run.created_at).total_seconds() for run in recent), default=0.0),
        max(((run.finished_at - run.started_at).total_seconds() for run in recent), default=0.0),
    )


def lines_of_the_trail(session):
    """How many lines the trail has: its numbers have no gaps."""
    return audit.last_line(session)[0]


def disk_is_nearly_full(folder):
    """Whether the disk on which a folder stands (or will stand) is nearly full."""
    while not folder.exists():
        folder = folder.parent
    disk = shutil.disk_usage(folder)
    return disk.free < min(LEAST_DISK, disk.total * LEAST_SHARE)


class PostWatch:
    """Oog op de post: since when the post is late, asked of the database once in some seconds and not at every page."""

    def __init__(self):
        self._found = (None, 0.0, None, 0)

    def late_seconds(self, session):
        """How long the oldest due letter waits when that is too long, else 0."""
        asked, at, moment, seconds = self._found
        bind, now = session.get_bind(), clock.now()
        is_fresh = asked is bind and monotonic() - at < LOOK_AGAIN and abs((now - moment).total_seconds()) < LOOK_AGAIN
        if not is_fresh:
            seconds = outbox.oldest_due_seconds(session)
            self._found = (bind, monotonic(), now, seconds)
        return seconds if seconds > LAG else 0
