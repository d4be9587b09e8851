"""The rules of a programme, set by people: weights, terms, four eyes."""

from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.matching.scoring import BOUNDS, Weights
from stagemakelaar.people.models import User
from stagemakelaar.people.reasons import own_lists

CHANGED = "programme.settings_changed"
TERMS = ("answer_days", "undo_minutes", "send_together", "four_eyes", "warn_share", "morning_letter", "keep_months")
BOUNDS_OF_TERMS = {"answer_days": (1, 30), "undo_minutes": (0, 240), "warn_share": (50, 100), "keep_months": (3, 24)}


class WeightChange(NamedTuple):
    """Wijziging van de weging: who changed the weights, when, and from what to what: part → points."""

    at: datetime
    by: str
    before: dict
    after: dict

    @property
    def parts(self):
        """The parts that changed, in the order of the score: (part, before, after)."""
        return [(part, self.before[part], self.after[part]) for part in BOUNDS if self.before[part] != self.after[part]]


def weights_of(programme):
    """The weights by which a programme orders pairs."""
    return Weights(**programme.weights)


def weight_changes(session, programme):
    """Every change of the weights, the newest first; read from the trail, so that none can be lost or altered."""
    lines = [line for line in audit.trail_of(session, "programme", programme.id) if line.action == CHANGED]
    actors = {line.actor_id for line in lines}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(actors))).all())
    changes, now = [], asdict(Weights())
    for line in lines:
        before = line.details.get("weights_before", now)
        now = asdict(Weights(**line.details["weights"]))
        if before != now:
            changes.append(WeightChange(line.at, names.get(line.actor_id, ""), before, now))
    return changes[::-1]


def check_weights(weights):
    """Refuse weights, part → points, outside the bounds or heavier than the wish to learn."""
    for part, (low, high) in BOUNDS.items():
        _must_lie_between(part, weights[part], low, high)
    if weights["learning"] < max(weights.values()):
        raise DomainError(N_("De leerwens telt altijd het zwaarst. Maak een ander gewicht lager."), field="learning")


def change_settings(session, programme, *, weights, terms, reasons, by):
    """Change the rules of a programme. Runs and letters from now on follow them; what was computed stays as it was.

    weights   part of the score → points
    terms     each of `TERMS` → its value
    reasons   people.reasons.Act → texts to choose from
    """
    check_weights(weights)
    for name, (low, high) in BOUNDS_OF_TERMS.items():
        _must_lie_between(name, terms[name], low, high)
    own = own_lists(reasons)
    changed = sorted(name for name in {*own, *programme.reasons} if own.get(name) != programme.reasons.get(name))
    before = asdict(weights_of(programme))
    programme.weights = dict(weights)
    programme.reasons = own
    for name in TERMS:
        setattr(programme, name, terms[name])
    audit.record(
        session,
        CHANGED,
        programme,
        by=by,
        programme_id=programme.id,
        weights=dict(weights),
        weights_before=before,
        reasons_changed=changed or None,
        **{name: terms[name] for name in TERMS},
    )


def _must_lie_between(name, number, low, high):
    if not low <= number <= high:
        raise DomainError(N_("Kies een getal van %(low)s tot en met %(high)s."), field=name, low=low, high=high)
