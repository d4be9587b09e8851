"""The list of students, for the broker; one student's file stands in `case_page`, in the same page group."""

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.casework.queries import cases_chosen, cases_found
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.saved_views import ListPage
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.filtering import Filters, Sorting, here, of_broker, whose_asked
from stagemakelaar.web.paging import chosen, rows_of
from stagemakelaar.web.saved_views import views_of_list
from stagemakelaar.web.students_together import DEEDS
from stagemakelaar.web.together import together
from stagemakelaar.web.work_list.things import name_of

pages = Blueprint("students", __name__)


def listed():
    """The filters that the address asks for, on the cases that this user may see, and their order."""
    state, whose = chosen("stand", CaseState), whose_asked()
    # An outer join, though everyone has a profile: counting then leaves it out.
    found = cases_found(actor(), text=request.args.get("zoek", "")[:100]).outerjoin(
        Profile, Profile.student_id == Student.id
    )
    conditions = {"stand": Case.state == state if state else None, "van": of_broker(whose, actor())}
    return Filters(found, conditions), Sorting.asked(naam=Student.sort_name, sinds=Profile.searching_since)


@pages.get("/studenten")
@allow(Permission.SEE_CASES)
def index():
    session, (filters, sorting) = current_session(), listed()
    rows = rows_of(session, sorting.of(filters.found, Case.id))
    state = chosen("stand", CaseState)
    return render_template(
        "students/index.html",
        rows=rows,
        facets=[
            filters.facet(session, "stand", _("Stand"), Case.state, CaseState, chosen=state),
            filters.facet_of_brokers(session, "van", actor(), whose_asked()),
        ],
        sorting=sorting,
        views=views_of_list(ListPage.STUDENTS),
        text=request.args.get("zoek", "")[:100],
        courses=qualifications_with(session, {case.student.profile.code for case in rows.items}),
        deeds=DEEDS if may(actor(), Permission.WORK_CASES) else None,
        here=here(pagina=request.args.get("pagina")),
        sign_up_url=current_app.config["SETTINGS"].public_url
        + url_for("signing_up.student", slug=actor().programme.slug),
    )


@pages.route("/studenten/samen", methods=["GET", "POST"])
@allow(Permission.WORK_CASES)
def many():
    return together(
        DEEDS, find=cases_chosen, name_of=lambda case: name_of(case.student), usual=url_for("students.index")
    )
