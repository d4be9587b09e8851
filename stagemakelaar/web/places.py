"""Places for the broker: what is on offer, how full it is, and changing it on behalf of a company."""

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.queries import live_at
from stagemakelaar.places.models import Place, PlaceCode, PlaceState
from stagemakelaar.places.queries import codes_offered, place_for, places_visible_to
from stagemakelaar.web import place_pages
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.paging import chosen, rows_of

pages = Blueprint("places", __name__)


def find(place_id):
    """A place of the broker's programme."""
    return place_for(current_session(), actor(), place_id)


@pages.get("/plekken")
@allow(Permission.SEE_CASES)
def index():
    session, state = current_session(), chosen("stand", PlaceState)
    courses = codes_offered(session, actor())
    code = request.args.get("opleiding")
    code = code if code in {course.code for course in courses} else None
    statement = places_visible_to(actor()).options(selectinload(Place.codes))
    if state:
        statement = statement.where(Place.state == state)
    if code:
        statement = statement.where(Place.id.in_(select(PlaceCode.place_id).where(PlaceCode.code == code)))
    return render_template(
        "places/index.html",
        rows=rows_of(session, statement),
        state=state,
        states=PlaceState,
        courses=courses,
        code=code,
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
