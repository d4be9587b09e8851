"""The settings of a programme, for its coordinator."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.matching.scoring import BOUNDS, HINT
from stagemakelaar.people.models import Programme
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import programme_called
from stagemakelaar.people.reasons import DEFAULTS, Act, reasons_of
from stagemakelaar.people.settings import TERMS, change_settings, weight_changes, weights_of
from stagemakelaar.web.access import actor, allow, public
from stagemakelaar.web.fields import OneOf, WholeNumber
from stagemakelaar.web.forms import BaseForm, LongText, required

pages = Blueprint("programme", __name__)

PARTS = {
    "learning": _l("Wat de student wil leren"),
    "travel": _l("Reistijd"),
    "kind": _l("Soort werk en wensen"),
    "costs": _l("Vergoeding en reiskosten"),
}
NUMBER = required(_l("Vul een getal in."))
REASONS_FOR = {
    Act.REJECT: _l("Redenen om af te wijzen"),
    Act.HOLD: _l("Redenen om vast te houden"),
    Act.REPLACE: _l("Redenen om een andere plek te kiezen"),
    Act.UNDO: _l("Redenen om een besluit terug te draaien"),
}
BY_THEMSELVES, TOGETHER = "vanzelf", "samen"


def _weight(part):
    low, high = BOUNDS[part]
    bounds = _l("Van %(low)s tot en met %(high)s.", low=low, high=high)
    return WholeNumber(PARTS[part], [NUMBER], least=low, most=high, description=bounds)


def _reasons(act):
    return LongText(
        REASONS_FOR[act],
        [],
        render_kw={"rows": "5"},
        description=_l("Eén reden per regel, hoogstens 12. Leeg: onze eigen lijst. Nooit over één persoon."),
    )


class WeightsForm(BaseForm):
    """How heavily each part of the score counts."""

    learning = _weight("learning")
    travel = _weight("travel")
    kind = _weight("kind")
    costs = _weight("costs")

    @property
    def weights(self):
        """Part → points."""
        return {part: self[part].data for part in BOUNDS}


class SettingsForm(WeightsForm):
    """The rules by which this programme works."""

    answer_days = WholeNumber(
        _l("Hoeveel werkdagen hebben student en bedrijf om te antwoorden?"), [NUMBER], least=1, most=30
    )
    send_together = OneOf(
        _l("Wanneer gaan de brieven van een besluit weg?"),
        [required(_l("Kies wanneer de brieven weggaan."))],
        among=(
            (BY_THEMSELVES, _l("vanzelf, na een aantal minuten")),
            (TOGETHER, _l("als u ze samen verstuurt, op de pagina Brieven versturen")),
        ),
    )
    undo_minutes = WholeNumber(
        _l("Gaan ze vanzelf: hoeveel minuten wachten brieven na een besluit?"),
        [NUMBER],
        least=0,
        most=240,
        description=_l("Zo lang kan een besluit ongemerkt worden teruggedraaid. Bij 0 gaan brieven meteen weg."),
    )
    warn_share = WholeNumber(
        _l("Vanaf welk percentage ongewijzigd goedgekeurd waarschuwen we u?"),
        [NUMBER],
        least=50,
        most=100,
        description=_l("Van alles wat iemand in een ronde besloot, bij minstens 10 besluiten."),
    )
    keep_months = WholeNumber(
        _l("Na hoeveel maanden wissen we wie niet meer zoekt?"),
        [NUMBER],
        least=3,
        most=24,
        description=_l("Geteld vanaf de dag waarop de zaak gesloten is. De student hoort het twee weken van tevoren."),
    )
    reject_reasons = _reasons(Act.REJECT)
    hold_reasons = _reasons(Act.HOLD)
    replace_reasons = _reasons(Act.REPLACE)
    undo_reasons = _reasons(Act.UNDO)
    morning_letter = BooleanField(
        _l("Een mail om half acht als er bedrijven bij kwamen"),
        description=_l("Naar het adres van het programma. Er staat niet in welk bedrijf het is."),
    )
    four_eyes = BooleanField(
        _l("Vier ogen"), description=_l("Wie een ronde liet berekenen, mag de voorstellen eruit niet goedkeuren.")
    )


@pages.route("/instellingen", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_SETTINGS)
def settings():
    programme = current_session().get_one(Programme, actor().programme_id)
    weights = weights_of(programme)
    known = {part: getattr(weights, part) for part in BOUNDS}
    known |= {name: getattr(programme, name) for name in TERMS}
    known |= {f"{act.value}_reasons": "\n".join(_(text) for text in reasons_of(programme, act)) for act in Act}
    known["send_together"] = TOGETHER if programme.send_together else BY_THEMSELVES
    form = SettingsForm(request.form if request.method == "POST" else None, data=known)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                change_settings(
                    session,
                    programme,
                    weights=form.weights,
                    terms=_terms_in(form),
                    reasons=_reasons_in(form),
                    by=actor(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("De instellingen zijn opgeslagen. Ze gelden vanaf de volgende berekening."), "success")
            return redirect(url_for("programme.settings"))
    programme = current_session().get_one(Programme, actor().programme_id)
    return render_template(
        "programme/settings.html",
        form=form,
        programme=programme,
        changes=weight_changes(current_session(), programme),
        parts=PARTS,
    ), 422 if form.errors else 200


def _terms_in(form):
    typed = {name: form[name].data for name in TERMS}
    return typed | {"send_together": typed["send_together"] == TOGETHER}


def _reasons_in(form):
    """The lists that were typed: act → texts. What we wrote ourselves is kept in Dutch, whoever reads it."""
    ours = {_(text): text for texts in DEFAULTS.values() for text in texts}
    typed = {act: (form[f"{act.value}_reasons"].data or "").splitlines() for act in Act}
    return {
        act: tuple(dict.fromkeys(ours.get(line.strip(), line.strip()) for line in lines if line.strip()))
        for act, lines in typed.items()
    }


@pages.get("/zo-kiezen-we/<slug>")
@public
def weighing(slug):
    """How proposals come about in this programme, and how heavily each thing counts: for everyone concerned."""
    programme = programme_called(current_session(), slug)
    weights = weights_of(programme)
    changes = weight_changes(current_session(), programme)
    return render_template(
        "programme/weighing.html",
        programme=programme,
        rows=[(words, getattr(weights, part)) for part, words in PARTS.items()],
        most=weights.most,
        hint=HINT,
        changed_at=changes[0].at if changes else None,
    )
