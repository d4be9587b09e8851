"""What a broker does without the matcher: place by hand, choose another place, take a decision back.

Each owes a reason, and each page says first what will happen.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from stagemakelaar import audit
from stagemakelaar.casework.queries import case_for
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.matching.eligibility import Rule
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.reasons import Act
from stagemakelaar.placements.queries import live_at, live_placement_of
from stagemakelaar.places.queries import place_for
from stagemakelaar.rounds import by_hand, repairs, review
from stagemakelaar.rounds.by_hand_options import options_of_today
from stagemakelaar.rounds.costs import cost_of_placing
from stagemakelaar.rounds.models import ProposalState
from stagemakelaar.rounds.queries import proposal_for, run_under_review
from stagemakelaar.rounds.repairs import lost_place_of, offers_for
from stagemakelaar.web import opened
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.alternative_words import chain_in_words, costs_in_words
from stagemakelaar.web.fields import Version
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, must_be_pressed, required
from stagemakelaar.web.place_words import names_apart, terms_of
from stagemakelaar.web.placement_words import ended_because
from stagemakelaar.web.reading import note_reading
from stagemakelaar.web.reason_fields import reason_field

pages = Blueprint("by_hand", __name__)

MOST_OPTIONS = 50


class ReasonForm(BaseForm):
    """Why a broker does what nobody computed."""

    why = LongText(
        _l("Waarom kiest u deze plek?"),
        [required(_l("Schrijf op waarom u deze plek kiest."))],
        description=_l("De student mag dit lezen."),
        render_kw={"rows": "3"},
    )


def _replace_form(programme, *arguments, **known):
    class ReplaceForm(BaseForm):
        """The same, about a proposal: the version says which page it was read from, `opened` since when."""

        reason = reason_field(programme, Act.REPLACE, _l("Waarom kiest u deze plek?"))
        why = LongText(
            _l("In uw eigen woorden"),
            [],
            description=_l("Nodig als u geen reden kiest. De student mag dit lezen."),
            render_kw={"rows": "3"},
        )
        version = Version()
        opened = HiddenField()

    return ReplaceForm(*arguments, **known)


def _undo_form(programme, *arguments):
    class UndoForm(BaseForm):
        """Why a decision is taken back."""

        reason = reason_field(programme, Act.UNDO, _l("Waarom draait u het besluit terug?"))
        why = LongText(
            _l("In uw eigen woorden"),
            [],
            description=_l("Nodig als u geen reden kiest. Alleen stagemakelaars lezen dit."),
            render_kw={"rows": "3"},
        )

    return UndoForm(*arguments)


# --- from a student's page -----------------------------------------------------------------------------------------


@pages.get("/studenten/<int:student_id>/plaatsen")
@allow(Permission.DECIDE)
def choose(student_id):
    student = note_reading(lambda: case_for(current_session(), actor(), student_id), page="plaatsen").student
    session = current_session()
    fitting, nearly = options_of_today(session, student)
    offers = [
        (
            offer,
            costs_in_words(offer.cost.alternative, offer.cost.students),
            chain_in_words(offer.cost),
            _(offer.objection) if offer.objection else None,
        )
        for offer in offers_for(session, student)
    ]
    return render_template(
        "by_hand/choose.html",
        student=student,
        lost=lost_place_of(session, student),
        ended_because=ended_because,
        button_form=ButtonForm(),
        offers=offers,
        names=names_apart([*fitting, *(place for place, _rule in nearly)]),
        fitting=fitting[:MOST_OPTIONS],
        nearly=[(place, _(review.REFUSALS[rule])) for place, rule in nearly[:MOST_OPTIONS]],
        more=max(len(fitting) - MOST_OPTIONS, 0),
    )


@pages.post("/studenten/<int:student_id>/wachten")
@allow(Permission.DECIDE)
def let_wait(student_id):
    case_for(current_session(), actor(), student_id)
    must_be_pressed(url_for("students.show", student_id=student_id))
    with transaction() as session:
        repairs.let_wait(session, case_for(session, actor(), student_id).student, by=actor())
    flash(_("De student wacht op de volgende ronde. Met de hand plaatsen kan nog steeds."), "success")
    return redirect(url_for("students.show", student_id=student_id))


@pages.route("/studenten/<int:student_id>/plaatsen/<int:place_id>", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def place(student_id, place_id):
    case_for(current_session(), actor(), student_id)
    place_for(current_session(), actor(), place_id)
    form = ReasonForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                student = case_for(session, actor(), student_id).student
                chosen = place_for(session, actor(), place_id)
                placement = by_hand.place_student(session, student, chosen, by=actor(), why=form.why.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _placed(placement)
    student = note_reading(lambda: case_for(current_session(), actor(), student_id), place=place_id).student
    session = current_session()
    chosen = place_for(session, actor(), place_id)
    run = run_under_review(session, student.programme_id)
    return render_template(
        "by_hand/place.html",
        student=student,
        place=chosen,
        **_about(session, run, student, chosen),
        run=run,
        form=form,
    ), form.status


def _about(session, run, student, place):
    """What both pages say of a student at a place: the terms, what it costs and for whom, and what forbids it."""
    cost = cost_of_placing(session, run, student, place) if run is not None else None
    objections = review.objections_between(session, student, place)
    return {
        "terms": terms_of(session, student, place),
        "costs": costs_in_words(cost.alternative, cost.students) if cost else [],
        "chain": chain_in_words(cost) if cost else [],
        "objections": [_(one) for one in objections],
        "own": live_placement_of(session, student) if review.ALREADY_PLACED in objections else None,
        "holders": live_at(session, place) if review.REFUSALS[Rule.SEATS] in objections else [],
    }


# --- from a proposal -----------------------------------------------------------------------------------------------


@pages.route("/voorstellen/<int:proposal_id>/andere-plek/<int:place_id>", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def replace(proposal_id, place_id):
    proposal = proposal_for(current_session(), actor(), proposal_id)
    place_for(current_session(), actor(), place_id)
    sent = request.form if request.method == "POST" else None
    since = request.args.get("sinds", "")
    form = _replace_form(proposal.student.programme, sent, version=proposal.version, opened=since)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                proposal = proposal_for(session, actor(), proposal_id)
                chosen = place_for(session, actor(), place_id)
                placement = by_hand.replace(
                    session,
                    proposal,
                    chosen,
                    by=actor(),
                    why=form.why.data or "",
                    reason=form.reason.data,
                    seconds=opened.seconds_since(form.opened.data, proposal_id),
                    version=form.version.data,
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _placed(placement)
    if request.method == "GET" and proposal.state is ProposalState.OPEN:
        with transaction() as session:  # who looks further than the proposal is told to the coordinator
            audit.record(session, review.OPENED, proposal, by=actor(), place=place_id)
    proposal = proposal_for(current_session(), actor(), proposal_id)
    if proposal.state is not ProposalState.OPEN and not form.errors:
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    proposal = note_reading(lambda: proposal_for(current_session(), actor(), proposal_id), proposal=proposal_id)
    session = current_session()
    chosen = place_for(session, actor(), place_id)
    form.version.data = proposal.version  # the page below shows it as it is now
    return render_template(
        "by_hand/replace.html",
        proposal=proposal,
        names=names_apart([chosen, proposal.place]),
        student=proposal.student,
        place=chosen,
        **_about(session, proposal.run, proposal.student, chosen),
        form=form,
    ), form.status


@pages.route("/voorstellen/<int:proposal_id>/terugdraaien", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def undo(proposal_id):
    proposal = proposal_for(current_session(), actor(), proposal_id)
    form = _undo_form(proposal.student.programme, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                again = by_hand.undo(
                    session,
                    proposal_for(session, actor(), proposal_id),
                    by=actor(),
                    why=form.why.data or "",
                    reason=form.reason.data,
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(
                _("Het besluit is teruggedraaid. Niemand heeft bericht gekregen. U kunt opnieuw besluiten."), "success"
            )
            return redirect(url_for("proposals.show", proposal_id=again.id))
    session = current_session()
    proposal = proposal_for(session, actor(), proposal_id)
    if not form.errors and not by_hand.can_undo(session, proposal):
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    return render_template("by_hand/undo.html", proposal=proposal, form=form), form.status


def _placed(placement):
    flash(_("Geplaatst. De student en het bedrijf krijgen een brief."), "success")
    return redirect(url_for("placements.show", placement_id=placement.id))
