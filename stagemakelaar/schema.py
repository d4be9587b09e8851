"""What the database is: which schema it has, and whether the people in it are real.

Owns `installation`, one row: a database filled by `seed` is `demo`, one that was migrated in production is `real`; one
whose filling was interrupted is `incomplete`, and no server starts on it.
"""

import enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column

from stagemakelaar.db import Base, choice, one_of
from stagemakelaar.errors import N_, DomainError

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class DatabaseKind(enum.Enum):
    """Soort database."""

    DEMO = "demo"
    REAL = "real"
    INCOMPLETE = "incomplete"


class Installation(Base):
    """Installatie: the one row in which a database says what it is."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint(one_of("kind", DatabaseKind), name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DatabaseKind] = mapped_column(choice(DatabaseKind))


def _config(connection=None):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def revisions():
    """All steps of the schema, the newest first."""
    return list(ScriptDirectory.from_config(_config()).walk_revisions())


def newest():
    """The revision that this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(session):
    """The revision that the database has, or None when it is empty."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def is_there(engine):
    """Whether the database has a schema of ours at all."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() is not None


def migrate(engine, to="head"):
    """Bring the schema up (or, to an older revision, back). Gives back (before, after)."""
    with engine.connect().execution_options(writing=True, migrating=True) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if to == "head" or _is_ahead(before, to):
            command.upgrade(_config(connection), to)
        else:
            command.downgrade(_config(connection), to)
        after = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
    return before, after


def _is_ahead(before, to):
    if before is None:
        return True
    if to == "base":
        return False
    order = [revision.revision for revision in revisions()]
    if to not in order:
        raise DomainError(N_("Versie %(to)s van de database bestaat niet."), to=to)
    return order.index(to) < order.index(before)


def kind_of(session):
    """What the database says it is, or None when it never said."""
    if not inspect(session.connection()).has_table("installation"):
        return None
    row = session.get(Installation, 1)
    return row.kind if row else None


def mark(session, kind):
    """Write down what the database is."""
    row = session.get(Installation, 1)
    if row is None:
        session.add(Installation(id=1, kind=kind))
    else:
        row.kind = kind
    session.flush()


def is_incomplete(session):
    """Whether a filling was interrupted, so that nothing may run on it."""
    return kind_of(session) is DatabaseKind.INCOMPLETE
