"""Who dies holding letters is replaced soon, and where nobody dies no letter goes out twice."""

import time
from collections import Counter

import pytest

from stagemakelaar import clock, db
from stagemakelaar.carrying import EVERY, LETTERS, Caller
from stagemakelaar.db import transaction
from stagemakelaar.outbox import LEASE, Message, MessageState, promise
from tests.crashes.storm import count, must_have_arrived
from tests.processes.house import House
from tests.proofs import IS_FULL, Invalid, times
from tests.waiting import until

pytestmark = pytest.mark.needs("smtp")

CARRIERS = times(short=["thread"], full=["thread", pytest.param("celery", marks=pytest.mark.needs("redis"))])
HOLDERS = times(short=2, full=6)
ROUNDS = times(short=1, full=2)


@pytest.fixture
def crew(zygote, own_database, post_office):
    """`crew(workers, lease=…)`: workers on the database of this test; the post office waits for their letters."""
    houses = []

    def start(workers, *, broker=None, **more):
        facts = {"smtp": f"smtp://{post_office.host}:{post_office.port}?tls=none", **more}
        facts |= {"broker": broker} if broker else {}
        house = House(zygote, own_database.url.render_as_string(hide_password=False), **facts)
        houses.append(house)
        if broker:
            house.start("celery", processes=workers)
        else:
            for _ in range(workers):
                house.start("worker")
        return house

    yield start
    for house in houses:
        house.close()
    db.close_session()


def workers_of(house):
    return [pid for master in house.alive for pid in (house.children(master) or [master])]


def holding(house):
    return [pid for pid in workers_of(house) if house.holds_a_letter(pid)]


def take_up(house, number, call):
    """Promise two letters, and wait until a worker holds them: it waits for the post office."""
    with transaction() as session:
        for side in "ab":
            promise(session, kind="sign_in_staff", to=f"{side}{number}@demo.example", key=f"test:{number}:{side}")
    mine = Message.key.startswith(f"test:{number}:"), Message.leased_until.is_not(None)
    end = time.monotonic() + 8
    while count(Message, *mine) < 2:
        call()
        if time.monotonic() > end:
            raise Invalid("the letters were not taken up, so nobody died holding them")
        time.sleep(0.05)


def recovered(house, post_office, holders, patience, call=lambda: None):
    """Kill whoever holds letters; the seconds until both letters of each are out, per pair."""
    post_office.clear()
    post_office.pause_before_answering()
    first = count(Message) // 2
    for number in range(first, first + holders):
        take_up(house, number, call)
    until(lambda: len(holding(house)) >= holders, seconds=5)  # the row is taken a moment before the letter is in hand
    held = holding(house)
    if len(held) < holders:
        raise Invalid(f"{len(held)} workers held letters, and not {holders}")
    masters = set(house.alive)
    house.kill(*held)
    killed_at, seen = time.monotonic(), {}
    for pid in held:
        if pid in masters:
            house.start("worker")
    post_office.go_on()
    while len(seen) < 2 * holders:
        call()
        for letter in list(post_office.letters):
            seen.setdefault(letter.recipients[0], time.monotonic() - killed_at)
        assert time.monotonic() - killed_at < patience, f"{2 * holders - len(seen)} letters still wait"
        time.sleep(0.05)
    return [max(seen[f"{side}{number}@demo.example"] for side in "ab") for number in range(first, first + holders)]


def calls_of(broker):
    """Calls for letters as `celery beat` does, every few seconds; and at once, as a transaction that promises some."""
    caller, last = Caller(broker), [0.0]

    def call():
        if time.monotonic() - last[0] > EVERY or count(Message, Message.attempts == 0):
            last[0] = time.monotonic()
            caller.call({LETTERS})

    return call


@pytest.mark.promise("P10")
@pytest.mark.parametrize("carrier", CARRIERS)
def test_letters_of_who_died_are_out_soon(crew, post_office, carrier, request, record_property):
    broker = request.getfixturevalue("redis_server").url if carrier == "celery" else None
    call = calls_of(broker) if broker else lambda: None
    house = crew(HOLDERS + 1, broker=broker, **({} if IS_FULL else {"lease": 3}))
    took = sorted(one for _ in range(ROUNDS) for one in recovered(house, post_office, HOLDERS, 120, call))
    record_property("lease", LEASE.total_seconds() if IS_FULL else 3)
    record_property("seconds", [round(one, 1) for one in took])
    if IS_FULL:
        assert took[int(0.95 * (len(took) - 1) + 0.5)] <= 30


@pytest.mark.promise("P10", red=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_a_lease_that_is_too_long_is_caught(crew, post_office):
    with pytest.raises(AssertionError, match="letters still wait"):
        recovered(crew(2, lease=600), post_office, 1, patience=3)


# --- nobody dies ---------------------------------------------------------------------------------------------------


def each_once(house, post_office, letters):
    """Put so many letters in the post at once; each must come, once."""
    with transaction() as session:
        now = clock.now()
        rows = [
            {
                "key": f"test:{number}",
                "to": f"a{number}@demo.example",
                "message_id": f"<{number}@stagemakelaar>",
                "kind": "sign_in_staff",
            }
            for number in range(letters)
        ]
        fixed = {"data": {}, "language": "nl", "state": MessageState.QUEUED, "attempts": 0}
        moments = dict.fromkeys(("created_at", "state_changed_at", "due_at"), now)
        session.add_all([Message(**row, **fixed, **moments) for row in rows])
    end = time.monotonic() + 60 + letters / 10
    while count(Message, Message.state == MessageState.QUEUED) and time.monotonic() < end:
        time.sleep(0.1)
    must_have_arrived({row["message_id"] for row in rows}, post_office.letters)
    again = {key: times for key, times in Counter(one.message_id for one in post_office.letters).items() if times > 1}
    assert not again, f"{len(again)} letters went out twice though nobody died"


@pytest.mark.promise("P11")
def test_without_faults_no_letter_goes_out_twice(crew, post_office, record_property):
    letters, workers = times(short=100, full=10_000), times(short=4, full=8)
    began = time.monotonic()
    each_once(crew(workers), post_office, letters)
    record_property("letters", letters)
    record_property("workers", workers)
    record_property("letters_a_second", round(letters / (time.monotonic() - began), 1))


@pytest.mark.promise("P11", red=True, by_chance=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_workers_that_take_without_a_lease_are_caught(crew, post_office):
    house = crew(0)
    for _ in range(3):
        house.start("worker", **{"break": "takes_without_a_lease"})
    with pytest.raises(AssertionError, match="went out twice"):
        each_once(house, post_office, 40)
