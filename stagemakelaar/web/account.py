"""One's own account: where one is signed in, address, password, app and recovery codes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import PasswordField

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, Busy, DomainError
from stagemakelaar.people.models import User
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.signing_in import addresses, factors, limits, notices, passwords, recovery, resets, sessions
from stagemakelaar.places.actions import follow_address
from stagemakelaar.reference import formats
from stagemakelaar.web import known_browsers, signed_in
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, pressed, required
from stagemakelaar.web.passwords import NewPasswordForm
from stagemakelaar.web.staff_entry import FactorForm, codes_page, enrolment, fits

pages = Blueprint("account", __name__)


class AddressForm(BaseForm):
    """A new address."""

    email = Text(
        lazy_gettext("Nieuw e-mailadres"),
        clean=formats.clean_email,
        validators=[required(lazy_gettext("Vul het nieuwe e-mailadres in."))],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


class PasswordForm(NewPasswordForm):
    """The present password, and a new one."""

    current_password = PasswordField(
        lazy_gettext("Wachtwoord van nu"),
        validators=[required(lazy_gettext("Vul het wachtwoord van nu in."))],
        render_kw={"autocomplete": "current-password"},
    )


@pages.get("/account")
@allow(Permission.OWN_ACCOUNT)
def index():
    """What the account is, and every browser in which it is signed in."""
    session, user = current_session(), actor()
    return render_template(
        "account/index.html",
        user=user,
        sessions=sessions.sessions_of(session, user),
        mine=signed_in.session_id(),
        codes_left=recovery.left(session, user) if user.is_staff else None,
        button_form=ButtonForm(),
    )


@pages.post("/account/sessies/<int:session_id>/beeindigen")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def end_one(session_id):
    """Sign out one browser of one's own."""
    if pressed(request.form):
        with transaction() as session:
            sessions.end_one(session, actor(), session_id)
        flash(_("Die browser is uitgelogd."), "success")
    return redirect(url_for(".index"), 303)


@pages.post("/account/sessies/andere")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def end_others():
    """Sign out every browser but this one."""
    if pressed(request.form):
        with transaction() as session:
            sessions.end_sessions_of(session, actor(), but=signed_in.token(), by=actor())
        flash(_("Alle andere browsers zijn uitgelogd."), "success")
    return redirect(url_for(".index"), 303)


@pages.get("/account/e-mailadres")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def address():
    """Ask for another address."""
    return render_template("account/address.html", form=AddressForm(), email=actor().email)


@pages.post("/account/e-mailadres")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def ask_address():
    """Promise a letter to the new address; nothing changes before its link is used."""
    form, user = AddressForm(request.form), actor()
    if not form.validate():
        return render_template("account/address.html", form=form, email=user.email), 422
    try:
        with transaction() as session:
            known_browsers.count_letter(session, form.email.data)
            addresses.ask(session, user, email=form.email.data)
    except DomainError as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
        return render_template("account/address.html", form=form, email=user.email), 422
    flash(_("We hebben een mail gestuurd naar het nieuwe adres. Open de link in deze browser."), "success")
    return redirect(url_for(".index"), 303)


@pages.get("/account/e-mailadres/<token>")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def confirm_address(token):
    """Show the button; opening changes nothing, and only who asked can open it."""
    link = addresses.asked(current_session(), actor(), token)
    if link is None:
        return _gone()
    return render_template("account/confirm_address.html", form=ButtonForm(), old=actor().email, new=link.email)


@pages.post("/account/e-mailadres/<token>")
@allow(Permission.OWN_ACCOUNT)
@confirmed_lately
def change_address(token):
    """Give the account its new address."""
    link = addresses.asked(current_session(), actor(), token)
    if link is None:
        return _gone()
    if not pressed(request.form):
        return redirect(url_for(".confirm_address", token=token), 303)
    old = actor().email
    with transaction() as session:
        addresses.carry_out(session, link, token_kept=signed_in.token())
        follow_address(session, session.get_one(User, link.user_id), old=old)
    flash(_("Het e-mailadres is veranderd. Andere browsers zijn uitgelogd."), "success")
    return known_browsers.remember(redirect(url_for(".index"), 303), link.email)


def _gone():
    flash(_("Deze link werkt niet meer, of hoort bij een ander account."), "error")
    return redirect(url_for(".index"), 303)


@pages.get("/account/wachtwoord")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def password():
    """Ask for another password."""
    return render_template("account/password.html", form=PasswordForm())


@pages.post("/account/wachtwoord")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def change_password():
    """Write another password when the present one is right; wrong ones count as at the entry."""
    form, user = PasswordForm(request.form), actor()
    if not form.validate():
        return render_template("account/password.html", form=form), 422
    try:
        _check_password(user, form.current_password.data)
        passwords.refuse_weak(form.password.data, email=user.email, name=user.name)
        password_hash = passwords.hash_password(form.password.data)
    except Busy:
        raise
    except DomainError as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
        return render_template("account/password.html", form=form), 422
    with transaction() as session:
        user = actor()
        resets.replace_password(session, user, password_hash, by=user)
        sessions.end_sessions_of(session, user, but=signed_in.token())
        token = sessions.confirm(session, signed_in.token())
    signed_in.go_on_as(token)
    flash(_("Het wachtwoord is veranderd. Andere browsers zijn uitgelogd."), "success")
    return redirect(url_for(".index"), 303)


def _check_password(user, typed):
    with transaction() as session:
        taken = limits.take(session, password_account=known_browsers.subject_of(user.email))
    if not fits(user.password_hash, typed, taken):
        raise DomainError(N_("Dit is niet het wachtwoord van nu."), field="current_password")
    with transaction() as session:
        limits.forgive(session, taken)


@pages.get("/account/app")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def app():
    """Say what setting up the app anew means."""
    return render_template("account/app.html", form=ButtonForm(), shown=None)


@pages.post("/account/app")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def begin_app():
    """Show the secret of a new app; the old one works until the new one has shown a code."""
    if not pressed(request.form):
        return redirect(url_for(".app"), 303)
    with transaction() as session:
        user = actor()
        secret = factors.begin(session, user)
    return render_template("account/app.html", form=FactorForm(), shown=enrolment(user, secret))


@pages.post("/account/app/klaar")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def replace_app():
    """Let the new app take the place of the old one."""
    form, user = FactorForm(request.form), actor()
    try:
        if form.validate():
            with transaction() as session:
                taken = limits.take(session, code_account=user.id)
            with transaction() as session:
                factors.replace(session, actor(), code=form.code.data, token_kept=signed_in.token())
                limits.forgive(session, taken)
                token = sessions.confirm(session, signed_in.token())
            signed_in.go_on_as(token)
            flash(_("De nieuwe app werkt. Andere browsers zijn uitgelogd."), "success")
            return redirect(url_for(".index"), 303)
    except DomainError as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
    shown = enrolment(actor(), actor().totp_next) if actor().totp_next else None
    return render_template("account/app.html", form=form if shown else ButtonForm(), shown=shown), 422


@pages.get("/account/herstelcodes")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def recovery_codes():
    """Say how many still work; none is ever shown again."""
    left = recovery.left(current_session(), actor())
    return render_template("account/recovery.html", form=ButtonForm(), left=left)


@pages.post("/account/herstelcodes")
@allow(Permission.OWN_FACTORS)
@confirmed_lately
def renew_recovery_codes():
    """Make ten new ones; this answer is the only one that shows them."""
    if not pressed(request.form):
        return redirect(url_for(".recovery_codes"), 303)
    with transaction() as session:
        user = actor()
        codes = recovery.renew(session, user, by=user)
        notices.tell(session, user, notices.What.RECOVERY_RENEWED)
    return codes_page(codes, _("Nieuwe herstelcodes"), _("Naar uw account"), url_for(".index"))
