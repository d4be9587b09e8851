"""Whom to call for a seat that is wanted: the companies near those who wait for it, and what we know of each."""

import enum
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select

from stagemakelaar import clock
from stagemakelaar.casework.models import OrganisationContact, PlaceAnswer, Task, TaskState
from stagemakelaar.places.models import (
    Organisation,
    OrganisationState,
    Place,
    PlaceCode,
    PlaceState,
    Recognition,
)
from stagemakelaar.places.queries import interests_visible_to, open_interest, organisations_visible_to
from stagemakelaar.reference.postcodes import pc4_array
from stagemakelaar.reference.queries import codes_counting_for
from stagemakelaar.rounds.wanted import journeys_of_waiting

QUIET = timedelta(weeks=12)  # so long we do not ask again after a no
REMEMBERED = timedelta(weeks=52)  # a maybe of longer ago says nothing any more


class Why(enum.Enum):
    """Waarom dit bedrijf: why a company is worth a call, those that come first first; or why just now it is not."""

    MAYBE = "maybe"
    OFFERED = "offered"
    RECOGNISED = "recognised"
    NO = "no"


_ORDER = {why: at for at, why in enumerate(Why)}


class Near(NamedTuple):
    """Bedrijf in de buurt: a company that some of those who wait can get to in time."""

    organisation_id: int
    pc4: int
    why: Why
    answered_on: object  # the day of their last answer, or None
    reach: int  # how many of those who wait can get there in time
    soonest: int  # minutes of the nearest and the farthest of them; −1: not known
    latest: int


def companies_near(session, user, search, wanted):
    """The companies whom to ask for a seat: a list of `Near`, by reason, then the nearest first."""
    codes = codes_counting_for(session, wanted.code, wanted.starts_on)
    rows = session.execute(_worth_a_call(user, codes, wanted.starts_on)).all()
    answers = {row.organisation_id: row for row in session.execute(_last_answers(user, wanted.code))}
    about_this = {company for company, answer in answers.items() if answer.code == wanted.code}
    rows = [row for row in rows if row.recognised or row.offered or row.id in about_this]
    pc4s = pc4_array([row.postcode for row in rows])
    found = []
    for row, pc4, (reach, soonest, latest) in zip(
        rows, pc4s.tolist(), journeys_of_waiting(search, wanted, pc4s).tolist(), strict=True
    ):
        why, answer = _why(row, answers.get(row.id)), answers.get(row.id)
        if reach and why is not None:
            found.append(Near(row.id, pc4, why, answer and answer.held_on, reach, soonest, latest))
    return sorted(found, key=lambda near: (_ORDER[near.why], near.soonest, -near.reach, near.organisation_id))


def _why(row, answer):
    if answer is not None:
        said = answer.held_on
        if answer.answer is PlaceAnswer.NO and said > clock.today() - QUIET:
            return Why.NO
        if answer.answer is not PlaceAnswer.NO and said > clock.today() - REMEMBERED:
            return Why.MAYBE
    if row.offered:
        return Why.OFFERED
    return Why.RECOGNISED if row.recognised else None


def _worth_a_call(user, codes, starts_on):
    """The companies that may take part, and of each whether it is recognised for one of these codes on a day, and
    whether it offered a place for one before.
    """
    recognised = (
        select(Recognition.organisation_id)
        .where(
            Recognition.code.in_(codes),
            Recognition.checked_at.is_not(None),
            or_(Recognition.valid_until.is_(None), Recognition.valid_until >= starts_on),
            or_(Recognition.withdrawn_on.is_(None), Recognition.withdrawn_on >= starts_on),
        )
        .distinct()
        .subquery()
    )
    offered = (
        select(Place.organisation_id)
        .join(PlaceCode, PlaceCode.place_id == Place.id)
        .where(Place.programme_id == user.programme_id, Place.state != PlaceState.DRAFT, PlaceCode.code.in_(codes))
        .distinct()
        .subquery()
    )
    return (
        organisations_visible_to(user)
        .outerjoin(recognised, recognised.c.organisation_id == Organisation.id)
        .outerjoin(offered, offered.c.organisation_id == Organisation.id)
        .where(Organisation.state.in_((OrganisationState.REGISTERED, OrganisationState.VERIFIED)))
        .order_by(None)
        .with_only_columns(
            Organisation.id,
            Organisation.postcode,
            recognised.c.organisation_id.is_not(None).label("recognised"),
            offered.c.organisation_id.is_not(None).label("offered"),
        )
    )


def _last_answers(user, code):
    """What each company answered last when one of the programme asked for a place for this course, or for any."""
    return _latest(
        OrganisationContact.programme_id == user.programme_id,
        OrganisationContact.answer.is_not(None),
        or_(OrganisationContact.code.is_(None), OrganisationContact.code == code),
    )


def _latest(*which):
    last = func.row_number().over(
        partition_by=OrganisationContact.organisation_id,
        order_by=(OrganisationContact.held_on.desc(), OrganisationContact.id.desc()),
    )
    ranked = (
        select(
            OrganisationContact.id,
            OrganisationContact.organisation_id,
            OrganisationContact.held_on,
            OrganisationContact.answer,
            OrganisationContact.code,
            last.label("place"),
        )
        .where(*which)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1)


def known_of(session, user, ids):
    """What a page tells of these companies: (id → Organisation, id → the last contact, id → the first open task)."""
    companies = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    latest = _latest(
        OrganisationContact.programme_id == user.programme_id, OrganisationContact.organisation_id.in_(ids)
    ).subquery()
    contacts = session.scalars(select(OrganisationContact).join(latest, latest.c.id == OrganisationContact.id))
    tasks = session.scalars(
        select(Task)
        .where(Task.programme_id == user.programme_id, Task.state == TaskState.OPEN, Task.organisation_id.in_(ids))
        .order_by(Task.due_on.desc(), Task.id.desc())
    )
    return (
        {company.id: company for company in companies},
        {contact.organisation_id: contact for contact in contacts},
        {task.organisation_id: task for task in tasks},
    )


def interest_near(session, user, search, wanted, *, limit=50):
    """Companies that said in one minute that they may have something: (Interest, journeys or None), the nearest first.

    Who told no postcode comes after; who told one that nobody who waits can get to is left out.
    """
    told = session.scalars(interests_visible_to(user).where(open_interest()).limit(limit)).all()
    known = [interest for interest in told if interest.postcode]
    journeys = journeys_of_waiting(search, wanted, pc4_array([one.postcode for one in known])).tolist()
    found = [(one, journey) for one, journey in zip(known, journeys, strict=True) if journey[0]]
    found.sort(key=lambda row: (row[1][1], row[0].id))
    return found + [(one, None) for one in told if not one.postcode]
