"""Tables to the matcher's arrays, and back. The only file that knows both, and the one door for facts.

What goes in: numbers that stand for students and places, and what may count. What stays outside: names, addresses,
birth dates and postcodes; of a journey only its minutes go in, of an age only the yes or no of the rules for the young.
"""

import hashlib
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.matching.columns import LARGEST
from stagemakelaar.matching.problem import (
    BBL,
    BOL,
    EVENING,
    EVENING_AND_NIGHT,
    NO_END,
    NO_LATE_HOURS,
    UNKNOWN,
    WISHED_KINDS,
    Candidates,
    Openings,
    Pairs,
    Problem,
)
from stagemakelaar.matching.scoring import PARTS, Weights
from stagemakelaar.people.models import Profile, Programme, Student
from stagemakelaar.placements.models import Placement, PlacementState, WithdrawnBy
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceCode, PlaceState, Recognition
from stagemakelaar.reference.models import Equivalent
from stagemakelaar.reference.travel import fastest_minutes
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, TravelMode, mask_of
from stagemakelaar.rounds.models import Proposal, Review, Run, Verdict
from stagemakelaar.rounds.queries import IS_READY, takes_part

EPOCH = date(1970, 1, 1)
VOG_TAKES = timedelta(weeks=4)
LONG_WAIT, VERY_LONG_WAIT = timedelta(weeks=6), timedelta(weeks=12)
FIRST_IN_LINE, WAITED_VERY_LONG, WAITED_LONG, THE_REST = range(4)
NEARLY_WITHIN_REACH = 30  # minutes above one's maximum: not eligible, but worth telling the broker about

# Why a pair may not be proposed; the numbers are stored with a run and never change.
STUDENT_SAID_NO, BROKER_SAID_NO = 1, 2

_LEERWEG = {Leerweg.BOL: BOL, Leerweg.BBL: BBL}
_LATE_HOURS = {LateHours.NONE: NO_LATE_HOURS, LateHours.EVENING: EVENING, LateHours.NIGHT: EVENING_AND_NIGHT}


def freeze(session, run):
    """Return the `Problem` of this moment: who is searching in the programme, what is open, and the lot of the run."""
    people = session.execute(_people().where(*takes_part(run.programme_id))).all()
    places = session.execute(_places().where(*_is_open(run.programme_id))).all()
    refused = _said_no_by_student(session, run.programme_id) | _said_no_by_broker(session, run.round_id)
    weights = session.scalar(select(Programme.weights).where(Programme.id == run.programme_id))
    return _problem(session, people, places, refused, lot=run.lot, weights=weights)


def thaw(run):
    """Return the very problem that this run was given, from the bytes that were kept with it."""
    return Problem.from_bytes(run.frozen_input)


def pair_of_today(session, student, place):
    """Return the `Problem` of one student and one place as they are now, or None when the profile is not complete."""
    people = session.execute(_people().where(Student.id == student.id, *IS_READY)).all()
    if not people:
        return None
    places = session.execute(_places().where(Place.id == place.id)).all()
    return _problem(session, people, places, _said_no_by_student(session, student.programme_id, student.id))


def options_of_today(session, student):
    """Return the `Problem` of one student and all places that are open now; None when the profile is not complete."""
    people = session.execute(_people().where(Student.id == student.id, *IS_READY)).all()
    if not people:
        return None
    places = session.execute(_places().where(*_is_open(student.programme_id))).all()
    return _problem(session, people, places, _said_no_by_student(session, student.programme_id, student.id))


# --- rows ----------------------------------------------------------------------------------------------------------


def _people():
    columns = (
        Profile.code,
        Profile.leerweg,
        Profile.starts_on,
        Profile.ends_on,
        Profile.weekdays,
        Profile.days_per_week,
        Profile.school_hours,
        Profile.late_hours,
        Profile.postcode,
        Profile.travel_modes,
        Profile.max_minutes,
        Profile.work_processes,
        Profile.kinds,
        Profile.must,
        Profile.wishes,
        Profile.has_vog,
        Profile.searching_since,
    )
    return (
        select(Student.id, Student.birth_date, *columns, Case.has_priority, Case.created_at)
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .order_by(Student.id)
    )


def _is_open(programme_id):
    return (
        Place.programme_id == programme_id,
        Place.state == PlaceState.OPEN,
        Place.free > 0,
        Organisation.state == OrganisationState.VERIFIED,
    )


def _places():
    columns = (
        Place.leerweg,
        Place.starts_on,
        Place.ends_on,
        Place.weekdays,
        Place.hours_per_day,
        Place.free,
        Place.work_processes,
        Place.kinds,
        Place.features,
        Place.needs_vog,
        Place.late_hours,
        Place.minimum_age,
        Place.allowance_cents,
        Place.pays_travel,
    )
    postcode = func.coalesce(Place.postcode, Organisation.postcode).label("postcode")
    return (
        select(Place.id, Place.organisation_id, *columns, postcode, Organisation.state.label("organisation_state"))
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(Place.leerweg.is_not(None), Place.starts_on.is_not(None))
        .order_by(Place.id)
    )


def _said_no_by_student(session, programme_id, student_id=None):
    """Places that a student declined or left; what others ended may be proposed again."""
    declined = select(Placement.student_id, Placement.place_id).where(
        Placement.programme_id == programme_id,
        Placement.state == PlacementState.WITHDRAWN,
        Placement.withdrawn_by == WithdrawnBy.STUDENT,
    )
    if student_id is not None:
        declined = declined.where(Placement.student_id == student_id)
    return {(student, place, STUDENT_SAID_NO) for student, place in session.execute(declined)}


def _said_no_by_broker(session, round_id):
    """Proposals of this round that were rejected with a reason; the next round may come to the same pair again."""
    rejected = (
        select(Proposal.student_id, Proposal.place_id)
        .join(Run, Run.id == Proposal.run_id)
        .join(Review, Review.proposal_id == Proposal.id)
        .where(Run.round_id == round_id, Review.verdict == Verdict.REJECT)
    )
    return {(student, place, BROKER_SAID_NO) for student, place in session.execute(rejected)}


# --- arrays --------------------------------------------------------------------------------------------------------


def _problem(session, people, places, refused, *, lot=0, weights=None):
    recognitions = _recognitions(session, places, {person.code for person in people})
    who, where = {person.id for person in people}, {place.id for place in places}
    forbidden = [row for row in refused if row[0] in who and row[1] in where]
    return Problem(
        candidates=_candidates(people, lot),
        openings=_openings(places, recognitions),
        pairs=_pairs(people, places, recognitions, forbidden),
        weights=Weights(**{part: (weights or {})[part] for part in PARTS if part in (weights or {})}),
    )


def _candidates(people, lot):
    today = clock.today()
    ages = [(_age_on(person.birth_date, person.starts_on)) for person in people]
    kinds = [[KindOfWork(kind).number for kind in person.kinds][:WISHED_KINDS] for person in people]
    columns: dict[str, Any] = {
        "key": [person.id for person in people],
        "code": [int(person.code) for person in people],
        "leerweg": [_LEERWEG[person.leerweg] for person in people],
        "starts_on": [_day(person.starts_on) for person in people],
        "ends_on": [_day(person.ends_on) for person in people],
        "weekdays": [person.weekdays for person in people],
        "days": [person.days_per_week for person in people],
        "late_hours": [_LATE_HOURS[person.late_hours] for person in people],
        "is_minor": [age < 18 for age in ages],
        "is_under_16": [age < 16 for age in ages],
        "school_hours": [person.school_hours or 0 for person in people],
        "max_minutes": [person.max_minutes for person in people],
        "vog_ready_on": [0 if person.has_vog else _day(today + VOG_TAKES) for person in people],
        "must": [mask_of(map(Feature, person.must)) for person in people],
        "wishes": [mask_of(map(Feature, person.wishes)) for person in people],
        "processes": [(person.id, process) for person in people for process in person.work_processes],
        "kinds": [own + [UNKNOWN] * (WISHED_KINDS - len(own)) for own in kinds],
        "priority_class": [_priority_class(person, today) for person in people],
        "lot": [_draw(lot, person.id) for person in people],
    }
    return Candidates(**columns)


def _openings(places, recognitions):
    columns: dict[str, Any] = {
        "key": [place.id for place in places],
        "organisation": [place.organisation_id for place in places],
        "leerweg": [_LEERWEG[place.leerweg] for place in places],
        "starts_on": [_day(place.starts_on) for place in places],
        "ends_on": [NO_END if place.ends_on is None else _day(place.ends_on) for place in places],
        "weekdays": [place.weekdays for place in places],
        "seats": [place.free for place in places],
        "late_hours": [_LATE_HOURS[place.late_hours] for place in places],
        "hours_per_day": [place.hours_per_day * 60 for place in places],
        "minimum_age": [place.minimum_age for place in places],
        "vog": [place.needs_vog for place in places],
        "features": [mask_of(map(Feature, place.features)) for place in places],
        "kinds": [(place.id, KindOfWork(kind).number) for place in places for kind in place.kinds],
        "processes": [(place.id, process) for place in places for process in place.work_processes],
        "covers_costs": [_covers_costs(place) for place in places],
        "is_verified": [place.organisation_state is OrganisationState.VERIFIED for place in places],
        "recognitions": [(place, int(code), first, until) for place, code, first, until in recognitions],
    }
    return Openings(**columns)


def _pairs(people, places, recognitions, forbidden):
    """Everyone with every place for their code, as far as the minutes are known not to be absurd."""
    places_for, people_with = defaultdict(set), defaultdict(list)
    for place, code, _first, _until in recognitions:
        places_for[code].add(place)
    for person in people:
        people_with[person.code].append(person)
    by_id = {place.id: place for place in places}
    parts = {name: [np.zeros(0, dtype=np.int64)] for name in ("candidate", "opening", "minutes", "mode", "is_estimate")}
    for code, those in sorted(people_with.items()):
        there = [by_id[place] for place in sorted(places_for[code])]
        if not there:
            continue
        longest = np.array([person.max_minutes for person in those])
        journeys = fastest_minutes(
            [person.postcode for person in those],
            [mask_of(map(TravelMode, person.travel_modes)) for person in those],
            [place.postcode for place in there],
            longest=longest,
        )
        row, column = np.nonzero(journeys.minutes <= longest[:, None] + NEARLY_WITHIN_REACH)
        parts["candidate"].append(np.array([person.id for person in those])[row])
        parts["opening"].append(np.array([place.id for place in there])[column])
        parts["minutes"].append(journeys.minutes[row, column])
        parts["mode"].append(journeys.mode[row, column])
        parts["is_estimate"].append(journeys.is_estimate[row, column])
    columns: dict[str, Any] = {name: np.concatenate(found).astype(np.int64) for name, found in parts.items()}
    return Pairs(**columns, forbidden=forbidden)


def _recognitions(session, places, codes):
    """Rows (place, code of a student, first day, last day): when a checked recognition lets someone learn there.

    A place takes who studies a code for which it is offered, or one for which such a code counts as equivalent; and the
    organisation must be recognised for the student's own code or for an equivalent. An equivalence has its own days.
    """
    counting = defaultdict(list)  # code that counts → (code of the student, first day, last day)
    for code in codes:
        counting[code].append((code, 0, NO_END))
    for code, counts, first, last in session.execute(
        select(Equivalent.code, Equivalent.equivalent_code, Equivalent.valid_from, Equivalent.valid_until)
    ):
        if code in codes:
            counting[counts].append((code, _day(first) if first else 0, _day(last) if last else NO_END))

    offered = defaultdict(set)
    for place, code in session.execute(select(PlaceCode.place_id, PlaceCode.code)):
        offered[place] |= {student_code for student_code, _first, _last in counting[code]}
    recognised = defaultdict(list)
    for row in session.execute(
        select(
            Recognition.organisation_id,
            Recognition.code,
            Recognition.valid_from,
            Recognition.valid_until,
            Recognition.withdrawn_on,
        ).where(Recognition.checked_at.is_not(None))
    ):
        last = min(NO_END if day is None else _day(day) for day in (row.valid_until, row.withdrawn_on))
        for code, first, until in counting[row.code]:
            recognised[row.organisation_id].append((code, max(first, _day(row.valid_from)), min(until, last)))
    return [
        (place.id, code, first, until)
        for place in places
        for code, first, until in recognised[place.organisation_id]
        if code in offered[place.id] and first <= until
    ]


# --- single facts --------------------------------------------------------------------------------------------------


def _day(day):
    return (day - EPOCH).days


def _age_on(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _covers_costs(place):
    if place.pays_travel or place.allowance_cents:
        return 1
    return UNKNOWN if place.pays_travel is None or place.allowance_cents is None else 0


def _priority_class(person, today):
    if person.has_priority:
        return FIRST_IN_LINE
    waited = today - (person.searching_since or person.created_at.astimezone(clock.AMSTERDAM).date())
    if waited > VERY_LONG_WAIT:
        return WAITED_VERY_LONG
    return WAITED_LONG if waited > LONG_WAIT else THE_REST


def _draw(lot, student_id):
    """A ticket that depends on the run's seed and on the student alone, so that who else takes part changes nothing."""
    return int.from_bytes(hashlib.sha256(f"{lot}:{student_id}".encode()).digest()[:8], "big") % LARGEST
