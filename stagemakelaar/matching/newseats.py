"""Which new seats would place how many students more: at existing places, and at places that are not there yet.

A seat more places one student more exactly when a chain of moves ends in it that begins with someone without a place
(an augmenting path: Berge 1957); for several seats at one place, chains are laid one after the other, each with the
ones before it in force (Ford and Fulkerson 1956). Students placed first stay placed, and nobody's place is changed: the
answer is a number, not a plan.

The answer for each place stands by itself: all other places as they are. Gains of different new seats do not simply add
up, because the same student may fill either.
"""

import numpy as np

from stagemakelaar.matching.columns import whole_numbers
from stagemakelaar.matching.compiled import compiled
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.residual import board_of
from stagemakelaar.matching.shortage import groups

LARGE = 200_000  # pairs: from here on machine code is worth the seconds that it takes to make it


def more_seats(problem, outcome, *, up_to=1):
    """Return how many more students would be placed by one, two, … `up_to` seats more at each place, int64 of shape
    (m, up_to), in the order of the openings of the problem; the outcome must be the best one.

    At a place without seats nobody counts as fitting.
    """
    board = board_of(problem, outcome)
    return _extra(board, board.of_place, board.wants, up_to)


def new_places(problem, outcome, site, candidate, *, up_to=20):
    """Return how many more students would be placed by one, two, … `up_to` seats at places that are not there yet,
    int64 of shape (number of sites, up_to); the outcome must be the best one.

    site, candidate : one entry per site (0, 1, …; the highest says how many there are) and student who could go there
                      (row in the candidates of the problem); int arrays of shape (k,)

    ValueError that names argument and row when the arrays make no sense.
    """
    board = board_of(problem, outcome)
    site = whole_numbers("site", site, low=0, high=10**7)
    candidate = whole_numbers("candidate", candidate, low=0, high=len(board.chosen) - 1, shape=(len(site),))
    site, who = np.divmod(np.unique(site * len(board.chosen) + candidate), max(len(board.chosen), 1))
    return _extra(board, np.r_[0, np.cumsum(np.bincount(site))], who.astype(np.int32), up_to)


def _extra(board, begins, who, up_to):
    up_to = int(whole_numbers("up_to", [up_to], low=1, high=10_000)[0])
    group = groups(board)[0].copy()
    outside = np.flatnonzero((board.chosen == NO_PLACE) & (group < 0))  # no place is open to them: each a group of one
    count = int(group.max(initial=-1)) + 1
    group[outside] = count + np.arange(len(outside))
    lacking = np.bincount(group[board.chosen == NO_PLACE], minlength=count + len(outside))
    run = _chains if max(len(board), len(who)) >= LARGE else _chains.plain
    return run(begins, who, board.of_place, board.wants, board.chosen, group, lacking, up_to)


@compiled
def _chains(begins, who, of_place, wants, chosen, group, lacking, up_to):  # noqa: C901, PLR0912 - one nest of loops
    """Lay up to `up_to` chains into each site, and take them away again.

    group: of students who compete, −1 for others; lacking: students without a place in each, more than which no site
    can place.
    """
    sites, site = len(begins) - 1, len(of_place) - 1  # as a place, the site comes after all others
    found = np.zeros((sites, up_to), dtype=np.int64)
    now = chosen.copy()
    counted, seen = np.full(len(lacking), -1), np.full(site + 1, -1)
    leaves, leads, queue = np.zeros(site + 1, np.int64), np.zeros(site + 1, np.int64), np.zeros(site + 1, np.int64)
    look = 0
    for number in range(sites):
        most = 0
        for at in range(begins[number], begins[number + 1]):
            its = group[who[at]]
            if its >= 0 and counted[its] != number:
                counted[its] = number
                most += lacking[its]
        moved, placed = [-1], 0
        for seat in range(up_to):
            end, end_at, head, tail = -1, -1, 0, 1
            queue[0] = site
            while placed < most and head < tail and end < 0:
                place = queue[head]
                head += 1
                first, last = begins[number], begins[number + 1]
                if place < site:
                    first, last = of_place[place], of_place[place + 1]
                for at in range(first, last):
                    student = who[at] if place == site else wants[at]
                    left = now[student]
                    if left < 0:
                        end, end_at = student, place
                        break
                    if left < site and group[student] >= 0 and seen[left] != look:
                        seen[left], leaves[left], leads[left] = look, student, place
                        queue[tail] = left
                        tail += 1
            look += 1
            while end >= 0:
                now[end] = end_at
                moved.append(end)
                if end_at == site:
                    placed += 1
                    end = -1
                else:
                    end, end_at = leaves[end_at], leads[end_at]
            found[number, seat] = placed
        for student in moved[1:]:
            now[student] = chosen[student]
    return found
