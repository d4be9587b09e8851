"""Runs of a round beside each other: ask for one with settings of its own, and compare two."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField
from wtforms.validators import Optional

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.matching.scoring import BOUNDS
from stagemakelaar.people.models import Student
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.settings import weights_of
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import actions, comparing
from stagemakelaar.rounds.comparing import Change, comparable_runs, figures
from stagemakelaar.rounds.models import Proposal, RoundState
from stagemakelaar.rounds.queries import STANDS, round_for
from stagemakelaar.rounds.run_settings import LONGEST, SHORTEST, RunSettings, settings_from
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.fields import OneOf, WholeNumber
from stagemakelaar.web.forms import ButtonForm, required
from stagemakelaar.web.paging import ROWS, number, page_of, window
from stagemakelaar.web.programme import WeightsForm
from stagemakelaar.web.run_words import figures_in_words, run_in_words

pages = Blueprint("runs", __name__)

NOW = "now"
DIFFERENT = (Change.LOSES, Change.GAINS, Change.MOVES)
MOST_RUNS = 20  # that can be chosen from


class RunForm(WeightsForm):
    """With what a run computes."""

    most_minutes = WholeNumber(
        _l("Reis hoogstens, in minuten"),
        [Optional()],
        least=SHORTEST,
        most=LONGEST,
        description=_l("Leeg: zoals elke student zelf opgaf. Verder dan een student wil, gaat een berekening nooit."),
    )
    waiting_counts = BooleanField(
        _l("Wie langer zoekt, gaat voor"),
        description=_l("Zonder vinkje gaat alleen nog voor wie eerder een plek verloor door anderen."),
    )


# --- ask -----------------------------------------------------------------------------------------------------------


@pages.route("/rondes/<int:round_id>/andere-instellingen", methods=["GET", "POST"])
@allow(Permission.RUN_ROUNDS)
def ask(round_id):
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    if match_round.state is RoundState.CLOSED:
        return redirect(url_for("rounds.show", round_id=round_id))
    runs = comparable_runs(session, match_round)[:MOST_RUNS]
    form = _form(match_round, runs)
    if request.method == "POST" and form.validate():
        try:
            settings = settings_from(
                weights=form.weights,
                most_minutes=form.most_minutes.data,
                waiting_counts=form.waiting_counts.data,
            )
            with transaction() as session:
                match_round = round_for(session, actor(), round_id)
                chosen = [run for run in comparable_runs(session, match_round) if run.id == form.facts.data]
                actions.ask_for_run(
                    session, match_round, by=actor(), settings=settings, from_run=chosen[0] if chosen else None
                )
        except DomainError as refusal:
            if refusal.field is None:
                raise
            form.refuse(refusal)
        else:
            flash(_("De berekening is gevraagd. Is zij klaar, vergelijk haar dan met de andere."), "success")
            return redirect(url_for("rounds.show", round_id=round_id))
    match_round = round_for(current_session(), actor(), round_id)
    return render_template("rounds/ask.html", match_round=match_round, form=form), 422 if form.errors else 200


def _form(match_round, runs):
    """The form, filled with the settings of the run in the address (`?vanaf=12`), or of the programme."""
    start = next((run for run in runs if str(run.id) == request.args.get("vanaf")), None)
    settings = RunSettings.of(start) if start else RunSettings()
    weights = settings.weights or weights_of(match_round.programme)

    class Form(RunForm):
        facts = OneOf(
            _l("Met welke gegevens?"),
            [required(_l("Kies met welke gegevens."))],
            among=[(NOW, _("de gegevens van nu")), *((run.id, _facts_of(run)) for run in runs)],
            description=_l(
                "Met de gegevens van een eerdere berekening komt elk verschil door de instellingen, en door wat "
                "intussen is besloten. Wie intussen een plek kreeg, houdt die."
            ),
        )

    known = {part: getattr(weights, part) for part in BOUNDS}
    known |= {"most_minutes": settings.most_minutes, "waiting_counts": settings.waiting_counts}
    return Form(request.form if request.method == "POST" else None, data=known | {"facts": start.id if start else NOW})


def _facts_of(run):
    return _("die van berekening %(number)s: %(words)s", number=run.id, words="; ".join(run_in_words(run)))


# --- compare -------------------------------------------------------------------------------------------------------


@pages.get("/rondes/<int:round_id>/vergelijken")
@allow(Permission.SEE_CASES)
def compare(round_id):
    session, user = current_session(), actor()
    match_round = round_for(session, user, round_id)
    runs = comparable_runs(session, match_round)
    a, b = _asked_for(runs, match_round)
    in_review = match_round.state is RoundState.REVIEW
    context = {"match_round": match_round, "runs": runs[:MOST_RUNS], "a": a, "b": b, "run_in_words": run_in_words}
    context["may_choose"] = in_review and may(user, Permission.RUN_ROUNDS)
    if b is None:
        return render_template("rounds/compare.html", **context)
    comparison = comparing.compare(session, a, b)
    kind = request.args.get("toon", "")
    kinds = {"alle": tuple(Change)} | {one.value: (one,) for one in DIFFERENT}
    order = comparison.order(kinds.get(kind, DIFFERENT))
    start = window(len(order))
    rows = comparison.rows(order[start : start + ROWS])
    return render_template(
        "rounds/compare.html",
        **context,
        comparison=comparison,
        figures=figures_in_words(figures(session, comparison, a, b)),
        counts=comparison.counts(),
        page=page_of(rows, start, len(order)),
        rows=rows,
        kind=kind if kind in kinds else "",
        different=DIFFERENT,
        students=_by_id(session, Student, {row.student for row in rows}),
        places=_by_id(session, Place, {spot.place for row in rows for spot in (row.a, row.b) if spot}),
        proposals=_proposals(session, match_round.chosen_run_id, rows) if in_review else {},
        may_decide=in_review and may(user, Permission.DECIDE),
        button_form=ButtonForm(),
    )


def _asked_for(runs, match_round):
    """The two runs of the address; without it the chosen one and the newest other, None when there is no other."""
    by_id = {run.id: run for run in runs}
    default_a = by_id.get(match_round.chosen_run_id) or (runs[0] if runs else None)
    a = _one_of(by_id, "a", default_a)
    return a, _one_of(by_id, "b", next((run for run in runs if run is not a), None))


def _one_of(by_id, name, otherwise):
    asked = number(name)
    if asked is not None and asked not in by_id:
        raise NotFound
    return by_id.get(asked, otherwise)


def _by_id(session, model, ids):
    return {one.id: one for one in session.scalars(select(model).where(model.id.in_(ids)))}


def _proposals(session, run_id, rows):
    """What the run under review proposes for these students: student → (id, state)."""
    students = [row.student for row in rows]
    found = select(Proposal.student_id, Proposal.id, Proposal.state)
    found = found.where(Proposal.run_id == run_id, Proposal.student_id.in_(students), STANDS)
    return {student: (number, state) for student, number, state in session.execute(found)}
