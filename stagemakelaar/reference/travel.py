"""Reistijd: how many minutes from door to door, estimated from two four-digit postcodes, or as a table tells them.

Calibration. The straight line between two postcodes times a detour factor, at a measured speed from door to door:

* bike 12.4 km/h and e-bike 13.1 km/h, detour 1.25. Speeds measured: OViN 2013-2014 of CBS, worked out by KiM
  (Mobiliteitsbeeld 2015). Up to fifty years of age an e-bike does 14.8; the lower figure promises less. Detour assumed,
  between the design norm (CROW: 1.2) and the coarser network of the countryside.
* car: 8 minutes to get going and to park, then 45 km/h, detour 1.3. Derived from two measured facts of CPB: up to
  7.5 km a bike is as quick as public transport, and on trips up to 15 km public transport takes twice a car's time.
* public transport: twice the car's time up to a trip of 15 km (16 minutes, then 22.5 km/h), 50 km/h on what lies
  beyond; that last figure is assumed. No timetable is asked: a village without a bus is as quick as a town.
* walking 5 km/h, detour 1.25; a common figure.

Within one postcode, and between two that lie closer, the line is taken as 0.7 km: about the distance between two
addresses in one. The rounding of the positions adds about 0.4 km at either end, some two minutes on a bike.

Water. A straight line means nothing across the Wadden Sea, the Westerschelde and the IJsselmeer with the Markermeer, so
such a pair is UNKNOWN; whoever uses it shows that and never excludes in silence. One thing is certain there: the way
round is not shorter than the line. A journey that is too long even along the line keeps its figure, so that Rotterdam
and Drachten are far apart and not "unknown". The great rivers are not on the list: there a short line may need a long
way round, which the estimate does not see.

Everything goes through this file. `use_table` lets minutes of a better source (`travel_table.py`) take the place of the
estimate for the pairs and means that it has; only those are no estimate.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from stagemakelaar.reference.postcodes import geography, pc4_array
from stagemakelaar.reference.vocabulary import TravelMode

UNKNOWN = -1
KILOMETRES_PER_DEGREE = 111.2
NEAREST = 0.7  # km
LONGEST = 120  # minutes; nobody may ask for a longer journey
GROUP = 4096  # people whose journeys are in memory at once
BLOCK = 256  # postcodes that are held against all others at once
NORTHERNMOST = 53.6  # degrees; there a degree to the east is shortest

# Rows of (detour, fixed minutes, (up to this many kilometres of road, km/h), …): the last leg has no end.
_MODEL = {
    TravelMode.WALK: (1.25, 0, ((np.inf, 5.0),)),
    TravelMode.BIKE: (1.25, 0, ((np.inf, 12.4),)),
    TravelMode.E_BIKE: (1.25, 0, ((np.inf, 13.1),)),
    TravelMode.PUBLIC_TRANSPORT: (1.30, 16, ((15.0, 22.5), (np.inf, 50.0))),
    TravelMode.CAR: (1.30, 8, ((np.inf, 45.0),)),
}

# A line drawn by hand (latitude, longitude) through the middle of the water, from the Wadden Sea past the Afsluitdijk
# and the Houtribdijk to the IJmeer. A journey whose straight line crosses it goes round, or over a dike far away.
_LAKE = ((53.30, 5.10), (52.98, 5.20), (52.82, 5.32), (52.62, 5.42), (52.55, 5.25), (52.43, 5.12))


@dataclass(frozen=True)
class Journeys:
    """Reizen: for every pair the minutes of the fastest allowed means, or UNKNOWN, and which means that is."""

    minutes: np.ndarray  # int16
    mode: np.ndarray  # int8: the number of a TravelMode, or UNKNOWN
    is_estimate: np.ndarray  # bool: made from the line between two postcodes; not where a table told the minutes


_source: dict = {"table": None}


def use_table(table):
    """Believe a `TravelTable` where it tells of a journey; None: estimates only, as at the start."""
    _source["table"] = table


def fastest_of_pairs(from_pc4, modes, to_pc4, *, longest=LONGEST):
    """The fastest journeys of a list of pairs: three sequences of equal length, one answer for each position.

    Postcodes are texts (`1234 AB`, `1234`), whole numbers or None; `modes` are masks of allowed means. `longest` is the
    most minutes that someone accepts, one number or one for each pair; it only tells which journeys across water are
    too long whatever the way round.
    """
    masks = np.asarray(modes, dtype=np.int64)
    origin, target = pc4_array(from_pc4), pc4_array(to_pc4)
    minutes = np.full(origin.shape, UNKNOWN, dtype=np.int16)
    mode = np.full(origin.shape, UNKNOWN, dtype=np.int8)
    across, is_estimate = np.zeros(origin.shape, dtype=bool), np.zeros(origin.shape, dtype=bool)
    for mask in np.unique(masks):
        at = np.flatnonzero(masks == mask)
        minutes[at], mode[at], across[at], is_estimate[at] = _journeys(origin[at], target[at], int(mask))
    hidden = across & (minutes <= longest)
    minutes[hidden] = UNKNOWN
    mode[hidden] = UNKNOWN
    return Journeys(minutes, mode, is_estimate & ~hidden)


def journeys_within(from_pc4, modes, to_pc4, *, longest, spare=0):
    """Yield the journeys of many people that do not take absurdly long, a group of people at a time.

    Arguments as in `fastest_of_pairs`, but for people and places apart, and `longest` per person; `spare` is how many
    minutes above that still count. A journey of which the minutes are not known counts always. Each group is five
    columns of equal length: position of the person, position of the place, minutes, mode, is_estimate. Within a group
    people ascend, and so do the places of each; every person is in one group.

    Only postcodes within a box as wide as the longest journey are looked at, so that a whole country costs what its
    towns cost.
    """
    masks, longest = np.asarray(modes, dtype=np.int64), np.asarray(longest, dtype=np.int64)
    homes, targets = pc4_array(from_pc4), pc4_array(to_pc4)
    for mask in np.unique(masks).tolist():
        people = np.flatnonzero(masks == mask)
        most = int(longest[people].max()) + spare
        origins, origin_of = np.unique(homes[people], return_inverse=True)
        origin, target = _in_one_box(origins, targets, _farthest(mask, most))
        origin, target = _with_table(origin, target, origins, targets, mask, most)
        minutes, mode, across, is_estimate = _journeys(origins[origin], targets[target], mask)
        near = minutes <= most
        origin, target, across, is_estimate = origin[near], target[near], across[near], is_estimate[near]
        minutes, mode = minutes[near], mode[near]
        begin = np.searchsorted(origin, np.arange(len(origins) + 1))
        for first in range(0, len(people), GROUP):
            group, start = people[first : first + GROUP], origin_of[first : first + GROUP]
            who, at = spread(begin[start], begin[start + 1])
            found, own = minutes[at], longest[group][who]
            near = found <= own + spare
            who, at, found, own = who[near], at[near], found[near], own[near]
            hidden = across[at] & (found <= own)
            yield (
                group[who],
                target[at],
                np.where(hidden, np.int16(UNKNOWN), found),
                np.where(hidden, np.int8(UNKNOWN), mode[at]),
                is_estimate[at] & ~hidden,
            )


def spread(begin, end):
    """Return (which, at): every position from `begin` up to `end` of every row, rows in order, positions ascending."""
    count = end - begin
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) + np.repeat(begin - np.cumsum(count) + count, count)


def _farthest(mask, minutes):
    """Kilometres as the crow flies that surely take longer than so many minutes; without means nothing does."""
    if not mask:
        return np.inf
    line = np.arange(0.0, 400.0, 0.5)
    return float((_fastest(_minutes_by_mode(line), mask)[0] <= minutes).sum()) / 2 + 0.5


def _in_one_box(origins, targets, kilometres):
    """Positions of the postcodes that do not lie further apart than this to the north or to the east, or anywhere."""
    place, north = geography(), kilometres / KILOMETRES_PER_DEGREE
    east = north / np.cos(np.radians(NORTHERNMOST))
    found = []
    for first in range(0, len(origins), BLOCK):
        here = origins[first : first + BLOCK, None]
        apart = np.abs(place.lat[here] - place.lat[targets]) > north
        apart |= np.abs(place.lon[here] - place.lon[targets]) > east
        origin, target = np.nonzero(~apart)
        found.append((origin + first, target))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def _with_table(origin, target, origins, targets, mask, most):
    """Add the pairs that lie outside the box and that the table covers in time all the same."""
    if _source["table"] is None or not len(targets):
        return origin, target
    start, end = _source["table"].pairs(mask, most)
    told = np.isin(start, origins) & np.isin(end, targets)
    start, end, order = start[told], end[told], np.argsort(targets, kind="stable")
    ordered = targets[order]
    row, at = spread(np.searchsorted(ordered, end, "left"), np.searchsorted(ordered, end, "right"))
    more = np.searchsorted(origins, start[row]) * len(targets) + order[at]
    return np.divmod(np.union1d(origin * len(targets) + target, more), len(targets))


def _journeys(origin, target, mask):
    """Minutes, means, whether water hides the way, and whether it is an estimate: four columns, one entry per pair."""
    line, across = _lines(origin, target)
    by_mode, table = _minutes_by_mode(line), _source["table"]
    if table is not None:
        told = {means: table.minutes(origin, target, means.number) for means in TravelMode}
        by_mode = {means: np.where(told[means] == UNKNOWN, by_mode[means], told[means]) for means in TravelMode}
    minutes, mode = _fastest(by_mode, mask)
    is_estimate = minutes != UNKNOWN
    if table is not None:
        is_told = is_estimate & (table.minutes(origin, target, mode.astype(np.int64)) == minutes)
        across, is_estimate = across & ~is_told, is_estimate & ~is_told
    return minutes, mode, across, is_estimate


def _fastest(by_mode, mask):
    """Minutes and number of the fastest means in a mask; of equals the first, so walking before the car."""
    shape = next(iter(by_mode.values())).shape
    minutes = np.full(shape, UNKNOWN, dtype=np.int16)
    mode = np.full(shape, UNKNOWN, dtype=np.int8)
    for means in TravelMode:
        if mask & means.bit:
            faster = (by_mode[means] != UNKNOWN) & ((minutes == UNKNOWN) | (by_mode[means] < minutes))
            minutes[faster] = by_mode[means][faster]
            mode[faster] = means.number
    return minutes, mode


def _minutes_by_mode(line):
    """Whole minutes per means for lines in kilometres; UNKNOWN where the line is NaN."""
    is_known = np.isfinite(line)
    line = np.where(is_known, line, 0.0)
    found = {}
    for means, (detour, fixed, legs) in _MODEL.items():
        road = line * detour
        minutes = np.full(line.shape, float(fixed))
        start = 0.0
        for end, speed in legs:
            minutes += np.clip(road - start, 0.0, end - start) / speed * 60
            start = end
        found[means] = np.where(is_known, np.rint(minutes), UNKNOWN).astype(np.int16)
    return found


def _lines(origin, target):
    """Kilometres as the crow flies (NaN: unknown), and whether water lies between."""
    place = geography()
    lat_a, lon_a, lat_b, lon_b = place.lat[origin], place.lon[origin], place.lat[target], place.lon[target]
    north = lat_a - lat_b
    east = (lon_a - lon_b) * np.cos(np.radians((lat_a + lat_b) / 2))
    line = np.maximum(np.hypot(north, east) * KILOMETRES_PER_DEGREE, NEAREST)
    across = (place.land[origin] != place.land[target]) | _crosses_lake(lat_a, lon_a, lat_b, lon_b)
    return line, across


def _crosses_lake(lat_a, lon_a, lat_b, lon_b):
    """Whether the straight line from a to b crosses the line through the lake, piece by piece."""
    lats, lons = zip(*_LAKE, strict=True)
    near = np.maximum(lat_a, lat_b) > min(lats)  # most pairs lie south, east or west of it altogether
    near = near & (np.minimum(lon_a, lon_b) < max(lons)) & (np.maximum(lon_a, lon_b) > min(lons))
    a = [np.broadcast_to(part, near.shape)[near] for part in (lat_a, lon_a)]
    b = [np.broadcast_to(part, near.shape)[near] for part in (lat_b, lon_b)]
    found = np.zeros(len(a[0]), dtype=bool)
    for c, d in itertools.pairwise(_LAKE):
        found |= (_side(c, d, a) != _side(c, d, b)) & (_side(a, b, c) != _side(a, b, d))
    crosses = np.zeros(near.shape, dtype=bool)
    crosses[near] = found
    return crosses


def _side(first, second, point):
    """On which side of the line through two points a third one lies; each is (latitude, longitude)."""
    return (second[1] - first[1]) * (point[0] - first[0]) > (second[0] - first[0]) * (point[1] - first[1])
