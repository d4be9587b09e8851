"""The hard rules: a pair that breaks one is never proposed, and each broken rule has a name.

One vectorised function per rule; each takes a `Meeting` (candidates and openings row against row) and returns a column
that is True where the rule is broken. Numbers in brackets point at the rules of the field: H1 recognised … H19
verified.
"""

import enum
from functools import cached_property

import numpy as np

from stagemakelaar.matching.columns import LATEST_DAY, spread
from stagemakelaar.matching.one_pass import broken_by_facts
from stagemakelaar.matching.problem import EVENING_AND_NIGHT, UNKNOWN
from stagemakelaar.matching.scoring import MUST, NEVER, packed

# Working time of 16- and 17-year-olds (Arbeidstijdenwet 4:4, 5:3-5:7); time at school counts as working time.
MINOR_DAY_MINUTES = 9 * 60  # so that at least twelve hours of rest are left between two days alike
MINOR_WEEK_MINUTES = 40 * 60  # the mean over four weeks; a pattern that repeats stays below 45 in any week as well
NO_HINT = -1
LARGE = 200_000  # pairs: from here on machine code is worth the seconds that it takes to make it
LIMITS_FOR_THE_YOUNG = MINOR_DAY_MINUTES, MINOR_WEEK_MINUTES, EVENING_AND_NIGHT


class Rule(enum.Enum):
    """Harde regel: why a student and a place do not go together."""

    RECOGNISED = "recognised"
    RECOGNISED_TO_END = "recognised_to_end"
    LEERWEG = "leerweg"
    PROCESSES = "processes"
    VERIFIED = "verified"
    TRAVEL = "travel"
    PERIOD = "period"
    DAYS = "days"
    HOURS = "hours"
    LATE_HOURS = "late_hours"
    MINOR_NIGHT = "minor_night"
    MINOR_HOURS = "minor_hours"
    DANGEROUS_WORK = "dangerous_work"
    UNDER_16 = "under_16"
    MINIMUM_AGE = "minimum_age"
    VOG = "vog"
    REGISTER = "register"
    MUST_CONDITION = "must_condition"
    NOT_AGAIN = "not_again"
    NEVER = "never"
    ELSEWHERE = "elsewhere"
    SEATS = "seats"

    @property
    def bit(self):
        """The bit of this rule in a mask of broken rules."""
        return _BIT[self]


_BIT = {rule: 1 << at for at, rule in enumerate(Rule)}


class Meeting:
    """Ontmoeting: rows of candidates against rows of openings, both int arrays of shape (k,)."""

    def __init__(self, problem, candidate, opening):
        self.problem, self.candidate, self.opening = problem, candidate, opening

    def theirs(self, name):
        """A column of the candidates, per pair."""
        return getattr(self.problem.candidates, name)[self.candidate]

    def own(self, name):
        """A column of the openings, per pair."""
        return getattr(self.problem.openings, name)[self.opening]

    @cached_property
    def listed_at(self):
        """Position in the pairs of the problem, −1 where the pair is not listed."""
        problem, width = self.problem, len(self.problem.openings)
        listed = problem.pair_candidate * width + problem.pair_opening
        return _position(listed, self.candidate * width + self.opening)

    @cached_property
    def hint(self):
        """What the broker wants of this pair: NEVER … MUST, or NO_HINT; int64 of shape (k,)."""
        rows, keys = self.problem.pairs.hints, self.problem.openings.key
        rows = rows[np.isin(rows[:, 1], keys)]
        width = len(keys)
        about = np.searchsorted(self.problem.candidates.key, rows[:, 0]) * width + np.searchsorted(keys, rows[:, 1])
        at = _position(about, self.candidate * width + self.opening)
        return np.r_[rows[:, 2], NO_HINT][at]

    @cached_property
    def recognised_until(self):
        """Last day of the recognition that holds on the first day, −1 where none does; adjoining rows count as one."""
        rows = self.problem.openings.recognitions
        if not len(rows):
            return np.full(len(self.candidate), -1)
        opening, width = np.searchsorted(self.problem.openings.key, rows[:, 0]), len(self.problem.openings)
        # By code first: the places of one student then ascend, and looking up what ascends is several times as fast.
        order = np.lexsort((rows[:, 2], opening, rows[:, 1]))
        rows, group = rows[order], (rows[:, 1] * width + opening)[order]
        length = LATEST_DAY + 2
        is_first = np.r_[True, group[1:] != group[:-1]]
        names, number = group[is_first], np.cumsum(is_first) - 1
        # Furthest day so far within each group: groups ascend, so one running maximum serves them all.
        furthest = np.maximum.accumulate(number * length + rows[:, 3])
        first = number * length + rows[:, 2]
        opens = np.r_[True, first[1:] > furthest[:-1] + 1]
        start = np.flatnonzero(opens)
        begins, until = first[start], np.maximum.reduceat(furthest, start)
        group_of_pair = _position(names, self.theirs("code") * width + self.opening)
        day = group_of_pair * length + self.theirs("starts_on")
        found = np.searchsorted(begins, day, side="right") - 1
        last = np.where(found >= 0, until[found], -1)
        return np.where((group_of_pair >= 0) & (last >= day), last - group_of_pair * length, -1)


def not_recognised(meeting):
    """H1: no recognition for the code, or an equivalent of it, on the first day."""
    return meeting.recognised_until < 0


def not_recognised_to_end(meeting):
    """H2: a recognition that holds on the first day ends before the last."""
    return (meeting.recognised_until >= 0) & (meeting.recognised_until < meeting.theirs("ends_on"))


def other_leerweg(meeting):
    """H5: bol asks for a stage, bbl for a leerbaan."""
    return meeting.theirs("leerweg") != meeting.own("leerweg")


def processes_missing(meeting):
    """H3: a work process that must be possible there is not. A place that told nothing about the code lacks nothing."""
    people, places = meeting.problem.candidates, meeting.problem.openings
    if not len(people.required):
        return _nobody(meeting)
    needed, known = people.required, np.unique(people.required[:, 1])
    theirs, own = packed(people.key, needed, known), packed(places.key, places.processes, known)
    lacks = np.zeros(len(meeting.candidate), dtype=bool)
    for word in range(theirs.shape[1]):
        lacks |= (theirs[meeting.candidate, word] & ~own[meeting.opening, word]) != 0
    told = np.searchsorted(places.key, places.told[:, 0]) * 1_000_000 + places.told[:, 1]
    return lacks & (_position(told, meeting.opening * 1_000_000 + meeting.theirs("code")) >= 0)


def not_verified(meeting):
    """H19: the company was not checked, or is suspended."""
    return ~meeting.own("is_verified")


def too_far(meeting):
    """H15: above the student's own maximum, or not even listed. Minutes that are not known break nothing."""
    if not len(meeting.problem.pairs):
        return np.ones(len(meeting.candidate), dtype=bool)
    minutes = meeting.problem.pairs.minutes[meeting.listed_at]
    return (meeting.listed_at < 0) | ((minutes != UNKNOWN) & (minutes > meeting.theirs("max_minutes")))


def other_period(meeting):
    """H8: the place is not open over the student's whole period."""
    late, early = (
        meeting.own("starts_on") > meeting.theirs("starts_on"),
        meeting.own("ends_on") < meeting.theirs("ends_on"),
    )
    return late | early


def too_few_days(meeting):
    """H8: fewer weekdays in common than the student must work."""
    return np.bitwise_count(meeting.theirs("weekdays") & meeting.own("weekdays")) < meeting.theirs("days")


def too_few_hours(meeting):
    """H9: weeks times hours a week stay below the hours that the student must make."""
    if not meeting.problem.candidates.hours_required.any():
        return _nobody(meeting)
    length = meeting.theirs("ends_on") - meeting.theirs("starts_on") + 1
    minutes_a_week = meeting.theirs("days").astype(np.int64) * meeting.own("hours_per_day")
    return length * minutes_a_week < meeting.theirs("hours_required").astype(np.int64) * 60 * 7


def too_late_hours(meeting):
    """The work is in the evening or at night, and the student cannot."""
    return meeting.own("late_hours") > meeting.theirs("late_hours")


def minor_at_night(meeting):
    """H10: under 18 no work between 23:00 and 06:00; the evening before is allowed."""
    return meeting.theirs("is_minor") & (meeting.own("late_hours") == EVENING_AND_NIGHT)


def minor_too_many_hours(meeting):
    """H10: under 18 at most 9 hours a day and 40 hours a week, school included."""
    day = meeting.own("hours_per_day").astype(np.int64)
    week = meeting.theirs("school_hours").astype(np.int64) * 60 + meeting.theirs("days") * day
    return meeting.theirs("is_minor") & ((day > MINOR_DAY_MINUTES) | (week > MINOR_WEEK_MINUTES))


def dangerous_work(meeting):
    """H11: under 18 no work with special risks, unless an expert supervises it."""
    return meeting.theirs("is_minor") & meeting.own("unsupervised_risks")


def under_16(meeting):
    """H12: who is under 16 is not matched by a machine."""
    return meeting.theirs("is_under_16")


def too_young(meeting):
    """The place asks for a minimum age of 16 or 18."""
    age = meeting.own("minimum_age")
    return (meeting.theirs("is_minor") & (age >= 18)) | (meeting.theirs("is_under_16") & (age >= 16))


def vog_too_late(meeting):
    """H13: a VOG is needed and cannot be there on the first day."""
    return meeting.own("vog") & (meeting.theirs("vog_ready_on") > meeting.theirs("starts_on"))


def register_too_late(meeting):
    """H14: the childcare register must hold the student, and cannot on the first day."""
    return meeting.own("register") & (meeting.theirs("register_ready_on") > meeting.theirs("starts_on"))


def condition_not_met(meeting):
    """H16: the place lacks a feature that the student called necessary."""
    return (meeting.theirs("must") & ~meeting.own("features")) != 0


def not_again(meeting):
    """H18: the student declined it, left it, or the broker said no."""
    forbidden, problem, width = meeting.problem.pairs.forbidden, meeting.problem, len(meeting.problem.openings)
    candidate = np.searchsorted(problem.candidates.key, forbidden[:, 0])
    opening = np.searchsorted(problem.openings.key, forbidden[:, 1])
    return _position(np.unique(candidate * width + opening), meeting.candidate * width + meeting.opening) >= 0


def never(meeting):
    """H18: the broker said: never this student at this place."""
    return meeting.hint == NEVER if len(meeting.problem.pairs.hints) else _nobody(meeting)


def elsewhere(meeting):
    """The broker said: this student at one certain place or nowhere, and this is another place."""
    rows = meeting.problem.pairs.hints
    tied = np.isin(meeting.problem.candidates.key, rows[rows[:, 2] == MUST, 0])
    return tied[meeting.candidate] & (meeting.hint != MUST) if tied.any() else _nobody(meeting)


def no_seats(meeting):
    """H7: every seat was given away before this run."""
    return meeting.own("seats") == 0


SAID = (Rule.NOT_AGAIN, Rule.NEVER, Rule.ELSEWHERE)  # by people, of single pairs

BROKEN = {
    Rule.RECOGNISED: not_recognised,
    Rule.RECOGNISED_TO_END: not_recognised_to_end,
    Rule.LEERWEG: other_leerweg,
    Rule.PROCESSES: processes_missing,
    Rule.VERIFIED: not_verified,
    Rule.TRAVEL: too_far,
    Rule.PERIOD: other_period,
    Rule.DAYS: too_few_days,
    Rule.HOURS: too_few_hours,
    Rule.LATE_HOURS: too_late_hours,
    Rule.MINOR_NIGHT: minor_at_night,
    Rule.MINOR_HOURS: minor_too_many_hours,
    Rule.DANGEROUS_WORK: dangerous_work,
    Rule.UNDER_16: under_16,
    Rule.MINIMUM_AGE: too_young,
    Rule.VOG: vog_too_late,
    Rule.REGISTER: register_too_late,
    Rule.MUST_CONDITION: condition_not_met,
    Rule.NOT_AGAIN: not_again,
    Rule.NEVER: never,
    Rule.ELSEWHERE: elsewhere,
    Rule.SEATS: no_seats,
}


def broken_rules(problem, candidate=None, opening=None):
    """Return a mask of broken rules per pair, int32 of shape (k,); 0 where the pair is eligible.

    `candidate` and `opening` are rows (not keys), one per pair; without them all pairs of the problem are judged, and
    of very many in one pass (`one_pass.py`).
    """
    if candidate is not None:
        meeting = Meeting(problem, candidate, opening)
    elif len(problem.pairs) < LARGE:
        meeting = Meeting(problem, problem.pair_candidate, problem.pair_opening)
        meeting.listed_at = np.arange(len(problem.pairs))
    else:
        return _in_one_pass(problem)
    mask = np.zeros(len(meeting.candidate), dtype=np.int32)
    for rule, is_broken in BROKEN.items():
        np.bitwise_or(mask, rule.bit, out=mask, where=is_broken(meeting))
    return mask


def _in_one_pass(problem):
    """The same for all pairs; what people said of single pairs is rare, and is asked of the pairs of those alone."""
    mask = broken_by_facts(problem, LIMITS_FOR_THE_YOUNG)
    pairs = problem.pairs
    said = np.unique(np.r_[pairs.forbidden[:, 0], pairs.hints[:, 0]])
    rows = np.searchsorted(problem.candidates.key, said)
    at, _ = spread(*(np.searchsorted(problem.pair_candidate, rows + more) for more in (0, 1)))
    meeting = Meeting(problem, problem.pair_candidate[at], problem.pair_opening[at])
    for rule in SAID:
        mask[at] |= np.where(BROKEN[rule](meeting), np.int32(rule.bit), np.int32(0))
    return mask


def names(mask):
    """Return the rules in a mask, as a list in the order of `Rule`."""
    return [rule for rule in Rule if int(mask) & rule.bit]


def why_not(problem, candidate, opening):
    """Return the rules that keep this student (key) from this place (key); an empty list when the pair is eligible."""
    row, other = problem.row_of_candidate(candidate), problem.row_of_opening(opening)
    return names(broken_rules(problem, np.array([row]), np.array([other]))[0])


def _nobody(meeting):
    return np.zeros(len(meeting.candidate), dtype=bool)


def _position(ordered, wanted):
    """Positions of `wanted` in the ascending `ordered`, −1 where absent."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[at] == wanted, at, -1)
