"""The entry of staff: a password, then a code. In between only the code page and signing out are open."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from markupsafe import Markup
from wtforms import HiddenField, PasswordField

from stagemakelaar import audit
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import Busy, DomainError
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import invitations, limits, open_session, passwords, totp
from stagemakelaar.reference import formats
from stagemakelaar.web import carried, known_browsers, signed_in
from stagemakelaar.web.access import public
from stagemakelaar.web.forms import BaseForm, Text, required
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.own_paths import own_path

pages = Blueprint("staff_entry", __name__)

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "7"}


class PasswordForm(BaseForm):
    """Address and password; the password is taken exactly as typed."""

    email = Text(
        lazy_gettext("E-mailadres"),
        clean=lambda typed: typed.strip(),
        validators=[required(lazy_gettext("Vul uw e-mailadres in."))],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        lazy_gettext("Wachtwoord"),
        validators=[required(lazy_gettext("Vul uw wachtwoord in."))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class FactorForm(BaseForm):
    """The code of the authenticator."""

    code = Text(
        lazy_gettext("Code"),
        validators=[required(lazy_gettext("Vul de code uit uw app in."))],
        description=lazy_gettext("Zes cijfers uit de app waarmee u codes maakt. Elke code werkt één keer."),
        render_kw=CODE,
    )


class AcceptForm(BaseForm):
    """What finishes an account: a name, a password, and a code that shows that the app works."""

    name = Text(
        lazy_gettext("Uw naam"),
        clean=formats.clean_name,
        validators=[required(lazy_gettext("Vul uw naam in, zoals collega’s en studenten u kennen."))],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        lazy_gettext("Nieuw wachtwoord"),
        validators=[required(lazy_gettext("Kies een wachtwoord."))],
        description=lazy_gettext("Minstens 12 tekens. Drie of vier losse woorden onthoudt u makkelijk."),
        render_kw={"autocomplete": "new-password"},
    )
    code = Text(
        lazy_gettext("Code uit de app"),
        validators=[required(lazy_gettext("Vul de code in die de app nu laat zien."))],
        render_kw=CODE,
    )


@pages.get("/inloggen/medewerker")
@public
def start():
    """Ask for address and password."""
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next")) or home_of(current_user))
    form = PasswordForm(next=own_path(request.args.get("next")) or "")
    return render_template("signing_in/staff.html", form=form)


@pages.post("/inloggen/medewerker")
@public
def check_password():
    """Go on to the code, or refuse in the one sentence that every failure gets, after the same work."""
    form = PasswordForm(request.form)
    if not form.validate():
        return render_template("signing_in/staff.html", form=form), 422
    email = _folded(form.email.data)
    with transaction() as session:
        taken = limits.take(
            session,
            password_account=known_browsers.subject_of(email),
            password_address=request.remote_addr or "unknown",
            password_total="everyone",  # noqa: S106 - what is counted, not a password
        )
    user = user_with(current_session(), email)
    usable = user is not None and user.is_staff and user.is_active
    if not _fits(user.password_hash if usable else None, form.password.data, taken):
        with transaction() as session:
            audit.record(session, "sign_in.refused", user, by=None, result="refused")
        form.password.errors = [_("Het e-mailadres of het wachtwoord klopt niet.")]
        return render_template("signing_in/staff.html", form=form), 422
    with transaction() as session:
        limits.forgive(session, taken)
        token = open_session(session, user, complete=False, instead_of=signed_in.token())
    signed_in.let_in(token)
    cookie["next"] = own_path(form.next.data)
    return redirect(url_for("staff_entry.code"), 303)


def _fits(password_hash, password, taken):
    try:
        return passwords.is_right(password_hash, password)
    except Busy:
        with transaction() as session:
            limits.forgive(session, taken)
        raise


@pages.get("/inloggen/medewerker/code")
@public
def code():
    """Ask for the code."""
    if signed_in.half_signed_in() is None:
        return redirect(url_for("staff_entry.start"))
    return render_template("signing_in/staff_code.html", form=FactorForm())


@pages.post("/inloggen/medewerker/code")
@public
def check_code():
    """Open the session, under a new name, when the code is right and was never used."""
    half = signed_in.half_signed_in()
    if half is None:
        flash(_("Dat duurde te lang. Log opnieuw in."), "info")
        return redirect(url_for("staff_entry.start"), 303)
    form = FactorForm(request.form)
    if not form.validate():
        return render_template("signing_in/staff_code.html", form=form), 422
    user = half.user
    with transaction() as session:
        taken = limits.take(session, code_account=user.id)
        token = None
        if totp.spend_code(session, user, form.code.data):
            limits.forgive(session, taken)
            token = open_session(session, user, instead_of=signed_in.token())
        else:
            audit.record(session, "sign_in.code_refused", user, by=None, result="refused")
    if token is None:
        form.code.errors = [_("Deze code klopt niet of is al gebruikt. Typ de code die de app nu laat zien.")]
        return render_template("signing_in/staff_code.html", form=form), 422
    asked = own_path(cookie.get("next"))
    signed_in.let_in(token)
    return known_browsers.remember(redirect(carried.way_on(asked, user), 303), user.email)


@pages.get("/inloggen/uitnodiging/<token>")
@public
def invitation(token):
    """Show what an invited colleague has to do; opening changes nothing."""
    link = invitations.invitation(current_session(), token)
    if link is None:
        return render_template("signing_in/invitation_gone.html"), 404
    return _invitation_page(AcceptForm(name=link.user.name), link.user)


@pages.post("/inloggen/uitnodiging/<token>")
@public
def accept(token):
    """Finish the account; signing in comes after, by the usual way."""
    form = AcceptForm(request.form)
    link = invitations.invitation(current_session(), token)
    if link is None:
        return render_template("signing_in/invitation_gone.html"), 404
    if not form.validate():
        return _invitation_page(form, link.user), 422
    try:
        passwords.refuse_weak(form.password.data, email=link.user.email)
        password_hash = passwords.hash_password(form.password.data)
        with transaction() as session:
            invitations.accept(session, link, name=form.name.data, password_hash=password_hash, code=form.code.data)
    except Busy:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _invitation_page(form, link.user), 422
    flash(_("Uw account is klaar. Log nu in, met de volgende code uit uw app."), "success")
    return redirect(url_for("staff_entry.start"), 303)


def _invitation_page(form, user):
    drawing = segno.make(totp.address_of(user), error="m")
    secret = " ".join(user.totp_secret[at : at + 4] for at in range(0, len(user.totp_secret), 4))
    return render_template(
        "signing_in/invitation.html",
        form=form,
        email=user.email,
        secret=secret,
        # Drawn by us from an address of our own making, so it may stand in the page as it is.
        drawing=Markup(drawing.svg_inline(border=4, light="white", omitsize=True)),  # noqa: S704
    )


def _folded(typed):
    """The address as it is stored; what cannot be one belongs to nobody and is refused like any other."""
    try:
        return formats.clean_email(typed)
    except DomainError:
        return ""
