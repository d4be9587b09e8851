"""What people can ask about their own data: to be erased, to be left in peace, to object; and how that stands."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar import db
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind, RequestState
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, pressed, required

pages = Blueprint("own_rights", __name__)

PAGE_OF = {
    RequestKind.ERASURE: "own_rights.erase",
    RequestKind.RESTRICTION: "own_rights.restrict",
    RequestKind.OBJECTION: "own_rights.object_to",
}


class WhyForm(BaseForm):
    """A student asks it with a sentence of their own: what to do depends on it."""

    why = LongText(
        _l("Waarom vraag je dit?"),
        [required(_l("Schrijf op waarom je dit vraagt."))],
        description=_l("In je eigen woorden. Alleen het programma leest het."),
        render_kw={"rows": 4},
    )


def _ask_form(sent=None):
    """Ask it; a reason is welcome and not asked for."""
    is_student = actor().role is Role.STUDENT

    class AskForm(BaseForm):
        why = LongText(
            _l("Wil je erbij vertellen waarom?") if is_student else _l("Wilt u erbij vertellen waarom?"),
            description=_l("Dit hoeft niet. Alleen het programma leest het."),
            render_kw={"rows": 3},
        )

    return AskForm(sent)


@pages.get("/mijn-gegevens/wissen")
@allow(Permission.OWN_RIGHTS)
def erase():
    """What erasing means, by when there is an answer, and what was asked before."""
    return _page("rights/erase.html", RequestKind.ERASURE, _ask_form())


@pages.post("/mijn-gegevens/wissen")
@allow(Permission.OWN_RIGHTS)
def ask():
    return _ask("rights/erase.html", RequestKind.ERASURE, _ask_form(request.form))


@pages.get("/mijn-gegevens/beperken")
@allow(Permission.OWN_FILE)
def restrict():
    """What it means that nothing is done with one's data for a while."""
    return _page("rights/restrict.html", RequestKind.RESTRICTION, WhyForm())


@pages.post("/mijn-gegevens/beperken")
@allow(Permission.OWN_FILE)
def ask_to_restrict():
    return _ask("rights/restrict.html", RequestKind.RESTRICTION, WhyForm(request.form))


@pages.get("/mijn-gegevens/bezwaar")
@allow(Permission.OWN_FILE)
def object_to():
    """What it means not to be reckoned with by the computer."""
    return _page("rights/object.html", RequestKind.OBJECTION, WhyForm())


@pages.post("/mijn-gegevens/bezwaar")
@allow(Permission.OWN_FILE)
def ask_to_object():
    return _ask("rights/object.html", RequestKind.OBJECTION, WhyForm(request.form))


def _ask(template, kind, form):
    if not form.validate():
        return _page(template, kind, form)
    try:
        with transaction() as session:
            requests.ask(session, kind=kind, why=form.why.data or "", by=actor())
    except DomainError as refusal:
        db.look_again()
        form.refuse(refusal)
        return _page(template, kind, form)
    flash(_("Het verzoek is binnen."), "success")
    return redirect(url_for(PAGE_OF[kind]), 303)


@pages.post("/mijn-gegevens/verzoeken/<int:request_id>/intrekken")
@allow(Permission.OWN_RIGHTS)
def take_back(request_id):
    kind = requests.own_request(current_session(), actor(), request_id).kind
    if not pressed(request.form):
        return redirect(url_for(PAGE_OF[kind]), 303)
    with transaction() as session:
        requests.take_back(session, requests.own_request(session, actor(), request_id), by=actor())
    erases = kind is RequestKind.ERASURE
    flash(
        _("Het verzoek is ingetrokken. Er is niets gewist.") if erases else _("Het verzoek is ingetrokken."), "success"
    )
    return redirect(url_for(PAGE_OF[kind]), 303)


@pages.post("/mijn-gegevens/verzoeken/<int:request_id>/stoppen")
@allow(Permission.OWN_FILE)
def end(request_id):
    """What was granted holds no longer: the student says so."""
    kind = requests.own_request(current_session(), actor(), request_id).kind
    if pressed(request.form):
        with transaction() as session:
            requests.end(session, requests.own_request(session, actor(), request_id), by=actor())
        flash(_("We gebruiken je gegevens weer zoals daarvoor."), "success")
    return redirect(url_for(PAGE_OF[kind]), 303)


def _page(template, kind, form):
    session = current_session()
    asked = [one for one in requests.requests_of(session, actor()) if one.kind is kind]
    return render_template(
        template,
        form=form,
        button_form=ButtonForm(),
        is_student=actor().role is Role.STUDENT,
        waiting=next((one for one in asked if one.state is RequestState.OPEN), None),
        holds=next((one for one in asked if one.is_in_force), None),
        decided=[one for one in asked if one.state is not RequestState.OPEN],
        answered=any(one.state in {RequestState.GRANTED, RequestState.REFUSED} for one in asked),
        answer_by=requests.last_day_of_term(),
    ), form.status
