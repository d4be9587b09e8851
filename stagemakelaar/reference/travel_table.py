"""Reistijden uit een tabel: minutes that somebody worked out from real roads and timetables, with an OSRM server say.

The file is a CSV with the columns `from_pc4`, `to_pc4`, `mode` (walk, bike, e_bike, public_transport, car) and
`minutes`, door to door. A direction that is not in it, or a means, stays an estimate.
"""

import csv

import numpy as np

from stagemakelaar.errors import TravelTableWrong
from stagemakelaar.reference.postcodes import NOWHERE, pc4_of
from stagemakelaar.reference.vocabulary import TravelMode

COLUMNS = ("from_pc4", "to_pc4", "mode", "minutes")
UNKNOWN = -1
LONGEST = 32_000  # minutes: what the matcher can hold
_PER_CODE = 10_000
_PER_PAIR = 8  # more than there are means


class TravelTable:
    """Tabel: minutes per from, to and means; what stands in it twice counts as it stood last."""

    def __init__(self, origin, target, mode, minutes):
        key = (np.asarray(origin, np.int64) * _PER_CODE + np.asarray(target, np.int64)) * _PER_PAIR + mode
        self._key, last = np.unique(key[::-1], return_index=True)
        self._minutes = np.asarray(minutes, dtype=np.int16)[::-1][last]

    def __len__(self):
        return len(self._key)

    def minutes(self, origin, target, mode):
        """Minutes between postcodes (whole numbers, as arrays) by the means with this number; UNKNOWN: not told."""
        if not len(self):
            return np.full(np.shape(origin), UNKNOWN, dtype=np.int16)
        wanted = (np.asarray(origin, dtype=np.int64) * _PER_CODE + target) * _PER_PAIR + mode
        at = np.minimum(np.searchsorted(self._key, wanted), len(self) - 1)
        return np.where(self._key[at] == wanted, self._minutes[at], UNKNOWN).astype(np.int16)

    def pairs(self, mask, most):
        """The pairs (from, to) that one of the means in a mask covers in so many minutes; two arrays of postcodes."""
        allowed = (1 << (self._key % _PER_PAIR)) & mask != 0
        return np.divmod(np.unique(self._key[allowed & (self._minutes <= most)] // _PER_PAIR), _PER_CODE)


def read_travel_table(path):
    """Return the `TravelTable` in a file; TravelTableWrong names the row of what is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(_rows(csv.DictReader(lines)))
    except (OSError, UnicodeDecodeError, csv.Error) as trouble:
        raise TravelTableWrong(f"TRAVEL_TABLE: {path.name} cannot be read") from trouble
    return TravelTable(*np.array(rows, dtype=np.int64).reshape(-1, len(COLUMNS)).T)


def _rows(reader):
    """Yield (from, to, number of the means, minutes) per row."""
    if missing := set(COLUMNS) - set(reader.fieldnames or ()):
        raise TravelTableWrong(f"TRAVEL_TABLE: row 1 lacks {', '.join(sorted(missing))}")
    modes = {means.value: means.number for means in TravelMode}
    for row in reader:
        origin, target = pc4_of(row["from_pc4"]), pc4_of(row["to_pc4"])
        mode, minutes = modes.get((row["mode"] or "").strip()), (row["minutes"] or "").strip()
        is_number = minutes.isascii() and minutes.isdigit() and int(minutes) <= LONGEST
        if NOWHERE in (origin, target) or mode is None or not is_number:
            raise TravelTableWrong(
                f"TRAVEL_TABLE: row {reader.line_num} is not two postcodes of four digits, a means and whole minutes"
            )
        yield origin, target, mode, int(minutes)
