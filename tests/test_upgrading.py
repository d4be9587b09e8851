"""An upgrade and the way back keep every row, also when the first try was killed halfway."""

import hashlib
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import MetaData, event, select

from stagemakelaar import db, schema
from stagemakelaar.seed.filling import fill
from tests.conftest import KINDS
from tests.proofs import times

pytestmark = pytest.mark.promise("P41")

PREVIOUS = "0025_work_list"  # the schema of the last version that went out; move it along with each release
ROOT = Path(__file__).parent.parent
KILLED = """
import os, signal, sys
from sqlalchemy import event
from stagemakelaar import db, schema

engine, seen = db.make_engine(sys.argv[1]), []

@event.listens_for(engine, "before_cursor_execute")
def stop(*_told):
    seen.append(1)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

schema.migrate(engine)
"""


@pytest.fixture(scope="module", params=KINDS)
def filled(request, app, tmp_path_factory):
    """An engine on the demo, brought back to the previous schema; each test leaves it there."""
    if request.param == "sqlite":
        engine = db.make_engine(f"sqlite:///{tmp_path_factory.mktemp('upgrading') / 'demo.sqlite'}")
    else:
        engine = db.make_engine(request.getfixturevalue("postgres_cluster").create_database())
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    schema.migrate(engine)
    fill("demo", 1, date(2027, 2, 3))
    db.close_session()
    schema.migrate(engine, PREVIOUS)
    yield engine
    db.close_session()
    db.bind(None)
    engine.dispose()


def hashes(engine):
    """Per table the number of rows and the hash of all, as the database itself tells them, whatever the models say."""
    tables = MetaData()
    found = {}
    with engine.connect() as connection:
        tables.reflect(connection)
        for table in tables.tables.values():
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(*sorted(table.columns, key=str))))
            found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def upgraded(engine):
    """Bring it up; how many statements that took."""
    statements = []

    def count(*_told):
        statements.append(1)

    event.listen(engine, "before_cursor_execute", count)
    schema.migrate(engine)
    event.remove(engine, "before_cursor_execute", count)
    return len(statements)


def test_up_and_back_keep_every_row(filled, app, record_property):
    before = hashes(filled)
    upgraded(filled)
    assert app.test_client().get("/gezondheid/klaar").status_code == 200
    db.close_session()
    schema.migrate(filled, PREVIOUS)
    assert hashes(filled) == before
    rows = sum(count for count, _hash in before.values())
    assert rows > 1_000
    record_property("rows", rows)


def test_a_try_that_was_killed_changes_nothing_and_the_next_completes(filled, record_property):
    before = hashes(filled)
    statements = upgraded(filled)
    after = hashes(filled)
    schema.migrate(filled, PREVIOUS)
    filled.dispose()
    kills = times(short=1, full=8)
    for turn in range(1, kills + 1):
        address = filled.url.render_as_string(hide_password=False)
        moment = str(1 + turn * (statements - 2) // (kills + 1))
        done = subprocess.run([sys.executable, "-c", KILLED, address, moment], cwd=ROOT, check=False, timeout=120)
        assert done.returncode == -signal.SIGKILL, "the upgrade was over before it could be killed"
        assert hashes(filled) == before
        filled.dispose()
    schema.migrate(filled)
    assert hashes(filled) == after
    schema.migrate(filled, PREVIOUS)
    record_property("kills", kills)


@pytest.mark.promise("P41", red=True)
def test_one_changed_row_is_noticed(filled):
    before = hashes(filled)
    with filled.connect().execution_options(writing=True) as connection:
        connection.exec_driver_sql("DELETE FROM sign_in_link WHERE id = (SELECT min(id) FROM sign_in_link)")
        changed = connection.exec_driver_sql(
            "UPDATE place SET seats = seats + 1, free = free + 1 WHERE id = 1"
        ).rowcount
        connection.commit()
    assert changed == 1
    assert hashes(filled) != before
