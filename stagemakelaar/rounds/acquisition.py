"""Which places to go and get: who is short of seats, where one seat more helps, where a new company would.

Everything rests on the computation under review, and is exact for it: so many students more would be placed. Each
answer stands by itself; two new places do not simply help twice as many, because the same student may fill either.
"""

from typing import NamedTuple

import numpy as np
from sqlalchemy import select

from stagemakelaar.matching.newseats import more_seats, new_places
from stagemakelaar.matching.problem import NO_PLACE
from stagemakelaar.matching.unplaced import Shortage, shortages
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.postcodes import NOWHERE, pc4_array
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.reference.travel import journeys_within
from stagemakelaar.reference.vocabulary import TravelMode, mask_of
from stagemakelaar.rounds.queries import computed

MOST_SEATS = 5  # of a new place
SHOWN = 10
AREAS_PER_COURSE = 2


class Short(NamedTuple):
    """Tekort: a group of students who compete for the same seats, with the courses and the places by name."""

    shortage: Shortage
    courses: list
    places: list


class SeatMore(NamedTuple):
    """Plek erbij: how many students more would be placed by one seat more at a place that is there."""

    place: Place
    extra: int


class NewCompany(NamedTuple):
    """Nieuw bedrijf: how many students more would be placed by a place for this course near a postcode that is not
    there yet, with 1, 2, … seats.
    """

    course: Qualification
    pc4: int
    extra: tuple

    @property
    def useful_seats(self):
        """The fewest seats that place as many as this place ever could."""
        return self.extra.index(self.extra[-1]) + 1


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


def companies_worth_finding(session, run):
    """New places near students without one that would place most of them, those that help most first.

    Such a place is supposed to suit everyone of the course who can get there in time: period, days and conditions are
    still to be agreed on.
    """
    problem, outcome = computed(session, run)
    people = problem.candidates
    homes, modes = _travellers(session, run, people.key)
    is_known = homes != NOWHERE
    lacking = np.flatnonzero((outcome.place == NO_PLACE) & is_known & ~people.is_under_16)
    if not len(lacking):
        return []
    sites = np.unique(np.column_stack([people.code[lacking], homes[lacking]]), axis=0)
    areas = np.unique(sites[:, 1])
    site, candidate = [], []
    for person, area, minutes, _mode, _is_estimate in journeys_within(homes, modes, areas, longest=people.max_minutes):
        within = is_known[person] & (minutes <= people.max_minutes[person])
        who, at = person[within], area[within]
        number = _row_of(sites, people.code[who], areas[at])
        site.append(number[number >= 0])
        candidate.append(who[number >= 0])
    extra = new_places(problem, outcome, np.concatenate(site), np.concatenate(candidate), up_to=MOST_SEATS)
    return _best_of(session, sites[: len(extra)], extra)


def _best_of(session, sites, extra):
    order = np.lexsort((sites[:, 1], sites[:, 0], -extra[:, 0], -extra[:, -1]))
    courses = _courses(session, set(sites[:, 0].tolist()))
    taken, found = {}, []
    for at in order.tolist():
        code, pc4 = _text(sites[at, 0]), int(sites[at, 1])
        if extra[at, -1] > 0 and code in courses and taken.get(code, 0) < AREAS_PER_COURSE:
            taken[code] = taken.get(code, 0) + 1
            found.append(NewCompany(courses[code], pc4, tuple(extra[at].tolist())))
    return found[:SHOWN]


def _travellers(session, run, keys):
    """The postcode (four digits) and the mask of means of each student of the run, NOWHERE for who left since."""
    homes, modes = np.full(len(keys), NOWHERE, dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    rows = session.execute(
        select(Profile.student_id, Profile.postcode, Profile.travel_modes)
        .join(Student, Student.id == Profile.student_id)
        .where(Student.programme_id == run.programme_id)
    ).all()
    at = np.searchsorted(keys, [row.student_id for row in rows])
    for row, spot in zip(rows, at.tolist(), strict=True):
        if spot < len(keys) and keys[spot] == row.student_id:
            homes[spot] = pc4_array([row.postcode])[0]
            modes[spot] = mask_of(map(TravelMode, row.travel_modes))
    return homes, modes


def _row_of(sites, code, pc4):
    """The row of each (code, postcode) in the sorted sites, −1 where it is none."""
    whole, sought = sites[:, 0] * 10_000 + sites[:, 1], code.astype(np.int64) * 10_000 + pc4
    at = np.minimum(np.searchsorted(whole, sought), len(whole) - 1)
    return np.where(whole[at] == sought, at, -1)


def _courses(session, codes):
    return qualifications_with(session, {_text(code) for code in codes})


def _places(session, ids):
    rows = session.scalars(select(Place).join(Organisation).where(Place.id.in_(list(ids)))).all()
    return {place.id: place for place in rows}


def _by_name(place):
    return (place.organisation.sort_name, place.title, place.id)


def _text(code):
    return f"{int(code):05d}"
