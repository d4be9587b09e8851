"""What people can ask about their own data: to be erased; and how their request stands."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind, RequestState
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, pressed

pages = Blueprint("own_rights", __name__)


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
    return _page(_ask_form())


@pages.post("/mijn-gegevens/wissen")
@allow(Permission.OWN_RIGHTS)
def ask():
    form = _ask_form(request.form)
    if not form.validate():
        return _page(form)
    with transaction() as session:
        requests.ask(session, kind=RequestKind.ERASURE, why=form.why.data or "", by=actor())
    flash(_("Het verzoek is binnen."), "success")
    return redirect(url_for(".erase"), 303)


@pages.post("/mijn-gegevens/verzoeken/<int:request_id>/intrekken")
@allow(Permission.OWN_RIGHTS)
def take_back(request_id):
    requests.own_request(current_session(), actor(), request_id)
    if not pressed(request.form):
        return redirect(url_for(".erase"), 303)
    with transaction() as session:
        requests.take_back(session, requests.own_request(session, actor(), request_id), by=actor())
    flash(_("Het verzoek is ingetrokken. Er is niets gewist."), "success")
    return redirect(url_for(".erase"), 303)


def _page(form):
    session = current_session()
    asked = requests.requests_of(session, actor())
    return render_template(
        "rights/erase.html",
        form=form,
        button_form=ButtonForm(),
        is_student=actor().role is Role.STUDENT,
        waiting=next((one for one in asked if one.state is RequestState.OPEN), None),
        decided=[one for one in asked if one.state is not RequestState.OPEN],
        answered=any(one.state in {RequestState.GRANTED, RequestState.REFUSED} for one in asked),
        answer_by=requests.last_day_of_term(),
    ), form.status
