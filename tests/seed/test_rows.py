"""Rows in batches, after which the database counts on by itself."""

from sqlalchemy import func, select

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role, User
from stagemakelaar.seed import rows


def employer(writer, number):
    email = f"employer{number}@demo.example"
    return writer.add(User, role=Role.EMPLOYER, programme_id=None, email=email, created_at=clock.now())


def test_numbers_go_on_where_the_table_was_and_the_actions_go_on_after_them(make, session):
    before = make.broker().id
    with transaction() as writing, rows.writing_rows(writing) as writer:
        numbers = [employer(writer, number) for number in range(3)]
    assert numbers == [before + 1, before + 2, before + 3]
    with transaction() as writing:
        assert people.register_employer(writing, email="later@demo.example", by=None).id == before + 4


def test_a_full_batch_is_written_at_once_and_the_rest_at_the_end(make, session, monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 4)
    count = select(func.count()).select_from(User)
    before = session.scalar(count)
    with transaction() as writing:
        with rows.writing_rows(writing) as writer:
            for number in range(6):
                employer(writer, number)
            assert writing.scalar(count) == before + 4
        assert writing.scalar(count) == before + 6


def test_what_is_left_out_gets_its_default(make, session):
    with transaction() as writing, rows.writing_rows(writing) as writer:
        number = employer(writer, 1)
    found = session.get(User, number)
    assert (found.language, found.totp_counter, found.name) == ("nl", 0, "")


def test_a_table_that_was_empty_begins_at_one(session):
    with transaction() as writing, rows.writing_rows(writing):
        pass
    with transaction() as writing:
        assert people.register_employer(writing, email="first@demo.example", by=None).id == 1
