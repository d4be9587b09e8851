"""The student's own pages: where I stand, the letter about a place with its two answers, all that is kept about me."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm.exc import StaleDataError
from wtforms import HiddenField

from stagemakelaar import clock
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.letters import KINDS
from stagemakelaar.outbox import messages_to
from stagemakelaar.people import profiles
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.profiles import Step, StepState
from stagemakelaar.people.queries import student_of
from stagemakelaar.placements import actions, letters
from stagemakelaar.placements.models import PlacementState, StudentReason
from stagemakelaar.placements.queries import own_placement, told_placements_of
from stagemakelaar.reference import formats
from stagemakelaar.reference.queries import work_processes_with
from stagemakelaar.reference.vocabulary import Feature
from stagemakelaar.rights.models import RequestKind
from stagemakelaar.rights.requests import in_force_of
from stagemakelaar.rounds.word import last_search_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.explanations import Audience, parts_in_words
from stagemakelaar.web.fields import OneOf
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, required
from stagemakelaar.web.profile_words import STEPS, summary_of
from stagemakelaar.web.student_status import Situation, road_of, status_of
from stagemakelaar.web.who_saw import readings_in_words

pages = Blueprint("student", __name__)

MOST_READINGS = 5  # the rest stands on a page of its own


class AcceptForm(ButtonForm):
    """Yes, to the placement as it was when the page was made."""

    version = HiddenField()


class DeclineForm(BaseForm):
    """No, with a reason; more words are welcome."""

    version = HiddenField()
    reason = OneOf(
        lazy_gettext("Waarom wil je deze plek niet?"),
        [required(lazy_gettext("Kies waarom je deze plek niet wilt."))],
        among=StudentReason,
    )
    note = LongText(
        lazy_gettext("Wil je er iets bij vertellen?"),
        clean=lambda text: formats.clean_text(text, field="note", several_lines=True),
        description=lazy_gettext("Dit hoeft niet. Alleen je stagemakelaar leest het, het bedrijf niet."),
        render_kw={"rows": 4},
    )


@pages.get("/student")
@allow(Permission.OWN_FILE)
def home():
    """What happens now, who acts, by when, and the road so far."""
    now = _situation()
    return render_template(
        "student/home.html",
        student=now.student,
        case=now.case,
        status=status_of(now),
        road=road_of(now),
        contact=_contact(now.case),
    )


@pages.get("/student/plaatsing/<int:placement_id>")
@allow(Permission.OWN_FILE)
def letter(placement_id):
    """One place: why it fits, what, where and when, and the answer."""
    return _letter_page(own_placement(current_session(), actor(), placement_id))


@pages.post("/student/plaatsing/<int:placement_id>/antwoord")
@allow(Permission.OWN_FILE)
def answer(placement_id):
    """Yes or no. What was answered already is not answered again: 409 with how it stands."""
    placement = own_placement(current_session(), actor(), placement_id)
    accepts = request.form.get("answer") == "accept"
    form = AcceptForm(request.form) if accepts else DeclineForm(request.form)
    if not form.validate():
        return _letter_page(placement, None if accepts else form, 422, refused=form)
    try:
        with transaction() as session:
            placement = own_placement(session, actor(), placement_id)
            _still_the_same(placement, form.version.data)
            if accepts:
                actions.accept(session, placement, by=actor())
            else:
                actions.decline(session, placement, reason=form.reason.data, note=form.note.data or "", by=actor())
    except (DomainError, StaleDataError) as refusal:
        sentence = refusal if isinstance(refusal, DomainError) else Overtaken(ANSWERED)
        form.refuse(sentence)
        placement = own_placement(current_session(), actor(), placement_id)
        return _letter_page(placement, None if accepts else form, 409, refused=form)
    return _answered(placement, accepts, form)


@pages.get("/student/gegevens")
@allow(Permission.OWN_FILE)
def my_data():
    """All that is kept about me, in words."""
    session, now = current_session(), _situation()
    student = now.student
    return render_template(
        "student/my_data.html",
        student=student,
        case=now.case,
        sections=[(STEPS[step].title, summary_of(session, student, step)) for step in Step],
        placements=now.placements,
        contacts=now.contacts,
        messages=messages_to(session, student.user),
        subjects={kind: subject for kind, (subject, _path) in KINDS.items()},
        reasons={reason.value: reason for reason in StudentReason},
        readings=readings_in_words(session, student)[:MOST_READINGS],
        language=student.user.language,
        form=ButtonForm(),
        contact=_contact(now.case),
        first_in_line=now.case.has_priority,
    )


ANSWERED = N_("Op dit voorstel is al geantwoord. Kijk hieronder hoe het er nu voor staat.")


def _still_the_same(placement, version):
    """Refuse an old page when the student answered since. That the company answered meanwhile changes nothing here."""
    can_answer = placement.state in {PlacementState.PLANNED, PlacementState.CONFIRMED}
    is_old = str(placement.version) != version
    if not can_answer or (is_old and placement.student_accepted_at is not None):
        raise Overtaken(ANSWERED)


def _situation():
    session = current_session()
    student = student_of(session, actor())
    case = case_of(session, student)
    return Situation(
        student=student,
        case=case,
        placements=told_placements_of(session, student),
        contacts=list(case.contacts),
        search=last_search_for(session, student),
        gaps=sum(profiles.state_of(student, step) is not StepState.DONE for step in Step),
        today=clock.today(),
        restriction=in_force_of(session, actor(), RequestKind.RESTRICTION) if student.restricted_at else None,
    )


def _contact(case):
    """Whom to ring: the broker, else the programme."""
    programme = case.student.programme
    broker = case.broker
    return {
        "name": broker.name if broker else "",
        "phone": (broker.phone if broker else None) or programme.phone,
        "email": programme.email,
        "programme": programme.name,
    }


def _letter_page(placement, declining=None, status=200, *, refused=None):
    session = current_session()
    facts = placement.reasons or {}
    place = placement.place
    learnt = (facts.get("facts") or {}).get("processes_possible") or place.work_processes
    is_open = placement.state is PlacementState.PLANNED and placement.student_accepted_at is None
    version = str(placement.version)
    page = render_template(
        "student/letter.html",
        placement=placement,
        place=place,
        organisation=place.organisation,
        why=[part.text for part in parts_in_words(facts, Audience.STUDENT)],
        features=list(map(Feature, place.features)),
        learnt=[found.title for found in work_processes_with(session, learnt)] if learnt else [],
        is_open=is_open,
        is_computed=bool(facts.get("parts")),
        can_withdraw=placement.state in {PlacementState.PLANNED, PlacementState.CONFIRMED},
        is_minor=_is_minor(placement),
        rests=letters.rest_of(current_session(), placement).get("rests"),
        accepting=AcceptForm(data={"version": version}),
        declining=_fresh(declining, version) if declining else DeclineForm(data={"version": version}),
        refused=refused,
        has_errors=bool(refused),
        unsafe=StudentReason.UNSAFE,
        status=status_of(_situation()),
        contact=_contact(case_of(session, placement.student)),
        today=clock.today(),
    )
    return page, status


def _fresh(form, version):
    form.version.data = version
    return form


def _is_minor(placement):
    years = placement.student.age_on(placement.starts_on)
    return years is not None and years < 18


def _answered(placement, accepts, form):
    if accepts:
        if placement.state is PlacementState.CONFIRMED:
            flash(_("Je stage gaat door. Gefeliciteerd!"), "success")
        else:
            flash(_("Je hebt ja gezegd. Nu is het bedrijf aan zet."), "success")
        return redirect(url_for(".letter", placement_id=placement.id), 303)
    if letters.rest_of(current_session(), placement):
        flash(_("Je hebt nee gezegd. Je wachttijd telt gewoon door."), "success")  # the page says why nobody searches
    else:
        flash(_("Je hebt nee gezegd. We zoeken verder. Je wachttijd telt gewoon door."), "success")
    if form.reason.data is StudentReason.UNSAFE:
        return redirect(url_for("public.help_page", _anchor="veilig"), 303)
    return redirect(url_for(".home"), 303)
