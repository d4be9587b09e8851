"""The list of students, for the broker; one student's file stands in `case_page`, in the same page group."""

from flask import Blueprint, current_app, render_template, request, url_for

from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import cases_found
from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.paging import chosen, rows_of

pages = Blueprint("students", __name__)


@pages.get("/studenten")
@allow(Permission.SEE_CASES)
def index():
    state, text, mine = chosen("stand", CaseState), request.args.get("zoek", "")[:100], request.args.get("van") == "mij"
    rows = rows_of(current_session(), cases_found(actor(), state=state, text=text, mine=mine))
    codes = {case.student.profile.code for case in rows.items}
    return render_template(
        "students/index.html",
        rows=rows,
        state=state,
        states=CaseState,
        text=text,
        mine=mine,
        courses=qualifications_with(current_session(), codes),
        sign_up_url=current_app.config["SETTINGS"].public_url
        + url_for("signing_up.student", slug=actor().programme.slug),
    )
