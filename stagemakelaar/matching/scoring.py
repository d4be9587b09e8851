"""The fit of a pair: every weight, in whole points, on this one page.

The score orders pairs, not people. Waiting is not in it: that is what the priority classes are for. Nothing here learns.

| part     | points                                                                                     | not scored when          |
| -------- | ------------------------------------------------------------------------------------------ | ------------------------ |
| learning | share of the wanted work processes that can be done there                                  | either list is not known |
| travel   | 0 minutes: all points; at the student's own maximum: none; in a straight line between      | minutes are not known    |
| kind     | kind of work, first choice 5/5 to fifth 1/5; features that would be nice, as a share; both: | the student named        |
|          | the mean of the two                                                                        | neither                  |
| costs    | the place covers costs: all points                                                         | not known                |

What is not scored counts for 0 points and is shown as not known. Halves are rounded up.
"""

from dataclasses import dataclass, fields

PARTS = ("learning", "travel", "kind", "costs")

# Per programme, people may set each weight within these bounds. The learning wish stays the first ground (Stagepact).
BOUNDS = {"learning": (30, 70), "travel": (10, 50), "kind": (0, 30), "costs": (0, 30)}

WISHED_KINDS = 5
NOT_SCORED = -1
LARGEST_DIGIT_WEIGHT = 2**50  # whole numbers below this are exact in every engine, sums along a path included


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
