"""A forgotten password: ask for a letter, and choose a new one in the browser that asked. The code is still asked."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import Busy, DomainError
from stagemakelaar.people.signing_in import links, passwords, resets
from stagemakelaar.people.signing_in.models import new_secret
from stagemakelaar.reference import formats
from stagemakelaar.web import known_browsers
from stagemakelaar.web.access import public
from stagemakelaar.web.forms import BaseForm, Text, new_password, required

pages = Blueprint("passwords", __name__)


class ForgottenForm(BaseForm):
    """The address of an account."""

    email = Text(
        lazy_gettext("E-mailadres"),
        clean=formats.clean_email,
        validators=[required(lazy_gettext("Vul uw e-mailadres in."))],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )


class NewPasswordForm(BaseForm):
    """A new password, taken exactly as typed."""

    password = new_password()


@pages.get("/inloggen/medewerker/vergeten")
@public
def forgotten():
    """Ask for an address."""
    return render_template("passwords/forgotten.html", form=ForgottenForm())


@pages.post("/inloggen/medewerker/vergeten")
@public
def ask():
    """Promise a letter to whatever address it is, and say the same to everyone."""
    form = ForgottenForm(request.form)
    if not form.validate():
        return render_template("passwords/forgotten.html", form=form), 422
    browser = cookie.setdefault("browser", new_secret())
    with transaction() as session:
        known_browsers.count_letter(session, form.email.data)
        resets.ask(session, email=form.email.data, browser=browser, language=str(get_locale()))
    return redirect(url_for("passwords.asked"), 303)


@pages.get("/inloggen/medewerker/vergeten/verstuurd")
@public
def asked():
    """Look in your mail."""
    return render_template("passwords/asked.html")


@pages.get("/inloggen/wachtwoord/<token>")
@public
def choose(token):
    """Ask for the new password; opening changes nothing, so a scanner of mail spoils nothing."""
    link = resets.asked(current_session(), token)
    if link is None:
        return render_template("passwords/gone.html"), 404
    if not links.is_bound_to(link, cookie.get("browser")):
        return render_template("passwords/elsewhere.html")
    return render_template("passwords/choose.html", form=NewPasswordForm(), email=link.email)


@pages.post("/inloggen/wachtwoord/<token>")
@public
def replace(token):
    """Write the new password; signing in comes after, by the usual way, with the code."""
    link = resets.asked(current_session(), token)
    if link is None:
        return render_template("passwords/gone.html"), 404
    if not links.is_bound_to(link, cookie.get("browser")):
        return render_template("passwords/elsewhere.html"), 403
    form = NewPasswordForm(request.form)
    if not form.validate():
        return render_template("passwords/choose.html", form=form, email=link.email), 422
    try:
        passwords.refuse_weak(form.password.data, email=link.user.email, name=link.user.name)
        password_hash = passwords.hash_password(form.password.data)
        with transaction() as session:
            resets.carry_out(session, link, password_hash=password_hash)
    except Busy:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return render_template("passwords/choose.html", form=form, email=link.email), form.status
    flash(_("Uw nieuwe wachtwoord werkt. Log ermee in, met een code uit uw app."), "success")
    return redirect(url_for("staff_entry.start"), 303)
