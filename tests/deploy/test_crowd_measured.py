"""P30 measured in the deployed form: pages of brokers while fifty people try a password at once."""

# ruff: noqa: F811 - fixtures are known by the names of arguments
import contextlib
import itertools
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection
from statistics import quantiles
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from tests import proofs
from tests.deploy.test_deployed import cookie, durable_postgres_url, service  # noqa: F401
from tests.services.nginx import HOST

pytestmark = pytest.mark.needs("nginx", "postgresql")
CROWD, ROUNDS, LENGTH, PAUSE = 50, 6, 3.0, 0.1  # seconds of quiet and of crowd in a round; between pages of a broker
DOOR, INSIDE = "/inloggen/medewerker", ("/accounts", "/account")


def ask(service, source, method, path, cookie, form=None):
    """(status, seconds, text, cookie): one request over TLS, from an address on this machine."""
    line = HTTPSConnection("127.0.0.1", service.tls, timeout=60)
    headers = {"Host": HOST, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    begun = time.monotonic()
    with contextlib.closing(line):
        line.sock = service.line(source=source)
        line.request(method, path, body=urlencode(form) if form else None, headers=headers)
        answer = line.getresponse()
        text = answer.read().decode()
        return answer.status, time.monotonic() - begun, text, (answer.headers["Set-Cookie"] or "").partition(";")[0]


def works(service, source, cookie, is_crowded, stops, times):
    """Somebody inside who opens page after page; each is noted by whether there was a crowd when it was asked for."""
    for path in itertools.cycle(INSIDE):
        if stops.is_set():
            return
        crowded = is_crowded.is_set()
        status, seconds, _text, _cookie = ask(service, source, "GET", path, cookie)
        times[crowded].append(seconds if status == 200 else 60.0)
        time.sleep(PAUSE)


def p95(times):
    return quantiles(times, n=20)[-1]


@pytest.mark.promise("P30", by_chance=True)
def test_pages_inside_take_at_most_twice_as_long_while_fifty_try_a_password(service, cookie, record_property):
    """Quiet and crowd take turns, so that what else this machine does counts for both."""
    service.wait_until(200)
    _status, _seconds, text, stranger = ask(service, "127.0.0.2", "GET", DOOR, "")
    token = BeautifulSoup(text, "html.parser").find(attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "password": "iets anders", "next": ""}
    is_crowded, stops, times, told = threading.Event(), threading.Event(), {False: [], True: []}, Counter()
    sources = [f"127.0.0.{number}" for number in range(11, 15)]
    inside = [
        threading.Thread(target=works, args=(service, source, cookie, is_crowded, stops, times)) for source in sources
    ]
    for thread in inside:
        thread.start()
    with ThreadPoolExecutor(CROWD) as crowd:
        for turn in range(ROUNDS):
            time.sleep(LENGTH)
            is_crowded.set()
            end, burst = time.monotonic() + LENGTH, 0
            while time.monotonic() < end:
                asked = [
                    crowd.submit(
                        ask,
                        service,
                        f"127.{turn + 1}.{burst}.{number + 1}",
                        "POST",
                        DOOR,
                        stranger,
                        form | {"email": f"nobody{number}@demo.example"},
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
