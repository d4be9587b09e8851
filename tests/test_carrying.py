"""Celery with a real Redis carries letters and runs; what it loses is not lost, and who dies is replaced."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from stagemakelaar import carrying, db
from stagemakelaar.db import transaction
from stagemakelaar.outbox import LEASE, Message, MessageState, promise
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Run, RunState
from tests.builders import Make
from tests.conftest import WEDNESDAY
from tests.waiting import until

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.needs("redis", "smtp")


class Carriers:
    """The processes of the deployed form that carry work, on the database of a test."""

    def __init__(self, environment, clock_file):
        self._environment, self._clock_file = environment, clock_file
        self.processes = []

    def start(self, *words):
        command = [sys.executable, "-m", "celery", "-A", "wsgi:carrier", *words]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def worker(self, name="one", queues="letters,runs"):
        calm = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR")
        return self.start("worker", "-n", f"{name}@test", "-Q", queues, "-c", "1", *calm)

    def beat(self, folder):
        return self.start("beat", "--schedule", str(folder / "beat"), "--loglevel", "ERROR")

    def at(self, moment):
        self._clock_file.write_text(moment.isoformat())

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)


@pytest.fixture
def carriers(own_database, redis_server, post_office, tmp_path):
    """Starts Celery's processes with a clock that this test moves."""
    clock_file = tmp_path / "clock"
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "STAGEMAKELAAR_ENV": "demo",
        "STAGEMAKELAAR_INSTANCE": str(tmp_path),
        "DATABASE_URL": own_database.url.render_as_string(hide_password=False),
        "SMTP_URL": f"smtp://{post_office.host}:{post_office.port}?tls=none",
        "CELERY_BROKER_URL": redis_server.url,
        "STAGEMAKELAAR_CLOCK": f"file:{clock_file}",
    }
    carriers = Carriers(environment, clock_file)
    carriers.at(datetime.fromisoformat(WEDNESDAY))
    yield carriers
    carriers.close()


@pytest.fixture
def calls(app, redis_server):
    """This process calls as a web process does."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, celery_broker_url=redis_server.url)
    forget = carrying.install(app)
    yield
    forget()
    app.config["SETTINGS"] = before


def put_in_post(key="test:a", kind="sign_in_staff", **data):
    with transaction() as session:
        promise(session, kind=kind, to="a@demo.example", key=key, **data)


def states(model=Message):
    db.close_session()
    return [record.state for record in db.current_session().scalars(select(model).order_by(model.id))]


def test_letters_and_runs_are_done_at_the_call_of_their_transaction(carriers, calls, post_office):
    carriers.worker()
    put_in_post("test:poison", kind="no_such_kind")
    for number in range(20):
        put_in_post(f"test:{number}")
    assert until(lambda: states().count(MessageState.SENT) == 20)
    assert len(post_office.letters) == 20
    assert states()[0] is MessageState.QUEUED  # the poisoned one: tried later, and in the end told

    make = Make()
    make.place()
    make.student(searching=True)
    broker = make.broker()
    with transaction() as session:
        match_round = rounds.open_round(session, make.programme(), name="Voorjaar", by=broker)
        rounds.ask_for_run(session, match_round, by=broker)
    assert until(lambda: states(Run) == [RunState.COMPUTED], 90)


@pytest.mark.later
def test_what_was_lost_is_found_and_who_dies_is_replaced(carriers, calls, redis_server, post_office, tmp_path):
    redis_server.stop()
    put_in_post()  # saved, without trouble and without a call
    redis_server.start()
    post_office.pause_before_answering()
    doomed = carriers.worker("doomed")
    carriers.beat(tmp_path)
    assert post_office.is_pausing.wait(60)
    carriers.kill(doomed)
    post_office.go_on()
    assert states() == [MessageState.QUEUED]
    carriers.worker("next")
    carriers.at(datetime.fromisoformat(WEDNESDAY) + LEASE + timedelta(seconds=1))
    assert until(lambda: states() == [MessageState.SENT])
    assert len({letter.message_id for letter in post_office.letters}) == 1


def test_a_call_is_not_made_for_what_was_taken_back(calls, own_database, redis_server):
    with pytest.raises(ZeroDivisionError), transaction() as session:
        promise(session, kind="sign_in_staff", to="a@demo.example", key="test:a")
        1 / 0  # noqa: B018
    assert "calls" not in db.current_session().info
    assert redis_client(redis_server).llen("letters") == 0
    put_in_post()
    assert redis_client(redis_server).llen("letters") == 1


def redis_client(server):
    import redis

    return redis.Redis(unix_socket_path=str(server.socket))
