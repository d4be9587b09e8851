"""Rows for many tables, numbered as they come and inserted in batches: for what actions would be slow at."""

from contextlib import contextmanager

from sqlalchemy import func, insert, select, text

from stagemakelaar.casework.models import Case, ContactMoment
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Organisation, Place, PlaceCode, Recognition

BATCH = 10_000  # rows of all tables together: what is in memory at a time
# In the order in which they point at each other.
ORDER = (
    User,
    Student,
    Profile,
    Case,
    ContactMoment,
    Organisation,
    Membership,
    Recognition,
    Interest,
    Place,
    PlaceCode,
    Placement,
    Message,
)
NUMBERED = [model for model in ORDER if "id" in model.__table__.c]


class Writer:
    """Schrijver: takes rows of any table and inserts them in batches; a column that is left out gets its default.

    All rows of one table must name the same columns.
    """

    def __init__(self, session):
        self._session = session
        self._waiting = {model: [] for model in ORDER}
        self._count = 0
        self._last = {
            model: session.scalar(select(func.coalesce(func.max(model.__table__.c.id), 0))) for model in NUMBERED
        }

    def add(self, model, **values):
        """Add a row and give back its number, or None for a table whose rows are not numbered."""
        if model in self._last:
            self._last[model] += 1
            values["id"] = self._last[model]
        self._waiting[model].append(values)
        self._count += 1
        if self._count >= BATCH:
            self.flush()
        return values.get("id")

    def flush(self):
        """Insert what waits."""
        connection = self._session.connection()
        for model, rows in self._waiting.items():
            if rows:
                connection.execute(insert(model), rows)
                rows.clear()
        self._count = 0

    def finish(self):
        """Insert what waits, and let the database count on from there."""
        self.flush()
        if self._session.get_bind().dialect.name == "postgresql":
            for model, last in self._last.items():
                self._session.execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, :is_taken)"),
                    {"table": model.__tablename__, "last": max(last, 1), "is_taken": last > 0},
                )


@contextmanager
def writing_rows(session):
    """A `Writer` whose rows all stand in the database at the end of the block."""
    writer = Writer(session)
    yield writer
    writer.finish()
