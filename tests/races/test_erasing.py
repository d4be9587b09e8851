"""Somebody is erased while a letter is taken up or a computation asked for; and two write the list at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from stagemakelaar import erasures, outbox
from stagemakelaar.db import close_session, current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import User
from stagemakelaar.rights import erasing, listed
from stagemakelaar.rights.models import ErasedFor, Erasure
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Round
from tests.builders import Make
from tests.computed import opened
from tests.races.test_closing import one_during_the_other


@pytest.fixture
def make(own_database):
    return Make()


def erase(session, student, *_more):
    erasing.erase(session, session.get(User, student), why=ErasedFor.REQUEST, by=None)


def is_erased(student):
    return current_session().get(User, student).erased_at is not None


def test_nobody_is_erased_whose_letter_is_taken_up_at_this_moment(make):
    student = make.student()
    number = student.user_id
    with transaction() as session:
        outbox.promise(session, kind="x", to=student.user.email, key="x", user=student.user)
    refusal = one_during_the_other(lambda session, *_more: outbox.claim(session), erase, [number])
    assert isinstance(refusal, DomainError), refusal
    assert not is_erased(number)


def test_nobody_is_erased_while_a_computation_is_asked_for(make):
    broker, number = make.broker(), make.student(searching=True).user_id
    match_round = opened(broker).id
    numbers = [number, broker.id, match_round]

    def ask(session, _student, broker, match_round):
        rounds.ask_for_run(session, session.get(Round, match_round), by=session.get(User, broker))

    refusal = one_during_the_other(ask, erase, numbers)
    assert isinstance(refusal, DomainError), refusal
    assert not is_erased(number)


def written(path):
    try:
        return erasures.write_down(path)
    finally:
        close_session()


def test_two_that_write_the_list_at_once_write_a_line_once(make, tmp_path):
    path, number = tmp_path / "erasures.jsonl", make.student().user_id
    with transaction() as session:
        erase(session, number)
    if current_session().get_bind().dialect.name == "postgresql":
        with ThreadPoolExecutor(1) as another, transaction() as session:
            # As far as another process is that has the row, and has not written yet.
            session.scalars(select(Erasure).with_for_update()).all()
            assert another.submit(written, path).result(timeout=20) == 0
    assert erasures.write_down(path) == 1
    assert erasures.write_down(path) == 0
    assert len(listed.read(path)) == 1
