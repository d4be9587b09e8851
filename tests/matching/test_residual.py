"""Chains of who takes whose seat: worth exactly what solving anew says."""

import dataclasses
import gc

import numpy as np
import pytest

from stagemakelaar.matching import residual
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.residual import (
    NEVER,
    Board,
    board_of,
    chain_in,
    chain_out,
    over_demanded,
    spread,
    with_room,
)
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def with_seats(problem, row, more):
    seats = problem.openings.seats.copy()
    seats[row] += more
    openings = dataclasses.replace(problem.openings, seats=seats)
    return Problem(candidates=problem.candidates, openings=openings, pairs=problem.pairs, weights=problem.weights)


def value(board, chosen):
    mine = chosen[board.student] == board.place
    return int((board.class_weight[board.student] + board.fit)[mine].sum())


def chosen_of(problem, outcome):
    return np.array([-1 if key == -1 else problem.row_of_opening(key) for key in outcome.place.tolist()])


def after(board, moves):
    chosen = board.chosen.copy()
    for student, before, to in moves:
        assert chosen[student] == before
        chosen[student] = to
    return chosen


@pytest.mark.parametrize("seed", range(8))
def test_the_tables_equal_solving_with_one_seat_more_or_fewer(seed):
    problem = cases.random_problem(seed, students=14, places=8, codes=1, size=30)
    board = board_of(problem, solve(problem))
    now, worth, cost = value(board, board.chosen), board.gains[0], board.losses[0]
    for row in range(len(problem.openings)):
        if problem.openings.seats[row] == 0:
            continue
        more = with_seats(problem, row, 1)
        assert value(board, chosen_of(more, solve(more))) - now == worth[row]
        assert value(board, after(board, chain_in(board, row))) - now == worth[row]
        fewer = with_seats(problem, row, -1)
        assert now - value(board, chosen_of(fewer, solve(fewer))) == cost[row]
        assert now - value(board, after(board, chain_out(board, row))) == cost[row]
        assert board.slack[row] == cost[row] - worth[row] >= 0


@pytest.mark.parametrize("seed", range(4))
def test_room_is_where_one_seat_fewer_still_places_as_many(seed):
    problem = cases.random_problem(seed, students=14, places=8, codes=1, size=30)
    outcome = solve(problem)
    room = with_room(board_of(problem, outcome))
    for row in range(len(problem.openings)):
        assert room[row] == (solve(with_seats(problem, row, -1)).placed == outcome.placed)


@pytest.mark.parametrize("seed", range(4))
def test_over_demanded_is_where_one_seat_more_places_one_student_more(seed):
    problem = cases.random_problem(seed, students=20, places=8, codes=2, size=30)
    outcome = solve(problem)
    board = board_of(problem, outcome)
    students, places = over_demanded(board)
    assert students[board.chosen == -1].all()
    for row in range(len(problem.openings)):
        assert places[row] == (solve(with_seats(problem, row, 1)).placed > outcome.placed)
    held = board.chosen >= 0
    assert (students[held] == places[board.chosen[held]]).all()


def test_there_is_room_at_a_full_place_whose_holder_can_go_elsewhere():
    problem = cases.problem([{}, {}], [{}, {}, {}], [(1, 1, 5), (1, 3, 9), (2, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2]
    assert with_room(board_of(problem, outcome)).tolist() == [True, False, True]


def test_a_seat_that_comes_free_is_filled_by_the_best_chain():
    """Someone more at place 1: student 2 moves there from place 2, and student 3 gets place 2."""
    people = [{"priority_class": 0}, {"priority_class": 1}, {"priority_class": 2}]
    problem = cases.problem(people, [{}, {}], [(1, 1), (2, 1), (2, 2), (3, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2, -1]
    assert chain_in(board_of(problem, outcome), 0) == [(2, -1, 1), (1, 1, 0)]


def test_an_empty_board_has_tables():
    problem = cases.problem([{}], [{"seats": 0}])
    board = board_of(problem, solve(problem))
    assert board.gains[0].tolist() == [0]
    assert board.losses[0].tolist() == [NEVER]
    assert with_room(board).tolist() == [False]


@pytest.mark.parametrize("table", ["gains", "losses"])
def test_an_outcome_that_is_not_the_best_has_no_tables(table):
    board = Board([0, 0, 1, 1], [0, 1, 0, 1], [9, 1, 1, 9], chosen=[1, 0], seats=[1, 1], classes=np.zeros(2, dtype=int))
    with pytest.raises(ValueError, match="is not the best"):
        getattr(board, table)


def test_a_pair_that_is_not_eligible_has_no_fit():
    problem = cases.problem([{}], [{}, {"vog": True}, {}], [(1, 1, 9), (1, 2, 9)])
    board = board_of(problem, solve(problem))
    assert [board.fit_at(0, place) for place in (0, 1, 2, -1)] == [24, 24, None, 0]


def test_rows_are_spread_one_after_the_other():
    at, row = spread(np.array([5, 0, 2]), np.array([7, 0, 4]))
    assert at.tolist() == [5, 6, 2, 3]
    assert row.tolist() == [0, 0, 2, 2]


def test_the_board_is_made_once_and_goes_with_its_outcome():
    problem = cases.one_pair()
    outcome = solve(problem)
    assert board_of(problem, outcome) is board_of(problem, outcome)
    before = len(residual._boards)
    del outcome
    gc.collect()
    assert len(residual._boards) == before - 1
