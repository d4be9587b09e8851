"""The same person registered twice: pairs that are alike, side by side, and one record that stays."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, SelectChoice

from stagemakelaar.casework.queries import case_for
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.intake import merging
from stagemakelaar.intake.alike import pairs_alike
from stagemakelaar.intake.models import Merge
from stagemakelaar.people.models import Student
from stagemakelaar.people.permissions import Permission
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, must_be_pressed
from stagemakelaar.web.importing import in_words
from stagemakelaar.web.paging import rows_among
from stagemakelaar.web.reading import note_readings

pages = Blueprint("doubles", __name__)

MOST_MERGES = 50
FIELDS = {
    "email": _l("E-mailadres om in te loggen"),
    "school_number": _l("Studentnummer"),
    "first_name": _l("Voornaam"),
    "prefix": _l("Tussenvoegsel"),
    "last_name": _l("Achternaam"),
    "birth_date": _l("Geboortedatum"),
    "phone": _l("Telefoon"),
    "code": _l("Opleidingscode"),
    "leerweg": _l("Leerweg"),
    "school_name": _l("School"),
    "school_brin": _l("BRIN van de school"),
    "school_year": _l("Leerjaar"),
    "starts_on": _l("Eerste dag"),
    "ends_on": _l("Laatste dag"),
    "days_per_week": _l("Dagen per week"),
    "weekdays": _l("Dagen"),
    "school_hours": _l("Schooluren"),
    "late_hours": _l("Late uren"),
    "hours_required": _l("Uren in totaal"),
    "searching_since": _l("Zoekt sinds"),
    "postcode": _l("Postcode"),
    "travel_modes": _l("Vervoer"),
    "max_minutes": _l("Hoogstens reizen (minuten)"),
    "learning_wish": _l("Wat de student wil leren"),
    "kinds": _l("Soorten werk"),
    "must": _l("Wat de werkplek moet hebben"),
    "wishes": _l("Wat prettig is"),
    "has_vog": _l("VOG"),
    "in_childcare_register": _l("In het personenregister kinderopvang"),
}


@pages.get("/studenten/dubbel")
@allow(Permission.IMPORT_LISTS)
def index():
    session = current_session()
    rows = rows_among(pairs_alike(session, actor().programme_id))
    ids = {number for pair in rows.items for number in pair}
    people = {one.id: one for one in session.scalars(select(Student).where(Student.id.in_(ids)))}
    return render_template(
        "doubles/index.html",
        rows=rows,
        people=people,
        merges=session.scalars(_with_people(merging.merges_listed(actor()).limit(MOST_MERGES))).all(),
        button_form=ButtonForm(),
    )


def _with_people(merges):
    """The same statement with all whom the list names, so that its length asks no further questions."""
    return merges.options(joinedload(Merge.kept), joinedload(Merge.gone), joinedload(Merge.by))


def _form(one, other, sent=None):
    """A choice of who stays, and for each field in which the two differ, whose value stays."""
    mine, yours = merging.compared(one), merging.compared(other)
    differing = [name for name in FIELDS if mine[name] != yours[name]]
    both = _choices(one, other, _called(one), _called(other))

    class MergeForm(BaseForm):
        """Who stays, and with which values."""

        keep = RadioField(_l("Welke van de twee blijft?"), choices=both, default=str(_usual(one, other).id))

    for name in differing:
        filled = one if mine[name] not in (None, "", []) else other
        choices = _choices(one, other, in_words(mine[name]), in_words(yours[name]))
        setattr(MergeForm, f"of_{name}", RadioField(FIELDS[name], choices=choices, default=str(filled.id)))
    return MergeForm(sent), differing


def _choices(one, other, mine, yours):
    return [SelectChoice(value=str(student.id), label=words) for student, words in ((one, mine), (other, yours))]


def _usual(one, other):
    """Who stays unless a broker chooses otherwise: who has a place, or else handed a profile in, or came first."""
    session = current_session()

    def weight(student):
        has_place = live_placement_of(session, student) is not None
        return (has_place, student.profile.completed_at is not None, -student.id)

    return max(one, other, key=weight)


def _called(student):
    return student.full_name or student.user.email


@pages.route("/studenten/dubbel/<int:student_id>/<int:other_id>", methods=["GET", "POST"])
@allow(Permission.IMPORT_LISTS)
def compare(student_id, other_id):
    session = current_session()
    one, other = (case_for(session, actor(), number).student for number in (student_id, other_id))
    form, differing = _form(one, other, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        kept_id, gone_id = (student_id, other_id) if form.keep.data == str(student_id) else (other_id, student_id)
        taken = {name for name in differing if form[f"of_{name}"].data == str(gone_id)}
        try:
            with transaction() as session:
                kept, gone = (case_for(session, actor(), number).student for number in (kept_id, gone_id))
                merging.merge(session, kept, gone, taken=taken, by=actor())
        except DomainError as refusal:
            refusal.field = refusal.field if refusal.field == "keep" else f"of_{refusal.field}"
            form.refuse(refusal)
        else:
            flash(_("De twee zijn samengevoegd. Terugdraaien kan onder Dubbele studenten."), "success")
            return redirect(url_for("students.show", student_id=kept_id))
    note_readings({student_id, other_id}, page="dubbel")
    one, other = (case_for(current_session(), actor(), number).student for number in (student_id, other_id))
    return render_template(
        "doubles/compare.html",
        one=one,
        other=other,
        form=form,
        fields=[form[f"of_{name}"] for name in differing],
        button_form=ButtonForm(),
    ), 422 if form.errors else 200


@pages.post("/studenten/dubbel/<int:student_id>/<int:other_id>/apart")
@allow(Permission.IMPORT_LISTS)
def keep_apart(student_id, other_id):
    for number in (student_id, other_id):
        case_for(current_session(), actor(), number)
    must_be_pressed(url_for("doubles.index"))
    with transaction() as session:
        one, other = (case_for(session, actor(), number).student for number in (student_id, other_id))
        merging.keep_apart(session, one, other, by=actor())
    flash(_("Genoteerd: dit zijn twee mensen."), "success")
    return redirect(url_for("doubles.index"))


@pages.post("/studenten/samenvoegingen/<int:merge_id>/terugdraaien")
@allow(Permission.IMPORT_LISTS)
def undo(merge_id):
    merging.merge_for(current_session(), actor(), merge_id)
    must_be_pressed(url_for("doubles.index"))
    with transaction() as session:
        merging.undo_merge(session, merging.merge_for(session, actor(), merge_id), by=actor())
    flash(_("De samenvoeging is teruggedraaid: het zijn weer twee studenten."), "success")
    return redirect(url_for("doubles.index"))
