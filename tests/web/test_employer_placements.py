import pytest

from stagemakelaar import outbox
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Student
from stagemakelaar.placements import actions
from stagemakelaar.placements.models import BrokerReason, Placement, PlacementState, WithdrawnBy
from stagemakelaar.places import actions as places
from stagemakelaar.places.models import Organisation, Place
from tests.rows import number_of

SECRET = ["Zqvoornaam", "Zqachternaam", "zqwens", "+31687654321", "06 87 65 43 21", "2009", "1011"]


@pytest.fixture
def world(make):
    """A placement that waits for both answers, of a student with words that nobody else has."""

    class World:
        broker = make.broker()
        place = make.place(seats=2, trainer_name="Jan de Praktijk")
        organisation = place.organisation
        employer = make.employer_of(organisation)
        stranger = make.employer_of(make.organisation())
        email = None
        student = make.student(
            searching=True, first_name="Zqvoornaam", last_name="Zqachternaam", learning_wish="zqwens praten"
        )
        path = None

        def act(self, action, **values):
            with transaction() as session:
                return action(session, session.get(Placement, self.placement.id), **values)

        def accept(self):
            self.act(actions.accept, by=current_session().get(Student, number_of(self.student)).user)

    world = World()
    with transaction() as session:
        student = session.get(type(world.student), world.student.id)
        student.user.phone = "+31687654321"
        student.birth_date = student.birth_date.replace(year=2009)
        world.placement = actions.plan(
            session, student, session.get(Place, number_of(world.place)), reasons={}, by=world.broker
        )
        world.colleague = places.invite_member(
            session,
            session.get(Organisation, world.organisation.id),
            email="collega@demo.example",
            name="Petra",
            manages=False,
            by=world.employer,
        ).user
    world.email = session_email(world)
    world.path = f"/bedrijf/plaatsingen/{number_of(world.placement)}"
    return world


def session_email(world):
    return current_session().get(Student, number_of(world.student)).user.email


def all_pages_of(me, world):
    return [me.get("/bedrijf"), me.get(world.path), me.get(f"/bedrijf/plekken/{number_of(world.place)}")]


def leaks(pages, world):
    words = [*SECRET, world.email]
    return [word for page in pages for word in words if word in page.response.get_data(as_text=True)]


def test_before_it_is_confirmed_no_page_betrays_who_it_is(browse, world):
    me = browse.as_(world.employer)
    pages = [*all_pages_of(me, world), me.get(f"{world.path}/afzeggen")]
    assert leaks(pages, world) == []
    assert "Helpende Zorg en Welzijn" in pages[1].text
    assert "1 april 2027 tot en met 15 juli 2027" in pages[1].text


def test_home_puts_the_question_first(browse, world):
    page = browse.as_(world.employer).get("/bedrijf")
    assert "Wilt u een student Helpende Zorg en Welzijn begeleiden?" in page.text
    assert page.links["Bekijk en antwoord"] == world.path


def test_yes_is_noted_and_the_name_still_waits_for_the_student(browse, world, session):
    me = browse.as_(world.employer)
    page = me.get(world.path).submit().follow()
    assert session.get(Placement, number_of(world.placement)).employer_confirmed_at is not None
    assert session.get(Placement, number_of(world.placement)).state is PlacementState.PLANNED
    assert "Nu is de student aan zet" in page.text
    assert leaks([page], world) == []


def test_after_both_said_yes_the_employer_reads_who_comes(browse, world):
    world.accept()
    page = browse.as_(world.employer).get(world.path).submit().follow()
    assert "Zqvoornaam Zqachternaam komt bij u" in page.text
    assert "06 87 65 43 21" in page.text
    assert world.email in page.text
    assert "regels voor jongeren gelden" in page.text
    assert "2009" not in page.response.get_data(as_text=True)
    assert "1011" not in page.response.get_data(as_text=True)


def test_a_colleague_never_reads_who_it_is_and_cannot_answer(browse, world):
    me = browse.as_(world.colleague)
    page = me.get(world.path)
    assert leaks([page], world) == []
    assert not page.soup.main.find("form")
    me.get(f"{world.path}/afzeggen", status=403)
    token = me.get("/bedrijf").soup.find(attrs={"name": "csrf_token"})["value"]
    me.post(f"{world.path}/antwoord", {"answer": "confirm", "state": "planned", "csrf_token": token}, status=403)
    world.accept()
    world.act(actions.confirm_capacity, by=world.employer)
    assert leaks(all_pages_of(me, world), world) == []


def test_another_employer_finds_nothing(browse, world, session):
    me = browse.as_(world.stranger)
    me.get(world.path, status=404)
    me.get(f"{world.path}/afzeggen", status=404)
    token = me.get("/bedrijf/gegevens").values("/bedrijf/collegas")["csrf_token"]
    me.post(f"{world.path}/antwoord", {"answer": "confirm", "state": "planned", "csrf_token": token}, status=404)
    assert session.get(Placement, number_of(world.placement)).employer_confirmed_at is None


def test_a_double_click_is_told_what_happened(browse, world):
    page = browse.as_(world.employer).get(world.path)
    page.submit()
    again = page.submit(status=409)
    assert "al geantwoord" in again.text
    assert "Nu is de student aan zet" in again.text


def test_the_form_of_an_old_page_changes_nothing(browse, world, session):
    page = browse.as_(world.employer).get(f"{world.path}/afzeggen")
    world.act(actions.withdraw, reason=BrokerReason.OTHER, note="x", by=world.broker)
    page = page.submit(status=409, reason="no_capacity", note="")
    assert "niet opgeslagen" in page.text
    assert session.get(Placement, number_of(world.placement)).withdrawn_by is WithdrawnBy.BROKER


def test_a_no_that_was_read_before_the_name_opened_is_not_taken_for_a_no_to_the_name(browse, world, session):
    page = browse.as_(world.employer).get(f"{world.path}/afzeggen")
    world.accept()
    world.act(actions.confirm_capacity, by=world.employer)
    page.submit(status=409, reason="no_capacity", note="")
    assert session.get(Placement, number_of(world.placement)).state is PlacementState.CONFIRMED


def test_no_with_a_reason_frees_the_seat_and_the_student_hears_it(browse, world, session):
    with transaction() as writing:
        for message in outbox.claim(writing):
            outbox.settle_sent(writing, message.id, message.attempts)
    page = browse.as_(world.employer).get(f"{world.path}/afzeggen")
    page = page.submit(reason="trainer_away", note="").follow()
    found = session.get(Placement, number_of(world.placement))
    assert (found.state, found.withdrawn_by) == (PlacementState.WITHDRAWN, WithdrawnBy.EMPLOYER)
    assert session.get(Place, number_of(world.place)).free == 2
    assert "Deze plaatsing gaat niet door" in page.text
    assert session.query(Message).filter_by(kind="student_withdrawn").count() == 1


def test_no_without_a_reason_is_explained_at_the_field(browse, world, session):
    page = browse.as_(world.employer).get(f"{world.path}/afzeggen").submit(status=422, note="zomaar")
    assert "Kies waarom" in page.error_at("reason")
    assert page.values()["note"] == "zomaar"
    assert session.get(Placement, number_of(world.placement)).state is PlacementState.PLANNED


def test_something_else_needs_words(browse, world):
    page = browse.as_(world.employer).get(f"{world.path}/afzeggen").submit(status=422, reason="other", note="")
    assert page.error_at("note")
    assert page.values()["reason"] == "other"


def test_what_does_not_go_on_shows_its_dates_alone(browse, world):
    world.accept()
    world.act(actions.confirm_capacity, by=world.employer)
    world.act(actions.withdraw, reason=BrokerReason.OTHER, note="zqreden", by=world.broker)
    me = browse.as_(world.employer)
    page = me.get(world.path)
    assert leaks(all_pages_of(me, world), world) == []
    assert "1 april 2027" in page.text
    assert "Helpende Zorg en Welzijn" not in page.text
    assert "zqreden" not in page.text


def test_a_place_without_a_trainer_asks_who_it_is_together_with_the_yes(browse, world, session):
    with transaction() as writing:
        writing.get(Place, number_of(world.place)).trainer_name = ""
    page = browse.as_(world.employer).get(world.path)
    page = page.submit(status=422)
    assert "praktijkopleider" in page.error_at("trainer_name")
    assert session.get(Placement, number_of(world.placement)).employer_confirmed_at is None
    page.submit(trainer_name="Joke", trainer_email="joke@demo.example")
    assert session.get(Placement, number_of(world.placement)).employer_confirmed_at is not None
    assert session.get(Place, number_of(world.place)).trainer_name == "Joke"


def test_opening_a_page_answers_nothing(browse, world, session):
    browse.as_(world.employer).get(f"{world.path}/antwoord", status=405)
    assert session.get(Placement, number_of(world.placement)).employer_confirmed_at is None


def test_until_the_last_day_the_question_says_when_and_then_that_it_is_late(browse, world, moment):
    moment("2027-02-10T16:00:00+01:00")
    for page in (browse.as_(world.employer).get("/bedrijf"), browse.as_(world.employer).get(world.path)):
        assert "Laat het ons uiterlijk woensdag 10 februari weten." in page.text
    moment("2027-02-11T09:00:00+01:00")
    for page in (browse.as_(world.employer).get("/bedrijf"), browse.as_(world.employer).get(world.path)):
        assert "U had uiterlijk woensdag 10 februari kunnen antwoorden." in page.text
    file = browse.as_(world.broker).get(f"/studenten/{number_of(world.student)}")
    assert "Het antwoord had er uiterlijk 10 februari 2027 moeten zijn: de student en het bedrijf zijn" in file.text
