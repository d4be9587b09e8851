"""Migrations go up and down, on data, and end at exactly what the models say."""

from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from stagemakelaar import audit, db, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.rooms import import_models
from stagemakelaar.seed.filling import fill
from stagemakelaar.seed.fingerprint import fingerprint
from tests.conftest import KINDS


@pytest.fixture(params=KINDS)
def empty(request, app, tmp_path):
    """An engine on a database without any table."""
    if request.param == "sqlite":
        engine = db.make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    else:
        engine = db.make_engine(request.getfixturevalue("postgres_cluster").create_database())
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    yield engine
    db.bind(None)
    engine.dispose()


def difference(engine):
    import_models()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [step for step in compare_metadata(context, db.Base.metadata) if "alembic_version" not in str(step)]


def test_the_newest_schema_is_what_the_models_say(empty):
    schema.migrate(empty)
    assert difference(empty) == []


def test_checks_in_the_database_are_those_of_the_models(empty):
    schema.migrate(empty)
    import_models()
    look = inspect(empty)
    for name, table in db.Base.metadata.tables.items():
        told = {check["name"] for check in look.get_check_constraints(name)}
        meant = {
            str(constraint.name) for constraint in table.constraints if constraint.__visit_name__ == "check_constraint"
        }
        assert {word.split("_", 1)[1] for word in meant if word} <= {word.split("_", 1)[1] for word in told}, name


def test_every_step_goes_down_and_up_again(empty):
    steps = [revision.revision for revision in schema.revisions()]
    schema.migrate(empty)
    for step in steps[1:]:
        before, after = schema.migrate(empty, step)
        assert after == step
        assert before != after
    schema.migrate(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    schema.migrate(empty)
    assert difference(empty) == []


def test_migrating_twice_keeps_every_row(empty):
    schema.migrate(empty)
    fill("demo", 1, date(2027, 2, 3))
    before = fingerprint(db.current_session())
    db.close_session()
    schema.migrate(empty)
    assert fingerprint(db.current_session()) == before
    db.close_session()


def test_the_rules_go_down_and_up_on_data_and_what_was_not_asked_is_not_known(empty):
    schema.migrate(empty)
    fill("demo", 1, date(2027, 2, 3))
    db.close_session()
    with empty.connect() as connection:
        before = connection.execute(text("SELECT count(*), min(code) FROM profile")).one()
    schema.migrate(empty, "0006_rounds")
    schema.migrate(empty)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*), min(code) FROM profile")).one() == before
        asked = connection.execute(text("SELECT DISTINCT hours_required, in_childcare_register FROM profile")).all()
        told = connection.execute(text("SELECT DISTINCT special_risks, needs_register FROM place")).all()
    assert asked == told == [(None, False)]
    assert difference(empty) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_trail_refuses_to_be_changed(empty, statement):
    schema.migrate(empty)
    with db.transaction() as session:
        audit.record(session, "something.done", by=None)
    with pytest.raises(DBAPIError, match="only grows"), db.transaction() as session:
        session.execute(text(statement))
    whole = walk(db.current_session())
    assert (whole.entries, whole.kind) == (1, None)
    db.close_session()
