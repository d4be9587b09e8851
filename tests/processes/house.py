"""The service as processes of its own, on the database of a test: start them, talk to them over HTTP, kill them."""

import contextlib
import http.client
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from stagemakelaar.db import transaction
from stagemakelaar.people import signing_in
from tests.conftest import WEDNESDAY
from tests.pages import Browser
from tests.processes.zygote import SLOTS

ROOT = Path(__file__).parent.parent.parent


class Zygote:
    """The process from which all others are forked; one per run of tests."""

    def __init__(self, key):
        self.folder = tempfile.TemporaryDirectory(prefix="house-")
        marks = Path(self.folder.name) / "marks"
        with marks.open("wb") as file:
            file.truncate(2 * SLOTS)
        with marks.open("r+b") as file:
            self.marks = mmap.mmap(file.fileno(), 2 * SLOTS)
        self.log = (Path(self.folder.name) / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.zygote", self.folder.name, str(marks), key],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            bufsize=1,
        )
        self._hear()

    def order(self, **what):
        self.process.stdin.write(json.dumps(what) + "\n")
        return self._hear()

    def _hear(self):
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                with contextlib.suppress(ValueError):
                    told = json.loads(line)
                    if told.keys() & {"pid", "port", "ready"} and len(told) == 1:
                        return told
        raise AssertionError(f"the zygote ended: {self.told()}")

    def told(self, characters=2000):
        """The end of what all processes wrote."""
        return Path(self.log.name).read_text()[-characters:]

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
        self.marks.close()
        self.folder.cleanup()


class House:
    """Pages and workers of one test. `port` is a door that stays open while who stands behind it is replaced."""

    def __init__(self, zygote, database, smtp="smtp://127.0.0.1:9?tls=none", **more):
        self._zygote = zygote
        self.database = database
        self._facts = {"database": database, "smtp": smtp, "clock": (time.monotonic(), WEDNESDAY), **more}
        self.port = zygote.order(do="listen")["port"]
        self.alive = {}  # pid → what it is

    def start(self, what, **more):
        pid = self._zygote.order(do=what, port=self.port, **self._facts, **more)["pid"]
        self.alive[pid] = what
        return pid

    def wait_until_it_answers(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/gezondheid/leeft")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("nobody answers")

    def ask(self, method, path, *, cookie="", form=None, seconds=120):
        """(status, address of a redirect, text): one request on a line of its own, as a browser would."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {"Cookie": f"session={cookie}", "Connection": "close"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(line):
            line.request(method, path, body=urlencode(form) if form is not None else None, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.headers.get("Location"), answer.read().decode()

    def children(self, pid):
        """The processes of a gunicorn."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def kill(self, *pids):
        """kill -9, after looking whether they wrote, or held a letter, at that moment: (writing, in hand)."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        seen = [self._zygote.marks[2 * pid : 2 * pid + 2] for pid in pids]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.alive.pop(pid, None)
        return any(one[0] for one in seen), any(one[1] for one in seen)

    def holds_a_letter(self, pid):
        """Whether a worker is between taking up a letter and noting what became of it."""
        return self._zygote.marks[2 * pid + 1] > 0

    def told(self):
        """The end of what all its processes wrote, who is still there, and what those wait for."""
        there = {one: what for pid, what in self.alive.items() for one in (pid, *self.children(pid))}
        waits = {pid: (what, Path(f"/proc/{pid}/wchan").read_text()) for pid, what in there.items()}
        return f"{waits}; {self._zygote.told()}"

    def close(self):
        everyone = [child for pid in list(self.alive) for child in self.children(pid)]
        self.kill(*self.alive, *everyone)
        end = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in everyone) and time.monotonic() < end:
            time.sleep(0.02)


class Desk:
    """Someone who is signed in and sends forms: their cookie and token come from the application of this process."""

    def __init__(self, house, app, user, page):
        browser = Browser(app)
        with transaction() as session:
            token = signing_in.open_session(session, user)
        with browser.client.session_transaction() as cookie:
            cookie.update({"who": token})
        found = browser.get(page)
        self._house = house
        self.cookie = browser.client.get_cookie("session").value
        self.token = found.soup.find("input", attrs={"name": "csrf_token"})["value"]
        self.version = "1"

    def send(self, path, **form):
        return self._house.ask("POST", path, cookie=self.cookie, form=form | {"csrf_token": self.token})

    def decide(self, proposal, verdict="approve", **more):
        return self.send(f"/voorstellen/{proposal}/besluit", verdict=verdict, version=self.version, **more)
