"""An employer's own places: a short list of screens, saved one by one, opened when they are complete."""

from flask import Blueprint, abort, render_template, request, url_for

from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission
from stagemakelaar.places import offers
from stagemakelaar.places.models import OrganisationState, PlaceState
from stagemakelaar.places.queries import own_place
from stagemakelaar.web import place_pages
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.employer import managing, own_membership, with_organisation
from stagemakelaar.web.forms import ButtonForm

pages = Blueprint("employer_places", __name__)


def find(place_id):
    """A place of the own organisation, for who may change it."""
    return own_place(current_session(), managing().organisation, place_id)


@pages.route("/bedrijf/plekken/nieuw", methods=["GET", "POST"])
@allow(Permission.OWN_ORGANISATION)
@with_organisation
def new():
    organisation = managing().organisation
    if organisation.state is OrganisationState.BLOCKED:
        abort(403)
    sent = request.form if request.method == "POST" else None
    form = place_pages.STEPS["werk"].form(current_session(), organisation, None, sent)
    if sent is not None:

        def draft(session):
            own = managing().organisation
            return offers.draft_place(session, own, programme_id=own.registered_with_id, by=actor())

        place = place_pages.save_step("werk", form, None, save=draft)
        if place is not None:
            return place_pages.onwards(place, "employer_places")
    return place_pages.render_step(None, "werk", form, "employer_places", organisation)


@pages.get("/bedrijf/plekken/<int:place_id>")
@allow(Permission.OWN_ORGANISATION)
def show(place_id):
    membership = own_membership()
    place = own_place(current_session(), membership.organisation, place_id)
    if place.state is PlaceState.DRAFT and membership.manages:
        tasks = place_pages.tasks_of(place, "employer_places")
        return render_template("employer_places/tasks.html", place=place, tasks=tasks, area="employer_places")
    return render_template(
        "employer_places/show.html",
        manages=membership.manages,
        area="employer_places",
        form=ButtonForm(),
        back=url_for("employer.home"),
        **place_pages.facts_about(place),
    )


place_pages.hang(pages, "/bedrijf/plekken", Permission.OWN_ORGANISATION, find)
