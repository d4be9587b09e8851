"""Rows as lines of text, the same on SQLite and on PostgreSQL, so that the same content has the same hash on both."""

import base64
import enum
import json
from datetime import UTC, date, datetime

from sqlalchemy import JSON, Boolean, Date, Enum, LargeBinary, String, Text, cast, select, type_coerce

from stagemakelaar.db import Base, UtcDateTime
from stagemakelaar.rooms import import_models

AT_ONCE = 2_000  # rows in memory


class Kind(enum.Enum):
    """Soort waarde: how a value is written down."""

    PLAIN = "plain"  # a number or a text
    BOOL = "bool"
    DAY = "day"
    MOMENT = "moment"
    BYTES = "bytes"
    JSON = "json"  # as the text that the database holds, to the letter


def tables():
    """All tables of the house, those that others point at first."""
    import_models()
    return Base.metadata.sorted_tables


def kinds_of(table):
    """Name of each column and the kind of its values, in the order in which a line has them."""
    return {column.name: _kind_of(column.type) for column in table.columns}


def _kind_of(column_type):
    for found, kind in (
        (UtcDateTime, Kind.MOMENT),
        (Date, Kind.DAY),
        (JSON, Kind.JSON),
        (LargeBinary, Kind.BYTES),
        (Boolean, Kind.BOOL),
    ):
        if isinstance(column_type, found):
            return kind
    return Kind.PLAIN


def lines_of(connection, table):
    """Every row of a table as a line, in the order of its keys; some in memory at a time."""
    kinds = list(kinds_of(table).values())
    statement = select(*map(_as_stored, table.columns)).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=AT_ONCE).execute(statement):
        yield json.dumps(list(map(_written, kinds, row)), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _as_stored(column):
    """The column without the meaning that a model gives it: what stands in the database."""
    if isinstance(column.type, JSON):
        return cast(column, Text)
    return type_coerce(column, String) if isinstance(column.type, Enum) else column


def _written(kind, value):
    if value is None or kind in {Kind.PLAIN, Kind.BOOL, Kind.JSON}:
        return value
    return base64.b85encode(value).decode() if kind is Kind.BYTES else value.isoformat()


def values_of(line, kinds):
    """The values of a line, as a database takes them."""
    return list(map(_read, kinds, json.loads(line)))


def _read(kind, value):
    if value is None:
        return None
    if kind is Kind.MOMENT:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is Kind.DAY:
        return date.fromisoformat(value)
    return base64.b85decode(value) if kind is Kind.BYTES else value
