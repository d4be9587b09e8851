"""Places to go and get: what would help most, whom to call, and what they answered."""

from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlparse

import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import ContactKind, OrganisationContact, PlaceAnswer, Task
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Programme, Role, Student
from stagemakelaar.places import actions
from stagemakelaar.places.models import Interest, InterestState, Organisation, Place, PlaceState
from tests.computed import computed

HELPENDE, OTHER = "25960", "25724"
AMSTERDAM, UTRECHT = "1012 AB", "3511 AB"
NEED = "25960-bol-35-2027-04"


@pytest.fixture
def near(make):
    """A company in Utrecht that is recognised for the code, and never offered anything."""
    return SimpleNamespace(id=make.organisation(postcode=UTRECHT, city="Utrecht", name="Zorghuis Zonnehof").id)


@pytest.fixture
def wanted(make, broker):
    """Two students in Utrecht for whom there is no place in reach."""
    make.place(postcode=AMSTERDAM)
    for _number in range(2):
        make.student(searching=True, postcode=UTRECHT, max_minutes=30)
    computed(broker)


def contact(organisation, broker, answer, *, held_on=date(2027, 2, 1), code=HELPENDE):
    with transaction() as session:
        tasks.record_organisation_contact(
            session,
            session.get(Organisation, organisation.id),
            kind=ContactKind.CALL,
            held_on=held_on,
            note="",
            answer=answer,
            code=code,
            by=broker,
        )


def interest(programme, **changes):
    with transaction() as session:
        facts = {"company": "De Molen", "contact_name": "Jan", "email": "jan@demo.example", **changes}
        told = actions.express_interest(session, programme=session.get(Programme, programme.id), **facts)
        session.flush()
        return SimpleNamespace(id=told.id)


def rows_of(page, caption):
    """The cells of a table, row by row."""
    table = next(one for one in page.soup.find_all("table") if caption in one.caption.get_text())
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.tbody.find_all("tr")
    ]


# --- the list ------------------------------------------------------------------------------------------------------


def test_before_the_first_computation_the_page_says_what_to_do(desk):
    assert "nog geen ronde berekend" in desk.get("/werven").text


def test_a_row_says_what_the_first_second_and_third_seat_bring(desk, near, wanted):
    ((course, region, period, *steps, waiting, _act),) = rows_of(desk.get("/werven"), "Plekken die helpen")
    assert course.endswith("niveau 2, bol")
    assert region == "Utrecht en omgeving (3500–3599)"
    assert period == "apr 2027 tot en met jul 2027"
    assert steps == ["+1", "+1", "0"]
    assert waiting == "2 studenten, het langst 4 weken"


def test_filters_stand_in_the_address_and_offer_what_is_there(desk, make, broker):
    make.place(postcode=AMSTERDAM)
    for postcode, code in ((UTRECHT, HELPENDE), ("9712 AB", HELPENDE), (UTRECHT, OTHER)):
        make.student(searching=True, postcode=postcode, code=code, max_minutes=20)
    computed(broker)
    assert len(rows_of(desk.get("/werven"), "Plekken")) == 3
    page = desk.get("/werven?opleiding=25960")
    assert len(rows_of(page, "Plekken")) == 2
    regions = [option["value"] for option in page.soup.find(id="regio").find_all("option")]
    assert regions == ["", "35", "97"]
    page = desk.get("/werven?opleiding=25724")
    assert [option["value"] for option in page.soup.find(id="regio").find_all("option")] == ["", "35"]
    assert len(rows_of(desk.get("/werven?opleiding=25724&regio=nergens"), "Plekken")) == 1


def test_no_student_is_named(desk, make, near, wanted):
    contact(near, make.broker(), PlaceAnswer.LATER)
    names = current_session().scalars(select(Student.last_name)).all()
    for path in ("/werven", f"/werven/{NEED}", f"/werven/{NEED}/bedrijven/{near.id}"):
        text = desk.get(path).response.get_data(as_text=True)
        assert not [name for name in names if name in text]


def test_another_programme_sees_nothing_of_it(browse, make, near, wanted):
    other = browse.as_(make.broker(programme=make.programme("zuid")))
    assert "nog geen ronde berekend" in other.get("/werven").text
    assert other.get(f"/werven/{NEED}", status=302).location == "/werven"
    other.get(f"/werven/{NEED}/bedrijven/{near.id}", status=404)


# --- whom to call --------------------------------------------------------------------------------------------------


def test_companies_stand_by_reason_and_the_nearest_first(desk, make, broker, wanted):
    def company(name, postcode=UTRECHT, **changes):
        return make.organisation(name=name, postcode=postcode, city="Utrecht", **changes)

    company("Erkend ver", "3526 AB")
    company("Erkend dichtbij")
    make.place(company("Bood eerder"), state=PlaceState.CLOSED)
    contact(company("Zei misschien"), broker, PlaceAnswer.LATER)
    contact(company("Zei nee"), broker, PlaceAnswer.NO)
    contact(company("Zei lang geleden nee"), broker, PlaceAnswer.NO, held_on=date(2026, 11, 1))
    contact(company("Zei nee voor iets anders"), broker, PlaceAnswer.NO, code=OTHER)
    company("Andere opleiding", codes=(OTHER,))
    company("Te ver", "9712 AB")
    found = rows_of(desk.get(f"/werven/{NEED}"), "Bedrijven in de buurt")
    assert [(row[0].removesuffix(" , Utrecht"), row[1]) for row in found] == [
        ("Zei misschien", "zei eerder ja of misschien, op 1 feb 2027"),
        ("Bood eerder", "bood eerder zo'n plek aan"),
        ("Erkend dichtbij", "erkend"),
        ("Zei lang geleden nee", "erkend"),
        ("Zei nee voor iets anders", "erkend"),
        ("Erkend ver", "erkend"),
        ("Zei nee", "zei kort geleden nee, op 1 feb 2027"),
    ]
    page = desk.get(f"/werven/{NEED}?groep=maybe")
    assert [row[0] for row in rows_of(page, "Bedrijven in de buurt")] == ["Zei misschien , Utrecht"]


def test_a_row_tells_what_a_place_there_brings_and_who_spoke_them_last(desk, broker, near, wanted):
    contact(near, broker, PlaceAnswer.LATER)
    ((_name, _why, journey, gain, last, _act),) = rows_of(desk.get(f"/werven/{NEED}"), "Bedrijven in de buurt")
    assert journey.startswith("ongeveer ")
    assert gain == "1 · 2 · 2"
    assert last == "1 feb 2027, Fatima el Idrissi"


def test_what_helps_no_more_leads_back_to_the_list(desk, wanted):
    page = desk.get("/werven/25960-bol-10-2027-04", status=302)
    assert page.location == "/werven"
    assert "helpt nu niemand meer" in page.follow().response.get_data(as_text=True)


# --- what came of it -----------------------------------------------------------------------------------------------


def test_a_no_is_kept_and_the_broker_is_back_at_the_same_list(desk, session, near, wanted):
    listed = desk.get("/werven?opleiding=25960")
    whom = desk.get(next(url for text, url in listed.links.items() if text.startswith("Wie bel ik")))
    call = desk.get(next(url for text, url in whom.links.items() if text.startswith("Bel en noteer")))
    assert "2 studenten wachten erop" in call.text
    done = _answer(call, answer="no", note="Geen begeleider")
    back = done.follow()
    assert "zei kort geleden nee" in back.text
    assert parse_qs(urlparse(done.location).query)["terug"] == ["/werven?opleiding=25960"]
    kept = session.scalars(select(OrganisationContact)).one()
    assert (kept.answer, kept.code, kept.note) == (PlaceAnswer.NO, HELPENDE, "Geen begeleider")
    assert session.scalars(select(Task)).all() == []


def _answer(call, *, status=303, **changes):
    """Send the form for the answer as it was served."""
    form = next(one for one in call.soup.main.find_all("form") if one.find(attrs={"name": "answer"}))
    return call.submit(form["action"], status=status, **changes)


def test_a_maybe_makes_a_task_for_the_day_that_was_agreed(desk, session, broker, near, wanted):
    call = desk.get(f"/werven/{NEED}/bedrijven/{near.id}")
    _answer(call, answer="later", call_on="2027-03-01")
    task = session.scalars(select(Task)).one()
    assert (task.organisation_id, task.due_on, task.for_id) == (near.id, date(2027, 3, 1), broker.id)
    assert task.what.startswith("Bel opnieuw over een plek: Helpende")
    assert "taak vóór 1 mrt" in desk.get(f"/werven/{NEED}").text


@pytest.mark.parametrize("day", ["", "2027-02-03"])
def test_a_maybe_owes_a_day_and_nothing_typed_is_lost(desk, session, near, wanted, day):
    call = desk.get(f"/werven/{NEED}/bedrijven/{near.id}")
    page = _answer(call, status=422, answer="later", call_on=day, note="Na de verhuizing")
    assert page.error_at("call_on") == "Fout: Kies een dag na vandaag."
    assert "Na de verhuizing" in page.text
    assert session.scalars(select(OrganisationContact)).all() == []


def test_a_yes_leads_to_the_form_of_a_place_with_course_and_period(desk, session, near, wanted):
    done = _answer(desk.get(f"/werven/{NEED}/bedrijven/{near.id}"), answer="yes")
    form = done.follow()
    values = form.values()
    assert (values["codes"], values["leerweg"]) == (HELPENDE, "bol")
    form.submit(title="Helpende in de wijk")
    place = session.scalars(select(Place).where(Place.organisation_id == near.id)).one()
    assert (place.starts_on, place.ends_on) == (date(2027, 4, 1), date(2027, 7, 15))
    assert [row.code for row in place.codes] == [HELPENDE]


def test_an_address_that_makes_no_sense_prefills_nothing(desk, session, near):
    page = desk.get(f"/organisaties/{near.id}/plekken/nieuw?opleiding=zorg&vanaf=2027-09-01&tot=2027-04-01&leerweg=x")
    page.submit(title="Helpende in de wijk")
    place = session.scalars(select(Place)).one()
    assert (place.starts_on, place.ends_on) == (None, None)


def test_a_task_is_made_and_leads_back(desk, session, broker, near, wanted):
    call = desk.get(f"/werven/{NEED}/bedrijven/{near.id}?terug=/werven/{NEED}?groep=recognised")
    form = call.soup.find(id="taak").form
    done = call.submit(form["action"], mine="iedereen")
    assert done.location == f"/werven/{NEED}?groep=recognised"
    task = session.scalars(select(Task)).one()
    assert (task.organisation_id, task.due_on, task.for_id) == (near.id, date(2027, 2, 5), None)
    assert task.what.startswith("Vraag om een plek: Helpende")


def test_a_task_cannot_be_due_before_today(desk, session, near, wanted):
    call = desk.get(f"/werven/{NEED}/bedrijven/{near.id}")
    page = call.submit(call.soup.find(id="taak").form["action"], status=422, due_on="2027-02-02", what="Bel Henk")
    assert page.error_at("due_on") == "Fout: Kies vandaag of een dag daarna."
    assert page.soup.find(attrs={"name": "what"})["value"] == "Bel Henk"
    assert session.scalars(select(Task)).all() == []


def test_a_coordinator_notes_answers_but_leaves_interest_to_brokers(browse, make, near, wanted):
    told = interest(make.programme())
    desk = browse.as_(make.staff(Role.COORDINATOR))
    _answer(desk.get(f"/werven/{NEED}/bedrijven/{near.id}"), answer="no")
    desk.get(f"/werven/{NEED}/interesse/{told.id}", status=403)
    assert "Bel en noteer De Molen" not in desk.get(f"/werven/{NEED}").links


# --- who told that they may have a place ---------------------------------------------------------------------------


def test_who_told_comes_with_the_journey_when_the_postcode_is_known(desk, make, wanted):
    interest(make.programme(), company="Zonder postcode")
    interest(make.programme(), company="In Utrecht", postcode=UTRECHT)
    interest(make.programme(), company="In Groningen", postcode="9712 AB")
    found = rows_of(desk.get(f"/werven/{NEED}"), "zelf iets lieten weten")
    assert [(row[0], row[2][:9]) for row in found] == [("In Utrecht", "ongeveer "), ("Zonder postcode", "postcode ")]


@pytest.mark.parametrize(
    ("answer", "state"),
    [("no", InterestState.DROPPED), ("later", InterestState.CONTACTED), ("yes", InterestState.CONTACTED)],
)
def test_interest_moves_along_with_the_answer(desk, session, make, wanted, answer, state):
    told = interest(make.programme())
    page = desk.get(f"/werven/{NEED}/interesse/{told.id}")
    day = clock.today() + timedelta(days=14)
    done = page.submit(answer=answer, call_on=day.isoformat())
    found = session.get(Interest, told.id)
    assert found.state is state
    assert found.call_on == (day if answer == "later" else None)
    if answer == "yes":
        form = done.follow().values()
        assert (form["name"], form["contact_email"]) == ("De Molen", "jan@demo.example")
    else:
        assert done.location == f"/werven/{NEED}"


def test_who_is_known_already_goes_straight_to_the_place(desk, make, near, wanted):
    told = interest(make.programme(), email=make.employer_of(near).email)
    done = desk.get(f"/werven/{NEED}/interesse/{told.id}").submit(answer="yes")
    assert done.location.startswith(f"/organisaties/{near.id}/plekken/nieuw?opleiding=25960")


def test_a_later_call_to_who_told_owes_a_day(desk, session, make, wanted):
    told = interest(make.programme())
    page = desk.get(f"/werven/{NEED}/interesse/{told.id}").submit(status=422, answer="later")
    assert page.error_at("call_on") == "Fout: Kies een dag na vandaag."
    assert session.get(Interest, told.id).state is InterestState.NEW


def test_what_was_settled_meanwhile_is_told(desk, make, broker, wanted):
    told = interest(make.programme())
    page = desk.get(f"/werven/{NEED}/interesse/{told.id}")
    with transaction() as session:
        actions.follow_up_interest(session, session.get(Interest, told.id), InterestState.DROPPED, by=broker)
    page.submit(status=409, answer="no")
    assert "niets meer te doen" in desk.get(f"/werven/{NEED}/interesse/{told.id}").text
