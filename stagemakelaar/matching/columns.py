"""Columns of whole numbers: checked, put in one order, and never changed again.

A table of the matcher is a frozen dataclass whose fields are NumPy columns. Each field is annotated with a `Column` or
`Rows` that says what may stand in it; `freeze_columns()` then refuses everything else with a ValueError that names the
column and the row (as it was given, counted from 0). This file knows nothing of internships.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import get_type_hints

import numpy as np

LARGEST = 2**62
LATEST_DAY = 2_932_896  # 9999-12-31, in days since 1970-01-01
DENSE = 8  # keys up to so many times their number


@dataclass(frozen=True)
class Column:
    """Kolom: shape (n,), or (n, width); whole numbers from `low` to and including `high`."""

    dtype: str
    low: int = 0
    high: int = 1
    width: int | None = None


class Rows:
    """Losse rijen: shape (k, number of parts), some rows per key. Each part is given its (low, high)."""

    def __init__(self, **limits):
        self.limits = limits


def whole_numbers(name, value, *, low, high, shape=(None,), dtype=None):
    """Return `value` as an array of whole numbers of its own, or raise a ValueError naming `name` and the row.

    `shape` holds None for a free length. Refused: another shape, NaN, fractions, text, None, and what is out of range.
    An array that is closed for writing is not copied.
    """
    try:
        given = np.asarray(value)
    except ValueError as error:  # ragged lists
        raise ValueError(f"{name}: rows of different length") from error
    if given.size == 0 and given.ndim <= len(shape):
        given = np.zeros([0 if side is None else side for side in shape], dtype=np.int64)
    if given.ndim != len(shape):
        raise ValueError(f"{name}: needs {len(shape)} dimension(s), got {given.ndim}")
    for side, expected in zip(given.shape, shape, strict=True):
        if expected is not None and side != expected:
            raise ValueError(f"{name}: needs length {expected}, got {side}")
    if given.dtype.kind not in "biu":
        raise ValueError(_why_not_whole(name, given))
    if given.size and (given.min() < low or given.max() > high):
        at = tuple(np.argwhere((given < low) | (given > high))[0])
        raise ValueError(f"{name}: row {at[0]} is {given[at]}, must be from {low} to {high}")
    return np.array(given, dtype=dtype or np.int64, order="C", copy=True if given.flags.writeable else None)


def freeze_columns(table, name, *, order_by):
    """Check all columns of the frozen dataclass `table`, sort them by the columns `order_by`, and close them for
    writing.

    Two rows with equal `order_by` are refused. `name` opens every message. Loose rows become sorted and unique.
    """
    columns = {}
    for item, hint in get_type_hints(type(table), include_extras=True).items():
        label, value, kind = (
            f"{name}.{item}",
            getattr(table, item),
            hint.__metadata__[0],
        )
        if isinstance(kind, Rows):
            _set(table, item, _loose_rows(label, value, kind.limits))
        else:
            shape = (None,) if kind.width is None else (None, kind.width)
            columns[item] = whole_numbers(
                label,
                value,
                low=kind.low,
                high=kind.high,
                shape=shape,
                dtype=kind.dtype,
            )
    length = len(columns[order_by[0]])
    for item, values in columns.items():
        if len(values) != length:
            raise ValueError(f"{name}.{item}: has {len(values)} rows, {name}.{order_by[0]} has {length}")
    order = _order_of(columns, name, order_by)
    for item, values in columns.items():
        _set(table, item, values if order is None else values[order])


def part_of(table, chosen, **loose):
    """Return the frozen `table` with only the chosen rows: a mask, or positions; `loose` takes the place of loose rows.

    Loose rows that are not named stay as they are.
    """
    hints = get_type_hints(type(table), include_extras=True)
    columns = {item for item, hint in hints.items() if not isinstance(hint.__metadata__[0], Rows)}
    return replace(table, **{item: getattr(table, item)[chosen] for item in columns}, **loose)


def rows_about(rows, first, second=None):
    """Return the loose rows of which the first number, and the second, is among these keys."""
    rows = rows[np.isin(rows[:, 0], first)]
    return rows if second is None else rows[np.isin(rows[:, 1], second)]


def _order_of(columns, name, order_by):
    """The order that sorts these columns, None when they are sorted; a ValueError when two rows are alike."""
    keys = [columns[item] for item in order_by]
    if _ascend(keys):
        return None
    order = np.lexsort(keys[::-1])
    same = np.ones(len(order) - 1, dtype=bool)
    for values in keys:
        same &= np.diff(values[order]) == 0
    if same.any():
        at = order[1:][same][0]
        what = ", ".join(f"{item} {columns[item][at]}" for item in order_by)
        raise ValueError(f"{name}.{order_by[0]}: row {at} repeats {what}")
    return order


def rows_of(name, keys, wanted):
    """Return the positions of `wanted` in the sorted `keys`; a key that is not there is a ValueError naming `name`."""
    if len(keys) and len(wanted) > len(keys) and keys[-1] < DENSE * len(keys) and wanted.min() >= 0:
        row_of = np.full(keys[-1] + 2, -1)  # looking up in a table is faster than searching, where keys lie close
        row_of[keys] = np.arange(len(keys))
        at = row_of[np.minimum(wanted, keys[-1] + 1)]
        found = at >= 0
    else:
        at = np.searchsorted(keys, wanted)
        found = at < len(keys)
        found[found] = keys[at[found]] == wanted[found]
    if not found.all():
        row = int(np.argmin(found))
        raise ValueError(f"{name}: row {row} names {wanted[row]}, which is not in the problem")
    return at


def row_of(name, keys, key):
    """The same for one key; a whole number."""
    at = bisect_left(keys, key)
    if at == len(keys) or keys[at] != key:
        raise ValueError(f"{name}: row 0 names {key}, which is not in the problem")
    return at


def spread(begin, end):
    """Return the positions begin … end − 1 of all rows one after the other, and for each position its row."""
    size = end - begin
    row = np.repeat(np.arange(len(size)), size)
    return np.arange(len(row)) + np.repeat(begin - np.cumsum(size) + size, size), row


def _ascend(columns):
    """Whether the rows of these columns ascend already, no two alike."""
    ahead, same = np.zeros(max(len(columns[0]) - 1, 0), dtype=bool), True
    for values in columns:
        ahead |= same & (values[1:] > values[:-1])
        same = same & (values[1:] == values[:-1])
    return bool(ahead.all())


def _loose_rows(label, value, limits):
    table = whole_numbers(label, value, low=-LARGEST, high=LARGEST, shape=(None, len(limits)))
    for at, (part, (low, high)) in enumerate(limits.items()):
        whole_numbers(f"{label}.{part}", table[:, at], low=low, high=high)
    if _ascend(table.T):
        return table
    table = table[np.lexsort(table.T[::-1])]
    return table[np.r_[True, (table[1:] != table[:-1]).any(axis=1)]]


def _why_not_whole(name, given):
    items = given.ravel().tolist()
    strange = [at for at, item in enumerate(items) if not isinstance(item, (int, float))]
    broken = [at for at, item in enumerate(items) if isinstance(item, float) and not item.is_integer()]
    floats = [at for at, item in enumerate(items) if isinstance(item, float)]
    if not (wrong := strange or broken or floats):
        return f"{name}: a number is too large"
    row = np.unravel_index(wrong[0], given.shape)[0]
    return f"{name}: row {row} is {items[wrong[0]]!r}, a whole number is needed"


def _set(table, name, values):
    values.flags.writeable = False
    object.__setattr__(table, name, values)
