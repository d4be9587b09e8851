"""A copy read back: first looked over from beginning to end, then loaded into an empty database in one transaction."""

import hashlib
import json
from itertools import islice
from typing import NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    Table,
    Text,
    column,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.schema import AddConstraint, DropConstraint
from sqlalchemy.types import NullType

from stagemakelaar.copies.rows import AT_ONCE, Kind, values_of
from stagemakelaar.copies.writing import FORMAT
from stagemakelaar.db import UtcDateTime
from stagemakelaar.errors import N_, DomainError

TYPES = {Kind.MOMENT: UtcDateTime, Kind.DAY: Date, Kind.BYTES: LargeBinary, Kind.JSON: Text, Kind.BOOL: Boolean}


class Broken(DomainError):
    """Kapot: this file is no whole copy, and nothing was loaded."""


class About(NamedTuple):
    """Wat het is: the first line of a copy, and its last: per table the number of rows and their hash."""

    schema: str
    kind: str | None  # whether the people in it are real, as the database said of itself
    made_at: str
    head: str
    erasures: int
    tables: dict


def look_over(lines):
    """Read a copy to its end and see that every table has the rows and the hash that it says; raises Broken."""
    try:
        return _look_over(iter(lines))
    except (ValueError, KeyError, TypeError, StopIteration, OSError, EOFError) as wrong:
        raise Broken(N_("Dit bestand is geen hele kopie: het is beschadigd of afgebroken.")) from wrong


def _look_over(lines):
    first = json.loads(next(lines))
    if first["copy"] != FORMAT:
        raise Broken(N_("Deze kopie is van een andere versie van Stagemakelaar."))
    told = {}
    for line in lines:
        start = json.loads(line)
        if "tables" in start:
            if start["tables"] != told:
                raise ValueError("the last line tells something else than the tables")
            return About._make([*(first[name] for name in About._fields[:-1]), told])
        digest, count = hashlib.sha256(), 0
        while not (row := next(lines)).startswith(b"{"):
            digest.update(row)
            count += 1
        told[start["table"]] = {"rows": count, "sha256": digest.hexdigest()}
        if json.loads(row) != told[start["table"]]:
            raise ValueError("the lines of a table are not those that were written")
    raise EOFError


def load(engine, lines):
    """Put the rows of a copy into a database that has its schema and no rows, all or nothing.

    Foreign keys are looked at when everything is there, since some tables point at each other.
    """
    lines = iter(lines)
    next(lines)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        postgresql = engine.dialect.name == "postgresql"
        connection.execute(text("DELETE FROM installation"))
        keys = _drop_foreign_keys(connection) if postgresql else _foreign_keys_later(connection)
        for start in map(json.loads, lines):
            if "tables" in start:
                break
            kinds = {name: Kind(kind) for name, kind in start["columns"].items()}
            rows = (values_of(line, kinds.values()) for line in _until_count(lines))
            (_copy_in if postgresql else _insert)(connection, start["table"], kinds, rows)
        for key in keys:
            connection.execute(AddConstraint(key))
        if postgresql:
            _set_counters(connection)


def _until_count(lines):
    for line in lines:
        if line.startswith(b"{"):
            return
        yield line


def _insert(connection, name, kinds, rows):
    into = table(name, *(column(one, TYPES.get(kind, NullType)()) for one, kind in kinds.items())).insert()
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(into, [dict(zip(kinds, row, strict=True)) for row in some])


def _copy_in(connection, name, kinds, rows):
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, kinds))
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(name)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _foreign_keys_later(connection):
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    return []


def _drop_foreign_keys(connection):
    """Drop all foreign keys; gives them back, for adding again."""
    looking, metadata, keys = inspect(connection), MetaData(), []
    for name in looking.get_table_names():
        here = Table(name, metadata, *(Column(one["name"]) for one in looking.get_columns(name)))
        for found in looking.get_foreign_keys(name):
            targets = [f"{found['referred_table']}.{one}" for one in found["referred_columns"]]
            key = ForeignKeyConstraint(
                found["constrained_columns"], targets, name=found["name"], **(found.get("options") or {})
            )
            here.append_constraint(key)
            keys.append(key)
    for key in keys:
        connection.execute(DropConstraint(key))
    return keys


def _set_counters(connection):
    """Let new rows be numbered after those that came."""
    looking = inspect(connection)
    for name in looking.get_table_names():
        for key in looking.get_pk_constraint(name)["constrained_columns"]:
            counter = connection.scalar(text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": name, "key": key})
            if counter is not None:
                numbers = column(key)
                last = func.setval(counter, func.coalesce(func.max(numbers), 1), func.count() > 0)
                connection.execute(select(last).select_from(table(name, numbers)))
