"""Letters in words: which letter it is, to whom, and what became of it. Never their content."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from stagemakelaar.outbox import Message, MessageState, is_too_old

KINDS = {
    "student_planned": _l("voorstel aan de student"),
    "student_reminder": _l("herinnering aan de student"),
    "student_confirmed": _l("bevestiging aan de student"),
    "student_withdrawn": _l("bericht aan de student dat het niet doorgaat"),
    "employer_planned": _l("vraag aan het bedrijf of er plek is"),
    "employer_reminder": _l("herinnering aan het bedrijf"),
    "employer_confirmed": _l("bevestiging aan het bedrijf"),
    "employer_withdrawn": _l("bericht aan het bedrijf dat het niet doorgaat"),
    "sign_in": _l("inlogbrief"),
    "sign_in_staff": _l("inlogbrief"),
    "sign_in_unknown": _l("inlogbrief"),
    "student_request_decided": _l("antwoord op een verzoek over eigen gegevens"),
    "employer_request_decided": _l("antwoord op een verzoek over eigen gegevens"),
    "staff_request": _l("nieuw verzoek over eigen gegevens"),
    "student_restriction_ends": _l("gegevens weer gebruiken"),
    "staff_invitation": _l("uitnodiging voor een collega"),
}
TONES = {"queued": "info", "sent": "success", "failed": "danger", "cancelled": "neutral"}


class Letter(NamedTuple):
    """Brief: a message with the words for it."""

    message: Message
    kind: str
    tone: str

    @property
    def may_go_again(self):
        """Whether a broker can have it sent again."""
        return self.message.state is MessageState.FAILED and not is_too_old(self.message)


def kind_in_words(kind):
    """Which letter it is."""
    return str(KINDS.get(kind, _l("brief")))


def letter_of(message):
    """A message with the words for it."""
    return Letter(message, kind_in_words(message.kind), TONES[message.state.value])


def letters_about(session, placement):
    """The letters about a placement, oldest first."""
    found = (
        select(Message)
        .where(Message.key.startswith(f"placement:{placement.id}:"), Message.programme_id == placement.programme_id)
        .order_by(Message.id)
    )
    return [letter_of(message) for message in session.scalars(found)]
