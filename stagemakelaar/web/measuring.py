"""Each request measured and told: by the name of the route, never by its path, which may hold a token.

Every request gets a reference: all its lines in the log bear it, and the page of a failure shows it.

Several processes of gunicorn answer, and whoever asks for the figures reaches one of them: with
PROMETHEUS_MULTIPROC_DIR set (deploy/gunicorn.conf.py does so) they share theirs in files of that folder.
"""

import os
import secrets
from time import perf_counter

import prometheus_client
import structlog
from flask import g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

log = structlog.get_logger()
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
OF_MACHINES = {"health", "metrics"}  # asked every few seconds: told only when something is wrong
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"}  # a client may send any word
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
    g.reference = secrets.token_hex(4)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(reference=g.reference)


def _end(response):
    seconds = perf_counter() - g.began
    SECONDS.labels(request.endpoint or "none").observe(seconds)
    if response.status_code >= 400:
        REFUSALS.labels(REASONS.get(response.status_code, "other")).inc()
    if response.status_code >= 400 or request.blueprint not in OF_MACHINES:
        log.info(
            "request",
            route=request.endpoint,
            method=request.method if request.method in METHODS else "other",
            status=response.status_code,
            ms=round(seconds * 1000),
            client=request.remote_addr,
            **g.get("signed_in", {}),
        )
    return response
