"""Chains of who takes whose seat: worth exactly what solving anew says."""

import dataclasses

import numpy as np
import pytest

from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.residual import Board, chain_out, gains, losses, with_room
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def with_seats(problem, row, more):
    seats = problem.openings.seats.copy()
    seats[row] += more
    openings = dataclasses.replace(problem.openings, seats=seats)
    return Problem(candidates=problem.candidates, openings=openings, pairs=problem.pairs, weights=problem.weights)


def value(board, chosen):
    mine = chosen[board.student] == board.place
    return int(board.weight[mine].sum())


@pytest.mark.parametrize("seed", range(8))
def test_the_tables_equal_solving_with_one_seat_more_or_fewer(seed):
    problem = cases.random_problem(seed, students=14, places=8, codes=1, size=30)
    outcome = solve(problem)
    board = Board(problem, outcome)
    now, worth, (cost, following) = value(board, board.chosen), gains(board), losses(board)
    for row in range(len(problem.openings)):
        if problem.openings.seats[row] == 0:
            continue
        more = Board(problem, solve(with_seats(problem, row, 1)))
        assert value(board, more.chosen) - now == worth[row]
        fewer = Board(problem, solve(with_seats(problem, row, -1)))
        assert now - value(board, fewer.chosen) == cost[row]
        chosen = board.chosen.copy()
        for student, before, to in chain_out(board, following, row):
            assert chosen[student] == before
            chosen[student] = to
        assert now - value(board, chosen) == cost[row]


@pytest.mark.parametrize("seed", range(4))
def test_room_is_where_one_seat_fewer_still_places_as_many(seed):
    problem = cases.random_problem(seed, students=14, places=8, codes=1, size=30)
    outcome = solve(problem)
    room = with_room(Board(problem, outcome))
    for row in range(len(problem.openings)):
        assert room[row] == (solve(with_seats(problem, row, -1)).placed == outcome.placed)


def test_there_is_room_at_a_full_place_whose_holder_can_go_elsewhere():
    problem = cases.problem([{}, {}], [{}, {}, {}], [(1, 1, 5), (1, 3, 9), (2, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    assert with_room(Board(problem, outcome)).tolist() == [True, False, True]


def test_taking_a_student_out_refills_the_seat_by_the_best_chain():
    """Student 1 leaves place 1: student 2 moves there from place 2, and student 3 gets place 2."""
    people = [{"priority_class": 0}, {"priority_class": 1}, {"priority_class": 2}]
    problem = cases.problem(people, [{}, {}], [(1, 1), (2, 1), (2, 2), (3, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2, -1]
    rest, gain, moves = Board(problem, outcome).without(0)
    assert moves == [(2, -1, 1), (1, 1, 0)]
    assert rest.chosen.tolist() == [-1, 0, 1]
    assert gain == value(rest, rest.chosen) - value(rest, np.array([-1, 1, -1]))


def test_an_empty_board_has_tables():
    board = Board(problem := cases.problem([{}], [{"seats": 0}]), solve(problem))
    assert gains(board).tolist() == [0]
    assert losses(board)[0].tolist() == [2**62]
    assert with_room(board).tolist() == [False]
