"""Where a four-digit postcode lies, to about half a kilometre, from `postcodes.csv`; NOTICE.md names the source.

A code that is not in the table is placed in the middle of the known codes with the same three digits, and says that it
is estimated. If there are none, its position is unknown. Nothing here fails on a strange code.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

NOWHERE = 0  # the code that stands for "not a postcode"

_FILE = Path(__file__).with_name("postcodes.csv")
_CODES = 10_000

# Land that can only be reached by boat or through a toll tunnel: the first and last code of each. Codes that are not on
# this list are "mainland". The bands are wider than the codes in use, so that an unknown code falls on the right side.
_OVER_WATER = (
    (1790, 1799),  # Texel
    (8880, 8898),  # Terschelling
    (8899, 8899),  # Vlieland
    (9160, 9165),  # Ameland
    (9166, 9169),  # Schiermonnikoog
    (4500, 4599),  # Zeeuws-Vlaanderen, beyond the Westerschelde
)


@dataclass(frozen=True)
class Geography:
    """Landkaart: arrays of ten thousand, indexed by the four digits as a whole number."""

    lat: np.ndarray  # degrees; NaN where nothing is known
    lon: np.ndarray
    is_estimated: np.ndarray  # True where the position comes from the neighbours
    land: np.ndarray  # 0 is the mainland; codes with different numbers have water between them


def pc4_of(postcode):
    """The four digits of a postcode as a whole number (`1234 AB`, `1234` or 1234), or NOWHERE."""
    digits = str(postcode if postcode is not None else "").strip()[:4]
    if len(digits) == 4 and digits.isascii() and digits.isdigit() and digits[0] != "0":
        return int(digits)
    return NOWHERE


def pc4_array(postcodes):
    """The same for many at once: any sequence of texts, numbers or None, or an array of whole numbers."""
    if isinstance(postcodes, np.ndarray) and np.issubdtype(postcodes.dtype, np.integer):
        return np.where((postcodes >= 1000) & (postcodes < _CODES), postcodes, NOWHERE).astype(np.int64)
    return np.fromiter((pc4_of(postcode) for postcode in postcodes), dtype=np.int64, count=len(postcodes))


def is_known(postcode):
    """Whether the table has this postcode itself, so that its position is not estimated."""
    code = pc4_of(postcode)
    return bool(np.isfinite(geography().lat[code]) and not geography().is_estimated[code])


@cache
def geography():
    """The map, read once per process and not to be written in."""
    lat = np.full(_CODES, np.nan)
    lon = np.full(_CODES, np.nan)
    with _FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            lat[int(row["pc4"])] = float(row["lat"])
            lon[int(row["pc4"])] = float(row["lon"])
    land = np.zeros(_CODES, dtype=np.int8)
    for number, (first, last) in enumerate(_OVER_WATER, start=1):
        land[first : last + 1] = number
    is_estimated = _fill_from_neighbours(lat, lon, land)
    for array in (lat, lon, is_estimated, land):
        array.flags.writeable = False
    return Geography(lat, lon, is_estimated, land)


def _fill_from_neighbours(lat, lon, land):
    """Place the unknown codes between their known neighbours on the same land; tell which ones."""
    is_known_code = np.isfinite(lat)
    is_estimated = np.zeros(_CODES, dtype=bool)
    for code in np.flatnonzero(~is_known_code[1000:]) + 1000:
        first = code - code % 10
        decade = slice(first, first + 10)
        neighbours = is_known_code[decade] & (land[decade] == land[code])
        if neighbours.any():
            lat[code] = lat[decade][neighbours].mean()
            lon[code] = lon[decade][neighbours].mean()
            is_estimated[code] = True
    return is_estimated
