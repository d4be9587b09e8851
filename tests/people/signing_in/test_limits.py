"""Limits on guessing."""

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.errors import TooOften
from stagemakelaar.people.signing_in import limits


def take(**subjects):
    with transaction() as session:
        return limits.take(session, **subjects)


def test_the_eleventh_password_within_five_minutes_is_refused(database):
    for _ in range(10):
        take(password_account="someone")
    with pytest.raises(TooOften) as refused:
        take(password_account="someone")
    assert refused.value.values["seconds"] == 300


def test_another_account_is_not_touched(database):
    for _ in range(10):
        take(password_account="someone")
    take(password_account="someone else")


def test_after_five_minutes_it_may_be_tried_again(database, moment):
    for _ in range(10):
        take(password_account="someone")
    moment("2027-02-03T10:05:01+01:00")
    take(password_account="someone")


def test_a_refused_try_does_not_count(database, moment):
    for _ in range(10):
        take(password_account="someone")
    moment("2027-02-03T10:04:00+01:00")
    with pytest.raises(TooOften):
        take(password_account="someone")
    moment("2027-02-03T10:05:01+01:00")
    take(password_account="someone")


def test_a_success_does_not_count(database):
    for _ in range(30):
        taken = take(password_account="someone")
        with transaction() as session:
            limits.forgive(session, taken)


def test_codes_have_a_limit_per_hour_as_well(database, moment):
    for minute in (0, 10, 20, 30):
        moment(f"2027-02-03T10:{minute:02d}:00+01:00")
        for _ in range(5):
            take(code_account=1)
    moment("2027-02-03T10:40:00+01:00")
    with pytest.raises(TooOften):
        take(code_account=1)


def test_what_no_limit_counts_is_forgotten(database, session, moment):
    from sqlalchemy import func, select

    from stagemakelaar.people.signing_in import Attempt

    take(code_account=1)
    moment("2027-02-05T10:00:00+01:00")
    take(code_account=2)
    with transaction() as writing:
        limits.forget_old(writing)
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1
