"""Rights that change, forms of others, and links of others: what someone may do is asked again at each request."""

import re

import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import current_session, transaction
from stagemakelaar.letters import Writer
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.web import access
from tests import proofs
from tests.matrix.table import MAY, ROWS
from tests.matrix.test_cells import EVERYONE, faults_of
from tests.matrix.world import databases

pytestmark = databases


def changed_for(world, path, **values):
    """What bA gets for a page after its account was changed while its session is open."""
    with world.kept_for_now():
        with transaction() as session:
            for name, value in values.items():
                setattr(session.get(User, world.users["bA"]), name, value)
        return world.ask("bA", "GET", path)


@pytest.mark.promise("P22")
def test_a_change_of_rights_works_at_the_next_request(world):
    page = f"/studenten/{world.records['student']}"
    assert world.ask("bA", "GET", page).status == 200
    assert changed_for(world, page, role=Role.AUDITOR).status == 403
    assert changed_for(world, page, programme_id=world.zuid).status == 404
    assert changed_for(world, page, disabled_at=clock.now()).asks_to_sign_in
    assert world.ask("bA", "GET", page).status == 200
    assert world.ask("old", "GET", page).asks_to_sign_in  # thirty-one minutes idle


@pytest.mark.promise("P17")
def test_a_form_of_someone_else_changes_nothing(world):
    rows = [row for row in ROWS if row[0] == "POST" and row[2] != "public" and row[3] in MAY[row[2]]["bA"]]
    for _method, rule, _resource, _letter in rows if proofs.IS_FULL else rows[::4]:
        for token in ("cA", "nobody"):
            answer = world.ask("bA", "POST", rule.format(**world.records), token=token)
            assert answer.status in {400, 403, 409, 422} or not answer.changed, (rule, answer)
            assert not answer.changed, (rule, answer)


@pytest.mark.promise("P17")
def test_a_link_in_a_letter_opens_for_its_reader_alone(world, record_property):
    session = current_session()
    readers = {session.get(User, number).email: who for who, number in world.users.items()}
    kinds = {}
    for message in session.scalars(select(Message).where(Message.to.in_(readers)).order_by(Message.id.desc())):
        kinds.setdefault((message.kind, message.to), message)
    opened = 0
    for message in list(kinds.values()) if proofs.IS_FULL else list(kinds.values())[:4]:
        letter = Writer(world.app)(message).get_body(preferencelist=("plain",)).get_content()
        for path in set(re.findall(r"http://127\.0\.0\.1:5000(/\w+/[^\s\"<.]*\d)", letter)):
            for who in EVERYONE:
                answer = world.ask(who, "GET", path)
                is_colleague = (who, readers[message.to]) == ("ec", "e1") and path.startswith("/bedrijf")
                own = readers[message.to] == who or is_colleague
                assert answer.status == 200 if own else answer.status in {302, 403, 404}, (who, path, answer)
                opened += own
    assert opened >= 2
    record_property("requests", world.asked)


@pytest.mark.promise("P34")
def test_the_line_of_a_refusal_names_the_page_and_the_numbers_and_nothing_that_was_typed(world):
    with world.kept_for_now():
        path = f"/studenten/{world.records['student']}/notities?wachtwoord=geheim"
        assert world.ask("bB", "POST", path, data={"text": "geheim"}, keep=True).status == 404
        line = current_session().scalars(select(Entry).order_by(Entry.seq.desc())).first()
        assert (line.action, line.result, line.actor_id) == ("page.refused", "refused", world.users["bB"])
        assert line.details == {
            "page": "students.write_note",
            "method": "POST",
            "status": 404,
            "student_id": world.records["student"],
        }


@pytest.mark.promise("P17", "P22", red=True)
def test_a_page_that_lost_its_mark_and_a_door_that_stands_open_are_seen(world, monkeypatch):
    rows = [row for row in ROWS if row[1] in ("/logboek", "/studenten", "/accounts")]
    assert list(faults_of(world, "bA", rows)) == []
    monkeypatch.setattr(access, "may", lambda _user, _permission: True)
    assert len(list(faults_of(world, "bA", rows))) == 2
    monkeypatch.undo()
    monkeypatch.delattr(world.app.view_functions["students.index"], "access")
    assert len(list(faults_of(world, "bA", rows))) == 1
