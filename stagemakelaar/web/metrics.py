"""Figures for who watches the service, as Prometheus reads them; closed without the token of the settings."""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from stagemakelaar import monitoring, outbox
from stagemakelaar.db import current_session
from stagemakelaar.web import measuring
from stagemakelaar.web.access import public

pages = Blueprint("metrics", __name__)

ABOUT_RUNS = (
    ("run_oldest_seconds", "Seconds that the oldest run that was asked for waits to be taken up.", "oldest_seconds"),
    ("run_longest_wait_seconds", "The longest that a run of the last day waited.", "longest_wait"),
    ("run_longest_seconds", "The longest that a run of the last day took.", "longest_computing"),
)


@pages.get("/metrics")
@public
def show():
    """All figures; without the token there is nothing here."""
    wanted = current_app.config["SETTINGS"].metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if not wanted or kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        abort(404)
    return Response(generate_latest(measuring.figures()) + generate_latest(_Now()), content_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    """What the database says at this moment; a fixed number of statements, however many rows there are."""

    def collect(self):
        answers = GaugeMetricFamily("stagemakelaar_database_answers", "Whether the database answers: 1 or 0.")
        try:
            yield from list(_families(current_session()))
        except SQLAlchemyError:
            answers.add_metric([], 0)
        else:
            answers.add_metric([], 1)
        yield answers


def _families(session):
    letters, oldest = outbox.standing(session)
    yield _by_state("outbox_messages", "Letters by state.", letters)
    yield _one("outbox_oldest_seconds", "Seconds that the oldest due letter waits.", oldest)
    runs = monitoring.runs(session)
    yield _by_state("runs", "Computations by state.", runs.counts)
    for name, told, field in ABOUT_RUNS:
        yield _one(name, told, getattr(runs, field))
    yield _one("audit_entries", "Lines of the audit trail.", monitoring.lines_of_the_trail(session))


def _by_state(name, told, counts):
    family = GaugeMetricFamily(f"stagemakelaar_{name}", told, labels=["state"])
    for state, number in counts.items():
        family.add_metric([state.value], number)
    return family


def _one(name, told, value):
    return GaugeMetricFamily(f"stagemakelaar_{name}", told, value=value)
