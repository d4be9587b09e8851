"""Lets simulated people do what they do, at the pace of a scenario, and writes down every single thing they did.

    STAGEMAKELAAR_LOAD=setting.json locust -f tests/load/locustfile.py --headless -u N -r N

Pace: each person begins a deed so often; who is kept waiting begins the next at once, but never makes up for what was
missed. So too low a rate in the outcome means that the service could not keep up, and the report says so.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

import gevent
from locust import User, events, task

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.load.people import Decider, Newcomer, Reader, Registering

SETTING = json.loads(Path(os.environ["STAGEMAKELAAR_LOAD"]).read_text())
PHASES = SETTING["phases"]  # [{"seconds": 120, "pages": 60, "sign_ins": 3, "approvals": 3}, …]
MAKERS = {
    "pages": (Reader, SETTING["readers"]),
    "sign_ins": (Newcomer, SETTING["newcomers"]),
    "approvals": (Decider, SETTING["deciders"]),
    "registrations": (Registering, SETTING["registering"]),
}
LEAST_PAUSE = 0.001

began = time.monotonic()
deeds: list = []


def pace(what):
    """How often one of those who do this begins, now, in times a second; 0 is not at all."""
    passed = time.monotonic() - began
    for phase in PHASES:
        passed -= phase["seconds"]
        if passed < 0:
            return phase.get(what, 0) / len(MAKERS[what][1])
    return 0


class Paced(User):
    """A person with a pace."""

    abstract = True
    what: str
    _numbers: dict = {}

    def on_start(self):
        """Become the next of the people of this kind, and begin at a moment of one's own."""
        make, players = MAKERS[self.what]
        place = Paced._numbers.setdefault(self.what, 0)
        Paced._numbers[self.what] = place + 1
        number = list(MAKERS).index(self.what) * 10_000 + place
        self._person = make(SETTING, number, players[place])
        rate = pace(self.what)
        gevent.sleep(random.Random(number).random() / rate if 0 < rate < 50 else 0)
        self._next = time.monotonic()

    def wait_time(self):
        """Until the next beginning."""
        rate = pace(self.what)
        if rate == 0:
            return 0.2
        self._next = max(self._next + 1 / rate, time.monotonic() + LEAST_PAUSE)
        return self._next - time.monotonic()

    @task
    def act(self):
        if pace(self.what) == 0:
            self._next = time.monotonic()
            return
        for deed in self._person.act():
            deeds.append([round(time.time(), 3), *deed])
            self.environment.events.request.fire(
                request_type=deed.kind,
                name=deed.name,
                response_time=deed.seconds * 1000,
                response_length=0,
                exception=None if deed.outcome != "broken" else RuntimeError(deed.told),
                context={},
            )


class Pages(Paced):
    """Who reads."""

    what, fixed_count = "pages", len(SETTING["readers"])
    abstract = not fixed_count


class SignIns(Paced):
    """Who signs in."""

    what, fixed_count = "sign_ins", len(SETTING["newcomers"])
    abstract = not fixed_count


class Approvals(Paced):
    """Who decides."""

    what, fixed_count = "approvals", len(SETTING["deciders"])
    abstract = not fixed_count


class Registrations(Paced):
    """Who registers."""

    what, fixed_count = "registrations", len(SETTING["registering"])
    abstract = not fixed_count


@events.test_start.add_listener
def start_the_clock(**_more):
    """The phases are counted from here."""
    global began  # noqa: PLW0603 - locust calls this once
    began = time.monotonic()


@events.quitting.add_listener
def write_down(**_more):
    """Everything, for the report to count."""
    own = os.times()
    told = {"cpu_seconds": own.user + own.system, "deeds": deeds}
    Path(SETTING["out"]).write_text(json.dumps(told))
