"""Colleagues who lost their app: ask for a new start, or grant what another colleague asked."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import names_of
from stagemakelaar.people.signing_in import factor_resets
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.forms import ButtonForm, pressed
from stagemakelaar.web.paging import rows_of

pages = Blueprint("factor_resets", __name__)


@pages.get("/accounts/app")
@allow(Permission.RESET_FACTORS)
@confirmed_lately  # here as well, so that the button that follows is not interrupted
def index():
    """The colleagues whom this one may help, and what was asked."""
    session, me = current_session(), actor()
    rows = rows_of(session, factor_resets.within_reach(me))
    waiting = factor_resets.waiting(session, rows.items)
    return render_template(
        "accounts/factor_resets.html",
        rows=rows,
        waiting=waiting,
        names=names_of(session, {one.asked_by_id for one in waiting.values()}),
        me=me,
        button_form=ButtonForm(),
    )


@pages.post("/accounts/app/<int:user_id>/vragen")
@allow(Permission.RESET_FACTORS)
@confirmed_lately
def ask(user_id):
    """Ask; a second colleague has to grant it."""
    return _act(user_id, factor_resets.ask, lazy_gettext("Gevraagd. Een tweede collega kan het nu toestaan."))


@pages.post("/accounts/app/<int:user_id>/toestaan")
@allow(Permission.RESET_FACTORS)
@confirmed_lately
def grant(user_id):
    """Grant what another colleague asked."""
    return _act(
        user_id,
        factor_resets.grant,
        lazy_gettext("Toegestaan. Uw collega is uitgelogd en krijgt een mail met een link."),
    )


def _act(user_id, action, done):
    if pressed(request.form):
        with transaction() as session:
            action(session, user_id, by=actor())
        flash(str(done), "success")
    return redirect(url_for("factor_resets.index"), 303)
