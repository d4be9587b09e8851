"""The judgement of every pair, made once per problem: which rules it breaks, and what it would be worth."""

import weakref
from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.eligibility import broken_rules
from stagemakelaar.matching.scoring import agreed_points, fit_of, score

_made: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Judgement:
    """Oordeel: one row per pair of the problem; k rows."""

    broken: np.ndarray  # int32, mask of `Rule.bit`
    parts: np.ndarray  # int8, shape (k, len(PARTS))
    fit: np.ndarray  # int32: the sum of the parts, and what the broker's hints add

    @property
    def eligible(self):
        """True where no rule is broken."""
        return self.broken == 0


def judge(problem):
    """Return the judgement of the pairs of `problem`; kept as long as the problem is."""
    if problem not in _made:
        parts = score(problem)
        fit = fit_of(parts)
        _made[problem] = Judgement(broken=broken_rules(problem), parts=parts, fit=fit + agreed_points(problem, fit))
    return _made[problem]
