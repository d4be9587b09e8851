"""Places for the broker: what is on offer, how full it is, and changing it on behalf of a company."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.saved_views import ListPage
from stagemakelaar.placements.queries import live_at
from stagemakelaar.places.models import Organisation, Place, PlaceCode, PlaceState
from stagemakelaar.places.queries import codes_offered, place_for, places_visible_to
from stagemakelaar.web import place_pages
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.filtering import Facet, Filters, Option, Sorting
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.paging import chosen, rows_of
from stagemakelaar.web.saved_views import views_of_list

pages = Blueprint("places", __name__)


def find(place_id):
    """A place of the broker's programme."""
    return place_for(current_session(), actor(), place_id)


def listed():
    """The filters that the address asks for, on the places that this user may see, and their order."""
    state, code = chosen("stand", PlaceState), request.args.get("opleiding", "")
    offered = Place.id.in_(select(PlaceCode.place_id).where(PlaceCode.code == code))
    conditions = {"stand": Place.state == state if state else None, "opleiding": offered if code.isdecimal() else None}
    found = places_visible_to(actor()).outerjoin(Organisation, Organisation.id == Place.organisation_id)
    columns = {"naam": Place.title, "bedrijf": Organisation.sort_name, "einde": Place.ends_on, "vrij": Place.free}
    return Filters(found.options(selectinload(Place.codes)), conditions), Sorting.asked(**columns)


def _courses(session, filters):
    """A filter on the courses for which a place is offered."""
    of_places = filters.without("opleiding").order_by(None).with_only_columns(Place.id)
    counts = dict(
        session.execute(
            select(PlaceCode.code, func.count()).where(PlaceCode.place_id.in_(of_places)).group_by(PlaceCode.code)
        ).all()
    )
    code = request.args.get("opleiding", "")
    options = [
        Option(course.code, f"{course.name}, {course.code}", counts.get(course.code, 0))
        for course in codes_offered(session, actor())
        if course.code in counts or course.code == code
    ]
    return Facet("opleiding", _("Opleiding"), options, code, _("alle"))


@pages.get("/plekken")
@allow(Permission.SEE_CASES)
def index():
    session, (filters, sorting) = current_session(), listed()
    state = chosen("stand", PlaceState)
    return render_template(
        "places/index.html",
        rows=rows_of(session, sorting.of(filters.found, Place.id)),
        facets=[
            filters.facet(session, "stand", _("Stand"), Place.state, PlaceState, chosen=state),
            _courses(session, filters),
        ],
        sorting=sorting,
        views=views_of_list(ListPage.PLACES),
    )


@pages.get("/plekken/<int:place_id>")
@allow(Permission.SEE_CASES)
def show(place_id):
    place = find(place_id)
    works = may(actor(), Permission.WORK_OFFERS)
    return render_template(
        "places/show.html",
        works=works,
        tasks=place_pages.tasks_of(place, "places") if works and place.state is PlaceState.DRAFT else [],
        placements=live_at(current_session(), place),
        form=ButtonForm(),
        **place_pages.facts_about(place),
    )


place_pages.hang(pages, "/plekken", Permission.WORK_OFFERS, find)
