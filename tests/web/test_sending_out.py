"""Sending together: what the page shows is what leaves, all of it or nothing."""

import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.placements import actions, telling
from stagemakelaar.placements.models import BrokerReason, Placement
from stagemakelaar.rounds import by_hand, review
from stagemakelaar.rounds.models import Proposal
from tests.computed import computed, proposals
from tests.counting import statements
from tests.rows import change, number_of
from tests.web.student_pages import act, plan


@pytest.fixture
def broker(make):
    """A broker of a programme that keeps its letters until somebody sends them."""
    broker = make.broker()
    change(Programme, broker.programme_id, send_together=True)
    return broker


@pytest.fixture
def two(make, broker):
    """Two decisions whose letters wait."""
    return [
        plan(make.student(searching=True, last_name=name), make.place(make.organisation(name=company)), broker)
        for name, company in (("Bouali", "De Linde"), ("Jansen", "De Eik"))
    ]


def due(session):
    return sorted(session.scalars(select(Message.key).where(Message.due_at <= clock.now())))


def keys(*placements):
    return sorted(
        f"placement:{number_of(one)}:planned:{side}" for one in placements for side in ("student", "employer")
    )


def withdraw(placement, broker):
    act(actions.withdraw, placement, by=broker, reason=BrokerReason.OTHER, note="Gestopt.")


def test_nothing_leaves_and_nobody_knows_until_it_is_sent(browse, two, session, moment):
    moment("2027-04-01T10:00:00+02:00")
    assert due(session) == []
    own = browse.as_(session.get(Placement, number_of(two[0])).student.user)
    assert "We zoeken een plek voor je." in own.get("/student").text
    own.get(f"/student/plaatsing/{number_of(two[0])}", status=404)


def test_the_page_tells_which_letters_go_to_whom_with_their_text(desk, two):
    page = desk.get("/versturen")
    assert "2 besluiten wachten op hun brieven. Niemand weet er nog van." in page.text
    summaries = [summary.get_text() for summary in page.soup.main.find_all("summary")]
    assert [words.split(",")[0] for words in summaries] == [
        "voorstel aan de student",
        "vraag aan het bedrijf of er plek is",
    ] * 2
    assert "We hebben een plek voor je gevonden" in page.text
    assert "laat uiterlijk woensdag 10 februari 2027 weten of je deze plek wilt" in page.text
    assert page.soup.main.find("button").get_text() == "Verstuur deze 4 brieven nu"


def test_sending_brings_all_of_them_to_now_with_the_whole_term_to_answer(browse, broker, two, session, moment):
    moment("2027-02-08T10:00:00+01:00")
    page = browse.as_(broker).get("/versturen").submit("").follow()
    assert "4 brieven gaan nu weg." in page.text
    assert "Er wachten geen brieven." in page.text
    assert due(session) == keys(*two)
    placement = session.get(Placement, number_of(two[0]))
    assert placement.answer_by_on.isoformat() == "2027-02-15"
    for message in session.scalars(select(Message)):
        assert message.data["answer_by"] == "2027-02-15"
        assert message.created_at == clock.now()  # or a mail host that is away for a moment would end it at once


def test_once_sent_the_student_sees_it(browse, desk, two, session):
    desk.get("/versturen").submit("")
    student = session.get(Placement, number_of(two[0])).student.user
    assert "We hebben een plek voor je gevonden." in browse.as_(student).get("/student").text


def test_what_came_later_waits_on(desk, two, make, broker, session):
    page = desk.get("/versturen")
    plan(make.student(searching=True, last_name="Later"), make.place(), broker)
    page.submit("")
    assert due(session) == keys(*two)
    assert "Later" in desk.get("/versturen").text


def test_when_one_changed_nothing_is_sent_and_it_says_which(desk, two, broker, session):
    page = desk.get("/versturen")
    withdraw(two[1], broker)
    lost = page.submit("", status=409)
    assert (
        "Er is niets verstuurd. Intussen is er iets veranderd: Samira Jansen: de plaatsing gaat niet door." in lost.text
    )
    assert due(session) == []
    desk.get("/versturen").submit("")
    assert due(session) == keys(two[0])


def test_who_presses_second_reads_that_they_are_gone(browse, make, desk, two, session):
    second = browse.as_(make.broker(name="Karim Aziz")).get("/versturen")
    desk.get("/versturen").submit("")
    lost = second.submit("", status=409)
    assert "Samira Bouali: de brieven zijn al weg; Samira Jansen: de brieven zijn al weg." in lost.text
    assert len(due(session)) == 4


@pytest.mark.parametrize("shown", ["", "x", "1", "1:2:3", "1:a"])
def test_a_list_that_is_not_ours_is_refused(desk, two, session, shown):
    assert desk.get("/versturen").submit("", status=422, shown=shown).errors
    assert due(session) == []


def test_another_programme_is_neither_shown_nor_sent(browse, make, two, session):
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    page = stranger.get("/versturen")
    assert "Bouali" not in page.text
    token = stranger.get("/instellingen", status=403)
    assert token
    own = browse.as_(make.broker()).get("/versturen")
    stranger.post("/versturen", {"shown": own.values("")["shown"]}, status=422)  # without a token of this browser
    assert due(session) == []


def test_the_room_refuses_another_programme(make, two, broker):
    stranger = make.broker(programme=make.programme("zuid"))
    with pytest.raises(telling.ChangedMeanwhile), transaction() as session:
        telling.send_out(session, {number_of(two[0]): 1}, by=session.get(User, stranger.id))


def test_minutes_that_run_are_shown_with_their_moment_and_can_be_cut_short(desk, make, broker, session):
    change(Programme, broker.programme_id, send_together=False, undo_minutes=15)
    placement = plan(make.student(searching=True), make.place(), broker)
    page = desk.get("/versturen")
    assert "Deze brieven gaan vanzelf weg op 3 februari 2027 10:15." in page.text
    page.submit("")
    assert due(session) == keys(placement)


def test_an_answer_by_telephone_lets_the_letters_leave(two, broker, session):
    act(actions.accept, two[0], by=broker)
    assert due(session) == keys(two[0])
    act(actions.confirm_capacity, two[0], by=broker)
    assert len(due(session)) == 4  # the two questions, and the two that tell that it is settled


def test_an_undo_is_possible_until_it_is_sent(desk, make, broker, session):
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    number = proposals(run)[0].id
    with transaction() as now:
        review.approve(now, now.get(Proposal, number), by=now.get(User, broker.id))
    with transaction() as now:
        by_hand.undo(now, now.get(Proposal, number), by=now.get(User, broker.id), why="Verkeerd.")
    assert set(session.scalars(select(Message.state))) == {MessageState.CANCELLED}
    assert "Er wachten geen brieven." in desk.get("/versturen").text


def test_today_says_that_letters_wait_and_after_a_day_that_it_is_late(browse, broker, two, moment):
    desk = browse.as_(broker)
    row = "2 besluiten wachten op hun brieven"
    assert f"vandaag Brieven {row}" in desk.get("/makelaar").text
    moment("2027-02-04T10:01:00+01:00")
    desk = browse.as_(broker)
    assert f"te laat Brieven {row}" in desk.get("/makelaar").text
    desk.get("/versturen").submit("")
    assert row not in desk.get("/makelaar").text


def test_letters_that_wait_are_no_answers_that_are_late(browse, broker, two, moment):
    moment("2027-04-01T10:00:00+02:00")
    desk = browse.as_(broker)
    assert "over tijd" not in desk.get("/makelaar").text
    page = desk.get(f"/plaatsingen/{number_of(two[0])}")
    assert "De brieven zijn nog niet weg" in page.text
    assert "te laat" not in desk.get("/plaatsingen").text


def test_a_coordinator_chooses_how_letters_leave(browse, make, session):
    coordinator = make.staff(Role.COORDINATOR)
    page = browse.as_(coordinator).get("/instellingen")
    assert page.values()["send_together"] == "vanzelf"
    page.submit(send_together="samen")
    assert session.get(Programme, coordinator.programme_id).send_together
    assert browse.as_(coordinator).get("/instellingen").values()["send_together"] == "samen"


def test_a_page_of_many_asks_as_much_as_a_page_of_few(desk, two, make, broker, database):
    def count():
        with statements(database) as sent:
            desk.get("/versturen")
        return len(sent)

    desk.get("/versturen")
    few = count()
    for _ in range(4):
        plan(make.student(searching=True), make.place(make.organisation()), broker)
    assert count() == few
