"""What lies on the desk of the known broker beside the rounds: a filter with a name, and a recognition that ends."""

from sqlalchemy import exists, select

from stagemakelaar.people.models import User
from stagemakelaar.people.saved_views import ListPage, save_view
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place, PlaceCode, PlaceState, Recognition
from stagemakelaar.places.recognitions import check_recognition
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.seed import accounts

ENDS_IN = 45  # days


def lay_on_the_desk(session, town):
    """Do what a broker does at the end of a day."""
    broker = session.scalars(select(User).where(User.email == f"broker@{accounts.DOMAIN}")).one()
    save_view(session, page=ListPage.TODAY, name="Mijn haast", query="haast=laat&van=mij", by=broker)
    save_view(session, page=ListPage.STUDENTS, name="Van niemand", query="van=niemand", by=broker)
    ending = _recognition_nobody_waits_for(session, town.programme.id)
    if ending is not None:
        check_recognition(session, ending, valid_until=town.country.day(ENDS_IN), by=broker)


def _recognition_nobody_waits_for(session, programme_id):
    """The first with an open place for its code, at a company where nothing is proposed and nobody placed."""
    there = Place.organisation_id == Recognition.organisation_id
    offered = exists().where(
        there,
        Place.programme_id == programme_id,
        Place.state == PlaceState.OPEN,
        PlaceCode.place_id == Place.id,
        PlaceCode.code == Recognition.code,
    )
    return session.scalars(
        select(Recognition)
        .where(
            Recognition.checked_at.is_not(None),
            offered,
            ~exists().where(there, Proposal.place_id == Place.id),
            ~exists().where(there, Placement.place_id == Place.id),
        )
        .order_by(Recognition.id)
        .limit(1)
    ).first()
