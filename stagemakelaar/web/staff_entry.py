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
from stagemakelaar.errors import N_, Busy, DomainError, Overtaken
from stagemakelaar.people.models import User
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import invitations, limits, open_session, passwords, recovery, totp
from stagemakelaar.reference import formats
from stagemakelaar.web import browsers, carried, known_browsers, signed_in
from stagemakelaar.web.access import public
from stagemakelaar.web.forms import BaseForm, Text, new_password, required
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
    refusal = lazy_gettext("Deze code klopt niet of is al gebruikt. Typ de code die de app nu laat zien.")


class RecoveryForm(BaseForm):
    """A code that was kept for the day on which the authenticator is lost."""

    code = Text(
        lazy_gettext("Herstelcode"),
        validators=[required(lazy_gettext("Vul een van uw herstelcodes in."))],
        description=lazy_gettext("26 letters en cijfers. Hoofdletters en spaties maken niet uit."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    refusal = lazy_gettext("Deze herstelcode klopt niet of is al gebruikt. Kijk hem na, of neem een andere.")


class AcceptForm(BaseForm):
    """What finishes an account: a name, a password, and a code that shows that the app works."""

    name = Text(
        lazy_gettext("Uw naam"),
        clean=formats.clean_name,
        validators=[required(lazy_gettext("Vul uw naam in, zoals collega’s en studenten u kennen."))],
        render_kw={"autocomplete": "name"},
    )
    password = new_password()
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
    email = folded(form.email.data)
    with transaction() as session:
        taken = limits.take(
            session,
            password_account=known_browsers.subject_of(email),
            password_address=request.remote_addr or "unknown",
            password_total="everyone",  # noqa: S106 - what is counted, not a password
        )
    user = user_with(current_session(), email)
    usable = user is not None and user.is_staff and user.is_active
    password_hash = user.password_hash if usable else None
    if not fits(password_hash, form.password.data, taken):
        with transaction() as session:
            # Looked up once more also where there is none: one question less would tell who has an account.
            audit.record(session, "sign_in.refused", user_with(session, email), by=None, result="refused")
        form.password.errors = [_("Het e-mailadres of het wachtwoord klopt niet.")]
        return render_template("signing_in/staff.html", form=form), 422
    fresh_hash = passwords.renewed(password_hash, form.password.data)
    with transaction() as session:
        limits.forgive(session, taken)
        user = session.get(User, user.id, populate_existing=True)
        if user.password_hash != password_hash:  # changed while we were looking at it
            raise Overtaken(N_("Het wachtwoord is net veranderd. Log opnieuw in."))
        user.password_hash = fresh_hash
        token = open_session(session, user, complete=False, instead_of=signed_in.token(), browser=browsers.kind())
    signed_in.let_in(token)
    cookie["next"] = own_path(form.next.data)
    return redirect(url_for("staff_entry.code"), 303)


def fits(password_hash, password, taken):
    """Whether a password fits; when there is no room to look, the try does not count."""
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
    return _second_step(half.user, FactorForm(request.form), "staff_code", totp.spend_code)


@pages.get("/inloggen/medewerker/herstelcode")
@public
def recovery_code():
    """Ask for a recovery code, of who has no authenticator at hand."""
    if signed_in.half_signed_in() is None:
        return redirect(url_for("staff_entry.start"))
    return render_template("signing_in/staff_recovery.html", form=RecoveryForm())


@pages.post("/inloggen/medewerker/herstelcode")
@public
def check_recovery_code():
    """Open the session when the recovery code is one of this account that was not used before."""
    half = signed_in.half_signed_in()
    if half is None:
        flash(_("Dat duurde te lang. Log opnieuw in."), "info")
        return redirect(url_for("staff_entry.start"), 303)
    return _second_step(half.user, RecoveryForm(request.form), "staff_recovery", recovery.spend)


def _second_step(user, form, page, spends):
    """Open the session, under a new name, when what was typed is right and was never used."""
    if not form.validate():
        return render_template(f"signing_in/{page}.html", form=form), 422
    with transaction() as session:
        taken = limits.take(session, code_account=user.id)
        token = None
        if spends(session, user, form.code.data):
            limits.forgive(session, taken)
            token = known_browsers.open_for(session, user)
        else:
            audit.record(session, "sign_in.code_refused", user, by=None, result="refused")
    if token is None:
        form.code.errors = [form.refusal]
        return render_template(f"signing_in/{page}.html", form=form), 422
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
        passwords.refuse_weak(form.password.data, email=link.user.email, name=form.name.data)
        password_hash = passwords.hash_password(form.password.data)
        with transaction() as session:
            codes = invitations.accept(
                session, link, name=form.name.data, password_hash=password_hash, code=form.code.data
            )
    except Busy:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _invitation_page(form, link.user), 422
    return codes_page(codes, _("Uw account is klaar"), _("Inloggen"), url_for("staff_entry.start"))


def codes_page(codes, title, then, address):
    """The only page that ever shows recovery codes; it is the answer to the form, so that they are kept nowhere."""
    codes = [recovery.in_groups(code) for code in codes]
    return render_template("signing_in/recovery_codes.html", codes=codes, title=title, then=then, address=address)


def _invitation_page(form, user):
    shown = enrolment(user, user.totp_secret)
    return render_template("signing_in/invitation.html", form=form, email=user.email, **shown)


def enrolment(user, secret):
    """What a page needs to let someone set up an authenticator: the secret, as text and as a drawing."""
    drawing = segno.make(totp.address_of(user, secret), error="m")
    return {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        # Drawn by us from an address of our own making, so it may stand in the page as it is.
        "drawing": Markup(drawing.svg_inline(border=4, light="white", omitsize=True)),  # noqa: S704
    }


def folded(typed):
    """The address as it is stored; what cannot be one belongs to nobody and is refused like any other."""
    try:
        return formats.clean_email(typed)
    except DomainError:
        return ""
