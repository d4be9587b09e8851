"""Assignment problems from the literature of which the best total is known, solved by both engines."""

import numpy as np
import pytest

from stagemakelaar.matching.solver import ENGINES, assign

# (costs, least total): each row is a student, each column a place with one seat.
LEAST = {
    # Bourgeois and Lassalle (1971) extended Munkres' method (1957) to rectangles; these small tables serve as tests in
    # the Python package munkres and in SciPy's tests of linear_sum_assignment.
    "square": ([[400, 150, 400], [400, 450, 600], [300, 225, 300]], 850),
    "rectangle": ([[400, 150, 400, 1], [400, 450, 600, 2], [300, 225, 300, 3]], 452),
    "second square": ([[10, 10, 8], [9, 8, 1], [9, 7, 4]], 18),
    "second rectangle": ([[10, 10, 8, 11], [9, 8, 1, 1], [9, 7, 4, 10]], 15),
    # Project Euler, problem 345, gives this table and its greatest sum, 3315.
    "matrix sum": (
        1000
        - np.array(
            [
                [7, 53, 183, 439, 863],
                [497, 383, 563, 79, 973],
                [287, 63, 343, 169, 583],
                [627, 343, 773, 959, 943],
                [767, 473, 103, 699, 303],
            ]
        ),
        5 * 1000 - 3315,
    ),
    # Kuhn, The Hungarian method, 1955, section 4: four men, four jobs, ratings up to 9 with greatest sum 27.
    "kuhn": ([[1, 2, 0, 0], [4, 7, 2, 1], [3, 8, 5, 0], [7, 6, 7, 3]], 4 * 9 - 27),
}


def least_total(costs, engine):
    """The least cost at which every row gets a column of its own."""
    costs = np.array(costs)
    n, m = costs.shape
    student, place = np.divmod(np.arange(n * m), m)
    most = int(costs.max())
    answer = assign(student, place, most - costs.ravel(), n_students=n, seats=[1] * m, engine=engine)
    assert answer.placed == n
    return n * most - answer.fit


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LEAST)
def test_a_table_from_the_literature(name, engine):
    costs, least = LEAST[name]
    assert least_total(costs, engine) == least


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n", [3, 10, 40, 100])
def test_the_tables_of_machol_and_wien(n, engine):
    """Costs i × j, 1-based (Machol and Wien 1976; hard for the Hungarian method). Of all ways to pair two rising rows
    the opposite order gives the least sum of products, so the least total is n(n+1)(n+2)/6."""
    costs = np.outer(np.arange(1, n + 1), np.arange(1, n + 1))
    assert least_total(costs, engine) == n * (n + 1) * (n + 2) // 6


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n", [3, 10, 40, 100])
def test_the_same_tables_at_their_most(n, engine):
    """Two rising rows paired in the same order give the greatest sum of products (Hardy, Littlewood and Pólya 1934,
    section 10.2): the most that costs i × j can come to is n(n+1)(2n+1)/6."""
    products = np.outer(np.arange(1, n + 1), np.arange(1, n + 1))
    assert n * n * n - least_total(n * n - products, engine) == n * (n + 1) * (2 * n + 1) // 6


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n", [3, 10, 40, 100])
def test_tables_of_distances_on_a_line(n, engine):
    """Costs |aᵢ − bⱼ|, a and b rising: pairing them in order costs least (Monge 1781; Hoffman 1963). Shuffled here."""
    draw = np.random.default_rng(n)
    a, b = (np.sort(draw.integers(0, 10 * n, n)) for _ in range(2))
    costs = np.abs(draw.permutation(a)[:, None] - draw.permutation(b)[None, :])
    assert least_total(costs, engine) == np.abs(a - b).sum()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n", [7, 31, 101])
def test_the_square_of_a_group(n, engine):
    """Costs (i + 2j) mod n, n odd, are a Latin square: its zeros alone pair all rows, with a least total of 0; and one
    zero made dearer costs more than nothing, but no more than that."""
    costs = np.add.outer(np.arange(n), 2 * np.arange(n)) % n
    assert least_total(costs, engine) == 0
    costs[0, 0] = n
    assert 0 < least_total(costs, engine) <= n


@pytest.mark.parametrize("engine", ENGINES)
def test_the_mean_of_random_tables(engine):
    """With costs that are exponential with mean 1, the least total is 1 + 1/4 + … + 1/n² on average: conjectured by
    Parisi (1998), proved by Linusson and Wästlund, and by Nair, Prabhakar and Sharma (2003). The spread of one table
    is about √(1.8 / n); the tables are drawn with a fixed seed."""
    n, tables, whole = 30, 200, 10**6
    draw = np.random.default_rng(1998)
    costs = np.rint(draw.exponential(1, (tables, n, n)) * whole).astype(np.int64)
    mean = sum(least_total(one, engine) for one in costs) / tables / whole
    spread = np.sqrt(1.8 / n / tables)
    assert abs(mean - (1 / np.arange(1, n + 1) ** 2).sum()) < 3 * spread


@pytest.mark.parametrize("engine", ENGINES)
def test_the_transport_problem_of_hitchcock(engine):
    """Hitchcock 1941 in whole units: 3 factories, 4 towns. Each unit that leaves is a student, each unit asked a seat.

    Costs (10, 5, 6, 7), (8, 2, 7, 6), (9, 3, 4, 8); supply 25, 25, 50; demand 15, 20, 30, 35; least total 535.
    """
    costs, supply, demand = [(10, 5, 6, 7), (8, 2, 7, 6), (9, 3, 4, 8)], (25, 25, 50), [15, 20, 30, 35]
    factory = np.repeat(np.arange(3), supply)
    student, place = np.divmod(np.arange(100 * 4), 4)
    fit = 10 - np.array(costs)[factory][student, place]
    answer = assign(student, place, fit, n_students=100, seats=demand, engine=engine)
    assert answer.placed == 100
    assert 1000 - answer.fit == 535
