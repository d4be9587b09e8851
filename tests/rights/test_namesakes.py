"""A company chooses the names of its accounts itself: who is erased takes no others' names out of what was noted."""

import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework.actions import record_contact
from stagemakelaar.casework.models import ContactKind, ContactMoment
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason
from stagemakelaar.places.actions import invite_member
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.rights import erasing, requests
from stagemakelaar.rights.models import ErasedFor, RequestKind
from stagemakelaar.rights.personal import EMPLOYER, _names

NAME = "Jan de Vries"


@pytest.fixture
def noted(make):
    """Companies A and B where a student was one after the other, and a talk with a Jan. Gives back B's Jan."""

    def set_up(*, also_at_a):
        student, broker = make.student(searching=True).id, make.broker()
        places = [make.place() for _ in range(2)]
        with transaction() as session:
            for place in places:
                planned = placements.plan(
                    session, session.get(Student, student), session.get(Place, place.id), reasons={}, by=broker
                )
                placements.withdraw(session, planned, reason=BrokerReason.OTHER, note="Brand.", by=broker)
            case = case_of(session, session.get(Student, student))
            record_contact(
                session,
                case,
                kind=ContactKind.CALL,
                held_on=clock.today(),
                note="Over de eerste dag.",
                with_whom=NAME,
                by=broker,
            )
            at = [session.get(Organisation, place.organisation_id) for place in places]
            if also_at_a:
                invite_member(session, at[0], email="jan@a.example", name=NAME, manages=False, by=broker)
            invite_member(session, at[1], email="jan@b.example", name=NAME, manages=False, by=broker)
        return "jan@b.example"

    return set_up


def erase(email):
    with transaction() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        erasing.erase(session, user, why=ErasedFor.REQUEST, by=None)


def test_a_namesake_at_another_company_stays_in_what_was_noted(noted, session):
    erase(noted(also_at_a=True))
    assert session.scalars(select(ContactMoment.with_whom)).one() == NAME


def test_without_a_namesake_the_name_goes(noted, session):
    erase(noted(also_at_a=False))
    assert session.scalars(select(ContactMoment.with_whom)).one() == ""


@pytest.mark.promise("P36", red=True)
def test_a_list_that_looks_at_names_alone_would_take_out_the_others(noted, session, monkeypatch):
    entry = next(one for one in EMPLOYER if one.model is ContactMoment)
    monkeypatch.setattr(entry, "whose", lambda who: _names(ContactMoment.with_whom, who))
    erase(noted(also_at_a=True))
    assert session.scalars(select(ContactMoment.with_whom)).one() == ""


def test_everyone_asks_for_themselves_and_who_decides_reads_of_which_company(make, browse, noted, session):
    email = noted(also_at_a=True)
    with transaction() as writing:
        user = writing.scalars(select(User).where(User.email == email)).one()
        asked = requests.ask(writing, kind=RequestKind.ERASURE, by=user)
        number, company = asked.id, requests.company_of(writing, asked).name
        other = writing.scalars(select(User).where(User.email == "jan@a.example")).one()
        writing.flush()
        assert [one.id for one in requests.requests_of(writing, other)] == []
    page = browse.as_(make.staff(Role.COORDINATOR)).get(f"/verzoeken/{number}")
    assert (email in page.text, company in page.text) == (True, True)
