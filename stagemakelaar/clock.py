"""The only place that asks the time, so that a test or a rehearsal can stop it (`STAGEMAKELAAR_CLOCK`)."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_setting = {"source": None}


def set_clock(source):
    """Let time stand still: an ISO moment, `file:NAME` (read anew at each use), or None for the real time."""
    if source and not source.startswith("file:"):
        _parse(source)
    _setting["source"] = source or None


@contextmanager
def standing_at(moment):
    """Let time stand still at a moment inside the block; the seed writes history this way."""
    before = _setting["source"]
    set_clock(moment.isoformat())
    try:
        yield
    finally:
        _setting["source"] = before


def now():
    """The present moment, in UTC."""
    source = _setting["source"]
    if source is None:
        return datetime.now(UTC)
    if source.startswith("file:"):
        source = Path(source.removeprefix("file:")).read_text(encoding="utf-8").strip()
    return _parse(source)


def today():
    """The present date as people in the Netherlands read it on their calendar."""
    return now().astimezone(AMSTERDAM).date()


def start_of(day):
    """The moment at which a date begins in the Netherlands, in UTC."""
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def day_of(moment):
    """The date in the Netherlands of a moment."""
    return moment.astimezone(AMSTERDAM).date()


def months_after(day, months):
    """The same day so many months later; where that month is too short, the first day of the next: never early."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def _parse(text):
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=AMSTERDAM)
    return moment.astimezone(UTC)
