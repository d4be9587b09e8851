"""The file of one student: what happens now, a call noted in one line, tasks, and the whole story on a time line.

Whoever opens a file is noted in the trail.
"""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.audit import trail_of
from stagemakelaar.casework import actions
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.casework.queries import brokers_of, case_for, kept_instead_of, waiting_hand_over
from stagemakelaar.casework.tasks import add_task, tasks_about
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import N_, DomainError, IllegalMove, Overtaken
from stagemakelaar.flow import can_move
from stagemakelaar.people.models import User
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements import resting
from stagemakelaar.placements.models import LIVE
from stagemakelaar.placements.queries import live_placement_of, placements_of
from stagemakelaar.reference.queries import qualification
from stagemakelaar.rounds.hints import hints_about
from stagemakelaar.rounds.repairs import lost_place_of
from stagemakelaar.rounds.word import last_search_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_forms import NoteForm, StudentCallForm, WhyForm, task_form
from stagemakelaar.web.case_timeline import KINDS, Kind, story_of
from stagemakelaar.web.case_words import parts_of_file, situation_of
from stagemakelaar.web.explanations import cause_in_words
from stagemakelaar.web.forms import ButtonForm, must_be_pressed
from stagemakelaar.web.own_paths import back_to
from stagemakelaar.web.paging import chosen, rows_among
from stagemakelaar.web.proposals import when
from stagemakelaar.web.reading import note_reading
from stagemakelaar.web.students import pages


@pages.get("/studenten/<int:student_id>")
@allow(Permission.SEE_CASES)
def show(student_id):
    kept_id = kept_instead_of(current_session(), actor(), student_id)
    return redirect(url_for("students.show", student_id=kept_id)) if kept_id else file_of(student_id)


def file_of(student_id, *, call=None, task=None, note=None):
    """The page of a case; with 422 and what was typed when one of its three forms was refused."""
    case = note_reading(lambda: case_for(current_session(), actor(), student_id))
    session = current_session()
    placements = placements_of(session, case.student)
    works = may(actor(), Permission.WORK_CASES)
    search = last_search_for(session, case.student) if case.state is CaseState.SEARCHING else None
    refused = call or task or note
    story, kind = story_of(session, case, placements), chosen("soort", Kind)
    told = [event for event in story if kind in {None, event.kind}]
    return render_template(
        "students/show.html",
        case=case,
        student=case.student,
        handed=waiting_hand_over(session, case),
        parts=parts_of_file(session, case.student),
        situation=situation_of(case, placements),
        hints=hints_about(session, case.student) if may(actor(), Permission.DECIDE) else None,
        lost=lost_place_of(session, case.student) if case.state is CaseState.SEARCHING else None,
        cause=cause_in_words(search.cause, search.facts) if search and search.cause else None,
        works=works,
        decides=may(actor(), Permission.DECIDE),
        can={state.value: can_move(case, state) for state in CaseState},
        has_live=any(placement.state in LIVE for placement in placements),
        me=actor(),
        course=qualification(session, case.student.profile.code),
        tasks=session.scalars(tasks_about(actor(), case=case)).unique().all(),
        story=rows_among(told, endpoint="students.show"),
        kind=kind,
        kinds=[(one, words, sum(event.kind is one for event in story)) for one, words in KINDS.items()],
        count=len(story),
        call=call or _call_form(),
        task_form=task or task_form(brokers_of(session, case.programme_id)),
        note_form=note or NoteForm(),
        form=refused,
        button_form=ButtonForm(),
    ), 422 if refused else 200


def _call_form():
    """The form for a call; the cursor stands in it for whoever came to note one."""
    form = StudentCallForm()
    if request.args.get("noteer"):
        form.note.render_kw = {**form.note.render_kw, "autofocus": True}
    return form


@pages.post("/studenten/<int:student_id>/contact")
@allow(Permission.WORK_CASES)
def note_contact(student_id):
    case_for(current_session(), actor(), student_id)
    form = StudentCallForm(request.form)
    if not form.validate():
        return file_of(student_id, call=form)
    try:
        with transaction() as session:
            case = case_for(session, actor(), student_id)
            actions.record_contact(session, case, **form.facts(), next_on=form.next_day, by=actor())
            if form.todo.data:
                day = form.task_day()
                add_task(session, what=form.todo.data, due_on=day, case=case, for_whom=actor(), by=actor())
    except DomainError as refusal:
        form.refuse(refusal)
        return file_of(student_id, call=form)
    told = _("Het contact en de taak zijn genoteerd.") if form.todo.data else _("Het contact is genoteerd.")
    flash(told, "success")
    return redirect(url_for("students.show", student_id=student_id, noteer=1))


@pages.post("/studenten/<int:student_id>/notities")
@allow(Permission.WORK_CASES)
def write_note(student_id):
    case_for(current_session(), actor(), student_id)
    form = NoteForm(request.form)
    if not form.validate():
        return file_of(student_id, note=form)
    with transaction() as session:
        actions.write_note(session, case_for(session, actor(), student_id), text=form.text.data, by=actor())
    flash(_("De notitie is bewaard."), "success")
    return redirect(url_for("students.show", student_id=student_id, _anchor="tijdlijn"))


# --- one button, one change ----------------------------------------------------------------------------------------
BUTTONS = {
    "oppakken": (actions.take_on, _l("U bent nu de stagemakelaar van %(name)s.")),
    "zoeken": (actions.start_searching, _l("%(name)s doet mee aan de volgende berekening.")),
    "hervatten": (resting.resume, _l("De zaak van %(name)s loopt weer.")),
    "heropenen": (actions.reopen, _l("We zoeken weer voor %(name)s.")),
}
REASONED = {
    "pauzeren": (resting.pause, _l("Zaak pauzeren"), _l("De zaak van %(name)s staat stil.")),
    "sluiten": (actions.close, _l("Zaak sluiten"), _l("De zaak van %(name)s is gesloten.")),
}


@pages.post("/studenten/<int:student_id>/<any(oppakken, zoeken, hervatten, heropenen):change>")
@allow(Permission.WORK_CASES)
def press(student_id, change):
    case_for(current_session(), actor(), student_id)
    must_be_pressed(back_to(url_for("students.show", student_id=student_id)))
    act, told = BUTTONS[change]
    with transaction() as session:
        case = case_for(session, actor(), student_id)
        act(session, case, by=actor())
        name = case.student.full_name or case.student.user.email
    flash(told % {"name": name}, "success")
    return redirect(back_to(url_for("students.show", student_id=student_id)))


@pages.route("/studenten/<int:student_id>/<any(pauzeren, sluiten):change>", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def stop(student_id, change):
    case = case_for(current_session(), actor(), student_id)
    form = WhyForm(request.form if request.method == "POST" else None)
    act, title, told = REASONED[change]
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                case = case_for(session, actor(), student_id)
                if change == "sluiten":
                    _must_have_no_place(session, case)
                act(session, case, by=actor(), why=form.why.data)
                name = case.student.full_name or case.student.user.email
        except DomainError as refusal:
            case = case_for(look_again(), actor(), student_id)
            form.refuse(_who_was_first(case) if isinstance(refusal, IllegalMove) else refusal)
        else:
            flash(told % {"name": name}, "success")
            return redirect(url_for("students.show", student_id=student_id))
    return render_template("students/stop.html", case=case, form=form, title=title, change=change), form.status


def _who_was_first(case):
    """That somebody else changed the state of a case, who and when, as the trail tells."""
    session = current_session()
    changed = f"{Case.__tablename__}.{case.state.value}"
    lines = [line for line in trail_of(session, Case.__tablename__, case.id) if line.action == changed]
    if not lines or lines[-1].actor_id is None:
        return Overtaken(N_("De stand van deze zaak is intussen veranderd. Kijk eerst hoe het er nu voor staat."))
    return Overtaken(
        N_("%(name)s veranderde de stand van deze zaak al, %(when)s. Kijk eerst hoe het er nu voor staat."),
        name=session.get_one(User, lines[-1].actor_id).name,
        when=when(lines[-1].at),
    )


def _must_have_no_place(session, case):
    """A case knows no placements; whoever closes it sees both."""
    if live_placement_of(session, case.student) is not None:
        raise DomainError(N_("Deze student heeft nog een plek. Rond eerst de plaatsing af."))
