"""A unique word in every personal text field, so that a test can see where personal data turns up."""

import itertools
import json

from sqlalchemy import select

from stagemakelaar.casework.models import Case, ContactMoment
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Organisation, Place
from stagemakelaar.rounds.models import Proposal, Review

LETTERS = "abcdefghijklmnopqrstuvwxy"  # no z, so that no word begins inside another


def plant(session, file):
    """Add a word to every personal text field, and write a JSON line for each word to an open text file."""
    words = _words()
    for resource, record, field, programme, owner in _fields(session):
        word = next(words)
        text = getattr(record, field)
        setattr(record, field, f"{text} {word}".strip())
        number = getattr(record, "id", None) or record.student_id
        line = {
            "word": word,
            "programme": programme,
            "resource": resource,
            "id": number,
            "field": field,
            "owner": owner,
        }
        file.write(json.dumps(line) + "\n")
    session.flush()


def _words():
    for letters in itertools.product(LETTERS, repeat=5):
        yield "zq" + "".join(letters)


def _fields(session):
    programmes = dict(session.execute(select(Case.student_id, Case.programme_id)).all())
    owners = dict(session.execute(select(Student.id, User.email).join(Student.user)).all())
    for user in session.scalars(select(User).order_by(User.id)):
        yield "user", user, "name", user.programme_id, user.email
    for student in session.scalars(select(Student).order_by(Student.id)):
        for field in ("first_name", "last_name"):
            yield "student", student, field, student.programme_id, student.user.email
    for profile in session.scalars(select(Profile).order_by(Profile.student_id)):
        yield "profile", profile, "learning_wish", programmes[profile.student_id], owners[profile.student_id]
    for contact, student in session.execute(
        select(ContactMoment, Case.student_id).join(Case, Case.id == ContactMoment.case_id).order_by(ContactMoment.id)
    ):
        yield "contact_moment", contact, "note", programmes[student], owners[student]
    for placement in session.scalars(select(Placement).order_by(Placement.id)):
        for field in ("why", "withdraw_note"):
            yield "placement", placement, field, placement.programme_id, owners[placement.student_id]
    for review, proposal in session.execute(
        select(Review, Proposal).join(Proposal, Proposal.id == Review.proposal_id).order_by(Review.id)
    ):
        yield "review", review, "why", proposal.programme_id, owners[proposal.student_id]
    for interest in session.scalars(select(Interest).order_by(Interest.id)):
        for field in ("contact_name", "remark"):
            yield "interest", interest, field, interest.programme_id, interest.email
    managers = dict(
        session.execute(
            select(Membership.organisation_id, User.email)
            .join(User, User.id == Membership.user_id)
            .order_by(User.id.desc())
        ).all()
    )
    places = select(Place).join(Organisation, Organisation.id == Place.organisation_id).order_by(Place.id)
    for place in session.scalars(places):
        yield "place", place, "trainer_name", place.programme_id, managers.get(place.organisation_id)
