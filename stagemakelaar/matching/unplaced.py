"""Why a student has no place: one main cause, the numbers behind it, and what would change it.

All places of companies that ever were recognised for the student's code go through the rules in a fixed order; the
main cause is the rule behind which nothing is left. Where places are left, others sit there: then the group that
competes for those seats is named, with the seats it is short (Hall 1935; the group is the over-demanded part of
Dulmage and Mendelsohn 1958).
"""

import enum
from dataclasses import dataclass

import numpy as np

from stagemakelaar.matching.eligibility import Meeting, Rule, broken_rules
from stagemakelaar.matching.problem import CLASSES, NO_PLACE
from stagemakelaar.matching.residual import board_of, over_demanded, with_room


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
class Shortage:
    """Tekort: a group of students with nothing but the same seats between them."""

    students: int
    seats: int
    openings: tuple  # keys
    by_class: tuple  # number of students of the group per priority class
    placed_by_class: tuple  # of those: who have a seat
    codes: tuple  # qualification codes in the group
    unplaced: tuple  # keys of the students left without

    @property
    def short(self):
        """Seats that are missing."""
        return self.students - self.seats


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
    """Return a dict: key of each student without a place → `Reason`. The outcome must be the best one."""
    board = board_of(problem, outcome)
    without = np.flatnonzero(board.chosen == NO_PLACE)
    if not len(without):
        return {}
    row, opening = _places_for_code(problem, without)
    broken = broken_rules(problem, row, opening)
    meeting, room = Meeting(problem, row, opening), with_room(board)
    group_of = {key: group for group in shortages(problem, outcome) for key in group.unplaced}
    begin, end = np.searchsorted(row, without, "left").tolist(), np.searchsorted(row, without, "right").tolist()
    reasons = {}
    for at, student in enumerate(without.tolist()):
        own = slice(begin[at], end[at])
        key = int(problem.candidates.key[student])
        openers = _openers(meeting, own, broken[own], room[opening[own]])
        reasons[key] = _reason(problem, board, student, broken[own], openers, group_of.get(key))
    return reasons


def shortages(problem, outcome):
    """Return the groups that are short of seats as a list of `Shortage`, the largest shortage first."""
    board = board_of(problem, outcome)
    inside, wanted = over_demanded(board)
    label = np.arange(len(board.seats))  # the least place of the group
    pairs = inside[board.student]
    student, place = board.student[pairs], board.place[pairs]
    of_student = np.full(len(board.chosen), len(board.seats))
    while True:
        np.minimum.at(of_student, student, label[place])
        after = label.copy()
        np.minimum.at(after, place, of_student[student])
        if np.array_equal(after, label):
            break
        label = after
    groups = [
        _shortage(problem, board, inside & (of_student == one), wanted & (label == one))
        for one in np.unique(label[wanted])
    ]
    return sorted(groups, key=lambda group: (-group.short, group.openings))


def _shortage(problem, board, students, places):
    classes = board.classes[students]
    placed = students & (board.chosen >= 0)
    return Shortage(
        students=int(students.sum()),
        seats=int(board.seats[places].sum()),
        openings=tuple(problem.openings.key[places].tolist()),
        by_class=_per_class(classes),
        placed_by_class=_per_class(board.classes[placed]),
        codes=tuple(np.unique(problem.candidates.code[students]).tolist()),
        unplaced=tuple(problem.candidates.key[students & ~placed].tolist()),
    )


def _per_class(classes):
    return tuple(np.bincount(classes, minlength=CLASSES).tolist())


def _places_for_code(problem, students):
    """Return (row of student, row of opening): all openings that ever were recognised for the code of each student."""
    rows = np.unique(problem.openings.recognitions[:, [1, 0]], axis=0)
    code = problem.candidates.code[students]
    begin, end = np.searchsorted(rows[:, 0], code, "left"), np.searchsorted(rows[:, 0], code, "right")
    count = end - begin
    at = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    return np.repeat(students, count), np.searchsorted(problem.openings.key, rows[at, 1])


def _reason(problem, board, student, broken, openers, shortage):
    left, still, cause = [], np.ones(len(broken), dtype=bool), None
    for stage, rules in FUNNEL:
        still = still & ((broken & sum(rule.bit for rule in rules)) == 0)
        left.append((stage, int(still.sum())))
        if cause is None and not still.any():
            cause = stage
    if problem.candidates.is_under_16[student]:
        cause = Cause.AGE
    cause = cause or Cause.SEATS_TAKEN
    taken = np.isin(board.chosen, board.place[board.pairs_of(student)])
    return Reason(
        candidate=int(problem.candidates.key[student]),
        cause=cause,
        next_step=_next_step(cause, openers),
        places=len(broken),
        left=tuple(left),
        broken={rule: count for rule in Rule if (count := int(((broken & rule.bit) != 0).sum()))},
        openers=openers,
        shortage=shortage,
        taken_by_class=_per_class(board.classes[taken]),
    )


def _next_step(cause, openers):
    """What opens a place where there is room; else what belongs to the cause; else a company must be won."""
    rules = dict(FUNNEL)[cause]
    helpful = [opener for opener in openers if opener.with_room]
    for opener in sorted(helpful, key=lambda one: one.rule not in rules):
        return STEP_OF_RULE[opener.rule]
    if cause is Cause.ONLY_DECLINED:
        return NextStep.RECONSIDER
    return STEP_OF_CAUSE.get(cause, NextStep.WIN_COMPANY)


def _openers(meeting, own, broken, room):
    """Look at the places that break exactly one rule, and at how much is missing there."""
    found = []
    for rule, amount_of in AMOUNTS.items():
        only = broken == rule.bit
        if not only.any():
            continue
        amount = amount_of(meeting)[own][only]
        known = amount >= 0
        if not known.any():
            continue
        least = int(amount[known].min())
        steps = {least} | ({step for step in TRAVEL_STEPS if step > least} if rule is Rule.TRAVEL else set())
        opened = 0
        for step in sorted(steps):
            at = known & (amount <= step)
            if int(at.sum()) > opened:
                opened = int(at.sum())
                found.append(Opener(rule, step, opened, int(room[only][at].sum())))
    order = list(AMOUNTS)
    return tuple(sorted(found, key=lambda one: (one.with_room == 0, order.index(one.rule), one.amount)))


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
