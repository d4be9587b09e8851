"""The accounts of staff, for the administrator: invite, disable, enable. No student files."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError, NotFound
from stagemakelaar.labels import label
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import STAFF, Role, User
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import programmes, staff_accounts
from stagemakelaar.people.signing_in import invitations
from stagemakelaar.reference import formats
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.fields import OneOf, Pick
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, required
from stagemakelaar.web.paging import rows_of

pages = Blueprint("accounts", __name__)

OF_A_PROGRAMME = {Role.BROKER, Role.COORDINATOR}


def invite_form(sent=None):
    """The form that invites a colleague."""
    offered = programmes(current_session())

    class InviteForm(BaseForm):
        name = Text(
            lazy_gettext("Naam"),
            clean=formats.clean_name,
            validators=[required(lazy_gettext("Vul de naam van uw collega in."))],
        )
        email = Text(
            lazy_gettext("E-mailadres"),
            clean=formats.clean_email,
            validators=[required(lazy_gettext("Vul het e-mailadres van uw collega in."))],
            render_kw={"type": "email", "inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
        )
        role = OneOf(
            lazy_gettext("Rol"),
            among=[(role.value, label(role)) for role in Role if role in STAFF],
            validators=[required(lazy_gettext("Kies wat uw collega hier gaat doen."))],
        )
        programme = Pick(
            lazy_gettext("Programma"),
            among=[(programme.slug, programme.name) for programme in offered],
            description=lazy_gettext("Alleen voor een stagemakelaar of een coördinator."),
        )

    return InviteForm(sent), {programme.slug: programme for programme in offered}


@pages.get("/accounts")
@allow(Permission.MANAGE_ACCOUNTS)
def index():
    """All accounts of staff."""
    rows = rows_of(current_session(), staff_accounts())
    return render_template("accounts/index.html", rows=rows, button_form=ButtonForm(), me=actor())


@pages.get("/accounts/uitnodigen")
@allow(Permission.MANAGE_ACCOUNTS)
def invite():
    """Whom to invite."""
    form, _programmes = invite_form()
    return render_template("accounts/invite.html", form=form)


@pages.post("/accounts/uitnodigen")
@allow(Permission.MANAGE_ACCOUNTS)
def send_invitation():
    """Make the account and promise the letter with the link."""
    form, offered = invite_form(request.form)
    if not form.validate():
        return render_template("accounts/invite.html", form=form), 422
    role = Role(form.role.data)
    programme = offered.get(form.programme.data) if role in OF_A_PROGRAMME else None
    try:
        _send(form, role, programme)
    except DomainError as refusal:
        form.refuse(refusal)
        return render_template("accounts/invite.html", form=form), 422
    flash(_("De uitnodiging gaat per mail naar uw collega. De link werkt een uur."), "success")
    return redirect(url_for("accounts.index"), 303)


def _send(form, role, programme):
    if role in OF_A_PROGRAMME and programme is None:
        raise DomainError(N_("Kies bij welk programma uw collega hoort."), field="programme")
    with transaction() as session:
        invitations.invite(
            session, email=form.email.data, name=form.name.data, role=role, programme=programme, by=actor()
        )


@pages.post("/accounts/<int:user_id>/uitschakelen")
@allow(Permission.MANAGE_ACCOUNTS)
def disable(user_id):
    """Close an account at once."""
    return _change(
        user_id, people.disable, lazy_gettext("Het account is uitgeschakeld. Wie ermee werkte, is uitgelogd.")
    )


@pages.post("/accounts/<int:user_id>/inschakelen")
@allow(Permission.MANAGE_ACCOUNTS)
def enable(user_id):
    """Open an account again."""
    return _change(user_id, people.enable, lazy_gettext("Het account werkt weer."))


def _change(user_id, action, done):
    if not ButtonForm(request.form).validate():
        flash(_("Deze pagina stond te lang open. Probeer het opnieuw."), "error")
        return redirect(url_for("accounts.index"), 303)
    with transaction() as session:
        user = session.scalars(select(User).where(User.id == user_id, User.role.in_(STAFF))).first()
        if user is None:
            raise NotFound
        action(session, user, by=actor())
    flash(str(done), "success")
    return redirect(url_for("accounts.index"), 303)
