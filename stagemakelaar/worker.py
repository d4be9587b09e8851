"""Who carries the work: two threads beside the web server, one for letters and one for runs. Knows no domain.

The rows in the database are the truth; a thread that dies loses nothing, and another process may work beside it.
"""

import threading
from time import monotonic

import structlog

from stagemakelaar import db, jobs
from stagemakelaar.letters import Writer
from stagemakelaar.sending import Folder, MailHost

log = structlog.get_logger()

NAP = 1.0  # seconds between looks when nothing is committed in this process
PAUSE = 5.0  # seconds after an error, so that trouble does not turn into a storm
TIDY_EVERY = 3600.0


def post_office(settings):
    """How letters leave: the mail host of the settings, else the folder of the demo."""
    return MailHost(settings.smtp_url) if settings.smtp_url else Folder(settings.outgoing)


def deliver_once(app, limit=20):
    """Deliver one batch of what is due."""
    with post_office(app.config["SETTINGS"]) as send:
        return jobs.deliver(send, Writer(app), limit)


class Relay:
    """Bode: the threads that carry letters and runs until they are told to stop."""

    def __init__(self, app):
        self._app = app
        self._stopping = threading.Event()
        self._tidied = None
        self._threads = [
            threading.Thread(target=self._go_round, args=(self._letters,), name="letters", daemon=True),
            threading.Thread(target=self._go_round, args=(self._runs,), name="runs", daemon=True),
        ]

    def start(self):
        """Begin; gives back itself."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds=15):
        """End after what is being done; what is left waits in the database."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(seconds)

    def _go_round(self, work):
        while not self._stopping.is_set():
            try:
                worked = work()
            except Exception:
                log.exception("worker_trouble", work=work.__name__)
                self._stopping.wait(PAUSE)
                worked = True
            finally:
                db.close_session()
            if not worked and not self._stopping.is_set():
                db.wait_for_commit(NAP)

    def _letters(self):
        if self._tidied is None or monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = monotonic()
            jobs.tidy(self._app.config["SETTINGS"].erasure_list)
        return deliver_once(self._app)["claimed"] > 0

    def _runs(self):
        return bool(jobs.take_up_runs(stop=self._stopping.is_set))
