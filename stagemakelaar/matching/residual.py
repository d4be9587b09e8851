"""What the best outcome leaves open: two tables of chains, from which every what-if follows exactly.

A chain is a row of students who each take over the seat of the next. `gains` tells what one more seat at a place would
be worth (a chain that ends in that seat), `losses` what it costs when a seat of a place disappears (a chain that
starts there). From an outcome that is the best, putting a student elsewhere is: take the student out, refill the seat
by the best chain, and push one holder of the new place out by the cheapest chain. Each step keeps the rest the best
(successive shortest paths: Jewell 1958, Busacker and Gowen 1960), so the answer equals that of solving anew. Weights
here are class, then fit; the lot is left out.
"""

import numpy as np

from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.solver import whole_weights

NOBODY = -1
NEVER = 2**62


class Board:
    """Bord: who sits where, and which eligible pairs there are; rows, not keys.

    student, place, fit, weight : one entry per eligible pair, sorted by student; shape (k,)
    chosen                      : place per student, −1 where unplaced; shape (n,)
    seats, spare                : per place; shape (m,)
    """

    def __init__(self, problem, outcome):
        judgement = judge(problem)
        self.pair = np.flatnonzero(judgement.eligible)
        self.student, self.place = problem.pair_candidate[self.pair], problem.pair_opening[self.pair]
        self.fit = judgement.fit[self.pair]
        self.classes = problem.candidates.priority_class
        self.seats = problem.openings.seats
        placed = outcome.place != NO_PLACE
        self.chosen = np.full(len(outcome.place), NO_PLACE)
        self.chosen[placed] = np.searchsorted(problem.openings.key, outcome.place[placed])
        ranks, rank = np.unique(self.classes, return_inverse=True)
        placeable = min(len(self.classes), int(self.seats.sum()))
        self.weight, _ = whole_weights(self.student, self.fit, rank, len(ranks), placeable)
        self.of_student = np.searchsorted(self.student, np.arange(len(self.chosen) + 1))
        self.by_place = np.argsort(self.place, kind="stable")
        self._count()

    def _count(self):
        self.spare = self.seats - np.bincount(self.chosen[self.chosen >= 0], minlength=len(self.seats))
        self.own = np.zeros(len(self.chosen), dtype=np.int64)  # weight of what each student has
        mine = self.chosen[self.student] == self.place
        self.own[self.student[mine]] = self.weight[mine]

    def pairs_of(self, student):
        """The eligible pairs of one student, as positions."""
        return np.arange(self.of_student[student], self.of_student[student + 1])

    def without(self, student):
        """Return (board without this student, gain of refilling the seat by the best chain, moves)."""
        board = object.__new__(Board)
        board.__dict__.update(self.__dict__)
        keep = self.student != student
        place_keep = keep[self.by_place]
        for name in ("pair", "student", "place", "fit", "weight"):
            setattr(board, name, getattr(self, name)[keep])
        # Same order as before, with the positions counted anew.
        board.by_place = (np.cumsum(keep) - 1)[self.by_place[place_keep]]
        board.of_student = np.searchsorted(board.student, np.arange(len(self.chosen) + 1))
        board.chosen = self.chosen.copy()
        board.chosen[student] = NO_PLACE
        board._count()
        left = self.chosen[student]
        if left == NO_PLACE or self.spare[left] > 0:
            return board, 0, []
        gain, moves = gains(board, at=left)
        for who, _, to in moves:
            board.chosen[who] = to
        if moves:
            board._count()
        return board, gain, moves


def gains(board, *, at=None):
    """Return what one more seat at each place would be worth, int64 of shape (m,).

    With `at`: (worth, moves) for that place only; moves are (student, from, to), the newly placed student first.
    """
    m = len(board.seats)
    worth, by = np.zeros(m, dtype=np.int64), np.full(m, NOBODY)
    if len(board.student):
        order = board.by_place
        place = board.place[order]
        start = np.flatnonzero(np.r_[True, place[1:] != place[:-1]])
        wanted, student, weight = place[start], board.student[order], board.weight[order]
        run = np.repeat(np.arange(len(start)), np.diff(np.r_[start, len(place)]))
        has = board.chosen >= 0
        while True:
            moved = np.zeros(len(board.chosen), dtype=np.int64)
            moved[has] = worth[board.chosen[has]] - board.own[has]
            offer = weight + moved[student]
            best = np.maximum.reduceat(offer, start)
            better = best > worth[wanted]
            if not better.any():
                break
            hit = np.flatnonzero((offer == best[run]) & better[run])
            by[place[hit[::-1]]] = student[hit[::-1]]
            worth[wanted[better]] = best[better]
    return worth if at is None else (int(worth[at]), _chain_in(board, by, at))


def losses(board):
    """Return (cost of losing one seat at each place, next) with `next` as the pair of arrays (who leaves, where to).

    Cost 0 where a seat is spare, shape (m,); `chain_out` reads `next`. A place that nobody holds and has no seat:
    NEVER.
    """
    m, n = len(board.seats), len(board.chosen)
    cost = np.where(board.spare > 0, 0, NEVER)
    who, where = np.full(m, NOBODY), np.full(m, NO_PLACE)
    has = np.flatnonzero(board.chosen >= 0)
    holders = has[np.argsort(board.chosen[has], kind="stable")]
    held = board.chosen[holders]
    if not len(holders):
        return cost, (who, where)
    start = np.flatnonzero(np.r_[True, held[1:] != held[:-1]])
    full = held[start]
    run = np.repeat(np.arange(len(start)), np.diff(np.r_[start, len(held)]))
    other = np.flatnonzero(board.chosen[board.student] != board.place)
    student, place, weight = board.student[other], board.place[other], board.weight[other]
    first = np.flatnonzero(np.r_[True, student[1:] != student[:-1]]) if len(student) else np.zeros(0, dtype=int)
    size = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(student)]))
    while True:
        elsewhere, to = np.zeros(n, dtype=np.int64), np.full(n, NO_PLACE)
        if len(first):
            left = weight - cost[place]
            best = np.maximum.reduceat(left, first)
            hit = np.flatnonzero((left == best[size]) & (left > 0))[::-1]
            elsewhere[student[hit]], to[student[hit]] = left[hit], place[hit]
        price = board.own[holders] - elsewhere[holders]
        least = np.minimum.reduceat(price, start)
        better = least < cost[full]
        if not better.any():
            return cost, (who, where)
        hit = np.flatnonzero((price == least[run]) & better[run])[::-1]
        who[held[hit]], where[held[hit]] = holders[hit], to[holders[hit]]
        cost[full[better]] = least[better]


def chain_out(board, following, place):
    """Return the moves (student, from, to) when one seat of `place` disappears; `to` is −1 for who is left without."""
    who, where = following
    moves = []
    while place != NO_PLACE and board.spare[place] <= 0:
        moves.append((int(who[place]), int(place), int(where[place])))
        place = where[place]
    return moves


def _chain_in(board, by, place):
    moves = []
    while by[place] != NOBODY:
        student = int(by[place])
        came_from = int(board.chosen[student])
        moves.append((student, came_from, int(place)))
        if came_from == NO_PLACE:
            break
        place = came_from
    return moves[::-1]


def with_room(board):
    """Return True per place where one student more could be placed, others moving if need be; shape (m,)."""
    room = board.spare > 0
    while True:
        can_move = np.zeros(len(board.chosen), dtype=bool)
        can_move[board.student[room[board.place]]] = True
        more = room.copy()
        more[board.chosen[can_move & (board.chosen >= 0)]] = True
        if np.array_equal(more, room):
            return room
        room = more
