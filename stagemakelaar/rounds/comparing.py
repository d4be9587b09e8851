"""Two computed runs of one round side by side: what each would do for whom.

Only who took part in both is compared; whoever was decided about in between is counted apart. The points of both are
worked out with the weights of the first, without a shorter journey of the run's own: otherwise two scales would be
held against each other. Waiting is that of the facts of the first, whether or not it counted.
"""

import enum
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import case, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.matching.columns import part_of
from stagemakelaar.matching.leaving import without
from stagemakelaar.matching.problem import CLASSES, NO_PLACE, UNKNOWN, Outcome, Problem
from stagemakelaar.matching.scoring import agreed_points, fit_of, score
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.reference.models import Qualification
from stagemakelaar.rounds.at_hand import AtHand
from stagemakelaar.rounds.columns_of import days_waited
from stagemakelaar.rounds.forgetting import limited_in, stored
from stagemakelaar.rounds.models import Run, RunState, Unplaced
from stagemakelaar.rounds.reading import day, number, read, text
from stagemakelaar.rounds.run_settings import RunSettings

_at_hand = AtHand(4)  # comparisons


class Change(enum.Enum):
    """Verschil: what the second run means for a student, beside the first."""

    LOSES = "loses"
    GAINS = "gains"
    MOVES = "moves"
    SAME = "same"


class Figure(NamedTuple):
    """Cijfer: one line of the comparison; `of` is how many there are at most. None where there is nothing to say."""

    name: str
    a: float | None
    b: float | None
    key: int | None = None  # level or class
    of: int | None = None

    @property
    def difference(self):
        """By how much the second is more than the first; None when either says nothing."""
        return None if self.a is None or self.b is None else self.b - self.a


class Spot(NamedTuple):
    """Plek van een student in een berekening."""

    place: int
    fit: int
    minutes: int | None


class Row(NamedTuple):
    """Regel: one student in both runs; a spot is None where the run found nothing."""

    student: int
    change: Change
    a: Spot | None
    b: Spot | None


@dataclass(frozen=True, eq=False)
class Half:
    """Helft: what one run did for the students in both; a value per student."""

    place: np.ndarray  # key, NO_PLACE where none
    fit: np.ndarray  # points by the weights of the first run; 0 where there is no place
    minutes: np.ndarray  # UNKNOWN where not known

    @property
    def placed(self):
        """True where the student has a place."""
        return self.place != NO_PLACE


@dataclass(frozen=True, eq=False)
class Comparison:
    """Vergelijking: the students who took part in both runs, by key, and what each run did for them."""

    student: np.ndarray
    code: np.ndarray
    priority_class: np.ndarray
    a: Half
    b: Half
    only_in_a: int
    only_in_b: int

    @property
    def change(self):
        """What the second run means for each student, as the position in `Change`."""
        had, has = self.a.placed, self.b.placed
        moved = had & has & (self.a.place != self.b.place)
        loses, gains, moves, same = range(len(Change))
        return np.select([had & ~has, ~had & has, moved], [loses, gains, moves], same)

    def counts(self):
        """How many students there are of each `Change`."""
        return dict(zip(Change, np.bincount(self.change, minlength=len(Change)).tolist(), strict=True))

    def order(self, kinds):
        """The positions of the students of these kinds: who loses first, then by waiting, then by number."""
        change = self.change
        order = np.lexsort((self.student, self.priority_class, change))
        wanted = [at for at, kind in enumerate(Change) if kind in kinds]
        return order[np.isin(change[order], wanted)]

    def rows(self, order):
        """The `Row` of each of these positions."""
        kinds = list(Change)
        change = self.change
        return [
            Row(int(self.student[at]), kinds[change[at]], _spot(self.a, at), _spot(self.b, at)) for at in order.tolist()
        ]


def compare(session, a, b):
    """Give back the `Comparison` of two computed runs of one round; the last few are kept, as both never change.

    Who must not be reckoned with since is in neither.
    """
    apart = session.scalars(limited_in(a.programme_id)).all()
    key = (a.id, a.outcome_hash, b.id, b.outcome_hash, tuple(apart))
    return _at_hand.of(key, lambda: _compared(session, a, b, apart))


def figures(session, comparison, a, b):
    """The `Figure`s of a comparison: who is placed, by level and by waiting, the longest wait, journeys, points."""
    first, second = comparison.a, comparison.b
    found = [Figure("placed", _sum(first.placed), _sum(second.placed), of=len(comparison.student))]
    found += _by("level", _levels(session, comparison.code), first, second)
    found += _by("waiting", comparison.priority_class, first, second, among=range(CLASSES))
    found.append(Figure("longest_wait", *_longest_waits(session, comparison, a, b)))
    journeys = [half.minutes[half.minutes != UNKNOWN] for half in (first, second)]
    points = [half.fit[half.placed] for half in (first, second)]
    found += [
        Figure("travel_median", *(_of(np.median, minutes) for minutes in journeys)),
        Figure("travel_worst", *(_of(np.max, minutes) for minutes in journeys)),
        Figure("fit_total", *(_of(np.sum, fit) for fit in points)),
        Figure("fit_mean", *(_of(np.mean, fit) for fit in points)),
        Figure("fit_lowest", *(_of(np.min, fit) for fit in points)),
    ]
    return found


def comparable_runs(session, match_round):
    """The computed runs of a round, the newest first."""
    return session.scalars(
        select(Run)
        .where(Run.round_id == match_round.id, Run.state == RunState.COMPUTED, Run.frozen_input.is_not(None))
        .order_by(Run.id.desc())
    ).all()


# --- inside --------------------------------------------------------------------------------------------------------


def _compared(session, a, b, apart):
    facts, outcome = _facts_and_outcome(session, a, apart)
    other_facts, other_outcome = _facts_and_outcome(session, b, apart) if b.id != a.id else (facts, outcome)
    weights = RunSettings.of(a).weights or facts.weights
    student, at, also = np.intersect1d(outcome.candidate, other_outcome.candidate, return_indices=True)
    return Comparison(
        student=student,
        code=facts.candidates.code[at],
        priority_class=facts.candidates.priority_class[at],
        a=_half(facts, outcome, at, weights),
        b=_half(other_facts, other_outcome, also, weights),
        only_in_a=len(outcome.candidate) - len(student),
        only_in_b=len(other_outcome.candidate) - len(student),
    )


def _facts_and_outcome(session, run, apart):
    kept = stored(session, run)
    return without(Problem.from_bytes(kept.frozen_input), Outcome.from_bytes(kept.outcome), apart)


def _half(facts, outcome, rows, weights):
    """The `Half` of the students in these rows: only their own pairs are judged anew, with these weights."""
    place = outcome.place[rows]
    fit, minutes = np.zeros(len(rows), dtype=np.int64), np.full(len(rows), UNKNOWN)
    placed = np.flatnonzero(place != NO_PLACE)
    width = len(facts.openings)
    wanted = rows[placed] * width + np.searchsorted(facts.openings.key, place[placed])
    pairs = np.searchsorted(facts.pair_candidate * width + facts.pair_opening, wanted)
    theirs = replace(facts, pairs=part_of(facts.pairs, pairs), weights=weights)
    points = fit_of(score(theirs))
    fit[placed] = points + agreed_points(theirs, points)
    minutes[placed] = theirs.pairs.minutes
    return Half(place, fit, minutes)


def _spot(half, at):
    if not half.placed[at]:
        return None
    minutes = int(half.minutes[at])
    return Spot(int(half.place[at]), int(half.fit[at]), None if minutes == UNKNOWN else minutes)


def _by(name, groups, first, second, among=None):
    """A figure per group: how many of it are placed. Empty groups are left out."""
    keys = np.unique(groups).tolist()
    for key in keys if among is None else [key for key in among if key in keys]:
        own = groups == key
        yield Figure(name, _sum(first.placed & own), _sum(second.placed & own), key=key, of=_sum(own))


def _levels(session, codes):
    """The level (niveau) of each code, 0 where it is not known."""
    courses = read(session, select(number(Qualification.code), number(Qualification.niveau)), order_by="code")
    at = np.searchsorted(courses.code, codes)
    known = at < len(courses.code)
    known[known] = courses.code[at[known]] == codes[known]
    return np.where(known, np.r_[courses.niveau, 0][at], 0)


def _longest_waits(session, comparison, a, b):
    """The most whole weeks that anyone without a place in each run has waited until today; None when nobody is."""
    without = select(Unplaced.student_id).where(Unplaced.run_id.in_((a.id, b.id)))
    since = read(
        session,
        select(
            number(Student.id),
            day(Profile.searching_since),
            text(case((Profile.searching_since.is_(None), Case.created_at)).label("signed_up_at")),
        )
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .where(Student.id.in_(without)),
    )
    weeks = days_waited(since, clock.today()) // 7
    for half in (comparison.a, comparison.b):
        yield _of(np.max, weeks[np.isin(since.id, comparison.student[~half.placed])])


def _of(figure, values):
    return float(figure(values)) if len(values) else None


def _sum(mask):
    return int(mask.sum())
