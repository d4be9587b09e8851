"""Asking to be erased, and the coordinator's decision, as people see it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.places.models import Organisation
from stagemakelaar.rights import listed, requests
from stagemakelaar.rights.models import DataRequest, RequestKind, RequestState


@pytest.fixture
def listing(app, tmp_path, monkeypatch):
    path = tmp_path / "erasures.jsonl"
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], erasure_list=path))
    return path


def asked_by(user_id):
    with transaction() as session:
        return requests.ask(session, kind=RequestKind.ERASURE, why="Ik stop.", by=session.get(User, user_id)).id


def test_a_student_asks_sees_the_term_and_takes_it_back(make, browse, session):
    student = make.student()
    mine = browse.as_(student.user)
    page = mine.get("/student/gegevens")
    page = mine.get(page.links["Laat mijn gegevens wissen"])
    assert "uiterlijk op 3 maart 2027" in page.text
    page = page.submit("", why="Ik ga iets anders doen.").follow()
    asked = session.scalars(select(DataRequest)).one()
    assert (asked.state, asked.why, "3 maart 2027" in page.text) == (RequestState.OPEN, "Ik ga iets anders doen.", True)
    page.submit(f"/mijn-gegevens/verzoeken/{asked.id}/intrekken")
    assert session.get(DataRequest, asked.id).state is RequestState.WITHDRAWN


def test_an_open_request_waits_on_the_list_of_who_decides_and_of_nobody_else(make, browse, moment):
    number = asked_by(make.student().user_id)
    deciding = make.staff(Role.COORDINATOR)
    page = browse.as_(deciding).get("/makelaar?soort=verzoek")
    assert "verzoek over eigen gegevens, antwoord uiterlijk op 3 maart" in page.text
    assert "verzoek over eigen gegevens (1)" in page.text
    assert f"/verzoeken/{number}" in page.links.values()
    assert "verzoek over eigen gegevens" not in browse.as_(make.broker()).get("/makelaar?van=allen").text
    moment("2027-03-04T10:00:00+01:00")
    late = browse.as_(deciding).get("/makelaar?soort=verzoek&haast=laat")
    assert "antwoord uiterlijk op 3 maart" in late.text
    browse.as_(deciding).get(f"/verzoeken/{number}").submit(
        f"/verzoeken/{number}/besluit", verdict="refuse", answer="Nog niet."
    )
    assert "verzoek over eigen gegevens, " not in browse.as_(deciding).get("/makelaar").text


def test_the_way_to_complain_stands_only_under_an_answer(make, browse, session):
    student = make.student()
    mine, deciding = browse.as_(student.user), browse.as_(make.staff(Role.COORDINATOR))
    number = asked_by(student.user_id)
    mine.get("/mijn-gegevens/wissen").submit(f"/mijn-gegevens/verzoeken/{number}/intrekken")
    assert "Niet eens met het antwoord?" not in mine.get("/mijn-gegevens/wissen").text
    number = asked_by(student.user_id)
    deciding.get(f"/verzoeken/{number}").submit(f"/verzoeken/{number}/besluit", verdict="refuse", answer="Nog niet.")
    assert "Niet eens met het antwoord?" in mine.get("/mijn-gegevens/wissen").text


def test_a_granted_request_erases_and_is_listed(make, browse, session, listing):
    student = make.student()
    name, user_id = student.last_name, student.user_id
    theirs = browse.as_(student.user)
    deciding = browse.as_(make.staff(Role.COORDINATOR))
    number = asked_by(user_id)
    page = deciding.get(f"/verzoeken/{number}")
    assert name in page.text
    page = page.submit(f"/verzoeken/{number}/besluit", verdict="grant").follow()
    assert name not in page.text
    assert "gewiste student" in page.text
    assert [line.user for line in listed.read(listing)] == [user_id]
    assert theirs.get("/student", status=302).location.startswith("/inloggen")
    assert session.get(User, user_id).erased_at


def test_a_refusal_owes_a_reason_that_the_asker_reads(make, browse, session, listing):
    student = make.student()
    user_id = student.user_id
    mine = browse.as_(student.user)
    deciding = browse.as_(make.staff(Role.COORDINATOR))
    number = asked_by(user_id)
    page = deciding.get(f"/verzoeken/{number}")
    page = page.submit(f"/verzoeken/{number}/besluit", verdict="refuse", status=422)
    assert page.error_at("answer")
    page.submit(f"/verzoeken/{number}/besluit", verdict="refuse", answer="Uw stage loopt nog.")
    assert "Uw stage loopt nog." in mine.get("/mijn-gegevens/wissen").text
    assert session.scalars(select(Message.kind).order_by(Message.id.desc())).first() == "student_request_decided"
    assert not listing.exists()


def test_an_old_page_is_overtaken(make, browse, session, listing):
    user_id, coordinator = make.student().user_id, make.staff(Role.COORDINATOR)
    number = asked_by(user_id)
    page = browse.as_(coordinator).get(f"/verzoeken/{number}")
    with transaction() as writing:
        user = writing.get(User, user_id)
        requests.take_back(writing, requests.own_request(writing, user, number), by=user)
    page.submit(f"/verzoeken/{number}/besluit", verdict="grant", status=409)
    assert session.get(User, user_id).erased_at is None


def test_brokers_read_other_programmes_do_not_and_the_auditor_sees_numbers(make, browse):
    student = make.student()
    name, number = student.last_name, asked_by(student.user_id)
    mine, reading, auditing = map(browse.as_, (student.user, make.broker(), make.staff(Role.AUDITOR)))
    elsewhere = browse.as_(make.broker(programme=make.programme("zuid")))
    page = reading.get(f"/verzoeken/{number}")
    assert name in page.text
    assert "verdict" not in page.response.get_data(as_text=True)
    assert name not in auditing.get("/verzoeken").text
    assert "Ik stop." not in auditing.get(f"/verzoeken/{number}").text
    elsewhere.get(f"/verzoeken/{number}", status=404)
    mine.get(f"/verzoeken/{number}", status=403)


def test_an_employer_asks_as_well(make, browse, session):
    user = make.employer_of(make.organisation())
    user_id = user.id
    browse.as_(user).get("/mijn-gegevens/wissen").submit("", why="")
    asked = session.scalars(select(DataRequest)).one()
    assert (asked.user_id, asked.programme_id is None) == (user_id, False)


def test_a_company_that_came_through_no_programme_is_known_where_it_offers_places(make, browse):
    organisation = make.organisation()
    make.place(organisation)
    user_id = make.employer_of(organisation).id
    with transaction() as session:
        session.get(Organisation, organisation.id).registered_with_id = None
    number = asked_by(user_id)
    browse.as_(make.broker()).get(f"/verzoeken/{number}")
    browse.as_(make.broker(programme=make.programme("zuid"))).get(f"/verzoeken/{number}", status=404)


def test_a_student_asks_to_be_left_in_peace_and_the_coordinator_ends_it_with_a_letter_first(make, browse, session):
    student = make.student(searching=True)
    name, number_of_student = student.last_name, student.id
    mine, deciding = browse.as_(student.user), browse.as_(make.staff(Role.COORDINATOR))
    page = mine.get(mine.get("/student/gegevens").links["Laat even niets met mijn gegevens doen"])
    assert "uiterlijk op 3 maart 2027" in page.text
    assert page.submit("", why=" ", status=422).error_at("why")
    page.submit("", why="Mijn postcode klopt niet.")
    number = session.scalars(select(DataRequest.id)).one()
    page = deciding.get(f"/verzoeken/{number}")
    assert "Mijn postcode klopt niet." in page.text
    page = page.submit(f"/verzoeken/{number}/besluit", verdict="grant", status=422)
    assert page.error_at("answer")
    page.submit(f"/verzoeken/{number}/besluit", verdict="grant", answer="We kijken het na.")
    assert name not in deciding.get("/studenten").text
    assert "Alleen bewaren" in deciding.get(f"/studenten/{number_of_student}").text
    page = mine.get("/mijn-gegevens/beperken")
    assert ("We doen nu niets met je gegevens." in page.text, "We kijken het na." in page.text) == (True, True)
    page = deciding.get(f"/verzoeken/{number}")
    assert page.submit(f"/verzoeken/{number}/opheffen", ended_why=" ", status=422).error_at("ended_why")
    page = page.submit(f"/verzoeken/{number}/opheffen", ended_why="De postcode is verbeterd.").follow()
    assert "De beperking stopt op" in page.text
    page = mine.get("/mijn-gegevens/beperken")
    assert "10 februari 2027 gebruiken we ze weer" in page.text
    page = deciding.get(f"/verzoeken/{number}").submit(f"/verzoeken/{number}/doorgaan").follow()
    assert "De beperking gaat door." in page.text
    assert "gebruiken we ze weer" not in mine.get("/mijn-gegevens/beperken").text
    page.submit(f"/verzoeken/{number}/opheffen", ended_why="De postcode is nu echt verbeterd.")
    page = mine.get("/mijn-gegevens/beperken")
    page.submit(f"/mijn-gegevens/verzoeken/{number}/stoppen")
    assert name in deciding.get("/studenten").text


def test_an_objection_is_the_students_alone_to_take_away(make, browse, session):
    mine = browse.as_(make.student(searching=True).user)
    deciding = browse.as_(make.staff(Role.COORDINATOR))
    mine.get("/mijn-gegevens/bezwaar").submit("", why="Ik wil dat een mens kiest.")
    number = session.scalars(select(DataRequest.id)).one()
    page = deciding.get(f"/verzoeken/{number}")
    page.submit(f"/verzoeken/{number}/besluit", verdict="grant", answer="Goed.")
    assert "opheffen" not in deciding.get(f"/verzoeken/{number}").response.get_data(as_text=True)
    page = mine.get("/mijn-gegevens/bezwaar")
    assert "De computer rekent niet met jouw gegevens." in page.text
    mine.post(f"/mijn-gegevens/verzoeken/{number}/stoppen", page.values(f"/mijn-gegevens/verzoeken/{number}/stoppen"))
    assert not session.get(DataRequest, number).is_in_force
    browse.as_(make.employer_of(make.organisation())).get("/mijn-gegevens/bezwaar", status=403)


def test_a_contact_person_puts_the_own_name_and_number_right(make, browse, session):
    user = make.employer_of(make.organisation())
    number = user.id
    mine = browse.as_(user)
    page = mine.get(mine.get("/bedrijf").links["Verander uw naam of telefoonnummer"])
    assert page.submit("", name="", phone="abc", status=422).error_at("phone")
    page.submit("", name="Sanne Vos", phone="06 12345678")
    user = session.get(User, number)
    assert (user.name, user.phone) == ("Sanne Vos", "+31612345678")
    mine.get("/bedrijf/contactpersoon").submit("", name="Sanne Vos", phone="")
    assert session.get(User, number).phone is None
