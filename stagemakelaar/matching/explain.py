"""Why this place, and what else: numbers only; the words are for the pages.

Everything is exact: what an alternative costs equals the difference of two full solves. Nothing here ranks
alternatives: they come in order of key, and the page decides on a neutral order.
"""

from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of

import numpy as np

from stagemakelaar.matching.eligibility import NO_HINT, Meeting, Rule, why_not
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import CLASSES, NO_PLACE, UNKNOWN
from stagemakelaar.matching.residual import Board, chain_out, losses
from stagemakelaar.matching.scoring import PARTS, kind_rank
from stagemakelaar.matching.unplaced import Cause, NextStep, Opener, Reason, Shortage, shortages, why_unplaced

__all__ = [
    "Alternative",
    "Cause",
    "Move",
    "NextStep",
    "Opener",
    "Part",
    "Reason",
    "Rule",
    "Shortage",
    "alternatives",
    "explanation",
    "facts",
    "parts_of",
    "shortages",
    "what_if",
    "why_not",
    "why_unplaced",
]


@dataclass(frozen=True)
class Part:
    """Onderdeel: one part of the score, "40 / 50"; points is None when it is not known."""

    name: str
    points: int | None
    most: int


@dataclass(frozen=True)
class Move:
    """Verschuiving: a student (key) who would go from one place (key, or None) to another (key, or None)."""

    candidate: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Alternative:
    """Alternatief: another place for a student, and what it changes in all when the rest is arranged anew."""

    opening: int  # key
    fit: int  # of this pair
    parts: tuple  # of Part
    placed: int  # change in the number of students placed, ≤ 1
    profile: tuple  # change in the number placed per priority class
    total_fit: int  # change in the total fit
    moves: tuple  # of Move: the others who would move, in order of key

    @property
    def costs_nothing(self):
        """Whether the whole outcome stays exactly as good."""
        return self.placed == 0 and not any(self.profile) and self.total_fit == 0


def parts_of(problem, points):
    """Return the parts as a tuple of `Part`, from a row of `Outcome.parts` or of `Judgement.parts`."""
    return tuple(
        Part(name, None if value == UNKNOWN else int(value), getattr(problem.weights, name))
        for name, value in zip(PARTS, points, strict=True)
    )


def facts(problem, candidate, opening):
    """Return what the score and the rules rest on for a student and a place (keys), as plain numbers.

    Minutes and the like are None when not known; `processes_…` and `kinds_…` are lists of the caller's own numbers;
    masks are whole numbers. Days are counted since 1970-01-01.
    """
    row, other = problem.row_of_candidate(candidate), problem.row_of_opening(opening)
    i, j = np.array([row]), np.array([other])
    meeting, c, o = Meeting(problem, i, j), problem.candidates, problem.openings
    at = int(meeting.listed_at[0])
    minutes = UNKNOWN if at < 0 else int(problem.pairs.minutes[at])
    wanted = c.processes[c.processes[:, 0] == candidate, 1].tolist()
    possible = o.processes[o.processes[:, 0] == opening, 1].tolist()
    rank = int(kind_rank(problem, i, j)[0])
    until = int(meeting.recognised_until[0])
    shared = int(c.weekdays[row] & o.weekdays[other])
    return {
        "minutes": None if minutes == UNKNOWN else minutes,
        "max_minutes": int(c.max_minutes[row]),
        "mode": None if at < 0 else int(problem.pairs.mode[at]),
        "is_estimate": at >= 0 and bool(problem.pairs.is_estimate[at]),
        "is_listed": at >= 0,
        "processes_wanted": wanted,
        "processes_possible": sorted(set(wanted) & set(possible)),
        "processes_known": bool(wanted) and bool(possible),
        "kinds_wished": [kind for kind in c.kinds[row].tolist() if kind >= 0],
        "kinds_there": o.kinds[o.kinds[:, 0] == opening, 1].tolist(),
        "kind_rank": rank + 1 if rank >= 0 else None,
        "wishes": int(c.wishes[row]),
        "wishes_met": int(c.wishes[row] & o.features[other]),
        "must": int(c.must[row]),
        "must_missing": int(c.must[row] & ~o.features[other]),
        "covers_costs": None if o.covers_costs[other] == UNKNOWN else bool(o.covers_costs[other]),
        "days": int(c.days[row]),
        "days_shared": shared.bit_count(),
        "weekdays_shared": shared,
        "late_hours": int(o.late_hours[other]),
        "starts_on": int(c.starts_on[row]),
        "ends_on": int(c.ends_on[row]),
        "recognised_until": None if until < 0 else until,
        "vog": bool(o.vog[other]),
        "processes_required": c.required[c.required[:, 0] == candidate, 1].tolist(),
        "processes_told": bool(((o.told[:, 0] == opening) & (o.told[:, 1] == c.code[row])).any()),
        "hours_required": int(c.hours_required[row]) or None,
        "hours_there": int((c.ends_on[row] - c.starts_on[row] + 1) * int(c.days[row]) * o.hours_per_day[other] // 420),
        "hint": None if meeting.hint[0] == NO_HINT else int(meeting.hint[0]),
        "priority_class": int(c.priority_class[row]),
        "seats": int(o.seats[other]),
    }


def explanation(problem, outcome, candidate):
    """Return why this student (key) is proposed for this place, as a dict of plain values; None without proposal."""
    row = problem.row_of_candidate(candidate)
    opening = int(outcome.place[row])
    if opening == NO_PLACE:
        return None
    parts = parts_of(problem, outcome.parts[row])
    return {
        "opening": opening,
        "fit": int(outcome.fit[row]),
        "most": problem.weights.most,
        "parts": [{item.name: getattr(part, item.name) for item in fields_of(Part)} for part in parts],
        "agreed": int(outcome.fit[row]) - sum(part.points or 0 for part in parts),  # by hints of the broker
        "facts": facts(problem, candidate, opening),
        "weights": asdict(problem.weights),
    }


def alternatives(problem, outcome, candidate):
    """Return every other eligible place of this student (key) as `Alternative`, in order of key.

    The outcome must be the best one of this problem. The lot plays no part in the costs.
    """
    return _alternatives(problem, outcome, candidate, None)


def what_if(problem, outcome, candidate, opening):
    """Return the `Alternative` of putting this student on this place (keys), or None when a rule forbids it
    (`why_not`).

    The place that the student already has costs nothing.
    """
    found = _alternatives(problem, outcome, candidate, problem.row_of_opening(opening))
    return found[0] if found else None


def _alternatives(problem, outcome, candidate, only):
    row = problem.row_of_candidate(candidate)
    board = Board(problem, outcome)
    mine = board.pairs_of(row)
    now = int(board.chosen[row])
    mine = mine[board.place[mine] != now] if only is None else mine[board.place[mine] == only]
    if not len(mine):
        return []
    rest, _, refill = board.without(row)
    following = losses(rest)[1]
    parts = judge(problem).parts
    return [
        _alternative(problem, board, row, at, refill + chain_out(rest, following, int(board.place[at])), parts)
        for at in mine.tolist()
    ]


def _alternative(problem, board, row, at, moves, parts):
    """Add up what changes when the student of `row` takes the pair at position `at`, and the others move as told."""
    target = int(board.place[at])
    after = {row: target} | {student: to for student, _, to in moves}
    after = {student: to for student, to in after.items() if to != board.chosen[student]}
    profile, fit = [0] * CLASSES, 0
    for student, to in after.items():
        before = int(board.chosen[student])
        profile[board.classes[student]] += (to != NO_PLACE) - (before != NO_PLACE)
        fit += _fit(board, student, to) - _fit(board, student, before)
    people, places = problem.candidates.key, problem.openings.key
    return Alternative(
        opening=int(places[target]),
        fit=int(board.fit[at]),
        parts=parts_of(problem, parts[board.pair[at]]),
        placed=sum(profile),
        profile=tuple(profile),
        total_fit=fit,
        moves=tuple(
            Move(int(people[student]), _key(places, int(board.chosen[student])), _key(places, to))
            for student, to in sorted(after.items())
            if student != row
        ),
    )


def _fit(board, student, place):
    if place == NO_PLACE:
        return 0
    own = board.pairs_of(student)
    return int(board.fit[own[np.searchsorted(board.place[own], place)]])


def _key(keys, row):
    return None if row == NO_PLACE else int(keys[row])
