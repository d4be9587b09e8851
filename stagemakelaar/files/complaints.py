"""What is wrong with the files, all of it at once: which file, which row, which column, and what should stand there."""

from dataclasses import dataclass, field
from typing import NamedTuple

MOST_SHOWN = 50


class Complaint(NamedTuple):
    """Klacht: `message` is a Dutch sentence marked with `N_`, in which `%(name)s` stands for a value of `values`.

    Rows are counted as a spreadsheet shows them: the first is 1. None: it concerns the whole file, or the whole row.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    values: dict


@dataclass
class Complaints:
    """Klachten: the first fifty (or `most`), and how many there are in all."""

    shown: list[Complaint] = field(default_factory=list)
    total: int = 0
    most: int = MOST_SHOWN

    def add(self, file, row, column, message, /, **values):
        """Note one; what comes after the last that is shown is counted only."""
        self.total += 1
        if len(self.shown) < self.most:
            self.shown.append(Complaint(file, row, column, message, values))

    def add_refusal(self, file, row, column, refusal):
        """Note what a `DomainError` says."""
        self.add(file, row, column, refusal.message, **refusal.values)

    def raise_any(self):
        """Stop here when there is anything wrong."""
        if self.total:
            raise FilesWrong(self)


class FilesWrong(Exception):
    """Bestanden fout: nothing can be done with these files, and `complaints` say why."""

    def __init__(self, complaints):
        super().__init__(f"{complaints.total} complaints")
        self.complaints = complaints
