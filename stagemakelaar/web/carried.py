"""What was typed in a form that met the end of a session waits on the server until its owner is back."""

import structlog
from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.signing_in import sessions
from stagemakelaar.web import signed_in
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.own_paths import own_path, page_of_file

log = structlog.get_logger()

MOST = 50_000  # characters, names included
NEVER = {"csrf_token", "one_time_code"}
OF_A_CODE = {"account.replace_app"}  # where `code` is one of an app; elsewhere it is that of a course


def keep():
    """Keep the form of this request with the session that has just ended, if there was one; secrets are left out."""
    token = signed_in.token()
    values = [[name, value] for name, value in request.form.items(multi=True) if _is_kept(name)]
    if token is None or not values or sum(len(name) + len(value) for name, value in values) > MOST:
        return
    try:
        with transaction() as session:
            sessions.carry(session, token, path=request.full_path.rstrip("?"), values=values)
    except SQLAlchemyError as trouble:
        log.warning("form_not_carried", kind=type(trouble).__name__)


def here():
    """The form that waits for who is signed in: {path, values}, or None."""
    found = sessions.session_of(current_session(), signed_in.token())
    return found.carried if found is not None else None


def way_on(asked, user):
    """Where to go after signing in: to the form that waits, else to the page that was asked for, else home."""
    if here() is not None:
        return url_for("carry_on.show", next=own_path(asked))
    path = own_path(asked)
    page = page_of_file(path)
    if page is not None and user.is_staff:
        flash(_("U kunt nu downloaden."), "success")
    return page or path or home_of(user)


def _is_kept(name):
    if name == "code" and request.endpoint in OF_A_CODE:
        return False
    return name not in NEVER and "password" not in name
