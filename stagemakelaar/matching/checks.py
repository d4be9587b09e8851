"""The second opinion: what must be true of every outcome, written a second time in other words.

It shares no code with the rules (`eligibility.py`) or the engines (`solver.py`), so that one mistake cannot hide
itself. What the points mean is defined once, in `scoring.py`.

That no better outcome exists is proved by prices (linear programming duality). If every place has a price ≥ 0, and a
place with a seat left costs 0, then no outcome can be worth more than the sum of all prices of seats and of what each
student could at best keep after paying. When the outcome reaches exactly that bound, it is the best. It does not matter
where prices come from: an engine may give them, and wrong ones prove nothing. Without them they are found by paths of
who could take over whose seat (Bellman 1958, Ford 1956); a path that promises a gain shows that the outcome is not the
best.
"""

import numpy as np

from stagemakelaar.matching.problem import Certificate
from stagemakelaar.matching.scoring import MUST, NEVER, agreed_points, fit_of, lot_digits, score


def objections(problem, outcome):
    """Return what is wrong with an outcome, as a list of sentences; empty when it may be shown."""
    people, places, pairs = problem.candidates, problem.openings, problem.pairs
    if outcome.input_hash != problem.input_hash:
        return ["the outcome belongs to another input"]
    if not np.array_equal(outcome.candidate, people.key):
        return ["the outcome is about other students"]
    if not np.array_equal(outcome.priority_class, people.priority_class):
        return ["priority classes were changed"]
    parts = score(problem)
    fit = fit_of(parts).astype(np.int64)
    fit += agreed_points(problem, fit)
    pair, wrong = _chosen_pairs(problem, outcome)
    given = np.flatnonzero(pair >= 0)
    at = pair[given]
    right = (outcome.fit[given] == fit[at]) & (outcome.parts[given] == parts[at]).all(axis=1)
    asked = [*_demands(problem, at), ("the points are not right", right)]
    for one in np.flatnonzero(~np.logical_and.reduce([met for _, met in asked])).tolist():
        what = f"student {people.key[given[one]]}, place {outcome.place[given[one]]}"
        wrong += [f"{what}: {demand}" for demand, met in asked if not met[one]]
    chosen = np.where(pair >= 0, problem.pair_opening[pair], -1) if len(pairs) else pair
    used = np.bincount(chosen[chosen >= 0], minlength=len(places))
    for at in np.flatnonzero(used > places.seats):
        wrong.append(f"place {places.key[at]} has {places.seats[at]} seats and {used[at]} students")
    return wrong or _objections_to_best(problem, outcome, pair, chosen, fit)


def _objections_to_best(problem, outcome, pair, chosen, fit):
    """What is wrong with the claim that no outcome is better; pair, chosen: row of the pair and of the place, or −1.

    Only who would rather be elsewhere, at the prices of the certificate, can show that something is better. So the
    demands are held against those pairs alone: all others might as well be allowed.
    """
    worth = _worth(problem, fit, _most(problem, fit))
    told, case = outcome.certificate, {"chosen": chosen, "seats": problem.openings.seats}
    if len(told.prices) == len(problem.openings):
        after_paying = worth - told.prices[problem.pair_opening]
        kept = np.where(pair >= 0, after_paying[pair], 0) if len(worth) else pair
        rather = np.flatnonzero(after_paying > kept[problem.pair_candidate])
        counts = np.ones(len(worth), dtype=bool)
        counts[rather] = _allowed(problem, rather)
        proof = _proof(problem, worth, counts, **case, prices=told.prices)
        if proof is not None and (proof.value, proof.bound) == (told.value, told.bound):
            return []
    is_best = _proof(problem, worth, _allowed(problem, np.arange(len(worth))), **case) is not None
    return ["the certificate does not hold" if is_best else "a better outcome exists"]


def _proof(problem, worth, counts, **case):
    return prove(problem.pair_candidate[counts], problem.pair_opening[counts], worth[counts], **case)


def _most(problem, fit):
    """The largest fit of a pair that is allowed, 0 where there is none."""
    for value in np.unique(fit)[::-1].tolist():
        if _allowed(problem, np.flatnonzero(fit == value)).any():
            return value
    return 0


def _chosen_pairs(problem, outcome):
    """Return the row of the pair that each student was given, −1 for none, and what is wrong already."""
    places, wrong = problem.openings, []
    without = outcome.place == -1
    scored = without & ((outcome.fit != 0) | (outcome.parts != -1).any(axis=1))
    wrong += [f"student {who} has points and no place" for who in outcome.candidate[scored]]
    rows = np.flatnonzero(~without)
    seat = np.searchsorted(places.key, outcome.place[rows])
    # Pairs are sorted by student, then place: one number per pair ascends too.
    number, sought = problem.pair_candidate * len(places) + problem.pair_opening, rows * len(places) + seat
    at = np.searchsorted(number, sought)
    found = at < len(number)
    found[found] = problem.pairs.opening[at[found]] == outcome.place[rows[found]]
    found[found] = problem.pair_candidate[at[found]] == rows[found]
    pair = np.full(len(without), -1)
    pair[rows[found]] = at[found]
    for who, where in zip(outcome.candidate[rows[~found]], outcome.place[rows[~found]], strict=True):
        wrong.append(f"student {who} has place {where}, which is out of reach")
    return pair, wrong


def prove(student, place, weight, *, chosen, seats, prices=None):
    """Return the `Certificate` that no choice is worth more than `chosen`, or None when that is not so.

    student, place, weight : the pairs that are allowed, no pair twice, whole numbers > 0, int64 of shape (k,)
    chosen                 : place per student, −1 for none, shape (n,); seats: per place, shape (m,)
    prices                 : whole numbers per place that may prove it, shape (m,); None: they are sought here

    With prices it takes one look at all pairs; without, one more per step of the longest chain of who could take over
    whose seat, at those who were touched by the step before.
    """
    n, m = len(chosen), len(seats)
    mine = chosen[student] == place
    has = chosen >= 0
    if mine.sum() != has.sum() or (np.bincount(chosen[has], minlength=m) > seats).any():
        return None  # not even possible
    if prices is None:
        prices = _prices(student, place, weight, chosen, seats)
    if prices is None or len(prices) != m or (prices < 0).any():
        return None
    left = np.zeros(n, dtype=np.int64)  # what each student could at best keep after paying
    np.maximum.at(left, student, weight - prices[place])
    paid = prices > 0
    bound = _sum(left) + sum(map(int.__mul__, prices[paid].tolist(), seats[paid].tolist()))
    certificate = Certificate(prices=prices, value=_sum(weight[mine]), bound=bound)
    return certificate if certificate.holds else None


def _prices(student, place, weight, chosen, seats):
    """Return the lowest prices at which nobody would rather be elsewhere, or None: someone could move for a gain."""
    n, m = len(chosen), len(seats)
    order = np.argsort(student, kind="stable")
    student, place, weight = student[order], place[order], weight[order]
    begin = np.searchsorted(student, np.arange(n + 1))
    own = np.zeros(n, dtype=np.int64)
    mine = chosen[student] == place
    own[student[mine]] = weight[mine]
    placed = np.flatnonzero(chosen >= 0)
    spare = np.bincount(chosen[placed], minlength=m) < seats
    price, moved = np.zeros(m, dtype=np.int64), np.arange(n)
    for _ in range(m + 2):
        keeps = own[moved] - np.where(chosen[moved] >= 0, price[chosen[moved]], 0) if m else own[moved]
        if (keeps < 0).any():
            return None
        size = begin[moved + 1] - begin[moved]
        pair = np.arange(size.sum()) + np.repeat(begin[moved] - (np.cumsum(size) - size), size)
        raised = price.copy()
        np.maximum.at(raised, place[pair], weight[pair] - np.repeat(keeps, size))
        if raised[spare].any():
            return None
        risen = raised > price
        if not risen.any():
            return price
        price, moved = raised, placed[risen[chosen[placed]]]
    return None  # prices keep rising: a circle of students could swap for a gain


def _allowed(problem, at):
    """Return per pair (row, ascending) whether every demand is met."""
    return np.logical_and.reduce([met for _, met in _demands(problem, at)])


def _demands(problem, at):
    """Yield (what was not respected, where it was) for every demand on a pair, over these pairs (rows, ascending)."""
    i, j = problem.pair_candidate[at], problem.pair_opening[at]
    c, o, minutes = problem.candidates, problem.openings, problem.pairs.minutes[at]
    reach = _recognised_through(problem, i, j)
    yield "not recognised on the first day", reach >= c.starts_on[i]
    yield "recognition ends too early", (reach < c.starts_on[i]) | (reach >= c.ends_on[i])
    yield "another leerweg", c.leerweg[i] == o.leerweg[j]
    yield "a work process cannot be learnt there", _teaches(problem, i, j)
    yield "company not verified", o.is_verified[j]
    yield "too far", (minutes <= c.max_minutes[i]) | (minutes < 0)
    yield "place not open in the period", (o.starts_on[j] <= c.starts_on[i]) & (c.ends_on[i] <= o.ends_on[j])
    shared = sum(((c.weekdays[i] >> bit) & (o.weekdays[j] >> bit) & 1) for bit in range(7))
    yield "too few days in common", shared >= c.days[i]
    days_needed = -(-60 * 7 * c.hours_required[i].astype(int) // (c.days[i].astype(int) * o.hours_per_day[j]))
    yield "too few hours in all", c.ends_on[i] - c.starts_on[i] >= days_needed - 1
    yield "evening or night", o.late_hours[j] <= c.late_hours[i]
    adult = ~c.is_minor[i]
    yield "under 18 at night", adult | (o.late_hours[j] < 2)
    day, for_work = o.hours_per_day[j].astype(int), 60 * (40 - c.school_hours[i].astype(int))
    yield "under 18 and too many hours", adult | ((day <= 60 * 9) & (day * c.days[i] <= for_work))
    yield "under 18 and dangerous work", adult | ~o.unsupervised_risks[j]
    yield "under 16", ~c.is_under_16[i]
    yield "below the minimum age", np.where(o.minimum_age[j] == 18, adult, True)
    yield "VOG too late", ~o.vog[j] | (c.vog_ready_on[i] <= c.starts_on[i])
    register_day = np.where(o.register[j], c.register_ready_on[i], 0)
    yield "childcare register too late", register_day <= c.starts_on[i]
    yield "a condition is not met", (c.must[i] & o.features[j]) == c.must[i]
    met = np.ones(len(i), dtype=bool)
    student, place = c.key[i], o.key[j]
    for who, where, _ in problem.pairs.forbidden.tolist():
        own = slice(*np.searchsorted(student, (who, who + 1)))
        met[own] &= place[own] != where
    yield "may not be proposed again", met
    yield from _wanted_by_broker(problem.pairs.hints, student, place)
    yield "no seat", o.seats[j] > 0


def _teaches(problem, i, j):
    """Return per pair whether the place lacks none of the work processes that the student must learn there."""
    c, o = problem.candidates, problem.openings
    if not len(c.required):
        return np.ones(len(i), dtype=bool)
    begin = np.searchsorted(c.key[i], c.required[:, 0], "left")
    end = np.searchsorted(c.key[i], c.required[:, 0], "right")
    size = end - begin
    pair = np.arange(size.sum()) + np.repeat(begin - np.cumsum(size) + size, size)  # a row per pair and process
    names, number = np.unique(np.r_[c.required[:, 1], o.processes[:, 1]], return_inverse=True)
    asked, offered = np.repeat(number[: len(size)], size), number[len(size) :]
    width = len(names) + 1
    possible = np.isin(
        j[pair] * width + asked,
        np.searchsorted(o.key, o.processes[:, 0]) * width + offered,
    )
    silent = np.ones(len(i), dtype=bool)  # who said nothing about a code is refused nobody of that code
    for code in np.unique(o.told[:, 1]).tolist():
        speaks = np.isin(o.key[j], o.told[o.told[:, 1] == code, 0])
        silent &= ~(speaks & (c.code[i] == code))
    lacking = np.zeros(len(i), dtype=bool)
    lacking[pair[~possible]] = True
    return silent | ~lacking


def _wanted_by_broker(hints, student, place):
    """Yield the two demands that a broker can make of a pair; student, place: keys per pair, students ascending."""
    allowed, bound = np.ones(len(student), dtype=bool), np.ones(len(student), dtype=bool)
    only: dict[int, list[int]] = {}
    for who, where, level in hints.tolist():
        own = slice(*np.searchsorted(student, (who, who + 1)))
        if level == NEVER:
            allowed[own] &= place[own] != where
        if level == MUST:
            only.setdefault(who, []).append(where)
    for who, places in only.items():
        own = slice(*np.searchsorted(student, (who, who + 1)))
        bound[own] &= np.isin(place[own], places)
    yield "the broker said never", allowed
    yield "the broker said another place or none", bound


def _recognised_through(problem, i, j):
    """Return the last day up to which the company is recognised without a gap from the student's first day on."""
    first_day, code = problem.candidates.starts_on[i], problem.candidates.code[i]
    rows, width = problem.openings.recognitions, len(problem.openings)
    row_of = np.searchsorted(problem.openings.key, rows[:, 0])
    by_code = np.lexsort(
        (rows[:, 2], row_of, rows[:, 1])
    )  # then place, then first day; so the pairs of a student ascend
    rows, label, sought = rows[by_code], (rows[:, 1] * width + row_of)[by_code], code * width + j
    begin, end = np.searchsorted(label, sought, "left"), np.searchsorted(label, sought, "right")
    reach = first_day - 1
    for step in range(int((end - begin).max(initial=0))):
        at = np.minimum(begin + step, len(rows) - 1)
        joins = (begin + step < end) & (rows[at, 2] <= reach + 1)
        reach = np.where(joins, np.maximum(reach, rows[at, 3]), reach)
    return reach


def _worth(problem, fit, most):
    """Return what each pair is worth: class, then fit, then lot; none can outweigh the one before.

    most : the largest fit of a pair that is allowed
    """
    c, student = problem.candidates, problem.pair_candidate
    classes = np.unique(c.priority_class)
    rank = np.searchsorted(classes, c.priority_class)
    placeable = min(len(c), int(problem.openings.seats.sum()))
    digit, steps = lot_digits(c.lot, student, fit, most=most, placeable=placeable, classes=max(len(classes), 1))
    top_digit = (most + 1) * (steps - 1) if steps else 0
    of_fit = 1 + placeable * top_digit
    of_class = 1 + placeable * (most * of_fit + top_digit)
    return (len(classes) - rank[student]) * of_class + fit * of_fit + digit


def _sum(values):
    """The exact sum of whole numbers below 2**62, however many."""
    return (int((values >> 30).sum()) << 30) + int((values & (2**30 - 1)).sum())
