"""A back-up and a move from the shell, on real databases."""

from dataclasses import replace

import pytest

from stagemakelaar import db, schema
from stagemakelaar.copies.keeping import lines_of_file, sha256_of
from stagemakelaar.copies.reading import look_over
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Programme
from stagemakelaar.schema import DatabaseKind
from tests.builders import Make
from tests.commands.conftest import calling
from tests.conftest import KINDS


@pytest.fixture
def call(app, own_database):
    """Call a command on a database of this test alone, that holds somebody of the demo."""
    Make().broker()
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, database_url=own_database.url.render_as_string(hide_password=False))
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
