"""A unique word in every personal text field, so that a test can see where personal data turns up."""

import itertools
import json

from sqlalchemy import select

from stagemakelaar.casework.models import Case, ContactMoment
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Place
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
    yield from _of_people(session)
    yield from _of_cases(session)
    yield from _of_companies(session)


def _of_people(session):
    for user in session.scalars(select(User).order_by(User.id)):
        yield "user", user, "name", user.programme_id, user.email
    for student in session.scalars(select(Student).order_by(Student.id)):
        owner, programme = student.user.email, student.programme_id
        yield "student", student, "first_name", programme, owner
        yield "student", student, "last_name", programme, owner
        yield "profile", student.profile, "learning_wish", programme, owner


def _of_cases(session):
    owners = dict(session.execute(select(Student.id, User.email).join(Student.user)).all())
    contacts = select(ContactMoment, Case).join(Case, Case.id == ContactMoment.case_id).order_by(ContactMoment.id)
    for contact, case in session.execute(contacts):
        yield "contact_moment", contact, "note", case.programme_id, owners[case.student_id]
    for placement in session.scalars(select(Placement).order_by(Placement.id)):
        yield "placement", placement, "why", placement.programme_id, owners[placement.student_id]
        yield "placement", placement, "withdraw_note", placement.programme_id, owners[placement.student_id]
    reviews = select(Review, Proposal).join(Proposal, Proposal.id == Review.proposal_id).order_by(Review.id)
    for review, proposal in session.execute(reviews):
        yield "review", review, "why", proposal.programme_id, owners[proposal.student_id]


def _of_companies(session):
    for interest in session.scalars(select(Interest).order_by(Interest.id)):
        yield "interest", interest, "contact_name", interest.programme_id, interest.email
        yield "interest", interest, "remark", interest.programme_id, interest.email
    managers = {
        membership.organisation_id: membership.user.email
        for membership in session.scalars(select(Membership).where(Membership.manages).order_by(Membership.id.desc()))
    }
    for place in session.scalars(select(Place).order_by(Place.id)):
        yield "place", place, "trainer_name", place.programme_id, managers.get(place.organisation_id)
