"""Writing goes through one door; reading cannot write; moments come back as they went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from stagemakelaar import db
from stagemakelaar.people.models import Programme


def test_a_change_outside_a_transaction_is_refused(make, session):
    programme = session.get(Programme, make.programme().id)
    programme.name = "Anders"
    with pytest.raises(db.WriteOutsideTransaction):
        session.flush()
    session.rollback()


def test_a_bulk_statement_outside_a_transaction_is_refused(make, session):
    make.programme()
    with pytest.raises(db.WriteOutsideTransaction):
        session.execute(update(Programme).values(name="Anders"))


def test_a_raw_statement_outside_a_transaction_is_refused_by_the_database(own_database):
    session = db.current_session()
    with pytest.raises(DBAPIError, match=r"read.?only"):
        session.execute(text("DELETE FROM programme"))
    session.rollback()


def test_an_error_takes_everything_back(make, session):
    programme = make.programme()
    with pytest.raises(ZeroDivisionError), db.transaction() as writing:
        writing.get(Programme, programme.id).name = "Anders"
        writing.flush()
        1 / 0  # noqa: B018
    assert session.get(Programme, programme.id).name == "Stagemakelaar Noord"


def test_transactions_do_not_nest(database):
    with db.transaction(), pytest.raises(RuntimeError, match="do not nest"), db.transaction():
        pass


def test_what_is_stored_is_seen_by_another_connection(own_database):
    from tests.builders import Make

    make = Make()
    name = make.programme().name
    db.close_session()
    with own_database.connect() as other:
        assert other.execute(text("SELECT name FROM programme")).scalar() == name


def test_a_moment_keeps_its_instant(make, session):
    moment = datetime(2027, 2, 3, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    number = make_id(make)
    with db.transaction() as writing:
        writing.get(Programme, number).created_at = moment
    session.expire_all()
    stored = session.get(Programme, number).created_at
    assert stored == moment
    assert stored.tzinfo is UTC


def make_id(make):
    return make.programme().id


def test_a_moment_without_a_zone_is_refused(make):
    number = make_id(make)
    with pytest.raises(Exception, match="without a time zone"), db.transaction() as writing:
        writing.get(Programme, number).created_at = datetime(2027, 2, 3, 12, 0)  # noqa: DTZ001
        writing.flush()


def test_sqlite_flushes_every_commit_to_disk(own_database):
    if own_database.dialect.name == "sqlite":
        with own_database.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_postgresql_interprets_also_after_a_rollback(own_database):
    if own_database.dialect.name == "postgresql":
        with own_database.connect() as connection:
            assert connection.exec_driver_sql("SHOW jit").scalar() == "off"
            connection.rollback()
            assert connection.exec_driver_sql("SHOW jit").scalar() == "off"
