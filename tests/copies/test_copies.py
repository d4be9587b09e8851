"""What went out is what comes in, on both databases; what is not whole does not come in at all."""

import gzip
import json

import pytest
from sqlalchemy import inspect, text

from stagemakelaar import db, schema
from stagemakelaar.copies.reading import Broken, load, look_over
from stagemakelaar.copies.writing import hashes_of, one_look, write
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import ProgrammeKind
from stagemakelaar.schema import newest
from stagemakelaar.seed.fingerprint import fingerprint
from tests.builders import Make
from tests.conftest import KINDS

pytestmark = pytest.mark.promise("P39")


@pytest.fixture(params=KINDS)
def empty(request, app, tmp_path):
    """An engine on a database with the newest schema and no row."""
    if request.param == "sqlite":
        engine = db.make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    else:
        engine = db.make_engine(request.getfixturevalue("postgres_cluster").create_database())
    schema.migrate(engine)
    yield engine
    db.close_session()
    engine.dispose()
    db.bind(None)


def printed(engine):
    db.bind(engine)
    found = fingerprint(db.current_session())
    db.close_session()
    return found


def test_every_table_arrives_as_it_left(empty, demo_copy, put_into):
    _path, demo = demo_copy
    before, after = hashes_of(demo, schema=newest()), hashes_of(put_into(empty), schema=newest())
    assert after == before
    assert sum(one["rows"] for one in after.values()) > 1_000
    assert printed(empty) == printed(demo)


def test_it_comes_back_the_same_from_the_other_database(empty, demo_copy, put_into, tmp_path):
    put_into(empty)
    path, home = tmp_path / "back", db.make_engine(f"sqlite:///{tmp_path / 'home.sqlite'}")
    with one_look(empty) as connection, path.open("wb") as out:
        _head, tables = write(connection, out, schema=newest())
    schema.migrate(home)
    with path.open("rb") as lines:
        load(home, lines)
    assert hashes_of(home, schema=newest()) == tables == hashes_of(demo_copy[1], schema=newest())
    home.dispose()


def test_new_rows_are_numbered_after_those_that_came(empty, put_into):
    db.bind(put_into(empty), join_transaction_mode="conditional_savepoint")
    with db.transaction() as session:
        last = session.scalar(text("SELECT max(id) FROM programme"))
        about = {"slug": "west", "name": "West", "kind": ProgrammeKind.SCHOOL, "email": "west@demo.example"}
        new = people.create_programme(session, **about, phone="", by=None)
    assert new.id == last + 1


def test_what_guards_a_table_guards_it_still(empty, put_into):
    before = sorted(key["name"] for key in inspect(empty).get_foreign_keys("round"))
    put_into(empty)
    assert sorted(key["name"] for key in inspect(empty).get_foreign_keys("round")) == before != []
    with empty.connect().execution_options(writing=True) as connection, pytest.raises(Exception, match="only grows"):
        connection.execute(text("DELETE FROM audit_entry"))


def test_a_copy_is_of_one_moment(own_database, tmp_path):
    make = Make()
    make.programme()
    before = hashes_of(own_database, schema=newest())
    with one_look(own_database) as connection, (tmp_path / "copy").open("wb") as out:
        connection.execute(text("SELECT count(*) FROM programme"))
        make.programme("zuid")
        _head, tables = write(connection, out, schema=newest())
    assert tables == before
    assert hashes_of(own_database, schema=newest()) != before


def test_a_copy_says_what_it_is(demo_copy):
    with demo_copy[0].open("rb") as lines:
        about = look_over(lines)
    assert about.schema == newest()
    assert about.tables == hashes_of(demo_copy[1], schema=newest())
    assert about.head.startswith(f"{about.tables['audit_entry']['rows']}:")


def _cut(lines):
    return lines[:-1]


def _without_a_row(lines):
    return [line for line in lines if not line.startswith(b'["noord') and b'"noord"' not in line]


def _with_another_name(lines):
    return [line.replace(b"noord@demo", b"n00rd@demo") for line in lines]


def _with_other_counts(lines):
    last = json.loads(lines[-1])
    last["tables"].pop("student")
    return [*lines[:-1], json.dumps(last).encode() + b"\n"]


@pytest.mark.parametrize("damage", [_cut, _without_a_row, _with_another_name, _with_other_counts, lambda _lines: []])
def test_what_is_not_whole_is_refused(demo_copy, damage):
    lines = damage(demo_copy[0].read_bytes().splitlines(keepends=True))
    with pytest.raises(Broken):
        look_over(lines)


def test_a_file_that_is_something_else_is_refused(tmp_path):
    path = tmp_path / "other.gz"
    path.write_bytes(gzip.compress(b"PK\x03\x04 not ours"))
    with gzip.open(path) as lines, pytest.raises(Broken):
        look_over(lines)


def test_all_or_nothing(empty, demo_copy):
    lines = demo_copy[0].read_bytes().splitlines(keepends=True)
    last_table = next(index for index in range(len(lines) - 1, 0, -1) if lines[index].startswith(b"["))
    doubled = [*lines[: last_table + 1], *lines[last_table:]]
    with pytest.raises(Exception, match=r"(?i)unique"):
        load(empty, doubled)
    assert sum(one["rows"] for one in hashes_of(empty, schema=newest()).values()) == 0
