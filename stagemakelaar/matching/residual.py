"""What the best outcome leaves open: two tables of chains, from which every what-if follows exactly.

A chain is a row of students who each take over the seat of the next. `gains` tells what one more seat at a place would
be worth (a chain that ends in that seat), `losses` what it costs when a seat of a place disappears (a chain that
starts there). Both are prices that prove the outcome the best (linear programming duality): the lowest and the highest
that do. They are found by looking again only at what changed (Bellman 1958; Ford 1956; Moore 1959). Weights here are
class, then fit; the lot is left out.
"""

import weakref
from bisect import bisect_left
from functools import cached_property

import numpy as np

from stagemakelaar.matching.columns import spread
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import NO_PLACE

NOBODY = -1
NEVER = 2**62

# Weights of being placed, in steps, for at most four classes. A change by hand or a repair touches at most three
# students who gain or lose a place: among such changes these weights put the number first, then the profile.
PLACED, PER_CLASS = 4096, 8

_boards: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def board_of(problem, outcome):
    """Return the `Board` of the best outcome of a problem; kept, with its tables, as long as the outcome is."""
    board = _boards.get(outcome)
    if board is None or board.problem is not problem:
        judgement = judge(problem)
        pair = np.flatnonzero(judgement.eligible)
        placed = outcome.place != NO_PLACE
        chosen = np.full(len(outcome.place), NO_PLACE)
        chosen[placed] = np.searchsorted(problem.openings.key, outcome.place[placed])
        board = _boards[outcome] = Board(
            problem.pair_candidate[pair],
            problem.pair_opening[pair],
            judgement.fit[pair],
            chosen=chosen,
            seats=problem.openings.seats,
            classes=problem.candidates.priority_class,
        )
        board.problem = problem
    return board


class Board:
    """Bord: who sits where, and which eligible pairs there are; rows, not keys. n students, m places, k pairs.

    student, place, fit  : the pairs, sorted by student, then place; int32 of shape (k,)
    of_student           : where the pairs of each student begin, shape (n + 1,)
    wants, wants_fit     : student and fit of the same pairs, sorted by place, then student; int32 of shape (k,)
    of_place             : where those begin per place, shape (m + 1,)
    chosen               : place per student, −1 where unplaced, shape (n,)
    own_fit              : fit of what each student has, 0 where unplaced, shape (n,)
    class_weight         : what being placed weighs, per student, shape (n,); `step` lies between two classes, and is
                           more than any change of fit can weigh
    holder, of_holder    : who sit at each place, in order of place, and where each place begins, shape (m + 1,)
    seats, spare         : per place, shape (m,)
    """

    problem = None
    groups = None  # of `shortage.groups`

    def __init__(self, student, place, fit, *, chosen, seats, classes):
        n, m = len(chosen), len(seats)
        self.student, self.place, self.fit = (np.array(column, dtype=np.int32) for column in (student, place, fit))
        self.of_student = _begins(self.student, n)
        by_place = np.argsort(self.place, kind="stable")
        self.wants, self.wants_fit = self.student[by_place], self.fit[by_place]
        self.of_place = _begins(self.place[by_place], m)
        self.chosen, self.seats, self.classes = np.array(chosen, dtype=np.int64), np.array(seats), classes
        self.spare = self.seats - np.bincount(self.chosen[self.chosen >= 0], minlength=m)
        has = np.flatnonzero(self.chosen >= 0)
        self.holder = has[np.argsort(self.chosen[has], kind="stable")]
        self.of_holder = _begins(self.chosen[self.holder], m)
        self.own_fit = np.zeros(n, dtype=np.int64)
        mine = self.place == self.chosen[self.student]
        self.own_fit[self.student[mine]] = self.fit[mine]
        ranks, rank = np.unique(classes, return_inverse=True)
        self.step = 2 * n * int(self.fit.max(initial=0)) + 1
        self.class_weight = (PLACED + PER_CLASS ** (len(ranks) - 1 - rank)) * self.step

    def __len__(self):
        return len(self.place)

    @cached_property
    def own(self):
        """What each student weighs now, 0 where unplaced; int64 of shape (n,)."""
        return np.where(self.chosen >= 0, self.class_weight + self.own_fit, 0)

    @cached_property
    def gains(self):
        """The table of `gains`."""
        return gains(self)

    @cached_property
    def losses(self):
        """The table of `losses`."""
        return losses(self)

    @cached_property
    def slack(self):
        """How much the loss of a seat at each place costs more than a seat more would be worth; ≥ 0, shape (m,)."""
        return self.losses[0] - self.gains[0]

    @cached_property
    def keeps(self):
        """For the prices of `gains` and of `losses`: what each student keeps after paying for the own seat, less what
        being placed weighs; two int64 columns of shape (n,).
        """
        tables = (np.where(price < NEVER, price, 0) for price in (self.gains[0], self.losses[0]))
        return tuple(self.own - self.class_weight - np.r_[price, 0][self.chosen] for price in tables)

    def pairs_of(self, student):
        """The pairs of one student, as a slice."""
        return slice(self.of_student.item(student), self.of_student.item(student + 1))

    def fit_at(self, student, place):
        """Fit of a student at a place, None when the pair is not eligible; 0 for no place."""
        if place == NO_PLACE:
            return 0
        end = self.of_student.item(student + 1)
        at = bisect_left(self.place, place, self.of_student.item(student), end)
        return self.fit.item(at) if at < end and self.place[at] == place else None


def gains(board):
    """Return (what one more seat at each place would be worth, who would take it), both int64 of shape (m,).

    `chain_in` reads who; NOBODY where a seat more is worth nothing.
    """
    m = len(board.seats)
    worth, by = np.zeros(m, dtype=np.int64), np.full(m, NOBODY)
    movers = np.arange(len(board.chosen))
    rounds = 0
    while len(movers):
        rounds = _one_more(rounds, board)
        at, which = spread(*_ranges(board.of_student, movers))
        leaves = board.class_weight[movers] - board.own[movers] + np.r_[worth, 0][board.chosen[movers]]
        offer, to = leaves[which] + board.fit[at], board.place[at]
        better = np.flatnonzero(offer > worth[to])
        offer, to, who = offer[better], to[better], movers[which[better]]
        np.maximum.at(worth, to, offer)
        best = np.flatnonzero(offer == worth[to])[::-1]
        by[to[best]] = who[best]
        movers = _holders_of(board, to)
    return worth, by


def losses(board):
    """Return (cost of losing one seat at each place, who leaves, where to), all int64 of shape (m,).

    Cost 0 where a seat is spare, NEVER where there is none; `chain_out` reads the other two.
    """
    m = len(board.seats)
    cost = np.where(board.spare > 0, 0, NEVER)
    who, where = np.full(m, NOBODY), np.full(m, NO_PLACE)
    held = board.chosen[board.holder]
    np.minimum.at(cost, held, board.own[board.holder])
    last = np.flatnonzero(cost[held] == board.own[board.holder])[::-1]
    last = last[board.spare[held[last]] <= 0]
    who[held[last]] = board.holder[last]
    reached = np.flatnonzero(cost < NEVER)
    rounds = 0
    while len(reached):
        rounds = _one_more(rounds, board)
        at, which = spread(*_ranges(board.of_place, reached))
        student = board.wants[at]
        left = board.chosen[student]
        price = cost[reached][which] + board.own_fit[student] - board.wants_fit[at]
        better = np.flatnonzero((left >= 0) & (price < cost[left]))
        price, left, student, to = price[better], left[better], student[better], reached[which[better]]
        np.minimum.at(cost, left, price)
        best = np.flatnonzero(price == cost[left])[::-1]
        who[left[best]], where[left[best]] = student[best], to[best]
        reached = np.flatnonzero(_marked(m, left))
    return cost, who, where


def chain_out(board, place):
    """Return the moves (student, from, to) when one seat of `place` disappears; `to` is −1 for who is left without."""
    _, who, where = board.losses
    moves = []
    while place != NO_PLACE and board.spare[place] <= 0:
        moves.append((who.item(place), place, where.item(place)))
        place = where.item(place)
    return moves


def chain_in(board, place):
    """Return the moves (student, from, to) when `place` gets one seat more; the first is newly placed, or leaves a seat
    that nobody needs.
    """
    by, moves = board.gains[1], []
    while place != NO_PLACE and by[place] != NOBODY:
        student = by.item(place)
        moves.append((student, board.chosen.item(student), place))
        place = board.chosen.item(student)
    return moves[::-1]


def with_room(board):
    """Return True per place where one student more could be placed, others moving if need be; shape (m,)."""
    room = board.spare > 0
    reached = np.flatnonzero(room)
    while len(reached):
        at, _ = spread(*_ranges(board.of_place, reached))
        left = board.chosen[board.wants[at]]
        left = left[left >= 0]
        reached = np.flatnonzero(_marked(len(room), left) & ~room)
        room[reached] = True
    return room


def over_demanded(board):
    """Return (students, places), True per row where no seat can ever be left over: students without a place, the places
    that they could have, who sit there, and so on (Dulmage and Mendelsohn 1958).
    """
    inside, wanted = board.chosen == NO_PLACE, np.zeros(len(board.seats), dtype=bool)
    movers = np.flatnonzero(inside)
    while len(movers):
        at, _ = spread(*_ranges(board.of_student, movers))
        reached = np.flatnonzero(_marked(len(wanted), board.place[at]) & ~wanted)
        wanted[reached] = True
        at, _ = spread(*_ranges(board.of_holder, reached))
        movers = board.holder[at]
        inside[movers] = True
    return inside, wanted


def _one_more(rounds, board):
    """Count on: at the best outcome no chain is longer than there are places; a circle that gains has no end."""
    if rounds > len(board.seats):
        raise ValueError("outcome: is not the best one of this problem")
    return rounds + 1


def _ranges(begins, rows):
    return begins[rows], begins[rows + 1]


def _begins(ordered, count):
    return np.searchsorted(ordered, np.arange(count + 1, dtype=ordered.dtype))


def _holders_of(board, places):
    return np.flatnonzero(np.r_[_marked(len(board.seats), places), False][board.chosen])


def _marked(size, rows):
    mark = np.zeros(size, dtype=bool)
    mark[rows] = True
    return mark
