"""What the matcher is told, and what it answers: frozen columns of whole numbers, and nothing about who someone is.

Widening these tables is a decision: `tests/matching/test_problem.py` holds their field names a second time, by hand.

Units. Dates are days since 1970-01-01. Keys are opaque whole numbers from 1. Weekdays are masks, Monday is bit 0.
Features are masks over one list that the caller keeps. Everything is sorted by key on construction, so the order in
which rows were given plays no part in the outcome or in the fingerprint. Wrong input is a ValueError that names column
and row.

A column that came `later` may be left out and is stored only where it says something. So what was stored before it
existed can be read, has the same fingerprint and gives the same outcome.
"""

from bisect import bisect_left
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Annotated, Any

import numpy as np

from stagemakelaar.matching.columns import (
    LARGEST,
    LATEST_DAY,
    Column,
    Rows,
    freeze_columns,
    row_of,
    rows_of,
    whole_numbers,
)
from stagemakelaar.matching.scoring import MUST, NEVER, PARTS, Weights
from stagemakelaar.matching.storage import fingerprint, pack, unpack

VERSION = 2  # the newest form of a stored problem; each is stored in the oldest form that can hold it
OUTCOME_VERSION = 1
CLASSES = 4  # priority classes 0..3, 0 first
WISHED_KINDS = 5
BOL, BBL = 0, 1
NO_LATE_HOURS, EVENING, EVENING_AND_NIGHT = 0, 1, 2
UNKNOWN = -1  # travel minutes, costs, a part of the score
NO_PLACE = -1
NO_END = LATEST_DAY

KEY = (1, LARGEST)
NUMBER = (0, LARGEST)

# Kinds of column that occur more than once.
Keys = Annotated[np.ndarray, Column("int64", *KEY)]
Days = Annotated[np.ndarray, Column("int64", 0, LATEST_DAY)]
Features = Annotated[np.ndarray, Column("int64", 0, LARGEST - 1)]
Weekdays = Annotated[np.ndarray, Column("int16", 0, 0b1111111)]
Leerweg = Annotated[np.ndarray, Column("int8", BOL, BBL)]
LateHours = Annotated[np.ndarray, Column("int8", NO_LATE_HOURS, EVENING_AND_NIGHT)]
YesNo = Annotated[np.ndarray, Column("bool")]


# Columns that came later may be left out: label → (version in which it came, what it says then on every row).
NOT_GIVEN: Any = None
LATER = {
    "candidates.hours_required": (2, 0),
    "candidates.required": (2, ()),
    "candidates.register_ready_on": (2, 0),
    "openings.told": (2, ()),
    "openings.unsupervised_risks": (2, False),
    "openings.register": (2, False),
    "pairs.hints": (2, ()),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Kandidaten: one row per student; n rows."""

    key: Keys
    # qualification code (crebo)
    code: Annotated[np.ndarray, Column("int64", 1, 999_999)]
    leerweg: Leerweg
    starts_on: Days  # first and last day of the internship
    ends_on: Days
    weekdays: Weekdays  # on which the student can work
    days: Annotated[np.ndarray, Column("int8", 1, 7)]  # asked, a week
    late_hours: LateHours  # can do: 0 none, 1 evening, 2 evening and night
    is_minor: YesNo  # under 18 on any day of the period
    is_under_16: YesNo
    # whole hours a week, breaks included
    school_hours: Annotated[np.ndarray, Column("int16", 0, 60)]
    # longest single journey
    max_minutes: Annotated[np.ndarray, Column("int16", 1, 600)]
    vog_ready_on: Days  # first day on which a VOG can be there
    must: Features  # features that the place must have
    wishes: Features  # features that would be nice
    # wanted work processes; no row: not known
    processes: Annotated[np.ndarray, Rows(candidate=KEY, process=NUMBER)]
    # kinds of work, first choice first; -1: none
    kinds: Annotated[np.ndarray, Column("int64", -1, LARGEST, width=WISHED_KINDS)]
    priority_class: Annotated[np.ndarray, Column("int8", 0, CLASSES - 1)]
    # drawn once by the caller; the lower goes first
    lot: Annotated[np.ndarray, Column("int64", 0, LARGEST)]
    # hours that the internship must have in all; 0: not known
    hours_required: Annotated[np.ndarray, Column("int16", 0, 9999)] = NOT_GIVEN
    # work processes that must be possible there
    required: Annotated[np.ndarray, Rows(candidate=KEY, process=NUMBER)] = NOT_GIVEN
    # first day on which the childcare register can hold the student
    register_ready_on: Days = NOT_GIVEN

    def __post_init__(self):
        _freeze(self, "candidates", order_by=["key"])
        _in_order("candidates", self)
        for name in ("processes", "required"):
            rows_of(f"candidates.{name}", self.key, getattr(self, name)[:, 0])

    def __len__(self):
        return len(self.key)


@dataclass(frozen=True, kw_only=True, eq=False)
class Openings:
    """Leerplaatsen: one row per place with its free seats; m rows."""

    key: Keys
    organisation: Keys
    leerweg: Leerweg
    starts_on: Days
    ends_on: Days  # NO_END when not known
    weekdays: Weekdays
    seats: Annotated[np.ndarray, Column("int64", 0, 10_000)]  # free now
    late_hours: LateHours  # needed
    # length of a working day, in minutes
    hours_per_day: Annotated[np.ndarray, Column("int16", 60, 1440)]
    minimum_age: Annotated[np.ndarray, Column("int8", 0, 18)]  # 0, 16 or 18
    vog: YesNo  # a VOG is needed
    features: Features
    kinds: Annotated[np.ndarray, Rows(opening=KEY, kind=NUMBER)]  # kinds of work there
    # work processes that can be done; no row: not known
    processes: Annotated[np.ndarray, Rows(opening=KEY, process=NUMBER)]
    # 1 yes, 0 no, -1 not known
    covers_costs: Annotated[np.ndarray, Column("int8", -1, 1)]
    is_verified: YesNo  # the organisation, at this moment
    recognitions: Annotated[
        np.ndarray,
        Rows(opening=KEY, code=(1, 999_999), first=(0, LATEST_DAY), until=(0, LATEST_DAY)),
    ]
    # codes of which the place told which work processes can be done; no row: not known
    told: Annotated[np.ndarray, Rows(opening=KEY, code=(1, 999_999))] = NOT_GIVEN
    # work with special risks, and no expert supervision was promised
    unsupervised_risks: YesNo = NOT_GIVEN
    register: YesNo = NOT_GIVEN  # the childcare register must hold the student

    def __post_init__(self):
        _freeze(self, "openings", order_by=["key"])
        _in_order("openings", self)
        if (odd := ~np.isin(self.minimum_age, (0, 16, 18))).any():
            at = int(np.argmax(odd))
            raise ValueError(
                f"openings.minimum_age: place {self.key[at]} has {self.minimum_age[at]}, must be 0, 16 or 18"
            )
        for name in ("kinds", "processes", "recognitions", "told"):
            rows_of(f"openings.{name}", self.key, getattr(self, name)[:, 0])
        if (late := self.recognitions[:, 2] > self.recognitions[:, 3]).any():
            at = self.recognitions[int(np.argmax(late))]
            raise ValueError(f"openings.recognitions: place {at[0]}, code {at[1]} ends before it begins")

    def __len__(self):
        return len(self.key)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Paren: one row per student and place that share a code and are not absurdly far; k rows.

    A pair that is not listed is out of reach.
    """

    candidate: Keys
    opening: Keys
    # -1 not known: shown as such, never a ground for refusal
    minutes: Annotated[np.ndarray, Column("int32", UNKNOWN, 6000)]
    # how the student travels; a number of the caller's
    mode: Annotated[np.ndarray, Column("int8", -1, 15)]
    is_estimate: YesNo
    # not again; the reason is the caller's number
    forbidden: Annotated[np.ndarray, Rows(candidate=KEY, opening=KEY, reason=(0, 99))]
    # what the broker wants, at most one row per student and place: NEVER, RATHER_NOT, RATHER, or MUST: this place (or
    # another with MUST) or none. The place need not be in the problem: then that student has nowhere to go.
    hints: Annotated[np.ndarray, Rows(candidate=KEY, opening=KEY, level=(NEVER, MUST))] = NOT_GIVEN

    def __post_init__(self):
        _freeze(self, "pairs", order_by=["candidate", "opening"])
        if (twice := (self.hints[1:, :2] == self.hints[:-1, :2]).all(axis=1)).any():
            who, where, _ = self.hints[int(np.argmax(twice))]
            raise ValueError(f"pairs.hints: candidate {who}, opening {where} has two levels")

    def __len__(self):
        return len(self.candidate)


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Vraagstuk: everything that one run of the matcher knows."""

    candidates: Candidates
    openings: Openings
    pairs: Pairs
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self):
        for name, kind in (
            ("candidates", Candidates),
            ("openings", Openings),
            ("pairs", Pairs),
            ("weights", Weights),
        ):
            if type(getattr(self, name)) is not kind:
                raise ValueError(f"{name}: needs a {kind.__name__}")
        _ = self.pair_candidate, self.pair_opening
        rows_of("pairs.forbidden.candidate", self.candidates.key, self.pairs.forbidden[:, 0])
        rows_of("pairs.forbidden.opening", self.openings.key, self.pairs.forbidden[:, 1])
        rows_of("pairs.hints.candidate", self.candidates.key, self.pairs.hints[:, 0])

    @cached_property
    def pair_candidate(self):
        """Row of the candidate per pair, shape (k,)."""
        return rows_of("pairs.candidate", self.candidates.key, self.pairs.candidate)

    @cached_property
    def pair_opening(self):
        """Row of the opening per pair, shape (k,)."""
        return rows_of("pairs.opening", self.openings.key, self.pairs.opening)

    @cached_property
    def input_hash(self):
        """Fingerprint (sha256) of all facts; the order of the rows as given does not count."""
        return fingerprint("problem", *self._stored())

    def row_of_candidate(self, key):
        """Row of the candidate with this key; ValueError when there is none."""
        return row_of("candidate", self.candidates.key, key)

    def row_of_opening(self, key):
        """Row of the opening with this key; ValueError when there is none."""
        return row_of("opening", self.openings.key, key)

    def row_of_pair(self, candidate, opening):
        """Row of the pair of a candidate and an opening (rows), which must be listed."""
        begin, end = self.pair_candidate.searchsorted((candidate, candidate + 1)).tolist()
        return bisect_left(self.pair_opening, opening, begin, end)

    def to_bytes(self):
        """Return the problem as compressed bytes, to be stored with the run."""
        return pack("problem", *self._stored())

    @classmethod
    def from_bytes(cls, data):
        """Return the very problem that was stored; ValueError when the bytes are something else."""
        facts, stored = unpack("problem", VERSION, data)
        tables: dict[str, Any] = {}
        for name, kind in (
            ("candidates", Candidates),
            ("openings", Openings),
            ("pairs", Pairs),
        ):
            labels = {item.name: f"{name}.{item.name}" for item in fields(kind)}
            tables[name] = kind(**{item: stored[label] for item, label in labels.items() if label in stored})
        return cls(**tables, weights=Weights(**facts["weights"]))

    def _stored(self):
        """Version, facts and columns. What came later and says nothing is left out."""
        columns: dict[str, np.ndarray] = {}
        version = 1
        for name in ("candidates", "openings", "pairs"):
            table = getattr(self, name)
            for item in fields(table):
                label, values = f"{name}.{item.name}", getattr(table, item.name)
                since, absent = LATER.get(label, (1, None))
                if label in LATER and (not len(values) or (absent != () and (values == absent).all())):
                    continue
                version = max(version, since)
                columns[label] = values
        return version, {"weights": asdict(self.weights)}, columns


@dataclass(frozen=True, kw_only=True, eq=False)
class Certificate:
    """Bewijs: prices per place that prove that no outcome is better; `value` is reached, `bound` cannot be passed."""

    prices: np.ndarray  # int64, one per place
    value: int
    bound: int

    @property
    def holds(self):
        """Whether the outcome is proved to be the best."""
        return self.value == self.bound


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Uitkomst: the place per student, in the order of the candidates of the problem; n rows."""

    input_hash: str
    candidate: np.ndarray  # int64, keys
    place: np.ndarray  # int64, keys of openings; NO_PLACE where unplaced
    priority_class: np.ndarray  # int8, as in the problem: the profile is counted from it
    fit: np.ndarray  # int64; 0 where unplaced
    parts: np.ndarray  # int16, shape (n, len(PARTS)); UNKNOWN where not known or unplaced
    engine: str
    certificate: Certificate

    def __post_init__(self):
        n = len(np.asarray(self.candidate))
        limits = {
            "candidate": (*KEY, "int64"),
            "place": (NO_PLACE, LARGEST, "int64"),
            "fit": (0, LARGEST, "int64"),
        }
        limits["priority_class"] = (0, CLASSES - 1, "int8")
        for name, (low, high, dtype) in limits.items():
            values = whole_numbers(
                f"outcome.{name}",
                getattr(self, name),
                low=low,
                high=high,
                shape=(n,),
                dtype=dtype,
            )
            _close(self, name, values)
        parts = whole_numbers(
            "outcome.parts",
            self.parts,
            low=UNKNOWN,
            high=1000,
            shape=(n, len(PARTS)),
            dtype="int16",
        )
        _close(self, "parts", parts)

    @property
    def placed(self):
        """Number of students with a place."""
        return int((self.place != NO_PLACE).sum())

    @property
    def profile(self):
        """Number of students with a place per priority class, 0 first."""
        return tuple(np.bincount(self.priority_class[self.place != NO_PLACE], minlength=CLASSES).tolist())

    @property
    def total_fit(self):
        """Sum of the fit of all placed students."""
        return int(self.fit.sum())

    @cached_property
    def outcome_hash(self):
        """Fingerprint (sha256) of who got which place with which parts, and of the input; not of the engine."""
        columns = {name: getattr(self, name) for name in ("candidate", "place", "fit", "parts")}
        return fingerprint("outcome", OUTCOME_VERSION, {"input_hash": self.input_hash}, columns)

    def to_bytes(self):
        """Return the outcome as compressed bytes."""
        names = ("candidate", "place", "priority_class", "fit", "parts")
        columns = {name: getattr(self, name) for name in names} | {"prices": self.certificate.prices}
        facts = {"input_hash": self.input_hash, "engine": self.engine}
        facts |= {
            "value": str(self.certificate.value),
            "bound": str(self.certificate.bound),
        }
        return pack("outcome", OUTCOME_VERSION, facts, columns)

    @classmethod
    def from_bytes(cls, data):
        """Return the outcome that was stored; ValueError when the bytes are something else."""
        facts, columns = unpack("outcome", OUTCOME_VERSION, data)
        certificate = Certificate(
            prices=columns.pop("prices"),
            value=int(facts.pop("value")),
            bound=int(facts.pop("bound")),
        )
        return cls(**facts, **columns, certificate=certificate)


def _freeze(table, name, *, order_by):
    """Fill in what came later and was not given, then check, sort and close all columns."""
    rows = np.size(getattr(table, order_by[0]))
    for item in fields(table):
        if getattr(table, item.name) is None and (label := f"{name}.{item.name}") in LATER:
            _, absent = LATER[label]
            object.__setattr__(table, item.name, absent if absent == () else np.full(rows, absent))
    freeze_columns(table, name, order_by=order_by)


def _in_order(name, table):
    if (wrong := table.starts_on > table.ends_on).any():
        at = int(np.argmax(wrong))
        raise ValueError(f"{name}.ends_on: key {table.key[at]} ends before it starts")


def _close(table, name, values):
    values.flags.writeable = False
    object.__setattr__(table, name, values)
