"""Students who must not be reckoned with any more, out of a problem and its best outcome.

Each leaves with the seat that the outcome gave. What is left is again the best outcome of what is left: whatever were
better for the others, on the seats that they have or that are spare, would have been better in the whole as well. So
all that is exact for an outcome stays exact, without solving anew, and nobody who left is in any chain.
"""

from dataclasses import replace

import numpy as np

from stagemakelaar.matching.columns import part_of, rows_about
from stagemakelaar.matching.problem import NO_PLACE, Problem


def without(problem, outcome, keys):
    """Return (problem, outcome) without the students of these keys, as far as they are in it, and without their seats.

    The certificate and the fingerprint of the input stay those of the whole: what is left was not computed by itself.
    """
    people, places, pairs = problem.candidates, problem.openings, problem.pairs
    stays = ~np.isin(people.key, keys)
    if stays.all():
        return problem, outcome
    seats = np.searchsorted(places.key, outcome.place[~stays & (outcome.place != NO_PLACE)])
    left = people.key[stays]
    about = {name: rows_about(getattr(people, name), left) for name in ("processes", "required")}
    wanted = {name: rows_about(getattr(pairs, name), left) for name in ("forbidden", "hints")}
    rows = {name: getattr(outcome, name)[stays] for name in ("candidate", "place", "priority_class", "fit", "parts")}
    rest = Problem(
        candidates=part_of(people, stays, **about),
        openings=replace(places, seats=places.seats - np.bincount(seats, minlength=len(places))),
        pairs=part_of(pairs, np.isin(pairs.candidate, left), **wanted),
        weights=problem.weights,
    )
    return rest, replace(outcome, **rows)
