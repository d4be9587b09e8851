"""After signing in again: the form that was being sent when the session ended."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from stagemakelaar.db import transaction
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.signing_in import sessions
from stagemakelaar.web import carried, signed_in
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.own_paths import own_path

pages = Blueprint("carry_on", __name__)

DROP = "_weglaten"  # the name of the button; no form of ours has a field of that name


@pages.get("/inloggen/verder")
@allow(Permission.OWN_ACCOUNT)
def show():
    """Say that what was typed is still there, and offer to send it."""
    waiting = carried.here()
    if waiting is None:
        return redirect(_next())
    return render_template("signing_in/carry_on.html", form=ButtonForm(), values=waiting["values"], drop=DROP)


@pages.post("/inloggen/verder")
@allow(Permission.OWN_ACCOUNT)
def send():
    """Send it on to where it was going, which checks it as any other; or forget it."""
    waiting = carried.here()
    if waiting is None or not ButtonForm(request.form).validate():
        return redirect(_next(), 303)
    with transaction() as session:
        sessions.drop_carried(session, signed_in.token())
    if DROP in request.form:
        flash(_("Er is niets verstuurd."), "info")
        return redirect(_next(), 303)
    return redirect(waiting["path"], 307)  # the browser sends the same form again, to that address


def _next():
    return own_path(request.args.get("next")) or home_of(actor())
