"""What a score and the rules rest on, for one pair or for all proposals of a run at once, as plain values."""

from dataclasses import asdict, dataclass

import numpy as np

from stagemakelaar.matching.columns import spread
from stagemakelaar.matching.eligibility import NO_HINT, Meeting
from stagemakelaar.matching.problem import UNKNOWN
from stagemakelaar.matching.scoring import PARTS


@dataclass(frozen=True)
class Part:
    """Onderdeel: one part of the score, "40 / 50"; points is None when it is not known."""

    name: str
    points: int | None
    most: int


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
    return facts_of(problem, np.array([row]), np.array([other]))[0]


def explanations(problem, outcome, rows):
    """Return for each student (row) with a place why, as a list of dicts of plain values."""
    openings = outcome.place[rows]
    told = facts_of(problem, rows, np.searchsorted(problem.openings.key, openings))
    weights = asdict(problem.weights)
    most = [weights[name] for name in PARTS]
    return [
        {
            "opening": opening,
            "fit": fit,
            "most": problem.weights.most,
            "parts": [
                {"name": name, "points": None if value == UNKNOWN else value, "most": full}
                for name, value, full in zip(PARTS, points, most, strict=True)
            ],
            "agreed": fit - sum(value for value in points if value != UNKNOWN),  # by hints of the broker
            "facts": one,
            "weights": weights.copy(),
        }
        for opening, fit, points, one in zip(
            openings.tolist(), outcome.fit[rows].tolist(), outcome.parts[rows].tolist(), told, strict=True
        )
    ]


def facts_of(problem, rows, others):
    """Return the `facts` of students and places (rows, one place per student), as a list of dicts."""
    c, o, pairs = problem.candidates, problem.openings, problem.pairs
    at = _listed_at(problem, rows, others)
    modes = _where_listed(pairs.mode, at, UNKNOWN).tolist()
    wanted, possible = _lists(c.processes, c.key[rows]), _lists(o.processes, o.key[others])
    wished, there = c.kinds[rows].tolist(), _lists(o.kinds, o.key[others])
    told, hints = _lists(o.told, o.key[others]), Meeting(problem, rows, others).hint
    length = c.ends_on[rows] - c.starts_on[rows] + 1
    shared = c.weekdays[rows] & o.weekdays[others]
    columns = {
        "minutes": _known(_where_listed(pairs.minutes, at, UNKNOWN)),
        "max_minutes": c.max_minutes[rows],
        "mode": [None if far else mode for mode, far in zip(modes, (at < 0).tolist(), strict=True)],
        "is_estimate": _where_listed(pairs.is_estimate, at, False),
        "is_listed": at >= 0,
        "processes_wanted": wanted,
        "processes_possible": [_both(*lists) for lists in zip(wanted, possible, strict=True)],
        "processes_known": [bool(theirs and own) for theirs, own in zip(wanted, possible, strict=True)],
        "kinds_wished": [[kind for kind in kinds if kind >= 0] for kinds in wished],
        "kinds_there": there,
        "kind_rank": [_rank(*lists) for lists in zip(wished, there, strict=True)],
        "wishes": c.wishes[rows],
        "wishes_met": c.wishes[rows] & o.features[others],
        "must": c.must[rows],
        "must_missing": c.must[rows] & ~o.features[others],
        "covers_costs": [None if one == UNKNOWN else bool(one) for one in o.covers_costs[others].tolist()],
        "days": c.days[rows],
        "days_shared": np.bitwise_count(shared),
        "weekdays_shared": shared,
        "late_hours": o.late_hours[others],
        "starts_on": c.starts_on[rows],
        "ends_on": c.ends_on[rows],
        "recognised_until": _known(_recognised_until(problem, rows, others)),
        "vog": o.vog[others],
        "processes_required": _lists(c.required, c.key[rows]),
        "processes_told": [code in codes for code, codes in zip(c.code[rows].tolist(), told, strict=True)],
        "hours_required": [hours or None for hours in c.hours_required[rows].tolist()],
        "hours_there": length * c.days[rows] * o.hours_per_day[others] // (7 * 60),
        "hint": [None if hint == NO_HINT else hint for hint in hints.tolist()],
        "priority_class": c.priority_class[rows],
        "seats": o.seats[others],
    }
    plain = [column if isinstance(column, list) else column.tolist() for column in columns.values()]
    return [dict(zip(columns, values, strict=True)) for values in zip(*plain, strict=True)]


def _listed_at(problem, rows, others):
    """Position in the pairs of the problem, −1 where the pair is not listed; shape of `rows`."""
    begin, end = _between(problem.pair_candidate, rows)
    at, which = spread(begin, end)
    found = problem.pair_opening[at] == others[which]
    listed = np.full(len(rows), -1)
    listed[which[found]] = at[found]
    return listed


def _where_listed(column, at, otherwise):
    return np.where(at >= 0, column[at], otherwise) if len(column) else np.full(len(at), otherwise)


def _recognised_until(problem, rows, others):
    """Last day of the recognition that holds on the first day, −1 where none does; adjoining ones count as one."""
    recognitions, first_day = problem.openings.recognitions, problem.candidates.starts_on[rows]
    key, code = problem.openings.key[others], problem.candidates.code[rows]
    begin, end = _between(recognitions[:, 0], key)
    reach = first_day - 1
    for step in range(int((end - begin).max(initial=0))):  # in order of first day for each code
        _, its_code, first, until = recognitions[np.minimum(begin + step, len(recognitions) - 1)].T
        joins = (begin + step < end) & (its_code == code) & (first <= reach + 1)
        reach = np.where(joins, np.maximum(reach, until), reach)
    return np.where(reach >= first_day, reach, -1)


def _lists(loose, keys):
    """The numbers that belong to each key in loose rows (key, number), as a list of lists."""
    begin, end = _between(loose[:, 0], keys)
    numbers = loose[spread(begin, end)[0], 1].tolist()
    last = np.cumsum(end - begin).tolist()
    return [numbers[first:until] for first, until in zip([0, *last], last, strict=False)]


def _between(ordered, keys):
    return np.searchsorted(ordered, keys, "left"), np.searchsorted(ordered, keys, "right")


def _known(column):
    return [None if value < 0 else value for value in column.tolist()]


def _both(wanted, possible):
    return [process for process in wanted if process in possible]


def _rank(wished, there):
    """The place in the student's order of kinds, 1 first; None: not wished."""
    return next((choice for choice, kind in enumerate(wished, start=1) if kind >= 0 and kind in there), None)
