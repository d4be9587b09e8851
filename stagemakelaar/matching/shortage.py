"""Which students compete for which seats, and how many seats are missing.

Where students are left without a place although some fit them, there is a group of students with nothing but the same
seats between them, and fewer of those than students (Hall 1935). All such groups together are the over-demanded part of
Dulmage and Mendelsohn (1958); it falls apart into groups that share no place.
"""

from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.problem import CLASSES, NO_PLACE
from stagemakelaar.matching.residual import board_of, over_demanded


@dataclass(frozen=True)
class Shortage:
    """Tekort: a group of students with nothing but the same seats between them."""

    students: int
    seats: int
    openings: tuple  # keys
    by_class: tuple  # number of students of the group per priority class
    placed_by_class: tuple  # of those: who have a seat
    codes: tuple  # qualification codes in the group
    unplaced: tuple  # keys of the students left without

    @property
    def short(self):
        """Seats that are missing."""
        return self.students - self.seats


def shortages(problem, outcome):
    """Return the groups that are short of seats as a list of `Shortage`, the largest shortage first.

    A student to whom no place is open at all is in none of them.
    """
    board = board_of(problem, outcome)
    of_student, of_place = groups(board)
    count = int(of_place.max(initial=-1)) + 1
    placed = board.chosen != NO_PLACE
    people = problem.candidates
    seats = np.bincount(of_place[of_place >= 0], board.seats[of_place >= 0], minlength=count).astype(np.int64)
    openings = _split(problem.openings.key, of_place, count)
    unplaced = _split(people.key, np.where(placed, -1, of_student), count)
    codes = np.unique(np.column_stack([of_student, people.code]), axis=0)
    codes = _split(codes[:, 1], codes[:, 0], count)
    by_class, placed_by_class = (_per_class(board, of_student, some, count) for some in (placed | True, placed))
    found = [
        Shortage(
            students=sum(by_class[at]),
            seats=int(seats[at]),
            openings=openings[at],
            by_class=by_class[at],
            placed_by_class=placed_by_class[at],
            codes=codes[at],
            unplaced=unplaced[at],
        )
        for at in range(count)
    ]
    return sorted(found, key=lambda group: (-group.short, group.openings))


def groups(board):
    """Return the number of the group that competes for the same seats, per student and per place, both int64; −1 where
    in none. Groups are numbered from 0 in order of their first place. Kept with the board.
    """
    if board.groups is None:
        board.groups = _groups(board)
    return board.groups


def _groups(board):
    inside, wanted = over_demanded(board)
    pairs = np.flatnonzero(inside[board.student])
    student, place = board.student[pairs], board.place[pairs]
    begins = np.flatnonzero(np.r_[True, student[1:] != student[:-1]]) if len(pairs) else np.zeros(0, dtype=np.int64)
    label = np.arange(len(wanted))  # of each place one that it hangs together with; in the end the first of all
    while len(pairs):
        least = np.minimum.reduceat(label[place], begins)
        after = label.copy()
        np.minimum.at(after, label[place], np.repeat(least, np.diff(np.r_[begins, len(pairs)])))
        after = after[after]
        if np.array_equal(after, label):
            break
        label = after
    of_place, of_student = np.full(len(wanted), -1), np.full(len(inside), -1)
    of_place[wanted] = np.unique(label[wanted], return_inverse=True)[1]
    of_student[student[begins]] = of_place[place[begins]]
    return of_student, of_place


def _split(values, group, count):
    """The values per group, as a list of tuples; −1: in none."""
    inside = np.flatnonzero(group >= 0)
    order = inside[np.argsort(group[inside], kind="stable")]
    parts = np.split(values[order], np.searchsorted(group[order], np.arange(1, count)))
    return [tuple(part.tolist()) for part in parts][:count]


def _per_class(board, group, some, count):
    some = some & (group >= 0)
    counts = np.bincount(group[some] * CLASSES + board.classes[some], minlength=count * CLASSES)
    return [tuple(row) for row in counts.reshape(count, CLASSES).tolist()]
