"""Sending together: every decision whose letters wait, exactly which letters leave and to whom, and one button."""

from typing import NamedTuple

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import HiddenField
from wtforms.validators import ValidationError

from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.letters import Writer
from stagemakelaar.people.models import Programme
from stagemakelaar.people.permissions import Permission
from stagemakelaar.placements import telling
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.placements.queries import placement_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.errors import show as show_error
from stagemakelaar.web.forms import BaseForm
from stagemakelaar.web.letter_words import letter_of

pages = Blueprint("sending_out", __name__)

AT_ONCE = 50  # decisions on one page: what nobody has read is not sent


class SendForm(BaseForm):
    """Which decisions the page showed, each with its version: "12:1,15:3"."""

    shown = HiddenField()

    def validate_shown(self, field):
        """A list that we made."""
        try:
            pairs = [pair.split(":") for pair in (field.data or "").split(",")]
            self.versions = {int(number): int(version) for number, version in pairs}
        except ValueError:
            raise ValidationError(_("Deze pagina is niet goed aangekomen. Kijk het opnieuw na.")) from None


class Waiting(NamedTuple):
    """Wachtend besluit: a placement, and its letters as they would leave now."""

    placement: Placement
    letters: list
    leaves_by_itself: bool


class Draft(NamedTuple):
    """Concept: one letter as it would leave now."""

    kind: str
    to: str
    subject: str
    paragraphs: list


@pages.route("/versturen", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def send():
    form = SendForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                letters = telling.send_out(session, form.versions, by=actor())
        except telling.ChangedMeanwhile as refusal:
            return _changed(refusal.placement_ids)
        flash(
            ngettext("%(num)s brief gaat nu weg.", "%(num)s brieven gaan nu weg.", letters)
            + " "
            + _("Dat duurt hoogstens enkele minuten."),
            "success",
        )
        return redirect(url_for("sending_out.send"))
    session = current_session()
    programme = session.get_one(Programme, actor().programme_id)
    placements = session.scalars(telling.waiting(programme.id).limit(AT_ONCE)).all()
    rows = list(_rows(session, programme, placements))
    if not form.errors:
        form.shown.data = ",".join(f"{one.id}:{one.version}" for one in placements)
    return render_template(
        "sending_out/send.html",
        rows=rows,
        letters=sum(len(row.letters) for row in rows),
        left=max(telling.count_waiting(session, programme.id) - len(rows), 0),
        programme=programme,
        form=form,
    ), 422 if form.errors else 200


def _rows(session, programme, placements):
    writer = Writer(current_app)
    today = telling.answer_by(programme).isoformat()
    letters = telling.letters_of(session, placements)
    for placement in placements:
        drafts = []
        for message in letters[placement.id]:
            subject, text = writer.draft(message, programme, answer_by=today)
            paragraphs = [part.strip().split("\n") for part in text.split("\n\n") if part.strip()]
            drafts.append(Draft(letter_of(message).kind, message.to, subject, paragraphs))
        yield Waiting(placement, drafts, placement.told_from != telling.WHEN_SENT)


def _changed(placement_ids):
    """The page of who came second: what is not as it was shown, and that nothing was sent."""
    session = look_again()
    lines = []
    for number in placement_ids:
        placement = placement_for(session, actor(), number)
        lines.append(f"{placement.student.full_name}: {_what_became_of(placement)}")
    message = _("Er is niets verstuurd. Intussen is er iets veranderd: %(what)s.", what="; ".join(lines))
    return show_error(409, message=message, back_url=url_for("sending_out.send"))


def _what_became_of(placement):
    if placement.state is PlacementState.WITHDRAWN:
        return _("de plaatsing gaat niet door")
    if placement.is_told:
        return _("de brieven zijn al weg")
    return _("de plaatsing is gewijzigd")
