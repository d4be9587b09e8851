"""Starting: one sentence for each thing that is not right."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace

import pytest

from stagemakelaar import create_app, db, schema, starting
from stagemakelaar.db import transaction
from stagemakelaar.schema import DatabaseKind
from stagemakelaar.starting import Refused
from tests.parts import ROOT


def test_a_taken_port_is_named_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"Poort {port} is al in gebruik.*PORT=8080"):
            starting.take_port(port)


def test_a_folder_without_permission_is_named(settings, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="STAGEMAKELAAR_INSTANCE"):
        starting.prepare_instance(replace(settings, instance=tmp_path / "file" / "instance"))


@pytest.mark.parametrize(
    ("environment", "kind", "starts"),
    [
        ("demo", DatabaseKind.DEMO, True),
        ("demo", DatabaseKind.REAL, False),
        ("demo", DatabaseKind.INCOMPLETE, False),
        ("demo", None, True),
        ("production", DatabaseKind.DEMO, False),
        ("production", DatabaseKind.REAL, True),
        ("production", DatabaseKind.INCOMPLETE, False),
        ("production", None, True),
    ],
)
def test_demo_and_real_people_never_meet(settings, database, environment, kind, starts):
    if kind is not None:
        with transaction() as session:
            schema.mark(session, kind)
    settings = replace(settings, environment=environment)
    if starts:
        starting.refuse_wrong_database(settings)
    else:
        with pytest.raises(Refused):
            starting.refuse_wrong_database(settings)


def test_an_unmarked_database_with_an_account_counts_as_real(settings, make):
    make.broker()
    with pytest.raises(Refused, match="echte mensen"):
        starting.refuse_wrong_database(settings)
    starting.refuse_wrong_database(replace(settings, environment="production"))


def test_a_real_service_marks_its_database(settings, tmp_path):
    url = f"sqlite:///{tmp_path / 'real.sqlite'}"
    settings = replace(settings, environment="production", database_url=url)
    engine = db.make_engine(url)
    db.bind(engine)
    try:
        assert starting.migrate(settings) == (None, schema.newest())
        assert schema.kind_of(db.current_session()) is DatabaseKind.REAL
    finally:
        db.close_session()
        engine.dispose()
        db.bind(None)


def test_production_refuses_a_forgetful_postgresql(own_database):
    session = db.current_session()
    if own_database.dialect.name == "postgresql":  # the fast cluster of the tests has fsync off
        with pytest.raises(Refused, match="fsync"):
            starting.refuse_weak_durability(session)
    else:
        starting.refuse_weak_durability(session)


def test_any_free_port_ends_up_in_the_addresses_of_letters(settings):
    settings = replace(settings, port=0, public_url="http://127.0.0.1:0")
    assert starting.on_port(settings, 5123).public_url == "http://127.0.0.1:5123"


class Service:
    """The program as `make run` starts it, in a folder of its own."""

    def __init__(self, folder, **environment):
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "STAGEMAKELAAR_ENV": "demo",
            "STAGEMAKELAAR_INSTANCE": str(folder),
            "PORT": "0",
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "start"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def address(self):
        """Where it runs, as it says itself."""
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found.group()
        raise AssertionError(self.process.stderr.read())

    def stop(self):
        """Ask it to stop; gives back its exit code and the last it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        said, _errors = self.process.communicate(timeout=40)
        return self.process.returncode, said


def answer_of(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.status, answer.read().decode()


@pytest.mark.later
def test_a_newcomer_starts_the_demo_twice(tmp_path):
    first = Service(tmp_path)
    try:
        address = first.address()
        assert answer_of(f"{address}/gezondheid/klaar")[0] == 200
        assert "broker@demo.example" in answer_of(f"{address}/demo/post")[1]
    finally:
        code, said = first.stop()
    assert (code, said.strip().splitlines()[-1]) == (
        0,
        "Stagemakelaar is gestopt. Alles wat bevestigd was, staat in de database.",
    )
    began = time.monotonic()
    second = Service(tmp_path)
    try:
        assert "broker@demo.example" in answer_of(f"{second.address()}/demo/post")[1]
        assert time.monotonic() - began < 30
    finally:
        assert second.stop()[0] == 0


def test_the_demo_does_not_start_over_real_people(tmp_path):
    url = f"sqlite:///{tmp_path / 'real.sqlite'}"
    engine = db.make_engine(url)
    schema.migrate(engine)
    db.bind(engine)
    with transaction() as session:
        schema.mark(session, DatabaseKind.REAL)
    db.close_session()
    engine.dispose()
    db.bind(None)
    service = Service(tmp_path, DATABASE_URL=url)
    said, errors = service.process.communicate(timeout=60)
    assert (service.process.returncode, said) == (3, "")
    assert "echte mensen" in errors


def test_a_table_of_journeys_that_is_wrong_is_told_before_anything_starts(tmp_path):
    table = tmp_path / "travel.csv"
    table.write_text("from_pc4,to_pc4,mode,minutes\n3511,3512,bike,zeven\n", encoding="utf-8")
    service = Service(tmp_path, TRAVEL_TABLE=str(table))
    said, errors = service.process.communicate(timeout=60)
    assert (service.process.returncode, said) == (3, "")
    assert "does not start: TRAVEL_TABLE: row 2 is not" in errors


@pytest.mark.parametrize("kind", [DatabaseKind.REAL, DatabaseKind.INCOMPLETE])
def test_pages_stay_closed_on_a_database_of_the_other_kind(settings, database, kind):
    with transaction() as session:
        schema.mark(session, kind)
    now = db.current_session().get_bind()
    client = create_app(settings).test_client()
    db.bind(now, join_transaction_mode="create_savepoint")  # a new application points at a database of its own
    assert client.get("/inloggen").status_code == 503
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    assert client.get("/inloggen").status_code == 200
