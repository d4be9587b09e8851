"""A database written down: a first line that says what it is, then per table its lines, a count and a hash.

All of it is one look at the database, while others go on working: a read transaction on SQLite (the log keeps the old
pages), REPEATABLE READ on PostgreSQL.
"""

import hashlib
import json
from contextlib import contextmanager

from sqlalchemy import text

from stagemakelaar import audit, clock
from stagemakelaar.copies.rows import kinds_of, lines_of, tables

FORMAT = 1


@contextmanager
def one_look(engine):
    """A connection on which everything is of one moment."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def write(connection, out, *, schema, erasures=0):
    """Write every table to a binary stream. Gives back (head of the trail, table → rows and hash).

    schema      the revision of the database, which reading it back begins with
    erasures    how many erasures were listed by then, so that an older list shows when it is read back
    """
    about = {
        "copy": FORMAT,
        "schema": schema,
        "kind": connection.scalar(text("SELECT kind FROM installation")),
        "made_at": clock.now().isoformat(),
        "head": "{}:{}".format(*audit.last_line(connection)),
        "erasures": erasures,
    }
    _put(out, about)
    told = {}
    for table in tables():
        kinds = {name: kind.value for name, kind in kinds_of(table).items()}
        _put(out, {"table": table.name, "columns": kinds})
        digest, count = hashlib.sha256(), 0
        for count, line in enumerate(lines_of(connection, table), start=1):  # noqa: B007 - the last one counts
            digest.update(line)
            out.write(line)
        told[table.name] = {"rows": count, "sha256": digest.hexdigest()}
        _put(out, told[table.name])
    _put(out, {"tables": told})
    return about["head"], told


class Nowhere:
    """Nergens: a stream that forgets, for when only the hashes are wanted."""

    def write(self, _line):
        """Take it."""


def hashes_of(engine, *, schema):
    """Per table the number of rows and their hash, as `write` tells them."""
    with one_look(engine) as connection:
        return write(connection, Nowhere(), schema=schema)[1]


def _put(out, thing):
    out.write(json.dumps(thing, ensure_ascii=False).encode() + b"\n")
