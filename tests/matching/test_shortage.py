"""Which students compete for which seats, and how many are missing."""

import dataclasses

import numpy as np
import pytest

from stagemakelaar.matching.problem import Pairs, Problem
from stagemakelaar.matching.residual import board_of, over_demanded
from stagemakelaar.matching.shortage import groups, shortages
from stagemakelaar.matching.solver import solve
from tests.matching import cases


def test_groups_that_share_no_place_are_told_apart():
    problem = cases.problem([{}] * 5, [{}, {}], [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2)])
    found = shortages(problem, solve(problem))
    assert [(group.students, group.seats, group.openings) for group in found] == [(3, 1, (2,)), (2, 1, (1,))]


def test_places_far_apart_along_a_row_of_students_are_one_group():
    """Student n fits place n − 1 and place n, so the row hangs together from end to end."""
    rows = [(who, place) for who in range(1, 41) for place in (who - 1, who) if 1 <= place < 40]
    problem = cases.problem([{}] * 40, [{}] * 39, rows)
    (group,) = shortages(problem, solve(problem))
    assert (group.students, group.seats, group.short) == (40, 39, 1)
    assert group.openings == tuple(range(1, 40))


def test_a_student_to_whom_nothing_is_open_competes_with_nobody():
    problem = cases.problem([{}, {}, {"vog_ready_on": 99_999}], [{}, {"vog": True}], [(1, 1), (2, 1), (3, 2)])
    board = board_of(problem, solve(problem))
    of_student, of_place = groups(board)
    assert of_student.tolist() == [0, 0, -1]
    assert of_place.tolist() == [0, -1]


def test_when_all_are_placed_nothing_is_short():
    problem = cases.one_pair()
    assert shortages(problem, solve(problem)) == []


@pytest.mark.parametrize("seed", range(6))
def test_each_group_is_the_smallest_that_hangs_together(seed):
    problem = cases.random_problem(seed, students=80, places=50, codes=8)
    outcome = solve(problem)
    board = board_of(problem, outcome)
    inside, wanted = over_demanded(board)
    of_student, of_place = groups(board)
    assert ((of_place >= 0) == wanted).all()
    assert (inside[of_student >= 0]).all()
    mine = np.flatnonzero(of_student[board.student] >= 0)
    assert (of_student[board.student[mine]] == of_place[board.place[mine]]).all()
    for one in range(of_place.max() + 1):  # grown from one place, it is whole
        grown = np.flatnonzero(of_place == one)[:1]
        while True:
            pairs = np.isin(board.place, grown) & (of_student[board.student] == one)
            more = np.unique(board.place[np.isin(board.student, board.student[pairs])])
            if len(more) == len(grown):
                break
            grown = more
        assert grown.tolist() == np.flatnonzero(of_place == one).tolist()
    found = shortages(problem, outcome)
    assert len(found) == of_place.max() + 1
    for group in found:
        assert group.students == sum(group.by_class)
        assert group.short == len(group.unplaced) > 0
        assert sum(group.placed_by_class) == group.seats


@pytest.mark.parametrize("seed", range(3))
def test_a_seat_for_the_group_places_one_student_more(seed):
    problem = cases.random_problem(seed, students=80, places=40, codes=4)
    outcome = solve(problem)
    found = shortages(problem, outcome)
    assert found
    for group in found:
        seats = problem.openings.seats + (problem.openings.key == group.openings[0])
        more = Problem(
            candidates=problem.candidates,
            openings=dataclasses.replace(problem.openings, seats=seats),
            pairs=Pairs(**{field.name: getattr(problem.pairs, field.name) for field in dataclasses.fields(Pairs)}),
        )
        assert solve(more).placed == outcome.placed + 1
