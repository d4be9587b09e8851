"""The student's profile: a list of steps, a page per step, and a last look before it is handed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from wtforms import HiddenField

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people import profiles
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.profile_rules import ADULT, UNDER_GUIDANCE
from stagemakelaar.people.profiles import Step, StepState
from stagemakelaar.people.queries import student_of
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import ButtonForm, say
from stagemakelaar.web.profile_forms import form_of
from stagemakelaar.web.profile_words import STEPS, TONES, minor_hours, summary_of

pages = Blueprint("student_profile", __name__)
STEP_ORDER = list(Step)
TEMPLATES = {
    Step.DETAILS: "student_profile/gegevens.html",
    Step.STUDY: "student_profile/opleiding.html",
    Step.PERIOD: "student_profile/wanneer.html",
    Step.JOURNEY: "student_profile/waar.html",
    Step.LEARNING: "student_profile/leren.html",
    Step.NEEDS: "student_profile/nodig.html",
}


class HandInForm(ButtonForm):
    """The last button, for the profile as it was when the page was made."""

    version = HiddenField()


@pages.get("/student/profiel")
@allow(Permission.OWN_FILE)
def overview():
    """The steps, and how far each is."""
    student = student_of(current_session(), actor())
    items = [
        {
            "title": STEPS[step].title,
            "hint": STEPS[step].hint,
            "url": url_for(".step", name=step.value),
            "state": profiles.state_of(student, step),
        }
        for step in Step
    ]
    return render_template(
        "student_profile/overview.html",
        student=student,
        items=[item | {"tone": TONES[item["state"]]} for item in items],
        done=sum(item["state"] is StepState.DONE for item in items),
        following=next((item for item in items if item["state"] is not StepState.DONE), None),
        wrong=_no_longer_right(student) if student.profile.completed_at else [],
        placement=live_placement_of(current_session(), student),
        gaps=profiles.missing(student),
    )


def _no_longer_right(student):
    return [(step, say(refusal)) for step, refusal in profiles.objections(current_session(), student)]


@pages.get("/student/profiel/<any(gegevens, opleiding, wanneer, waar, leren, nodig):name>", endpoint="step")
@allow(Permission.OWN_FILE)
def show_step(name):
    """The questions of one step, with what is filled in already."""
    session = current_session()
    student = student_of(session, actor())
    return _step_page(student, Step(name), form_of(session, student, Step(name)))


@pages.post("/student/profiel/<any(gegevens, opleiding, wanneer, waar, leren, nodig):name>")
@allow(Permission.OWN_FILE)
def save_step(name):
    """Keep one step and go on to the next, or back to the list."""
    step, session = Step(name), current_session()
    form = form_of(session, student_of(session, actor()), step, request.form)
    if not form.validate():
        return _step_page(student_of(session, actor()), step, form, 422)
    try:
        with transaction() as session:
            student = student_of(session, actor())
            profiles.save_step(
                session,
                student,
                step,
                form.values(),
                version=_version(form),
                is_placed=live_placement_of(session, student) is not None,
                by=actor(),
            )
    except profiles.NotSaved as refusal:
        return _step_refused(form, step, refusal.refusals, 422)
    except Overtaken as refusal:
        return _step_refused(form, step, [refusal], 409)
    except StaleDataError:
        return _step_refused(form, step, [Overtaken(N_("Iemand was je net voor. Sla het nog een keer op."))], 409)
    except DomainError as refusal:
        return _step_refused(form, step, [refusal], 422)
    return _after(step, student)


@pages.get("/student/profiel/controleren")
@allow(Permission.OWN_FILE)
def check():
    """Everything that was filled in, with a way back to each step."""
    session = current_session()
    student = student_of(session, actor())
    return _check_page(student, HandInForm(data={"version": student.profile.version}))


@pages.post("/student/profiel/controleren")
@allow(Permission.OWN_FILE)
def hand_in():
    """Hand the profile in; the broker takes it from here."""
    form = HandInForm(request.form)
    if not form.validate():
        return _check_page(student_of(current_session(), actor()), form, 422)
    try:
        with transaction() as session:
            profiles.complete(session, student_of(session, actor()), version=_version(form), by=actor())
    except Overtaken as refusal:
        form.refuse(refusal)
        return _check_page(student_of(current_session(), actor()), form, 409)
    except DomainError as refusal:
        for one in getattr(refusal, "refusals", [refusal]):
            form.refuse(one)
        return _check_page(student_of(current_session(), actor()), form, 422)
    flash(_("Je profiel is ingestuurd. Veranderen kan nog steeds."), "success")
    return redirect(url_for("student.home"), 303)


def _version(form):
    text = form.version.data  # where none was sent, the number that the page would show: no text
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 10 else -1


def _after(step, student):
    flash(_("Opgeslagen: %(title)s.", title=STEPS[step].title), "success")
    if step is Step.STUDY and not student.profile.work_processes and Step.LEARNING.value in student.profile.steps_done:
        flash(_("Koos je een andere opleiding? Kijk dan ook bij “%(step)s”.", step=STEPS[Step.LEARNING].title), "info")
    if "later" in request.form or student.profile.completed_at:
        return redirect(url_for(".overview"), 303)
    following = STEP_ORDER.index(step) + 1
    if following == len(STEP_ORDER):
        return redirect(url_for(".check"), 303)
    return redirect(url_for(".step", name=STEP_ORDER[following].value), 303)


def _step_refused(form, step, refusals, status):
    """The same page with what was typed, the sentences, and the version of now, so that a second try can succeed."""
    for refusal in refusals:
        form.refuse(refusal)
    student = student_of(current_session(), actor())
    form.version.data = str(student.profile.version)
    return _step_page(student, step, form, status)


def _step_page(student, step, form, status=200):
    session = current_session()
    years = student.age_on(student.profile.starts_on or clock.today())
    page = render_template(
        TEMPLATES[step],
        form=form,
        student=student,
        step=step,
        words=STEPS[step],
        number=STEP_ORDER.index(step) + 1,
        count=len(STEP_ORDER),
        overtaken=status == 409,
        stored=summary_of(session, student, step),
        is_minor=years is not None and years < ADULT,
        is_under_guidance=years is not None and years < UNDER_GUIDANCE,
        hours_a_day=minor_hours(student),
        locked=live_placement_of(session, student) is not None and step is not Step.DETAILS,
    )
    return page, status


def _check_page(student, form, status=200):
    session = current_session()
    if form.version.data is None or status != 200:
        form.version.data = str(student.profile.version)
    sections = [
        {
            "title": STEPS[step].title,
            "url": url_for(".step", name=step.value),
            "rows": summary_of(session, student, step),
            "state": profiles.state_of(student, step),
        }
        for step in Step
    ]
    page = render_template(
        "student_profile/controleren.html",
        form=form,
        student=student,
        sections=sections,
        gaps=[(gap.step, _(gap.message)) for gap in profiles.missing(student)],  # marked where they are written
        steps=STEPS,
        completed_at=student.profile.completed_at,
    )
    return page, status
