"""A process that has imported everything and forks the processes of the service: pages, and workers that carry letters.

It reads a line of JSON per order and answers each with one: {"do": "listen"} gives a port, {"do": "pages" | "gunicorn"
| "worker" | "celery" | "beat", "database": …, "smtp": …} gives a pid. `break` names a fault of `tests.processes.breaks`
that is planted in that process alone. Importing costs seconds and forking hundredths, so that hundreds can be killed.
"""

import contextlib
import json
import mmap
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from config import from_environment
from stagemakelaar import carrying, clock, create_app, db, jobs, outbox
from stagemakelaar import worker as working
from stagemakelaar.worker import Relay
from tests.processes import breaks

SLOTS = 4_194_304  # as many as there are numbers of processes


class Marks:
    """Where each process tells all others, in memory, how deep it is in what must not be cut short.

    A byte for transactions that write, and one for letters in hand: how it was with who was killed is read here.
    """

    def __init__(self, path):
        with Path(path).open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 2 * SLOTS)
        self._writing = set()

    def begin(self, *_connection, session):
        if session.info.get("writing"):
            self._writing.add(threading.get_ident())
            self.tell(0, len(self._writing))

    def end(self, _session):
        self._writing.discard(threading.get_ident())
        self.tell(0, len(self._writing))

    def tell(self, which, number):
        self._memory[2 * (os.getpid() % SLOTS) + which] = min(number, 255)

    def install(self):
        self._writing.clear()
        event.listen(Session, "after_begin", lambda session, *_more: self.begin(session=session))
        event.listen(Session, "after_commit", self.end)
        event.listen(Session, "after_rollback", self.end)
        send = jobs._send_one

        def send_marked(*arguments):
            self.tell(1, 1)
            return send(*arguments)

        settle = jobs._settle

        def settle_marked(*arguments):
            try:
                return settle(*arguments)
            finally:
                self.tell(1, 0)

        jobs._send_one, jobs._settle = send_marked, settle_marked


def become(app, marks, order, listening):
    """Be one process of the service until somebody kills it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    broker = order.get("broker")
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], database_url=order["database"], smtp_url=order["smtp"], celery_broker_url=broker
    )
    if broker:
        carrying.install(app)
    working.PAUSE = 0.5  # after a database that was killed; what is measured here is not how long we keep still
    started, base = order["clock"]
    base = datetime.fromisoformat(base).astimezone(UTC)
    clock.now = lambda: base + timedelta(seconds=time.monotonic() - started)
    if "lease" in order:
        outbox.LEASE = timedelta(seconds=order["lease"])
        jobs.FRESH = order["lease"] / 5
    if order.get("break"):
        getattr(breaks, order["break"])()
    marks.install()
    ROLES[order["do"]](app, order, listening)


def pages(app, order, listening):
    """Waitress, as `flask start` serves; several may listen at one door."""
    from waitress.server import create_server

    db.bind(db.make_engine(order["database"]))
    create_server(app, sockets=[listening], threads=4).run()


def gunicorn(app, order, listening):
    """A master with processes of four threads, as in deploy/gunicorn.conf.py but for what was imported before."""
    from gunicorn.app.base import BaseApplication

    class Pages(BaseApplication):
        def load_config(self):
            for name, value in {"threads": 4, "worker_class": "gthread", "timeout": 60, "graceful_timeout": 30}.items():
                self.cfg.set(name, value)
            self.cfg.set("control_socket_disable", True)
            self.cfg.set("workers", order.get("processes", 2))
            self.cfg.set("bind", f"fd://{listening.fileno()}")
            self.cfg.set("loglevel", "critical")
            self.cfg.set("post_fork", lambda _server, _worker: db.bind(db.make_engine(order["database"])))

        def load(self):
            return app

    Pages(prog="gunicorn").run()


def worker(app, order, _listening):
    """The threads that carry letters and runs beside the pages, here in a process of their own."""
    db.bind(db.make_engine(order["database"]))
    Relay(app).start()
    threading.Event().wait()


def celery(app, order, _listening):
    """A worker of Celery with processes of its own."""
    words = (
        "-Q",
        "letters,runs",
        "-c",
        str(order["processes"]),
        "-n",
        f"n{os.getpid()}@test",
        "--loglevel",
        "CRITICAL",
    )
    calm = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    app.extensions["carrier"].worker_main(["worker", *words, *calm])


def beat(app, order, _listening):
    """Who calls every few seconds for what waited or was lost."""
    schedule = f"{app.config['SETTINGS'].instance}/beat-{os.getpid()}"
    app.extensions["carrier"].start(["beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "CRITICAL"])


ROLES = {"pages": pages, "gunicorn": gunicorn, "worker": worker, "celery": celery, "beat": beat}


def answer(**told):
    os.write(1, (json.dumps(told) + "\n").encode())


def main(instance, marks_file, key):
    environment = {"STAGEMAKELAAR_ENV": "demo", "STAGEMAKELAAR_INSTANCE": instance, "SECRET_KEY": key}
    app = create_app(from_environment(environment))
    marks = Marks(marks_file)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    listening, forked = {}, []
    answer(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "listen":
            door = socket.create_server(("127.0.0.1", 0), backlog=128)
            listening[door.getsockname()[1]] = door
            answer(port=door.getsockname()[1])
            continue
        pid = os.fork()
        if pid == 0:
            try:
                os.setpgid(0, 0)
                sys.stdin.close()
                sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - Celery asks whether somebody types there
                become(app, marks, order, listening.get(order.get("port")))
            except BaseException:  # noqa: BLE001 - a child never goes on as its parent
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(0)
        forked.append(pid)
        answer(pid=pid)
    for pid in forked:  # whoever gave the orders is gone, perhaps without a word
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
