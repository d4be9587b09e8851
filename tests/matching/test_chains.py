"""Shortest chains: as short as looking at every pair again and again finds them."""

import numpy as np
import pytest

from stagemakelaar.matching.chains import Roads, making_way, moving_up
from stagemakelaar.matching.residual import NEVER, board_of
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def costs_of_moving(board):
    """Per two places the least that it costs when a student goes from the one to the other; NEVER: nobody can."""
    least = np.full((len(board.seats), len(board.seats)), NEVER)
    for student in np.flatnonzero(board.chosen >= 0).tolist():
        own = board.pairs_of(student)
        here = board.chosen[student]
        least[here, board.place[own]] = np.minimum(
            least[here, board.place[own]], board.own_fit[student] - board.fit[own]
        )
    np.fill_diagonal(least, 0)
    for by in range(len(least)):  # Floyd 1962
        some = (least[:, by] < NEVER)[:, None] & (least[by] < NEVER)[None, :]
        least = np.where(some, np.minimum(least, least[:, [by]] + least[[by]]), least)
    return least


@pytest.fixture(params=range(4), name="board")
def _board(request):
    problem = cases.random_problem(request.param, students=40, places=25, codes=2, size=40)
    outcome = solve(problem)
    board = board_of(problem, outcome)
    board.kept_for_the_test = outcome
    return board


def test_every_chain_into_a_seat_is_the_shortest(board):
    least, price = costs_of_moving(board), board.gains[0]
    for place in range(len(board.seats)):
        roads = Roads()
        roads.reach(0, (0, place))
        roads.follow(moving_up(board, price, board.keeps[0], absent=-9), limit=NEVER)
        found = {to: far + price[to] - price[place] for (_, to), far in roads.length.items() if to >= 0}
        assert found == {int(at): least[at, place] for at in np.flatnonzero(least[:, place] < NEVER)}
        assert roads.length[0, -1] == 0  # the best that can be done with a seat more is its price
        for to, cost in found.items():
            moves, start = roads.back((0, to))
            assert start == place
            fit = [board.fit_at(student, there) - board.own_fit[student] for student, _, there in moves]
            assert cost == -sum(fit)


def test_every_chain_out_of_a_seat_costs_what_the_table_says(board):
    price = np.where(board.losses[0] < NEVER, board.losses[0], 0)
    for place in np.flatnonzero(board.losses[0] < NEVER).tolist():
        roads = Roads()
        roads.reach(0, (0, place))
        roads.follow(making_way(board, price, absent=-9, spare=board.spare), limit=NEVER, until=-1)
        assert roads.length[0, -1] == 0  # beyond the price of the place


def test_who_is_absent_takes_no_part(board):
    price = board.gains[0]
    for student in np.flatnonzero(board.chosen >= 0)[:10].tolist():
        roads = Roads()
        roads.reach(0, (0, int(board.chosen[student])))
        roads.follow(moving_up(board, price, board.keeps[0], absent=student), limit=NEVER)
        used = {who for state in roads.length for who, *_ in roads.back(state)[0]}
        assert student not in used


def test_no_more_moves_are_counted_than_may_be(board):
    everyone = np.ones(len(board.chosen), dtype=bool)
    for most in range(3):
        roads = Roads()
        roads.reach(0, (0, 0))
        roads.follow(
            moving_up(board, board.gains[0], board.keeps[0], absent=-9), limit=NEVER, counted=everyone, most=most
        )
        for state in roads.length:
            moves = [who for who, *_ in roads.back(state)[0] if who >= 0]
            assert len(moves) == state[0] <= most
