"""One company as the broker meets it: who spoke with whom, placements past and present, and why some ended."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from stagemakelaar.casework.models import ContactKind, OrganisationContact, Task
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Role, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import EmployerReason
from tests.web.student_pages import act, plan


@pytest.fixture
def broker(make):
    return SimpleNamespace(id=make.broker(name="Fatima").id)


@pytest.fixture
def sign_in(browse):
    """A browser of someone, signed in now."""
    return lambda who: browse.as_(current_session().get(User, who.id))


@pytest.fixture
def organisation(make):
    return make.organisation(name="De Linde")


@pytest.fixture
def address(organisation):
    return f"/organisaties/{organisation.id}"


def test_a_call_takes_one_line_and_enter(sign_in, broker, address, session):
    page = sign_in(broker).get(address).submit("/contact", note="Wil na de zomer weer meedoen.").follow()
    contact = session.scalars(select(OrganisationContact)).one()
    assert (contact.kind, contact.held_on.isoformat(), contact.by_id) == (ContactKind.CALL, "2027-02-03", broker.id)
    assert "telefoongesprek Wil na de zomer weer meedoen. Fatima" in page.text
    assert page.soup.find("input", attrs={"name": "note"}).has_attr("autofocus")


def test_with_whom_and_what_follows(sign_in, broker, address, session):
    page = sign_in(broker).get(address)
    page = page.submit("/contact", note="Druk.", kind="visit", with_whom="Henk", todo="Bel in mei").follow()
    assert "bezoek met Henk Druk. Fatima" in page.text
    task = session.scalars(select(Task)).one()
    assert (task.what, task.due_on.isoformat(), task.for_id) == ("Bel in mei", "2027-02-10", broker.id)


def test_a_day_to_come_is_refused_and_what_was_typed_stays(sign_in, broker, address, session):
    page = sign_in(broker).get(address).submit("/contact", status=422, note="Druk.", held_on="2027-02-04")
    assert "Deze dag is nog niet geweest" in page.error_at("held_on")
    assert page.values("/contact")["note"] == "Druk."
    assert session.scalars(select(OrganisationContact)).all() == []


def test_another_programme_does_not_read_what_was_noted(make, sign_in, broker, organisation, address):
    zuid = make.programme("zuid")
    make.place(organisation, programme_id=zuid.id)
    stranger = SimpleNamespace(id=make.broker(programme=zuid).id)
    sign_in(broker).get(address).submit("/contact", note="Praatte over zijn verhuizing.")
    page = sign_in(stranger).get(address)
    assert "Praatte over zijn verhuizing." not in page.text
    assert "Er is nog geen contact genoteerd." in page.text


def test_placements_past_and_present_with_the_reason_of_a_refusal(make, sign_in, broker, organisation, address):
    employer = SimpleNamespace(id=make.employer_of(organisation).id)
    here, gone = make.student(searching=True), make.student(searching=True)
    names = here.full_name, gone.full_name
    plan(here, make.place(organisation), broker)
    refused = SimpleNamespace(id=plan(gone, make.place(organisation), broker).id)
    act(placements.refuse, refused, employer, reason=EmployerReason.TRAINER_AWAY, note="Ziek tot mei.")
    page = sign_in(broker).get(address)
    assert set(names) <= set(page.links)
    assert "1 student heeft hier nu een plaatsing." in page.text
    assert "het bedrijf: de praktijkopleider is er niet. Ziek tot mei." in page.text


def test_placements_of_another_programme_are_not_there(make, sign_in, organisation, address):
    zuid = make.programme("zuid")
    place, student = make.place(organisation, programme_id=zuid.id), make.student(programme=zuid, searching=True)
    name, noord = student.full_name, SimpleNamespace(id=make.broker().id)
    stranger = SimpleNamespace(id=make.broker(programme=zuid).id)
    plan(student, place, stranger)
    assert name not in sign_in(noord).get(address).links
    assert name in sign_in(stranger).get(address).links


def test_letters_to_the_company_with_what_became_of_them(make, sign_in, broker, organisation, address):
    plan(make.student(searching=True), make.place(organisation), broker)
    page = sign_in(broker).get(address)
    assert "vraag aan het bedrijf of er plek is 3 feb 2027 wacht op verzending" in page.text


def test_a_coordinator_reads_and_notes_nothing(make, sign_in, address):
    coordinator = sign_in(SimpleNamespace(id=make.staff(Role.COORDINATOR).id))
    assert not coordinator.get(address).soup.main.find_all("form")
    coordinator.post(f"{address}/contact", status=403)
    coordinator.post(f"{address}/taken", status=403)
