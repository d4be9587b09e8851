"""The post of the demo: letters that were delivered into the folder, and the present codes of the demo staff.

Open only in the demo, and only to the machine on which it runs; anywhere else it does not exist.
"""

from flask import Blueprint, abort, current_app, render_template, request
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from stagemakelaar.db import current_session
from stagemakelaar.people.models import STAFF, User
from stagemakelaar.people.signing_in import totp
from stagemakelaar.sending import delivered_letters
from stagemakelaar.web.access import public

pages = Blueprint("demo", __name__)

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SHOWN = 50
PASSWORD = "veertig-groene-fietsen"  # noqa: S105 - published: all people of the demo are invented
ROLES = [
    ("student@demo.example", _("student in noord: heeft een plek, de antwoorden zijn nog niet binnen")),
    ("student2@demo.example", _("student in noord: er ligt een voorstel bij de stagemakelaar")),
    ("minor@demo.example", _("student van 16 in noord: de plek is bevestigd")),
    ("employer@demo.example", _("beheert leerbedrijf 1, contactpersoon bij twee plaatsingen")),
    ("colleague@demo.example", _("collega bij leerbedrijf 1, bij geen plaatsing genoemd")),
    ("employer2@demo.example", _("beheert een ander leerbedrijf")),
    ("broker@demo.example", _("stagemakelaar in noord")),
    ("broker2@demo.example", _("stagemakelaar in zuid")),
    ("coordinator@demo.example", _("coördinator van noord")),
    ("admin@demo.example", _("beheerder: accounts, geen dossiers van studenten")),
    ("admin2@demo.example", _("tweede beheerder")),
    ("auditor@demo.example", _("auditor: leest het logboek")),
    ("leaver@demo.example", _("stagemakelaar in noord, om uit te schakelen")),
]


@pages.get("/demo/post")
@public
def post():
    """Letters, newest first, and who can sign in how."""
    settings = current_app.config["SETTINGS"]
    if not settings.is_demo or settings.host not in LOOPBACK or request.remote_addr not in LOOPBACK:
        abort(404)
    total, letters = delivered_letters(settings.outgoing, SHOWN)
    return render_template(
        "demo/post.html",
        letters=letters,
        total=total,
        goes_by_smtp=settings.smtp_url is not None,
        accounts=_accounts(current_session()),
        password=PASSWORD,
        public_url=settings.public_url,
    )


def _accounts(session):
    """The demo accounts that exist, with the present code of each that has one."""
    found = {
        user.email: user
        for user in session.scalars(select(User).where(User.email.in_([email for email, _words in ROLES])))
    }
    rows = []
    for email, words in ROLES:
        user = found.get(email)
        if user is None or not user.is_active:
            continue
        has_code = user.role in STAFF and user.totp_secret == totp.demo_secret(email)
        code, seconds = totp.present_code(user.totp_secret) if has_code else (None, None)
        rows.append({"email": email, "words": words, "code": code, "seconds": seconds, "is_staff": user.is_staff})
    return rows
