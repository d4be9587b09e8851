"""kill -9 between approval and delivery: no letter is lost, none is invented, and a repeat can be recognised."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from stagemakelaar import db
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.models import Proposal, ProposalState
from tests.builders import Make
from tests.computed import computed
from tests.conftest import WEDNESDAY
from tests.proofs import times

pytestmark = pytest.mark.promise("P01", "P09", "P11")

ROOT = Path(__file__).parent.parent.parent
KILLS = times(short=12, full=50)
LEASE_AND_MORE = timedelta(minutes=3)


class Zygote:
    """The process from which victims are forked, and the clock that it and they read."""

    def __init__(self, database, smtp, folder):
        self.clock_file = folder / "clock"
        self.moment = datetime.fromisoformat(WEDNESDAY)
        self.later()
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.crashes.zygote", database, smtp, str(self.clock_file)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        self.approved = set()

    def later(self):
        """Leases of those who died have run out."""
        self.moment += LEASE_AND_MORE
        self.clock_file.write_text(self.moment.isoformat())

    def say(self, word):
        self.process.stdin.write(f"{word}\n")

    def hear(self, *words):
        """Read until one of these words; notes approvals on the way."""
        while line := self.process.stdout.readline():
            word, _, rest = line.strip().partition(" ")
            if word == "approved":
                self.approved.add(int(rest))
            if word in words:
                return word, rest
        raise AssertionError("the zygote ended")

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


@pytest.fixture
def many_proposals(own_database, app):
    """Two proposals a kill, of which some will be approved by whoever dies next."""
    make = Make()
    broker = make.broker()
    make.place(seats=KILLS * 2)
    for _number in range(KILLS * 2):
        make.student(searching=True)
    computed(broker)
    db.close_session()


@pytest.mark.needs("smtp")
def test_kills_lose_and_invent_nothing(own_database, many_proposals, post_office, tmp_path, moment):
    rng = random.Random(9)
    url = own_database.url.render_as_string(hide_password=False)
    zygote = Zygote(url, f"smtp://{post_office.host}:{post_office.port}?tls=none", tmp_path)
    landed = 0
    for _kill in range(KILLS):
        zygote.say("go")
        _word, pid = zygote.hear("started")
        for _approval in range(rng.choice((1, 1, 2))):
            zygote.hear("approved", "done")
        time.sleep(rng.uniform(0, 0.06))
        os.kill(int(pid), signal.SIGKILL)
        zygote.hear("dead")
        landed += waiting()
        zygote.later()
    zygote.say("finish")
    zygote.hear("finished")
    zygote.close()

    # A kill counts when approved letters were still to go; without enough of those the proof is void.
    assert landed >= KILLS // 2, f"only {landed} kills fell between approval and delivery"
    session = db.current_session()
    assert session.scalar(select(func.count()).where(Message.state != MessageState.SENT)) == 0
    placements = set(session.scalars(select(Placement.id)))
    proposals = set(session.scalars(select(Proposal.id).where(Proposal.state == ProposalState.APPROVED)))
    assert zygote.approved <= proposals
    assert len(placements) == len(proposals)
    promised = {message.key: message for message in session.scalars(select(Message))}
    assert set(promised) == {
        f"placement:{number}:planned:{side}" for number in placements for side in ("student", "employer")
    }

    received = Counter((letter.message_id, letter.text()) for letter in post_office.letters)
    ids = Counter(message_id for message_id, _text in received)
    assert len(ids) == len(promised), "letters were lost or invented"
    assert set(ids.values()) == {1}, "a repeat has the same Message-ID and another text"
    place = session.scalars(select(Place)).one()
    assert place.free + len(placements) == place.seats


def waiting():
    """Whether letters that were promised still wait."""
    session = db.current_session()
    found = session.scalar(select(func.count()).where(Message.state == MessageState.QUEUED)) > 0
    db.close_session()
    return found
