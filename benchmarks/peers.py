"""Ours and others' solvers behind one door: pairs in, the place of every student out.

Every solver is given the same pairs in the same order with the same whole weights; what it costs to put them into the
form that it wants is part of its time. A solver that is not installed is said to be absent.
"""

import importlib.util

import numpy as np

NO_PLACE = -1


class Declined(Exception):
    """Afgezien: the solver was left out, with the reason in words."""


def own(engine):
    """Return an engine of ours."""

    def solve(student, place, weight, n, seats):
        from stagemakelaar.matching.solver import ENGINES

        if not len(student):  # as `assign` does
            return np.full(n, NO_PLACE)
        found = ENGINES[engine](student, place, weight, n, seats)
        return found[0] if isinstance(found, tuple) else found

    return solve


def linear_sum_assignment(student, place, weight, n, seats):
    """SciPy, dense: a seat is a column, what is not allowed is worth nothing."""
    from scipy.optimize import linear_sum_assignment

    copies, first = _copies(place, seats)
    columns = int(copies.sum())
    if n * max(columns, 1) > 150_000_000:
        raise Declined(f"a dense table of {8 * n * columns / 1e9:,.0f} GB")
    table = np.zeros((n, columns))
    times = copies[place]
    each = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    table[np.repeat(student, times), np.repeat(first[place], times) + each] = np.repeat(weight, times)
    rows, taken = linear_sum_assignment(table, maximize=True)
    good = table[rows, taken] > 0
    chosen = np.full(n, NO_PLACE)
    chosen[rows[good]] = np.repeat(np.arange(len(seats)), copies)[taken[good]]
    return chosen


def ortools_flow(student, place, weight, n, seats):
    """OR-Tools, SimpleMinCostFlow: every student sends one unit, through a place or round it."""
    from ortools.graph.python import min_cost_flow

    m, k = len(seats), len(student)
    flow, sink = min_cost_flow.SimpleMinCostFlow(), n + m
    tails, heads = student.astype(np.int32), place.astype(np.int32) + n
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(k, np.int64), -weight)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(n), np.full(n, sink), np.ones(n, np.int64), np.zeros(n, np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(np.arange(n, n + m), np.full(m, sink), seats, np.zeros(m, np.int64))
    flow.set_nodes_supplies(np.arange(n), np.ones(n, np.int64))
    flow.set_node_supply(sink, -n)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"ortools: {status}")
    used = flow.flows(arcs) > 0 if k else np.zeros(0, dtype=bool)
    chosen = np.full(n, NO_PLACE)
    chosen[student[used]] = place[used]
    return chosen


def highs(student, place, weight, n, seats):
    """SciPy's HiGHS: the transport problem as a linear programme; its corners are whole."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    k = len(student)
    rows, columns = np.r_[student, n + place.astype(np.int64)], np.r_[np.arange(k), np.arange(k)]
    limits = csr_array((np.ones(2 * k), (rows, columns)), shape=(n + len(seats), k))
    found = linprog(-weight.astype(float), A_ub=limits, b_ub=np.r_[np.ones(n), seats], bounds=(0, 1), method="highs")
    if found.status != 0:
        raise RuntimeError(f"highs: {found.message}")
    used = found.x > 0.5
    chosen = np.full(n, NO_PLACE)
    chosen[student[used]] = place[used]
    return chosen


def networkx_flow(student, place, weight, n, seats):
    """NetworkX, network_simplex in pure Python."""
    import networkx as nx

    graph, sink = nx.DiGraph(), n + len(seats)
    graph.add_nodes_from(range(n), demand=-1)
    graph.add_node(sink, demand=n)
    graph.add_weighted_edges_from((i, sink, 0) for i in range(n))
    pairs = zip(student.tolist(), place.tolist(), weight.tolist(), strict=True)
    graph.add_edges_from((i, n + j, {"weight": -w, "capacity": 1}) for i, j, w in pairs)
    graph.add_edges_from((n + j, sink, {"weight": 0, "capacity": c}) for j, c in enumerate(seats.tolist()))
    _, flow = nx.network_simplex(graph)
    chosen = np.full(n, NO_PLACE)
    for i in range(n):
        for to, amount in flow[i].items():
            if amount and to != sink:
                chosen[i] = to - n
    return chosen


# name on the page: (solver, package that must be there, largest scale at which it is tried)
SOLVERS = {
    "kernel": (own("kernel"), "numba", "XL"),
    "scipy": (own("scipy"), "scipy", "L"),
    "ortools flow": (ortools_flow, "ortools", "L"),
    "scipy linear_sum_assignment": (linear_sum_assignment, "scipy", "M"),
    "scipy HiGHS": (highs, "scipy", "M"),
    "networkx": (networkx_flow, "networkx", "S"),
}
RIVALS = ("scipy", "ortools flow")  # the two that the goals name


def solver(name):
    """Return the solver, or raise `Declined` when its package is absent."""
    solve, package, _ = SOLVERS[name]
    if importlib.util.find_spec(package) is None:
        raise Declined(f"{package} is not installed")
    return solve


def weights(one):
    """Whole weights of an instance, so that the greatest sum is: most students, best profile, most fit; int64."""
    above_fit = min(one.n_students, int(one.seats.sum())) * int(one.fit.max(initial=0)) + 1
    ranks, rank = np.unique(one.classes, return_inverse=True)
    weight = ((len(ranks) - rank) * above_fit)[one.student]
    weight += one.fit
    return weight


def judged(one, chosen):
    """Return (number placed, profile, total fit) of an outcome; ValueError when it is not possible.

    Counted here once more, and not by the code that is measured.
    """
    mine = chosen[one.student] == one.place
    used = np.bincount(chosen[chosen >= 0], minlength=len(one.seats))
    if mine.sum() != (chosen >= 0).sum() or (used > one.seats).any():
        raise ValueError("a student has a place that is not allowed, or a place has too many students")
    profile = np.bincount(one.classes[chosen >= 0], minlength=4)
    return int(mine.sum()), tuple(profile.tolist()), int(one.fit[mine].sum(dtype=np.int64))


def _copies(place, seats):
    copies = np.minimum(seats, np.bincount(place, minlength=len(seats)))
    return copies, np.cumsum(copies) - copies
