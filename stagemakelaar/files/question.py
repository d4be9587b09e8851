"""Rows to the matcher's columns: numbers that stand for students and places, and what may count.

The numbers follow the order of the names, not of the rows, and a lot hangs on a name and the seed alone. So the order
of the rows plays no part in the outcome.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

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
    Problem,
)
from stagemakelaar.reach import pairs as estimated_pairs
from stagemakelaar.reach import told_pairs
from stagemakelaar.reference.vocabulary import LateHours, Leerweg, mask_of

LEERWEG = {Leerweg.BOL: BOL, Leerweg.BBL: BBL}
LATE_HOURS = {LateHours.NONE: NO_LATE_HOURS, LateHours.EVENING: EVENING, LateHours.NIGHT: EVENING_AND_NIGHT}


@dataclass(frozen=True)
class Question:
    """Vraag: the problem, and which row of the files each of its keys stands for."""

    problem: Problem
    students: dict  # key → row
    places: dict  # key → row
    lot: int

    @property
    def key_of_student(self):
        """Name → key, of those who take part."""
        return {row["student"]: key for key, row in self.students.items()}

    @property
    def key_of_place(self):
        """Name → key."""
        return {row["plek"]: key for key, row in self.places.items()}


def make_question(inputs, lot):
    """Return the `Question` that these `Inputs` ask; `lot` is the seed of the lots."""
    students = _numbered(inputs.seeking, "student")
    places = _numbered(inputs.places, "plek")
    processes = _Processes()
    candidates = _candidates(students, processes, lot)
    openings = _openings(places, inputs.seats_taken, processes)
    key_of_student, key_of_place = _keys(students, "student"), _keys(places, "plek")
    forbidden = _about(inputs.forbidden, key_of_student, key_of_place, lambda _row: [0])
    hints = _about(inputs.hints, key_of_student, key_of_place, lambda row: [row["voorkeur"]])
    if inputs.travel is None:
        seeking, modes = students.values(), [mask_of(row["vervoer"]) for row in students.values()]
        homes, works = [row["postcode"] for row in seeking], [row["postcode"] for row in places.values()]
        pairs = estimated_pairs(candidates, openings, homes, modes, works, forbidden, hints)
    else:
        journeys = _about(inputs.travel, key_of_student, key_of_place, _journey)
        pairs = told_pairs(candidates, openings, journeys, forbidden, hints)
    return Question(Problem(candidates=candidates, openings=openings, pairs=pairs), students, places, lot)


def _about(rows, key_of_student, key_of_place, values):
    """Rows (key of the student, key of the place, values …) of those who take part."""
    found = [
        (key_of_student[row["student"]], key_of_place[row["plek"]], *values(row))
        for row in rows
        if row["student"] in key_of_student
    ]
    return np.array(found, dtype=np.int64).reshape(len(found), -1) if found else ()


def _journey(row):
    return row["minuten"], UNKNOWN if row["vervoer"] is None else row["vervoer"].number, row["schatting"]


def _numbered(rows, column):
    return dict(enumerate(sorted(rows, key=lambda row: row[column]), start=1))


def _keys(rows, column):
    return {row[column]: key for key, row in rows.items()}


class _Processes:
    """Work processes as numbers. B1-K1-W1 is another one in every opleiding, so its code belongs to its name."""

    def __init__(self):
        self.numbers = {}

    def of(self, codes, names):
        """The numbers of these names in these opleidingen; `25655/B1-K1-W1` says itself in which."""
        full = {name if "/" in name else f"{code}/{name}" for name in names for code in codes}
        return sorted(self.numbers.setdefault(name, len(self.numbers)) for name in sorted(full))


def _candidates(students, processes, lot):
    rows = list(students.values())
    kinds = [[kind.number for kind in row["soorten_werk"]] for row in rows]
    columns: dict[str, Any] = {
        "key": list(students),
        "code": [row["opleidingscode"] for row in rows],
        "leerweg": [LEERWEG[row["leerweg"]] for row in rows],
        "starts_on": [row["begin"] for row in rows],
        "ends_on": [row["eind"] for row in rows],
        "weekdays": [row["weekdagen"] for row in rows],
        "days": [row["dagen_per_week"] for row in rows],
        "late_hours": [LATE_HOURS[row["late_uren"]] for row in rows],
        "is_minor": [row["minderjarig"] or row["onder_16"] for row in rows],
        "is_under_16": [row["onder_16"] for row in rows],
        "school_hours": [row["schooluren"] for row in rows],
        "max_minutes": [row["max_minuten"] for row in rows],
        "hours_required": [row["uren_totaal"] for row in rows],
        "vog_ready_on": [row["vog_vanaf"] for row in rows],
        "register_ready_on": [row["register_vanaf"] for row in rows],
        "must": [mask_of(row["nodig"]) for row in rows],
        "wishes": [mask_of(row["wensen"]) for row in rows],
        "processes": _wanted(students, "werkprocessen", processes),
        "required": _wanted(students, "moet_leren", processes),
        "kinds": [own + [UNKNOWN] * (WISHED_KINDS - len(own)) for own in kinds],
        "priority_class": [row["voorrang"] for row in rows],
        "lot": [_draw(lot, row["student"]) if row["lot"] is None else row["lot"] for row in rows],
    }
    return Candidates(**columns)


def _wanted(students, column, processes):
    return [
        (key, process)
        for key, row in students.items()
        for process in processes.of([row["opleidingscode"]], row[column])
    ]


def _openings(places, taken, processes):
    rows = list(places.values())
    organisations = _keys(_numbered([{"name": name} for name in {_organisation(row) for row in rows}], "name"), "name")
    columns: dict[str, Any] = {
        "key": list(places),
        "organisation": [organisations[_organisation(row)] for row in rows],
        "leerweg": [LEERWEG[row["leerweg"]] for row in rows],
        "starts_on": [row["begin"] for row in rows],
        "ends_on": [row["eind"] for row in rows],
        "weekdays": [row["weekdagen"] for row in rows],
        "seats": [row["aantal"] - taken[row["plek"]] for row in rows],
        "late_hours": [LATE_HOURS[row["late_uren"]] for row in rows],
        "hours_per_day": [row["uren_per_dag"] for row in rows],
        "minimum_age": [row["minimumleeftijd"] for row in rows],
        "vog": [row["vog_nodig"] for row in rows],
        "register": [row["register_nodig"] for row in rows],
        "unsupervised_risks": [row["gevaar_zonder_toezicht"] for row in rows],
        "features": [mask_of(row["kenmerken"]) for row in rows],
        "kinds": [(key, kind.number) for key, row in places.items() for kind in row["soorten_werk"]],
        "processes": [
            (key, process) for key, row in places.items() for process in processes.of(_codes(row), row["werkprocessen"])
        ],
        "told": [
            (key, code) for key, row in places.items() for code in _codes(row) if _tells(row["werkprocessen"], code)
        ],
        "covers_costs": [int(row["kosten_vergoed"]) for row in rows],
        "is_verified": [row["gecontroleerd"] for row in rows],
        "recognitions": [
            (key, code, first or 0, NO_END if last is None else last)
            for key, row in places.items()
            for code, first, last in row["opleidingscodes"]
        ],
    }
    return Openings(**columns)


def _organisation(row):
    """The organisation of a place; a place without one is its own, which no name can be equal to."""
    return (row["organisatie"] is None, row["organisatie"] or row["plek"])


def _codes(row):
    return {code for code, _first, _last in row["opleidingscodes"]}


def _tells(names, code):
    """Whether a place tells which work processes of an opleiding can be done there."""
    return any("/" not in name or name.startswith(f"{code}/") for name in names)


def _draw(lot, student):
    """A ticket that hangs on the seed and on the student alone, so that who else takes part changes nothing."""
    return int.from_bytes(hashlib.sha256(f"{lot}:{student}".encode()).digest()[:8], "big") % LARGEST
