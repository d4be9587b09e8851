"""The accounts of staff, for the administrator: invite, disable, enable. No student files."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from stagemakelaar import audit
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.labels import label
from stagemakelaar.people import closing, staff_rights
from stagemakelaar.people.models import STAFF, Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import programmes, staff_accounts, user_with
from stagemakelaar.people.signing_in import links, notices
from stagemakelaar.people.signing_in.sessions import end_sessions_of
from stagemakelaar.reference import formats
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.fields import OneOf, Pick
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, required
from stagemakelaar.web.paging import rows_of

pages = Blueprint("accounts", __name__)


def note_reading_of_staff(page):
    """Note in the trail that this user reads a list of the staff; before the page looks anything up."""
    with transaction() as session:
        audit.record(session, "staff.read", by=actor(), page=page)


def invite_form(sent=None):
    """The form that invites a colleague."""
    offered = programmes(current_session())

    class InviteForm(BaseForm):
        name = Text(
            lazy_gettext("Naam"),
            clean=formats.clean_name,
            validators=[required(lazy_gettext("Vul de naam van uw collega in."))],
        )
        email = Text(
            lazy_gettext("E-mailadres"),
            clean=formats.clean_email,
            validators=[required(lazy_gettext("Vul het e-mailadres van uw collega in."))],
            render_kw={"type": "email", "inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
        )
        role = OneOf(
            lazy_gettext("Rol"),
            among=[(role.value, label(role)) for role in Role if role in STAFF],
            validators=[required(lazy_gettext("Kies wat uw collega hier gaat doen."))],
        )
        programme = Pick(
            lazy_gettext("Programma"),
            among=[(programme.slug, programme.name) for programme in offered],
            description=lazy_gettext("Alleen voor een stagemakelaar of een coördinator."),
        )

    return InviteForm(sent), {programme.slug: programme for programme in offered}


@pages.get("/accounts")
@allow(Permission.MANAGE_ACCOUNTS)
def index():
    """All accounts of staff."""
    note_reading_of_staff("accounts")
    rows = rows_of(current_session(), staff_accounts())
    few = closing.count_able(current_session()) <= closing.LEAST + 1
    return render_template("accounts/index.html", rows=rows, few=few, button_form=ButtonForm(), me=actor())


@pages.get("/accounts/uitnodigen")
@allow(Permission.MANAGE_ACCOUNTS)
def invite():
    """Whom to invite."""
    form, _programmes = invite_form()
    return render_template("accounts/invite.html", form=form)


@pages.post("/accounts/uitnodigen")
@allow(Permission.MANAGE_ACCOUNTS)
def send_invitation():
    """Make the account and promise the letter with the link."""
    form, offered = invite_form(request.form)
    if not form.validate():
        return render_template("accounts/invite.html", form=form), 422
    try:
        with transaction() as session:
            waits = staff_rights.invite(
                session,
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
                programme=offered.get(form.programme.data),
                by=actor(),
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return render_template("accounts/invite.html", form=form), 422
    if waits is not None:
        flash(
            _("Gevraagd. Een beheerder erbij: dat staat een tweede beheerder toe. Dan gaat de uitnodiging weg."),
            "success",
        )
        return redirect(url_for("staff_rights.index"), 303)
    flash(_("De uitnodiging gaat per mail naar uw collega. De link werkt een uur."), "success")
    return redirect(url_for("accounts.index"), 303)


@pages.post("/accounts/<int:user_id>/uitschakelen")
@allow(Permission.MANAGE_ACCOUNTS)
def disable(user_id):
    """Close an account at once; for a week where too few administrators would be left."""
    if not _pressed():
        return redirect(url_for("accounts.index"), 303)
    with transaction() as session:
        stopped = closing.close(session, user_id, by=actor())
    if stopped is not None:
        flash(
            _(
                "Uitgeschakeld voor een week. Nu bent u de enige beheerder: een tweede moet dit bevestigen, of wie de"
                " server beheert. Anders werkt het account daarna weer, met een nieuw wachtwoord."
            ),
            "success",
        )
        return redirect(url_for("staff_rights.index"), 303)
    flash(_("Het account is uitgeschakeld. Wie ermee werkte, is uitgelogd."), "success")
    return redirect(url_for("accounts.index"), 303)


@pages.post("/accounts/<int:user_id>/inschakelen")
@allow(Permission.MANAGE_ACCOUNTS)
def enable(user_id):
    """Open an account again; that of an administrator waits for a second one."""
    if not _pressed():
        return redirect(url_for("accounts.index"), 303)
    with transaction() as session:
        waits = staff_rights.enable(session, user_id, by=actor())
    if waits is not None:
        flash(_("Gevraagd. Een tweede beheerder kan het nu toestaan."), "success")
        return redirect(url_for("staff_rights.index"), 303)
    flash(_("Het account werkt weer."), "success")
    return redirect(url_for("accounts.index"), 303)


def _pressed():
    if ButtonForm(request.form).validate():
        return True
    flash(_("Deze pagina stond te lang open. Probeer het opnieuw."), "error")
    return False


# --- signing somebody out ------------------------------------------------------------------------------------------


class SignOutForm(BaseForm):
    """Whose sessions end: anyone's, known by their address."""

    email = Text(
        lazy_gettext("E-mailadres van het account"),
        clean=formats.clean_email,
        validators=[required(lazy_gettext("Vul het e-mailadres in."))],
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    )


@pages.get("/accounts/uitloggen")
@allow(Permission.MANAGE_ACCOUNTS)
@confirmed_lately
def sign_out():
    """Whom to sign out everywhere."""
    return render_template("accounts/sign_out.html", form=SignOutForm())


@pages.post("/accounts/uitloggen")
@allow(Permission.MANAGE_ACCOUNTS)
@confirmed_lately
def end_sessions():
    """End all sessions of an account, whoever's it is (ASVS 7.4.5). The answer does not say whether there is one."""
    form = SignOutForm(request.form)
    if not form.validate():
        return render_template("accounts/sign_out.html", form=form), 422
    if form.email.data == actor().email:
        form.email.errors = [_("Dit is uw eigen adres. Uitloggen doet u bij Account.")]
        return render_template("accounts/sign_out.html", form=form), 422
    with transaction() as session:
        user = user_with(session, form.email.data)
        if user is None:
            audit.record(session, "sessions.ended", by=actor(), result="refused")
        else:
            end_sessions_of(session, user, by=actor())
            links.lapse(session, user)
            links.lapse_address(session, user.email)  # who asked for a letter to sign in is not known to it by number
            notices.tell(session, user, notices.What.SIGNED_OUT)
    flash(_("Als er een account is met dit adres, is het overal uitgelogd. Die persoon krijgt een mail."), "success")
    return redirect(url_for("accounts.sign_out"), 303)
