"""The letter of the morning after companies turned to a programme."""

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, User
from stagemakelaar.places import actions

NUMBERS = {"kvk_number": "12345678", "branch_number": "000037178598", "postcode": "1012 AB"}


@pytest.fixture
def programme(make):
    return make.programme().id


def interest(programme, company="De Zwaan"):
    with transaction() as session:
        actions.express_interest(
            session,
            programme=session.get(Programme, programme),
            company=company,
            contact_name="Ans de Wit",
            email="ans@demo.example",
        )


def register(programme, by):
    with transaction() as session:
        actions.register_organisation(
            session, name="De Linde", programme=session.get(Programme, programme), by=session.get(User, by), **NUMBERS
        )


def letters(session):
    return session.query(Message).filter(Message.kind == "staff_news").order_by(Message.id).all()


def test_one_letter_goes_the_next_morning_however_many_there_are(session, programme, moment):
    interest(programme)
    interest(programme, "De Eik")
    (letter,) = letters(session)
    assert letter.to == "noord@demo.example"
    assert letter.due_at.isoformat() == "2027-02-04T06:30:00+00:00"
    moment("2027-02-04T07:29:00+01:00")
    interest(programme, "De Brug")
    assert len(letters(session)) == 1
    moment("2027-02-04T07:30:00+01:00")
    interest(programme, "De Molen")
    assert letters(session)[1].due_at.isoformat() == "2027-02-05T06:30:00+00:00"


def test_it_tells_nothing_of_who_it_is(session, programme):
    interest(programme)
    assert letters(session)[0].data == {}


def test_a_company_that_a_broker_wrote_in_is_no_news(make, session, programme):
    broker = make.broker().id
    register(programme, broker)
    assert letters(session) == []


def test_a_company_that_registers_itself_is_news(make, session, programme):
    contact = make.employer_of(make.organisation()).id
    register(programme, contact)
    assert len(letters(session)) == 1


def test_a_programme_may_do_without(session, make, programme):
    make.programme(morning_letter=False)
    interest(programme)
    assert letters(session) == []
