"""The chain gone over, line by line: is it whole, and if not, where does it break and how?

Every line holds the hash of the one before it, and its own place in the order. What an owner of the whole file could
do without a trace, cut the end off or write everything anew, shows against a head that was kept elsewhere.
"""

import enum
from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar.audit import CHAINED, GENESIS, Entry, hash_of

AT_ONCE = 2_000
WHOLE = [Entry.__table__.c[name] for name in (*CHAINED, "hash")]  # all of a line


class Break(enum.Enum):
    """Breuk: what was done to the chain."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    ORDER = "order"
    CUT = "cut"
    HEAD = "head"


class Head(NamedTuple):
    """Kop: the last line at some moment, as kept elsewhere."""

    seq: int
    hash: str

    def __str__(self):
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text):
        """Take "SEQ:HASH" apart."""
        seq, _colon, line_hash = text.partition(":")
        return cls(int(seq), line_hash)


class Walk(NamedTuple):
    """Uitkomst: how many lines there are, the last one, and the first place that is not as it was written."""

    entries: int
    head: Head
    first_bad: int | None
    kind: Break | None


def walk(session, *, kept=None):
    """Go over the whole chain, and against a head that was kept elsewhere if there is one.

    Reads in steps, so that memory does not grow with the trail; the time does. A line that was written at the end by
    somebody else than this program, with hashes of its own, shows in no chain.
    """
    before, count = Head(0, GENESIS), 0
    first = None
    found = None if kept is None else before
    for line in _lines(session):
        count += 1
        if first is None and (kind := _what_is_wrong(session, line, before)) is not None:
            first = kind
        before = Head(line["seq"], line["hash"])
        if kept is not None and line["seq"] == kept.seq:
            found = before
    if first is None and kept is not None and found != kept:
        first = (kept.seq, Break.HEAD) if before.seq >= kept.seq else (before.seq + 1, Break.CUT)
    return Walk(count, before, *(first or (None, None)))


def _lines(session):
    """All lines in order, as dicts."""
    last = 0
    while True:
        statement = select(*WHOLE).where(Entry.seq > last).order_by(Entry.seq).limit(AT_ONCE)
        rows = session.execute(statement).mappings().all()
        yield from map(dict, rows)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]["seq"]


def _what_is_wrong(session, line, before):
    """(place, Break) of the first thing that is wrong at this line; None when it follows from the one before."""
    place, written_as = before.seq + 1, _number_it_was_written_with(session, line)
    follows = line["previous"] == before.hash
    if follows and line["seq"] == written_as == place:
        return None
    if line["seq"] > place:
        return place, Break.MISSING
    if written_as == place:  # whole in itself, but made after another line than the one that stands before it now
        return max(before.seq, 1), Break.CHANGED
    if written_as is None:
        return place, Break.INSERTED if _was_pushed_by(session, line, before) else Break.CHANGED
    if written_as == place - 1:
        return before.seq, Break.INSERTED
    # A line from further on stands here. Is the one that belongs here elsewhere, or gone?
    belongs_here = session.scalar(select(Entry.seq).where(Entry.previous == before.hash).limit(1))
    return place, Break.MISSING if belongs_here is None else Break.ORDER


def _number_it_was_written_with(session, line):
    """The number under which the line's hash is right: its own, or another if it was renumbered; None for no number."""
    comes_after = session.scalar(select(Entry.seq).where(Entry.hash == line["previous"])) if not _fits(line) else None
    numbers = (line["seq"], line["seq"] - 1, line["seq"] + 1, (comes_after or 0) + 1)
    return next((number for number in numbers if _fits(line, number)), None)


def _fits(line, number=None):
    return hash_of(line if number is None else line | {"seq": number}) == line["hash"]


def _was_pushed_by(session, line, before):
    """Whether the line behind this one stood here once."""
    behind = session.execute(select(*WHOLE).where(Entry.seq == line["seq"] + 1)).mappings().first()
    return behind is not None and behind["previous"] == before.hash and _fits(dict(behind), line["seq"])
