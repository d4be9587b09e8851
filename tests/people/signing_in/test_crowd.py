"""P30: a crowd at the door does not stop those who are inside: sign-ins get a part of the threads, and no more."""

import contextlib
import http.client
import itertools
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from urllib.parse import urlencode

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


# --- measured, with gunicorn and PostgreSQL --------------------------------------------------------------------------

ROUNDS, QUIET, PAUSE = 6, 3.0, 0.1  # seconds of a round in which nobody is at the door; and between a broker's pages
INSIDE = ("/studenten", "/plekken", "/makelaar", "/organisaties")


def ask(port, address, method, path, cookie, form=None):
    """(status, seconds): one request on a line of its own, from an address on this machine."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(address, 0))
    headers = {"Cookie": f"session={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    begun = time.monotonic()
    with contextlib.closing(line):
        line.request(method, path, body=urlencode(form) if form else None, headers=headers)
        status = line.getresponse().status
    return status, time.monotonic() - begun


def works(port, cookie, is_crowded, stops, times):
    """A broker who opens page after page; each is noted by whether there was a crowd when it was asked for."""
    for path in itertools.cycle(INSIDE):
        if stops.is_set():
            return
        crowded = is_crowded.is_set()
        status, seconds = ask(port, "127.0.0.1", "GET", path, cookie)
        times[crowded].append(seconds if status == 200 else 60.0)
        time.sleep(PAUSE)


def p95(times):
    return quantiles(times, n=20)[-1]


@pytest.mark.promise("P30", by_chance=True)
@pytest.mark.parametrize(
    "own_database", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)
def test_pages_inside_take_at_most_twice_as_long_while_fifty_sign_in(app, make, house, record_property):
    """Quiet and crowd take turns, so that what else this machine does counts for both."""
    desks = [Browser(app).as_(make.broker()).client.get_cookie("session").value for _number in range(4)]
    stranger = Browser(app)
    values = stranger.get(DOOR).values() | {"password": "iets anders"}
    cookie = stranger.client.get_cookie("session").value
    house.wait_until_it_answers()
    is_crowded, stops, times, told = threading.Event(), threading.Event(), {False: [], True: []}, Counter()
    inside = [threading.Thread(target=works, args=(house.port, desk, is_crowded, stops, times)) for desk in desks]
    for thread in inside:
        thread.start()
    with ThreadPoolExecutor(CROWD) as crowd:
        for turn in range(ROUNDS):
            time.sleep(QUIET)
            is_crowded.set()
            end, burst = time.monotonic() + QUIET, 0
            while time.monotonic() < end:
                asked = [
                    crowd.submit(
                        ask,
                        house.port,
                        f"127.{turn + 1}.{burst}.{number + 1}",
                        "POST",
                        DOOR,
                        cookie,
                        values | {"email": f"nobody{number}@demo.example"},
                    )
                    for number in range(CROWD)
                ]
                told.update(one.result()[0] for one in asked)
                burst += 1
                time.sleep(0.5)
            is_crowded.clear()
    stops.set()
    for thread in inside:
        thread.join(60)
    record_property("pages", [len(times[False]), len(times[True])])
    record_property("p95_ms", [round(p95(times[crowded]) * 1000) for crowded in (False, True)])
    record_property("sign_ins", dict(told))
    if told[422] < ROUNDS or told[503] == 0:
        raise proofs.Invalid(f"there was no crowd: {told}")
    assert p95(times[True]) <= 2 * p95(times[False])
