"""A unique word in every personal text field, so that a test can see where personal data turns up."""

import itertools
import json

from sqlalchemy import bindparam, select, update

from stagemakelaar.casework.models import Case, ContactMoment
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Place
from stagemakelaar.rounds.models import Proposal, Review

LETTERS = "abcdefghijklmnopqrstuvwxy"  # no z, so that no word begins inside another
AT_ONCE = 5_000  # rows in memory


def plant(session, file):
    """Add a word to every personal text field, and write a JSON line for each word to an open text file."""
    session.flush()
    words = _words()
    for resource, model, fields, programme, found in _personal():
        _plant(session, file, words, resource, model.__table__, fields, programme, found)
    session.expire_all()  # what was read before knows nothing of the words


def _words():
    for letters in itertools.product(LETTERS, repeat=5):
        yield "zq" + "".join(letters)


def _personal():
    """Resource, model, its fields, the column that tells the programme, and where the owner's address comes from."""
    owner = User.email
    of_student = (Student, User)
    yield "user", User, ["name"], User.programme_id, select(owner)
    yield "student", Student, ["first_name", "last_name"], Student.programme_id, select(owner).join_from(*of_student)
    yield (
        "profile",
        Profile,
        ["learning_wish"],
        Student.programme_id,
        select(owner).join_from(Profile, Student).join(User, User.id == Student.user_id),
    )
    case = select(owner).join_from(ContactMoment, Case, Case.id == ContactMoment.case_id)
    case = case.join(Student, Student.id == Case.student_id).join(User, User.id == Student.user_id)
    yield "contact_moment", ContactMoment, ["note"], Case.programme_id, case
    placed = select(owner).join_from(Placement, Student).join(User, User.id == Student.user_id)
    yield "placement", Placement, ["why", "withdraw_note"], Placement.programme_id, placed
    review = select(owner).join_from(Review, Proposal, Proposal.id == Review.proposal_id)
    review = review.join(Student, Student.id == Proposal.student_id).join(User, User.id == Student.user_id)
    yield "review", Review, ["why"], Proposal.programme_id, review
    yield "interest", Interest, ["contact_name", "remark"], Interest.programme_id, select(Interest.email)
    manager = (
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == Place.organisation_id, Membership.manages)
        .order_by(Membership.id)
        .limit(1)
        .scalar_subquery()
    )
    yield "place", Place, ["trainer_name"], Place.programme_id, select(manager)


def _plant(session, file, words, resource, table, fields, programme, found):
    (key,) = table.primary_key.columns
    columns = [key, programme, *(table.c[field] for field in fields)]
    put = update(table).where(key == bindparam("of")).values({field: bindparam(f"new_{field}") for field in fields})
    last = 0
    while rows := session.execute(found.add_columns(*columns).where(key > last).order_by(key).limit(AT_ONCE)).all():
        changes = []
        for owner, number, of_programme, *texts in rows:
            change = {"of": number}
            for field, text in zip(fields, texts, strict=True):
                word = next(words)
                change[f"new_{field}"] = f"{text} {word}".strip()
                line = {"word": word, "programme": of_programme, "resource": resource, "id": number}
                file.write(json.dumps(line | {"field": field, "owner": owner}) + "\n")
            changes.append(change)
        session.connection().execute(put, changes)
        last = rows[-1][1]
