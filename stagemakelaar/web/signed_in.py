"""Who is signed in: the session lives on the server, and the cookie only names it."""

import hashlib

import structlog
from flask import g, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user
from sqlalchemy.exc import SQLAlchemyError

from stagemakelaar import audit
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.signing_in import sessions

log = structlog.get_logger()

NAME = "who"  # the key in the cookie under which the secret of the session stands
KEPT = ("language",)  # what outlives signing in and out


class SignedCookie(SecureCookieSessionInterface):
    """Ondertekend koekje: signed as Flask does it, with a hash that is still advised (ASVS 11.4.1)."""

    digest_method = staticmethod(hashlib.sha256)


def cookie_of(_user, token):
    """What the cookie of a signed-in browser holds."""
    return {NAME: token}


def let_in(token):
    """Give the browser a cookie of its own: nothing but the language of the old one remains."""
    _begin_anew()
    cookie[NAME] = token


def go_on_as(token):
    """Give the session of this browser the new name that the server gave it."""
    cookie[NAME] = token


def session_id():
    """The number of the session of who is signed in here."""
    return g.user_session_id


def is_confirmed():
    """Whether who is signed in here showed who they are not long ago."""
    return g.is_confirmed


def let_out():
    """Take everything from the cookie."""
    _begin_anew()


def token():
    """The secret of this browser's session, or None."""
    return cookie.get(NAME)


def half_signed_in():
    """The session between the password and the code, or None."""
    found = sessions.session_of(current_session(), token()) if token() else None
    return found if found is not None and not found.is_complete else None


def install(app):
    """Let Flask-Login ask us who belongs to a request, and note where each request comes from."""
    app.session_interface = SignedCookie()
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)
    manager.request_loader(_load)
    app.before_request(_begin)


def _begin():
    audit.origin.set(audit.network_of(request.remote_addr))
    if not request.path.startswith("/gezondheid/"):
        # Asked now, before a page has loaded anything: writing "last seen" ends what was being read.
        _ = current_user.is_authenticated


def _load(_request):
    if token() is None:
        return None
    found = sessions.session_of(current_session(), token())
    if found is None or not found.is_complete:
        return None
    if sessions.is_due(found):
        _note_seen(found.id)
    g.user_session_id = found.id
    g.signed_in = {"user": found.user.id, "role": found.user.role.value}
    g.is_confirmed = sessions.is_confirmed(found)
    return found.user


def _note_seen(session_id):
    try:
        with transaction() as session:
            sessions.note_seen(session, session_id)
    except SQLAlchemyError as trouble:
        # Reading goes on when nothing can be written; the session ends a minute earlier, that is all.
        log.warning("last_seen_not_written", kind=type(trouble).__name__)


def _begin_anew():
    kept = {name: cookie[name] for name in KEPT if name in cookie}
    cookie.clear()
    cookie.update(kept)
