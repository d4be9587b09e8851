"""Who is erased while something else goes on: a letter that is on its way, a restore of long ago."""

import pytest
from sqlalchemy import select

from stagemakelaar import erasures, jobs, outbox
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rights import erasing, listed
from stagemakelaar.rights.models import ErasedFor, Erasure


@pytest.fixture
def listing(tmp_path):
    return tmp_path / "erasures.jsonl"


def test_who_is_erased_again_after_a_restore_is_no_news_to_the_company(make, session, listing):
    student, place, broker = make.student(searching=True), make.place(), make.broker()
    make.employer_of(place.organisation)
    with transaction() as writing:
        planned = placements.plan(writing, writing.get(Student, student.id), place, reasons={}, by=broker)
    jobs.deliver(lambda letter: None, lambda message: message)
    user = session.get(User, student.user_id)
    told = {"user_id": user.id, "registered_at": user.created_at, "why": ErasedFor.REQUEST, "at": user.created_at}
    listed.append(listing, [Erasure(ref="e" * 32, **told)])
    assert erasures.carry_out(listing) == 1
    assert session.get(Placement, planned.id).state is PlacementState.WITHDRAWN
    letters = session.scalars(select(Message).where(Message.key.startswith(f"placement:{planned.id}:"))).all()
    assert "employer_withdrawn" in {one.kind for one in letters}
    assert {one.kind for one in letters if one.state is MessageState.QUEUED} == set()


def test_what_a_mail_host_says_of_who_was_just_erased_is_not_kept(make, session, listing):
    student = make.student()
    with transaction() as writing:
        letter = outbox.promise(writing, kind="x", to=student.user.email, key="x", user=student.user)
        outbox.claim(writing)
        number = letter.id
    with pytest.raises(DomainError, match="net een brief"), transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None, force=True)
    with transaction() as writing:
        outbox.settle_trouble(writing, number, 1, f"451 {student.user_id}@demo.example later", lasting=False)
    letter = session.get(Message, number)
    assert (letter.to, letter.state, letter.trouble) == (outbox.NOBODY, MessageState.CANCELLED, None)
