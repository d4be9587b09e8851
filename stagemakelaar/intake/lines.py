"""What a list would do, row by row; and the seal by which the same answer is known again."""

import enum
import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.spreadsheets import records_in
from stagemakelaar.files.tables import Table, rows_of

BATCH = 500  # rows that are looked up together, and in memory together
MOST_COMPLAINTS = 200


class Outcome(enum.Enum):
    """Uitkomst van een rij."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """Verandering: a column of which the list says something else. `kept`: it stays, and why (a member)."""

    column: str
    before: object
    after: object
    kept: enum.Enum | None = None


@dataclass(frozen=True)
class Line:
    """Regel: what one row would do. `who` is a name for people; `known` the number of the record, if there is one."""

    row: int
    outcome: Outcome
    who: str
    known: int | None = None
    changes: tuple[Change, ...] = ()
    alike: tuple[tuple[int, str], ...] = ()  # others that it looks like: number and name
    note: str | None = None  # what else a reader must know: a Dutch sentence marked with `N_`


@dataclass
class Trial:
    """Proef: how many rows would do what, what is wrong, and a seal on all of it.

    Two trials with the same seal would do exactly the same.
    """

    name: str
    complaints: Complaints = field(default_factory=lambda: Complaints(most=MOST_COMPLAINTS))
    counts: Counter = field(default_factory=Counter)
    table: Table = field(init=False)
    _seal: Any = field(default_factory=hashlib.sha256)

    def __post_init__(self):
        """Keep what the file itself tells, such as columns that were not read."""
        self.table = Table(self.name)

    @property
    def rows(self):
        """How many rows can be carried out."""
        return sum(self.counts[outcome] for outcome in Outcome)

    @property
    def refused(self):
        """How many rows cannot be carried out."""
        return self.table.read - self.rows

    @property
    def seal(self):
        """The seal on what was noted so far."""
        return self._seal.hexdigest()

    @property
    def has_work(self):
        """Whether carrying it out would change anything."""
        return bool(self.counts[Outcome.NEW] or self.counts[Outcome.CHANGED])

    def note(self, line):
        """Count a line and put it under the seal."""
        self.counts[line.outcome] += 1
        kept = sum(change.kept is not None for change in line.changes)
        self.counts["kept"] += kept
        self.counts["alike"] += bool(line.alike)
        told = [line.row, line.outcome.value, line.known]
        told += [(change.column, str(change.before), str(change.after), str(change.kept)) for change in line.changes]
        self._seal.update(repr(told).encode())

    def facts(self):
        """The counts as they are shown and stored."""
        return {outcome.value: self.counts[outcome] for outcome in Outcome} | {"kept": self.counts["kept"]}


def batches_of(trial, data, layout):
    """Yield lists of (row number, column → value) of a file in bytes, without what is empty."""
    records = records_in(data, layout, trial.name, trial.complaints)
    rows = rows_of(trial.table, records, layout, trial.complaints)
    filled = ((number, {name: value for name, value in row.items() if value is not None}) for number, row in rows)
    while batch := list(itertools.islice(filled, BATCH)):
        yield batch
