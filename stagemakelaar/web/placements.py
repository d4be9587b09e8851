"""Placements for the broker: both answers, the letters, and what can be done on someone's behalf after a call."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func
from wtforms.validators import ValidationError

from stagemakelaar import clock
from stagemakelaar.casework.actions import record_contact
from stagemakelaar.casework.models import Case, ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.labels import label
from stagemakelaar.people.models import Student
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.saved_views import ListPage
from stagemakelaar.placements import actions
from stagemakelaar.placements.models import LIVE, BrokerReason, EmployerReason, Placement, PlacementState, StudentReason
from stagemakelaar.placements.queries import is_overdue, placement_for, placements_chosen, placements_listed
from stagemakelaar.rounds.changes import change_that_made
from stagemakelaar.rounds.queries import proposal_that_led_to
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_words import waits_for
from stagemakelaar.web.explanations import parts_in_words, total_in_words
from stagemakelaar.web.fields import Day, OneOf
from stagemakelaar.web.filtering import Facet, Filters, Option, Sorting, here, of_broker, whose_asked
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, Text, must_be_pressed, required
from stagemakelaar.web.letter_words import letters_about
from stagemakelaar.web.paging import chosen, rows_of
from stagemakelaar.web.placement_words import ended_because
from stagemakelaar.web.placements_together import DEEDS
from stagemakelaar.web.proposals import when
from stagemakelaar.web.reading import note_reading
from stagemakelaar.web.saved_views import views_of_list
from stagemakelaar.web.together import together
from stagemakelaar.web.work_list.things import name_of

pages = Blueprint("placements", __name__)

TO_CHOOSE = [reason for reason in BrokerReason if reason is not BrokerReason.UNDONE]
YES, NO = "ja", "nee"
STUDENT, COMPANY = "student", "bedrijf"


class WithdrawForm(BaseForm):
    """Why the broker takes a placement back."""

    reason = OneOf(_l("Wat is de reden?"), [required(_l("Kies een reden."))], among=TO_CHOOSE)
    note = LongText(
        _l("Wat is er aan de hand?"),
        [required(_l("Schrijf erbij wat er aan de hand is."))],
        description=_l("Alleen stagemakelaars lezen dit."),
        render_kw={"rows": "4"},
    )


class BehalfForm(BaseForm):
    """An answer that someone gave by telephone, with the contact in which it was given."""

    answer = OneOf(
        _l("Wat was het antwoord?"),
        [required(_l("Kies wat het antwoord was."))],
        among=((YES, _l("ja, de plek is goed")), (NO, _l("nee, het gaat niet door"))),
    )
    kind = OneOf(_l("Hoe kreeg u het antwoord?"), [required(_l("Kies wat voor contact het was."))], among=ContactKind)
    held_on = Day(_l("Op welke dag"), [required(_l("Vul in wanneer het was."))])
    with_whom = Text(_l("Wie sprak u?"), [required(_l("Vul in wie u sprak."))], longest=100)
    note = LongText(
        _l("Wat is er gezegd?"),
        [required(_l("Schrijf in het kort op wat er gezegd is."))],
        description=_l("De student mag dit lezen."),
        render_kw={"rows": "3"},
    )

    def validate_reason(self, field):
        """A no owes a reason; a yes does not."""
        if self.answer.data == NO and field.data is None and not field.errors:
            raise ValidationError(_("Kies waarom het niet doorgaat."))


class StudentForm(BehalfForm):
    """The student's answer."""

    reason = OneOf(_l("Bij nee: waarom niet?"), [], among=StudentReason)


class CompanyForm(BehalfForm):
    """The company's answer."""

    reason = OneOf(_l("Bij nee: waarom niet?"), [], among=EmployerReason)


LATE = "laat"


def listed():
    """The filters that the address asks for, on the placements that this user may see, and their order."""
    state, whose = chosen("stand", PlacementState), whose_asked()
    found = (  # outer joins, though both are always there: counting then leaves them out
        placements_listed(actor())
        .outerjoin(Student, Student.id == Placement.student_id)
        # a programme's cases are read at once, and not one by one
        .outerjoin(Case, and_(Case.student_id == Placement.student_id, Case.programme_id == actor().programme_id))
    )
    conditions = {
        "stand": Placement.state == state if state else None,
        "van": of_broker(whose, actor()),
        "antwoord": is_overdue() if request.args.get("antwoord") == LATE else None,
    }
    columns = {"naam": Student.sort_name, "begin": Placement.starts_on, "antwoord": Placement.answer_by_on}
    return Filters(found, conditions), Sorting.asked(**columns)


@pages.get("/plaatsingen")
@allow(Permission.SEE_CASES)
def index():
    session, (filters, sorting) = current_session(), listed()
    late = filters.without("antwoord").where(is_overdue()).order_by(None).with_only_columns(func.count())
    answers = [Option(LATE, _("te laat"), count)] if (count := session.scalar(late)) else []
    state = chosen("stand", PlacementState)
    return render_template(
        "placements/index.html",
        rows=rows_of(session, sorting.of(filters.found, Placement.id)),
        facets=[
            filters.facet(session, "stand", _("Stand"), Placement.state, PlacementState, chosen=state),
            filters.facet_of_brokers(session, "van", actor(), whose_asked()),
            Facet("antwoord", _("Antwoord"), answers, request.args.get("antwoord", ""), _("alle")),
        ],
        sorting=sorting,
        views=views_of_list(ListPage.PLACEMENTS),
        deeds=DEEDS if may(actor(), Permission.WORK_CASES) else None,
        here=here(pagina=request.args.get("pagina")),
        today=clock.today(),
        waits=waits_for,
    )


@pages.route("/plaatsingen/samen", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def many():
    return together(
        DEEDS,
        find=placements_chosen,
        name_of=lambda placement: name_of(placement.student),
        usual=url_for("placements.index"),
    )


@pages.get("/plaatsingen/<int:placement_id>")
@allow(Permission.SEE_CASES)
def show(placement_id):
    placement = note_reading(lambda: placement_for(current_session(), actor(), placement_id), placement=placement_id)
    session = current_session()
    proposal = proposal_that_led_to(session, placement)
    return render_template(
        "placements/show.html",
        placement=placement,
        student=placement.student,
        place=placement.place,
        case=case_of(session, placement.student),
        proposal=proposal,
        undo_url=_undo_url(session, placement, proposal) if may(actor(), Permission.DECIDE) else None,
        score=parts_in_words(placement.reasons),
        total=total_in_words(placement.reasons),
        letters=letters_about(session, placement),
        waits=waits_for(placement),
        noted=_noted,
        ended=ended_because(placement),
        is_late=placement.answer_by_on < clock.today(),
        may_start=placement.state is PlacementState.CONFIRMED and placement.starts_on <= clock.today(),
        decides=may(actor(), Permission.DECIDE),
        works=may(actor(), Permission.WORK_CASES),
        button_form=ButtonForm(),
    )


def _undo_url(session, placement, proposal):
    """Where the decision behind a placement is taken back while its letters wait, or None."""
    if not actions.can_undo(session, placement):
        return None
    if proposal is not None:
        return url_for("by_hand.undo", proposal_id=proposal.id)
    change = change_that_made(session, placement)
    return url_for("changes.undo", change_id=change.id) if change is not None else None


def _noted(who, how):
    """Who wrote an answer down for somebody else, and how it was given; nothing when they answered themselves."""
    if who is None or not who.is_staff:
        return ""
    if how is None:
        return _("genoteerd door %(name)s", name=who.name)
    return _("%(kind)s, genoteerd door %(name)s", kind=str(label(how)), name=who.name)


@pages.route("/plaatsingen/<int:placement_id>/terugtrekken", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def withdraw(placement_id):
    placement = placement_for(current_session(), actor(), placement_id)
    form = WithdrawForm(request.form if request.method == "POST" else None)
    if placement.state not in LIVE and request.method == "GET":
        return redirect(url_for("placements.show", placement_id=placement_id))
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                placement = placement_for(session, actor(), placement_id)
                actions.withdraw(session, placement, reason=form.reason.data, note=form.note.data, by=actor())
        except DomainError as refusal:
            form.refuse(_ended_already(placement_for(look_again(), actor(), placement_id)) or refusal)
            placement = placement_for(current_session(), actor(), placement_id)
        else:
            flash(_("De plaatsing is teruggetrokken. De plek is weer vrij en de student zoekt weer."), "success")
            return redirect(url_for("placements.show", placement_id=placement_id))
    return render_template("placements/withdraw.html", placement=placement, form=form), form.status


def _ended_already(placement):
    """That somebody else ended a placement, who and when; None when that is not what happened."""
    if placement.state is not PlacementState.WITHDRAWN:
        return None
    who = placement.withdrawn_by_whom.name if placement.withdrawn_by_whom else str(label(placement.withdrawn_by))
    return Overtaken(
        N_("Deze plaatsing is al teruggetrokken door %(name)s, %(when)s."), name=who, when=when(placement.withdrawn_at)
    )


@pages.route("/plaatsingen/<int:placement_id>/namens/<any(student, bedrijf):side>", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def on_behalf(placement_id, side):
    placement = placement_for(current_session(), actor(), placement_id)
    kind = StudentForm if side == STUDENT else CompanyForm
    form = kind(request.form if request.method == "POST" else None, held_on=clock.today())
    if not _waits_for(placement, side) and request.method == "GET":
        return redirect(url_for("placements.show", placement_id=placement_id))
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                _answer(session, placement_for(session, actor(), placement_id), side, form)
        except DomainError as refusal:
            # Who answered first is told, and what was typed about the call stays.
            placement = placement_for(look_again(), actor(), placement_id)
            form.refuse(_ended_already(placement) or refusal)
        else:
            flash(_("Het antwoord en het contact zijn genoteerd."), "success")
            return redirect(url_for("placements.show", placement_id=placement_id))
    return render_template("placements/on_behalf.html", placement=placement, side=side, form=form), form.status


def _waits_for(placement, side):
    answered_at = placement.student_accepted_at if side == STUDENT else placement.employer_confirmed_at
    return placement.state is PlacementState.PLANNED and answered_at is None


def _answer(session, placement, side, form):
    """The answer and the contact in which it was given, in one breath; a side answers once."""
    if not _waits_for(actions.locked(session, placement), side):
        raise Overtaken(N_("Op dit voorstel is al geantwoord. Kijk hieronder hoe het er nu voor staat."))
    record_contact(
        session,
        case_of(session, placement.student),
        kind=form.kind.data,
        held_on=form.held_on.data,
        with_whom=form.with_whom.data,
        note=form.note.data,
        by=actor(),
    )
    yes, no = (actions.accept, actions.decline) if side == STUDENT else (actions.confirm_capacity, actions.refuse)
    if form.answer.data == YES:
        yes(session, placement, by=actor(), how=form.kind.data)
    else:
        how = _("%(kind)s: %(note)s", kind=str(label(form.kind.data)), note=form.note.data)
        no(session, placement, reason=form.reason.data, note=how, by=actor())


MOVES = {
    "beginnen": (actions.start, _l("De stage loopt.")),
    "afronden": (actions.end, _l("De stage is afgerond. De plek is weer vrij.")),
}


@pages.post("/plaatsingen/<int:placement_id>/<any(beginnen, afronden):change>")
@allow(Permission.DECIDE)
def move_on(placement_id, change):
    placement_for(current_session(), actor(), placement_id)
    must_be_pressed(url_for("placements.show", placement_id=placement_id))
    act, told = MOVES[change]
    with transaction() as session:
        act(session, placement_for(session, actor(), placement_id), by=actor())
    flash(told, "success")
    return redirect(url_for("placements.show", placement_id=placement_id))
