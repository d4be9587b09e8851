"""What is in a database, as one number: the same content gives the same, on SQLite and on PostgreSQL."""

import enum
import hashlib
import json
from datetime import date

from sqlalchemy import func, select

from stagemakelaar.db import Base
from stagemakelaar.rooms import import_models

# Salted, so never the same twice.
LEFT_OUT = {("user_account", "password_hash")}
AT_ONCE = 2_000  # rows in memory


def fingerprint(session, *, without=frozenset()):
    """SHA-256 over all rows of all tables in the order of their keys, without password hashes.

    without     names of tables to leave out
    """
    import_models()
    digest = hashlib.sha256()
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        if table.name in without:
            continue
        columns = [column for column in table.columns if (table.name, column.name) not in LEFT_OUT]
        digest.update(table.name.encode())
        rows = select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)
        for row in session.execute(rows):
            digest.update(json.dumps([_plain(value) for value in row], sort_keys=True).encode())
    return digest.hexdigest()


def counts(session):
    """Table → number of rows."""
    import_models()
    return {
        name: session.scalar(select(func.count()).select_from(table))
        for name, table in sorted(Base.metadata.tables.items())
    }


def _plain(value):
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
