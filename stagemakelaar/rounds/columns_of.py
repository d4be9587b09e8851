"""Rows of the database to columns of the matcher: what may count of a student and of a place, as whole numbers."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import case, func, or_, select

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
)
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceCode, Recognition
from stagemakelaar.reference.models import Equivalent, WorkProcess
from stagemakelaar.reference.travel import spread
from stagemakelaar.reference.vocabulary import (
    Feature,
    KindOfWork,
    LateHours,
    Leerweg,
    SpecialRisks,
    TravelMode,
    mask_of,
)
from stagemakelaar.rounds.reading import Prepared, day, number, prepared, read, text, translated

EPOCH = date(1970, 1, 1)
CODES = 1_000_000  # more than any qualification code
VOG_TAKES = timedelta(weeks=4)
REGISTER_TAKES = timedelta(weeks=5)  # the VOG that it asks for, and a week to register and be linked
LONG_WAIT, VERY_LONG_WAIT = timedelta(weeks=6), timedelta(weeks=12)
FIRST_IN_LINE, WAITED_VERY_LONG, WAITED_LONG, THE_REST = range(4)

_LEERWEG = {Leerweg.BOL.value: BOL, Leerweg.BBL.value: BBL}
_LATE_HOURS = {LateHours.NONE.value: NO_LATE_HOURS, LateHours.EVENING.value: EVENING}
_LATE_HOURS |= {LateHours.NIGHT.value: EVENING_AND_NIGHT}


# A place without these is not offered yet.
OFFERED = (Place.leerweg.is_not(None), Place.starts_on.is_not(None))


# Since when someone seeks: what was told, and only where nothing was, when they signed up.
SINCE = (
    day(Profile.searching_since),
    text(case((Profile.searching_since.is_(None), Case.created_at)).label("signed_up_at")),
)


# --- statements ----------------------------------------------------------------------------------------------------


def people(*which):
    """A statement of the students for whom these conditions hold, and what may count of them."""
    return (
        select(
            number(Student.id),
            day(Student.birth_date),
            number(Profile.code),
            text(Profile.leerweg),
            day(Profile.starts_on),
            day(Profile.ends_on),
            number(Profile.weekdays),
            number(Profile.days_per_week),
            number(Profile.school_hours),
            text(Profile.late_hours),
            text(Profile.postcode),
            text(Profile.travel_modes),
            number(Profile.max_minutes),
            text(Profile.work_processes),
            text(Profile.required_processes),
            number(Profile.hours_required),
            text(Profile.kinds),
            text(Profile.must),
            text(Profile.wishes),
            number(Profile.has_vog),
            number(Profile.in_childcare_register),
            *SINCE,
            number(Case.has_priority),
        )
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .where(*which)
    )


def places(*which):
    """A statement of the places for which these conditions hold, and what may count of them."""
    return (
        select(
            number(Place.id),
            number(Place.organisation_id),
            text(Place.leerweg),
            day(Place.starts_on),
            day(Place.ends_on, NO_END),
            number(Place.weekdays),
            number(Place.hours_per_day),
            number(Place.free),
            text(Place.work_processes),
            text(Place.kinds),
            text(Place.features),
            number(Place.needs_vog),
            number(Place.needs_register),
            number((Place.special_risks == SpecialRisks.UNSUPERVISED).label("unsupervised_risks")),
            text(Place.late_hours),
            number(Place.minimum_age),
            number(_covers_costs().label("covers_costs")),
            text(func.coalesce(Place.postcode, Organisation.postcode).label("postcode")),
            number((Organisation.state == OrganisationState.VERIFIED).label("is_verified")),
        )
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(*OFFERED, *which)
    )


class Asked(NamedTuple):
    """Statements, ready for `read`, of some students and some places and of what the latter may teach."""

    people: Prepared
    places: Prepared
    offers: Prepared
    proofs: Prepared


def asked(who, where):
    """The statements for conditions on the students and on the places."""
    joined = select(Place.id, Place.organisation_id).join(Organisation, Organisation.id == Place.organisation_id)
    chosen = joined.where(*OFFERED, *where).subquery()
    offers = select(number(PlaceCode.place_id), number(chosen.c.organisation_id), number(PlaceCode.code))
    proofs = select(
        number(Recognition.organisation_id),
        number(Recognition.code),
        day(Recognition.valid_from),
        day(Recognition.valid_until, NO_END),
        day(Recognition.withdrawn_on, NO_END),
    ).where(Recognition.checked_at.is_not(None), Recognition.organisation_id.in_(select(chosen.c.organisation_id)))
    offers = offers.join(chosen, chosen.c.id == PlaceCode.place_id)
    return Asked(*map(prepared, (people(*who), places(*where), offers, proofs)))


PROCESSES = prepared(select(number(WorkProcess.id), number(WorkProcess.code)))
EQUIVALENTS = prepared(
    select(
        number(Equivalent.equivalent_code),
        number(Equivalent.code),
        day(Equivalent.valid_from, 0),
        day(Equivalent.valid_until, NO_END),
    )
)


def _covers_costs():
    yes = or_(Place.pays_travel.is_(True), Place.allowance_cents != 0)
    unknown = or_(Place.pays_travel.is_(None), Place.allowance_cents.is_(None))
    return case((yes, 1), (unknown, UNKNOWN), else_=0)


# --- the two tables ------------------------------------------------------------------------------------------------


def candidates(rows, lot):
    """The students as the matcher may know them."""
    starts_on, today = rows.starts_on, clock.today()
    age = _ages(rows.birth_date, starts_on)
    ready = np.where(rows.has_vog == 1, 0, _day(today + VOG_TAKES))
    columns: dict[str, Any] = {
        "key": rows.id,
        "code": rows.code,
        "leerweg": translated(rows.leerweg, _LEERWEG.__getitem__),
        "starts_on": starts_on,
        "ends_on": rows.ends_on,
        "weekdays": rows.weekdays,
        "days": rows.days_per_week,
        "late_hours": translated(rows.late_hours, _LATE_HOURS.__getitem__),
        "is_minor": age < 18,
        "is_under_16": age < 16,
        "school_hours": rows.school_hours,
        "max_minutes": rows.max_minutes,
        "vog_ready_on": ready,
        "must": translated(rows.must, _features),
        "wishes": translated(rows.wishes, _features),
        "processes": _loose(rows.id, rows.work_processes, list),
        "required": _loose(rows.id, rows.required_processes, list),
        "hours_required": rows.hours_required,
        "register_ready_on": np.where(rows.in_childcare_register == 1, 0, _day(today + REGISTER_TAKES)),
        "kinds": translated(rows.kinds, _first_kinds, width=WISHED_KINDS),
        "priority_class": _priority_classes(rows, today),
        "lot": np.array([_draw(lot, student) for student in rows.id.tolist()], dtype=np.int64),
    }
    return Candidates(**columns)


def openings(rows, recognitions, code_of):
    """The places as the matcher may know them; `code_of`: as `codes_of_processes` tells."""
    processes = _loose(rows.id, rows.work_processes, list)
    columns: dict[str, Any] = {
        "key": rows.id,
        "organisation": rows.organisation_id,
        "leerweg": translated(rows.leerweg, _LEERWEG.__getitem__),
        "starts_on": rows.starts_on,
        "ends_on": rows.ends_on,
        "weekdays": rows.weekdays,
        "seats": rows.free,
        "late_hours": translated(rows.late_hours, _LATE_HOURS.__getitem__),
        "hours_per_day": rows.hours_per_day * 60,
        "minimum_age": rows.minimum_age,
        "vog": rows.needs_vog == 1,
        "register": rows.needs_register == 1,
        "unsupervised_risks": rows.unsupervised_risks == 1,
        "features": translated(rows.features, _features),
        "kinds": _loose(rows.id, rows.kinds, _kinds),
        "processes": processes,
        "told": _told(processes, code_of),
        "covers_costs": rows.covers_costs,
        "is_verified": rows.is_verified == 1,
        "recognitions": recognitions,
    }
    return Openings(**columns)


def codes_of_processes(session):
    """The qualification code that each work process belongs to: two columns, id and code, in order of id."""
    rows = read(session, PROCESSES, order_by="id")
    return rows.id, rows.code


def recognitions(session, asked, codes, **values):
    """Rows (place, code of a student, first day, last day): when a checked recognition lets someone learn there.

    A place takes who studies a code for which it is offered, or one for which such a code counts as equivalent; and the
    organisation must be recognised for the student's own code or for an equivalent. An equivalence has its own days.
    `asked` tells which places, `codes` are those of the students.
    """
    counts, student_code, since, until = what_counts(session, np.unique(codes))
    offers = read(session, asked.offers, **values)
    at, by = _join(offers.code, counts)
    offered, first = np.unique(offers.place_id[at] * CODES + student_code[by], return_index=True)
    place, code = np.divmod(offered, CODES)
    organisation = offers.organisation_id[at[first]]
    proofs = read(session, asked.proofs, **values)
    at, by = _join(proofs.code, counts)
    since = np.maximum(proofs.valid_from[at], since[by])
    until = np.minimum(np.minimum(proofs.valid_until, proofs.withdrawn_on)[at], until[by])
    row, proof = _join(organisation * CODES + code, proofs.organisation_id[at] * CODES + student_code[by])
    found = np.column_stack([place[row], code[row], since[proof], until[proof]])
    return found[found[:, 2] <= found[:, 3]]


def what_counts(session, codes):
    """Four columns: a code that counts, the code of the student for which it does, the first day and the last."""
    equal = read(session, EQUIVALENTS)
    equal = np.stack([equal.equivalent_code, equal.code, equal.valid_from, equal.valid_until])
    themselves = np.stack([codes, codes, np.zeros_like(codes), np.full_like(codes, NO_END)])
    return np.concatenate([themselves, equal[:, np.isin(equal[1], codes)]], axis=1)


def _join(left, right):
    """Return the positions (in left, in right) of all pairs that are equal, by position in left."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    which, at = spread(np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right"))
    return which, order[at]


# --- columns -------------------------------------------------------------------------------------------------------


def _loose(keys, texts, numbers: Callable):
    """Rows (key, number) of lists that are written as JSON."""
    number_of = {one: number for number, one in enumerate(dict.fromkeys(texts))}
    lists = [list(numbers(json.loads(one))) for one in number_of]
    end = np.cumsum([0, *map(len, lists)])
    values = np.array([number for one in lists for number in one], dtype=np.int64)
    text = np.fromiter(map(number_of.__getitem__, texts), dtype=np.int64, count=len(texts))
    row, at = spread(end[text], end[text + 1])
    return np.column_stack([keys[row], values[at]])


def _told(processes, code_of):
    """Rows (place, code): of which codes a place tells what can be done there, from rows (place, work process)."""
    ids, codes = code_of
    at, known = np.searchsorted(ids, processes[:, 1]), np.isin(processes[:, 1], ids)
    place, code = np.divmod(np.unique(processes[known, 0] * CODES + codes[at[known]]), CODES)
    return np.column_stack([place, code])


def _day(day):
    return (day - EPOCH).days


def _ages(born, on):
    """Whole years between two columns of days."""
    born, on = born.astype("datetime64[D]"), on.astype("datetime64[D]")
    years = on.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    return years - (_of_year(on) < _of_year(born))


def _of_year(dates):
    """Month and day of each date as one number that orders them."""
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64) % 12 * 100 + (dates - months).astype(np.int64)


def _features(text):
    return mask_of(map(Feature, json.loads(text)))


def modes_of(text):
    """The mask of a list of means of travel."""
    return mask_of(map(TravelMode, json.loads(text)))


def _kinds(values):
    return [KindOfWork(value).number for value in values]


def _first_kinds(text):
    own = _kinds(json.loads(text))[:WISHED_KINDS]
    return own + [UNKNOWN] * (WISHED_KINDS - len(own))


def seeking_since(rows):
    """The first day of each search, from the columns of `SINCE`: as it was told, or else when they signed up."""
    return np.where(rows.searching_since > 0, rows.searching_since, translated(rows.signed_up_at, _day_of_moment))


def days_waited(rows, today):
    """Days since the first day of the search."""
    return _day(today) - seeking_since(rows)


def _priority_classes(rows, today):
    waited = days_waited(rows, today)
    long, very_long = waited > LONG_WAIT.days, waited > VERY_LONG_WAIT.days
    classes = np.where(very_long, WAITED_VERY_LONG, np.where(long, WAITED_LONG, THE_REST))
    return np.where(rows.has_priority == 1, FIRST_IN_LINE, classes)


def _day_of_moment(text):
    """The day here on which a moment was that the database wrote; 0 for none."""
    if not text:
        return 0
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite writes them without a zone
    return _day(moment.astimezone(clock.AMSTERDAM).date())


def _draw(lot, student_id):
    """A ticket that depends on the run's seed and on the student alone, so that who else takes part changes nothing."""
    return int.from_bytes(hashlib.sha256(f"{lot}:{student_id}".encode()).digest()[:8], "big") % LARGEST
