"""Fill a database with one programme of a given size, in bulk: what `pipeline.py` measures starts from here.

Everything is drawn with a seed. People and places stand around 60 towns of very unequal size, on real postcodes; codes
are as unequal; a company is recognised for one to five codes of one dossier. Nobody here is real.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import insert

from stagemakelaar import rooms
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.people.models import Profile, Programme, ProgrammeKind, Role, Student, User
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceCode, PlaceState, Recognition
from stagemakelaar.reference.models import Qualification, WorkProcess
from stagemakelaar.reference.postcodes import geography
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, Sector
from stagemakelaar.rounds.models import Round, Run

TODAY = date(2027, 2, 3)
NOW = datetime(2027, 2, 3, 9, tzinfo=UTC)
TOWNS = 60
OF_DOSSIER = 5  # codes
PROCESSES = 6  # work processes per code
CHUNK = 10_000
PROGRAMME, BROKER, ROUND, RUN = 1, 1, 1, 1


@dataclass(frozen=True)
class Size:
    """Omvang: how many of each; the number of codes decides how many places a student can choose from."""

    students: int
    places: int
    codes: int
    towns: int


SIZES = {"S": Size(300, 500, 20, 1), "M": Size(5_000, 8_000, 80, 6), "L": Size(50_000, 100_000, 50, TOWNS)}


def fill(engine, size, seed):
    """Fill an empty database that has the newest schema; a run waits in it to be computed."""
    rooms.import_models()
    rng = np.random.default_rng(seed)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        for table, rows in _tables(rng, size):
            for first in range(0, len(rows), CHUNK):
                connection.execute(insert(table), rows[first : first + CHUNK])
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('run', 'id'), {RUN})")
            connection.exec_driver_sql("ANALYZE")


def _tables(rng, size):
    codes = [f"{25_000 + number}" for number in range(size.codes)]
    share = _unequal(size.codes)
    towns = _towns(rng, size.towns)
    yield Programme, [_programme()]
    yield User, [_user(BROKER, Role.BROKER)]
    yield Qualification, [_qualification(code) for code in codes]
    yield (
        WorkProcess,
        [
            {"id": at * PROCESSES + number + 1, "code": code, "number": f"B1-K1-W{number + 1}", "title": "werkproces"}
            for at, code in enumerate(codes)
            for number in range(PROCESSES)
        ],
    )
    yield from _students(rng, size.students, codes, share, towns)
    yield from _places(rng, size.places, codes, share, towns)
    yield Round, [_with_state({"id": ROUND, "programme_id": PROGRAMME, "name": "Ronde", "opened_by_id": BROKER})]
    asked = {"id": RUN, "round_id": ROUND, "programme_id": PROGRAMME, "asked_by_id": BROKER, "lot": 7}
    yield Run, [_with_state(asked)]


def _students(rng, count, codes, share, towns):
    at = rng.choice(len(codes), count, p=share)
    postcode = _postcodes(rng, towns, count)
    leerweg = rng.random(count) < 0.8
    start = rng.choice([26, 60, 89], count)
    weeks = rng.choice([10, 20, 40], count, p=[0.3, 0.5, 0.2])
    days = rng.choice([2, 3, 4, 5], count, p=[0.2, 0.3, 0.3, 0.2])
    school = rng.integers(0, 5, count)  # the weekday at school
    minutes = rng.choice([30, 45, 60], count, p=[0.3, 0.5, 0.2])
    modes = rng.choice(4, count, p=[0.45, 0.15, 0.35, 0.05])
    born = rng.integers(16 * 365, 24 * 365, count)
    waits = rng.integers(0, 150, count)
    many = rng.integers(0, 5, count)
    draw = rng.random((count, 6))
    kind = rng.integers(0, len(KindOfWork), (count, 3))
    kinds, features = [one.value for one in KindOfWork], [one.value for one in Feature]
    means = (["bike"], ["walk", "e_bike"], ["bike", "public_transport"], ["car"])
    users, students, profiles, cases = [], [], [], []
    for row in range(count):
        number, code = row + 1, int(at[row])
        users.append(_user(number + 1, Role.STUDENT))
        students.append(
            {
                "id": number,
                "user_id": number + 1,
                "programme_id": PROGRAMME,
                "first_name": "Sam",
                "last_name": f"Student {number}",
                "sort_name": f"student {number}",
                "birth_date": TODAY - timedelta(days=int(born[row])),
                "created_at": NOW,
            }
        )
        starts_on = TODAY + timedelta(days=int(start[row]))
        profiles.append(
            {
                "student_id": number,
                "code": codes[code],
                "leerweg": Leerweg.BOL if leerweg[row] else Leerweg.BBL,
                "starts_on": starts_on,
                "ends_on": starts_on + timedelta(weeks=int(weeks[row])),
                "days_per_week": int(days[row]),
                "weekdays": 0b0011111 & ~(1 << int(school[row])) if days[row] < 5 else 0b0011111,
                "school_hours": 8 * (5 - int(days[row])),
                "late_hours": LateHours.EVENING if draw[row, 0] < 0.3 else LateHours.NONE,
                "postcode": postcode[row],
                "travel_modes": means[modes[row]],
                "max_minutes": int(minutes[row]),
                "work_processes": [code * PROCESSES + process + 1 for process in range(int(many[row]))],
                "kinds": [kinds[one] for one in dict.fromkeys(kind[row].tolist())],
                "must": [features[int(draw[row, 1] * 200)]] if draw[row, 1] < 0.05 else [],
                "wishes": [features[int(draw[row, 2] * 30)]] if draw[row, 2] < 0.4 else [],
                "has_vog": bool(draw[row, 3] < 0.5),
                "searching_since": TODAY - timedelta(days=int(waits[row])),
                "completed_at": NOW,
            }
        )
        cases.append(
            _with_state({"id": number, "student_id": number, "programme_id": PROGRAMME, "broker_id": BROKER})
            | {"state": CaseState.SEARCHING, "has_priority": bool(draw[row, 4] < 0.02)}
        )
    yield User, users
    yield Student, students
    yield Profile, profiles
    yield Case, cases


def _places(rng, count, codes, share, towns):
    dossier = rng.choice(len(codes), count, p=share) // OF_DOSSIER
    postcode = _postcodes(rng, towns, count)
    offered = rng.integers(1, OF_DOSSIER + 1, count)
    order = rng.permuted(np.tile(np.arange(OF_DOSSIER), (count, 1)), axis=1)
    seats = rng.choice([1, 2, 3, 5], count, p=[0.64, 0.2, 0.08, 0.08])
    until = rng.choice([150, 300, 700], count, p=[0.2, 0.3, 0.5])
    leerweg = rng.random(count) < 0.8
    weekend = rng.random(count) < 0.2
    draw = rng.random((count, 6))
    kind = rng.integers(0, len(KindOfWork), (count, 2))
    kinds, features = [one.value for one in KindOfWork], [one.value for one in Feature]
    organisations, recognitions, places, place_codes = [], [], [], []
    for row in range(count):
        number = row + 1
        own = [int(dossier[row]) * OF_DOSSIER + int(one) for one in order[row, : offered[row]]]
        organisations.append(
            _with_state({"id": number, "name": f"Bedrijf {number}", "sort_name": f"bedrijf {number}"})
            | {"kvk_number": f"{number:08d}", "branch_number": f"{number:012d}", "postcode": postcode[row]}
            | {"state": OrganisationState.VERIFIED, "verified_at": NOW, "registered_with_id": PROGRAMME}
        )
        facts = {"organisation_id": number, "valid_from": date(2025, 1, 1), "valid_until": date(2029, 1, 1)}
        facts |= {"checked_at": NOW, "checked_by_id": BROKER, "created_at": NOW}
        recognitions += [facts | {"code": codes[code]} for code in own]
        place_codes += [{"place_id": number, "code": codes[code]} for code in own]
        places.append(
            _with_state({"id": number, "programme_id": PROGRAMME, "organisation_id": number, "title": "Stageplaats"})
            | {
                "leerweg": Leerweg.BOL if leerweg[row] else Leerweg.BBL,
                "starts_on": date(2027, 1, 1),
                "ends_on": TODAY + timedelta(days=int(until[row])),
                "weekdays": 0b1111111 if weekend[row] else 0b0011111,
                "seats": int(seats[row]),
                "free": int(seats[row]),
                "work_processes": [code * PROCESSES + 1 + one for code in own for one in range(int(draw[row, 0] * 5))],
                "kinds": [kinds[one] for one in dict.fromkeys(kind[row].tolist())],
                "features": [features[int(draw[row, 1] * 10)], features[int(draw[row, 1] * 10) + 1]],
                "needs_vog": bool(draw[row, 2] < 0.3),
                "late_hours": LateHours.EVENING if draw[row, 3] < 0.15 else LateHours.NONE,
                "minimum_age": 18 if draw[row, 4] < 0.1 else 0,
                "allowance_cents": int(draw[row, 5] * 5) * 10_000 if draw[row, 5] < 0.8 else None,
                "pays_travel": bool(draw[row, 5] < 0.3),
                "state": PlaceState.OPEN,
            }
        )
    yield Organisation, organisations
    yield Recognition, recognitions
    yield Place, places
    yield PlaceCode, place_codes


def _unequal(count):
    """Shares that fall as those of codes and towns do, adding up to one."""
    share = 1.0 / (np.arange(count) + 5.0)
    return share / share.sum()


def _towns(rng, count):
    """Per town the postcodes that lie around it."""
    land = geography()
    known = np.flatnonzero(np.isfinite(land.lat) & ~land.is_estimated & (land.land == 0))
    towns = []
    for centre in rng.choice(known, count, replace=False):
        north = (land.lat[known] - land.lat[centre]) * 111
        east = (land.lon[known] - land.lon[centre]) * 68
        near = known[np.hypot(north, east) < 11]
        towns.append([f"{code} AB" for code in near])
    return towns


def _postcodes(rng, towns, count):
    of_town, draw = rng.choice(len(towns), count, p=_unequal(len(towns))), rng.random(count)
    return [towns[town][int(share * len(towns[town]))] for town, share in zip(of_town, draw, strict=True)]


def _programme():
    facts = {"id": PROGRAMME, "slug": "land", "name": "Stagemakelaar Land", "kind": ProgrammeKind.MUNICIPALITY}
    return facts | {"email": "land@demo.example", "created_at": NOW}


def _user(number, role):
    facts = {"id": number, "role": role, "programme_id": PROGRAMME}
    return facts | {"email": f"{role.value}-{number}@demo.example", "created_at": NOW}


def _qualification(code):
    facts = {"code": code, "name": f"Opleiding {code}", "search_name": f"opleiding {code}", "niveau": 2}
    return facts | {"sector": Sector.CARE, "offers_bol": True, "offers_bbl": True}


def _with_state(facts):
    return facts | {"state_changed_at": NOW, "created_at": NOW}
