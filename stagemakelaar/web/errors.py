"""What the browser gets when something is refused, overtaken, away or broken: a sentence, and never a false "saved"."""

import structlog
from flask import Response, g, render_template, request
from flask_babel import get_locale, gettext
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from stagemakelaar import db, silence
from stagemakelaar.errors import Busy, DomainError, NotFound, TooOften

log = structlog.get_logger()

LOST_RACE = (StaleDataError, IntegrityError)  # two people, one moment: the database let one of them win
# Away, silent, full, read-only (a standby, or a file), or all its connections taken.
STORAGE_TROUBLE = (OperationalError, InterfaceError, InternalError, NoConnectionLeft)
RETRY_AFTER = 5
OWN_PAGES = {400, 403, 404, 409, 413, 422, 429, 500, 503}


def install(app):
    """Turn every way of failing into a page with the right status."""
    app.teardown_appcontext(_leave)
    app.register_error_handler(NotFound, lambda _error: show(404))
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(TooOften, _too_often)
    app.register_error_handler(Busy, _busy)
    for kind in LOST_RACE:
        app.register_error_handler(kind, _overtaken)
    app.register_error_handler(DataError, lambda _error: show(400))  # an address with signs that no database keeps
    app.before_request(lambda: silence.patience.set(silence.PAGE) and None)
    for trouble in STORAGE_TROUBLE:
        app.register_error_handler(trouble, _database_trouble)
    app.register_error_handler(DatabaseError, _perhaps_damaged)
    app.register_error_handler(SecurityError, _another_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def show(status, **context):
    """The error page of a status; the frame of the page stands even when nothing else does."""
    if status != 503:
        db.look_again()
    g.is_in_trouble = status >= 500
    template = status if status in OWN_PAGES else 500 if status >= 500 else 400
    return render_template(f"errors/{template}.html", **{"back_url": g.get("way_on")} | context), status


def _refused(refusal):
    from stagemakelaar.web.forms import say

    return show(409, message=say(refusal))


def _too_often(refusal):
    seconds = refusal.values["seconds"]
    page, status = show(429, seconds=seconds)
    return page, status, {"Retry-After": str(seconds)}


def _busy(_refusal):
    page, status = show(503)
    return page, status, {"Retry-After": str(RETRY_AFTER)}


def _overtaken(error):
    log.info("overtaken", route=request.endpoint, kind=type(error).__name__)
    return show(409)


def is_lost_race(error):
    """Whether the database refused because someone else was first, and not because something is wrong with it."""
    if isinstance(error, LOST_RACE):
        return True
    text = str(getattr(error, "orig", ""))
    return "locked" in text or "deadlock" in text or "serialize" in text


def _database_trouble(error):
    if is_lost_race(error):
        return _overtaken(error)
    log.error("database_trouble", route=request.endpoint, kind=type(getattr(error, "orig", error)).__name__)
    return Response(
        _plain_unavailable(),
        status=503,
        headers={"Retry-After": str(RETRY_AFTER)},
        content_type="text/html; charset=utf-8",
    )


def _perhaps_damaged(error):
    """A file that is no database any more has no kind of its own; what has one is a mistake of ours."""
    return _database_trouble(error) if type(error) is DatabaseError else _broken(error)


def _leave(_error):
    db.close_session()
    silence.patience.set(silence.OTHERS)


def _plain_unavailable():
    """A page that needs no database: the frame asks who is signed in, and nobody can answer that now."""
    g.is_in_trouble = g.has_no_database = True
    try:
        return render_template("errors/503.html", who=None, menu=[], sign_out_form=None)
    except Exception:  # noqa: BLE001 - the last page must always come
        return "<!doctype html><title>503</title><p>Stagemakelaar is even niet bereikbaar. Probeer het zo nog eens.</p>"


def _http(error):
    if error.code is not None and error.code < 400:
        return error
    page, status = show(error.code or 500)
    headers = {"Retry-After": str(RETRY_AFTER)} if status in {429, 503} else {}
    if status == 405 and error.valid_methods:
        headers["Allow"] = ", ".join(error.valid_methods)
    return page, status, headers


def _another_host(_error):
    """The request names a host that is not ours: nothing can be linked to, so this page has no frame."""
    title = gettext("We begrijpen dit verzoek niet")
    start = f'<!doctype html><html lang="{get_locale() or "nl"}"><meta charset="utf-8">'
    page = f"{start}<title>{title}</title><h1>{title}</h1>"
    return Response(page, status=400, content_type="text/html; charset=utf-8")


def _broken(error):
    log.exception(  # noqa: LOG004 - Flask calls this inside its own handler
        "broken", route=request.endpoint, kind=type(error).__name__
    )
    return show(500, reference=g.get("reference"))
