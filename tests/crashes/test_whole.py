"""An approval that fails at any one of its statements, in turn, leaves nothing behind."""

import pytest
from sqlalchemy import text

from stagemakelaar.db import current_session, transaction
from stagemakelaar.rounds import review
from tests.computed import computed, proposals
from tests.pages import Browser

WRITTEN = ("placement", "place", "case_file", "proposal", "review", "message", "audit_entry")
# Each row that is written is counted, and the one whose turn it is fails.
FAILS = {
    "sqlite": (
        """CREATE TRIGGER tripped_{table}_{event} BEFORE {event} ON {table} BEGIN
           UPDATE tripwire SET passed = passed + 1;
           SELECT CASE WHEN (SELECT passed = turn FROM tripwire) THEN RAISE(ABORT, 'tripped') END; END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION tripped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           UPDATE tripwire SET passed = passed + 1;
           IF (SELECT passed = turn FROM tripwire) THEN RAISE EXCEPTION 'tripped'; END IF; RETURN NEW; END $$""",
        "CREATE TRIGGER tripped_{event} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION tripped()",
    ),
}


@pytest.fixture
def desk(app, make):
    """A broker's browser, and the page of a proposal that waits."""
    broker = make.broker()
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    number = proposals(run)[0].id
    page = Browser(app).as_(broker).get(f"/voorstellen/{number}")
    with transaction() as session:
        kind = session.get_bind().dialect.name
        session.execute(text("CREATE TABLE tripwire (passed INTEGER, turn INTEGER)"))
        session.execute(text("INSERT INTO tripwire VALUES (0, 0)"))
        for table in WRITTEN:
            for event in ("INSERT", "UPDATE"):
                for statement in FAILS[kind]:
                    session.execute(text(statement.format(table=table, event=event)))
    return page


def everything():
    session = current_session()
    return {table: session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in WRITTEN}


def fails_at_each_in_turn(page):
    """How many rows an approval writes: it fails at each, and what stood before stands then."""
    before = everything()
    for turn in range(1, 100):
        with transaction() as session:
            session.execute(text("UPDATE tripwire SET passed = 0, turn = :turn"), {"turn": turn})
        address = page.form("/besluit")["action"]
        answer = page.browser.client.post(address, data=page.values("/besluit") | {"verdict": "approve"})
        if answer.status_code == 302:
            return turn - 1
        assert answer.status_code in {409, 500, 503}
        assert everything() == before, f"half an approval after row {turn}"
    raise AssertionError("it never succeeds")


@pytest.mark.promise("P01")
def test_an_approval_that_fails_at_any_row_leaves_nothing(desk, record_property):
    rows = fails_at_each_in_turn(desk)
    record_property("rows", rows)
    assert rows >= 10  # the seat, the placement, the case, the letters, the proposal, the review, and the trail
    assert {len(everything()[table]) for table in ("placement", "review")} == {1}


@pytest.mark.promise("P01", red=True)
def test_an_approval_that_is_written_in_two_parts_is_caught(desk, monkeypatch):
    note = review._note

    def save_and_note(session, *facts, **more):
        session.commit()
        session.connection(execution_options={"writing": True})
        note(session, *facts, **more)

    monkeypatch.setattr(review, "_note", save_and_note)
    with pytest.raises(AssertionError, match="half an approval"):
        fails_at_each_in_turn(desk)
