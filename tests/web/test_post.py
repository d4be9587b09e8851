"""The post of a programme: what was not delivered, and sending it again."""

from sqlalchemy import select

from stagemakelaar import outbox
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Role


def letter(programme_id, key, *, failed=False):
    """A letter about a placement, delivered or not."""
    with transaction() as session:
        message = outbox.promise(
            session,
            kind="student_planned",
            to="samira@demo.example",
            key=f"placement:{key}:planned:student",
            programme_id=programme_id,
        )
        number = message.id
    if failed:
        with transaction() as session:
            outbox.claim(session)
        with transaction() as session:
            outbox.settle_trouble(session, number, 1, "550 onbekend adres", lasting=True)
    return number


def state_of(session, number):
    return session.get(Message, number).state


def test_what_was_not_delivered_comes_first_with_what_the_host_said(desk, broker):
    letter(broker.programme_id, 1, failed=True)
    letter(broker.programme_id, 2)
    rows = [row.get_text(" ") for row in desk.get("/post").soup.main.find("tbody").find_all("tr")]
    assert "550 onbekend adres" in rows[0]
    assert "wacht op verzending" in rows[1]


def test_a_letter_is_put_back_in_the_queue(desk, broker, session):
    number = letter(broker.programme_id, 1, failed=True)
    page = desk.get("/post").submit("/opnieuw").follow()
    assert "De brief staat weer klaar om te versturen." in page.text
    assert state_of(session, number) is MessageState.QUEUED


def test_putting_it_back_twice_is_overtaken(desk, broker, session):
    letter(broker.programme_id, 1, failed=True)
    page = desk.get("/post")
    page.submit("/opnieuw")
    page.submit("/opnieuw", status=409)


def test_the_counts_stand_in_the_filter(desk, broker):
    letter(broker.programme_id, 1, failed=True)
    page = desk.get("/post?stand=failed")
    options = [option.get_text() for option in page.soup.find(id="stand").find_all("option")]
    assert "niet bezorgd (1)" in options


def test_an_empty_box_says_so(desk):
    assert "Er is nog geen post." in desk.get("/post").text


def test_the_post_of_another_programme_is_not_there(browse, make, broker, session):
    number = letter(broker.programme_id, 1, failed=True)
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    assert "samira@demo.example" not in stranger.get("/post").text
    stranger.post(f"/post/{number}/opnieuw", status=404)
    assert state_of(session, number) is MessageState.FAILED


def test_who_has_no_post_does_not_enter(browse, make):
    browse.as_(make.staff(Role.AUDITOR)).get("/post", status=403)


def test_only_failed_letters_are_in_the_trail_as_sent_again(desk, broker, session):
    letter(broker.programme_id, 1, failed=True)
    desk.get("/post").submit("/opnieuw")
    from stagemakelaar.audit import Entry

    entry = session.scalars(select(Entry).where(Entry.action == "message.queued")).one()
    assert entry.actor_id == broker.id
