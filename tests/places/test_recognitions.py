from datetime import date

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.places import recognitions
from stagemakelaar.places.models import Organisation, Recognition
from tests.builders import HELPENDE

KOK = "25180"


def add(organisation, by, **changes):
    facts = {"code": KOK, "valid_from": date(2026, 1, 1), "valid_until": date(2029, 12, 31)} | changes
    with transaction() as session:
        return recognitions.add_recognition(session, session.get(Organisation, organisation.id), by=by, **facts)


@pytest.fixture
def organisation(make):
    return make.organisation()


@pytest.fixture
def employer(make, organisation):
    return make.employer_of(organisation)


def test_a_recognition_counts_for_nothing_until_a_broker_saw_the_proof(make, organisation, employer):
    recognition = add(organisation, employer)
    assert not recognition.covers(date(2027, 4, 1), date(2027, 7, 1))
    broker = make.broker()
    with transaction() as session:
        found = session.get(Recognition, recognition.id)
        recognitions.check_recognition(session, found, valid_until=found.valid_until, proof="stagemarkt.nl", by=broker)
    assert recognition.covers(date(2027, 4, 1), date(2027, 7, 1))
    assert recognition.checked_by_id == broker.id


def test_a_check_without_proof_is_refused(make, organisation, employer):
    recognition, broker = add(organisation, employer), make.broker()
    with pytest.raises(DomainError) as refusal, transaction() as session:
        recognitions.check_recognition(session, session.get(Recognition, recognition.id), by=broker)
    assert refusal.value.field == "proof"


def test_a_recognition_lasts_four_years_at_most(organisation, employer):
    assert add(organisation, employer, valid_until=date(2030, 1, 1)).valid_until == date(2030, 1, 1)
    with pytest.raises(DomainError, match="vier jaar") as refusal:
        add(organisation, employer, code="25182", valid_until=date(2030, 1, 2))
    assert refusal.value.field == "valid_until"


def test_a_recognition_from_the_leap_day_lasts_four_years_too(organisation, employer):
    with pytest.raises(DomainError, match="vier jaar"):
        add(organisation, employer, valid_from=date(2024, 2, 29), valid_until=date(2028, 3, 1))


def test_a_recognition_that_ends_before_it_begins_is_refused(organisation, employer):
    with pytest.raises(DomainError, match="begindatum"):
        add(organisation, employer, valid_until=date(2025, 12, 31))


def test_a_code_that_does_not_exist_is_refused_at_its_field(organisation, employer):
    with pytest.raises(DomainError) as refusal:
        add(organisation, employer, code="99999")
    assert refusal.value.field == "code"


def test_the_same_recognition_twice_is_refused(organisation, employer):
    with pytest.raises(DomainError, match="staat er al"):
        add(organisation, employer, code=HELPENDE)


def test_a_recognition_that_ended_may_be_given_anew_and_must_be_checked_again(make, organisation, employer):
    broker = make.broker()
    with transaction() as session:
        old = session.get(Organisation, organisation.id).recognitions[0]
        recognitions.withdraw_recognition(session, old, on=date(2027, 1, 15), by=broker)
    renewed = add(organisation, employer, code=HELPENDE)
    assert renewed.id == old.id
    assert not renewed.is_checked
    assert renewed.withdrawn_on is None


def test_a_withdrawn_recognition_no_longer_covers_what_comes_after(make, organisation):
    broker = make.broker()
    with transaction() as session:
        found = session.get(Organisation, organisation.id).recognitions[0]
        recognitions.withdraw_recognition(session, found, on=date(2027, 5, 1), by=broker)
    assert found.covers(date(2027, 4, 1), date(2027, 5, 1))
    assert not found.covers(date(2027, 4, 1), date(2027, 5, 2))
