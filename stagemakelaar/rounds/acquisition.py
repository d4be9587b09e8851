"""Who is short of seats, and at which places one seat more would help; `wanted` tells of places that are not there yet.

Everything rests on the computation under review, and is exact for it: so many students more would be placed. Each
answer stands by itself; two new places do not simply help twice as many, because the same student may fill either.
"""

from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar.matching.newseats import more_seats
from stagemakelaar.matching.unplaced import Shortage, shortages
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.rounds.queries import computed

SHOWN = 10


class Short(NamedTuple):
    """Tekort: a group of students who compete for the same seats, with the courses and the places by name."""

    shortage: Shortage
    courses: list
    places: list


class SeatMore(NamedTuple):
    """Plek erbij: how many students more would be placed by one seat more at a place that is there."""

    place: Place
    extra: int


def groups_short(session, run):
    """The groups that are short of seats, the largest shortage first."""
    problem, outcome = computed(session, run)
    found = shortages(problem, outcome)[:SHOWN]
    courses = _courses(session, {code for one in found for code in one.codes})
    places = _places(session, {key for one in found for key in one.openings})
    return [
        Short(
            one,
            [courses[code] for code in map(_text, one.codes) if code in courses],
            sorted((places[key] for key in one.openings if key in places), key=_by_name),
        )
        for one in found
    ]


def seats_worth_asking(session, run):
    """Places where one seat more would place a student more, by name of the company."""
    problem, outcome = computed(session, run)
    extra = more_seats(problem, outcome)[:, 0]
    worth = dict(zip(problem.openings.key[extra > 0].tolist(), extra[extra > 0].tolist(), strict=True))
    places = _places(session, worth)
    return [SeatMore(place, worth[place.id]) for place in sorted(places.values(), key=_by_name)]


def _courses(session, codes):
    return qualifications_with(session, {_text(code) for code in codes})


def _places(session, ids):
    rows = session.scalars(select(Place).join(Organisation).where(Place.id.in_(list(ids)))).all()
    return {place.id: place for place in rows}


def _by_name(place):
    return (place.organisation.sort_name, place.title, place.id)


def _text(code):
    return f"{int(code):05d}"
