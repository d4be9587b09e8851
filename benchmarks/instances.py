"""Made-up rounds of four sizes, the same for everyone who gives the same seed.

    .venv/bin/python -m benchmarks.instances                # counts of S, M and L, seed 1
    .venv/bin/python -m benchmarks.instances XL 3

Dutch-like cities with heavy-tailed sizes; few codes that many want and many that few want; supply that follows demand
only roughly; places recognised for some codes of one dossier, 2 % also for a code of another; one learning path and a
range of periods per place; travel by one of five modes, in whole minutes; 1 to 5 seats; fit in 18 steps; 4 classes.

Students and places are numbered in the order of their code, path, period and position. That costs nothing here, and
neighbours in a solver's memory are then neighbours in the country.
"""

import sys
import time
from dataclasses import dataclass, replace

import numpy as np

PERIODS = 4
CLASSES = (0.05, 0.15, 0.25, 0.55)  # share of each priority class
STEPS = 18  # of the fit
KINDS = 8  # of work; a student wishes 3, a place has 3
# metres a minute, minutes before and after; and the share of students: foot, bicycle, e-bike, public transport, car
SPEED, EXTRA, SHARE = np.array([80, 250, 330, 450, 800]), np.array([0, 2, 2, 12, 6]), (0.05, 0.35, 0.1, 0.4, 0.1)
BAND = 15_000  # metres: positions are sorted by bands from south to north, and within a band from west to east
WIDE = 2**20  # more than any position, in metres
FIRST_DAY = 20_700  # the first period begins, in days since 1970-01-01
AT_ONCE = 250_000  # pairs looked at together: bounds the memory


@dataclass(frozen=True)
class Scale:
    """Schaal: how many, how far apart, and how well supply follows demand."""

    students: int
    places: int
    cities: int
    side: int  # metres
    dossiers: int
    unlike: float  # 0: the places follow the demand exactly
    more_seats: float  # share of places that go on to have one seat more, and one more, to at most 5
    minutes: tuple = (30, 45, 60, 75)  # longest journeys that occur


SCALES = {
    "S": Scale(300, 500, 1, 40_000, 5, 0.95, 0.42),
    "M": Scale(5_000, 8_000, 8, 42_000, 12, 0.95, 0.42, (20, 45, 60, 75)),
    "L": Scale(50_000, 100_000, 60, 170_000, 31, 1.25, 0.42, (45, 60, 75)),
    "XL": Scale(500_000, 250_000, 60, 210_000, 45, 0.42, 0.676, (30, 45, 60, 75)),
}


@dataclass(frozen=True, eq=False)
class Students:
    """Studenten: one row each; n rows."""

    code: np.ndarray
    path: np.ndarray
    period: np.ndarray
    x: np.ndarray  # metres
    y: np.ndarray
    mode: np.ndarray
    max_minutes: np.ndarray
    wish: np.ndarray  # mask of kinds

    def __len__(self):
        return len(self.code)

    @property
    def reach(self):
        """Metres from which the journey of each takes longer than the maximum."""
        return (self.max_minutes - EXTRA[self.mode] + 1) * SPEED[self.mode]


@dataclass(frozen=True, eq=False)
class Places:
    """Leerplaatsen: one row each; m rows. `recognised` has a row (place, code) per recognition."""

    recognised: np.ndarray
    path: np.ndarray
    first: np.ndarray  # period
    last: np.ndarray
    x: np.ndarray
    y: np.ndarray
    kinds: np.ndarray
    seats: np.ndarray

    def __len__(self):
        return len(self.path)


@dataclass(frozen=True, eq=False)
class Instance:
    """Vraagstuk: what `matching.assign` takes; `students` and `places` where it was made from people."""

    name: str
    seed: int
    n_students: int
    student: np.ndarray
    place: np.ndarray
    fit: np.ndarray
    seats: np.ndarray
    classes: np.ndarray
    lot: np.ndarray
    students: Students | None = None
    places: Places | None = None

    @property
    def arguments(self):
        """The arguments of `assign`, by name."""
        names = ("student", "place", "fit", "n_students", "seats", "classes", "lot")
        return {name: getattr(self, name) for name in names}

    @property
    def without_pair(self):
        """Number of students who can go nowhere."""
        return self.n_students - int((np.bincount(self.student, minlength=self.n_students) > 0).sum())


def instance(scale, seed):
    """Return the instance of "S", "M", "L" or "XL" with this seed."""
    students, places, rng = people_and_places(SCALES[scale], seed)
    student, place, fit = columns(eligible_pairs(students, places))
    return finished(scale, seed, rng, student, place, fit, places.seats, len(students), students, places)


def finished(name, seed, rng, student, place, fit, seats, n, students=None, places=None):
    """Return an instance with drawn classes and lots."""
    classes, lot = rng.choice(len(CLASSES), n, p=CLASSES).astype(np.int8), rng.permutation(n)
    return Instance(name, seed, n, student, place, fit, seats, classes, lot, students, places)


def people_and_places(scale, seed):
    """Return (students, places, random generator) of a scale, both in bucket order."""
    country, rng = np.random.default_rng(1), np.random.default_rng([seed, scale.students])
    # The country is the same for every seed: where the cities lie, and which codes there are.
    size = 1 / np.arange(1, scale.cities + 1) ** 0.75
    size /= size.sum()
    steps = np.arange(1, scale.cities + 1)[:, None] * (0.7548776662, 0.5698402910)  # spread evenly (Roberts 2018)
    centre = (0.08 + 0.84 * (steps % 1)) * scale.side
    width = 3_500 * (size * scale.cities) ** 0.35
    share = 1 / (np.arange(scale.dossiers) + 6) ** 1.1
    share /= share.sum()
    codes = country.integers(1, 6, scale.dossiers)
    popular = np.where(np.arange(5) < codes[:, None], country.uniform(0.3, 1, (scale.dossiers, 5)), 0)
    # The seed draws who and where, and which dossiers are short of places; how short the worst is, is always the same.
    ranks = (rng.permutation(scale.dossiers) + 0.5) / scale.dossiers
    tame = ((np.arange(scale.dossiers) + 1) / scale.dossiers) ** 0.4  # supply follows what many want more closely
    offered = share * np.exp(scale.unlike * tame * np.log(ranks / (1 - ranks)))
    where = (size, centre, width, scale.side)
    return _students(rng, scale, where, share, popular), _places(rng, scale, where, offered, popular), rng


def _students(rng, scale, where, share, popular):
    n = scale.students
    code = rng.choice(popular.size, n, p=(share[:, None] * popular / popular.sum(axis=1, keepdims=True)).ravel())
    x, y = _positions(rng, n, *where)
    students = Students(
        code=code,
        path=(rng.random(n) < 0.25).astype(np.int64),
        period=rng.integers(0, PERIODS, n),
        x=x,
        y=y,
        mode=rng.choice(len(SPEED), n, p=SHARE),
        max_minutes=rng.choice(scale.minutes, n),
        wish=_three_kinds(rng, n),
    )
    bucket = _bucket(students.code, students.path, students.period)
    return _in_order(students, np.argsort(_key(bucket, x, y), kind="stable"))


def _places(rng, scale, where, offered, popular):
    m = scale.places
    dossier = rng.choice(len(offered), m, p=offered / offered.sum())
    with np.errstate(divide="ignore"):  # a code that does not exist comes last and is left out
        turn = rng.exponential(size=(m, popular.shape[1])) / popular[dossier]
    wanted = np.argsort(turn, axis=1)
    takes = np.arange(popular.shape[1]) < rng.integers(1, 6, m)[:, None]
    takes &= np.isfinite(np.take_along_axis(turn, wanted, axis=1))
    row, slot = np.nonzero(takes)
    code = dossier[row] * popular.shape[1] + wanted[row, slot]
    across = np.flatnonzero(rng.random(m) < 0.02)
    other = rng.choice(popular.size, len(across), p=(popular / popular.sum()).ravel())
    x, y = _positions(rng, m, *where)
    first = rng.choice(PERIODS, m, p=(0.55, 0.2, 0.15, 0.1))
    last = PERIODS - 1 - rng.choice(PERIODS, m, p=(0.55, 0.2, 0.15, 0.1))
    first, last = np.minimum(first, last), np.maximum(first, last)
    path = (rng.random(m) < 0.3).astype(np.int64)
    more = np.cumprod(rng.random((m, 4)) < scale.more_seats, axis=1)
    main = dossier * popular.shape[1] + wanted[:, 0]
    order = np.argsort(_key(_bucket(main, path, first), x, y), kind="stable")
    number = np.empty(m, dtype=np.int64)
    number[order] = np.arange(m)
    rows = np.unique(np.column_stack([np.r_[number[row], number[across]], np.r_[code, other]]), axis=0)
    seats = 1 + more.sum(axis=1)
    places = Places(rows[:0], path, first, last, x, y, _three_kinds(rng, m), seats)
    return replace(_in_order(places, order), recognised=rows)


def _positions(rng, count, size, centre, width, side):
    city = rng.choice(len(size), count, p=size)
    at = centre[city] + rng.normal(size=(count, 2)) * width[city, None]
    return np.clip(at, 0, side).astype(np.int64).T


def _three_kinds(rng, count):
    """Masks of three different kinds."""
    return (1 << np.argsort(rng.random((count, KINDS)), axis=1)[:, :3]).sum(axis=1)


def _in_order(table, order):
    """The rows of a table in another order."""
    return replace(table, **{name: column[order] for name, column in vars(table).items() if len(column) == len(order)})


def _bucket(code, path, period):
    return (code * 2 + path) * PERIODS + period


def _key(bucket, x, y):
    return (bucket * 64 + y // BAND) * WIDE + x


def minutes_between(students, places, i, j):
    """Whole minutes of travel per pair of rows. Exact: the root of a whole number below 2**52 rounds down rightly."""
    dx, dy = students.x[i] - places.x[j], students.y[i] - places.y[j]
    metres = np.sqrt((dx * dx + dy * dy).astype(np.float64)).astype(np.int64)
    return EXTRA[students.mode[i]] + metres // SPEED[students.mode[i]]


def fit_between(students, places, i, j, minutes):
    """Fit per pair of rows, 0 … 17: nearness 0 … 8, and 3 per wished kind of work."""
    most = students.max_minutes[i]
    return (most - minutes) * 8 // most + 3 * np.bitwise_count(students.wish[i] & places.kinds[j])


def eligible_pairs(students, places, *, rules=True):
    """Yield (student, place, fit) in pieces, sorted by student and place.

    rules: only pairs of the same path and a fitting period; without, all that share a code and are near enough.

    Method: a place stands once in the list of each of its buckets (code, path, period), sorted by band and position.
    What a student can reach is then a few unbroken stretches of that list; only those are looked at.
    """
    row, code = places.recognised.T
    if rules:
        times = places.last[row] - places.first[row] + 1
        row, code = np.repeat(row, times), np.repeat(code, times)
        step = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
        bucket = _bucket(code, places.path[row], places.first[row] + step)
        wanted = _bucket(students.code, students.path, students.period)
    else:
        bucket, wanted = code, students.code
    keys = _key(bucket, places.x[row], places.y[row])
    order = np.argsort(keys)
    keys, row = keys[order], row[order]
    reach, square = students.reach, students.reach**2
    south, north = np.maximum(students.y - reach, 0) // BAND, (students.y + reach) // BAND
    band = south[:, None] + np.arange(int((north - south).max(initial=0)) + 1)
    base = (wanted[:, None] * 64 + band) * WIDE
    begin = np.searchsorted(keys, (base + np.maximum(students.x - reach, 0)[:, None]).ravel())
    end = np.searchsorted(keys, (base + (students.x + reach)[:, None]).ravel(), side="right")
    length = np.where((band <= north[:, None]).ravel(), end - begin, 0)
    total = np.cumsum(length.reshape(band.shape).sum(axis=1))
    shift = max(len(places) - 1, 1).bit_length() + 5  # 5 bits for the fit
    done = 0
    while done < len(students):
        upto = total[done - 1] if done else 0
        until = max(done + 1, int(np.searchsorted(total, upto + AT_ONCE, side="right")))
        span = slice(done * band.shape[1], until * band.shape[1])
        counts = length[span]
        i = np.repeat(np.arange(done, until), counts.reshape(-1, band.shape[1]).sum(axis=1))
        j = row[np.arange(len(i)) + np.repeat(begin[span] - (np.cumsum(counts) - counts), counts)]
        dx, dy = students.x[i] - places.x[j], students.y[i] - places.y[j]
        near = dx * dx + dy * dy < square[i]
        i, j = i[near], j[near]
        minutes = minutes_between(students, places, i, j)
        packed = np.sort((i << shift) | (j << 5) | fit_between(students, places, i, j, minutes))
        yield (
            (packed >> shift).astype(np.int32),
            ((packed >> 5) & ((1 << (shift - 5)) - 1)).astype(np.int32),
            (packed & 31).astype(np.int8),
        )
        done = until


def columns(pieces):
    """Put pieces of (student, place, fit) together as three arrays, one after the other to spare memory."""
    parts = [list(column) for column in zip(*pieces, strict=True)]
    whole = []
    while parts:
        whole.append(np.concatenate(parts.pop(0)))
    return whole


def as_problem(one, *, refused=False):
    """Return a `stagemakelaar.matching.Problem` in which exactly the pairs of this instance break no rule.

    refused: list also the pairs that share a code and are near enough, but differ in path or period.

    The facts are plausible and whole; the fit is what the matcher makes of them, not that of the instance.
    """
    from stagemakelaar.matching import Candidates, Openings, Pairs, Problem

    students, places = one.students, one.places
    n, m, rng = len(students), len(places), np.random.default_rng(one.seed)
    begins = FIRST_DAY + 120 * np.arange(PERIODS)
    ends = begins + 110
    wished = _bits_as_rows(students.wish)[:, 1].reshape(n, 3)
    candidates = Candidates(
        key=np.arange(1, n + 1),
        code=10_000 + students.code,
        leerweg=students.path,
        starts_on=begins[students.period],
        ends_on=ends[students.period],
        weekdays=np.full(n, 0b11111),
        days=rng.integers(3, 5, n),
        late_hours=np.ones(n, dtype=int),
        is_minor=rng.random(n) < 0.3,
        is_under_16=np.zeros(n, dtype=bool),
        school_hours=np.full(n, 7),
        max_minutes=students.max_minutes,
        vog_ready_on=begins[students.period] - 20,
        must=np.zeros(n, dtype=int),
        wishes=rng.integers(0, 8, n),
        processes=_some(rng, n, 3, 12),
        kinds=np.pad(wished, ((0, 0), (0, 2)), constant_values=-1),
        priority_class=one.classes,
        lot=one.lot,
    )
    openings = Openings(
        key=np.arange(1, m + 1),
        organisation=np.arange(m) // 2 + 1,
        leerweg=places.path,
        starts_on=begins[places.first],
        ends_on=ends[places.last],
        weekdays=np.full(m, 0b11111),
        seats=places.seats,
        late_hours=rng.integers(0, 2, m),
        hours_per_day=np.full(m, 480),
        minimum_age=np.where(rng.random(m) < 0.1, 16, 0),
        vog=rng.random(m) < 0.2,
        features=rng.integers(0, 8, m),
        kinds=_bits_as_rows(places.kinds),
        processes=_some(rng, m, 6, 12),
        covers_costs=rng.integers(-1, 2, m),
        is_verified=np.ones(m, dtype=bool),
        recognitions=np.pad(places.recognised, ((0, 0), (0, 2)))
        + np.array([1, 10_000, FIRST_DAY - 400, FIRST_DAY + 2_000]),
    )
    i, j = one.student, one.place
    if refused:
        i, j, _ = columns(eligible_pairs(students, places, rules=False))
    pairs = Pairs(
        candidate=i + 1,
        opening=j + 1,
        minutes=minutes_between(students, places, i, j),
        mode=students.mode[i],
        is_estimate=np.ones(len(i), dtype=bool),
        forbidden=(),
    )
    return Problem(candidates=candidates, openings=openings, pairs=pairs)


def _bits_as_rows(masks):
    """Rows (key, bit) of the bits that are set, keys from 1."""
    row, bit = np.nonzero(masks[:, None] >> np.arange(KINDS) & 1)
    return np.column_stack([row + 1, bit])


def _some(rng, count, some, of):
    """Rows (key, number): for each of `count` keys from 1, `some` different numbers below `of`."""
    number = np.argsort(rng.random((count, of)), axis=1)[:, :some]
    return np.column_stack([np.repeat(np.arange(1, count + 1), some), number.ravel()])


def counts(one):
    """What the table of the design shows of an instance, as a dict; the optimum comes from the solver."""
    return {
        "scale": one.name,
        "seed": one.seed,
        "students": one.n_students,
        "places": len(one.seats),
        "seats": int(one.seats.sum()),
        "pairs": len(one.student),
        "without_pair": one.without_pair,
    }


if __name__ == "__main__":
    for scale in sys.argv[1:2] or ("S", "M", "L"):
        began = time.process_time()
        made = instance(scale, int((sys.argv[2:] or ["1"])[0]))
        print(counts(made), f"{time.process_time() - began:.2f} s of CPU")
