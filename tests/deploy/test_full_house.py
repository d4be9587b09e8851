"""More visitors than the service can answer: the proxy keeps a short queue, and tells the rest at once to come back."""

import http.client
import socket
import socketserver
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.test_deployed import free_port
from tests.services import nginx
from tests.services.nginx import HOST

pytestmark = pytest.mark.needs("nginx")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Slow(socketserver.ThreadingUnixStreamServer):
    """Stands where the pages stand; answers nobody until it may."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, path):
        self.may_answer, self.arrived = threading.Event(), threading.Semaphore(0)
        super().__init__(str(path), Keeping)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait_for(self, count):
        """Wait until so many more requests have arrived."""
        for _one in range(count):
            assert self.arrived.acquire(timeout=10)


class Keeping(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.server.arrived.release()
        self.server.may_answer.wait(30)
        self.wfile.write(ANSWER)


@pytest.fixture
def house(tmp_path_factory):
    """A proxy as it is shipped, before pages that answer nobody: `house(change)` opens it with a changed file."""
    folder = tmp_path_factory.mktemp("full")
    nginx.certify(folder)
    pages, port, running = Slow(folder / "web.sock"), free_port(), []

    def opened(change=lambda text: text):
        path = nginx.configure(folder, socket=folder / "web.sock", plain=free_port(), tls=port)
        path.write_text(change(path.read_text()))
        running.append(nginx.start(path))
        end = time.monotonic() + 10
        while not (folder / "nginx.pid").exists() and time.monotonic() < end:
            time.sleep(0.02)
        return pages, lambda path, method="GET": _ask(port, path, method)

    yield opened
    pages.may_answer.set()
    for process in running:
        process.terminate()
        process.wait(20)
    pages.shutdown()
    pages.server_close()


def _ask(port, path, method):
    """(status, when to come back, seconds) of one answer."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    began = time.monotonic()
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=20)
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname=HOST) as line.sock:
        line.request(method, path, headers={"Host": HOST})
        answer = line.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"], time.monotonic() - began


def fill(pages, ask, pool):
    """Let the front door be full: as many as may wait for an answer."""
    waiting = [pool.submit(ask, "/inloggen") for _one in range(24)]
    pages.wait_for(24)
    return waiting


def test_who_finds_a_full_house_is_told_at_once_when_to_come_back_and_decisions_go_on(house):
    pages, ask = house()
    with ThreadPoolExecutor(40) as pool:
        waiting = fill(pages, ask, pool)
        told = [one.result() for one in [pool.submit(ask, "/aanmelden") for _one in range(8)]]
        assert {(status, back) for status, back, _seconds in told} == {(503, "10")}
        assert max(seconds for _status, _back, seconds in told) < 1
        deciding = pool.submit(ask, "/voorstellen/1/besluit")
        pages.wait_for(1)
        pages.may_answer.set()
        assert {one.result()[0] for one in (*waiting, deciding)} == {200}


def test_without_a_queue_that_ends_nobody_is_told(house):
    """The proof above can fail: with an endless queue the next visitor waits like all others."""
    pages, ask = house(lambda text: text.replace(" max_conns=24", ""))
    with ThreadPoolExecutor(40) as pool:
        fill(pages, ask, pool)
        one_more = pool.submit(ask, "/aanmelden")
        pages.wait_for(1)
        pages.may_answer.set()
        assert one_more.result()[0] == 200


DOOR = "/inloggen/medewerker"


@pytest.mark.promise("P30")
def test_a_crowd_that_tries_passwords_holds_half_of_the_threads(house):
    pages, ask = house()
    with ThreadPoolExecutor(20) as pool:
        trying = [pool.submit(ask, DOOR, "POST") for _one in range(4)]
        pages.wait_for(4)
        told = [one.result() for one in [pool.submit(ask, DOOR, "POST") for _one in range(10)]]
        assert {(status, back) for status, back, _seconds in told} == {(503, "10")}
        assert not pages.may_answer.is_set()  # they were told while those before them still waited
        inside = [pool.submit(ask, path) for path in (DOOR, "/studenten", "/voorstellen/1")]
        pages.wait_for(3)
        pages.may_answer.set()
        assert {one.result()[0] for one in (*trying, *inside)} == {200}


@pytest.mark.promise("P30", red=True)
def test_a_door_that_lets_the_crowd_in_is_seen(house):
    pages, ask = house(lambda text: text.replace(" max_conns=4", ""))
    with ThreadPoolExecutor(20) as pool:
        trying = [pool.submit(ask, DOOR, "POST") for _one in range(8)]
        pages.wait_for(8)  # every thread of the shipped form
        pages.may_answer.set()
        assert {one.result()[0] for one in trying} == {200}
