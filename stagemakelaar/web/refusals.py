"""Whoever is refused is noted in the trail: at a page for others, at another's record, and at one that nobody has.

Only of who is signed in: a stranger who could make the trail grow with every request would own the disk. And so many
an hour of one account: after that only the log tells, since a line of the trail stays for ever.
"""

import structlog
from flask import current_app, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from stagemakelaar import audit
from stagemakelaar.db import transaction
from stagemakelaar.errors import TooOften
from stagemakelaar.people.signing_in import limits
from stagemakelaar.web.access import PUBLIC, actor

log = structlog.get_logger()

REFUSED = "page.refused"
STATUSES = {403, 404}


def install(app):
    """Look at every answer, when all that went before it has been taken back."""
    app.after_request(_note)


def _note(response):
    view = current_app.view_functions.get(request.endpoint or "")
    if response.status_code not in STATUSES or getattr(view, "access", PUBLIC) is PUBLIC:
        return response
    if not current_user.is_authenticated:
        return response
    asked = {name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)}
    try:
        with transaction() as session:
            limits.take(session, refused_account=current_user.id)
            audit.record(
                session,
                REFUSED,
                by=actor(),
                result="refused",
                page=request.endpoint,
                method=request.method,
                status=response.status_code,
                **asked,
            )
    except TooOften:
        log.warning("refusal_not_noted", account=current_user.id, page=request.endpoint, status=response.status_code)
    except SQLAlchemyError as trouble:
        log.warning("refusal_not_written", kind=type(trouble).__name__)
    return response
