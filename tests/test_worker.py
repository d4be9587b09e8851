"""The threads that carry the work, on a database with real commits."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from stagemakelaar import db
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState, promise
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Run, RunState
from stagemakelaar.worker import Relay
from tests.builders import Make
from tests.waiting import until


@pytest.fixture
def relay(app, own_database, tmp_path):
    """A relay that runs, with a folder as post office."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, instance=tmp_path)
    relay = Relay(app).start()
    yield relay
    relay.stop()
    app.config["SETTINGS"] = before


def put_in_post(key="test:a"):
    with transaction() as session:
        promise(session, kind="sign_in_staff", to="a@demo.example", key=key)


def is_sent(key="test:a"):
    message = db.current_session().scalars(select(Message).where(Message.key == key)).one()
    return message.state is MessageState.SENT


def test_a_promised_letter_leaves_within_seconds(relay, tmp_path):
    put_in_post()
    assert until(is_sent, 20)
    assert len(list((tmp_path / "outgoing").glob("*.eml"))) == 1


def test_an_asked_run_is_computed(relay):
    make = Make()
    make.place()
    make.student(searching=True)
    broker = make.broker()
    with transaction() as session:
        match_round = rounds.open_round(session, make.programme(), name="Voorjaar", by=broker)
        run_id = rounds.ask_for_run(session, match_round, by=broker).id
    assert until(lambda: db.current_session().get(Run, run_id).state is RunState.COMPUTED, 60)


def test_the_worker_survives_trouble(relay, app, tmp_path):
    settings = app.config["SETTINGS"]
    (tmp_path / "file").write_text("no folder can be made here")
    app.config["SETTINGS"] = replace(settings, instance=tmp_path / "file")
    put_in_post()
    time.sleep(1.5)
    db.close_session()
    assert not is_sent()
    app.config["SETTINGS"] = settings
    assert until(is_sent, 20)


def test_a_stopped_worker_has_no_threads_left(relay):
    relay.stop()
    assert not any(thread.is_alive() for thread in relay._threads)
