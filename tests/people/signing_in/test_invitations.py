"""Invitations of staff."""

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import invitations, totp


def invite(email="new@demo.example", role=Role.ADMIN):
    with transaction() as session:
        return invitations.invite(session, email=email, role=role, by=None)


def token_of(session):
    return session.scalars(select(Message).order_by(Message.id.desc())).first().data["token"]


def accept(session, token, code=None):
    link = invitations.invitation(session, token)
    code = code or totp.present_code(link.user.totp_secret)[0]
    with transaction() as writing:
        return invitations.accept(writing, link, name="Wim", password_hash="hash", code=code)


def test_an_invitation_makes_an_account_that_cannot_be_used_yet(database, session):
    user = invite()
    assert user.password_hash is None
    assert session.scalars(select(Message)).one().kind == "staff_invitation"


def test_an_invitation_works_once(database, session):
    invite()
    token = token_of(session)
    accept(session, token)
    assert session.scalars(select(User)).one().password_hash == "hash"
    assert invitations.invitation(session, token) is None


def test_a_wrong_code_finishes_nothing(database, session):
    invite()
    with pytest.raises(DomainError) as refused:
        accept(session, token_of(session), code="000000")
    assert refused.value.field == "code"
    assert session.scalars(select(User)).one().password_hash is None


def test_an_invitation_works_for_an_hour(database, session, moment):
    invite()
    moment("2027-02-03T11:00:00+01:00")
    assert invitations.invitation(session, token_of(session)) is None


def test_a_second_invitation_replaces_the_first(database, session):
    invite()
    first = token_of(session)
    invite()
    assert invitations.invitation(session, first) is None
    assert invitations.invitation(session, token_of(session)) is not None


def test_who_has_a_password_is_not_invited_again(database, session):
    invite()
    accept(session, token_of(session))
    with pytest.raises(DomainError) as refused:
        invite()
    assert refused.value.field == "email"


def test_a_student_is_not_invited_as_staff(make):
    with pytest.raises(DomainError):
        invite(make.student().user.email)
