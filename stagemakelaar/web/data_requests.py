"""What people asked about their own data, for staff: brokers read, a coordinator decides, the auditor sees numbers."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar import clock, db, erasures
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.rights import erasing, limits, requests
from stagemakelaar.rights.models import RequestKind, RequestState
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.fields import OneOf, Version
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, pressed, required
from stagemakelaar.web.paging import rows_of
from stagemakelaar.web.student_status import in_full

pages = Blueprint("data_requests", __name__)

GRANT, REFUSE = "grant", "refuse"


class DecideForm(BaseForm):
    """Yes or no; a no owes a reason, which the asker reads."""

    version = Version()
    verdict = OneOf(
        _l("Wat besluit u?"),
        [required(_l("Kies wat u besluit."))],
        among=[(GRANT, _l("Toestaan")), (REFUSE, _l("Weigeren"))],
    )
    answer = LongText(
        _l("Waarom?"),
        description=_l(
            "De vrager leest dit, dus schrijf het in gewone woorden. Bij wissen mag het leeg als u het toestaat."
        ),
        render_kw={"rows": 3},
    )


class EndForm(BaseForm):
    """That a restriction is no longer needed, with the reason that the student reads."""

    ended_why = LongText(
        _l("Waarom is het niet meer nodig?"),
        [required(_l("Schrijf op waarom het niet meer nodig is. De student leest het."))],
        render_kw={"rows": 3},
    )


@pages.get("/verzoeken")
@allow(Permission.SEE_RIGHTS)
def index():
    """All requests of the programme, the open ones first."""
    return render_template(
        "rights/index.html",
        rows=rows_of(current_session(), requests.requests_visible_to(actor())),
        names=actor().role is not Role.AUDITOR,
        today=clock.today(),
    )


@pages.get("/verzoeken/<int:request_id>")
@allow(Permission.SEE_RIGHTS)
def show(request_id):
    """One request, what stands in its way, and for a coordinator the decision."""
    asked = requests.request_for(current_session(), actor(), request_id)
    return _page(asked, DecideForm(data={"version": asked.version}))


@pages.post("/verzoeken/<int:request_id>/besluit")
@allow(Permission.DECIDE_RIGHTS)
def decide(request_id):
    asked = requests.request_for(current_session(), actor(), request_id)
    form = DecideForm(request.form)
    if not form.validate():
        return _page(asked, form)
    try:
        _decide(request_id, form)
    except DomainError as refusal:
        db.look_again()
        form.refuse(refusal)
        return _page(requests.request_for(current_session(), actor(), request_id), form)
    granted = form.verdict.data == GRANT
    flash(
        _("Toegestaan. De vrager krijgt bericht.") if granted else _("Geweigerd. De vrager krijgt bericht."), "success"
    )
    return redirect(url_for(".index"), 303)


@pages.post("/verzoeken/<int:request_id>/opheffen")
@allow(Permission.DECIDE_RIGHTS)
def announce_end(request_id):
    """Say that a restriction ends in a week; the student hears it at once."""
    asked = requests.request_for(current_session(), actor(), request_id)
    form = EndForm(request.form)
    if not form.validate():
        return _page(asked, DecideForm(), form)
    with transaction() as session:
        asked = requests.request_for(session, actor(), request_id)
        requests.announce_end(session, asked, why=form.ended_why.data, by=actor())
        day = asked.ends_on
    flash(_("De student krijgt bericht. De beperking stopt op %(day)s.", day=in_full(day)), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


@pages.post("/verzoeken/<int:request_id>/doorgaan")
@allow(Permission.DECIDE_RIGHTS)
def keep_on(request_id):
    """Take back that a restriction ends."""
    if pressed(request.form):
        with transaction() as session:
            requests.keep_on(session, requests.request_for(session, actor(), request_id), by=actor())
        flash(_("De beperking gaat door. Wie al een mail had, krijgt er nog een."), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


def _decide(request_id, form):
    """Decide; an erasure goes into the list of erasures before its last letter may leave."""
    path = current_app.config["SETTINGS"].erasure_list
    granted = form.verdict.data == GRANT
    told = {"answer": form.answer.data or "", "by": actor(), "version": form.version.data}
    erases = granted and requests.request_for(current_session(), actor(), request_id).kind is RequestKind.ERASURE
    if erases:
        erasures.refuse_without_list(path)
    with transaction() as session:
        asked = requests.request_for(session, actor(), request_id)
        (requests.grant if granted else requests.refuse)(session, asked, **told)
    if erases:
        erasures.write_down(path)
        db.empty_log()


def _page(asked, form, ending=None):
    session = current_session()
    is_open = asked.state is RequestState.OPEN
    wrong = erasing.refusal(session, asked.user) if is_open and asked.kind is RequestKind.ERASURE else None
    return render_template(
        "rights/show.html",
        asked=asked,
        form=form,
        named=actor().role is not Role.AUDITOR and asked.user.erased_at is None,
        company=requests.company_of(session, asked),
        programme=requests.programme_that_decides(session, asked),
        student_id=requests.student_id_of(session, asked) if may(actor(), Permission.SEE_CASES) else None,
        decides=is_open and may(actor(), Permission.DECIDE_RIGHTS),
        is_open=is_open,
        ending=ending or EndForm(),
        button_form=ButtonForm(),
        refused=ending or form,
        ends=asked.is_in_force and asked.kind is RequestKind.RESTRICTION and may(actor(), Permission.DECIDE_RIGHTS),
        notice=limits.NOTICE.days,
        refusal=wrong.message if wrong else None,
    ), (ending or form).status
