"""The trail: complete, in order, chained; a change in any line shows."""

import pytest
from sqlalchemy import text

from stagemakelaar import audit
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
    assert audit.verify(session) == (1, None)


def test_an_untouched_chain_is_whole(session, database):
    write()
    assert audit.verify(session) == (3, None)


@pytest.mark.parametrize(
    ("damage", "first_bad"),
    [
        ("UPDATE audit_entry SET action = 'other' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET actor_id = 7 WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 2", 3),
        ("DELETE FROM audit_entry WHERE seq = 1", 2),
    ],
)
def test_tampering_shows_and_where(own_database, damage, first_bad):
    write()
    with own_database.connect().execution_options(writing=True) as connection:
        if own_database.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entry_no_update"))
            connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        connection.execute(text(damage))
        connection.commit()
    from stagemakelaar.db import current_session

    assert audit.verify(current_session())[1] == first_bad
