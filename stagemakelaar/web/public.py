"""Pages for anyone: what this is and for whom, privacy, accessibility, help, where to report a leak, the language."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import AnyOf

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.actions import choose_language as keep_language
from stagemakelaar.people.queries import programmes
from stagemakelaar.web.access import actor, public
from stagemakelaar.web.errors import show
from stagemakelaar.web.forms import BaseForm
from stagemakelaar.web.languages import LANGUAGES
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.own_paths import own_path

pages = Blueprint("public", __name__)

SECURITY_TXT_DAYS = 180  # the norm advises less than a year


class LanguageForm(BaseForm):
    """The button in the footer that changes the language, and where to go on."""

    language = StringField(validators=[AnyOf(LANGUAGES)])
    next = StringField()


@pages.get("/")
@public
def home():
    """What this is, for whom, and three ways in."""
    own = home_of(current_user) if current_user.is_authenticated else None
    return render_template("public/home.html", programmes=programmes(current_session()), own=own)


@pages.get("/privacy")
@public
def privacy():
    """What is kept, why, who sees it, how it is decided, and what people may ask."""
    return render_template("public/privacy.html", programmes=programmes(current_session()))


@pages.get("/toegankelijkheid")
@public
def accessibility():
    """The statement that the law asks for."""
    return render_template("public/accessibility.html", programmes=programmes(current_session()))


@pages.get("/hulp", endpoint="help_page")
@public
def show_help():
    """Whom to ask what, and where to go when something is wrong."""
    return render_template("public/help.html", programmes=programmes(current_session()))


@pages.get("/.well-known/security.txt")
@public
def security():
    """Where to report a leak (RFC 9116). The day on which it expires moves along, whole days at a time."""
    settings = current_app.config["SETTINGS"]
    own, contacts = settings.public_url, settings.security_contacts
    ends = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=SECURITY_TXT_DAYS)
    lines = [
        *(f"Contact: {contact}" for contact in contacts or _of_programmes()),
        f"Contact: {own}{url_for('.help_page')}#lek",
        f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {own}{url_for('.security')}",
        f"Policy: {own}{url_for('.help_page')}#lek",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _of_programmes():
    return [f"mailto:{programme.email}" for programme in programmes(current_session())]


@pages.post("/taal")
@public
def choose_language():
    """Remember the language in this browser, and on the account of who is signed in."""
    form = LanguageForm(request.form)
    if not form.validate():
        return show(400)
    cookie["language"] = form.language.data
    if current_user.is_authenticated:
        with transaction() as session:
            keep_language(session, actor(), form.language.data)
    return redirect(own_path(form.next.data, ways_in=True) or url_for(".home"), 303)
