"""As many students as possible, then the higher classes, then the best fit, then the lot: exactly.

Method. Which students can be placed together is a transversal matroid, so any strictly decreasing positive weights of
the classes give the greatest number and the best profile at once (Edmonds 1971; Rado 1957). One factor, larger than
any sum of fit, separates class from fit, and another separates fit from the lot; everything is a whole number. What
remains is one assignment problem: seats as copies of their place, and for every student a column of its own that means
"no place".

Two engines solve it. SciPy's sparse LAPJVsp (Jonker and Volgenant 1987) is the reference and serves all common rounds;
it computes in floating point, which is exact below 2**50. `kernel.py` serves what is larger, in pairs or in numbers.
Each answer is proved by `checks.prove`, which shares no code with the engines.
"""

from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.checks import prove
from stagemakelaar.matching.columns import LARGEST, whole_numbers
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.kernel import kernel
from stagemakelaar.matching.problem import NO_PLACE, UNKNOWN, Certificate, Outcome
from stagemakelaar.matching.scoring import LIMIT, PARTS, lot_digits

EXACT = 2**50  # whole numbers below this are exact in SciPy's engine, and so are the sums that it makes of them
LARGE = 200_000  # pairs; from here on the kernel is faster, also when it was not yet compiled


class NotProved(RuntimeError):
    """Niet bewezen: an engine gave an answer that is not the best, or no answer."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignment:
    """Toewijzing: the answer of `assign`."""

    place: np.ndarray  # int64, shape (n_students,): place per student, −1 where unplaced
    placed: int
    profile: tuple  # number placed per class, the first class first
    fit: int  # sum over the placed students
    engine: str  # which engine answered
    certificate: Certificate
    lot_steps: int  # steps of chance that fitted in; 0 when no lot was given, or it did not fit


def assign(student, place, fit, *, n_students, seats, classes=None, lot=None, engine="auto", progress=None):
    """Give students places, at most one each and never more than a place has seats.

    student, place, fit : one entry per eligible pair; 0-based rows, and whole points ≥ 0; no pair twice
    n_students          : number of students
    seats               : seats per place, ≥ 0
    classes             : priority class per student, any whole number, the lowest first; None: one class
    lot                 : whole number ≥ 0 per student, the lower goes first among equals; None: equals go in order of
    row
    engine              : "auto" or one of `ENGINES`; "auto" looks at the size of the problem only, never at the machine
    progress            : called now and then with (students done, of how many); what it raises stops the work

    Returns an `Assignment`: the greatest number placed; among those the lexicographically best profile; among those the
    greatest total fit; among those the lot. Raises ValueError naming argument and row for input that makes no sense,
    or that is too large to be exact; NotProved when an engine fails.
    """
    n = int(whole_numbers("n_students", [n_students], low=0, high=2**31)[0])
    seats = whole_numbers("seats", seats, low=0, high=2**31)
    student = whole_numbers("student", student, low=0, high=n - 1, dtype="int32")
    k, m = len(student), len(seats)
    place = whole_numbers("place", place, low=0, high=m - 1, shape=(k,), dtype="int32")
    fit = whole_numbers("fit", fit, low=0, high=LIMIT, shape=(k,))
    classes = np.zeros(n, dtype=np.int64) if classes is None else classes
    classes = whole_numbers("classes", classes, low=-LARGEST, high=LARGEST, shape=(n,))
    if lot is not None:
        lot = whole_numbers("lot", lot, low=0, high=LARGEST, shape=(n,))
    if engine not in ("auto", *ENGINES):
        raise ValueError(f"engine: is {engine!r}, must be 'auto' or one of {', '.join(ENGINES)}")
    student, place, fit = _in_order(student, place, fit)
    ranks, rank = np.unique(classes, return_inverse=True)
    weight, steps = whole_weights(student, fit, rank, len(ranks), min(n, int(seats.sum())), lot)
    largest = int(weight.max(initial=0))
    name = engine
    if engine == "auto":
        name = "scipy" if k < LARGE and largest < EXACT else "kernel"
    if name == "scipy" and largest >= EXACT:
        raise ValueError(f"engine: 'scipy' is exact below {EXACT}, and here are numbers up to {largest}")
    chosen, prices = ENGINES[name](student, place, weight, n, seats, progress)
    certificate = prove(student, place, weight, chosen=chosen, seats=seats, prices=prices)
    if certificate is None:
        raise NotProved(f"engine {name}: the answer is not the best")
    taken = chosen[student] == place
    return Assignment(
        place=chosen,
        placed=int((chosen >= 0).sum()),
        profile=tuple(np.bincount(rank[chosen >= 0], minlength=len(ranks)).tolist()),
        fit=int(fit[taken].sum()),
        engine=name,
        certificate=certificate,
        lot_steps=steps,
    )


def whole_weights(student, fit, rank, classes, placeable, lot=None):
    """Return one whole weight per pair, so that the greatest sum is what `assign` promises, and the steps of the lot.

    rank: class per student, 0 first, below `classes`; placeable: the most students that can be placed. ValueError when
    the numbers would pass `LIMIT`.
    """
    most, digits, steps = int(fit.max(initial=0)), 0, 0
    if lot is not None:
        digits, steps = lot_digits(lot, student, fit, most=most, placeable=placeable, classes=classes)
    above_lot = placeable * (most + 1) * max(steps - 1, 0) + 1
    largest = most * above_lot + (most + 1) * max(steps - 1, 0)
    above_fit = placeable * largest + 1
    if classes * above_fit + largest >= LIMIT:
        raise ValueError(f"fit: up to {most} points for {placeable} students is too large to be exact")
    weight = fit * above_lot
    weight += digits
    weight += ((classes - rank) * above_fit)[student]
    return weight, steps


def solve(problem, *, progress=None, engine="auto"):
    """Return the proved `Outcome` of a problem; `progress` and `engine` as in `assign`."""
    judgement = judge(problem)
    eligible = np.flatnonzero(judgement.eligible)
    student, place = problem.pair_candidate[eligible], problem.pair_opening[eligible]
    people = problem.candidates
    answer = assign(
        student,
        place,
        judgement.fit[eligible],
        n_students=len(people),
        seats=problem.openings.seats,
        classes=people.priority_class,
        lot=people.lot,
        engine=engine,
        progress=progress,
    )
    pair = eligible[answer.place[student] == place]
    row = problem.pair_candidate[pair]
    where, fit = np.full(len(people), NO_PLACE), np.zeros(len(people), dtype=np.int64)
    parts = np.full((len(people), len(PARTS)), UNKNOWN)
    where[row] = problem.openings.key[problem.pair_opening[pair]]
    fit[row], parts[row] = judgement.fit[pair], judgement.parts[pair]
    return Outcome(
        input_hash=problem.input_hash,
        candidate=people.key,
        place=where,
        priority_class=people.priority_class,
        fit=fit,
        parts=parts,
        engine=answer.engine,
        certificate=answer.certificate,
    )


def _in_order(student, place, fit):
    """The pairs sorted by student and place; ValueError where a pair occurs twice."""
    ahead = (student[1:] > student[:-1]) | ((student[1:] == student[:-1]) & (place[1:] > place[:-1]))
    if ahead.all():
        return student, place, fit
    order = np.lexsort((place, student))
    student, place = student[order], place[order]
    if (twice := (np.diff(student) == 0) & (np.diff(place) == 0)).any():
        raise ValueError(f"student: row {order[1:][twice][0]} repeats a pair")
    return student, place, fit[order]


def _scipy(student, place, weight, n, seats, progress=None):
    """SciPy's sparse matcher. Arrays sorted by (student, place); returns (place per student, None): it gives no prices.

    A seat is a column, and so is each student's own way out; it cannot be stopped halfway.
    """
    chosen = np.full(n, NO_PLACE)
    if not len(student):
        return chosen, None
    from scipy.sparse import csr_array  # about a second to import, so only when there is something to solve
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if progress:
        progress(0, n)
    copies = np.minimum(seats, np.bincount(place, minlength=len(seats)))
    first = np.cumsum(copies) - copies
    times = copies[place]
    each = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    column = np.r_[np.repeat(first[place], times) + each, copies.sum() + np.arange(n)]
    row = np.r_[np.repeat(student, times), np.arange(n)]
    most = int(weight.max())
    cost = np.r_[np.repeat(most + 1 - weight, times), np.full(n, most + 1)]  # zeros would be dropped
    graph = csr_array((cost.astype(np.float64), (row, column)), shape=(n, int(copies.sum()) + n))
    rows, columns = min_weight_full_bipartite_matching(graph)
    place_of_column = np.r_[np.repeat(np.arange(len(seats)), copies), np.full(n, NO_PLACE)]
    chosen[rows] = place_of_column[columns]
    if progress:
        progress(n, n)
    return chosen, None


ENGINES = {"scipy": _scipy, "kernel": kernel}
