"""What was done to the chain shows, and where: changed, taken out, put in, swapped, cut, written anew."""

import pytest
from sqlalchemy import text, update

from stagemakelaar import audit
from stagemakelaar.audit import CHAINED, GENESIS, Entry, hash_of
from stagemakelaar.audit.walking import Break, Head, walk
from stagemakelaar.db import current_session, look_again, transaction

pytestmark = pytest.mark.promise("P32")

AWAY = 1_000  # numbers that no line has, to move lines through


@pytest.fixture
def chain(own_database):
    """Six lines; gives back what opens the trail as its owner, who can switch off what guards it."""
    for number in range(6):
        with transaction() as session:
            audit.record(session, f"thing.{number}", by=None)

    def tamper(*acts):
        with own_database.connect().execution_options(writing=True) as connection:
            if own_database.dialect.name == "sqlite":
                connection.execute(text("DROP TRIGGER audit_entry_no_update"))
                connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
            else:
                connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
            for act in acts:
                act(connection)
            connection.commit()
        look_again()
        return walk(current_session())

    return tamper


def sql(statement):
    return lambda connection: connection.execute(text(statement))


def renumber(first, by):
    """Give all lines from `first` on another number, in two steps since numbers are unique."""

    def act(connection):
        connection.execute(update(Entry).where(Entry.seq >= first).values(seq=Entry.seq + AWAY))
        connection.execute(update(Entry).where(Entry.seq >= AWAY).values(seq=Entry.seq - AWAY + by))

    return act


def put_in(seq, *, whole=True):
    """Write a line that never was, after the one before it; with a hash that is right for it, or with none."""

    def act(connection):
        table = Entry.__table__
        before = connection.execute(table.select().where(table.c.seq == seq - 1)).mappings().one()
        line = {name: before[name] for name in CHAINED} | {"seq": seq, "action": "forged", "previous": before["hash"]}
        line["hash"] = hash_of(line) if whole else "f" * 64
        connection.execute(table.insert().values(**line))

    return act


def write_anew(first):
    """Make every hash from this line on right again."""

    def act(connection):
        table, previous = Entry.__table__, GENESIS
        for row in connection.execute(table.select().order_by(table.c.seq)).mappings().all():
            line = {name: row[name] for name in CHAINED}
            if row["seq"] < first:
                previous = row["hash"]
                continue
            line["previous"] = previous
            previous = hash_of(line)
            changed = table.update().where(table.c.seq == row["seq"])
            connection.execute(changed.values(previous=line["previous"], hash=previous))

    return act


def swap(one, other):
    def act(connection):
        for before, after in ((one, AWAY), (other, one), (AWAY, other)):
            connection.execute(update(Entry).where(Entry.seq == before).values(seq=after))

    return act


CHANGE = sql("UPDATE audit_entry SET action = 'other' WHERE seq = 3")
TAKE_OUT = sql("DELETE FROM audit_entry WHERE seq = 3")


@pytest.mark.parametrize(
    ("acts", "first_bad", "kind"),
    [
        ([CHANGE], 3, Break.CHANGED),
        ([sql("UPDATE audit_entry SET actor_id = 7 WHERE seq = 6")], 6, Break.CHANGED),
        ([sql("UPDATE audit_entry SET hash = 'e' WHERE seq = 1")], 1, Break.CHANGED),
        ([TAKE_OUT], 3, Break.MISSING),
        ([sql("DELETE FROM audit_entry WHERE seq = 1")], 1, Break.MISSING),
        ([TAKE_OUT, renumber(4, -1)], 3, Break.MISSING),
        ([sql("DELETE FROM audit_entry WHERE seq = 1"), renumber(2, -1)], 1, Break.MISSING),
        ([renumber(3, 1), put_in(3)], 3, Break.INSERTED),
        ([renumber(3, 1), put_in(3, whole=False)], 3, Break.INSERTED),
        ([swap(3, 4)], 3, Break.ORDER),
        ([swap(2, 5)], 2, Break.ORDER),
        ([swap(1, 2)], 1, Break.ORDER),
    ],
)
def test_what_was_done_shows_and_where(chain, acts, first_bad, kind):
    found = chain(*acts)
    assert (found.first_bad, found.kind) == (first_bad, kind)


def test_a_line_whose_hash_was_made_right_again_is_betrayed_by_the_next(chain):
    def only_its_own(connection):
        table = Entry.__table__
        row = connection.execute(table.select().where(table.c.seq == 3)).mappings().one()
        right = hash_of({name: row[name] for name in CHAINED})
        connection.execute(table.update().where(table.c.seq == 3).values(hash=right))

    found = chain(CHANGE, only_its_own)
    assert (found.first_bad, found.kind) == (3, Break.CHANGED)


def test_an_untouched_chain_is_whole_up_to_its_head(chain):
    found = chain()
    assert (found.entries, found.first_bad, found.kind) == (6, None, None)
    assert walk(current_session(), kept=found.head).kind is None


def test_an_empty_chain_is_whole(own_database):
    assert walk(current_session()) == (0, Head(0, GENESIS), None, None)


def test_a_head_of_before_still_stands_in_a_chain_that_grew(chain):
    kept = walk(current_session()).head
    with transaction() as session:
        audit.record(session, "later", by=None)
    assert walk(current_session(), kept=kept).kind is None


def test_what_was_cut_off_shows_against_a_kept_head(chain):
    kept = walk(current_session()).head
    found = chain(sql("DELETE FROM audit_entry WHERE seq > 4"))
    assert found.kind is None  # the chain alone cannot know
    found = walk(current_session(), kept=kept)
    assert (found.first_bad, found.kind) == (5, Break.CUT)


def test_a_trail_written_anew_shows_against_a_kept_head(chain):
    kept = walk(current_session()).head
    found = chain(CHANGE, write_anew(3))
    assert found.kind is None  # the chain alone cannot know
    found = walk(current_session(), kept=kept)
    assert (found.first_bad, found.kind) == (6, Break.HEAD)
