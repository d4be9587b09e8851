"""One student after a decline: the best place that is left, moving nobody else."""

from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import NO_PLACE


@dataclass(frozen=True)
class Repair:
    """Herstel: where one student can go now. `opening` is None when no seat is left."""

    candidate: int  # key
    opening: int | None  # key
    fit: int
    eligible: int  # places that fit this student, declined ones left out
    free: int  # of those: with a seat left


def best_place(problem, outcome, candidate, *, declined=(), given_up=()):
    """Return the `Repair` for one student (key), everyone else staying where the outcome put them.

    declined : keys of places that must not be proposed again, beside those that the problem forbids
    given_up : keys of places where one seat less is left than the problem says (once per seat)

    Equal fits go in order of key. ValueError when a key is not in the problem.
    """
    row, judgement = problem.row_of_candidate(candidate), judge(problem)
    others = outcome.place[(outcome.place != NO_PLACE) & (outcome.candidate != candidate)]
    free = problem.openings.seats - np.bincount(
        np.searchsorted(problem.openings.key, others), minlength=len(problem.openings)
    )
    for key in given_up:
        free[problem.row_of_opening(key)] -= 1
    never = [problem.row_of_opening(key) for key in declined]
    mine = np.flatnonzero((problem.pair_candidate == row) & judgement.eligible)
    mine = mine[~np.isin(problem.pair_opening[mine], never)]
    left = mine[free[problem.pair_opening[mine]] > 0]
    if not len(left):
        return Repair(candidate, None, 0, len(mine), 0)
    best = left[np.argmax(judgement.fit[left])]
    opening = int(problem.openings.key[problem.pair_opening[best]])
    return Repair(candidate, opening, int(judgement.fit[best]), len(mine), len(left))
