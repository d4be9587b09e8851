"""What a student reads who asked that nothing is done for a while: nobody searches, why, who ends it and when."""

import pytest
from sqlalchemy import select

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.letters import Writer
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, Role, Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements import reminding, telling
from stagemakelaar.placements.models import BrokerReason, EmployerReason, Placement, StudentReason
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import DataRequest, RequestKind
from tests.rows import change
from tests.web.student_pages import act, letter_of, no, plan, status

WE_DO_NOT = "We zoeken nu niet verder, omdat je vroeg om even niets met je gegevens te doen."
WE_DO = ("zoeken meteen verder", "wij zoeken verder", "We zoeken verder", "We zoeken dan verder")


@pytest.fixture
def at_rest(make, student):
    """`at_rest()` grants the student that nothing is done; gives back the number of the request."""

    coordinator, number = make.staff(Role.COORDINATOR).id, student.user_id

    def grant():
        with transaction() as session:
            asker = session.get(User, number)
            asked = requests.ask(session, kind=RequestKind.RESTRICTION, why="Mijn postcode klopt niet.", by=asker)
            requests.grant(session, asked, answer="Dat zoeken we uit.", by=session.get(User, coordinator))
            return asked.id

    return grant


@pytest.fixture
def last_letter(app, session):
    """The text of the last letter of a kind, as it would leave."""

    def text(kind):
        session.expire_all()
        message = session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id.desc())).first()
        halves = [Writer(app)(message).get_body(preferencelist=(half,)).get_content() for half in ("plain", "html")]
        plain, html = (" ".join(half.split()) for half in halves)
        assert all((words in plain) == (words in html) for words in (WE_DO_NOT, *WE_DO))
        return plain

    return text


def told_that_we_search(text):
    return [words for words in WE_DO if words in text]


def lose(planned, broker, **options):
    act(placements.withdraw, planned, broker, reason=BrokerReason.OTHER, note="Brand.", **options)


def test_a_place_that_is_lost_is_told_with_why_nobody_searches(own, planned, broker, at_rest, last_letter):
    telling_now(planned, broker)
    at_rest()
    lose(planned, broker)
    text = last_letter("student_withdrawn")
    assert WE_DO_NOT in text
    assert told_that_we_search(text) == []
    title, words = status(own.get("/student"))
    assert title == "De plek bij De Linde gaat niet door."
    assert words.startswith(f"Dat ligt niet aan jou. {WE_DO_NOT}")


def telling_now(planned, broker):
    """The student heard of the place: without that no letter says that it is off."""
    act(telling.tell_now, planned, broker)
    with transaction() as session:
        for message in session.scalars(select(Message).where(Message.kind == "student_planned")):
            message.attempts = 1


def test_a_search_that_was_put_to_rest_is_not_said_to_go_on_either(student, planned, broker, last_letter):
    telling_now(planned, broker)
    with transaction() as session:
        own = session.get(Student, student.id)
        casework.pause(session, case_of(session, own), why="Ziek.", by=session.get(User, broker.id))
    lose(planned, broker)
    text = last_letter("student_withdrawn")
    assert "Je zoektocht staat nu stil." in text
    assert told_that_we_search(text) == []


def test_who_is_searched_for_reads_that_we_go_on(planned, broker, last_letter):
    telling_now(planned, broker)
    lose(planned, broker)
    assert told_that_we_search(last_letter("student_withdrawn")) == ["zoeken meteen verder"]


def test_a_reminder_says_what_a_no_means_now(planned, broker, at_rest, last_letter, moment):
    at_rest()
    moment("2027-02-08T10:00:00+01:00")
    with transaction() as session:
        reminding.remind(session, session.get(Placement, planned.id), by=session.get(User, broker.id))
    text = last_letter("student_reminder")
    assert "We zoeken dan niet verder, omdat je vroeg om even niets met je gegevens te doen." in text
    assert told_that_we_search(text) == []


def test_a_first_letter_that_was_kept_until_it_was_sent_says_so_too(make, student, broker, at_rest, last_letter):
    change(Programme, broker.programme_id, send_together=True)
    kept = plan(student, make.place(), broker)
    at_rest()
    act(telling.tell_now, kept, broker)
    assert told_that_we_search(last_letter("student_planned")) == []


def test_a_first_letter_that_waits_to_be_undone_is_put_right(make, student, broker, at_rest, last_letter):
    change(Programme, broker.programme_id, undo_minutes=15)
    plan(student, make.place(), broker)
    assert told_that_we_search(last_letter("student_planned")) == ["wij zoeken verder"]
    number = at_rest()
    assert told_that_we_search(last_letter("student_planned")) == []
    with transaction() as session:
        asked = session.get(DataRequest, number)
        requests.end(session, asked, by=asked.user)
    assert told_that_we_search(last_letter("student_planned")) == ["wij zoeken verder"]


def test_a_first_letter_that_waits_is_put_right_when_a_broker_pauses_the_case(
    make, student, broker, browse, last_letter
):
    change(Programme, broker.programme_id, undo_minutes=15)
    plan(student, make.place(), broker)
    desk = browse.as_(broker)
    desk.get(f"/studenten/{student.id}/pauzeren").submit(why="Ziek.")
    text = last_letter("student_planned")
    assert told_that_we_search(text) == []
    assert "zoektocht" in text
    desk.get(f"/studenten/{student.id}").submit(f"/studenten/{student.id}/hervatten")
    assert told_that_we_search(last_letter("student_planned")) == ["wij zoeken verder"]


def test_the_own_page_says_who_ends_it_and_on_which_day(make, own, at_rest):
    number, coordinator = at_rest(), make.staff(Role.COORDINATOR)
    page = own.get("/student")
    rest = "Je hoeft nu niets te doen. Jij zegt wanneer het weer mag. Stopt het programma ermee?"
    assert status(page) == [
        "Je zoektocht staat stil.",
        f"{WE_DO_NOT} {rest} Dan krijg je een week van tevoren een mail.",
    ]
    assert page.links["Bekijk wat je vroeg"] == "/mijn-gegevens/beperken"
    assert "We zoeken een plek" not in page.text
    with transaction() as session:
        requests.announce_end(session, session.get(DataRequest, number), why="Nagekeken.", by=coordinator)
    assert "Op woensdag 10 februari gebruiken we ze weer." in status(own.get("/student"))[1]


def test_a_place_that_waits_for_an_answer_goes_on_and_a_no_promises_no_search(own, planned, at_rest):
    at_rest()
    page = own.get("/student")
    assert status(page)[0] == "We hebben een plek voor je gevonden."
    assert "Verder doen we niets met je gegevens, omdat je dat vroeg." in page.text
    page = letter_of(own, planned)
    assert told_that_we_search(page.text) == []
    assert "Nee, zoek verder voor mij" not in page.text
    page = no(page, reason=StudentReason.OTHER.value).follow()
    assert told_that_we_search(page.text) == []
    assert WE_DO_NOT in page.text


def test_a_no_promises_no_search_to_who_rests_for_another_reason_either(own, student, planned, broker):
    with transaction() as session:
        resting = session.get(Student, student.id)
        casework.pause(session, case_of(session, resting), why="Ziek.", by=session.get(User, broker.id))
    page = letter_of(own, planned)
    assert told_that_we_search(page.text) == []
    assert "Nee, zoek verder voor mij" not in page.text
    assert "omdat je vroeg" not in page.text
    assert told_that_we_search(no(page, reason=StudentReason.OTHER.value).follow().text) == []


def test_help_stays_at_hand_for_who_did_not_feel_safe(own, student, planned, at_rest):
    at_rest()
    act(placements.decline, planned, student.user, reason=StudentReason.UNSAFE)
    page = own.get("/student")
    assert status(page)[1].startswith(WE_DO_NOT)
    assert "Je hoeft niet terug." in page.text
    assert page.links["Hier vind je hulp"].endswith("#veilig")


def test_the_page_of_a_place_that_is_lost_does_not_put_anybody_in_front_now(own, planned, broker, make, at_rest):
    employer = make.employer_of(planned.place.organisation)
    telling_now(planned, broker)
    at_rest()
    act(placements.refuse, planned, employer, reason=EmployerReason.NO_CAPACITY)
    text = letter_of(own, planned).text
    assert "Zoek je weer, dan ga je vooraan in de rij." in text
    assert status(own.get("/student"))[0] == "De Linde heeft toch geen plek."
