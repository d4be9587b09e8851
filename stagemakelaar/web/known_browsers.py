"""Browsers that signed in before have tries of their own, so that a stranger's guessing cannot lock anyone out."""

import hashlib
import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from stagemakelaar.people.signing_in import limits, notices, open_session
from stagemakelaar.web import browsers, signed_in

MONTHS_SIX = 60 * 60 * 24 * 182


def subject_of(email):
    """What the tries on an address are counted under: apart for a browser in which that address signed in before."""
    return f"{email}|{_read()[1]}" if knows(email) else email


def count_letter(session, email):
    """Count a letter that is asked for to an address: under the mailbox, and under where the question comes from."""
    limits.take(session, link_mailbox=subject_of(email), link_address=request.remote_addr or "unknown")


def knows(email):
    """Whether this address signed in before in this browser."""
    known = _read()
    return bool(known) and secrets.compare_digest(known[0], _hashed(email))


def open_for(session, user):
    """Open the session of who showed who they are, and give back its secret.

    Its owner hears of a browser that we did not know; the first time that someone comes in, every browser is new.
    """
    kind, is_strange = browsers.kind(), user.signed_in_at is not None and not knows(user.email)
    token = open_session(session, user, instead_of=signed_in.token(), browser=kind)
    if is_strange:
        notices.tell(session, user, notices.What.NEW_BROWSER, browser=kind)
    return token


def remember(response, email):
    """Let this browser be known from now on."""
    settings = current_app.config["SETTINGS"]
    response.set_cookie(
        _name(),
        _signer().dumps([_hashed(email), secrets.token_hex(8)]),
        max_age=MONTHS_SIX,
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read():
    try:
        return _signer().loads(request.cookies.get(_name(), ""), max_age=MONTHS_SIX)
    except BadSignature:
        return None


def _name():
    return "__Host-known" if current_app.config["SETTINGS"].is_https else "known"


def _signer():
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="known browser", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _hashed(email):
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]
