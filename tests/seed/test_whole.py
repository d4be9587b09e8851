"""Seeding a whole database: refused where people may be, marked while it is half done, and repaired."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from stagemakelaar import db, schema
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import User
from stagemakelaar.schema import DatabaseKind
from stagemakelaar.seed import filling
from stagemakelaar.seed.whole import seed
from tests.seed.conftest import TINY, TODAY


@pytest.fixture
def here(settings, own_database, monkeypatch):
    """Settings whose database is that of this test, which holds the newest schema and no people."""
    monkeypatch.setitem(filling.SCALES, "tiny", TINY)
    url = own_database.url.render_as_string(hide_password=False)
    yield replace(settings, database_url=url)
    db.close_session()


def kind():
    return schema.kind_of(db.look_again())


def people():
    return db.look_again().scalar(select(func.count()).select_from(User))


def test_an_empty_database_becomes_a_demo_and_a_filled_one_is_left_alone(here):
    seed(here, "tiny", 1, TODAY)
    assert kind() is DatabaseKind.DEMO
    before = people()
    with pytest.raises(DomainError, match="--replace"):
        seed(here, "tiny", 2, TODAY)
    assert people() == before


def test_never_in_production_and_never_among_real_people(here):
    with pytest.raises(DomainError, match="STAGEMAKELAAR_ENV=demo"):
        seed(replace(here, environment="production"), "tiny", 1, TODAY)
    with db.transaction() as session:
        schema.mark(session, DatabaseKind.REAL)
    for again in (False, True):
        with pytest.raises(DomainError, match="echte mensen"):
            seed(here, "tiny", 1, TODAY, replace=again)
    assert people() == 0
    assert kind() is DatabaseKind.REAL


def test_an_unmarked_database_with_an_account_counts_as_real(here):
    with db.transaction() as session:
        session.execute(
            text(
                "INSERT INTO user_account (role, email, name, language, totp_counter, created_at)"
                " VALUES ('admin', 'iemand@elders.example', 'Iemand', 'nl', 0, '2026-01-01 00:00:00')"
            )
        )
    with pytest.raises(DomainError, match="echte mensen"):
        seed(here, "tiny", 1, TODAY, replace=True)
    assert people() == 1


def test_an_interrupted_filling_is_marked_and_repaired(here):
    with pytest.raises(OSError, match="No space left"):  # the words come last, after all that was filled
        seed(here, "tiny", 1, TODAY, canaries="/dev/full")
    assert kind() is DatabaseKind.INCOMPLETE
    with pytest.raises(DomainError, match="--replace"):
        seed(here, "tiny", 1, TODAY)
    seed(here, "tiny", 1, TODAY, replace=True)
    assert kind() is DatabaseKind.DEMO


def test_a_file_that_cannot_be_written_changes_nothing(here, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        seed(here, "tiny", 1, TODAY, accounts=tmp_path / "nowhere" / "accounts.jsonl")
    assert kind() is None
    assert people() == 0


def test_every_account_stands_on_a_line_of_its_own(here, tmp_path):
    file = tmp_path / "accounts.jsonl"
    seed(here, "tiny", 1, TODAY, accounts=file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == people()
    found = {line["email"]: line for line in lines}
    assert found["broker-0001@demo.example"]["programme"] == "noord"
    assert found["broker-0001@demo.example"]["password"] == "veertig-groene-fietsen"
    assert {found[f"{name}-000001@demo.example"]["password"] for name in ("student", "employer")} == {None}
