"""The file of one student: what happens now, what was noted, and what can be done with the case.

Whoever opens a file is noted in the trail.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from stagemakelaar import audit, clock
from stagemakelaar.casework import actions
from stagemakelaar.casework.models import CaseState, ContactKind
from stagemakelaar.casework.queries import case_for
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import can_move
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.models import LIVE
from stagemakelaar.placements.queries import live_placement_of, placements_of
from stagemakelaar.reference.queries import qualification
from stagemakelaar.rounds.hints import hints_about
from stagemakelaar.rounds.queries import last_search_for, proposals_about
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_words import parts_of_file, road_of, situation_of
from stagemakelaar.web.explanations import cause_in_words
from stagemakelaar.web.fields import Day, OneOf
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, Text, required
from stagemakelaar.web.own_paths import back_to
from stagemakelaar.web.students import pages


class ContactForm(BaseForm):
    """A call, a visit or a talk, noted in a minute."""

    kind = OneOf(_l("Soort contact"), [required(_l("Kies wat voor contact het was."))], among=ContactKind)
    held_on = Day(_l("Op welke dag"), [required(_l("Vul in wanneer het was."))])
    with_whom = Text(_l("Met wie"), [Optional()], description=_l("Leeg laten kan: dan was het met de student zelf."))
    note = LongText(
        _l("Wat is er besproken?"),
        [required(_l("Schrijf in het kort op wat er besproken is."))],
        description=_l("De student mag dit lezen. Schrijf niets over gezondheid, geloof of afkomst."),
        render_kw={"rows": "4"},
    )
    next_on = Day(_l("Volgend contact op"), [Optional()], description=_l("Dan staat het die dag op uw lijst."))


class WhyForm(BaseForm):
    """A change that owes a reason."""

    why = LongText(_l("Waarom?"), [required(_l("Schrijf op waarom."))], render_kw={"rows": "3"})


@pages.get("/studenten/<int:student_id>")
@allow(Permission.SEE_CASES)
def show(student_id):
    case = case_for(current_session(), actor(), student_id)
    with transaction() as session:
        audit.record(session, "student.read", case.student, by=actor())
    return _page(student_id)


def _page(student_id, form=None):
    session = current_session()
    case = case_for(session, actor(), student_id)
    unplaced = last_search_for(session, case.student) if case.state is CaseState.SEARCHING else None
    placements = placements_of(session, case.student)
    works = may(actor(), Permission.WORK_CASES)
    return render_template(
        "students/show.html",
        case=case,
        student=case.student,
        parts=parts_of_file(session, case.student),
        situation=situation_of(case, placements),
        road=road_of(case, placements),
        placements=list(reversed(placements)),
        hints=hints_about(session, case.student) if may(actor(), Permission.DECIDE) else None,
        proposals=proposals_about(session, case.student),
        cause=cause_in_words(unplaced.cause, unplaced.facts) if unplaced else None,
        works=works,
        decides=may(actor(), Permission.DECIDE),
        can={state.value: can_move(case, state) for state in CaseState},
        form=form or ContactForm(held_on=clock.today()),
        button_form=ButtonForm(),
        me=actor(),
        course=qualification(session, case.student.profile.code),
        has_live=any(placement.state in LIVE for placement in placements),
    ), 422 if form is not None else 200


@pages.post("/studenten/<int:student_id>/contact")
@allow(Permission.WORK_CASES)
def note_contact(student_id):
    case_for(current_session(), actor(), student_id)
    form = ContactForm(request.form)
    if not form.validate():
        return _page(student_id, form)
    try:
        with transaction() as session:
            actions.record_contact(
                session,
                case_for(session, actor(), student_id),
                kind=form.kind.data,
                held_on=form.held_on.data,
                with_whom=form.with_whom.data or "",
                note=form.note.data,
                next_on=form.next_on.data,
                by=actor(),
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(student_id, form)
    flash(_("Het contact is genoteerd."), "success")
    return redirect(url_for("students.show", student_id=student_id))


# --- one button, one change ----------------------------------------------------------------------------------------

BUTTONS = {
    "oppakken": (actions.take_on, _l("U bent nu de stagemakelaar van %(name)s.")),
    "zoeken": (actions.start_searching, _l("%(name)s doet mee aan de volgende berekening.")),
    "hervatten": (actions.resume, _l("De zaak van %(name)s loopt weer.")),
    "heropenen": (actions.reopen, _l("We zoeken weer voor %(name)s.")),
}
REASONED = {
    "pauzeren": (actions.pause, _l("Zaak pauzeren"), _l("De zaak van %(name)s staat stil.")),
    "sluiten": (actions.close, _l("Zaak sluiten"), _l("De zaak van %(name)s is gesloten.")),
}


@pages.post("/studenten/<int:student_id>/<any(oppakken, zoeken, hervatten, heropenen):change>")
@allow(Permission.WORK_CASES)
def press(student_id, change):
    case_for(current_session(), actor(), student_id)
    if not ButtonForm(request.form).validate():
        abort(400)
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
            form.refuse(refusal)
        else:
            flash(told % {"name": name}, "success")
            return redirect(url_for("students.show", student_id=student_id))
        case = case_for(current_session(), actor(), student_id)
    return render_template(
        "students/stop.html", case=case, form=form, title=title, change=change
    ), 422 if form.errors else 200


def _must_have_no_place(session, case):
    """A case knows no placements; whoever closes it sees both."""
    if live_placement_of(session, case.student) is not None:
        raise DomainError(N_("Deze student heeft nog een plek. Rond eerst de plaatsing af."))
