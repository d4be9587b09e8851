"""Places to go and get: which seats would help most, whom to call for one, and what they answered.

Counts only: no student is named here, so that the page can lie open beside the phone.
"""

from collections import Counter
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import ContactKind, PlaceAnswer
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.places import actions
from stagemakelaar.places.models import InterestState
from stagemakelaar.places.queries import interest_for, organisation_behind, organisation_for, towns_of_regions
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.rounds.nearby import QUIET, Why, companies_near, interest_near, known_of
from stagemakelaar.rounds.queries import last_computed_run
from stagemakelaar.rounds.wanted import gains_at, seats_wanted
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.acquiring_words import answered, filters_of, in_words, prefill_of
from stagemakelaar.web.fields import Day, OneOf
from stagemakelaar.web.forms import BaseForm, LongText, Text, required
from stagemakelaar.web.own_paths import own_path
from stagemakelaar.web.paging import chosen, rows_among

pages = Blueprint("acquiring", __name__)

DAYS_TO_CALL = 2  # working days; what a task says at first


class AnswerForm(BaseForm):
    """What came of asking a company for a place."""

    answer = OneOf(
        _l("Hebben ze een plek?"),
        [required(_l("Kies wat ze antwoordden."))],
        among=[
            (PlaceAnswer.YES, _l("ja: u vult daarna de leerplaats in")),
            (PlaceAnswer.LATER, _l("misschien later: bel opnieuw")),
            (PlaceAnswer.NO, _l("nee: we bellen voorlopig niet meer")),
        ],
    )
    call_on = Day(_l("Wanneer belt u opnieuw?"), [Optional()], description=_l("Alleen bij misschien later."))
    note = LongText(_l("Wat zeiden ze?"), [Optional()], render_kw={"rows": "3"}, longest=1000)
    with_whom = Text(_l("Met wie sprak u?"), [Optional()], longest=100)
    kind = OneOf(_l("Hoe?"), [required(_l("Kies hoe u contact had."))], among=ContactKind)
    held_on = Day(_l("Wanneer?"), [required(_l("Vul de dag in waarop u contact had."))])


class TaskForm(BaseForm):
    """Something to do for this before a day."""

    what = Text(_l("Wat moet er gebeuren?"), [required(_l("Schrijf op wat er moet gebeuren."))], longest=200)
    due_on = Day(_l("Vóór welke dag?"), [required(_l("Vul de dag in."))])
    mine = OneOf(
        _l("Wie doet het?"),
        [required(_l("Kies wie het doet."))],
        among=[("ik", _l("ik")), ("iedereen", _l("wie het eerst kan"))],
    )


class InterestAnswerForm(BaseForm):
    """What came of calling a company that said it may have a place."""

    answer = AnswerForm.answer
    call_on = AnswerForm.call_on


# --- the list ------------------------------------------------------------------------------------------------------


@pages.get("/werven")
@allow(Permission.SEE_CASES)
def index():
    session = current_session()
    run = last_computed_run(session, actor().programme_id)
    wanted = seats_wanted(session, run).wanted if run else []
    courses = qualifications_with(session, {one.code for one in wanted})
    towns = towns_of_regions(session, actor())
    filters, left = filters_of(wanted, request.args, courses, towns)
    rows = rows_among(left)
    return render_template(
        "acquiring/index.html",
        run=run,
        rows=rows,
        filters=filters,
        words={one.key: in_words(one, courses, towns) for one in rows.items},
        here=request.full_path,
    )


# --- one seat that is wanted, and whom to call for it --------------------------------------------------------------


@pages.get("/werven/<need>")
@allow(Permission.SEE_CASES)
def show(need):
    session = current_session()
    search, wanted = _wanted(session, need)
    if wanted is None:
        return _gone()
    near, why = companies_near(session, actor(), search, wanted), chosen("groep", Why)
    groups = Counter(one.why for one in near)
    rows = rows_among([one for one in near if why in (None, one.why)])
    companies, contacts, open_tasks = known_of(session, actor(), [one.organisation_id for one in rows.items])
    return render_template(
        "acquiring/show.html",
        wanted=wanted,
        words=_words(session, wanted),
        rows=rows,
        groups=[(one, groups[one]) for one in Why if groups[one]],
        group=why,
        gains=dict(zip((one.organisation_id for one in rows.items), _gains(search, wanted, rows.items), strict=True)),
        companies=companies,
        contacts=contacts,
        tasks=open_tasks,
        interests=interest_near(session, actor(), search, wanted),
        answered=answered,
        prefill=prefill_of(wanted),
        quiet_weeks=QUIET.days // 7,
        works=may(actor(), Permission.WORK_OFFERS),
        calls=may(actor(), Permission.WORK_CASES),
        here=request.full_path,
        back=_back(url_for("acquiring.index")),
    )


def _gains(search, wanted, near):
    return gains_at(search, wanted, [one.pc4 for one in near]).tolist() if near else []


def _wanted(session, need):
    """What was searched and the seat that this name stands for, or None for it when it does not help any more."""
    run = last_computed_run(session, actor().programme_id)
    search = seats_wanted(session, run) if run else None
    return search, next((one for one in search.wanted if one.key == need), None) if search else None


def _words(session, wanted):
    return in_words(wanted, qualifications_with(session, {wanted.code}), towns_of_regions(session, actor()))


def _gone():
    flash(_("Zo'n plek erbij helpt nu niemand meer: er is intussen opnieuw gerekend."), "info")
    return redirect(url_for("acquiring.index"))


def _back(otherwise):
    """Where the broker came from, with all filters."""
    return own_path(request.args.get("terug")) or otherwise


# --- what a company answers ----------------------------------------------------------------------------------------


@pages.route("/werven/<need>/bedrijven/<int:organisation_id>", methods=["GET", "POST"])
@allow(Permission.WORK_OFFERS)
def call(need, organisation_id):
    session = current_session()
    organisation = organisation_for(session, actor(), organisation_id)
    _search, wanted = _wanted(session, need)
    if wanted is None:
        return _gone()
    words, back = _words(session, wanted), _back(url_for("acquiring.show", need=need))
    form = AnswerForm(request.form if request.method == "POST" else None, kind=ContactKind.CALL, held_on=clock.today())
    if request.method == "POST" and form.validate() and _note_answer(organisation, wanted, words, form):
        if form.answer.data is not PlaceAnswer.YES:
            return redirect(back)
        return redirect(url_for("organisations.new_place", organisation_id=organisation_id, **prefill_of(wanted)))
    return _call_page(organisation, wanted, words, back, form=form)


def _note_answer(organisation, wanted, words, form):
    """Note the answer, and for a maybe a task to call again; False when the form now says what is wrong."""
    if form.answer.data is PlaceAnswer.LATER and (form.call_on.data is None or form.call_on.data <= clock.today()):
        form.call_on.errors = [_("Kies een dag na vandaag.")]
        return False
    try:
        with transaction() as session:
            tasks.record_organisation_contact(
                session,
                organisation,
                kind=form.kind.data,
                held_on=form.held_on.data,
                with_whom=form.with_whom.data or "",
                note=form.note.data or "",
                answer=form.answer.data,
                code=wanted.code,
                by=actor(),
            )
            if form.answer.data is PlaceAnswer.LATER:
                what = _("Bel opnieuw over een plek: %(course)s", course=words["course"])[: tasks.LONGEST]
                tasks.add_task(
                    session,
                    what=what,
                    due_on=form.call_on.data,
                    organisation=organisation,
                    for_whom=actor(),
                    by=actor(),
                )
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    flash(_("Genoteerd bij %(company)s.", company=organisation.name), "success")
    return True


@pages.post("/werven/<need>/bedrijven/<int:organisation_id>/taak")
@allow(Permission.WORK_OFFERS)
def add_task(need, organisation_id):
    session = current_session()
    organisation = organisation_for(session, actor(), organisation_id)
    _search, wanted = _wanted(session, need)
    if wanted is None:
        return _gone()
    words, back = _words(session, wanted), _back(url_for("acquiring.show", need=need))
    form = TaskForm(request.form)
    if form.validate():
        try:
            with transaction() as session:
                tasks.add_task(
                    session,
                    what=form.what.data,
                    due_on=form.due_on.data,
                    organisation=organisation,
                    for_whom=actor() if form.mine.data == "ik" else None,
                    by=actor(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("De taak staat op de lijst bij %(company)s.", company=organisation.name), "success")
            return redirect(back)
    return _call_page(organisation, wanted, words, back, task_form=form)


def _call_page(organisation, wanted, words, back, *, form=None, task_form=None):
    """Everything for one call: the number, what was said before, and a form for each of what may come of it."""
    session = current_session()
    what = _("Vraag om een plek: %(course)s, %(period)s", course=words["course"], period=words["period"])
    form = form or AnswerForm(kind=ContactKind.CALL, held_on=clock.today())
    task_form = task_form or TaskForm(
        what=what[: tasks.LONGEST], due_on=working_days_from(clock.today(), DAYS_TO_CALL), mine="ik"
    )
    errors = form.errors or task_form.errors
    return render_template(
        "acquiring/call.html",
        organisation=organisation,
        wanted=wanted,
        words=words,
        back=back,
        form=form,
        task_form=task_form,
        contacts=session.scalars(tasks.contacts_with(actor(), organisation).limit(10)).all(),
        prefill=prefill_of(wanted),
    ), 422 if errors else 200


@pages.route("/werven/<need>/interesse/<int:interest_id>", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def call_interest(need, interest_id):
    session = current_session()
    interest = interest_for(session, actor(), interest_id)
    _search, wanted = _wanted(session, need)
    if wanted is None:
        return _gone()
    back = _back(url_for("acquiring.show", need=need))
    form = InterestAnswerForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate() and _note_interest(interest_id, form):
        if form.answer.data is PlaceAnswer.YES:
            known = organisation_behind(current_session(), actor(), interest_for(session, actor(), interest_id))
            if known is None:
                return redirect(url_for("organisations.new", interesse=interest_id))
            return redirect(url_for("organisations.new_place", organisation_id=known.id, **prefill_of(wanted)))
        return redirect(back)
    page = render_template(
        "acquiring/interest.html",
        interest=interest,
        is_open=interest.state in {InterestState.NEW, InterestState.CONTACTED},
        words=_words(current_session(), wanted),
        back=back,
        form=form,
        tomorrow=clock.today() + timedelta(days=1),
    )
    return page, 422 if form.errors else 200


def _note_interest(interest_id, form):
    """Move the interest along; False when the form now says what is wrong."""
    answer = form.answer.data
    try:
        with transaction() as session:
            interest = interest_for(session, actor(), interest_id)
            if answer is PlaceAnswer.NO:
                actions.follow_up_interest(session, interest, InterestState.DROPPED, by=actor())
            elif answer is PlaceAnswer.LATER:
                actions.call_interest_again(session, interest, on=form.call_on.data, by=actor())
            elif interest.state is not InterestState.CONTACTED:
                actions.follow_up_interest(session, interest, InterestState.CONTACTED, by=actor())
            company = interest.company
    except DomainError as refusal:
        if refusal.field is None:
            raise
        form.refuse(refusal)
        return False
    flash(_("Genoteerd bij %(company)s.", company=company), "success")
    return True
