"""What brokers ask and answer each other about a proposal."""

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.people.models import Programme, Role
from stagemakelaar.rounds import by_hand, comments, review
from stagemakelaar.rounds.models import Comment, Proposal
from tests.computed import computed, proposals
from tests.counting import statements
from tests.rows import change


@pytest.fixture
def proposal(make, broker):
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"))
    _round, run = computed(broker)
    return proposals(run)[0]


@pytest.fixture
def address(proposal):
    return f"/voorstellen/{proposal.id}/opmerkingen"


def say(proposal, broker, text="Kan zij op maandag?"):
    with transaction() as session:
        return comments.comment_on(session, session.get(Proposal, proposal.id), text=text, by=broker)


def test_from_the_proposal_to_a_question_an_answer_and_done(desk, browse, make, proposal, address, session):
    page = desk.get(f"/voorstellen/{proposal.id}")
    page = desk.get(page.links["Lees, antwoord of vraag iets"])
    page = page.submit("/opmerkingen", text="Kan zij op maandag?").follow()
    assert "De opmerking is geplaatst." in page.text
    colleague = browse.as_(make.broker(name="Joost Visser"))
    page = colleague.get(address)
    page = colleague.get(page.links["Antwoord aan Fatima el Idrissi"])
    page = page.submit("", text="Ja, vanaf april.").follow()
    assert "Kan zij op maandag?" in page.text
    assert "Ja, vanaf april." in page.text
    page = page.submit("/afhandelen").follow()
    assert "Er staat geen opmerking open." in page.text
    assert "Afgehandeld door Joost Visser" in page.text
    page = page.submit("/heropenen").follow()
    assert "Open (1)" in page.text


def test_nothing_said_is_a_mistake_and_costs_nothing(desk, address, session):
    page = desk.get(address).submit("/opmerkingen", status=422, text=" ")
    assert page.error_at("text") == "Fout: Schrijf op wat u wilt zeggen."
    assert session.scalars(select(Comment)).all() == []


def test_what_is_done_is_not_done_twice(desk, broker, proposal, address):
    say(proposal, broker)
    page = desk.get(address)
    page.submit("/afhandelen")
    page.submit("/afhandelen", status=409)


def test_who_answers_what_is_done_hears_so_and_keeps_the_words(desk, broker, proposal, address):
    comment = say(proposal, broker)
    page = desk.get(f"/opmerkingen/{comment.id}/antwoord")
    desk.get(address).submit("/afhandelen")
    page = page.submit("", status=409, text="Ja, vanaf april.")
    assert page.values("")["text"] == "Ja, vanaf april."
    assert page.errors == ["Deze opmerking is intussen afgehandeld. Open haar eerst weer."]


def test_open_ones_are_counted_on_the_round_and_today_until_done(desk, broker, proposal, address):
    say(proposal, broker)
    say(proposal, broker, "En het rooster?")
    for page in (f"/rondes/{proposal.run.round_id}", "/makelaar"):
        assert "2 opmerkingen open over het voorstel" in desk.get("/makelaar").text
        assert address in desk.get(page).links.values()
    assert "2 open opmerkingen" in desk.get(f"/rondes/{proposal.run.round_id}").text
    assert "Kan zij op maandag?" in desk.get(f"/voorstellen/{proposal.id}").text
    with transaction() as session:
        for comment in session.scalars(select(Comment)):
            comments.resolve(session, comment, by=broker)
    assert address not in desk.get("/makelaar").links.values()
    assert "open opmerking" not in desk.get(f"/rondes/{proposal.run.round_id}").text


def test_they_go_along_when_a_decision_is_taken_back(desk, broker, proposal):
    change(Programme, broker.programme_id, undo_minutes=15)
    say(proposal, broker)
    with transaction() as session:
        review.approve(session, session.get(Proposal, proposal.id), by=broker)
    with transaction() as session:
        again = by_hand.undo(session, session.get(Proposal, proposal.id), by=broker, why="te snel")
    assert "Kan zij op maandag?" in desk.get(f"/voorstellen/{again.id}").text


def test_reading_them_is_noted_in_the_trail(desk, proposal, address, session):
    from stagemakelaar.audit import Entry

    desk.get(address)
    (line,) = session.scalars(select(Entry).where(Entry.action == "student.read")).all()
    assert line.object_id == proposal.student_id


def test_another_programme_and_the_student_find_nothing(make, browse, broker, proposal, address):
    number = say(proposal, broker).id
    own = browse.as_(proposal.student.user)
    stranger = browse.as_(make.staff(Role.COORDINATOR, programme=make.programme("zuid")))
    stranger.get(address, status=404)
    stranger.get(f"/opmerkingen/{number}/antwoord", status=404)
    own.get(address, status=403)
    assert "Kan zij op maandag?" not in own.get("/student").text + own.get("/student/gegevens").text


def test_many_take_no_more_statements(desk, broker, proposal, address, session):
    pages = (address, "/makelaar", f"/rondes/{proposal.run.round_id}", f"/voorstellen/{proposal.id}")
    say(proposal, broker)
    few, many = [], []
    for found in (few, many):
        for page in pages:
            desk.get(page)
            with statements(session.get_bind()) as sent:
                desk.get(page)
            found.append(len(sent))
        for _number in range(3):
            say(proposal, broker)
    assert many == few
