"""One company as the broker meets it: people, recognitions, places, placements past and present, who spoke with whom.

What is noted here (contacts, tasks) is of one programme; another programme that knows the company does not read it.
"""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from stagemakelaar.casework import tasks
from stagemakelaar.casework.queries import brokers_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.flow import can_move
from stagemakelaar.outbox import letters_to
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.models import LIVE, Placement
from stagemakelaar.placements.queries import placements_listed
from stagemakelaar.places.models import Place
from stagemakelaar.places.queries import organisation_for, own_places
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_forms import CompanyCallForm, task_form
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.letter_words import letter_of
from stagemakelaar.web.organisations import DECISIONS, pages
from stagemakelaar.web.paging import ROWS, page_of, window
from stagemakelaar.web.placement_words import ended_because

MOST = 50  # contacts and letters; the latest


@pages.get("/organisaties/<int:organisation_id>")
@allow(Permission.SEE_CASES)
def show(organisation_id):
    return page_about(organisation_id)


def page_about(organisation_id, *, call=None, task=None):
    """The page of a company; with 422 and what was typed when one of its two forms was refused."""
    session, user = current_session(), actor()
    organisation = organisation_for(session, user, organisation_id)
    refused = call or task
    placements = _placements(session, user, organisation)
    members = [member.user_id for member in organisation.members]
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        places=[place for place in own_places(session, organisation) if place.programme_id == user.programme_id],
        placements=placements,
        ended=ended_because,
        live=_count_live(session, user, organisation),
        contacts=session.scalars(tasks.contacts_with(user, organisation).limit(MOST)).unique().all(),
        tasks=session.scalars(tasks.tasks_about(user, organisation=organisation)).unique().all(),
        letters=[letter_of(message) for message in letters_to(session, members, user.programme_id, limit=MOST)],
        works=may(user, Permission.WORK_OFFERS),
        calls=may(user, Permission.WORK_CASES),
        decisions=[name for name, decision in DECISIONS.items() if can_move(organisation, decision["to"])],
        words=DECISIONS,
        call=call or _call_form(),
        task_form=task or task_form(brokers_of(session, user.programme_id)),
        form=refused,
        button_form=ButtonForm(),
    ), 422 if refused else 200


def _placements(session, user, organisation):
    """A page of the placements of our programme there, the latest change first."""
    found = placements_listed(user).join(Place, Place.id == Placement.place_id)
    found = found.where(Place.organisation_id == organisation.id)
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery()))
    start = window(total)
    items = session.scalars(found.limit(ROWS).offset(start)).unique().all()
    return page_of(items, start, total, endpoint="organisations.show")


def _count_live(session, user, organisation):
    """How many students of our programme have a placement there that counts."""
    found = (
        select(func.count())
        .select_from(Placement)
        .join(Place, Place.id == Placement.place_id)
        .where(
            Place.organisation_id == organisation.id,
            Placement.programme_id == user.programme_id,
            Placement.state.in_(LIVE),
        )
    )
    return session.scalar(found)


def _call_form():
    form = CompanyCallForm()
    if request.args.get("noteer"):
        form.note.render_kw = {**form.note.render_kw, "autofocus": True}
    return form


@pages.post("/organisaties/<int:organisation_id>/contact")
@allow(Permission.WORK_CASES)
def note_contact(organisation_id):
    organisation_for(current_session(), actor(), organisation_id)
    form = CompanyCallForm(request.form)
    if not form.validate():
        return page_about(organisation_id, call=form)
    try:
        with transaction() as session:
            organisation = organisation_for(session, actor(), organisation_id)
            tasks.record_organisation_contact(session, organisation, **form.facts(), by=actor())
            if form.todo.data:
                tasks.add_task(
                    session,
                    what=form.todo.data,
                    due_on=form.task_day(),
                    organisation=organisation,
                    for_whom=actor(),
                    by=actor(),
                )
    except DomainError as refusal:
        form.refuse(refusal)
        return page_about(organisation_id, call=form)
    told = _("Het contact en de taak zijn genoteerd.") if form.todo.data else _("Het contact is genoteerd.")
    flash(told, "success")
    return redirect(url_for("organisations.show", organisation_id=organisation_id, noteer=1))
