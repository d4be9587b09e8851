"""Rights of staff: changed by two administrators together, and looked at again in time. The auditor reads along."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func

from stagemakelaar import clock
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.labels import label
from stagemakelaar.people import staff_rights
from stagemakelaar.people.models import STAFF, Role, User
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.queries import names_of, programmes, staff_accounts
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.accounts import note_reading_of_staff
from stagemakelaar.web.fields import OneOf, Pick
from stagemakelaar.web.forms import BaseForm, ButtonForm, pressed, required
from stagemakelaar.web.paging import rows_of

pages = Blueprint("staff_rights", __name__)

DUE = "nodig"


def _change_form(sent=None, user=None):
    offered = programmes(current_session())

    class ChangeForm(BaseForm):
        role = OneOf(
            _l("Rol"),
            among=[(role.value, label(role)) for role in Role if role in STAFF],
            validators=[required(_l("Kies wat uw collega hier gaat doen."))],
        )
        programme = Pick(
            _l("Programma"),
            among=[(one.slug, one.name) for one in offered],
            description=_l("Alleen voor een stagemakelaar of een coördinator."),
        )

    present = {"role": user.role.value, "programme": user.programme.slug if user.programme else None} if user else {}
    return ChangeForm(sent, data=None if sent else present), {one.slug: one for one in offered}


@pages.get("/accounts/rechten")
@allow(Permission.SEE_STAFF_RIGHTS)
def index():
    """Who has which rights, since when and given by whom; what waits for a second administrator; what is due."""
    note_reading_of_staff("rights")
    session, due = current_session(), request.args.get("nakijken") == DUE
    rows = rows_of(session, staff_rights.accounts_to_review(due=due))
    told = staff_rights.rights_of(session, rows.items)
    actors = {number for one in told for number in (one.given_by, one.asked_by, one.reviewed_by) if number}
    overdue = staff_rights.accounts_to_review(due=True).order_by(None).with_only_columns(func.count(User.id))
    return render_template(
        "accounts/rights.html",
        rows=rows,
        rights={one.user.id: one for one in told},
        names=names_of(session, actors),
        waiting=session.scalars(staff_rights.waiting()).unique().all(),
        count_due=session.scalar(overdue),
        due=due,
        today=clock.today(),
        manages=may(actor(), Permission.MANAGE_ACCOUNTS),
        me=actor(),
        button_form=ButtonForm(),
    )


@pages.get("/accounts/<int:user_id>/rechten")
@allow(Permission.MANAGE_ACCOUNTS)
@confirmed_lately
def change(user_id):
    """Which role and programme a colleague should have."""
    user = _colleague(user_id)
    return _change_page(user, _change_form(user=user)[0])


@pages.post("/accounts/<int:user_id>/rechten")
@allow(Permission.MANAGE_ACCOUNTS)
@confirmed_lately
def ask(user_id):
    """Ask for it; a second administrator grants it."""
    form, offered = _change_form(request.form)
    if not form.validate():
        return _change_page(_colleague(user_id), form)
    role, programme = Role(form.role.data), offered.get(form.programme.data)
    try:
        with transaction() as session:
            staff_rights.ask(session, user_id, role=role, programme=programme, by=actor())
    except DomainError as refusal:
        look_again()
        form.refuse(refusal)
        return _change_page(_colleague(user_id), form)
    flash(_("Gevraagd. Een tweede beheerder kan het nu toestaan."), "success")
    return redirect(url_for(".index"), 303)


@pages.post("/accounts/rechten/<int:change_id>/toestaan")
@allow(Permission.MANAGE_ACCOUNTS)
@confirmed_lately
def grant(change_id):
    """Grant what another administrator asked."""
    return _act(staff_rights.grant, change_id, _l("Toegestaan. Het geldt meteen."))


@pages.post("/accounts/rechten/<int:change_id>/afwijzen")
@allow(Permission.MANAGE_ACCOUNTS)
def drop(change_id):
    """Let it go: taken back, or not wanted."""
    return _act(staff_rights.drop, change_id, _l("Het verzoek is weg. Alles is weer zoals het was."))


@pages.post("/accounts/<int:user_id>/nagekeken")
@allow(Permission.MANAGE_ACCOUNTS)
def review(user_id):
    """Note that a colleague still needs these rights."""
    return _act(staff_rights.review, user_id, _l("Genoteerd: nagekeken op vandaag."))


def _act(action, number, done):
    if pressed(request.form):
        with transaction() as session:
            action(session, number, by=actor())
        flash(str(done), "success")
    return redirect(url_for(".index", nakijken=DUE if request.args.get("nakijken") == DUE else None), 303)


def _colleague(user_id):
    user = current_session().scalars(staff_accounts().where(User.id == user_id)).first()
    if user is None or user_id == actor().id:
        raise NotFound
    return user


def _change_page(user, form):
    return render_template("accounts/change_rights.html", user=user, form=form), form.status
