from datetime import date

import pytest

from stagemakelaar import audit
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove
from stagemakelaar.people.models import Programme, User
from stagemakelaar.places import actions
from stagemakelaar.places.models import (
    Evidence,
    Interest,
    InterestState,
    Organisation,
    OrganisationState,
    Place,
    PlaceState,
)
from stagemakelaar.places.offers import open_place
from stagemakelaar.places.queries import addressees_of, interests_to_call, organisation_of

NUMBERS = {"kvk_number": "12345678", "branch_number": "000037178598"}


@pytest.fixture
def register(make):
    programme = make.programme()
    broker = make.broker()

    def do(**changes):
        facts = {"name": "De Linde", "postcode": "1012ab", "city": "Amsterdam", **NUMBERS, **changes}
        with transaction() as session:
            return actions.register_organisation(
                session,
                programme=session.get(Programme, programme.id),
                by=session.get(User, broker.id),
                **facts,
            )

    return do


def told(session, record):
    return [line.action for line in audit.trail_of(session, record.__tablename__, record.id)]


def test_a_new_organisation_waits_for_a_broker_and_keeps_its_zeros(register, session):
    organisation = register()
    assert organisation.state is OrganisationState.REGISTERED
    assert organisation.branch_number == "000037178598"
    assert organisation.postcode == "1012 AB"
    assert told(session, organisation) == ["organisation.registered"]


def test_the_same_branch_is_refused_in_words_and_not_stored_twice(register, session):
    register()
    with pytest.raises(DomainError, match="staat al bij ons") as refusal:
        register(name="De Linde B.V.")
    assert refusal.value.field == "branch_number"
    assert session.query(Organisation).count() == 1


def test_another_branch_of_the_same_company_is_another_organisation(register, session):
    register()
    register(branch_number="000037178599")
    assert session.query(Organisation).count() == 2


@pytest.mark.parametrize(("field", "value"), [("kvk_number", "1234567"), ("branch_number", "37178598")])
def test_a_number_of_the_wrong_length_is_refused_at_its_field(register, field, value):
    with pytest.raises(DomainError) as refusal:
        register(**{field: value})
    assert refusal.value.field == field


def test_who_registers_may_answer_for_the_organisation(make, session):
    from stagemakelaar.people.actions import register_employer

    programme = make.programme()
    with transaction() as writing:
        user = register_employer(writing, email="nieuw@demo.example", by=None)
        organisation = actions.register_organisation(
            writing, name="De Linde", postcode="1012AB", programme=programme, contact=user, by=user, **NUMBERS
        )
    assert organisation_of(session, user).id == organisation.id
    assert [one.id for one in addressees_of(session, organisation.id)] == [user.id]


def test_an_account_belongs_to_one_organisation_only(make):
    first, second = make.organisation(), make.organisation()
    user = make.employer_of(first)
    with pytest.raises(DomainError, match="al bij een bedrijf"), transaction() as session:
        actions.add_member(session, session.get(Organisation, second.id), user, manages=True, by=user)


def test_a_student_cannot_become_a_member(make):
    organisation, student = make.organisation(), make.student()
    with pytest.raises(DomainError) as refusal, transaction() as session:
        actions.invite_member(
            session,
            session.get(Organisation, organisation.id),
            email=student.user.email,
            name="X",
            manages=True,
            by=make.employer_of(organisation),
        )
    assert refusal.value.field == "email"


def test_the_last_one_who_can_answer_stays(make):
    organisation = make.organisation()
    member = organisation.members[0]
    with pytest.raises(DomainError, match="moet iemand blijven"), transaction() as session:
        actions.remove_member(session, member, by=member.user)


def test_a_colleague_who_only_reads_gets_no_letters_and_can_leave(make, session):
    organisation = make.organisation()
    employer = make.employer_of(organisation)
    with transaction() as writing:
        organisation = writing.get(Organisation, organisation.id)
        membership = actions.invite_member(
            writing, organisation, email="collega@demo.example", name="Petra", manages=False, by=employer
        )
    assert len(addressees_of(session, organisation.id)) == 1
    with transaction() as writing:
        actions.remove_member(writing, membership, by=employer)
    assert organisation_of(session, membership.user) is None


def test_trusting_an_organisation_owes_what_was_looked_at(make):
    organisation, broker = make.organisation(verified=False), make.broker()
    with pytest.raises(DomainError) as refusal, transaction() as session:
        actions.verify_organisation(session, session.get(Organisation, organisation.id), checked=[], by=broker)
    assert refusal.value.field == "checked"


def test_a_trusted_organisation_says_when_and_the_trail_says_by_what(make, session):
    organisation, broker = make.organisation(verified=False), make.broker()
    with transaction() as writing:
        organisation = writing.get(Organisation, organisation.id)
        actions.verify_organisation(writing, organisation, checked=[Evidence.TELEPHONE], note="gebeld", by=broker)
    assert organisation.verified_at is not None
    line = audit.trail_of(session, "organisation", organisation.id)[-1]
    assert line.details["checked"] == ["telephone"]
    assert "gebeld" not in str(line.details)


def test_stopping_an_organisation_owes_a_reason_which_the_trail_does_not_hold(make, session):
    organisation, broker = make.organisation(), make.broker()
    with pytest.raises(DomainError) as refusal, transaction() as writing:
        actions.suspend_organisation(writing, writing.get(Organisation, organisation.id), why=" ", by=broker)
    assert refusal.value.field == "why"
    with transaction() as writing:
        organisation = writing.get(Organisation, organisation.id)
        actions.suspend_organisation(writing, organisation, why="Onveilige trap", by=broker)
    assert organisation.state_note == "Onveilige trap"
    assert "trap" not in str(audit.trail_of(session, "organisation", organisation.id)[-1].details)


def test_a_blocked_organisation_does_not_come_back(make):
    organisation, broker = make.organisation(), make.broker()
    with transaction() as session:
        organisation = session.get(Organisation, organisation.id)
        actions.block_organisation(session, organisation, why="Bestaat niet", by=broker)
    with pytest.raises(IllegalMove), transaction() as session:
        actions.verify_organisation(session, organisation, checked=[Evidence.VISIT], by=broker)


def interest(session, programme, **changes):
    facts = {"company": "Café De Zwaan", "contact_name": "Ans", "email": "ans@demo.example"} | changes
    return actions.express_interest(session, programme=session.get(Programme, programme.id), **facts)


def test_interest_sent_twice_counts_once(make, session):
    programme = make.programme()
    with transaction() as writing:
        first = interest(writing, programme)
    with transaction() as writing:
        second = interest(writing, programme)
    assert first.id == second.id
    assert session.query(Interest).count() == 1


def test_interest_that_was_followed_up_may_come_again(make, session):
    programme, broker = make.programme(), make.broker()
    with transaction() as writing:
        actions.follow_up_interest(writing, interest(writing, programme), InterestState.DROPPED, by=broker)
    with transaction() as writing:
        interest(writing, programme)
    assert session.query(Interest).count() == 2


def test_a_company_that_wants_to_hear_later_comes_back_on_its_day(make, session, moment):
    programme, broker = make.programme(), make.broker()
    with transaction() as writing:
        called = interest(writing, programme)
        actions.call_interest_again(writing, called, on=date(2027, 3, 1), by=broker)
    assert session.scalars(interests_to_call(broker)).all() == []
    moment("2027-03-01T09:00:00+01:00")
    assert [one.id for one in session.scalars(interests_to_call(broker))] == [called.id]
    with transaction() as writing:  # they put it off once more
        actions.call_interest_again(writing, writing.get(Interest, called.id), on=date(2027, 4, 1), by=broker)
    assert session.scalars(interests_to_call(broker)).all() == []


def test_a_company_cannot_be_called_again_before_tomorrow(make):
    programme, broker = make.programme(), make.broker()
    with pytest.raises(DomainError) as refusal, transaction() as writing:
        actions.call_interest_again(writing, interest(writing, programme), on=date(2027, 2, 3), by=broker)
    assert refusal.value.field == "call_on"


def test_interest_has_become_a_place_once_its_people_open_one(make, session):
    programme, zuid, broker = make.programme(), make.programme("zuid"), make.broker()
    place = make.place(state=PlaceState.PAUSED)
    with transaction() as writing:
        theirs = interest(writing, programme, email=make.employer_of(place.organisation).email)
        another = interest(writing, programme)
        elsewhere = interest(writing, zuid, email=theirs.email)
    with transaction() as writing:
        open_place(writing, writing.get(Place, place.id), by=broker)
    states = [session.get(Interest, one.id).state for one in (theirs, another, elsewhere)]
    assert states == [InterestState.BECAME_PLACE, InterestState.NEW, InterestState.NEW]
