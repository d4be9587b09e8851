"""With which settings a run computes, where they are its own: they are kept beside the frozen facts, never in them.

So two runs can rest on the very same facts, and the same facts with the same settings give the same outcome for ever.
A setting only narrows or weighs: no run proposes what a hard rule or a student's own limit forbids.
"""

from dataclasses import asdict, dataclass, replace

import numpy as np

from stagemakelaar.errors import N_, DomainError
from stagemakelaar.matching.scoring import Weights
from stagemakelaar.people.settings import check_weights
from stagemakelaar.rounds.columns_of import FIRST_IN_LINE, THE_REST

SHORTEST, LONGEST = 10, 120  # minutes, as a student may choose them


@dataclass(frozen=True)
class RunSettings:
    """Instellingen van een berekening; what is left as it is here goes as everywhere in the programme."""

    weights: Weights | None = None
    most_minutes: int | None = None  # as if no student wanted to travel longer than this
    waiting_counts: bool = True  # whether who waits longer goes first; who lost a place to others always does

    @classmethod
    def of(cls, run):
        """The settings that a run was asked for with."""
        kept = dict(run.settings)
        if "weights" in kept:
            kept["weights"] = Weights(**kept["weights"])
        return cls(**kept)

    @property
    def stored(self):
        """What differs from the usual, as plain values for the row of the run."""
        usual = RunSettings()
        return {name: value for name, value in asdict(self).items() if value != getattr(usual, name)}

    def applied_to(self, facts):
        """Return the `Problem` of these facts under these settings; the facts themselves when nothing differs."""
        if self == RunSettings():
            return facts
        people = facts.candidates
        if self.most_minutes is not None:
            people = replace(people, max_minutes=np.minimum(people.max_minutes, self.most_minutes))
        if not self.waiting_counts:
            goes_first = people.priority_class == FIRST_IN_LINE
            people = replace(people, priority_class=np.where(goes_first, FIRST_IN_LINE, THE_REST))
        return replace(facts, candidates=people, weights=self.weights or facts.weights)


def settings_from(*, weights, most_minutes=None, waiting_counts=True):
    """The `RunSettings` that a person asks for; refused where they pass the bounds of the programmes.

    weights: part → points, all of them.
    """
    check_weights(weights)
    if most_minutes is not None and not SHORTEST <= most_minutes <= LONGEST:
        raise DomainError(
            N_("Kies een getal van %(low)s tot en met %(high)s."), field="most_minutes", low=SHORTEST, high=LONGEST
        )
    return RunSettings(Weights(**weights), most_minutes, waiting_counts)
