"""Why this place, and what else: numbers only; the words are for the pages.

Everything is exact: what an alternative costs equals the difference of two full solves, without solving anew. Someone
put on a place takes a seat there (a chain of others who make way, from the table `losses`) and leaves one (a chain of
others who move up, from `gains`). What the two cost apart can only be bettered by one chain from the new place to the
old; and where the two would meet, that one chain is as good (two shortest augmenting paths: Jewell 1958, Busacker and
Gowen 1960). So one search suffices, and only where both places leave some slack between the two tables.

Nothing here ranks alternatives: they come in order of key, and the page decides on a neutral order.
"""

from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.chains import Roads, moving_up
from stagemakelaar.matching.eligibility import Rule, why_not
from stagemakelaar.matching.facts import Part, explanations, facts, parts_of
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import CLASSES, NO_PLACE
from stagemakelaar.matching.residual import board_of, chain_in, chain_out
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
class Move:
    """Verschuiving: a student (key) who would go from one place (key, or None) to another (key, or None)."""

    candidate: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Alternative:
    """Alternatief: another place for a student, and what it changes in all when the rest is arranged anew."""

    opening: int | None  # key; None: no place
    fit: int  # of this pair, 0 without place
    parts: tuple  # of Part, empty without place
    placed: int  # change in the number of students placed, ≤ 1
    profile: tuple  # change in the number placed per priority class
    total_fit: int  # change in the total fit
    moves: tuple  # of Move: the others who would move, in order of key

    @property
    def costs_nothing(self):
        """Whether the whole outcome stays exactly as good."""
        return self.placed == 0 and not any(self.profile) and self.total_fit == 0


def explanation(problem, outcome, candidate):
    """Return why this student (key) is proposed for this place, as a dict of plain values; None without proposal."""
    row = problem.row_of_candidate(candidate)
    if outcome.place[row] == NO_PLACE:
        return None
    return explanations(problem, outcome, np.array([row]))[0]


def other_openings(problem, outcome, candidate):
    """Return the keys of all places that this student (key) could have and does not, in order: an int array."""
    return problem.openings.key[_others(board_of(problem, outcome), problem.row_of_candidate(candidate))]


def alternatives(problem, outcome, candidate, among=None):
    """Return every other eligible place of this student (key) as `Alternative`, in order of key; or only those `among`
    (keys) them.

    The outcome must be the best one of this problem. The lot plays no part in the costs.
    """
    board, row = board_of(problem, outcome), problem.row_of_candidate(candidate)
    places = _others(board, row)
    if among is not None:
        places = places[np.isin(problem.openings.key[places], among)]
    return _alternatives(problem, board, row, places)


def _others(board, row):
    """The places (rows) that a student (row) could have and does not."""
    places = board.place[board.pairs_of(row)]
    return places[places != board.chosen[row]]


def what_if(problem, outcome, candidate, opening):
    """Return the `Alternative` of putting this student on this place (keys), or None when a rule forbids it
    (`why_not`). The student need not have a place now; opening None: the student gets none.

    What the student already has costs nothing.
    """
    board, row = board_of(problem, outcome), problem.row_of_candidate(candidate)
    if opening is None:
        return taken(problem, board, row, NO_PLACE, chain_in(board, int(board.chosen[row])))
    to = problem.row_of_opening(opening)
    if board.fit_at(row, to) is None:
        return None
    return _alternatives(problem, board, row, np.array([to]))[0]


def _alternatives(problem, board, row, places):
    now, roads = board.chosen.item(row), Roads()
    worth, cost, slack = board.gains[0], board.losses[0], board.slack
    margin = max(slack[places].tolist(), default=0)
    if now != NO_PLACE and min(margin, slack[now]) > 0:
        roads.reach(0, (0, now))
        roads.follow(
            _within(moving_up(board, cost, board.keeps[1], row), slack, margin + int(slack[now])),
            limit=int(slack[now]),
            until=int(places[0]) if len(places) == 1 else None,
        )
    found = []
    for to in places.tolist():
        length = roads.length.get((0, to))
        if now in {to, NO_PLACE}:
            moves = [] if to == now else chain_out(board, to)
        elif length is not None and length - cost[now] < -worth[now]:
            moves = roads.back((0, to))[0]
        else:
            moves = _together(chain_out(board, to), chain_in(board, now), now)
        found.append(taken(problem, board, row, to, moves))
    return found


def _within(steps, slack, limit):
    """Leave out the steps that cannot lead to a chain that costs less than the two tables together."""
    return lambda *question: (
        step for step in steps(*question) if step[1] != NO_PLACE and step[2] + slack[step[1]] < limit
    )


def _together(out, into, now):
    """A chain that makes way and a chain that fills the seat `now`; where they meet, the one runs on into the other."""
    empty = [left for _, left, _ in into] + [now]
    for at, (_, here, _) in enumerate(out):
        if here in empty:
            return out[:at] + into[empty.index(here) :]
    return out + into


def taken(problem, board, row, to, moves):
    """Return the `Alternative` in which the student of `row` takes a seat at `to` (row, or NO_PLACE) and the others
    move as told: (student, from, to) in rows.
    """
    after = {row: to} | {student: place for student, _, place in moves}
    before = {student: board.chosen.item(student) for student in after}
    profile, fit = [0] * CLASSES, 0
    for student, place in after.items():
        if place != before[student]:
            profile[board.classes[student]] += (place != NO_PLACE) - (before[student] != NO_PLACE)
            fit += board.fit_at(student, place) - board.own_fit.item(student)
    people, places = problem.candidates.key, problem.openings.key
    return Alternative(
        opening=_key(places, to),
        fit=board.fit_at(row, to),
        parts=() if to == NO_PLACE else parts_of(problem, judge(problem).parts[problem.row_of_pair(row, to)].tolist()),
        placed=sum(profile),
        profile=tuple(profile),
        total_fit=fit,
        moves=tuple(
            Move(people.item(student), _key(places, before[student]), _key(places, place))
            for student, place in sorted(after.items())
            if student != row and place != before[student]
        ),
    )


def _key(keys, row):
    return None if row == NO_PLACE else keys.item(row)
