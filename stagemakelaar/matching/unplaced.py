"""Why a student has no place: one main cause, the numbers behind it, and what would change it.

All places of companies that ever were recognised for the student's code go through the rules in a fixed order; the
main cause is the rule behind which nothing is left. Where places are left, others sit there: then the group that
competes for those seats is named, with the seats it is short (`shortage.py`).
"""

import enum
from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.columns import LARGEST, spread
from stagemakelaar.matching.eligibility import BROKEN, Meeting, Rule
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import CLASSES, NO_PLACE
from stagemakelaar.matching.residual import board_of, with_room
from stagemakelaar.matching.shortage import Shortage, shortages


class Cause(enum.Enum):
    """Oorzaak: the one main reason why a student has no place."""

    NO_COMPANY_FOR_CODE = "no_company_for_code"
    NOT_WITHIN_REACH = "not_within_reach"
    PERIOD = "period"
    DAYS = "days"
    HOURS = "hours"
    PROCESSES = "processes"
    LATE_HOURS = "late_hours"
    AGE = "age"
    VOG = "vog"
    REGISTER = "register"
    CONDITION = "condition"
    ONLY_DECLINED = "only_declined"
    TIED_ELSEWHERE = "tied_elsewhere"
    SEATS_TAKEN = "seats_taken"


class NextStep(enum.Enum):
    """Volgende stap: what would help most, for the broker to talk about."""

    WIN_COMPANY = "win_company"  # find a recognised company for this code
    WIN_SEATS = "win_seats"  # find more seats for the group that competes
    CHECK_RECOGNITION = "check_recognition"  # a company there is not verified, or its recognition ends too early
    WIDEN_TRAVEL = "widen_travel"
    SHIFT_PERIOD = "shift_period"
    OTHER_DAYS = "other_days"
    LATE_HOURS = "late_hours"
    FEWER_HOURS = "fewer_hours"  # working time of minors
    MORE_HOURS = "more_hours"  # longer, or more days a week
    ASK_PROCESSES = "ask_processes"  # whether the work process can be learnt there after all, or elsewhere
    ASK_SUPERVISION = "ask_supervision"  # of an expert, for the under-18 at work with risks
    ASK_REGISTER = "ask_register"  # childcare
    LIFT_HINT = "lift_hint"  # what the broker wanted leaves nothing
    BY_HAND = "by_hand"  # under 16, or only places with a minimum age
    ASK_VOG = "ask_vog"
    TALK_CONDITION = "talk_condition"
    RECONSIDER = "reconsider"  # only places that were declined are left


# Behind which rules a student stands with empty hands, in the order in which people ask.
FUNNEL = (
    (Cause.NO_COMPANY_FOR_CODE, (Rule.RECOGNISED, Rule.RECOGNISED_TO_END, Rule.LEERWEG, Rule.VERIFIED)),
    (Cause.NOT_WITHIN_REACH, (Rule.TRAVEL,)),
    (Cause.PERIOD, (Rule.PERIOD,)),
    (Cause.DAYS, (Rule.DAYS,)),
    (Cause.HOURS, (Rule.HOURS,)),
    (Cause.LATE_HOURS, (Rule.LATE_HOURS,)),
    (Cause.PROCESSES, (Rule.PROCESSES,)),
    (Cause.AGE, (Rule.MINOR_NIGHT, Rule.MINOR_HOURS, Rule.DANGEROUS_WORK, Rule.UNDER_16, Rule.MINIMUM_AGE)),
    (Cause.VOG, (Rule.VOG,)),
    (Cause.REGISTER, (Rule.REGISTER,)),
    (Cause.CONDITION, (Rule.MUST_CONDITION,)),
    (Cause.ONLY_DECLINED, (Rule.NOT_AGAIN, Rule.NEVER)),
    (Cause.TIED_ELSEWHERE, (Rule.ELSEWHERE,)),
    (Cause.SEATS_TAKEN, (Rule.SEATS,)),
)

# The next step by the rule that would open a place, and by cause where no single rule would.
STEP_OF_RULE = {
    Rule.RECOGNISED_TO_END: NextStep.CHECK_RECOGNITION,
    Rule.VERIFIED: NextStep.CHECK_RECOGNITION,
    Rule.TRAVEL: NextStep.WIDEN_TRAVEL,
    Rule.PERIOD: NextStep.SHIFT_PERIOD,
    Rule.DAYS: NextStep.OTHER_DAYS,
    Rule.HOURS: NextStep.MORE_HOURS,
    Rule.LATE_HOURS: NextStep.LATE_HOURS,
    Rule.PROCESSES: NextStep.ASK_PROCESSES,
    Rule.DANGEROUS_WORK: NextStep.ASK_SUPERVISION,
    Rule.MINOR_HOURS: NextStep.FEWER_HOURS,
    Rule.VOG: NextStep.ASK_VOG,
    Rule.REGISTER: NextStep.ASK_REGISTER,
    Rule.MUST_CONDITION: NextStep.TALK_CONDITION,
    Rule.NOT_AGAIN: NextStep.RECONSIDER,
    Rule.NEVER: NextStep.LIFT_HINT,
    Rule.ELSEWHERE: NextStep.LIFT_HINT,
}
STEP_OF_CAUSE = {
    Cause.AGE: NextStep.BY_HAND,
    Cause.TIED_ELSEWHERE: NextStep.LIFT_HINT,
    Cause.SEATS_TAKEN: NextStep.WIN_SEATS,
}

RULES_OF = dict(FUNNEL)
FIRST_LOOKS_AT = ("code", "leerweg", "starts_on", "ends_on")  # the columns of a student that the first rules look at

AT_ONCE = 2_000_000  # pairs looked at together: bounds the memory
TRAVEL_STEPS = (15, 30)  # minutes more, beside the least that opens a place


@dataclass(frozen=True)
class Opener:
    """Opener: what would have opened places that break this one rule only."""

    rule: Rule
    amount: (
        int  # minutes of travel; days to shift; days a week; a level of late hours; a VOG earlier by days; features; …
    )
    places: int  # that open at this amount
    with_room: int  # of those: where the student would indeed be placed, all others staying placed


@dataclass(frozen=True)
class Reason:
    """Reden: why one student has no place."""

    candidate: int  # key
    cause: Cause
    next_step: NextStep
    places: int  # for the code, in all
    left: tuple  # of (Cause, number of places left after the rules of that cause), in the order of FUNNEL
    broken: dict  # Rule → number of places that break it, whatever else they break
    openers: tuple  # of Opener, the most promising first
    shortage: Shortage | None  # with SEATS_TAKEN
    taken_by_class: tuple  # who hold the seats that this student could have had, per priority class


def why_unplaced(problem, outcome):
    """Return a dict: key of each student without a place → `Reason`. The outcome must be the best one.

    Of places that are not listed as a pair with the student, the rules of the first cause and travel are told only:
    they are out of reach, whatever else they break.
    """
    board = board_of(problem, outcome)
    without = np.flatnonzero(board.chosen == NO_PLACE)
    at, who = _listed_places(problem, without)
    places, passing, broken = _counts(problem, without, at, who)
    openers = _openers(problem, with_room(board), at, who, len(without))
    taken = _taken_by_class(board, without)
    shortage_of = {key: group for group in shortages(problem, outcome) for key in group.unplaced}
    mask, near = judge(problem).broken[at], np.ones(len(at), dtype=bool)
    left = []
    for _, rules in FUNNEL:
        near &= (mask & sum(rule.bit for rule in rules)) == 0
        left.append(np.bincount(who[near], minlength=len(without)))
    left[0] = passing  # here all places count, listed or not
    counts = np.column_stack(left).tolist()
    by_rule = np.column_stack(list(broken.values())).tolist()
    reasons = {}
    for row, student in enumerate(without.tolist()):
        key = int(problem.candidates.key[student])
        cause = next((cause for (cause, _), count in zip(FUNNEL, counts[row], strict=True) if not count), None)
        if problem.candidates.is_under_16[student]:
            cause = Cause.AGE
        cause = cause or Cause.SEATS_TAKEN
        reasons[key] = Reason(
            candidate=key,
            cause=cause,
            next_step=_next_step(cause, openers[row]),
            places=int(places[row]),
            left=tuple((cause, count) for (cause, _), count in zip(FUNNEL, counts[row], strict=True)),
            broken={rule: count for rule, count in zip(broken, by_rule[row], strict=True) if count},
            openers=openers[row],
            shortage=shortage_of.get(key),
            taken_by_class=taken[row],
        )
    return reasons


def _listed_places(problem, without):
    """Return the positions of the pairs of these students with a place that ever was recognised for their code, and for
    each pair the index into `without`.
    """
    begin, end = (np.searchsorted(problem.pair_candidate, without + more) for more in (0, 1))
    at, who = spread(begin, end)
    never = np.flatnonzero(judge(problem).broken[at] & Rule.RECOGNISED.bit)
    width = len(problem.openings)
    sought = problem.candidates.code[without[who[never]]] * width + problem.pair_opening[at[never]]
    ever = np.ones(len(at), dtype=bool)
    ever[never] = np.isin(sought, _code_and_opening(problem))
    return at[ever], who[ever]


def _code_and_opening(problem):
    """Every code with every opening (row) that ever was recognised for it, as code × number of openings + row."""
    openings = problem.openings
    return np.unique(
        openings.recognitions[:, 1] * len(openings) + np.searchsorted(openings.key, openings.recognitions[:, 0])
    )


def _counts(problem, without, at, who):
    """Return, per student: the number of places for the code, how many of them pass the first rules, and as a dict by
    rule how many break it.
    """
    first = FUNNEL[0][1]
    alike = np.column_stack([getattr(problem.candidates, name)[without] for name in FIRST_LOOKS_AT])
    _, one_of, kind = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    kind, students = kind.ravel(), without[one_of]
    table, width = _code_and_opening(problem), len(problem.openings)
    begin, end = (np.searchsorted(table, (problem.candidates.code[students] + more) * width) for more in (0, 1))
    passing, breaking = np.zeros(len(students), dtype=np.int64), np.zeros((len(first), len(students)), dtype=np.int64)
    piece = np.cumsum(end - begin) // AT_ONCE
    for rows in np.split(np.arange(len(students)), np.flatnonzero(np.diff(piece)) + 1):
        some, which = spread(begin[rows], end[rows])
        meeting = Meeting(problem, students[rows[which]], table[some] % width)
        is_broken = [BROKEN[rule](meeting) for rule in first]
        passing[rows] = np.bincount(which[~np.logical_or.reduce(is_broken)], minlength=len(rows))
        for number, where in enumerate(is_broken):
            breaking[number, rows] = np.bincount(which[where], minlength=len(rows))
    places, mask = (end - begin)[kind], judge(problem).broken[at]
    listed = {rule: np.bincount(who[(mask & rule.bit) != 0], minlength=len(without)) for rule in Rule}
    listed |= {rule: counts[kind] for rule, counts in zip(first, breaking, strict=True)}
    listed[Rule.TRAVEL] = listed[Rule.TRAVEL] + places - np.bincount(who, minlength=len(without))
    return places, passing[kind], listed


def _taken_by_class(board, without):
    """Who hold the seats that each student could have had: number per priority class, as a list of tuples."""
    held = board.chosen[board.holder]
    by_place = np.bincount(held * CLASSES + board.classes[board.holder], minlength=len(board.seats) * CLASSES)
    by_place = by_place.reshape(-1, CLASSES)
    at, who = spread(board.of_student[without], board.of_student[without + 1])
    taken = [np.bincount(who, by_place[board.place[at], one], minlength=len(without)) for one in range(CLASSES)]
    return [tuple(row) for row in np.column_stack(taken).astype(np.int64).tolist()]


def _next_step(cause, openers):
    """What opens a place where there is room; else what belongs to the cause; else a company must be won."""
    rules = RULES_OF[cause]
    helpful = [opener for opener in openers if opener.with_room]
    for opener in sorted(helpful, key=lambda one: one.rule not in rules):
        return STEP_OF_RULE[opener.rule]
    if cause is Cause.ONLY_DECLINED:
        return NextStep.RECONSIDER
    return STEP_OF_CAUSE.get(cause, NextStep.WIN_COMPANY)


def _openers(problem, room, at, who, count):
    """Look at the places that break exactly one rule, and at how much is missing there: a tuple of `Opener` per student
    (index as in `who`).
    """
    broken, found = judge(problem).broken[at], [[] for _ in range(count)]
    for rule, amount_of in AMOUNTS.items():
        only = np.flatnonzero(broken == rule.bit)
        pair, student = at[only], who[only]
        meeting = Meeting(problem, problem.pair_candidate[pair], problem.pair_opening[pair])
        meeting.listed_at = pair
        amount = amount_of(meeting).astype(np.int64)
        is_known = amount >= 0
        amount, student, has_room = amount[is_known], student[is_known], room[meeting.opening[is_known]]
        least = np.full(count, LARGEST)
        np.minimum.at(least, student, amount)
        opened = np.zeros(count, dtype=np.int64)
        for more in (0, *TRAVEL_STEPS) if rule is Rule.TRAVEL else (0,):
            step = np.maximum(least, more)
            within = amount <= step[student]
            places = np.bincount(student[within], minlength=count)
            with_room = np.bincount(student[within & has_room], minlength=count)
            new = np.flatnonzero(places > opened)
            opened = places
            for row, *values in zip(
                *(column[new].tolist() for column in (np.arange(count), step, places, with_room)), strict=True
            ):
                found[row].append(Opener(rule, *values))
    # The order of the rules is that of AMOUNTS already.
    return [tuple(sorted(some, key=lambda one: one.with_room == 0)) for some in found]


def _minutes_short(meeting):
    listed = meeting.listed_at
    if not len(meeting.problem.pairs):
        return np.full(len(listed), -1)
    return np.where(listed >= 0, meeting.problem.pairs.minutes[listed] - meeting.theirs("max_minutes"), -1)


def _days_to_shift(meeting):
    late = np.maximum(meeting.own("starts_on") - meeting.theirs("starts_on"), 0)
    return late + np.maximum(meeting.theirs("ends_on") - meeting.own("ends_on"), 0)


def _days_short(meeting):
    return meeting.theirs("days") - np.bitwise_count(meeting.theirs("weekdays") & meeting.own("weekdays")).astype(
        np.int64
    )


def _hours_over(meeting):
    day = meeting.own("hours_per_day").astype(np.int64)
    week = meeting.theirs("school_hours").astype(np.int64) * 60 + meeting.theirs("days") * day
    return np.maximum(-(-(week - 40 * 60) // 60), -(-(day - 9 * 60) // 60))


def _hours_short(meeting):
    length = meeting.theirs("ends_on") - meeting.theirs("starts_on") + 1
    minutes = length * meeting.theirs("days").astype(np.int64) * meeting.own("hours_per_day") // 7
    return -(-(meeting.theirs("hours_required").astype(np.int64) * 60 - minutes) // 60)


def _none(meeting):
    return np.zeros(len(meeting.candidate), dtype=np.int64)


# How much is missing per pair, −1 where not known; the order is the order in which a page should show them.
AMOUNTS = {
    Rule.TRAVEL: _minutes_short,
    Rule.DAYS: _days_short,
    Rule.PERIOD: _days_to_shift,
    Rule.HOURS: _hours_short,
    Rule.LATE_HOURS: lambda meeting: meeting.own("late_hours").astype(np.int64),
    Rule.VOG: lambda meeting: meeting.theirs("vog_ready_on") - meeting.theirs("starts_on"),
    Rule.REGISTER: lambda meeting: meeting.theirs("register_ready_on") - meeting.theirs("starts_on"),
    Rule.PROCESSES: _none,
    Rule.DANGEROUS_WORK: _none,
    Rule.MINOR_HOURS: _hours_over,
    Rule.MUST_CONDITION: lambda meeting: np.bitwise_count(meeting.theirs("must") & ~meeting.own("features")).astype(
        int
    ),
    Rule.VERIFIED: _none,
    Rule.RECOGNISED_TO_END: lambda meeting: meeting.theirs("ends_on") - meeting.recognised_until,
    Rule.NOT_AGAIN: _none,
    Rule.NEVER: _none,
    Rule.ELSEWHERE: _none,
}
