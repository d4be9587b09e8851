"""Many rows as a few columns, on either database.

At the scale of a country an object per row, or even a number per value, costs more than the matching itself. So the
database writes each column as one long text, and NumPy reads the numbers from it. Every statement gives one row.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Integer, String, Text, cast, func, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BETWEEN = "\x1f"  # unit separator: stands in no text that people or forms can write


class Prepared(NamedTuple):
    """A statement as `read` sends it, and its columns. Putting one together costs ten times what running it for one row
    does, so what is asked again and again is prepared once, with `bindparam` where it differs.
    """

    statement: Any
    columns: tuple  # (name, whether it holds numbers)


def prepared(statement):
    """Make a statement ready for `read`. Its columns are made by the functions below."""
    rows = statement.subquery()
    whole = select(*(func.aggregate_strings(cast(one, Text), BETWEEN) for one in rows.c))
    return Prepared(whole, tuple((one.key, isinstance(one.type, Integer)) for one in rows.c))


def read(session, statement, *, order_by=None, **values):
    """Run a statement and give back its columns by name, in one order: arrays of whole numbers, or lists of texts.

    `order_by` names a column of numbers, without which any order will do; `values` are for the `bindparam`s in it.
    """
    whole, kinds = statement if isinstance(statement, Prepared) else prepared(statement)
    texts = session.execute(whole, values).one()
    columns = {
        name: _numbers(text) if is_number else _texts(text)
        for (name, is_number), text in zip(kinds, texts, strict=True)
    }
    if order_by is not None:
        order = np.argsort(columns[order_by], kind="stable")
        if (order[1:] < order[:-1]).any():
            columns = {
                name: column[order] if isinstance(column, np.ndarray) else [column[at] for at in order.tolist()]
                for name, column in columns.items()
            }
    return SimpleNamespace(**columns)


def _numbers(text):
    return np.fromstring(text or "", dtype=np.int64, sep=BETWEEN)


def _texts(text):
    return [] if text is None else text.split(BETWEEN)


def number(column, otherwise=0):
    """A whole number, a yes or no, or a code; `otherwise` where there is none."""
    return func.coalesce(cast(column, Integer), otherwise, type_=Integer).label(column.key)


def day(column, otherwise=0):
    """A date as days since 1970-01-01; `otherwise` where there is none."""
    return func.coalesce(_Days(column), otherwise, type_=Integer).label(column.key)


def text(column):
    """A text, a word of a list of words (its value), a list (as JSON), or a moment; empty where there is none."""
    return func.coalesce(cast(type_coerce(column, String), Text), "").label(column.key)


def translated(texts, translate, *, width=None):
    """Return a column of numbers from one of texts, each different text translated once.

    `translate` gives a whole number for a text, or a list of `width` of them.
    """
    number_of = {one: number for number, one in enumerate(dict.fromkeys(texts))}
    shape = (len(number_of),) if width is None else (len(number_of), width)
    meaning = np.array([translate(one) for one in number_of], dtype=np.int64).reshape(shape)
    return meaning[np.fromiter(map(number_of.__getitem__, texts), dtype=np.int64, count=len(texts))]


class _Days(FunctionElement):
    """The days from 1970-01-01 to a date, counted by the database."""

    type = Integer()
    inherit_cache = True


@compiles(_Days, "sqlite")
def _in_sqlite(element, compiler, **options):
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - 2440587.5 AS INTEGER)"


@compiles(_Days, "postgresql")
def _in_postgresql(element, compiler, **options):
    return f"({compiler.process(element.clauses, **options)} - DATE '1970-01-01')"
