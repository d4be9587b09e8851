"""Signing in by mail: ask, then spend the link or type the code. Opening a page never signs in; a button does."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import HiddenField

from stagemakelaar.casework import actions as casework
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people import actions as people
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import LinkPurpose, links
from stagemakelaar.people.signing_in.models import SIGNS_IN, new_secret
from stagemakelaar.people.signing_in.sessions import end_session
from stagemakelaar.reference import formats
from stagemakelaar.web import carried, known_browsers, signed_in
from stagemakelaar.web.access import public
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, must_be_pressed, required
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.own_paths import own_path

pages = Blueprint("signing_in", __name__)


class AskForm(BaseForm):
    """A mail address, and where to go afterwards."""

    email = Text(
        lazy_gettext("E-mailadres"),
        clean=formats.clean_email,
        validators=[required(lazy_gettext("Vul je e-mailadres in, dan sturen we je een link."))],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
    next = HiddenField()


class CodeForm(BaseForm):
    """The code of the letter."""

    code = Text(
        lazy_gettext("Code uit de mail"),
        validators=[required(lazy_gettext("Vul de code in die in de mail staat."))],
        description=lazy_gettext("Acht letters en cijfers. Hoofdletters en spaties maken niet uit."),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )


@pages.get("/inloggen")
@public
def start():
    """Ask for an address."""
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next")) or home_of(current_user))
    form = AskForm(next=own_path(request.args.get("next")) or "")
    return render_template("signing_in/start.html", form=form)


@pages.post("/inloggen")
@public
def ask():
    """Promise a letter to whatever address it is, and say the same to everyone."""
    form = AskForm(request.form)
    if not form.validate():
        return render_template("signing_in/start.html", form=form), 422
    cookie["next"] = own_path(form.next.data)
    return promise_letter(form.email.data, LinkPurpose.SIGN_IN)


def promise_letter(email, purpose, programme=None):
    """Bind a link to this browser, promise the letter, and go to the page where the code is typed."""
    browser = cookie.setdefault("browser", new_secret())
    with transaction() as session:
        known_browsers.count_letter(session, email)
        links.ask(
            session, email=email, browser=browser, purpose=purpose, programme=programme, language=str(get_locale())
        )
    return redirect(url_for("signing_in.code"), 303)


@pages.get("/inloggen/code")
@public
def code():
    """Look in your mail, or type the code here."""
    if "browser" not in cookie:
        return redirect(url_for("signing_in.start"))
    return _code_page(CodeForm())


@pages.post("/inloggen/code")
@public
def spend_code():
    """Sign in with the code, in the browser that asked for it."""
    form = CodeForm(request.form)
    if not form.validate():
        return _code_page(form), 422
    with transaction() as session:
        entered = _enter(session, links.spend_code(session, form.code.data, cookie.get("browser")))
    if entered is None:
        form.code.errors = [_("Deze code klopt niet of werkt niet meer. Kijk hem na, of vraag een nieuwe mail aan.")]
        return _code_page(form), 422
    return _go_on(*entered)


def _code_page(form):
    email = links.asked_by(current_session(), cookie.get("browser"))  # not from the cookie: that can be read
    return render_template("signing_in/code.html", form=form, email=email)


@pages.get("/inloggen/link/<token>")
@public
def link(token):
    """Show the button that spends the link; opening changes nothing, so a scanner of mail spoils nothing."""
    found = links.live_link(current_session(), token)
    if found is None or found.purpose not in SIGNS_IN:
        return render_template("signing_in/gone.html"), 404
    if not links.is_bound_to(found, cookie.get("browser")):
        return render_template("signing_in/elsewhere.html")
    return render_template("signing_in/link.html", form=ButtonForm(), email=found.email)


@pages.post("/inloggen/link/<token>")
@public
def spend_link(token):
    """Sign in with the link, in the browser that asked for it."""
    if not ButtonForm(request.form).validate():
        return redirect(url_for("signing_in.link", token=token))
    with transaction() as session:
        entered = _enter(session, links.spend_link(session, token, cookie.get("browser")))
    if entered is None:
        return render_template("signing_in/gone.html"), 409
    return _go_on(*entered)


def _enter(session, spent):
    """Open a session for who spent a link, with an account made now if there was none; None when it may not be."""
    if spent is None:
        return None
    user = user_with(session, spent.email) or _sign_up(session, spent)
    if user is None or user.is_staff or not user.is_active:
        return None
    return user, known_browsers.open_for(session, user), spent.programme_id


def _sign_up(session, spent):
    if spent.purpose is LinkPurpose.STUDENT:
        user = casework.sign_up(session, programme=spent.programme, email=spent.email).user
    elif spent.purpose is LinkPurpose.EMPLOYER:
        user = people.register_employer(session, email=spent.email, by=None)
    else:
        return None
    user.language = str(get_locale())
    return user


def _go_on(user, token, programme_id):
    asked = cookie.get("next")
    signed_in.let_in(token)
    if programme_id:
        cookie["programme_id"] = programme_id  # where a company signed up, for the first form that asks
    return known_browsers.remember(redirect(carried.way_on(asked, user), 303), user.email)


@pages.post("/uitloggen")
@public
def sign_out():
    """End the session on the server, and let the browser forget what it kept."""
    if signed_in.token():
        must_be_pressed("/")
        by = current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001
        with transaction() as session:
            end_session(session, signed_in.token(), by=by)
    signed_in.let_out()
    flash(_("Je bent uitgelogd."), "success")
    response = redirect(url_for("public.home") if "public.home" in current_app.view_functions else "/", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
