"""Rounds for the broker: open one, have it computed, look at what came out, close it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.labels import label
from stagemakelaar.matching.stages import Stage
from stagemakelaar.people.models import Programme
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.rounds import actions
from stagemakelaar.rounds.acquisition import groups_short, seats_worth_asking
from stagemakelaar.rounds.changes import count_changes
from stagemakelaar.rounds.comments import count_open
from stagemakelaar.rounds.models import ProposalState, RoundState, RunState
from stagemakelaar.rounds.queries import (
    count_by_state,
    count_causes,
    count_taking_part,
    count_undecided,
    first_open,
    left_out,
    live_round,
    proposals_of,
    round_for,
    rounds_visible_to,
    run_for,
    run_under_way,
    unplaced_of,
)
from stagemakelaar.rounds.wanted import seats_wanted
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.explanations import PRIORITY, cause_in_words, journey_in_words
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, Text, must_be_pressed, required
from stagemakelaar.web.paging import chosen, rows_of
from stagemakelaar.web.run_words import run_in_words

pages = Blueprint("rounds", __name__)

MOST_SHOWN = 20


class RoundForm(BaseForm):
    """A new round."""

    name = Text(
        _l("Naam van de ronde"),
        [required(_l("Geef de ronde een naam."))],
        description=_l("Zoals: voorjaar 2027. Zo vindt u haar later terug."),
        render_kw={"maxlength": "80", "autocomplete": "off"},
    )


class CloseForm(BaseForm):
    """The end of a round."""

    why = LongText(_l("Waarom sluit u de ronde nu?"), [Optional()], render_kw={"rows": "3"})


@pages.get("/rondes")
@allow(Permission.SEE_CASES)
def index():
    return _index(RoundForm(name=_("ronde %(month)s", month=_month())))


def _month():
    return format_date(clock.today(), "MMMM y")


def _index(form):
    session, user = current_session(), actor()
    students, seats = count_taking_part(session, user.programme_id)
    return render_template(
        "rounds/index.html",
        rows=rows_of(session, rounds_visible_to(user)),
        live=live_round(session, user.programme_id),
        students=students,
        seats=seats,
        form=form,
        runs=may(user, Permission.RUN_ROUNDS),
    ), 422 if form.errors else 200


@pages.post("/rondes")
@allow(Permission.RUN_ROUNDS)
def open_round():
    form = RoundForm(request.form)
    if not form.validate():
        return _index(form)
    try:
        with transaction() as session:
            programme = session.get_one(Programme, actor().programme_id)
            match_round = actions.open_round(session, programme, name=form.name.data, by=actor())
    except DomainError as refusal:
        form.refuse(refusal)
        return _index(form)
    flash(_("De ronde is open. Laat nu berekenen wie waar past."), "success")
    return redirect(url_for("rounds.show", round_id=match_round.id))


# --- one round -----------------------------------------------------------------------------------------------------


@pages.get("/rondes/<int:round_id>")
@allow(Permission.SEE_CASES)
def show(round_id):
    session, state = current_session(), chosen("stand", ProposalState)
    match_round = round_for(session, actor(), round_id)
    rows = rows_of(session, proposals_of(match_round.chosen_run_id, state)) if match_round.chosen_run_id else None
    return render_template(
        "rounds/show.html",
        **_about(session, match_round),
        rows=rows,
        chosen_state=state,
        states=ProposalState,
        priority=PRIORITY,
        journey=journey_in_words,
    )


@pages.get("/rondes/<int:round_id>/zonder-plek")
@allow(Permission.SEE_CASES)
def unplaced(round_id):
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    rows = rows_of(session, unplaced_of(match_round.chosen_run_id)) if match_round.chosen_run_id else None
    return render_template(
        "rounds/unplaced.html",
        **_about(session, match_round),
        rows=rows,
        priority=PRIORITY,
        words=cause_in_words,
    )


@pages.get("/rondes/<int:round_id>/wat-ontbreekt")
@allow(Permission.SEE_CASES)
def needed(round_id):
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    run = match_round.chosen_run
    if run is None:
        return redirect(url_for("rounds.show", round_id=round_id))
    return render_template(
        "rounds/needed.html",
        **_about(session, match_round),
        groups=groups_short(session, run),
        more=seats_worth_asking(session, run),
        helps=len(seats_wanted(session, run).wanted),
        most=MOST_SHOWN,
    )


def _about(session, match_round):
    """What every page of a round shows."""
    run = match_round.chosen_run
    counts = count_by_state(session, run.id) if run else dict.fromkeys(ProposalState, 0)
    students, seats = count_taking_part(session, match_round.programme_id)
    is_live = match_round.state is not RoundState.CLOSED
    latest = match_round.runs[0] if match_round.runs else None
    return {
        "match_round": match_round,
        "run": run,
        "under_way": run_under_way(session, match_round),
        "stages": list(Stage),
        "counts": counts,
        "decided": [
            {"key": _("daarvan %(state)s", state=label(state)), "value": number} for state, number in counts.items()
        ],
        "waiting": counts[ProposalState.OPEN],
        "first_open": first_open(session, run) if run and is_live else None,
        "failed_run": latest if latest is not None and latest.state is RunState.FAILED and is_live else None,
        "causes": count_causes(session, run.id) if run else [],
        "open_comments": count_open(session, run.id) if run else {},
        "hand_changes": count_changes(session, match_round),
        "left_out": left_out(session, match_round.programme_id)[:50] if is_live else [],
        "students": students,
        "seats": seats,
        "runs": may(actor(), Permission.RUN_ROUNDS) and is_live,
        "run_in_words": run_in_words,
        "oversees": may(actor(), Permission.OVERSEE),
        "button_form": ButtonForm(),
    }


@pages.post("/rondes/<int:round_id>/berekenen")
@allow(Permission.RUN_ROUNDS)
def compute(round_id):
    _must_be_pressed(round_id, round_for(current_session(), actor(), round_id))
    with transaction() as session:
        actions.ask_for_run(session, round_for(session, actor(), round_id), by=actor())
    return redirect(url_for("rounds.show", round_id=round_id))


@pages.post("/rondes/<int:round_id>/berekeningen/<int:run_id>/kiezen")
@allow(Permission.RUN_ROUNDS)
def choose(round_id, run_id):
    _must_be_pressed(round_id, run_for(current_session(), actor(), run_id))
    with transaction() as session:
        match_round, run = round_for(session, actor(), round_id), run_for(session, actor(), run_id)
        actions.choose_run(session, match_round, run, by=actor())
    flash(_("U beoordeelt nu berekening %(number)s.", number=run_id), "success")
    return redirect(url_for("rounds.show", round_id=round_id))


@pages.post("/rondes/<int:round_id>/berekeningen/<int:run_id>/stoppen")
@allow(Permission.RUN_ROUNDS)
def cancel(round_id, run_id):
    _must_be_pressed(round_id, run_for(current_session(), actor(), run_id))
    with transaction() as session:
        actions.cancel_run(session, run_for(session, actor(), run_id), by=actor())
    flash(_("De berekening is gestopt."), "success")
    return redirect(url_for("rounds.show", round_id=round_id))


def _must_be_pressed(round_id, _found):
    """A button of our own page was pressed; the record was looked up first, so that a stranger's is not there."""
    must_be_pressed(url_for("rounds.show", round_id=round_id))


@pages.route("/rondes/<int:round_id>/sluiten", methods=["GET", "POST"])
@allow(Permission.RUN_ROUNDS)
def close(round_id):
    match_round = round_for(current_session(), actor(), round_id)
    form = CloseForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        with transaction() as session:
            rejected = actions.close_round(
                session, round_for(session, actor(), round_id), by=actor(), why=form.why.data or ""
            )
        flash(_("De ronde is gesloten. Niet besloten en dus afgewezen: %(count)s.", count=rejected), "success")
        return redirect(url_for("rounds.show", round_id=round_id))
    if match_round.state is RoundState.CLOSED:
        return redirect(url_for("rounds.show", round_id=round_id))
    left = count_undecided(current_session(), match_round)
    return render_template("rounds/close.html", match_round=match_round, form=form, left=left), (
        422 if form.errors else 200
    )
