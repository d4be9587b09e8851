"""One student after a decline or a lost place: the best outcome that is left, and what moving others would bring.

The outcome was the best one, so what is best after the loss differs from it by two chains at most: one of students who
make way for the one who lost the place, and one of students who move up into the seat that came free; or by one chain
that does both (as in `explain.py`). Each is a shortest path in which the moves of those who were told are counted.
"""

import numpy as np

from stagemakelaar.matching.chains import Roads, making_way, moving_up
from stagemakelaar.matching.columns import rows_of
from stagemakelaar.matching.explain import taken
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.residual import NEVER, NOBODY, board_of


def repair(problem, outcome, candidate, *, declined=(), given_up=(), told=(), most_moves=0):
    """Return the best outcomes after this student (key) lost the place, as a tuple of `explain.Alternative`: the one in
    which nobody who was told moves, then with one of them moving, and so on up to `most_moves`.

    Each tells where the student goes (`opening` None: nowhere), who else moves, and the change in number, profile and
    fit against the outcome before the loss. It is exact for every number of moves: no outcome within the limit places
    more students, or as many with a better profile, or as good a profile with a greater fit.

    declined : keys of places that this student must not get, beside those that the problem forbids
    given_up : keys of places that have one seat less than the problem says (once per seat): spare ones, and the one
               that this student had
    told     : keys of students who were told their place. Losing it counts as a move; who has no place is free to get
               one, and everyone else is free to move

    ValueError when a key is not in the problem, or when a seat is given up on which another student sits.
    """
    board, row = board_of(problem, outcome), problem.row_of_candidate(candidate)
    loss = _Loss(board, row, [problem.row_of_opening(key) for key in declined], most_moves)
    loss.give_up(problem, given_up)
    loss.counted[rows_of("told", problem.candidates.key, np.array(list(told), dtype=np.int64))] = True
    loss.counted &= board.chosen != NO_PLACE
    anew, filled = loss.placed_anew(), loss.filled()
    through = loss.through(at_least=anew[0][0] + filled[0][0])
    found = []
    for most in range(most_moves + 1):
        apart = [(anew[some], filled[most - some]) for some in range(most + 1)]
        one, other = max(apart, key=lambda two: two[0][0] + two[1][0])
        if through[most][0] >= one[0] + other[0]:
            _, to, moves = through[most]
        else:
            to, moves = one[1], one[2] + other[2]
        found.append(taken(problem, board, row, to, moves))
    return tuple(found)


class _Loss:
    """Verlies: a student (row) without the place of before. Options are (value, place, moves), per number of counted
    moves that is allowed.
    """

    def __init__(self, board, row, declined, most):
        self.board, self.row, self.most, self.now = board, row, most, int(board.chosen[row])
        self.counted = np.zeros(len(board.chosen), dtype=bool)
        self.spare, self.is_free = board.spare.copy(), self.now != NO_PLACE
        own = board.pairs_of(row)
        allowed = ~np.isin(board.place[own], declined)
        self.wish = board.place[own][allowed].astype(np.int64)
        self.worth = board.class_weight[row] + board.fit[own][allowed]

    def give_up(self, problem, keys):
        """Take out the seats that are not there any more."""
        for key in keys:
            at = problem.row_of_opening(key)
            if self.spare[at] > 0:
                self.spare[at] -= 1
            elif at == self.now and self.is_free:
                self.is_free = False
            else:
                raise ValueError(f"given_up: place {key} has no seat left that can be given up")

    def placed_anew(self):
        """The student takes a seat for which others make way, or none."""
        price = np.where(self.board.losses[0] < NEVER, self.board.losses[0], 0)
        top = int((self.worth - price[self.wish]).max(initial=0))
        roads = Roads()
        roads.reach(top, (0, NO_PLACE))
        for place, length in zip(self.wish.tolist(), (top - self.worth + price[self.wish]).tolist(), strict=True):
            roads.reach(length, (0, place))
        steps = making_way(self.board, price, self.row, self.spare)
        self._follow(roads, steps, limit=top, until=NO_PLACE)
        options = []
        for state, length in self._reached(roads, [NO_PLACE]):
            back, start = roads.back(state)
            moves = [(who, before, place) for who, place, before in back if who != NOBODY]
            options.append((state[0], top - length, start, moves))
        return self._best(options)

    def filled(self):
        """Others move up into the seat that came free."""
        if not self.is_free:
            return self._best([(0, 0, NO_PLACE, [])])
        price, roads = self._moved_up(limit=NEVER, until=NO_PLACE)
        return self._best(
            (state[0], int(price[self.now]) - length, NO_PLACE, _moves_up(roads, state))
            for state, length in self._reached(roads, [NO_PLACE])
        )

    def through(self, *, at_least):
        """The student takes a seat for which others make way up into the seat that came free; options that are worth
        less than `at_least` may be missing.
        """
        if not self.is_free or not len(self.wish):
            return self._best([])
        price = self.board.gains[0]
        most = int((self.worth - price[self.wish]).max()) + int(price[self.now])
        _, roads = self._moved_up(limit=most - at_least + 1)
        worth = dict(zip(self.wish.tolist(), (self.worth - price[self.wish] + price[self.now]).tolist(), strict=True))
        return self._best(
            (state[0], worth[state[1]] - length, state[1], _moves_up(roads, state))
            for state, length in self._reached(roads, self.wish.tolist())
        )

    def _moved_up(self, *, limit, until=None):
        price, roads = self.board.gains[0], Roads()
        roads.reach(0, (0, self.now))
        self._follow(roads, moving_up(self.board, price, self.board.keeps[0], self.row), limit=limit, until=until)
        return price, roads

    def _follow(self, roads, steps, *, limit, until):
        roads.follow(steps, limit=limit, until=until, counted=self.counted, most=self.most)

    def _reached(self, roads, places):
        states = ((moved, place) for moved in range(self.most + 1) for place in places)
        return [(state, roads.length[state]) for state in states if state in roads.length]

    def _best(self, options):
        best = [(-NEVER, NO_PLACE, [])] * (self.most + 1)
        for moved, value, place, moves in options:
            for most in range(moved, self.most + 1):
                if value > best[most][0]:
                    best[most] = (value, place, moves)
        return best


def _moves_up(roads, state):
    return [move for move in roads.back(state)[0] if move[0] != NOBODY]
