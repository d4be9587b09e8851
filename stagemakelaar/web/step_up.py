"""Show again who you are, before what matters most: another address or app, one's own file, long lists."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from stagemakelaar import audit
from stagemakelaar.db import transaction
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.signing_in import factors, limits, sessions
from stagemakelaar.people.signing_in.models import new_secret
from stagemakelaar.web import carried, known_browsers, signed_in
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, pressed, required
from stagemakelaar.web.own_paths import own_path, page_before

pages = Blueprint("step_up", __name__)


class AgainForm(BaseForm):
    """A code; which kind depends on how someone signs in. Its name is one that `carried` never keeps."""

    one_time_code = Text(
        lazy_gettext("Code"),
        validators=[required(lazy_gettext("Vul de code in."))],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )


@pages.get("/account/bevestigen")
@allow(Permission.OWN_ACCOUNT)
def show():
    """Ask for a code."""
    if signed_in.is_confirmed():
        return redirect(carried.way_on(request.args.get("next"), actor()))
    return _page(AgainForm())


@pages.post("/account/bevestigen/mail")
@allow(Permission.OWN_ACCOUNT)
def mail():
    """Promise a code by mail to who signs in by mail."""
    user = actor()
    here = url_for("step_up.show", next=own_path(request.args.get("next")))
    if user.is_staff or not pressed(request.form):
        return redirect(here, 303)
    browser = cookie.setdefault("browser", new_secret())
    with transaction() as session:
        limits.take(session, link_mailbox=known_browsers.subject_of(user.email))
        factors.mail_code(session, user, browser=browser)
    flash(_("De code gaat per mail naar %(email)s. Hij werkt tien minuten.", email=user.email), "success")
    return redirect(here, 303)


@pages.post("/account/bevestigen")
@allow(Permission.OWN_ACCOUNT)
def check():
    """Go on, with the session under a new name, when the code is right and was never used."""
    form, user = AgainForm(request.form), actor()
    if signed_in.is_confirmed():  # sent twice: the same code a second time is no mistake
        return redirect(carried.way_on(request.args.get("next"), user), 303)
    if not form.validate():
        return _page(form), 422
    with transaction() as session:
        taken = limits.take(session, code_account=user.id)
        token = None
        if factors.shows_again(session, user, form.one_time_code.data, browser=cookie.get("browser")):
            limits.forgive(session, taken)
            token = sessions.confirm(session, signed_in.token())
        else:
            audit.record(session, "session.confirm_refused", user, by=user, result="refused")
    if token is None:
        form.one_time_code.errors = [_("Deze code klopt niet of is al gebruikt.")]
        return _page(form), 422
    signed_in.go_on_as(token)
    return redirect(carried.way_on(request.args.get("next"), user), 303)


def _page(form):
    return render_template(
        "account/confirm.html",
        form=form,
        is_staff=actor().is_staff,
        next=own_path(request.args.get("next")),
        back=page_before(request.args.get("next")) or url_for("account.index"),
        button_form=ButtonForm(),
    )
