"""What a broker wants for a student and a place, before the computer proposes: given with a reason, and withdrawn."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework.queries import case_for
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.matching.scoring import HINT
from stagemakelaar.people.permissions import Permission
from stagemakelaar.places.models import Place, PlaceCode, PlaceState
from stagemakelaar.places.queries import place_for, places_visible_to
from stagemakelaar.reference.queries import codes_counting_for
from stagemakelaar.rounds.hints import give_hint, hint_for, hints_about, withdraw_hint
from stagemakelaar.rounds.models import HintLevel
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.fields import OneOf
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, must_be_pressed, required
from stagemakelaar.web.place_words import terms_of
from stagemakelaar.web.reading import note_reading

pages = Blueprint("hints", __name__)

MOST_PLACES = 100


class HintForm(BaseForm):
    """What is wanted, and why."""

    level = OneOf(
        _l("Wat wilt u voor deze student op deze plek?"),
        [required(_l("Kies wat u wilt."))],
        among=[
            (HintLevel.MUST, _l("alleen deze plek: anders liever geen voorstel")),
            (HintLevel.RATHER, _l("liever wel: %(points)s punten erbij", points=HINT)),
            (HintLevel.RATHER_NOT, _l("liever niet: %(points)s punten eraf", points=HINT)),
            (HintLevel.NEVER, _l("nooit")),
        ],
        description=_l("Dit telt vanaf de volgende berekening, tot u het intrekt. De plek wordt niet vrijgehouden."),
    )
    why = LongText(
        _l("Waarom?"),
        [required(_l("Schrijf op waarom u dit wilt."))],
        description=_l(
            "Uw collega's lezen dit, en de student mag het lezen. Schrijf niets over gezondheid, geloof of afkomst."
        ),
        render_kw={"rows": "3"},
    )


@pages.get("/studenten/<int:student_id>/voorkeuren")
@allow(Permission.DECIDE)
def index(student_id):
    student = note_reading(lambda: case_for(current_session(), actor(), student_id), page="voorkeuren").student
    session = current_session()
    return render_template(
        "hints/index.html",
        student=student,
        hints=hints_about(session, student),
        places=_places_for(session, student),
        button_form=ButtonForm(),
    )


def _places_for(session, student):
    """The open places for the student's course, whatever else may keep them apart; never in order of fit."""
    if not student.profile.code:
        return []
    counting = codes_counting_for(session, student.profile.code, student.profile.starts_on or clock.today())
    offered = Place.id.in_(select(PlaceCode.place_id).where(PlaceCode.code.in_(counting)))
    chosen = places_visible_to(actor()).where(Place.state == PlaceState.OPEN, offered).limit(MOST_PLACES)
    return session.scalars(chosen).all()


@pages.route("/studenten/<int:student_id>/voorkeuren/<int:place_id>", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def give(student_id, place_id):
    case_for(current_session(), actor(), student_id)
    place_for(current_session(), actor(), place_id)
    form = HintForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                student = case_for(session, actor(), student_id).student
                place = place_for(session, actor(), place_id)
                give_hint(session, student, place, level=form.level.data, why=form.why.data, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Uw voorkeur is opgeslagen. Ze telt vanaf de volgende berekening."), "success")
            return redirect(url_for("hints.index", student_id=student_id))
    student = note_reading(lambda: case_for(current_session(), actor(), student_id), place=place_id).student
    session = current_session()
    place = place_for(session, actor(), place_id)
    return render_template(
        "hints/give.html", student=student, place=place, terms=terms_of(session, student, place), form=form
    ), 422 if form.errors else 200


@pages.post("/studenten/<int:student_id>/voorkeuren/<int:hint_id>/intrekken")
@allow(Permission.DECIDE)
def withdraw(student_id, hint_id):
    case_for(current_session(), actor(), student_id)
    must_be_pressed(url_for("hints.index", student_id=student_id))
    with transaction() as session:
        withdraw_hint(session, hint_for(session, actor(), student_id, hint_id), by=actor())
    flash(_("De voorkeur is ingetrokken. De volgende berekening houdt er geen rekening meer mee."), "success")
    return redirect(url_for("hints.index", student_id=student_id))
