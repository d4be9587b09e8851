"""What can be asked about organisations and places, limited to what a user may see."""

from sqlalchemy import or_, select

from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import User
from stagemakelaar.places.models import Membership, Organisation, OrganisationState, Place, PlaceState


def addressees_of(session, organisation_id):
    """The accounts that get the letters of an organisation: who manages it, first the one that came first."""
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, Membership.manages, User.disabled_at.is_(None))
        .order_by(Membership.id)
    ).all()


def organisation_of(session, user):
    """The organisation of an employer's account, or None when it has not been filled in yet."""
    return session.scalars(
        select(Organisation).join(Organisation.members).where(Membership.user_id == user.id).order_by(Organisation.id)
    ).first()


def organisations_visible_to(user):
    """A statement of the organisations that a broker deals with: registered here, or with a place in the programme."""
    offering = select(Place.organisation_id).where(Place.programme_id == user.programme_id)
    return (
        select(Organisation)
        .where(or_(Organisation.registered_with_id == user.programme_id, Organisation.id.in_(offering)))
        .order_by(Organisation.sort_name)
    )


def organisation_for(session, user, organisation_id):
    """One organisation if this user may see it; raises NotFound otherwise."""
    found = session.scalars(organisations_visible_to(user).where(Organisation.id == organisation_id)).first()
    if found is None:
        raise NotFound
    return found


def places_visible_to(user):
    """A statement of the places in the user's programme."""
    return select(Place).where(Place.programme_id == user.programme_id).order_by(Place.title, Place.id)


def place_for(session, user, place_id):
    """One place if this user may see it; raises NotFound otherwise."""
    found = session.scalars(places_visible_to(user).where(Place.id == place_id)).first()
    if found is None:
        raise NotFound
    return found


def own_places(session, organisation):
    """All places of an organisation, newest first."""
    return session.scalars(
        select(Place).where(Place.organisation_id == organisation.id).order_by(Place.id.desc())
    ).all()


def own_place(session, organisation, place_id):
    """One place of an employer's own organisation; raises NotFound otherwise."""
    found = session.scalars(select(Place).where(Place.id == place_id, Place.organisation_id == organisation.id)).first()
    if found is None:
        raise NotFound
    return found


def open_places(session, programme_id):
    """The places that take part in a round: open, with a free seat, of an organisation that is verified."""
    return session.scalars(
        select(Place)
        .join(Place.organisation)
        .where(
            Place.programme_id == programme_id,
            Place.state == PlaceState.OPEN,
            Place.free > 0,
            Organisation.state == OrganisationState.VERIFIED,
        )
        .order_by(Place.id)
    ).all()
