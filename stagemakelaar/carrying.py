"""Celery carries the work to any number of machines. It may lose a call or repeat it: the rows decide who does what.

Two calls exist, "there may be letters" and "there may be runs", and they hold nothing. They are made when a transaction
left something to do, for speed, and every few seconds by `celery beat`, for what waited or was lost. Who answers a call
claims rows under a lease, by the same functions that the threads of `worker` use.
"""

import os
from time import monotonic

import structlog
from celery import Celery, signals
from kombu.exceptions import OperationalError
from sqlalchemy import event
from sqlalchemy.orm import Session

from stagemakelaar import db, jobs, worker
from stagemakelaar.outbox import Message
from stagemakelaar.rounds.models import Run

log = structlog.get_logger()

LETTERS, RUNS, TIDYING = "letters", "runs", "tidying"
CALLS = {Message: LETTERS, Run: RUNS}
EVERY = 5.0  # seconds between calls for what waited
MUTE = 10.0  # seconds without calls when the broker does not answer: pages do not wait for it again and again
ANSWER_WITHIN = 1.0  # seconds


def make_carrier(app):
    """The Celery application for a Flask application; its workers speak to the database of those settings."""
    carrier = Celery("stagemakelaar", broker=app.config["SETTINGS"].celery_broker_url)
    carrier.conf.update(
        task_ignore_result=True,
        task_routes={LETTERS: {"queue": LETTERS}, TIDYING: {"queue": LETTERS}, RUNS: {"queue": RUNS}},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": ANSWER_WITHIN, "socket_timeout": ANSWER_WITHIN * 10},
        beat_schedule={
            # A call that nobody could answer in time is worth nothing: the next one asks the same.
            name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
            for name, seconds in ((LETTERS, EVERY), (RUNS, EVERY), (TIDYING, worker.TIDY_EVERY))
        },
    )

    def task(name, work):
        @carrier.task(name=name)
        def answer():
            try:
                work()
            except Exception:
                # Celery would write the text of the exception, in which may stand what people typed. We try again.
                log.exception("worker_trouble", work=name)
            finally:
                db.close_session()

    def deliver_all():
        while worker.deliver_once(app)["claimed"]:
            pass

    task(LETTERS, deliver_all)
    task(RUNS, jobs.take_up_runs)
    task(TIDYING, lambda: jobs.tidy(app.config["SETTINGS"].erasure_list))
    signals.worker_process_init.connect(lambda **_more: _connect_anew(app), weak=False)
    return carrier


def _connect_anew(app):
    """A process that was split off must not share connections with its parent."""
    db.bind(db.make_engine(app.config["SETTINGS"].database_url))


def install(app):
    """Call whenever a transaction of this process leaves letters or runs to do. Gives back what stops that again."""
    app.extensions["carrier"] = make_carrier(app)
    caller = Caller(app.config["SETTINGS"].celery_broker_url)

    def call(session):
        if not session.in_nested_transaction():  # a savepoint is no commit
            caller.call(session.info.pop("calls", ()))

    def forget_calls(session, previous):
        if not previous.nested:
            session.info.pop("calls", None)

    listeners = (("after_flush", _see_what_is_left), ("after_commit", call), ("after_soft_rollback", forget_calls))
    for name, listener in listeners:
        event.listen(Session, name, listener)

    def forget():
        for name, listener in listeners:
            event.remove(Session, name, listener)

    return forget


def _see_what_is_left(session, _context):
    for record in (*session.new, *session.dirty):
        if (call := CALLS.get(type(record))) is not None:
            session.info.setdefault("calls", set()).add(call)


class Caller:
    """Roeper: makes calls, and keeps silent for a while when nobody carries them."""

    def __init__(self, broker_url):
        self._carrier = Celery("calls", broker=broker_url)
        # A page may wait for a second at most, and then only once in a while; a worker has the time.
        self._carrier.conf.update(
            broker_connection_timeout=ANSWER_WITHIN,
            broker_transport_options={
                "max_retries": 0,
                "socket_connect_timeout": ANSWER_WITHIN,
                "socket_timeout": ANSWER_WITHIN,
            },
        )
        self._silent_until = 0.0

    def call(self, names):
        """Call for each kind of work; a broker that is away is no trouble of the page that was saved."""
        for name in sorted(names):
            if monotonic() < self._silent_until:
                return
            try:
                self._carrier.send_task(name, queue=name, expires=EVERY * 12, retry=False, ignore_result=True)
            except (OperationalError, OSError) as away:
                self._silent_until = monotonic() + MUTE
                log.warning("broker_away", kind=type(away).__name__, process=os.getpid())
