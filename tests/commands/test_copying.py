"""A back-up and a move from the shell, on real databases."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from stagemakelaar import db, schema
from stagemakelaar.copies.keeping import lines_of_file, new_file, sha256_of
from stagemakelaar.copies.reading import look_over
from stagemakelaar.copies.writing import one_look, write
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.rounds.models import Run
from stagemakelaar.schema import DatabaseKind
from tests.builders import Make
from tests.commands.conftest import calling
from tests.computed import computed
from tests.conftest import KINDS


@pytest.fixture
def call(app, own_database, tmp_path):
    """Call a command on a database of this test alone, that holds somebody of the demo."""
    Make().broker()
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    before = app.config["SETTINGS"]
    (tmp_path / "erasures.jsonl").touch()
    app.config["SETTINGS"] = replace(
        before,
        database_url=own_database.url.render_as_string(hide_password=False),
        erasure_list=tmp_path / "erasures.jsonl",
    )
    yield calling(app)
    app.config["SETTINGS"] = before


@pytest.fixture(params=KINDS)
def elsewhere(request, tmp_path):
    """The address of a database in which nothing is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    return request.getfixturevalue("postgres_cluster").create_database()


def test_a_backup_tells_what_it_is(call, tmp_path):
    path = tmp_path / "copy"
    code, told = call("backup", "--to", str(path))
    assert (code, told["bytes"], told["sha256"]) == (0, path.stat().st_size, sha256_of(path))
    with lines_of_file(path) as lines:
        about = look_over(lines)
    assert (about.schema, about.head) == (told["schema"], told["audit_head"])
    assert about.tables["user_account"]["rows"] == 1


def test_a_backup_over_a_file_is_refused(call, tmp_path):
    path = tmp_path / "copy"
    path.write_text("mine")
    code, told = call("backup", "--to", str(path))
    assert (code, bool(told["refusal"]), path.read_text()) == (3, True, "mine")


def test_a_move_brings_everything_to_either_database(call, elsewhere):
    code, told = call("move", "--to", str(elsewhere))
    assert (code, told["differing"], told["tables"]["user_account"]) == (0, [], 1)
    engine = db.make_engine(elsewhere)
    with engine.connect() as connection:
        assert [row.slug for row in connection.execute(Programme.__table__.select())] == ["noord"]
    engine.dispose()


def test_a_move_into_a_filled_database_is_refused(call, elsewhere):
    assert call("move", "--to", str(elsewhere))[0] == 0
    code, told = call("move", "--to", str(elsewhere))
    assert (code, bool(told["refusal"])) == (3, True)


# --- and back ------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(call, tmp_path):
    """A copy of the database with one broker, after which a programme was added."""
    path = tmp_path / "copy"
    assert call("backup", "--to", str(path))[0] == 0
    Make().programme("zuid")
    return path


def slugs():
    return sorted(look_again().scalars(select(Programme.slug)))


def test_a_copy_comes_back_as_it_was(call, copy):
    code, told = call("restore", "--from", str(copy), "--replace", "--sha256", sha256_of(copy))
    assert (code, told["sha256_ok"], told["integrity"], told["sums_ok"]) == (0, True, True, True)
    assert (told["audit"]["first_bad"], told["schema_to"]) == (None, told["schema_from"])
    assert slugs() == ["noord"]


def test_a_filled_database_is_not_overwritten_by_itself(call, copy):
    code, told = call("restore", "--from", str(copy))
    assert (code, bool(told["refusal"]), slugs()) == (3, True, ["noord", "zuid"])


@pytest.mark.parametrize("listed", [None, '{"student": 7}\n', "half a line"])
def test_without_a_list_of_erasures_that_we_can_follow_nothing_comes_back(call, copy, app, listed):
    path = app.config["SETTINGS"].erasure_list
    path.unlink() if listed is None else path.write_text(listed)
    code, told = call("restore", "--from", str(copy), "--replace")
    assert (code, bool(told["refusal"]), slugs()) == (3, True, ["noord", "zuid"])


def test_another_file_than_was_named_is_refused(call, copy):
    code, told = call("restore", "--from", str(copy), "--replace", "--sha256", "0" * 64)
    assert (code, bool(told["refusal"]), slugs()) == (3, True, ["noord", "zuid"])


def test_a_damaged_copy_leaves_the_database_as_it_is(call, copy, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(copy.read_bytes()[:-20])
    code, told = call("restore", "--from", str(damaged), "--replace")
    assert (code, bool(told["refusal"]), slugs()) == (3, True, ["noord", "zuid"])


def test_a_copy_of_real_people_does_not_come_into_a_demo(call, tmp_path):
    with transaction() as session:
        schema.mark(session, DatabaseKind.REAL)
    path = tmp_path / "real"
    with one_look(look_again().get_bind()) as connection, new_file(path) as (stream, _counted):
        write(connection, stream, schema=schema.newest())
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    code, told = call("restore", "--from", str(path), "--replace")
    assert (code, bool(told["refusal"])) == (3, True)


def replayed_elsewhere(call, elsewhere, spoil=lambda _session, _run: None):
    """Whether a run that was moved to another database, and read by another process, comes to the same outcome."""
    make = Make()
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=2)
    _round, run = computed(current_session().scalars(select(User).where(User.role == Role.BROKER)).first())
    number = run.id
    assert call("move", "--to", str(elsewhere))[0] == 0
    db.close_session()
    here, there = current_session().get_bind(), db.make_engine(elsewhere)
    db.close_session()
    db.bind(there)
    with transaction() as session:
        spoil(session, session.get(Run, number))
    code, told = call("match", "--replay", str(number))
    db.close_session()
    there.dispose()
    db.bind(here)
    return code, told["same"]


@pytest.mark.promise("P45")
def test_a_run_is_replayed_on_the_other_database(call, elsewhere):
    assert replayed_elsewhere(call, elsewhere) == (0, True)


@pytest.mark.promise("P45", red=True)
@pytest.mark.parametrize(("own_database", "elsewhere"), [("sqlite", "sqlite")], indirect=True)
def test_an_outcome_that_is_not_what_the_input_leads_to_is_caught(call, elsewhere):
    def spoil(_session, run):
        run.outcome_hash = run.outcome_hash[::-1]

    assert replayed_elsewhere(call, elsewhere, spoil) == (1, False)
