"""P30 measured in the deployed form: pages of brokers while fifty people try a password at once."""

# ruff: noqa: F811 - fixtures are known by the names of arguments
import contextlib
import itertools
import multiprocessing
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPSConnection
from statistics import quantiles
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from tests import proofs
from tests.deploy.test_deployed import cookie, durable_postgres_url, line_to, service  # noqa: F401
from tests.services.nginx import HOST

pytestmark = pytest.mark.needs("nginx", "postgresql")
CROWD, ROUNDS, LENGTH, PAUSE = 50, 6, 3.0, 0.1  # seconds of quiet and of crowd in a round; between pages of a broker
DOOR, INSIDE = "/inloggen/medewerker", ("/accounts", "/account")


def open_line(where, source):
    """A line over TLS that stays open, to a folder and a port, from an address on this machine."""
    folder, port = where
    line = HTTPSConnection("127.0.0.1", port, timeout=60)
    line.sock = line_to(folder, port, source=source)
    return line


def ask(line, method, path, cookie, form=None):
    """(status, text, cookie) of one request."""
    headers = {"Host": HOST, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request(method, path, body=urlencode(form) if form else None, headers=headers)
    answer = line.getresponse()
    return answer.status, answer.read().decode(), (answer.headers["Set-Cookie"] or "").partition(";")[0]


def works(line, cookie, stops, pages):
    """Somebody inside who opens page after page; of each is noted when it was asked for, and how long it took."""
    with contextlib.closing(line):
        for path in itertools.cycle(INSIDE):
            if stops.is_set():
                return
            begun = time.monotonic()
            status, _text, _cookie = ask(line, "GET", path, cookie)
            pages.append((begun, time.monotonic() - begun if status == 200 else 60.0))
            time.sleep(PAUSE)


def crowd(where, cookie, form, turn):
    """Fifty at once, again and again: when it began, when it was over, and how often they were told what.

    Each has a line open, as who has just read the page.
    """
    lines = [open_line(where, f"127.{turn + 1}.0.{number + 1}") for number in range(CROWD)]
    forms = [form | {"email": f"nobody{number}@demo.example"} for number in range(CROWD)]
    told, begun = Counter(), time.monotonic()
    with ThreadPoolExecutor(CROWD) as people:
        while time.monotonic() < begun + LENGTH:
            told.update(people.map(lambda line, form: ask(line, "POST", DOOR, cookie, form)[0], lines, forms))
            time.sleep(0.5)
    over = time.monotonic()
    for line in lines:
        line.close()
    return begun, over, told


def p95(times):
    return quantiles(times, n=20)[-1]


@pytest.mark.promise("P30", by_chance=True)
def test_pages_inside_take_at_most_twice_as_long_while_fifty_try_a_password(service, cookie, record_property):
    """Quiet and crowd take turns, so that what else this machine does counts for both.

    The crowd is a process of its own: what it costs to be fifty people would otherwise be time that pages seem to take.
    """
    service.wait_until(200)
    where = service.folder, service.tls
    with contextlib.closing(open_line(where, "127.0.0.2")) as line:
        _status, text, stranger = ask(line, "GET", DOOR, "")
    token = BeautifulSoup(text, "html.parser").find(attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "password": "iets anders", "next": ""}
    stops, pages, quiet, crowded, told = threading.Event(), [], [], [], Counter()
    lines = [open_line(where, f"127.0.0.{number}") for number in range(11, 15)]
    inside = [threading.Thread(target=works, args=(line, cookie, stops, pages)) for line in lines]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        apart.submit(int).result()  # it is there before anybody looks at a clock
        for thread in inside:
            thread.start()
        for turn in range(ROUNDS):
            begun = time.monotonic()
            time.sleep(LENGTH)
            quiet.append((begun, time.monotonic()))
            begun, over, answers = apart.submit(crowd, where, stranger, form, turn).result()
            crowded.append((begun, over))
            told += answers
        stops.set()
        for thread in inside:
            thread.join(60)
    times = [
        [seconds for begun, seconds in pages if any(first <= begun < last for first, last in spans)]
        for spans in (quiet, crowded)
    ]
    record_property("pages", [len(some) for some in times])
    record_property("p95_ms", [round(p95(some) * 1000) for some in times])
    record_property("sign_ins", dict(told))
    if told[422] < ROUNDS or told[503] == 0:
        raise proofs.Invalid(f"there was no crowd: {told}")
    assert p95(times[1]) <= 2 * p95(times[0])
