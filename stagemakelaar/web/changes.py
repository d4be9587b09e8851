"""What was changed by hand in a round, against what was computed; and taking it back, one by one or whole."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.models import PlacementState
from stagemakelaar.rounds import undoing
from stagemakelaar.rounds.changes import as_computed, as_it_is_now, change_for, changes_of, forcing_hints
from stagemakelaar.rounds.costs import cost_of_hint, costs_of
from stagemakelaar.rounds.queries import round_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.alternative_words import (
    chain_in_words,
    costs_in_words,
    fit_in_words,
    own_place_in_words,
    placed_in_words,
)
from stagemakelaar.web.forms import BaseForm, LongText, required
from stagemakelaar.web.paging import ROWS, rows_of
from stagemakelaar.web.place_words import names_apart

pages = Blueprint("changes", __name__)


class UndoForm(BaseForm):
    """Why a change is taken back."""

    why = LongText(
        _l("Waarom draait u dit terug?"),
        [required(_l("Schrijf op waarom u dit terugdraait."))],
        description=_l("Alleen stagemakelaars lezen dit."),
        render_kw={"rows": "3"},
    )


class UndoAllForm(UndoForm):
    """The same for all changes that a page showed; the seal says which those were."""

    seal = HiddenField()


@pages.get("/rondes/<int:round_id>/wijzigingen")
@allow(Permission.SEE_CASES)
def index(round_id):
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    run = match_round.chosen_run
    if run is None:
        return redirect(url_for("rounds.show", round_id=round_id))
    rows = rows_of(session, changes_of(match_round))
    hints = session.scalars(forcing_hints(match_round).limit(ROWS)).all()
    asked = request.args.get("voorkeur", "")
    return render_template(
        "changes/index.html",
        match_round=match_round,
        run=run,
        rows=rows,
        names_apart=names_apart,
        costs=_words(costs_of(session, rows.items)),
        objections=_told(undoing.objections_to_undoing(session, rows.items)),
        withdrawable=_withdrawable(rows.items),
        hints=hints,
        hint_costs={hint.id: _hint_words(session, run, hint) for hint in hints if asked == str(hint.id)},
        computed=as_computed(session, run),
        now=as_it_is_now(session, run),
        may_undo=may(actor(), Permission.DECIDE),
    )


def _words(costs):
    return {
        number: (costs_in_words(one.alternative, one.students), chain_in_words(one), own_place_in_words(one))
        if one
        else None
        for number, one in costs.items()
    }


def _told(objections):
    return {number: _(sentence) if sentence else None for number, sentence in objections.items()}


def _withdrawable(changes):
    """The numbers of those whose letters are away, so that the placement can only be withdrawn."""
    over = {PlacementState.WITHDRAWN, PlacementState.COMPLETED}
    return {one.id for one in changes if one.placement is not None and one.placement.state not in over}


def _hint_words(session, run, hint):
    found = cost_of_hint(session, run, hint)
    if found is None:
        return [_("deze berekening kende de voorkeur nog niet")]
    return [placed_in_words(found[0]), fit_in_words(found[1])]


@pages.route("/wijzigingen/<int:change_id>/terugdraaien", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def undo(change_id):
    change = change_for(current_session(), actor(), change_id)
    back = url_for("changes.index", round_id=change.round_id)
    form = UndoForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                undoing.undo_change(session, change_for(session, actor(), change_id), by=actor(), why=form.why.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("De wijziging is teruggedraaid. Niemand heeft bericht gekregen."), "success")
            return redirect(back)
    session = current_session()
    change = change_for(session, actor(), change_id)
    objection = undoing.objections_to_undoing(session, [change])[change.id]
    return render_template(
        "changes/undo.html",
        change=change,
        objection=_(objection) if objection else None,
        withdrawable=_withdrawable([change]),
        back=back,
        form=form,
    ), form.status


@pages.route("/rondes/<int:round_id>/wijzigingen/terugdraaien", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def undo_all(round_id):
    match_round = round_for(current_session(), actor(), round_id)
    form = UndoAllForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                match_round = round_for(session, actor(), round_id)
                done = undoing.undo_all(session, match_round, by=actor(), why=form.why.data, seal=form.seal.data or "")
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            count = len(done.changes) + len(done.hints)
            flash(
                ngettext(
                    "%(num)s wijziging is teruggedraaid. Niemand heeft bericht gekregen.",
                    "%(num)s wijzigingen zijn teruggedraaid. Niemand heeft bericht gekregen.",
                    count,
                ),
                "success",
            )
            return redirect(url_for("changes.index", round_id=round_id))
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    plan = undoing.plan_of(session, match_round)
    form.seal.data = plan.seal
    return render_template(
        "changes/undo_all.html",
        match_round=match_round,
        plan=plan,
        kept=[(change, _(sentence)) for change, sentence in plan.kept],
        form=form,
    ), form.status
