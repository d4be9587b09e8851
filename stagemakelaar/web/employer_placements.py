"""A placement as the employer meets it: a question about capacity, without a name; who comes, once it is settled."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Optional, ValidationError

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.permissions import Permission
from stagemakelaar.placements import actions
from stagemakelaar.placements.models import EmployerReason, PlacementState
from stagemakelaar.placements.queries import placement_at
from stagemakelaar.placements.seen_by_employer import seen_by_employer
from stagemakelaar.places import offers
from stagemakelaar.reference import formats
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.employer import managing, own_membership
from stagemakelaar.web.employer_words import why_here
from stagemakelaar.web.fields import OneOf
from stagemakelaar.web.forms import BaseForm, LongText, Text, required, say
from stagemakelaar.web.reading import note_reading

pages = Blueprint("employer_placements", __name__)

CONFIRM, REFUSE = "confirm", "refuse"


class AnswerForm(BaseForm):
    """What each answer carries: which one it is, and the state in which the question was read."""

    answer = HiddenField()
    state = HiddenField()


class ConfirmForm(AnswerForm):
    """Yes, there is room; with the praktijkopleider, for a place that has none yet."""

    trainer_name = Text(
        _l("Wie wordt de praktijkopleider?"),
        [required(_l("Vul in wie de praktijkopleider wordt."))],
        clean=formats.clean_name,
        description=_l("De collega die de student begeleidt."),
    )
    trainer_email = Text(
        _l("E-mailadres van de praktijkopleider"), [Optional()], clean=formats.clean_email, render_kw={"type": "email"}
    )


class RefuseForm(AnswerForm):
    """No; with a reason from the list, which is never about a person."""

    reason = OneOf(
        _l("Waarom gaat het niet door?"), [required(_l("Kies waarom het niet doorgaat."))], among=EmployerReason
    )
    note = LongText(
        _l("Wilt u er iets bij vertellen?"),
        [],
        description=_l("Alleen de stagemakelaar leest dit. Schrijf niets over een persoon."),
        render_kw={"rows": "4"},
    )

    def validate_note(self, field):
        """A reason that is not on the list needs words."""
        if self.reason.data is EmployerReason.OTHER and not field.data and not field.errors:
            raise ValidationError(_("Schrijf in het kort wat er aan de hand is."))


@pages.get("/bedrijf/plaatsingen/<int:placement_id>")
@allow(Permission.OWN_ORGANISATION)
def show(placement_id):
    def find():
        return placement_at(current_session(), own_membership().organisation, placement_id)

    placement = note_reading(find, placement=placement_id)
    return _page(own_membership(), placement)


@pages.get("/bedrijf/plaatsingen/<int:placement_id>/afzeggen")
@allow(Permission.OWN_ORGANISATION)
def refuse(placement_id):
    membership = managing()
    placement = placement_at(current_session(), membership.organisation, placement_id)
    if placement.state not in {PlacementState.PLANNED, PlacementState.CONFIRMED}:
        return redirect(url_for("employer_placements.show", placement_id=placement.id))
    return _refuse_page(membership, placement, RefuseForm())


@pages.post("/bedrijf/plaatsingen/<int:placement_id>/antwoord")
@allow(Permission.OWN_ORGANISATION)
def answer(placement_id):
    membership = managing()
    organisation = membership.organisation
    placement = placement_at(current_session(), organisation, placement_id)
    confirms = request.form.get("answer") != REFUSE
    form = _confirm_form(placement, request.form) if confirms else RefuseForm(request.form)
    if not form.validate():
        return _page(membership, placement, form) if confirms else _refuse_page(membership, placement, form)
    try:
        with transaction() as session:
            placement = placement_at(session, organisation, placement_id)
            _must_be_as_read(placement, form)
            if confirms:
                _confirm(session, placement, form)
            else:
                actions.refuse(session, placement, reason=form.reason.data, note=form.note.data or "", by=actor())
    except DomainError as refusal:
        membership = own_membership()
        placement = placement_at(current_session(), membership.organisation, placement_id)
        return _page(membership, placement, overtaken=say(refusal))
    if confirms:
        flash(_("Dank u wel. We hebben genoteerd dat er plek is."), "success")
    else:
        flash(_("We hebben genoteerd dat het niet doorgaat. Wij vertellen het de student."), "success")
    return redirect(url_for("employer_placements.show", placement_id=placement_id))


def _confirm(session, placement, form):
    if "trainer_name" in form:
        offers.set_guidance(
            session,
            placement.place,
            trainer_name=form.trainer_name.data,
            trainer_email=form.trainer_email.data or "",
            by=actor(),
        )
    actions.confirm_capacity(session, placement, by=actor())


def _must_be_as_read(placement, form):
    """Refuse an answer to a question that has changed since it was read, such as the form of yesterday's page."""
    if form.state.data != placement.state.value:
        raise Overtaken(
            N_("Er is intussen iets veranderd. Uw antwoord is niet opgeslagen; hieronder staat hoe het nu is.")
        )


def _confirm_form(placement, formdata=None):
    form = ConfirmForm(formdata, answer=CONFIRM, state=placement.state.value)
    if placement.place.trainer_name:
        del form.trainer_name, form.trainer_email
    return form


def _page(membership, placement, form=None, overtaken=None):
    """The placement as this member may see it now; with 409 and a sentence when someone or something was first."""
    seen = seen_by_employer(current_session(), placement, manages=membership.manages)
    status = 409 if overtaken else 422 if form is not None and form.errors else 200
    return render_template(
        "employer/placement.html",
        placement=seen,
        why=why_here(seen),
        manages=membership.manages,
        organisation=membership.organisation,
        programme=placement.programme,
        form=form or _confirm_form(placement),
        overtaken=overtaken,
        refused=placement.withdrawn_by,
        has_begun=placement.starts_on <= clock.today(),
        is_late=placement.answer_by_on < clock.today(),
    ), status


def _refuse_page(membership, placement, form):
    form.answer.data, form.state.data = REFUSE, form.state.data or placement.state.value
    seen = seen_by_employer(current_session(), placement, manages=membership.manages)
    return render_template("employer/refuse.html", placement=seen, form=form), 422 if form.errors else 200
