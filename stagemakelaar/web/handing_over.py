"""A case goes to a colleague, or comes from one, with a word of explanation; until it is accepted it can go back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from stagemakelaar.casework import actions
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import brokers_of, case_for, waiting_hand_over
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.models import User
from stagemakelaar.people.permissions import Permission
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.case_forms import hand_over_form
from stagemakelaar.web.forms import must_be_pressed

pages = Blueprint("handing_over", __name__)


@pages.route("/studenten/<int:student_id>/overdragen", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def give(student_id):
    session = current_session()
    case = case_for(session, actor(), student_id)
    if case.state is CaseState.CLOSED and request.method == "GET":
        return redirect(url_for("students.show", student_id=student_id))
    others = [broker for broker in brokers_of(session, case.programme_id) if broker.id != case.broker_id]
    form = hand_over_form(others, request.form if request.method == "POST" else None, holder=case.broker_id)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                case = actions.locked(session, case_for(session, actor(), student_id))
                _still_of(case, form.holder.data)
                to = session.get_one(User, form.to.data)
                actions.hand_over(session, case, to=to, why=form.why.data, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
            form.holder.data = str(case_for(current_session(), actor(), student_id).broker_id or "")  # as the page says
        else:
            told = _("De zaak is nu van u.") if to.id == actor().id else _("De zaak is nu van %(name)s.", name=to.name)
            flash(told, "success")
            return redirect(url_for("students.show", student_id=student_id))
        case = case_for(current_session(), actor(), student_id)
    return render_template("students/hand_over.html", case=case, form=form), form.status


def _still_of(case, holder):
    """Refuse when the case went to somebody else since the page was made."""
    if str(case.broker_id or "") != (holder or ""):
        raise Overtaken(N_("De zaak is intussen van iemand anders. Kijk eerst wie hem heeft."))


BUTTONS = {"aannemen": actions.accept_hand_over, "teruggeven": actions.hand_back}


@pages.post("/studenten/<int:student_id>/overdracht/<any(aannemen, teruggeven):answer>")
@allow(Permission.WORK_CASES)
def answer(student_id, answer):
    case_for(current_session(), actor(), student_id)
    must_be_pressed(url_for("students.show", student_id=student_id))
    with transaction() as session:
        given = waiting_hand_over(session, case_for(session, actor(), student_id))
        if given is None:
            raise Overtaken(N_("Deze overdracht is al aangenomen of teruggegeven."))
        BUTTONS[answer](session, given, by=actor())
    if answer == "aannemen":
        flash(_("U heeft de zaak aangenomen."), "success")
    else:
        flash(_("De zaak is weer van wie hem had."), "success")
    return redirect(url_for("students.show", student_id=student_id))
