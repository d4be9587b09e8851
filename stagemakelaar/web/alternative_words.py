"""What another place would cost, in words: exact, and in an order that says nothing about which is best."""

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from stagemakelaar.people.models import Student
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.web.place_words import names_apart

MOST_NAMES = 3


class Other(NamedTuple):
    """Andere plek: a place that fits as well, and what the whole outcome would lose or gain."""

    place: Place
    name: str
    costs: list


class Shift(NamedTuple):
    """Verschuiving in woorden: a student, the place in the computation and the place instead, and what is settled."""

    student: Student
    before: str
    after: str
    placement: Placement | None


def alternatives_in_words(rows):
    """Rows of `alternatives_for` as `Other`, in the order in which they came."""
    names = names_apart(place for place, _alternative, _students in rows)
    return [
        Other(place, names[place.id], costs_in_words(alternative, students)) for place, alternative, students in rows
    ]


def costs_in_words(alternative, students):
    """What an `Alternative` changes in the whole outcome, as phrases; `students` by id, for the names of who move."""
    return list(_costs(alternative, students))


def _costs(alternative, students):
    loses = [move.candidate for move in alternative.moves if move.before is not None and move.after is None]
    gains = [move.candidate for move in alternative.moves if move.before is None and move.after is not None]
    if alternative.placed < 0:
        yield ngettext(
            "%(num)s student minder geplaatst%(who)s",
            "%(num)s studenten minder geplaatst%(who)s",
            -alternative.placed,
            who=_who(loses, students),
        )
    elif loses:
        yield _("geen plek meer%(who)s; wel een plek%(other)s", who=_who(loses, students), other=_who(gains, students))
    elif alternative.placed > 0:
        yield ngettext(
            "%(num)s student meer geplaatst%(who)s",
            "%(num)s studenten meer geplaatst%(who)s",
            alternative.placed,
            who=_who(gains, students),
        )
    yield fit_in_words(alternative.total_fit)
    others = [move.candidate for move in alternative.moves if move.before is not None and move.after is not None]
    if others:
        yield ngettext(
            "%(num)s ander krijgt een andere plek%(who)s",
            "%(num)s anderen krijgen een andere plek%(who)s",
            len(others),
            who=_who(others, students),
        )
    elif not alternative.moves:
        yield _("niemand anders verschuift")


def fit_in_words(points):
    """A change in how well everything fits together, as a phrase."""
    if points == 0:
        return _("alles samen past even goed")
    if points < 0:
        return ngettext("alles samen past %(num)s punt minder", "alles samen past %(num)s punten minder", -points)
    return ngettext("alles samen past %(num)s punt beter", "alles samen past %(num)s punten beter", points)


def placed_in_words(change):
    """A change in how many students have a place, as a phrase."""
    if change == 0:
        return _("evenveel studenten geplaatst")
    if change < 0:
        return ngettext("%(num)s student minder geplaatst", "%(num)s studenten minder geplaatst", -change)
    return ngettext("%(num)s student meer geplaatst", "%(num)s studenten meer geplaatst", change)


def chain_in_words(cost):
    """Who would move by a `Cost`: from which place to which, and the placement of whoever has one already."""
    names = names_apart(cost.places.values())
    return [
        Shift(
            cost.students.get(move.candidate),
            names.get(move.before, _("geen plek")),
            names.get(move.after, _("geen plek")),
            cost.settled.get(move.candidate),
        )
        for move in cost.alternative.moves
    ]


def own_place_in_words(cost):
    """Where the student of a `Cost` goes by it."""
    return names_apart(cost.places.values()).get(cost.alternative.opening, _("geen plek"))


def _who(keys, students):
    """The names in brackets; more than a few are counted."""
    names = sorted(students[key].full_name for key in keys if key in students)
    if not names:
        return ""
    shown = ", ".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        shown = _("%(names)s en %(count)s anderen", names=shown, count=len(names) - MOST_NAMES)
    return f" ({shown})"
