"""Is the service alive, and can it do its work? For machines; no version, no counts, nothing personal."""

from flask import Blueprint, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from stagemakelaar import db, monitoring, outbox, schema
from stagemakelaar.rights.listed import BadList, Watch
from stagemakelaar.web.access import public

pages = Blueprint("health", __name__)

watch = Watch()


@pages.get("/gezondheid/leeft")
@public
def alive():
    """The process answers; touches no database."""
    return jsonify(status="alive")


@pages.get("/gezondheid/klaar")
@public
def ready():
    """Whether pages can be served, and what lags behind."""
    wrong, lagging = [], []
    session = db.current_session()
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        wrong.append("database")
    else:
        if schema.current(session) != schema.newest():
            wrong.append("schema")
        elif schema.is_incomplete(session):
            wrong.append("incomplete")
        elif (listed := _erasures(session)) is not None:
            (wrong if listed == "not_ready" else lagging).append("erasures")
        if not wrong and outbox.oldest_due_seconds(session) > monitoring.LAG:
            lagging.append("outbox")
    if monitoring.disk_is_nearly_full(current_app.config["SETTINGS"].instance):
        lagging.append("disk")
    if wrong:
        return jsonify(status="not_ready", reasons=wrong), 503
    if lagging:
        return jsonify(status="degraded", reasons=lagging)
    return jsonify(status="ready")


def _erasures(session):
    """ "not_ready" while somebody of the list stands here unerased; "degraded" when the list misses somebody."""
    path = current_app.config["SETTINGS"].erasure_list
    if path is None:
        return None
    try:
        left, misses = watch.look(session, path)
    except (BadList, OSError):
        return "not_ready"
    return "not_ready" if left else "degraded" if misses else None
