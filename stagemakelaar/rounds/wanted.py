"""Which seats to go and get: by course, leerweg, region and first month, how many students more each would place.

A seat that is not there yet is thought of as open from the first day of a month until the last day on which someone of
that course who begins in it is still busy, and as suiting, further, everyone who may learn that course there and can
get there in time: days, hours and conditions are still to be agreed on. Its gains are exact for the computation they
rest on: they equal the difference of two full solves. In a region, the postcode where seats place most stands for all;
`gains_at` tells it for any other. Each answer stands by itself: two new seats do not simply help twice as many,
because the same student may fill either.
"""

import hashlib
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.matching.newseats import new_places
from stagemakelaar.matching.problem import BBL, BOL, NO_PLACE
from stagemakelaar.matching.scoring import MUST
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.reference.postcodes import NOWHERE, pc4_of
from stagemakelaar.reference.travel import journeys_within, spread
from stagemakelaar.reference.vocabulary import Leerweg
from stagemakelaar.rounds.at_hand import AtHand
from stagemakelaar.rounds.columns_of import EPOCH, SINCE, modes_of, seeking_since, what_counts
from stagemakelaar.rounds.queries import computed
from stagemakelaar.rounds.reading import number, read, text, translated

MOST_SEATS = 3
LEERWEG = {BOL: Leerweg.BOL, BBL: Leerweg.BBL}

_at_hand = AtHand(4)  # searches


class Wanted(NamedTuple):
    """Gezochte plek: a seat that is not there, and what it would bring."""

    code: str
    leerweg: Leerweg
    region: int  # first two digits of the postcode
    starts_on: date
    ends_on: date
    extra: tuple  # students placed more by one, two, three seats
    since: tuple  # since when those seek who have no place and could take it, the longest first
    waiting: np.ndarray  # rows of those in the candidates
    fitting: np.ndarray  # rows of all whom it suits, whatever the journey
    pc4: int  # where in the region; not to be shown: it may be one student's street

    @property
    def key(self):
        """What names it in an address; the same in every computation."""
        return f"{self.code}-{self.leerweg.value}-{self.region}-{self.starts_on:%Y-%m}"

    @property
    def steps(self):
        """How many more by the first seat, by the second after it, by the third."""
        return tuple(after - before for before, after in zip((0, *self.extra), self.extra, strict=False))

    @property
    def longest_wait(self):
        """Days that the one who seeks longest has been seeking."""
        return max((clock.today() - self.since[0]).days, 0)

    @property
    def middle_wait(self):
        """Days that half of them have been seeking at least."""
        return max((clock.today() - self.since[(len(self.since) - 1) // 2]).days, 0)


class Search(NamedTuple):
    """Zoektocht: the seats wanted after a run, those that help most first, and what they rest on."""

    wanted: list
    problem: object
    outcome: object
    homes: np.ndarray  # four digits, NOWHERE where not known
    modes: np.ndarray


def seats_wanted(session, run):
    """The `Search` of a computed run. What it rests on is read anew; reckoned with once and kept."""
    problem, outcome = computed(session, run)
    homes, modes, since = _travellers(session, run, problem.candidates.key)
    counts = what_counts(session, np.unique(problem.candidates.code))
    facts = b"".join(column.tobytes() for column in (homes, modes, since, counts))
    name = (outcome.outcome_hash, hashlib.sha256(facts).digest())

    def search():
        return Search(_wanted(problem, outcome, homes, modes, since, counts), problem, outcome, homes, modes)

    return _at_hand.of(name, search)


def gains_at(search, wanted, pc4s):
    """How many students more would be placed by one, two, three such seats at each of these postcodes (four digits,
    int array of shape (k,)): int64 of shape (k, 3).
    """
    spots, spot_of = np.unique(pc4s, return_inverse=True)
    who, at, _minutes = _within_reach(search, wanted.fitting, spots)
    return _extra(search.problem, search.outcome, at, who, len(spots))[spot_of]


def journeys_of_waiting(search, wanted, pc4s):
    """For each of these postcodes: how many of those who wait for the seat can get there in time, and the minutes that
    the nearest and the farthest of them need, −1 where nobody or not known; int64 of shape (k, 3).
    """
    spots, spot_of = np.unique(pc4s, return_inverse=True)
    found = np.full((len(spots), 3), -1)
    found[:, 0] = 0
    _who, at, minutes = _within_reach(search, wanted.waiting, spots)
    for spot in np.unique(at).tolist():
        told = minutes[(at == spot) & (minutes >= 0)]
        found[spot, 0] = (at == spot).sum()
        if len(told):
            found[spot, 1:] = told.min(), told.max()
    return found[spot_of]


def _wanted(problem, outcome, homes, modes, since, counts):
    people = problem.candidates
    may = (homes != NOWHERE) & ~people.is_under_16 & ~_bound(problem)
    lacking = np.flatnonzero(may & (outcome.place == NO_PLACE))
    if not len(lacking):
        return []
    kinds, kind_of = np.unique(
        np.column_stack([people.code, people.leerweg, _first_of_month(people.starts_on)])[lacking],
        axis=0,
        return_inverse=True,
    )
    kind_of, until = kind_of.ravel(), np.zeros(len(kinds), dtype=np.int64)
    np.maximum.at(until, kind_of, people.ends_on[lacking])
    fits = np.array([may & _suits(people, kind, last, counts) for kind, last in zip(kinds, until, strict=True)])
    sites = np.unique(np.column_stack([homes[lacking], kind_of]), axis=0)
    search = Search([], problem, outcome, homes, modes)
    spots, begins = np.unique(sites[:, 0], return_index=True)
    who, at, _minutes = _within_reach(search, np.flatnonzero(fits.any(axis=0)), spots)
    pair, site = spread(begins[at], np.r_[begins[1:], len(sites)][at])
    who = who[pair]
    good = fits[sites[site, 1], who]
    site, who = site[good], who[good]
    extra = _extra(problem, outcome, site, who, len(sites))
    waits = np.isin(who, lacking)
    site, who = site[waits], who[waits]
    found = []
    for row in _best_of_each_region(sites, extra):
        pc4, kind = sites[row].tolist()
        waiting = np.sort(who[site == row])
        if not extra[row, 0] or not len(waiting):
            continue
        code, leerweg, first = kinds[kind].tolist()
        found.append(
            Wanted(
                code=f"{code:05d}",
                leerweg=LEERWEG[leerweg],
                region=pc4 // 100,
                starts_on=_date(first),
                ends_on=_date(int(until[kind])),
                extra=tuple(extra[row].tolist()),
                since=tuple(map(_date, np.sort(since[waiting]).tolist())),
                waiting=waiting,
                fitting=np.flatnonzero(fits[kind]),
                pc4=pc4,
            )
        )
    return sorted(found, key=lambda one: (*(-more for more in one.extra[::-1]), one.since, one.key))


def _bound(problem):
    """Whom the broker wants at one place or none."""
    hints = problem.pairs.hints
    return np.isin(problem.candidates.key, hints[hints[:, 2] == MUST, 0])


def _suits(people, kind, until, counts):
    """Whom a seat of this course, leerweg and period suits, apart from the journey."""
    code, leerweg, first = kind
    suits = np.zeros(len(people), dtype=bool)
    for student_code, since, last in counts[1:, counts[0] == code].T.tolist():
        suits |= (people.code == student_code) & (people.starts_on >= since) & (people.ends_on <= last)
    return suits & (people.leerweg == leerweg) & (people.starts_on >= first) & (people.ends_on <= until)


def _within_reach(search, rows, pc4s):
    """Who of these candidates can get to which of these postcodes in time: (row, position, minutes), a column each."""
    longest = search.problem.candidates.max_minutes[rows]
    columns: tuple[list, ...] = ([], [], [])
    for who, at, minutes, _mode, _is_estimate in journeys_within(
        search.homes[rows], search.modes[rows], pc4s, longest=longest
    ):
        near = (minutes <= longest[who]) & (search.homes[rows][who] != NOWHERE)
        for column, part in zip(columns, (rows[who], at, minutes), strict=True):
            column.append(part[near])
    nothing = np.zeros(0, dtype=np.int64)
    return tuple(np.concatenate([nothing, *column]) for column in columns)


def _extra(problem, outcome, site, candidate, count):
    """The gains of each of `count` sites; those whom nobody can get to bring nothing."""
    extra = np.zeros((count, MOST_SEATS), dtype=np.int64)
    if len(site):
        found = new_places(problem, outcome, site, candidate, up_to=MOST_SEATS)
        extra[: len(found)] = found
    return extra


def _best_of_each_region(sites, extra):
    """Rows of the sites: of each kind and region the postcode where seats place most."""
    order = np.lexsort((sites[:, 0], *(-extra.T), sites[:, 0] // 100, sites[:, 1]))
    region = np.column_stack([sites[:, 1], sites[:, 0] // 100])[order]
    is_first = np.r_[True, (region[1:] != region[:-1]).any(axis=1)]
    return order[is_first].tolist()


def _first_of_month(days):
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _date(days):
    return EPOCH + timedelta(days=days)


def _travellers(session, run, keys):
    """Of each student of the run: the postcode (four digits), the mask of means, and the day since which they seek;
    NOWHERE for who left since.
    """
    rows = read(
        session,
        select(number(Student.id), text(Profile.postcode), text(Profile.travel_modes), *SINCE)
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .where(Student.programme_id == run.programme_id),
        order_by="id",
    )
    columns = (translated(rows.postcode, pc4_of), translated(rows.travel_modes, modes_of), seeking_since(rows))
    at = np.searchsorted(rows.id, keys)
    at = np.where(np.r_[rows.id, 0][at] == keys, at, len(rows.id))
    return tuple(np.r_[column, NOWHERE][at] for column in columns)
