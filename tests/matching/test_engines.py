"""The engines against each other, against linear programming, and against what must be so of any answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from stagemakelaar.matching import compiled as room
from stagemakelaar.matching import kernel
from stagemakelaar.matching.solver import ENGINES, EXACT, LARGE, assign, whole_weights
from tests.matching.graphs import FAMILIES, graph, graphs

some = settings(deadline=None, max_examples=40)
MANY_POINTS = 10**12  # so that the weights pass what SciPy's engine can hold


def weights(case):
    """The weight per pair, as `assign` makes it."""
    _, rank = np.unique(case["classes"], return_inverse=True)
    placeable = min(case["n_students"], int(case["seats"].sum()))
    return whole_weights(case["student"], case["fit"], rank, max(len(set(rank)), 1), placeable, case["lot"])[0]


def worth(case, place):
    """What an answer is worth, exactly."""
    taken = place[case["student"]] == case["place"]
    return sum(weights(case)[taken].tolist())


def by_highs(case):
    """The greatest number, then the points, that HiGHS finds for a linear program without classes and lots."""
    n, m, k = case["n_students"], len(case["seats"]), len(case["student"])
    if not k:
        return 0, 0
    each = np.arange(k)
    rows = csr_array((np.ones(2 * k), (np.r_[case["student"], n + case["place"]], np.r_[each, each])), shape=(n + m, k))
    most = int(case["fit"].max()) * n + 1
    found = linprog(-(case["fit"] + most), A_ub=rows, b_ub=np.r_[np.ones(n), case["seats"]], method="highs-ds")
    value = round(-found.fun)
    return value // most, value % most


@some
@given(graphs())
def test_the_engines_are_equally_good(case):
    one, other = (assign(**case, engine=name) for name in ("scipy", "kernel"))
    assert (one.placed, one.profile, one.fit) == (other.placed, other.profile, other.fit)
    assert worth(case, one.place) == worth(case, other.place)
    assert other.engine == "kernel"


@some
@given(graphs(("sparse", "dense", "layered", "few places"), most=12))
def test_where_nothing_is_equal_the_engines_place_everybody_alike(case):
    case = case | {"fit": np.random.default_rng(len(case["fit"])).integers(0, 50_000, len(case["fit"]))}
    one, other = (assign(**case, engine=name) for name in ("scipy", "kernel"))
    assert one.place.tolist() == other.place.tolist()


@some
@given(graphs())
def test_the_kernel_reaches_what_linear_programming_reaches(case):
    answer = assign(**case | {"classes": None, "lot": None}, engine="kernel")
    assert (answer.placed, answer.fit) == by_highs(case)


@pytest.mark.parametrize("family", FAMILIES)
def test_plain_and_compiled_place_everybody_alike(family, monkeypatch):
    case = graph(family, 60, np.random.default_rng(60))
    fast = assign(**case, engine="kernel")
    monkeypatch.setattr(room, "ON", False)
    plain = assign(**case, engine="kernel")
    assert plain.place.tolist() == fast.place.tolist()
    assert plain.certificate.prices.tolist() == fast.certificate.prices.tolist()


@some
@given(graphs(), st.randoms(use_true_random=False))
def test_rows_in_another_order_give_the_same_answer(case, chance):
    order = list(range(len(case["student"])))
    chance.shuffle(order)
    other = case | {name: case[name][order] for name in ("student", "place", "fit")}
    assert assign(**other, engine="kernel").place.tolist() == assign(**case, engine="kernel").place.tolist()


@some
@given(graphs(), st.integers(0, 100))
def test_a_seat_more_never_places_fewer(case, at):
    more = case["seats"].copy()
    more[at % len(more)] += 1
    before, after = assign(**case, engine="kernel"), assign(**case | {"seats": more}, engine="kernel")
    assert (after.placed, after.profile, after.fit) >= (before.placed, before.profile, before.fit)


@some
@given(graphs(), st.integers(0, 100))
def test_who_comes_into_a_higher_class_never_loses_a_place(case, at):
    placed = np.flatnonzero(assign(**case, engine="kernel").place >= 0)
    if len(placed):
        who = placed[at % len(placed)]
        classes = case["classes"].copy()
        classes[who] = -1
        assert assign(**case | {"classes": classes}, engine="kernel").place[who] >= 0


@some
@given(graphs())
def test_the_profile_is_that_of_adding_class_after_class(case):
    """Of the first classes together, as many are placed as if the others did not exist."""
    answer = assign(**case, engine="kernel")
    for at, first in enumerate(np.unique(case["classes"])):
        there = case["classes"][case["student"]] <= first
        only = assign(**case | {name: case[name][there] for name in ("student", "place", "fit")}, engine="kernel")
        assert sum(answer.profile[: at + 1]) == only.placed


def test_heaps_full_of_students_who_left_are_made_anew(monkeypatch):
    n, m, anew = 150, 6, []
    student, place = np.divmod(np.arange(n * m), m)
    fit = np.random.default_rng(5).integers(0, 60, n * m)
    case = {"student": student, "place": place, "fit": fit, "n_students": n, "seats": [n // m] * m}
    stand_in_heaps = kernel._stand_in_heaps.plain

    def watch(*board):
        nodes = board[5][kernel.NODES]
        stand_in_heaps(*board)
        anew.append(board[5][kernel.NODES] <= nodes)

    monkeypatch.setattr(room, "ON", False)
    monkeypatch.setattr(kernel, "ROOM", 1)
    monkeypatch.setattr(kernel._stand_in_heaps, "plain", watch)
    answer, other = (assign(**case, engine=name) for name in ("kernel", "scipy"))
    assert any(anew)
    assert (answer.placed, answer.fit) == (other.placed, other.fit)


def test_numbers_beyond_scipy_go_to_the_kernel():
    case = graph("dense", 30, np.random.default_rng(1))
    case |= {"fit": case["fit"] * MANY_POINTS}
    assert weights(case).max() >= EXACT
    assert assign(**case).engine == "kernel"
    with pytest.raises(ValueError, match=r"^engine: 'scipy' is exact below 1125899906842624"):
        assign(**case, engine="scipy")


def test_the_size_decides_which_engine_answers(monkeypatch):
    case = graph("dense", 20, np.random.default_rng(2))
    assert assign(**case).engine == "scipy"
    monkeypatch.setattr("stagemakelaar.matching.solver.LARGE", len(case["student"]))
    assert assign(**case).engine == "kernel"
    assert len(case["student"]) < LARGE


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_is_told_to_the_end(engine):
    case, told = graph("sparse", 40, np.random.default_rng(3)), []
    assign(**case, engine=engine, progress=lambda *step: told.append(step))
    done, of = zip(*told, strict=True)
    assert done[0] == 0
    assert done[-1] == of[-1] > 0
    assert list(done) == sorted(done)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_listens_can_stop_the_work(engine):
    def stop(done, of):
        raise InterruptedError(f"{done} of {of}")

    with pytest.raises(InterruptedError, match=r"^0 of "):
        assign(**graph("dense", 20, np.random.default_rng(4)), engine=engine, progress=stop)


def test_the_kernel_reports_between_the_students(monkeypatch):
    monkeypatch.setattr("stagemakelaar.matching.kernel.AT_ONCE", 7)
    told = []
    n = 30
    assign(
        range(n), range(n), [1] * n, n_students=n, seats=[1] * n, engine="kernel", progress=lambda *s: told.append(s)
    )
    assert told == [(0, n), (7, n), (14, n), (21, n), (28, n), (n, n)]
