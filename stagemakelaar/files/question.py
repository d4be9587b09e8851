"""Rows to the matcher's columns: numbers that stand for students and places, and what may count.

The numbers follow the order of the names, not of the rows, and a lot hangs on a name and the seed alone. So the order
of the rows plays no part in the outcome.
"""

import hashlib
from collections import defaultdict
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
    Pairs,
    Problem,
)
from stagemakelaar.reference.travel import journeys_within
from stagemakelaar.reference.vocabulary import LateHours, Leerweg, mask_of

NEARLY_WITHIN_REACH = 30  # minutes above one's maximum: not eligible, but worth telling
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
    forbidden = [
        (key_of_student[row["student"]], key_of_place[row["plek"]], 0)
        for row in inputs.forbidden
        if row["student"] in key_of_student
    ]
    journeys = _told(inputs.travel, key_of_student, key_of_place) if inputs.travel is not None else _estimated
    pairs = _pairs(students, places, journeys, forbidden)
    return Question(Problem(candidates=candidates, openings=openings, pairs=pairs), students, places, lot)


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


def _pairs(students, places, journeys, forbidden):
    """Everyone with every place for their code, as far as the minutes are known not to be absurd."""
    people_with, places_for = defaultdict(list), defaultdict(list)
    for key, row in students.items():
        people_with[row["opleidingscode"]].append(key)
    for key, row in places.items():
        for code in _codes(row):
            places_for[code].append(key)
    found = [(np.zeros(0, dtype=np.int64),) * 5]
    for code in sorted(people_with.keys() & places_for.keys()):
        those, there = np.array(people_with[code]), np.array(places_for[code])
        people, sites = [students[key] for key in those.tolist()], [places[key] for key in there.tolist()]
        longest = np.array([row["max_minuten"] for row in people])
        for person, place, minutes, mode, is_estimate in journeys(those, there, people, sites, longest):
            found.append((those[person], there[place], minutes, mode, is_estimate))
    names = ("candidate", "opening", "minutes", "mode", "is_estimate")
    columns: dict[str, Any] = {
        name: np.concatenate(parts).astype(np.int64)
        for name, parts in zip(names, zip(*found, strict=True), strict=True)
    }
    return Pairs(**columns, forbidden=forbidden)


def _estimated(_those, _there, people, places, longest):
    """Journeys from postcodes; those are estimates."""
    homes, works = [row["postcode"] for row in people], [row["postcode"] for row in places]
    modes = [mask_of(row["vervoer"]) for row in people]
    return journeys_within(homes, modes, works, longest=longest, spare=NEARLY_WITHIN_REACH)


def _told(travel, key_of_student, key_of_place):
    """Journeys from a file; a pair that does not stand in it is not known."""
    rows = np.array(
        sorted(
            (
                key_of_student[row["student"]],
                key_of_place[row["plek"]],
                row["minuten"],
                UNKNOWN if row["vervoer"] is None else row["vervoer"].number,
                row["schatting"],
            )
            for row in travel
            if row["student"] in key_of_student
        ),
        dtype=np.int64,
    ).reshape(-1, 5)
    width = max(key_of_place.values(), default=0) + 1
    at_pair = rows[:, 0] * width + rows[:, 1]
    told = [np.r_[column, absent] for column, absent in zip(rows[:, 2:].T, (UNKNOWN, UNKNOWN, 0), strict=True)]

    def journeys(those, there, _people, _places, longest):
        asked = those[:, None] * width + there[None, :]
        at = np.where(np.isin(asked, at_pair), np.searchsorted(at_pair, asked), len(rows))
        minutes, mode, is_estimate = (column[at] for column in told)
        near = np.nonzero(minutes <= longest[:, None] + NEARLY_WITHIN_REACH)
        yield *near, minutes[near], mode[near], is_estimate[near]

    return journeys


def _draw(lot, student):
    """A ticket that hangs on the seed and on the student alone, so that who else takes part changes nothing."""
    return int.from_bytes(hashlib.sha256(f"{lot}:{student}".encode()).digest()[:8], "big") % LARGEST
