"""What the service's own role may do in PostgreSQL: run the service, and never rewrite the trail."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from stagemakelaar import audit, db, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.errors import DomainError
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal
from tests.builders import Make
from tests.commands.conftest import calling
from tests.computed import computed, proposals

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.promise("P31")]

ROLE = "the service"  # a name that must be quoted
REWRITES = [
    "UPDATE audit_entry SET action = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "ALTER TABLE audit_entry ADD COLUMN x int",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TABLE audit_entry",
    "CREATE TRIGGER t BEFORE DELETE ON audit_entry EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "UPDATE alembic_version SET version_num = 'x'",
    "SET session_replication_role = replica",
]


@pytest.fixture(scope="module")
def granted(app, postgres_cluster):
    """A database that its owner brought up, and the address under which the service knows it."""
    url = db.make_url(postgres_cluster.create_database())
    owner = db.make_engine(url)
    schema.migrate(owner)
    with owner.connect().execution_options(writing=True) as connection:
        connection.execute(text(f'CREATE ROLE "{ROLE}" LOGIN'))
        connection.commit()
    schema.grant_service(owner, ROLE)
    service = db.make_engine(url.set(username=ROLE))
    yield owner, service
    service.dispose()
    with owner.connect().execution_options(writing=True) as connection:
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
        connection.execute(text(f'DROP ROLE "{ROLE}"'))
        connection.commit()
    owner.dispose()


@pytest.fixture
def service(granted):
    db.bind(granted[1])
    yield granted[1]
    db.close_session()
    db.bind(None)


def test_the_service_can_run_where_its_data_was_moved_to(app, granted, postgres_cluster):
    before, owner = app.config["SETTINGS"], granted[0]
    there = db.make_url(postgres_cluster.create_database())
    ours = owner.url.render_as_string(hide_password=False)
    app.config["SETTINGS"] = replace(before, database_url=ours)
    db.bind(owner)
    try:
        address = there.render_as_string(hide_password=False)
        assert calling(app)("move", "--to", address, "--grant", "nobody")[0] == 3
        assert calling(app)("move", "--to", address, "--grant", ROLE)[0] == 0
    finally:
        db.close_session()
        db.bind(None)
        app.config["SETTINGS"] = before
    arrived = db.make_engine(there.set(username=ROLE))
    with arrived.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM message")) == 0
    arrived.dispose()
    owner_there = db.make_engine(there)
    with owner_there.connect().execution_options(writing=True) as connection:
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
        connection.commit()
    owner_there.dispose()


def test_the_service_can_run_on_what_was_put_back(app, granted, postgres_cluster, tmp_path):
    """The tables of a copy that is put back are new ones: the role has rights there, and no more than before."""
    before, owner, copy = app.config["SETTINGS"], granted[0], str(tmp_path / "copy")
    there = db.make_url(postgres_cluster.create_database())
    settings = replace(before, erasure_list=tmp_path / "erasures.jsonl")
    settings.erasure_list.touch()
    owner_there = db.make_engine(there)
    try:
        for engine, words, exits in (
            (owner, ("backup", "--to", copy), 0),
            (owner_there, ("restore", "--from", copy, "--grant", "nobody"), 3),
            (owner_there, ("restore", "--from", copy, "--grant", ROLE), 0),
        ):
            app.config["SETTINGS"] = replace(settings, database_url=engine.url.render_as_string(hide_password=False))
            db.bind(engine)
            code, told = calling(app)(*words)
            assert code == exits, told
            db.close_session()
    finally:
        db.bind(None)
        app.config["SETTINGS"] = before
    arrived = db.make_engine(there.set(username=ROLE))
    with arrived.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM message")) == 0
    writing = arrived.connect().execution_options(writing=True)
    with writing as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("DELETE FROM audit_entry"))
    arrived.dispose()
    with owner_there.connect().execution_options(writing=True) as connection:
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
        connection.commit()
    owner_there.dispose()


@pytest.mark.parametrize("statement", REWRITES)
def test_the_service_cannot_rewrite_the_trail(service, statement):
    with db.transaction() as session:
        audit.record(session, "something.done", by=None)
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), db.transaction() as session:
        session.execute(text(statement))
    assert walk(db.current_session()).kind is None


def test_the_service_can_do_its_work(service):
    make = Make()
    broker = make.broker()
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    proposed = proposals(run)[0].id
    with db.transaction() as session:
        review.approve(session, session.get(Proposal, proposed), by=broker)
    assert walk(db.current_session()).kind is None


def test_it_is_told_from_a_role_that_owns_all(granted, service):
    assert not schema.may_rewrite_the_trail(db.current_session())
    db.close_session()
    db.bind(granted[0])
    assert schema.may_rewrite_the_trail(db.current_session())


def test_a_role_that_does_not_exist_is_refused(granted):
    with pytest.raises(DomainError, match="bestaat niet"):
        schema.grant_service(granted[0], "nobody")


@pytest.mark.promise("P31", red=True)
def test_an_owner_is_stopped_by_the_trigger_alone(granted):
    """Without the grant the statement gets as far as the trigger, and what takes the trigger away goes through."""
    with granted[0].connect().execution_options(writing=True) as connection:
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.rollback()
