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
from sqlalchemy import CheckConstraint, inspect, text
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


def grant_service(engine, role):
    """Let a role of PostgreSQL run the service and no more: it changes rows, never tables, and the trail only grows.

    Raises DomainError where there is no such role, or where the database knows no roles.
    """
    refuse_unknown_role(engine, role)
    name = engine.dialect.identifier_preparer.quote(role)
    statements = (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_entry FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
    )
    with engine.connect().execution_options(writing=True) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def refuse_unknown_role(engine, role):
    """Refuse a role that cannot be granted anything: asked before long work, of which it is the end."""
    if engine.dialect.name != "postgresql":
        raise DomainError(N_("SQLite kent geen rollen: wie het bestand kan schrijven, kan alles."))
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}):
            raise DomainError(N_("De rol %(role)s bestaat niet in PostgreSQL. Maak hem eerst."), role=role)


def may_rewrite_the_trail(session):
    """Whether the role of this connection owns the trail or may change its lines, so that only a trigger stops it."""
    if session.get_bind().dialect.name != "postgresql":
        return False  # who can write the file can do all; the mailed head tells
    return session.scalar(
        text(
            "SELECT pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE')"
            " FROM pg_class WHERE oid = to_regclass('audit_entry')"
        )
    )


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
