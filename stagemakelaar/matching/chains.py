"""The cheapest chains around one student: who could take the seat that comes free, and who would have to make way.

Both are shortest paths over places (Dijkstra 1959), with prices that prove the outcome the best as potentials: then no
step has a negative length (Johnson 1977), and the search stays near its start. Some moves are counted, of students who
were told their place: a state is then the number of counted moves so far and a place, and each path is the shortest
with at most so many. A path never needs to pass a place twice, because a circle of moves gains nothing at the best
outcome. NO_PLACE is where chains end.
"""

from heapq import heappop, heappush

from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.residual import NOBODY

FAR = 2**62


class Roads:
    """Wegen: the shortest lengths from a start, by state (counted moves, place), and how each came about."""

    def __init__(self):
        self.length, self._step, self._queue = {}, {}, []

    def reach(self, far, state, student=NOBODY, before=None):
        """Note that a state can be reached, unless as short a way with no more counted moves is known."""
        counted, place = state
        if all(far < self.length.get((fewer, place), FAR) for fewer in range(counted + 1)):
            self.length[state] = far
            self._step[state] = student, before
            heappush(self._queue, (far, state))

    def follow(self, steps, *, limit, until=None, counted=None, most=0):
        """Follow all roads in order of length.

        steps   : gives for (place, length so far, limit) what leads on from there: (student, place, length), with
                  NOBODY where nobody moves; at least all of which the length stays below the limit
        limit   : lengths from here on are not sought
        until   : a place; the search stops when the shortest road there is known
        counted : True per student whose move counts, at most `most` of them; None: no move counts
        """
        while self._queue:
            far, state = heappop(self._queue)
            so_far, here = state
            if far >= limit or (here == until and so_far == 0):
                return
            if here == NO_PLACE or far > self.length[state]:
                continue
            for who, to, length in steps(here, far, limit):
                on = so_far + (counted is not None and who != NOBODY and bool(counted[who]))
                if on <= most:
                    self.reach(length, (on, to), who, state)

    def back(self, state):
        """Return how a state was reached, as a list of (student, place, place before), the last step first, and the
        place of the start.
        """
        steps = []
        while (step := self._step[state])[1] is not None:
            steps.append((step[0], state[1], step[1][1]))
            state = step[1]
        return steps, state[1]


def moving_up(board, price, keeps, absent):
    """Return the steps of a seat that comes free: it goes to whose place it is that someone moves up from.

    price  : per place, proving the outcome the best, 0 where a seat is spare, int64 of shape (m,)
    keeps  : `Board.keeps` of these prices
    absent : student (row) who takes no part

    The chain from a place p to the start costs length + price[p] − price[start]. At NO_PLACE someone without a place
    moved in (or, student NOBODY, the seat stays empty): the start then gains price[start] − length.
    """

    def steps(here, far, limit):
        rows = slice(board.of_place[here], board.of_place[here + 1])
        who, here_costs = board.wants[rows], int(price[here])
        lengths = keeps[who] - board.wants_fit[rows]
        near = (lengths < limit - far - here_costs).nonzero()[0]
        yield NOBODY, NO_PLACE, far + here_costs
        moving = who[near]
        for student, left, length in zip(
            moving.tolist(), board.chosen[moving].tolist(), lengths[near].tolist(), strict=True
        ):
            if left != here and student != absent:
                yield student, left, far + here_costs + length

    return steps


def making_way(board, price, absent, spare):
    """Return the steps of a student too many: one who sits there goes to another place, or has none (NO_PLACE).

    As `moving_up`; spare: seats left per place, where the chain ends with student NOBODY. A chain from a place p that
    ends at NO_PLACE costs length + price[p].
    """

    def steps(here, far, limit):
        if spare[here] > 0:
            yield NOBODY, NO_PLACE, far - int(price[here])
            return
        for student in board.holder[board.of_holder[here] : board.of_holder[here + 1]].tolist():
            if student == absent:
                continue
            leaves = far + int(board.own[student]) - int(price[here])
            yield student, NO_PLACE, leaves
            rows = board.pairs_of(student)
            lengths = price[board.place[rows]] - board.fit[rows]
            leaves -= int(board.class_weight[student])
            near = (lengths < limit - leaves).nonzero()[0]
            for to, length in zip(board.place[rows][near].tolist(), lengths[near].tolist(), strict=True):
                if to != here:
                    yield student, to, leaves + length

    return steps
