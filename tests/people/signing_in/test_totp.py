"""The second factor: each code works once, the previous step is accepted, one ahead never."""

import pyotp

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import totp


def broker_with_secret(make):
    user = make.broker()
    with transaction() as session:
        session.get(User, user.id).totp_secret = totp.demo_secret(user.email)
    return user


def code_of_step(user, shift):
    step = int(clock.now().timestamp()) // 30 + shift
    return pyotp.TOTP(totp.demo_secret(user.email)).generate_otp(step)


def spend(user, code):
    with transaction() as session:
        return totp.spend_code(session, session.get(User, user.id), code)


def test_the_secret_of_a_demo_account_is_the_published_one():
    assert totp.demo_secret("broker@demo.example") == "XQ5P7SVI4TOK77CMKFJA362TZVOLGXSA"


def test_a_code_works_once(make):
    user = broker_with_secret(make)
    assert spend(user, code_of_step(user, 0)) is True
    assert spend(user, code_of_step(user, 0)) is False


def test_the_previous_code_is_accepted(make):
    user = broker_with_secret(make)
    assert spend(user, code_of_step(user, -1)) is True


def test_an_older_code_is_refused_after_a_newer_one(make):
    user = broker_with_secret(make)
    assert spend(user, code_of_step(user, 0)) is True
    assert spend(user, code_of_step(user, -1)) is False


def test_a_code_ahead_of_time_is_refused(make):
    user = broker_with_secret(make)
    assert spend(user, code_of_step(user, 1)) is False


def test_a_code_two_steps_old_is_refused(make):
    user = broker_with_secret(make)
    assert spend(user, code_of_step(user, -2)) is False


def test_a_code_may_be_typed_with_a_blank(make):
    user = broker_with_secret(make)
    code = code_of_step(user, 0)
    assert spend(user, f"{code[:3]} {code[3:]}") is True


def test_nothing_fits_an_account_without_a_secret(make):
    assert spend(make.broker(), "123456") is False
