"""The first page of a broker: what needs me now. One list; the address holds the filter."""

from flask import Blueprint, render_template, request

from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.work_list import things_for

pages = Blueprint("today", __name__)


@pages.get("/makelaar")
@allow(Permission.SEE_CASES)
def home():
    mine = request.args.get("van") == "mij"
    things, has_more = things_for(current_session(), actor(), mine=mine)
    return render_template("today/home.html", things=things, has_more=has_more, mine=mine)
