"""Reasons to choose from when a decision owes one: a programme's own list, beside words of one's own.

What was chosen is kept as the text that was read: it can be counted, and means the same when the list has changed.
"""

import enum

from stagemakelaar.errors import N_, DomainError

MOST, LONGEST = 12, 80


class Act(enum.Enum):
    """Handeling die een reden vraagt."""

    REJECT = "reject"
    HOLD = "hold"
    REPLACE = "replace"
    UNDO = "undo"


DEFAULTS = {
    Act.REJECT: (
        N_("de reis is te zwaar"),
        N_("het werk past niet bij wat de student wil leren"),
        N_("de student wil deze plek niet"),
        N_("het bedrijf wil eerst overleg"),
        N_("de gegevens kloppen niet meer"),
    ),
    Act.HOLD: (
        N_("wacht op de student"),
        N_("wacht op het bedrijf"),
        N_("wacht op de school"),
        N_("overleg met een collega"),
    ),
    Act.REPLACE: (
        N_("past beter bij de leerwens"),
        N_("betere reis"),
        N_("afspraak met het bedrijf"),
        N_("de student vroeg erom"),
    ),
    Act.UNDO: (
        N_("per ongeluk"),
        N_("nieuwe informatie van de student"),
        N_("nieuwe informatie van het bedrijf"),
    ),
}


def reasons_of(programme, act):
    """The texts that a programme lets its brokers choose from; Dutch, to be translated where they are our own."""
    return tuple(programme.reasons.get(act.value) or DEFAULTS[act])


def own_lists(lists):
    """The lists of a programme as they are kept: what is as we gave it is left out. `lists`: act → texts."""
    for act, texts in lists.items():
        if len(texts) > MOST or any(len(text) > LONGEST for text in texts):
            message = N_("Hoogstens %(most)s redenen van hoogstens %(longest)s tekens.")
            raise DomainError(message, field=f"{act.value}_reasons", most=MOST, longest=LONGEST)
    return {act.value: list(texts) for act, texts in lists.items() if texts and tuple(texts) != DEFAULTS[act]}


def must_say(programme, act, *, reason, why, otherwise):
    """Refuse a decision that gives neither a reason of the list nor words; `otherwise` is the sentence for that."""
    if reason and reason not in reasons_of(programme, act):
        raise DomainError(N_("Kies een reden uit de lijst."), field="reason")
    if not reason and not why.strip():
        raise DomainError(otherwise, field="why")


def in_one(reason, why):
    """A chosen reason and one's own words as one text: "betere reis: haar oma woont er"."""
    return ": ".join(part for part in ((reason or "").rstrip("."), why.strip()) if part)
