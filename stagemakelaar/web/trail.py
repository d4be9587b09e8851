"""The trail for the auditor: who did what to which record and when, by numbers alone."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.db import current_session
from stagemakelaar.labels import label
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.web.access import allow
from stagemakelaar.web.paging import rows_of

pages = Blueprint("trail", __name__)


@pages.get("/logboek")
@allow(Permission.READ_TRAIL)
def index():
    session = current_session()
    actions = session.scalars(select(Entry.action).distinct().order_by(Entry.action)).all()
    action = request.args.get("handeling")
    action = action if action in actions else None
    lines = select(Entry).order_by(Entry.seq.desc())
    if action:
        lines = lines.where(Entry.action == action)
    return render_template(
        "trail/index.html",
        rows=rows_of(session, lines),
        actions=actions,
        action=action,
        roles={role.value: label(role) for role in Role},
        results={"done": _("gelukt"), "refused": _("geweigerd")},
    )
