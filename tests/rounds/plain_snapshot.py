"""What a snapshot must hold, written down once more without haste: a row at a time, everyone against everything."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.matching.problem import NO_END
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceCode, PlaceState, Recognition
from stagemakelaar.reference.models import Equivalent
from stagemakelaar.reference.travel import fastest_of_pairs
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, TravelMode, mask_of
from stagemakelaar.rounds.queries import takes_part

EPOCH = date(1970, 1, 1)
LATE = {LateHours.NONE: 0, LateHours.EVENING: 1, LateHours.NIGHT: 2}
NEARLY = 30


def plain(session, programme_id):
    """Return {table: {column: list}} of what students, places and pairs are in a programme, rows in order of key."""
    people = session.execute(
        select(Student, Profile, Case)
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .where(*takes_part(programme_id))
        .order_by(Student.id)
    ).all()
    places = session.execute(
        select(Place, Organisation, func.coalesce(Place.postcode, Organisation.postcode))
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(
            Place.programme_id == programme_id,
            Place.state == PlaceState.OPEN,
            Place.free > 0,
            Organisation.state == OrganisationState.VERIFIED,
            Place.leerweg.is_not(None),
            Place.starts_on.is_not(None),
        )
        .order_by(Place.id)
    ).all()
    recognitions = _recognitions(session, [place for place, _company, _at in places])
    return {
        "candidates": _candidates(people),
        "openings": _openings([place for place, _company, _at in places])
        | {"recognitions": sorted(row for row in recognitions if row[1] in {int(p.code) for _s, p, _c in people})},
        "pairs": _pairs([(s, p) for s, p, _case in people], [(place, at) for place, _c, at in places], recognitions),
    }


def _candidates(people):
    columns = defaultdict(list)
    for student, profile, case in people:
        row = {
            "key": student.id,
            "code": int(profile.code),
            "leerweg": int(profile.leerweg is Leerweg.BBL),
            "starts_on": _day(profile.starts_on),
            "ends_on": _day(profile.ends_on),
            "weekdays": profile.weekdays,
            "days": profile.days_per_week,
            "late_hours": LATE[profile.late_hours],
            "is_minor": student.age_on(profile.starts_on) < 18,
            "is_under_16": student.age_on(profile.starts_on) < 16,
            "school_hours": profile.school_hours or 0,
            "max_minutes": profile.max_minutes,
            "vog_ready_on": 0 if profile.has_vog else _day(clock.today() + timedelta(weeks=4)),
            "must": mask_of(map(Feature, profile.must)),
            "wishes": mask_of(map(Feature, profile.wishes)),
            "kinds": ([KindOfWork(kind).number for kind in profile.kinds] + [-1] * 5)[:5],
            "priority_class": _priority_class(profile, case),
        }
        for name, value in row.items():
            columns[name].append(value)
    columns["processes"] = sorted({(s.id, process) for s, p, _case in people for process in p.work_processes})
    return dict(columns)


def _openings(places):
    columns = defaultdict(list)
    for place in places:
        covers = 1 if place.pays_travel or place.allowance_cents else 0
        if not covers and (place.pays_travel is None or place.allowance_cents is None):
            covers = -1
        row = {
            "key": place.id,
            "organisation": place.organisation_id,
            "leerweg": int(place.leerweg is Leerweg.BBL),
            "starts_on": _day(place.starts_on),
            "ends_on": NO_END if place.ends_on is None else _day(place.ends_on),
            "weekdays": place.weekdays,
            "seats": place.free,
            "late_hours": LATE[place.late_hours],
            "hours_per_day": place.hours_per_day * 60,
            "minimum_age": place.minimum_age,
            "vog": place.needs_vog,
            "features": mask_of(map(Feature, place.features)),
            "covers_costs": covers,
            "is_verified": True,
        }
        for name, value in row.items():
            columns[name].append(value)
    columns["kinds"] = sorted({(place.id, KindOfWork(kind).number) for place in places for kind in place.kinds})
    columns["processes"] = sorted({(place.id, process) for place in places for process in place.work_processes})
    return dict(columns)


def _recognitions(session, places):
    """(place, code of a student, first day, last day), one by one."""
    counts = defaultdict(list)  # code → (code of the student for which it counts, first day, last day)
    equivalents = session.scalars(select(Equivalent)).all()
    codes = set(session.scalars(select(Profile.code).where(Profile.code.is_not(None))))
    for code in codes | set(session.scalars(select(PlaceCode.code))):
        counts[code].append((code, 0, NO_END))
    for equal in equivalents:
        first = 0 if equal.valid_from is None else _day(equal.valid_from)
        last = NO_END if equal.valid_until is None else _day(equal.valid_until)
        counts[equal.equivalent_code].append((equal.code, first, last))
    found = set()
    for place in places:
        offered = {student for row in place.codes for student, _first, _last in counts[row.code]}
        checked = select(Recognition).where(
            Recognition.organisation_id == place.organisation_id, Recognition.checked_at.is_not(None)
        )
        for proof in session.scalars(checked):
            ends = [_day(day) for day in (proof.valid_until, proof.withdrawn_on) if day is not None]
            for student, first, last in counts[proof.code]:
                begin, end = max(first, _day(proof.valid_from)), min([last, *ends])
                if student in offered and begin <= end:
                    found.add((place.id, int(student), begin, end))
    return found


def _pairs(people, places, recognitions):
    columns = defaultdict(list)
    if not people or not places:
        return columns
    for_code = {(place, code) for place, code, _first, _until in recognitions}
    for student, profile in people:
        modes, most = mask_of(map(TravelMode, profile.travel_modes)), profile.max_minutes
        there = [at for _place, at in places]
        journeys = fastest_of_pairs([profile.postcode] * len(there), [modes] * len(there), there, longest=most)
        for column, (place, _at) in enumerate(places):
            minutes = int(journeys.minutes[column])
            if (place.id, int(profile.code)) in for_code and minutes <= profile.max_minutes + NEARLY:
                columns["candidate"].append(student.id)
                columns["opening"].append(place.id)
                columns["minutes"].append(minutes)
                columns["mode"].append(int(journeys.mode[column]))
                columns["is_estimate"].append(bool(journeys.is_estimate[column]))
    return dict(columns)


def _priority_class(profile, case):
    if case.has_priority:
        return 0
    since = profile.searching_since or case.created_at.astimezone(clock.AMSTERDAM).date()
    waited = clock.today() - since
    return 1 if waited > timedelta(weeks=12) else 2 if waited > timedelta(weeks=6) else 3


def _day(day):
    return (day - EPOCH).days


def differences(problem, told):
    """The names of the columns in which a problem differs from what `plain` told."""
    return [
        f"{table}.{name}"
        for table, columns in told.items()
        for name, values in columns.items()
        if getattr(getattr(problem, table), name).tolist()
        != [list(value) if isinstance(value, tuple) else value for value in values]
    ]
