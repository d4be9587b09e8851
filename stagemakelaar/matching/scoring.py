"""The fit of a pair: every weight, in whole points, on this one page.

The score orders pairs, not people. Waiting is not in it: that is what the priority classes are for. Nothing here
learns.

learning  Share of the wanted work processes that can be done there. Not known when either list is.
travel    0 minutes: all points; at the student's own maximum: none; a straight line between. Not known when the
minutes are.
kind      Kind of work: first choice 5/5, fifth 1/5. Features that would be nice: the share that is there. The mean of
both
          where the student named both. Not known when the student named neither.
costs     The place covers the costs: all points. Not known when the place did not say.

What is not scored counts for 0 points and is shown as not known. Halves are rounded up.

Beside these parts, and outside the weights of a programme, stand the hints of a broker about one student and one
place: "rather" adds HINT points to the fit and "rather not" takes them off, never below 0.
"""

import weakref
from dataclasses import dataclass, fields

import numpy as np

from stagemakelaar.matching.one_pass import points_by_part

PARTS = ("learning", "travel", "kind", "costs")

# Per programme, people may set each weight within these bounds. The learning wish stays the first ground (Stagepact).
BOUNDS = {"learning": (30, 70), "travel": (10, 50), "kind": (0, 30), "costs": (0, 30)}

NOT_SCORED = -1
LARGE = 200_000  # pairs: from here on machine code is worth the seconds that it takes to make it
NEVER, RATHER_NOT, RATHER, MUST = 0, 1, 2, 3  # levels of a hint; the two outer ones are hard rules, not points
HINT = 15  # points of a hint; bounded, so that it tips the scale between places that differ little

# The lot decides what is still equal. Its digits stand below the points of the fit, and there are as many steps of
# chance as keep every weight below this limit: sums of three weights then stay within 64 bits.
LIMIT = 2**61

_scored: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Weights:
    """Gewichten: the most points that each part can earn."""

    learning: int = 50
    travel: int = 30
    kind: int = 10
    costs: int = 10

    def __post_init__(self):
        for item in fields(self):
            value, (low, high) = getattr(self, item.name), BOUNDS[item.name]
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"weights.{item.name}: is {value!r}, must be a whole number from {low} to {high}")
        if self.learning < max(self.travel, self.kind, self.costs):
            raise ValueError("weights.learning: no other weight may be larger")

    @property
    def most(self):
        """The fit of a perfect pair."""
        return self.learning + self.travel + self.kind + self.costs


def score(problem):
    """Return the points per pair and part, int8 of shape (k, len(PARTS)); NOT_SCORED where a part is not known.

    Closed for writing, and kept as long as the problem is: the engine and the second opinion both ask for it. Very many
    pairs are scored in one pass (`one_pass.py`).
    """
    if problem not in _scored:
        weights = [getattr(problem.weights, name) for name in PARTS]
        if len(problem.pairs) < LARGE:
            points = np.empty((len(problem.pairs), len(PARTS)), dtype=np.int8)
            for column, share_of in enumerate((_learning, _travel, _kind, _costs)):
                points[:, column] = _points(weights[column], *share_of(problem))
        else:
            points = points_by_part(problem, np.array(weights))
        points.flags.writeable = False
        _scored[problem] = points
    return _scored[problem]


def fit_of(parts):
    """Return the fit per pair, int32 of shape (k,): the sum of the parts that are known."""
    fit = np.zeros(len(parts), dtype=np.int32)
    for points in parts.T:
        np.add(fit, points, out=fit, where=points != NOT_SCORED)
    return fit


def agreed_points(problem, fit):
    """Return what the hints of the broker add to the fit of each pair, int32 of shape (k,): −HINT … HINT.

    fit : the sum of the parts per pair, which no hint takes below 0
    """
    shift = np.zeros(len(problem.pairs), dtype=fit.dtype)
    for candidate, opening, level in problem.pairs.hints.tolist():
        begin, end = np.searchsorted(problem.pairs.candidate, (candidate, candidate + 1))
        at = begin + np.searchsorted(problem.pairs.opening[begin:end], opening)
        if at < end and problem.pairs.opening[at] == opening:
            shift[at] = {RATHER: HINT, RATHER_NOT: -min(HINT, int(fit[at]))}.get(level, 0)
    return shift


def lot_digits(lot, student, fit, *, most, placeable, classes):
    """Return the digits per pair by which the lot decides, int64 of shape (k,), and the number of steps of chance.

    lot       : whole number per student; the lower goes first
    student   : row of the student per pair; fit: points per pair; most: the largest fit; classes: number of classes
    placeable : the most students that can be placed

    Among equals, who goes first is placed first and gets the better place: the digit is step × (fit + 1). With very
    many students the steps are fewer than they (at 100 points some 9,000 for 50,000 students, 90 for half a million):
    neighbours in the lot then count as equal.
    """
    values, rank = np.unique(lot, return_inverse=True)
    room = LIMIT // (2 * (classes + 1) * (most + 1) * (most + 2) * max(placeable, 1) ** 2)
    steps = min(int(room), len(values))
    step = (len(values) - 1 - rank) * steps // max(len(values), 1)
    return step[student] * (fit + 1), steps


def kind_rank(problem, candidate, opening):
    """Return the place of the opening in the student's order of kinds, 0 first; −1: not wished. Rows, shape (k,)."""
    wished = problem.candidates.kinds
    known = np.unique(wished)
    there = packed(problem.openings.key, problem.openings.kinds, known)
    bit_of, is_wish = np.searchsorted(known, wished), wished >= 0
    rank = np.full(len(candidate), -1, dtype=np.int8)
    for choice in reversed(np.flatnonzero(is_wish.any(axis=0)).tolist()):
        bit = bit_of[:, choice]
        has = there[opening, (bit >> 6)[candidate]] >> (bit & 63).astype(np.uint64)[candidate]
        rank[is_wish[candidate, choice] & ((has & np.uint64(1)) == 1)] = choice
    return rank


def _points(weight, share, whole, known):
    """Round weight × share / whole, halves up; NOT_SCORED where not known. Small numbers: 32 bits halve the time."""
    whole = np.where(known, whole, np.int32(1))
    return np.where(known, (2 * weight * share + whole) // (2 * whole), NOT_SCORED)


def _learning(problem):
    wanted, possible = problem.candidates.processes, problem.openings.processes
    known = np.unique(wanted[:, 1])
    theirs, own = packed(problem.candidates.key, wanted, known), packed(problem.openings.key, possible, known)
    i, j = problem.pair_candidate, problem.pair_opening
    share = np.zeros(len(i), dtype=np.int32)
    for word in range(theirs.shape[1]):
        share += np.bitwise_count(theirs[i, word] & own[j, word])
    asked = np.bitwise_count(theirs).sum(axis=1, dtype=np.int32)[i]
    told = np.isin(problem.openings.key, possible[:, 0])[j]
    return share, asked, (asked > 0) & told


def _travel(problem):
    minutes = problem.pairs.minutes
    most = problem.candidates.max_minutes.astype(np.int32)[problem.pair_candidate]
    return np.maximum(most - minutes, 0), most, minutes >= 0


def _kind(problem):
    i, j = problem.pair_candidate, problem.pair_opening
    choices = problem.candidates.kinds.shape[1]
    has_kinds = (problem.candidates.kinds >= 0).any(axis=1)[i]
    rank = kind_rank(problem, i, j)
    kind = np.where(rank >= 0, choices - rank, 0).astype(np.int32)
    wishes = problem.candidates.wishes[i]
    asked = np.bitwise_count(wishes).astype(np.int32)
    met = np.bitwise_count(wishes & problem.openings.features[j]).astype(np.int32)
    both = has_kinds & (asked > 0)
    share = np.where(both, kind * asked + choices * met, np.where(has_kinds, kind, met))
    whole = np.where(both, 2 * choices * asked, np.where(has_kinds, choices, asked))
    return share, whole, whole > 0


def _costs(problem):
    covers = problem.openings.covers_costs.astype(np.int32)[problem.pair_opening]
    return np.maximum(covers, 0), np.ones_like(covers), covers >= 0


def packed(keys, loose, known):
    """Return loose rows (key, number) as bits over the ascending `known`: uint64 of shape (len(keys), words)."""
    bits = np.zeros((len(keys), len(known) // 64 + 1), dtype=np.uint64)
    counts = np.isin(loose[:, 1], known)
    row, at = np.searchsorted(keys, loose[counts, 0]), np.searchsorted(known, loose[counts, 1])
    np.bitwise_or.at(bits, (row, at >> 6), np.uint64(1) << (at & 63).astype(np.uint64))
    return bits
