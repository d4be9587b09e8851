"""The trail: complete, in order, chained; a change in any line shows."""

import contextlib

import pytest
from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.audit.walking import walk
from stagemakelaar.db import transaction


def write(count=3, by=None):
    for number in range(count):
        with transaction() as session:
            audit.record(session, f"thing.{number}", by=by)


def test_a_line_says_who_did_what_to_what(make, session):
    broker, programme = make.broker(), make.programme()
    with transaction() as writing:
        audit.record(writing, "programme.looked_at", programme, by=broker, why="for the test", empty=None)
    line = audit.trail_of(session, "programme", programme.id)[-1]
    assert (line.actor_id, line.actor_role, line.action) == (broker.id, "broker", "programme.looked_at")
    assert (line.programme_id, line.result, line.details) == (programme.id, "done", {"why": "for the test"})


def test_lines_of_one_transaction_keep_their_order(session, database):
    with transaction() as writing:
        audit.record(writing, "first", by=None)
        audit.record(writing, "second", by=None)
    lines = audit.trail_of(session, "", None) or session.query(audit.Entry).order_by(audit.Entry.seq).all()
    assert [line.action for line in lines] == ["first", "second"]
    assert lines[1].previous == lines[0].hash
    assert lines[0].previous == audit.GENESIS


def test_nothing_is_written_for_what_did_not_happen(session, database):
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        audit.record(writing, "undone", by=None)
        1 / 0  # noqa: B018
    write(1)
    whole = walk(session)
    assert (whole.entries, whole.kind) == (1, None)


def test_what_is_taken_back_to_a_savepoint_leaves_the_other_lines(session, database):
    with transaction() as writing:
        audit.record(writing, "first", by=None)
        with contextlib.suppress(ZeroDivisionError), writing.begin_nested():
            1 / 0  # noqa: B018
        with writing.begin_nested():
            pass
        audit.record(writing, "second", by=None)
    lines = session.scalars(select(audit.Entry).order_by(audit.Entry.seq)).all()
    assert [line.action for line in lines] == ["first", "second"]
    assert walk(session).kind is None
