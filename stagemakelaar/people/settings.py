"""The rules of a programme, set by people: weights, terms, four eyes."""

from stagemakelaar import audit
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.matching.scoring import BOUNDS, Weights


def weights_of(programme):
    """The weights by which a programme orders pairs."""
    return Weights(**programme.weights)


def change_settings(session, programme, *, weights, answer_days, undo_minutes, four_eyes, by):
    """Change the rules of a programme. Runs and letters from now on follow them; what was computed stays as it was."""
    for part, (low, high) in BOUNDS.items():
        if not low <= weights[part] <= high:
            raise DomainError(N_("Kies een getal van %(low)s tot en met %(high)s."), field=part, low=low, high=high)
    if weights["learning"] < max(weights.values()):
        raise DomainError(N_("De leerwens telt altijd het zwaarst. Maak een ander gewicht lager."), field="learning")
    if not 1 <= answer_days <= 30:
        raise DomainError(N_("Kies een getal van 1 tot en met 30."), field="answer_days")
    if not 0 <= undo_minutes <= 240:
        raise DomainError(N_("Kies een getal van 0 tot en met 240."), field="undo_minutes")
    programme.weights = dict(weights)
    programme.answer_days = answer_days
    programme.undo_minutes = undo_minutes
    programme.four_eyes = four_eyes
    audit.record(
        session,
        "programme.settings_changed",
        programme,
        by=by,
        programme_id=programme.id,
        weights=dict(weights),
        answer_days=answer_days,
        undo_minutes=undo_minutes,
        four_eyes=four_eyes,
    )
