"""Runs in words: with what a run computes, and what two of them give."""

from typing import NamedTuple

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.rounds.run_settings import RunSettings
from stagemakelaar.web.explanations import PRIORITY

PARTS = {"learning": _l("leerwens"), "travel": _l("reistijd"), "kind": _l("soort werk"), "costs": _l("vergoeding")}
FIGURES = {
    "placed": _l("Geplaatst"),
    "longest_wait": _l("Langste wachttijd zonder plek, in weken"),
    "travel_median": _l("Middelste reistijd, in minuten"),
    "travel_worst": _l("Langste reistijd, in minuten"),
    "fit_total": _l("Punten samen"),
    "fit_mean": _l("Punten gemiddeld"),
    "fit_lowest": _l("Laagste punten van wie geplaatst is"),
}


class FigureInWords(NamedTuple):
    """Cijfer in woorden: one line of the table above a comparison."""

    what: str
    a: str
    b: str
    difference: str


def run_in_words(run):
    """With what a run computes, as phrases; one that says so when it computes as its programme does."""
    return [*settings_in_words(RunSettings.of(run)), *_from(run)] or [_("zoals het programma")]


def settings_in_words(settings):
    """What differs from the usual, as phrases; empty when nothing does."""
    words = []
    if settings.weights is not None:
        told = [f"{name} {getattr(settings.weights, part)}" for part, name in PARTS.items()]
        words.append(_("weging %(weights)s", weights=", ".join(told)))
    if settings.most_minutes is not None:
        words.append(_("reis hoogstens %(minutes)s minuten", minutes=settings.most_minutes))
    if not settings.waiting_counts:
        words.append(_("wachttijd telt niet"))
    return words


def _from(run):
    return [_("gegevens van berekening %(number)s", number=run.from_run_id)] if run.from_run_id else []


def figures_in_words(figures):
    """The table of a comparison, as `FigureInWords`."""
    return [FigureInWords(_what(one), _number(one.a), _number(one.b), _difference(one.difference)) for one in figures]


def _what(figure):
    if figure.name == "level":
        what = _("Geplaatst op niveau %(level)s", level=figure.key or "?")
    elif figure.name == "waiting":
        what = _("Geplaatst: %(who)s", who=PRIORITY[figure.key])
    else:
        what = str(FIGURES[figure.name])
    return what if figure.of is None else _("%(what)s (van %(of)s)", what=what, of=figure.of)


def _number(value):
    return "–" if value is None else format_decimal(round(value, 1))


def _difference(value):
    if value is None:
        return "–"
    value = round(value, 1)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{format_decimal(abs(value))}"
