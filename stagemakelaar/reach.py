"""Who could get where in time: the pairs of a problem.

Journeys are worked out between postcodes and then given to the people and places there, so that neither all people are
held against all places nor anything is worked out twice.

Which pairs are listed. Everyone is listed with every place for their code that is not absurdly far, also where a rule
closes it: that is what shows, afterwards, what would have helped someone who stayed without. In the round of a country
this would be most of what is kept, and of no use to those who have places enough; so there, whoever fits ENOUGH places
by the rules of CLOSES is listed with just those, and everyone else as always.
"""

from typing import Any

import numpy as np

from stagemakelaar.matching.eligibility import BROKEN, Meeting, Rule
from stagemakelaar.matching.problem import Pairs, Problem
from stagemakelaar.reference.postcodes import pc4_array
from stagemakelaar.reference.travel import GROUP, UNKNOWN, journeys_within, spread

NEARLY_WITHIN_REACH = 30  # minutes above one's maximum: not eligible, but worth telling the broker about
LISTED_IN_FULL = 20_000_000  # people times places for their code; with more, a round is as large as a country's
ENOUGH = 10
CLOSES = (Rule.DAYS, Rule.PERIOD, Rule.LATE_HOURS, Rule.MINIMUM_AGE, Rule.MINOR_HOURS, Rule.VOG, Rule.MUST_CONDITION)

AT_ONCE = 500_000  # pairs unpacked together: bounds the memory
_COLUMNS = {"candidate": np.int64, "opening": np.int64, "minutes": np.int32, "mode": np.int8, "is_estimate": bool}
_MINUTES, _MODES = 13, 5  # bits that a figure takes in a packed pair; each is stored one higher, as −1 is unknown


def pairs(candidates, openings, homes, modes, works, forbidden, hints=()):
    """Return the `Pairs` of these tables, with journeys estimated from postcodes, or as a `TravelTable` tells them.

    homes : postcode (four digits) per candidate; modes: mask of `TravelMode` per candidate; works: postcode per opening
    """
    map_of = _Map(candidates, openings, pc4_array(works))
    in_full = map_of.possible <= LISTED_IN_FULL
    packed = [np.zeros(0, dtype=np.int64)]
    for group in journeys_within(
        homes, modes, map_of.postcodes, longest=candidates.max_minutes, spare=NEARLY_WITHIN_REACH
    ):
        packed += map_of.all_of(*group) if in_full else map_of.useful_of(*group)
    packed = [np.concatenate(packed)]  # so that the pieces can go
    return _unpacked(packed[0], candidates, openings, forbidden, hints)


def told_pairs(candidates, openings, journeys, forbidden, hints=()):
    """The same with journeys that somebody tells for one pair after another; those of other pairs are not known.

    journeys : rows (key of the candidate, key of the opening, minutes, mode, is_estimate), whole numbers; no pair twice
    """
    told, count = np.array(journeys, dtype=np.int64).reshape(-1, 5), len(openings)
    pair = np.searchsorted(candidates.key, told[:, 0]) * count + np.searchsorted(openings.key, told[:, 1])
    order = np.argsort(pair)
    pair = np.r_[pair[order], len(candidates) * count]  # the last stands for what nobody told
    journey = np.vstack([told[order, 2:], [[UNKNOWN, UNKNOWN, 0]]])
    map_of = _Map(candidates, openings, np.arange(count))  # every place by itself
    packed = [np.zeros(0, dtype=np.int64)]
    for first in range(0, len(candidates), GROUP):
        person, place = map_of.places_of(np.arange(first, min(first + GROUP, len(candidates))))
        at = np.searchsorted(pair, person * count + place)
        minutes, mode, is_estimate = journey[np.where(pair[at] == person * count + place, at, -1)].T
        near = minutes <= candidates.max_minutes[person] + NEARLY_WITHIN_REACH
        packed += map_of.all_of(person[near], place[near], minutes[near], mode[near], is_estimate[near])
    return _unpacked(np.concatenate(packed), candidates, openings, forbidden, hints)


class _Map:
    """Kaart: where the places for each code are."""

    def __init__(self, candidates, openings, works):
        self._candidates, self._openings = candidates, openings
        self.postcodes, postcode_of = np.unique(works, return_inverse=True)
        codes = np.unique(candidates.code)
        asked = np.isin(openings.recognitions[:, 1], codes)
        key, code = np.unique(openings.recognitions[asked, :2], axis=0).T  # whatever their days
        place, at = np.searchsorted(openings.key, key), np.searchsorted(codes, code)
        area = (at * len(self.postcodes) + postcode_of[place]) * 2 + openings.leerweg[place]
        self._places = place[np.argsort(area, kind="stable")]  # by code, postcode, leerweg, key
        size = np.bincount(area, minlength=2 * len(codes) * len(self.postcodes))
        self._begin = np.r_[0, np.cumsum(size)]
        self._code = np.searchsorted(codes, candidates.code)
        self.possible = int(np.bincount(self._code, minlength=len(codes)) @ np.bincount(at, minlength=len(codes)))
        nothing = np.zeros(0, dtype=np.int64)
        columns: dict[str, Any] = dict.fromkeys(("candidate", "opening", "minutes", "mode", "is_estimate"), nothing)
        self._problem = Problem(
            candidates=candidates, openings=openings, pairs=Pairs(**columns, forbidden=np.zeros((0, 3), dtype=int))
        )

    def places_of(self, people):
        """Return (person, place): everyone with every place for their code."""
        area = self._code[people] * len(self.postcodes) * 2
        row, at = spread(self._begin[area], self._begin[area + len(self.postcodes) * 2])
        return people[row], self._places[at]

    def all_of(self, person, postcode, minutes, mode, is_estimate):
        """Return all pairs of these journeys, packed; a list of arrays."""
        area = self._area(person, postcode)
        journey, at = spread(self._begin[area], self._begin[area + 2])
        return [self._pack(person[journey], self._places[at], minutes[journey], mode[journey], is_estimate[journey])]

    def useful_of(self, person, postcode, minutes, mode, is_estimate):
        """The same, but of people who fit enough places only those."""
        within = np.flatnonzero(minutes <= self._candidates.max_minutes[person])
        own = self._area(person[within], postcode[within]) + self._candidates.leerweg[person[within]]
        journey, at = spread(self._begin[own], self._begin[own + 1])
        journey, place = within[journey], self._places[at]
        for closes in CLOSES:
            fits = ~BROKEN[closes](Meeting(self._problem, person[journey], place))
            journey, place = journey[fits], place[fits]
        has_enough = np.bincount(person[journey], minlength=len(self._candidates)) >= ENOUGH
        chosen = has_enough[person[journey]]
        journey, place = journey[chosen], place[chosen]
        rest = ~has_enough[person]
        return [
            self._pack(person[journey], place, minutes[journey], mode[journey], is_estimate[journey]),
            *self.all_of(person[rest], postcode[rest], minutes[rest], mode[rest], is_estimate[rest]),
        ]

    def _area(self, person, postcode):
        return (self._code[person] * len(self.postcodes) + postcode) * 2

    def _pack(self, person, place, minutes, mode, is_estimate):
        """One whole number per pair, so that sorting needs no more than that."""
        pair = (person << _bits(self._openings)) + place
        journey = ((minutes.astype(np.int64) + 1) << _MODES) + ((mode.astype(np.int64) + 1) << 1) + is_estimate
        return (pair << _MINUTES + _MODES) + journey


def _bits(openings):
    return len(openings).bit_length()


def _unpacked(packed, candidates, openings, forbidden, hints):
    packed.sort()
    columns: dict[str, Any] = {name: np.empty(len(packed), dtype) for name, dtype in _COLUMNS.items()}
    for first in range(0, len(packed), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        pair, journey = packed[some] >> _MINUTES + _MODES, packed[some].astype(np.int32)
        columns["candidate"][some] = candidates.key[pair >> _bits(openings)]
        columns["opening"][some] = openings.key[pair & ((1 << _bits(openings)) - 1)]
        columns["minutes"][some] = ((journey >> _MODES) & ((1 << _MINUTES) - 1)) - 1
        columns["mode"][some] = ((journey >> 1) & ((1 << _MODES - 1) - 1)) - 1
        columns["is_estimate"][some] = journey & 1
    for values in columns.values():
        values.flags.writeable = False  # nobody else has them, so that they need not be copied
    return Pairs(**columns, forbidden=forbidden, hints=hints)
