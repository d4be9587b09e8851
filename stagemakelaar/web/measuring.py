"""Each request measured: how long it took and what was refused, by the name of the route and never by its path.

Several processes of gunicorn answer, and whoever asks for the figures reaches one of them: with
PROMETHEUS_MULTIPROC_DIR set (deploy/gunicorn.conf.py does so) they share theirs in files of that folder.
"""

import os
from time import perf_counter

import prometheus_client
from flask import g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

prometheus_client.disable_created_metrics()

OWN = CollectorRegistry()
SECONDS = Histogram(
    "stagemakelaar_request_seconds",
    "Seconds that answers took, by the name of the route.",
    ["route"],
    buckets=(0.05, 0.1, 0.3, 0.5, 1, 2.5, 5, 10, 30),
    registry=OWN,
)
REFUSALS = Counter(
    "stagemakelaar_refusals", "Answers that were refusals or failures, by their reason.", ["reason"], registry=OWN
)
REASONS = {
    400: "broken",
    403: "forbidden",
    404: "not_found",
    405: "method",
    409: "overtaken",
    413: "too_large",
    422: "mistake",
    429: "too_often",
    500: "our_fault",
    503: "not_now",
}


def install(app):
    """Measure every request of this application."""
    app.before_request(_begin)
    app.after_request(_end)


def figures():
    """A registry of the figures of all processes, to which whoever answers adds what the database says."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return OWN
    shared = CollectorRegistry()
    MultiProcessCollector(shared)
    return shared


def _begin():
    g.began = perf_counter()


def _end(response):
    SECONDS.labels(request.endpoint or "none").observe(perf_counter() - g.get("began", perf_counter()))
    if response.status_code >= 400:
        REFUSALS.labels(REASONS.get(response.status_code, "other")).inc()
    return response
