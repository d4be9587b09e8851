"""Seats: taken and given back by conditional updates, so that the database settles who was first."""

from sqlalchemy import update

from stagemakelaar.errors import N_, Overtaken
from stagemakelaar.places.models import Place


def take_seat(session, place):
    """Take one seat; raises Overtaken when none is free any more."""
    taken = session.execute(
        update(Place)
        .where(Place.id == place.id, Place.free > 0)
        .values(free=Place.free - 1, version=Place.version + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:
        raise Overtaken(N_("Deze plek is intussen vol. Kies een andere plek."))
    session.refresh(place)


def give_seat_back(session, place):
    """Give one seat back, never above what the place has."""
    session.execute(
        update(Place)
        .where(Place.id == place.id, Place.free < Place.seats)
        .values(free=Place.free + 1, version=Place.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(place)


def change_seats(session, place, seats):
    """Set how many seats a place has, never below what is in use; raises Overtaken with the least that is possible."""
    changed = session.execute(
        update(Place)
        .where(Place.id == place.id, Place.seats - Place.free <= seats)
        .values(free=seats - (Place.seats - Place.free), seats=seats, version=Place.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(place)
    if changed.rowcount != 1:
        raise Overtaken(
            N_("Er zijn al %(used)s plekken bezet, dus minder kan niet."), field="seats", used=place.seats - place.free
        )
