"""What can be done with organisations: registering, members, trust, and a first sign of interest."""

from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role
from stagemakelaar.people.queries import user_with
from stagemakelaar.places.models import Interest, InterestState, Membership, Organisation, OrganisationState, Place
from stagemakelaar.places.news import tell_programme
from stagemakelaar.places.queries import open_interest, organisation_of
from stagemakelaar.reference import formats

KNOWN_ALREADY = N_("Dit bedrijf staat al bij ons. Vraag een collega of de stagemakelaar om u erbij te zetten.")


def register_organisation(
    session,
    *,
    name,
    kvk_number,
    branch_number,
    postcode,
    programme,
    street="",
    house_number="",
    city="",
    website="",
    hides_address=False,
    contact=None,
    by,
):
    """Register a branch of a company; `contact`, an employer's account, may act for it from now on.

    A branch exists once in the country: one that is known already is refused in words, never stored a second time.
    """
    kvk_number = formats.clean_kvk(kvk_number)
    branch_number = formats.clean_branch(branch_number)
    known = session.scalar(
        select(Organisation.id).where(
            Organisation.kvk_number == kvk_number, Organisation.branch_number == branch_number
        )
    )
    if known is not None:
        raise DomainError(KNOWN_ALREADY, field="branch_number")
    now = clock.now()
    organisation = Organisation(
        name=name,
        sort_name=formats.folded(name)[:160],
        kvk_number=kvk_number,
        branch_number=branch_number,
        street=street,
        house_number=house_number,
        postcode=formats.clean_postcode(postcode),
        city=city,
        website=website,
        hides_address=hides_address,
        registered_with_id=programme.id,
        state=OrganisationState.REGISTERED,
        state_changed_at=now,
        created_at=now,
    )
    session.add(organisation)
    audit.record(session, "organisation.registered", organisation, by=by, programme_id=programme.id)
    if contact is not None:
        add_member(session, organisation, contact, manages=True, by=by)
    if by is None or not by.is_staff:
        tell_programme(session, programme)
    return organisation


def change_organisation(
    session, organisation, *, name, postcode, street="", house_number="", city="", website="", hides_address=False, by
):
    """Change what people read about an organisation; its numbers are what it was checked by and stay."""
    organisation.name = name
    organisation.sort_name = formats.folded(name)[:160]
    organisation.postcode = formats.clean_postcode(postcode)
    organisation.street = street
    organisation.house_number = house_number
    organisation.city = city
    organisation.website = website
    organisation.hides_address = hides_address
    audit.record(session, "organisation.changed", organisation, by=by, programme_id=organisation.registered_with_id)


# --- members -------------------------------------------------------------------------------------------------------


def add_member(session, organisation, user, *, manages, by):
    """Let an employer's account belong to an organisation; one account is one person at one organisation."""
    if user.role is not Role.EMPLOYER:
        raise DomainError(N_("Met dit e-mailadres kan dat niet. Kies een ander adres."), field="email")
    if organisation_of(session, user) is not None:
        raise DomainError(N_("Dit account hoort al bij een bedrijf."), field="email")
    session.flush()  # the organisation may be new and needs its number
    membership = Membership(organisation_id=organisation.id, user_id=user.id, manages=manages)
    membership.organisation = organisation
    membership.user = user
    session.add(membership)
    audit.record(
        session,
        "membership.added",
        membership,
        by=by,
        programme_id=organisation.registered_with_id,
        user=user.id,
        organisation=organisation.id,
        manages=manages,
    )
    return membership


def invite_member(session, organisation, *, email, name, manages, by):
    """Add a colleague by mail address; an account is made when there is none. Signing in needs their mailbox."""
    email = formats.clean_email(email)
    user = user_with(session, email) or people.register_employer(session, email=email, by=by)
    if not user.name:
        user.name = name
    return add_member(session, organisation, user, manages=manages, by=by)


def follow_address(session, user, *, old):
    """Write the new address of an account where the old one stood as that of this person: by it they are found."""
    session.execute(update(Interest).where(Interest.email == old).values(email=user.email))
    theirs = select(Membership.organisation_id).where(Membership.user_id == user.id)
    there = update(Place).where(Place.organisation_id.in_(theirs), Place.trainer_email == old)
    session.execute(there.values(trainer_email=user.email))


def remove_member(session, membership, *, by):
    """Let a colleague no longer belong to the organisation; someone must stay who can answer."""
    organisation = membership.organisation
    if membership.manages and sum(member.manages for member in organisation.members) == 1:
        raise DomainError(N_("Er moet iemand blijven die voor uw bedrijf kan antwoorden. Voeg eerst een collega toe."))
    audit.record(
        session,
        "membership.removed",
        membership,
        by=by,
        programme_id=organisation.registered_with_id,
        user=membership.user_id,
        organisation=organisation.id,
    )
    session.delete(membership)


# --- trust ---------------------------------------------------------------------------------------------------------


def verify_organisation(session, organisation, *, checked, note="", by):
    """Trust an organisation: its places take part in rounds from now on. Owes what was looked at."""
    if not checked:
        raise DomainError(N_("Kruis aan wat u heeft gecontroleerd."), field="checked")
    organisation.verified_at = clock.now()
    organisation.state_note = note
    move(
        session,
        organisation,
        OrganisationState.VERIFIED,
        by=by,
        programme_id=by.programme_id,
        checked=sorted(evidence.value for evidence in checked),
    )


def suspend_organisation(session, organisation, *, why, by):
    """Keep an organisation's places out of rounds for now; what runs goes on."""
    _stop(session, organisation, OrganisationState.SUSPENDED, why, by=by)


def block_organisation(session, organisation, *, why, by):
    """Keep an organisation out for good; what runs is for the broker to look at, one by one."""
    _stop(session, organisation, OrganisationState.BLOCKED, why, by=by)


def _stop(session, organisation, to, why, *, by):
    if not why.strip():
        raise DomainError(N_("Schrijf op wat de reden is."), field="why")
    organisation.state_note = why
    move(session, organisation, to, by=by, programme_id=by.programme_id)


# --- interest ------------------------------------------------------------------------------------------------------


def express_interest(session, *, programme, company, contact_name, email, phone=None, remark="", postcode=None):
    """Note that a company may offer something; the broker takes it from there. The same one sent twice counts once."""
    now = clock.now()
    same = session.scalars(
        select(Interest).where(
            Interest.programme_id == programme.id,
            Interest.email == email,
            Interest.company == company,
            Interest.state == InterestState.NEW,
            Interest.created_at > now - timedelta(days=1),
        )
    ).first()
    if same is not None:
        return same
    interest = Interest(
        programme_id=programme.id,
        company=company,
        contact_name=contact_name,
        email=email,
        phone=phone,
        remark=remark,
        postcode=postcode,
        state=InterestState.NEW,
        state_changed_at=now,
        created_at=now,
    )
    session.add(interest)
    audit.record(session, "interest.expressed", interest, by=None)
    tell_programme(session, programme)
    return interest


def follow_up_interest(session, interest, to, *, by):
    """Note what became of a company's interest."""
    interest.call_on = None
    move(session, interest, to, by=by)


def call_interest_again(session, interest, *, on, by):
    """Note that a company was called and wants to hear from us again on a day."""
    if on is None or on <= clock.today():
        raise DomainError(N_("Kies een dag na vandaag."), field="call_on")
    if interest.state is InterestState.CONTACTED:
        audit.record(session, "interest.call_again", interest, by=by, programme_id=interest.programme_id)
    else:
        move(session, interest, InterestState.CONTACTED, by=by)
    interest.call_on = on


def settle_interest(session, place, *, by):
    """A company has opened a place: what its people once told that they might have, has come true."""
    told_by = [member.user.email for member in place.organisation.members]
    for interest in session.scalars(
        select(Interest).where(
            Interest.programme_id == place.programme_id,
            Interest.email.in_(told_by),
            open_interest(),
        )
    ):
        follow_up_interest(session, interest, InterestState.BECAME_PLACE, by=by)
