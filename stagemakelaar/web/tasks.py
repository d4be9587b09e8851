"""Tasks: the list of a programme, a new one about a student or a company, and what became of each."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import Case, Task, TaskState
from stagemakelaar.casework.queries import brokers_of, case_for
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import User
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.queries import ONLY_KEPT
from stagemakelaar.places.queries import organisation_for
from stagemakelaar.web import case_page, organisation_page
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_forms import WhyForm, task_form
from stagemakelaar.web.forms import ButtonForm, must_be_pressed
from stagemakelaar.web.own_paths import back_to, own_path
from stagemakelaar.web.paging import chosen, rows_of

pages = Blueprint("tasks", __name__)


@pages.get("/taken")
@allow(Permission.SEE_CASES)
def index():
    """The tasks of the programme: open ones first due first, done and dropped ones the latest first."""
    state = chosen("stand", TaskState) or TaskState.OPEN
    mine = request.args.get("van") == "mij"
    found = tasks.tasks_listed(actor(), ONLY_KEPT).where(Task.state == state)
    if mine:
        found = found.where(Task.for_id == actor().id)
    if state is not TaskState.OPEN:
        found = found.order_by(None).order_by(Task.state_changed_at.desc(), Task.id.desc())
    found = found.options(joinedload(Task.case).joinedload(Case.student), joinedload(Task.organisation))
    return render_template(
        "tasks/index.html",
        rows=rows_of(current_session(), found),
        state=state,
        mine=mine,
        states=TaskState,
        works=may(actor(), Permission.WORK_CASES),
        button_form=ButtonForm(),
    )


@pages.post("/studenten/<int:student_id>/taken")
@allow(Permission.WORK_CASES)
def add_for_student(student_id):
    case_for(current_session(), actor(), student_id)
    form = _sent()
    if form.validate() and _add(form, lambda session: {"case": case_for(session, actor(), student_id)}):
        return redirect(url_for("students.show", student_id=student_id, _anchor="taken"))
    return case_page.file_of(student_id, task=form)


@pages.post("/organisaties/<int:organisation_id>/taken")
@allow(Permission.WORK_CASES)
def add_for_organisation(organisation_id):
    organisation_for(current_session(), actor(), organisation_id)
    form = _sent()
    if form.validate() and _add(
        form, lambda session: {"organisation": organisation_for(session, actor(), organisation_id)}
    ):
        return redirect(url_for("organisations.show", organisation_id=organisation_id, _anchor="taken"))
    return organisation_page.page_about(organisation_id, task=form)


def _sent():
    return task_form(brokers_of(current_session(), actor().programme_id), request.form)


def _add(form, about):
    """Add the task of a form; whether that was allowed."""
    try:
        with transaction() as session:
            for_whom = session.get_one(User, form.for_whom.data) if form.for_whom.data else None
            tasks.add_task(
                session,
                what=form.what.data,
                due_on=form.due_on.data,
                for_whom=for_whom,
                by=actor(),
                **about(session),
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    flash(_("De taak staat erop."), "success")
    return True


BUTTONS: dict[str, tuple[Any, Any]] = {
    "gedaan": (tasks.finish_task, _l("Gedaan. Toch niet? Zet de taak weer open.")),
    "heropenen": (tasks.reopen_task, _l("De taak staat weer open.")),
}


@pages.post("/taken/<int:task_id>/<any(gedaan, heropenen):change>")
@allow(Permission.WORK_CASES)
def press(task_id, change):
    must_be_pressed(back_to(_page_about(tasks.task_for(current_session(), actor(), task_id))))
    act, told = BUTTONS[change]
    with transaction() as session:
        task = tasks.task_for(session, actor(), task_id)
        act(session, task, by=actor())
    flash(str(told), "success")
    return redirect(back_to(_page_about(task)))


@pages.route("/taken/<int:task_id>/vervalt", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def drop(task_id):
    task = tasks.task_for(current_session(), actor(), task_id)
    asked = own_path(request.values.get("next"))
    back = asked or _page_about(task)
    form = WhyForm(request.form if request.method == "POST" else None)
    if task.state is not TaskState.OPEN and request.method == "GET":
        return redirect(back)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                task = tasks.task_for(session, actor(), task_id)
                tasks.drop_task(session, task, why=form.why.data, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
            task = tasks.task_for(current_session(), actor(), task_id)
        else:
            flash(_("De taak is niet meer nodig."), "success")
            return redirect(back)
    return render_template("tasks/drop.html", task=task, form=form, back=back, asked=asked), form.status


def _page_about(task):
    if task.case is not None:
        return url_for("students.show", student_id=task.case.student_id, _anchor="taken")
    return url_for("organisations.show", organisation_id=task.organisation_id, _anchor="taken")
