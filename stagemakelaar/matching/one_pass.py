"""The rules and the points of all pairs in one pass, for rounds as large as a country's.

The rules stand in `eligibility.py` and the points in `scoring.py`, each as a function over columns that can be read by
itself: those are the reference. At millions of pairs the columns in between take more time and memory than the work, so
here the same is said of one pair after another, and compiled. `tests/matching/test_one_pass.py` holds the two equal,
number by number, on random problems.

A student is a row of whole numbers (`one`), and so is a place (row `j` of `places`). Lists of work processes and of
kinds of work are ones in rows of bits. What is the same for all students of a code, or for all pairs of a student, is
looked up once: a pair then costs a few looks at memory, and hardly a branch that cannot be foreseen.
"""

import numpy as np

from stagemakelaar.matching.compiled import compiled

# Columns of a student.
STUDENT: tuple[str, ...] = (
    "code",
    "leerweg",
    "starts_on",
    "ends_on",
    "weekdays",
    "days",
    "late_hours",
    "is_minor",
    "is_under_16",
)
STUDENT += ("school_hours", "max_minutes", "hours_required", "vog_ready_on", "register_ready_on")
CODE, LEERWEG, STARTS, ENDS, WEEKDAYS, DAYS, LATE_HOURS, IS_MINOR, IS_UNDER_16 = range(9)
SCHOOL_HOURS, MAX_MINUTES, HOURS_REQUIRED, VOG_READY, REGISTER_READY = range(9, 14)

# Columns of a place, where they differ from those of a student; TOLD: where its rows begin, and one on where they end.
PLACE: tuple[str, ...] = (
    "seats",
    "leerweg",
    "starts_on",
    "ends_on",
    "weekdays",
    "hours_per_day",
    "late_hours",
    "minimum_age",
    "vog",
)
PLACE += ("register", "covers_costs", "is_verified", "unsupervised_risks")
SEATS, HOURS_PER_DAY, MINIMUM_AGE, VOG, REGISTER, COVERS_COSTS, IS_VERIFIED, RISKS = 0, 5, *range(7, 13)
TOLD, SPEAKS = 13, 15

# What a rule sets in the mask, in the order of `eligibility.Rule`.
NO_RECOGNISED, NO_RECOGNISED_TO_END, NO_LEERWEG, NO_PROCESSES, NO_VERIFIED, NO_TRAVEL = (1 << at for at in range(6))
NO_PERIOD, NO_DAYS, NO_HOURS, NO_LATE_HOURS, NO_MINOR_NIGHT, NO_MINOR_HOURS = (1 << at for at in range(6, 12))
NO_DANGEROUS_WORK, NO_UNDER_16, NO_MINIMUM_AGE, NO_VOG, NO_REGISTER, NO_MUST = (1 << at for at in range(12, 18))
NO_SEATS = 1 << 21  # the three before it: what people said of single pairs

NEVER = 2**31 - 1  # a day
WORD = 62  # bits in a whole number, so that none is below 0


def broken_by_facts(problem, limits):
    """Return the mask of broken rules per pair, int32 of shape (k,), without those that people set for single pairs.

    limits : what the rules for the young are held against: minutes a day, minutes a week, level of late hours
    """
    c, o, pairs = problem.candidates, problem.openings, problem.pairs
    mask = np.zeros(len(pairs), dtype=np.int32)
    by_code = np.argsort(c.code, kind="stable")
    rows = by_code, _begins(problem), problem.pair_opening, pairs.minutes, _students(c), _places(o)
    required = _as_bits(c.key, c.required, o.key, o.processes)
    _break(*rows, c.must, o.features, *required, np.ascontiguousarray(o.told[:, 1]), *_recognised(o), limits, mask)
    return mask


def points_by_part(problem, weights):
    """Return the points per pair and part, int8 of shape (k, 4) in the order of `scoring.PARTS`; −1 where not known.

    weights : the most points of each part, int64 of shape (4,)
    """
    c, o, pairs = problem.candidates, problem.openings, problem.pairs
    found = np.full((len(pairs), len(weights)), -1, dtype=np.int8)
    processes = _as_bits(c.key, c.processes, o.key, o.processes)
    rows = _begins(problem), problem.pair_opening, pairs.minutes, _students(c), _places(o)
    _score(*rows, c.wishes, o.features, *processes, *_kinds(c, o), weights, found)
    return found


def _students(table):
    return np.column_stack([getattr(table, name) for name in STUDENT]).astype(np.int32)


def _places(table):
    owner = np.ascontiguousarray(table.told[:, 0])
    told = np.searchsorted(owner, table.key, "left"), np.searchsorted(owner, table.key, "right")
    speaks = np.isin(table.key, table.processes[:, 0])
    return np.column_stack([*(getattr(table, name) for name in PLACE), *told, speaks]).astype(np.int32)


def _begins(problem):
    """Where the pairs of each student begin, and at last where they end."""
    return np.searchsorted(problem.pair_candidate, np.arange(len(problem.candidates) + 1))


def _recognised(table):
    """Recognitions by code, then place, then first day: four columns."""
    row, rows = np.searchsorted(table.key, table.recognitions[:, 0]), table.recognitions
    order = np.lexsort((rows[:, 2], row, rows[:, 1]))
    return tuple(column[order].astype(np.int32) for column in (rows[:, 1], row, rows[:, 2], rows[:, 3]))


def _as_bits(their_keys, theirs, keys, own):
    """Loose rows (key, number) of students and of places as bits over the numbers that students name: a row each."""
    known = np.unique(theirs[:, 1])
    return _bits(their_keys, theirs, known), _bits(keys, own, known)


def _kinds(c, o):
    """Kinds of work per choice as positions, −1 for none; and what there is at each place, as bits."""
    known = np.unique(c.kinds[c.kinds >= 0])
    return np.where(c.kinds < 0, -1, np.searchsorted(known, c.kinds)).astype(np.int32), _bits(o.key, o.kinds, known)


def _bits(keys, loose, known):
    bits = np.zeros((len(keys), len(known) // WORD + 1), dtype=np.int64)
    counts = np.isin(loose[:, 1], known)
    row, at = np.searchsorted(keys, loose[counts, 0]), np.searchsorted(known, loose[counts, 1])
    np.bitwise_or.at(bits, (row, at // WORD), np.int64(1) << (at % WORD))
    return bits


# --- rules ---------------------------------------------------------------------------------------------------------


@compiled
def _break(
    by_code,
    begins,
    opening,
    minutes,
    students,
    places,
    must,
    features,
    required,
    possible,
    told,
    code_of,
    place_of,
    first,
    last,
    limits,
    mask,
):
    since, until = np.full(len(places), NEVER, np.int32), np.zeros(len(places), np.int32)
    interrupted = np.zeros(len(places), np.bool_)  # recognised for the code with a gap in between
    begin, end, code = 0, 0, -1
    for i in by_code:
        one = students[i]
        if one[CODE] != code:
            since[place_of[begin:end]] = NEVER
            code = one[CODE]
            begin, end = np.searchsorted(code_of, code), np.searchsorted(code_of, code, "right")
            _recognise(begin, end, place_of, first, last, since, until, interrupted)
        low, high = _words(required[i])
        for pair in range(begins[i], begins[i + 1]):
            j = opening[pair]
            broken = 0
            if interrupted[j]:
                broken = _break_interrupted(one, j, begin, end, place_of, first, last)
            elif since[j] > one[STARTS] or until[j] < one[STARTS]:
                broken = NO_RECOGNISED
            elif until[j] < one[ENDS]:
                broken = NO_RECOGNISED_TO_END
            broken |= _break_time(one, places, j) | _break_youth(one, places, j, limits)
            if low < high and _speaks_of(code, places, j, told) and _lacks(required, i, possible, j, low, high):
                broken |= NO_PROCESSES
            if must[i] & ~features[j] != 0:
                broken |= NO_MUST
            if minutes[pair] > one[MAX_MINUTES]:
                broken |= NO_TRAVEL
            mask[pair] = broken


@compiled
def _recognise(begin, end, place_of, first, last, since, until, interrupted):
    """Note from when until when each place is recognised for a code; rows that join count as one."""
    for at in range(begin, end):
        j = place_of[at]
        if since[j] == NEVER:
            since[j], until[j], interrupted[j] = first[at], last[at], False
        elif first[at] <= until[j] + 1:
            until[j] = max(until[j], last[at])
        else:
            interrupted[j] = True


@compiled
def _break_interrupted(one, j, begin, end, place_of, first, last):
    """The same where a recognition has a gap: go along the rows."""
    reach = one[STARTS] - 1
    for at in range(begin + np.searchsorted(place_of[begin:end], j), end):
        if place_of[at] != j:
            break
        if first[at] <= reach + 1:
            reach = max(reach, last[at])
    if reach < one[STARTS]:
        return NO_RECOGNISED
    return NO_RECOGNISED_TO_END if reach < one[ENDS] else 0


@compiled
def _break_time(one, places, j):
    """What kind of placement, when, and how many hours; seats, and whether the company was checked."""
    broken = 0
    if places[j, LEERWEG] != one[LEERWEG]:
        broken |= NO_LEERWEG
    if places[j, STARTS] > one[STARTS] or places[j, ENDS] < one[ENDS]:
        broken |= NO_PERIOD
    if _ones(one[WEEKDAYS] & places[j, WEEKDAYS]) < one[DAYS]:
        broken |= NO_DAYS
    if np.int64(one[ENDS] - one[STARTS] + 1) * one[DAYS] * places[j, HOURS_PER_DAY] < one[HOURS_REQUIRED] * 60 * 7:
        broken |= NO_HOURS
    if places[j, LATE_HOURS] > one[LATE_HOURS]:
        broken |= NO_LATE_HOURS
    if places[j, IS_VERIFIED] == 0:
        broken |= NO_VERIFIED
    if places[j, SEATS] == 0:
        broken |= NO_SEATS
    return broken


@compiled
def _break_youth(one, places, j, limits):
    """What goes for those under 18, and under 16; and papers."""
    minor_day, minor_week, night = limits
    broken = 0
    if one[IS_MINOR] == 1:
        week = one[SCHOOL_HOURS] * 60 + one[DAYS] * places[j, HOURS_PER_DAY]
        if places[j, LATE_HOURS] == night:
            broken |= NO_MINOR_NIGHT
        if places[j, HOURS_PER_DAY] > minor_day or week > minor_week:
            broken |= NO_MINOR_HOURS
        if places[j, RISKS] == 1:
            broken |= NO_DANGEROUS_WORK
    if one[IS_UNDER_16] == 1:
        broken |= NO_UNDER_16
    youngest = 18 if one[IS_MINOR] == 1 else NEVER
    if places[j, MINIMUM_AGE] >= (16 if one[IS_UNDER_16] == 1 else youngest):
        broken |= NO_MINIMUM_AGE
    if places[j, VOG] == 1 and one[VOG_READY] > one[STARTS]:
        broken |= NO_VOG
    if places[j, REGISTER] == 1 and one[REGISTER_READY] > one[STARTS]:
        broken |= NO_REGISTER
    return broken


@compiled
def _speaks_of(code, places, j, told):
    """Whether the place told which work processes of a code can be done there."""
    speaks = False
    for at in range(places[j, TOLD], places[j, TOLD + 1]):
        speaks |= told[at] == code
    return speaks


@compiled
def _lacks(required, i, possible, j, low, high):
    lacks = False
    for word in range(low, high):
        lacks |= required[i, word] & ~possible[j, word] != 0
    return lacks


# --- points --------------------------------------------------------------------------------------------------------


@compiled
def _score(
    begins, opening, minutes, students, places, wishes, features, processes, possible, kinds, there, weights, found
):
    for i in range(len(students)):
        most, wish, its_kinds = students[i, MAX_MINUTES], wishes[i], kinds[i]
        low, high = _words(processes[i])
        asked, nice, has_kinds = 0, _ones(wish), (its_kinds >= 0).any()
        for word in range(low, high):
            asked += _ones(processes[i, word])
        for pair in range(begins[i], begins[i + 1]):
            j = opening[pair]
            if asked > 0 and places[j, SPEAKS] == 1:
                share = 0
                for word in range(low, high):
                    share += _ones(processes[i, word] & possible[j, word])
                found[pair, 0] = _points(weights[0], share, asked)
            if minutes[pair] >= 0:
                found[pair, 1] = _points(weights[1], max(most - minutes[pair], 0), most)
            if has_kinds or nice > 0:
                met = _ones(wish & features[j])
                found[pair, 2] = _kind_points(weights[2], its_kinds, has_kinds, nice, met, there, j)
            if places[j, COVERS_COSTS] >= 0:
                found[pair, 3] = weights[3] * places[j, COVERS_COSTS]


@compiled
def _kind_points(weight, kinds, has_kinds, nice, met, there, j):
    """Kind of work and features: the mean where both were named. nice, met: features that are wished, and there."""
    choices = len(kinds)
    kind = 0
    for choice in range(choices):
        at = max(kinds[choice], 0)
        is_there = (there[j, at // WORD] >> (at % WORD)) & 1
        kind = max(kind, is_there * (kinds[choice] >= 0) * (choices - choice))
    if nice == 0:
        return _points(weight, kind, choices)
    if not has_kinds:
        return _points(weight, met, nice)
    return _points(weight, kind * nice + choices * met, 2 * choices * nice)


@compiled
def _points(weight, share, whole):
    """Halves up. Below 2**50 the quotient of two whole numbers is never rounded up to the next, and divides faster."""
    return np.int64((2 * weight * share + whole) / (2 * whole))


# --- bits ----------------------------------------------------------------------------------------------------------


@compiled
def _words(bits):
    """From which word up to which the ones of a row of bits stand; the same twice where there are none."""
    low, high = 0, 0
    for word in range(len(bits)):
        if bits[word] != 0:
            low, high = (word if high == 0 else low), word + 1
    return low, high


@compiled
def _ones(mask):
    """The number of ones in a mask below 2**63: in pairs, in fours, in eights, and those added up."""
    mask = np.int64(mask)
    mask -= (mask >> 1) & 0x5555555555555555
    mask = (mask & 0x3333333333333333) + ((mask >> 2) & 0x3333333333333333)
    mask = (mask + (mask >> 4)) & 0x0F0F0F0F0F0F0F0F
    mask += mask >> 8
    mask += mask >> 16
    return (mask + (mask >> 32)) & 0x7F
