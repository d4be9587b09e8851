"""P30: a crowd at the door does not stop those who are inside: sign-ins get a part of the threads, and no more."""

import threading
import time
from collections import Counter

import pytest
from argon2.exceptions import VerificationError
from sqlalchemy import func, select

from stagemakelaar.db import look_again
from stagemakelaar.people.signing_in import passwords
from stagemakelaar.people.signing_in.models import Attempt
from tests import proofs
from tests.builders import Make
from tests.conftest import KINDS
from tests.pages import Browser

CROWD = 50
DOOR = "/inloggen/medewerker"


class SlowHasher:
    """Something that hashes until it is told to stop, and counts how many do at once."""

    def __init__(self):
        self.go_on, self.lock, self.now, self.most, self.done = threading.Event(), threading.Lock(), 0, 0, 0

    def verify(self, _kept, _typed):
        with self.lock:
            self.now += 1
            self.done += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(30)
        with self.lock:
            self.now -= 1
        raise VerificationError


@pytest.fixture
def make(own_database):
    return Make()


@pytest.fixture
def slow(monkeypatch):
    hasher = SlowHasher()
    monkeypatch.setitem(passwords._state, "hasher", hasher)
    yield hasher
    hasher.go_on.set()


def signs_in(app, cookie, values, number, answers):
    client = app.test_client()
    client.set_cookie("session", cookie)
    client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    answer = client.post(DOOR, data=values | {"email": f"nobody{number}@demo.example", "password": "iets anders"})
    answers.append((answer.status_code, answer.headers.get("Retry-After")))


def crowd_at_the_door(app, make, slow, count=CROWD):
    """Many sign-ins at once, none of which gets done: what they are told, and what a broker's pages say meanwhile."""
    desk = Browser(app).as_(make.broker())
    stranger = Browser(app)
    values = stranger.get(DOOR).values()
    cookie, answers = stranger.client.get_cookie("session").value, []
    threads = [
        threading.Thread(target=signs_in, args=(app, cookie, values, number, answers)) for number in range(count)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    while len(answers) < count - passwords.AT_ONCE and slow.done < count and time.monotonic() < end:
        time.sleep(0.02)
    inside = [desk.client.get(path).status_code for path in ("/studenten", "/plekken", "/makelaar")]
    told = list(answers)
    slow.go_on.set()
    for thread in threads:
        thread.join(30)
    return told, inside, answers


@pytest.mark.promise("P30")
@pytest.mark.parametrize("own_database", KINDS if proofs.IS_FULL else KINDS[:1], indirect=True)
def test_a_crowd_is_told_to_come_back_and_pages_go_on(app, make, slow, record_property):
    told, inside, answers = crowd_at_the_door(app, make, slow)
    assert inside == [200, 200, 200]
    assert slow.most == passwords.AT_ONCE
    assert Counter(status for status, _after in told) == {503: CROWD - passwords.AT_ONCE}
    assert all(after and int(after) > 0 for _status, after in told)
    assert Counter(status for status, _after in answers) == {503: CROWD - passwords.AT_ONCE, 422: passwords.AT_ONCE}
    # who was sent away was not counted as one who guessed
    assert look_again().scalar(select(func.count()).select_from(Attempt)) == 3 * passwords.AT_ONCE
    record_property("sent_away", CROWD - passwords.AT_ONCE)


@pytest.mark.promise("P30", red=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_a_door_without_a_limit_is_seen(app, make, slow, monkeypatch):
    for room in ("_turns", "_places"):
        monkeypatch.setattr(passwords, room, threading.BoundedSemaphore(CROWD))
    told, _inside, _answers = crowd_at_the_door(app, make, slow, count=4)
    assert slow.most == 4
    assert told == []
