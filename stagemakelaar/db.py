"""Tables, sessions and the one way to write. Only this file commits or rolls back.

Reading needs nothing: `current_session()`. Writing happens inside `transaction()`, opened by a page, a command or a job
and by nothing else. A change outside it is refused, so a page that was only meant to show something cannot write.
"""

import json
import threading
from contextlib import contextmanager
from datetime import UTC

from sqlalchemy import DateTime, Engine, Enum, MetaData, TypeDecorator, bindparam, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker

from stagemakelaar import silence

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of all tables; constraints without a name get one, so that a migration can find them again."""

    metadata = MetaData(naming_convention=NAMING)


# What is raised where the database does not answer, or went away meanwhile.
DATABASE_AWAY = (OperationalError, InterfaceError)


class WriteOutsideTransaction(RuntimeError):
    """A change was made where nothing may be changed: open a `transaction()` at the edge."""


class UtcDateTime(TypeDecorator):
    """A moment, always aware and always UTC; SQLite would drop the offset in silence."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        """Refuse a moment without a zone and store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):  # noqa: ARG002 - as SQLAlchemy calls it
        """Give back an aware moment on both databases."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Written(str):
    """Geschreven: a text that is JSON already, so that a column of JSON takes it as it is."""

    __slots__ = ()


def _as_json(value):
    return str(value) if isinstance(value, Written) else json.dumps(value)


def choice(enumeration, length=20):
    """A column type for an enum that stores its values; the CHECK that guards it is written by hand, by name."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def when_asked(name, value, kind):
    """A value in a statement that is worked out each time the statement is asked, so that the statement can be kept.

    One name stands for one function, everywhere: two with one name in a statement would be taken for the same.
    """
    return bindparam(name, callable_=value, type_=kind)


def one_of(column, enumeration):
    """The text of a CHECK that allows only the values of an enum."""
    values = ", ".join(f"'{member.value}'" for member in enumeration)
    return f"{column} IN ({values})"


# --- engines -------------------------------------------------------------------------------------------------------


def make_engine(url):
    """An engine for SQLite or PostgreSQL with the settings on which the promises rest."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, connect_args={"timeout": 15, "check_same_thread": False}, pool_size=20, json_serializer=_as_json
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            pool_timeout=4,
            json_serializer=_as_json,
            connect_args=silence.KEEPALIVE,
        )
        event.listen(engine, "do_connect", _call_postgresql)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection, _record):
    connection.isolation_level = None  # the driver's own transactions lose updates; `_begin_sqlite` opens ours
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection):
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _call_postgresql(_dialect, _record, words, named):
    return silence.Listening.connect(*words, **named)


def _prepare_postgresql(connection, _record):
    """Interpret every query: our statements are long and quick, and compiling one costs ten times what it takes.

    The driver has the server keep the plan of what is asked again and again, of a hundred statements unless told
    otherwise; our pages ask several hundreds, so that each would push out the other before it was kept.
    """
    connection.prepared_max = 500
    connection.autocommit = True
    connection.execute("SET jit = off")
    connection.autocommit = False


def _begin_postgresql(connection):
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# --- sessions ------------------------------------------------------------------------------------------------------

_sessions = scoped_session(sessionmaker(expire_on_commit=False))
_committed = threading.Event()


def bind(target, **options):
    """Point all sessions of this process at an engine (or, in a test, at one connection)."""
    _sessions.remove()
    _sessions.configure(bind=target, **options)


def current_session():
    """The session of this thread: one per request, command or job."""
    return _sessions()


def look_again():
    """Forget what was read so far, so that the next look sees the present; gives back the session."""
    session = _sessions()
    session.rollback()
    return session


def close_session():
    """End the session of this thread and give its connection back."""
    _sessions.remove()


def empty_log():
    """Bring what was written into the file and empty SQLite's log, in which old pages still stand; whether it is empty.

    A page that is being read keeps it from that; whoever asks, asks again later. Elsewhere there is nothing to do.
    """
    target = look_again().get_bind()
    if target.dialect.name != "sqlite" or not isinstance(target, Engine):
        return True
    connection = target.raw_connection()
    try:
        (busy, _pages, _done) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return busy == 0


def wait_for_commit(seconds):
    """Wait until something was committed in this process, at most so many seconds; the worker sleeps here."""
    happened = _committed.wait(seconds)
    _committed.clear()
    return happened


def stand_in_line(session, number):
    """Wait until no other transaction stands under this number; it is ours until the end of this one."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time already
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


@contextmanager
def transaction():
    """Write everything inside the block, or nothing of it."""
    session = current_session()
    if session.info.get("writing"):
        raise RuntimeError("transactions do not nest: open them at the edge only")
    session.rollback()  # end what was only read: SQLite cannot turn a reader into a writer
    session.info["writing"] = True
    try:
        session.connection(execution_options={"writing": True})
        yield session
        session.commit()
        _committed.set()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def insert_many(session, table, rows, **fixed):
    """Insert many rows past the objects: dicts that name the same columns; `fixed` are values that all share.

    A run of a country stores tens of thousands. PostgreSQL takes them as a stream; SQLite, in this process, needs none.
    """
    connection, names = session.connection(), [*fixed, *(rows[0] if rows else ())]
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), [row | fixed for row in rows])
        return
    ready = {name: table.c[name].type.dialect_impl(connection.dialect) for name in names}
    ready = {name: kind.bind_processor(connection.dialect) or (lambda value: value) for name, kind in ready.items()}
    shared = [ready[name](value) for name, value in fixed.items()]
    with connection.connection.cursor() as cursor:
        columns = ", ".join(names)  # of our own tables
        with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row([*shared, *(ready[name](value) for name, value in row.items())])


@event.listens_for(Session, "before_flush")
def _refuse_stray_changes(session, _flush_context, _instances):
    if not session.info.get("writing"):
        raise WriteOutsideTransaction("a change was flushed outside transaction()")


@event.listens_for(Session, "do_orm_execute")
def _refuse_stray_statements(state):
    if (state.is_update or state.is_delete or state.is_insert) and not state.session.info.get("writing"):
        raise WriteOutsideTransaction("a bulk statement was run outside transaction()")
