"""What can be asked about organisations and places, limited to what a user may see."""

from datetime import timedelta

from sqlalchemy import and_, case, exists, func, or_, select, tuple_, union
from sqlalchemy.orm import aliased, joinedload, selectinload

from stagemakelaar import clock
from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import User
from stagemakelaar.places.models import (
    Interest,
    InterestState,
    Membership,
    Organisation,
    OrganisationState,
    Place,
    PlaceCode,
    PlaceState,
    Recognition,
)
from stagemakelaar.reference.models import Qualification

SHORTEST_STAGE = timedelta(weeks=8)  # hardly a stage is shorter, so a place that ends sooner finds nobody any more


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
    return select(Organisation).where(_deals_with(user.programme_id)).order_by(Organisation.sort_name)


def _deals_with(programme_id):
    """As one list of numbers: with an "or" the database would look at every organisation of the country."""
    ours = aliased(Organisation)
    registered = select(ours.id).where(ours.registered_with_id == programme_id)
    offering = select(Place.organisation_id).where(Place.programme_id == programme_id)
    return Organisation.id.in_(union(registered, offering))


def organisation_behind(session, user, interest):
    """The organisation that this user sees and to which whoever showed this interest belongs, or None."""
    return session.scalars(
        organisations_visible_to(user)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == interest.email, Organisation.state != OrganisationState.BLOCKED)
        .limit(1)
    ).first()


def towns_of_regions(session, user):
    """The town in which most of these organisations are, per first two digits of the postcode: 10 → "Amsterdam"."""
    region = func.substr(Organisation.postcode, 1, 2)
    found = (
        organisations_visible_to(user)
        .order_by(None)
        .where(Organisation.city != "")
        .with_only_columns(region.label("region"), Organisation.city)
        .subquery()
    )
    counted = session.execute(
        select(found.c.region, found.c.city, func.count())
        .group_by(found.c.region, found.c.city)
        .order_by(func.count(), found.c.city.desc())
    )
    return {int(region): city for region, city, _number in counted if region.isdecimal()}


def organisation_for(session, user, organisation_id):
    """One organisation if this user may see it; raises NotFound otherwise."""
    return _one(session, organisations_visible_to(user).where(Organisation.id == organisation_id))


def places_visible_to(user):
    """A statement of the places in the user's programme."""
    return select(Place).where(Place.programme_id == user.programme_id).order_by(Place.title, Place.id)


def codes_offered(session, user):
    """The qualifications for which the user's programme has a place, open or not, by name."""
    offered = select(PlaceCode.code).join(Place).where(Place.programme_id == user.programme_id)
    return session.scalars(
        select(Qualification).where(Qualification.code.in_(offered)).order_by(Qualification.search_name)
    ).all()


def place_for(session, user, place_id):
    """One place if this user may see it; raises NotFound otherwise."""
    return _one(session, places_visible_to(user).where(Place.id == place_id))


def own_places(session, organisation):
    """All places of an organisation, newest first."""
    return session.scalars(
        select(Place)
        .where(Place.organisation_id == organisation.id)
        .options(selectinload(Place.codes))
        .order_by(Place.id.desc())
    ).all()


def own_place(session, organisation, place_id):
    """One place of an employer's own organisation; raises NotFound otherwise."""
    return _one(session, select(Place).where(Place.id == place_id, Place.organisation_id == organisation.id))


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


def membership_of(session, user):
    """How an employer's account belongs to its organisation, or None when it belongs to none yet."""
    return session.scalars(
        select(Membership)
        .where(Membership.user_id == user.id)
        .options(joinedload(Membership.organisation))
        .order_by(Membership.organisation_id)
    ).first()


def member_of(session, organisation, membership_id):
    """One member of an organisation; raises NotFound otherwise."""
    return _one(
        session,
        select(Membership).where(Membership.id == membership_id, Membership.organisation_id == organisation.id),
    )


def recognition_of(session, organisation, recognition_id):
    """One recognition of an organisation; raises NotFound otherwise."""
    return _one(
        session,
        select(Recognition).where(Recognition.id == recognition_id, Recognition.organisation_id == organisation.id),
    )


def interests_visible_to(user):
    """A statement of the companies that showed interest in the user's programme, what is open first."""
    return (
        select(Interest).where(Interest.programme_id == user.programme_id).order_by(open_interest().desc(), Interest.id)
    )


def open_interests(session, user, limit=50):
    """The interest that still waits for someone of the programme, oldest first."""
    return session.scalars(interests_visible_to(user).where(open_interest()).limit(limit)).all()


def open_interest():
    """The condition on an interest under which it still waits for someone."""
    return Interest.state.in_((InterestState.NEW, InterestState.CONTACTED))


def interests_to_call(user):
    """A statement of the companies that wait for a call: new ones, and those whose day to be called again has come."""
    due = and_(Interest.state == InterestState.CONTACTED, Interest.call_on <= clock.today())
    return interests_visible_to(user).where(or_(Interest.state == InterestState.NEW, due))


def interest_for(session, user, interest_id):
    """One company's interest if this user may see it; raises NotFound otherwise."""
    return _one(session, interests_visible_to(user).where(Interest.id == interest_id))


def counts_for(session, user, organisations):
    """Per organisation: how many recognitions wait for a check, and how many places it has open in the programme."""
    ids = [organisation.id for organisation in organisations]
    unchecked = session.execute(
        select(Recognition.organisation_id, func.count())
        .where(Recognition.organisation_id.in_(ids), Recognition.checked_at.is_(None))
        .group_by(Recognition.organisation_id)
    )
    offered = session.execute(
        select(Place.organisation_id, func.count())
        .where(Place.organisation_id.in_(ids), Place.state == PlaceState.OPEN, Place.programme_id == user.programme_id)
        .group_by(Place.organisation_id)
    )
    return {row[0]: row[1] for row in unchecked}, {row[0]: row[1] for row in offered}


def organisations_registered(session, numbers):
    """The branches with these (KVK number, vestigingsnummer), wherever they are registered: numbers → organisation."""
    found = (
        select(Organisation)
        .where(tuple_(Organisation.kvk_number, Organisation.branch_number).in_(numbers))
        .options(selectinload(Organisation.recognitions))
    )
    return {(one.kvk_number, one.branch_number): one for one in session.scalars(found)}


def organisations_dealt_with(session, programme_id, organisation_ids):
    """Which of these organisations a programme deals with, as `organisations_visible_to` says: a set of numbers."""
    ours = select(Organisation.id).where(Organisation.id.in_(organisation_ids), _deals_with(programme_id))
    return set(session.scalars(ours))


def places_offered_by(session, programme_id, organisation_ids):
    """The places that these organisations have in a programme and did not close, oldest first."""
    found = (
        select(Place)
        .where(Place.programme_id == programme_id, Place.organisation_id.in_(organisation_ids))
        .where(Place.state != PlaceState.CLOSED)
        .options(selectinload(Place.codes))
        .order_by(Place.id)
    )
    return session.scalars(found).all()


def organisations_to_check(user):
    """A statement of the organisations that wait for a broker's check, the oldest first."""
    return (
        organisations_visible_to(user)
        .where(Organisation.state == OrganisationState.REGISTERED)
        .order_by(None)
        .order_by(Organisation.created_at, Organisation.id)
    )


def recognitions_to_check(user):
    """A statement of the recognitions whose proof nobody has seen, of organisations that may take part."""
    offers_here = exists().where(Place.organisation_id == Organisation.id, Place.programme_id == user.programme_id)
    return (
        select(Recognition)
        .join(Organisation, Organisation.id == Recognition.organisation_id)
        .where(
            Recognition.checked_at.is_(None),
            Recognition.withdrawn_on.is_(None),
            Organisation.state != OrganisationState.BLOCKED,
            or_(Organisation.registered_with_id == user.programme_id, offers_here),
        )
        .order_by(Recognition.created_at, Recognition.id)
    )


def places_running_out(user):
    """A statement of the open places with free seats whose period leaves no room for a stage any more."""
    return (
        select(Place)
        .where(
            Place.programme_id == user.programme_id,
            Place.state == PlaceState.OPEN,
            Place.free > 0,
            Place.ends_on < clock.today() + SHORTEST_STAGE,
        )
        .order_by(Place.ends_on, Place.id)
    )


def end_of_recognition():
    """An expression in a statement about recognitions: the day after which one counts no longer, or nothing."""
    earlier = Recognition.withdrawn_on < Recognition.valid_until
    return case(
        (earlier, Recognition.withdrawn_on), else_=func.coalesce(Recognition.valid_until, Recognition.withdrawn_on)
    )


def _one(session, statement):
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound
    return found


def members_at(session, organisations):
    """The numbers of the accounts of the people at these organisations (numbers too)."""
    return session.scalars(select(Membership.user_id).where(Membership.organisation_id.in_(list(organisations)))).all()
