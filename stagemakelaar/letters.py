"""Letters: from a promised message to what the mail host gets, as text and as HTML, in the reader's language.

A subject says nothing personal. Addresses ask to sign in; only letters about signing in carry a secret.
"""

from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import css_inline
from flask_babel import force_locale, format_date, lazy_gettext
from flask_babel import gettext as _

from stagemakelaar.db import current_session
from stagemakelaar.people.models import Programme
from stagemakelaar.reference.formats import show_phone

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DEMO_DOMAIN = "demo.example"
SIGNATURE = "-- "  # by which a mail program knows where a letter ends

# Kind of message: its subject, and the page that it leads to.
KINDS = {
    "sign_in": (lazy_gettext("Inloggen bij Stagemakelaar"), "/inloggen/link/{token}"),
    "sign_in_unknown": (lazy_gettext("Inloggen bij Stagemakelaar"), "/aanmelden"),
    "sign_in_staff": (lazy_gettext("Inloggen bij Stagemakelaar"), "/inloggen/medewerker"),
    "password_reset": (lazy_gettext("Een nieuw wachtwoord voor Stagemakelaar"), "/inloggen/wachtwoord/{token}"),
    "password_reset_none": (lazy_gettext("Een nieuw wachtwoord voor Stagemakelaar"), "/inloggen"),
    "account_notice": (lazy_gettext("Een wijziging in een account bij Stagemakelaar"), "/account"),
    "step_up": (lazy_gettext("Een code voor Stagemakelaar"), "/account"),
    "address_confirm": (lazy_gettext("Dit adres bij Stagemakelaar"), "/account/e-mailadres/{token}"),
    "address_taken": (lazy_gettext("Dit adres bij Stagemakelaar"), "/inloggen"),
    "staff_invitation": (lazy_gettext("Uw account bij Stagemakelaar"), "/inloggen/uitnodiging/{token}"),
    "staff_news": (lazy_gettext("Nieuws van bedrijven"), "/organisaties"),
    "staff_request": (lazy_gettext("Een verzoek over eigen gegevens"), "/verzoeken"),
    "audit_head": (lazy_gettext("De kop van het logboek"), "/logboek"),
    "student_planned": (lazy_gettext("We hebben een plek voor je gevonden"), "/student/plaatsing/{placement}"),
    "student_reminder": (lazy_gettext("Wil je deze stageplek?"), "/student/plaatsing/{placement}"),
    "student_confirmed": (lazy_gettext("Je stage gaat door"), "/student/plaatsing/{placement}"),
    "student_withdrawn": (lazy_gettext("Je stageplek gaat niet door"), "/student"),
    "employer_planned": (lazy_gettext("Is uw leerplaats nog vrij?"), "/bedrijf/plaatsingen/{placement}"),
    "employer_reminder": (
        lazy_gettext("Wilt u laten weten of er plek is?"),
        "/bedrijf/plaatsingen/{placement}",
    ),
    "employer_confirmed": (lazy_gettext("De stage bij u gaat door"), "/bedrijf/plaatsingen/{placement}"),
    "employer_withdrawn": (lazy_gettext("Een stage bij u gaat niet door"), "/bedrijf/plaatsingen/{placement}"),
    "student_request_decided": (lazy_gettext("Er is beslist over je verzoek"), "/student/gegevens"),
    "student_restriction_ends": (lazy_gettext("We gebruiken je gegevens binnenkort weer"), "/mijn-gegevens/beperken"),
    "student_retention": (lazy_gettext("Binnenkort wissen we je gegevens"), "/student/gegevens"),
    "student_erased": (lazy_gettext("Je gegevens zijn gewist"), "/privacy"),
    "employer_request_decided": (lazy_gettext("Er is beslist over uw verzoek"), "/mijn-gegevens/wissen"),
    "employer_erased": (lazy_gettext("Uw gegevens zijn gewist"), "/privacy"),
}


class Writer:
    """Schrijver: makes letters for one application; works outside a request."""

    def __init__(self, app):
        self.app = app
        self.settings = app.config["SETTINGS"]
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False)

    def __call__(self, message):
        """The letter that goes with a message; the same message gives the same letter again."""
        programme = current_session().get(Programme, message.programme_id) if message.programme_id else None
        with self.app.app_context(), force_locale(message.language):
            return self._write(message, programme)

    def draft(self, message, programme, **changed):
        """The subject and the text of a letter as it would leave with these facts; inside a request, sends nothing."""
        subject, path = KINDS[message.kind]
        with force_locale(message.language):
            words = self._words(message, programme, path, **changed)
            return str(subject), self._render(f"messages/{message.kind}.txt", words)

    def _write(self, message, programme):
        subject, path = KINDS[message.kind]
        words = self._words(message, programme, path)
        letter = EmailMessage()
        letter["Subject"] = str(subject)
        letter["From"] = self._sender(programme)
        letter["To"] = message.to
        letter["Date"] = format_datetime(message.created_at)
        letter["Message-ID"] = message.message_id.replace("@stagemakelaar>", f"@{self.domain}>")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(self._render(f"messages/{message.kind}.txt", words), cte="quoted-printable")
        html = self._inliner.inline(self._render(f"messages/{message.kind}.html", words))
        letter.add_alternative(html, subtype="html", cte="quoted-printable")
        letter["Content-Language"] = message.language  # after the content, which takes headers of this kind away
        return letter

    def _render(self, template, words):
        text = self.app.jinja_env.get_template(template).render(**words)
        if template.endswith(".html"):
            return text
        lines = [line if line == SIGNATURE else line.rstrip() for line in text.strip().split("\n")]
        return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1])) + "\n"

    def _words(self, message, programme, path, **changed):
        data = message.data | changed
        words = {
            **data,
            "locale": message.language,
            "url": self.settings.public_url + path.format(**data),
            "home": self.settings.public_url,
            "expires": _clock_time(message.expires_at) if message.expires_at else "",
            "sender": programme.name if programme else _("Stagemakelaar"),
            "phone": show_phone(data.get("programme_phone") or (programme.phone if programme else "")),
            "reason": _(
                "Deze mail is verstuurd omdat dit adres is ingevuld op %(site)s.", site=self.settings.public_url
            )
            if message.kind.startswith(("sign_in", "password_reset"))
            else "",
        }
        if "at" in data:
            words["at"] = _in_words(datetime.fromisoformat(data["at"]))
        for name in ("starts_on", "answer_by", "day"):
            if name in data:
                words[name] = format_date(date.fromisoformat(data[name]), "EEEE d MMMM y")
        return words

    @property
    def domain(self):
        """The domain of our own letters: that of the address under which we are known."""
        return DEMO_DOMAIN if self.settings.host in LOOPBACK else self.settings.host

    def _sender(self, programme):
        if programme is not None:
            return Address(programme.name, addr_spec=programme.email)
        return Address("Stagemakelaar", addr_spec=f"stagemakelaar@{self.domain}")


def _in_words(moment: datetime):
    from flask_babel import format_datetime as written

    return written(moment, "d MMMM y, HH:mm")


def _clock_time(moment: datetime):
    from flask_babel import format_time

    return format_time(moment, "HH:mm")
