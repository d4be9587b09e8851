"""One world for all tests of the matrix on a database; every request in it is taken back."""

import pytest

from stagemakelaar import clock, db
from tests.conftest import WEDNESDAY, postgres_demo_copy, sqlite_copy
from tests.matrix.world import World


@pytest.fixture(scope="session")
def own_demo(request, demo_engine, tmp_path_factory):
    """A demo of its own: the world writes in it as long as the run goes on, and others would wait for that."""
    if demo_engine.dialect.name == "sqlite":
        template = request.getfixturevalue("sqlite_demo")
        engine = sqlite_copy(template, tmp_path_factory.mktemp("world") / "demo.sqlite")
    else:
        engine = postgres_demo_copy(request.getfixturevalue("postgres_cluster"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def whole_world(app, own_demo):
    clock.set_clock(WEDNESDAY)
    with own_demo.connect().execution_options(writing=True) as connection:
        outer = connection.begin()
        db.bind(connection, join_transaction_mode="create_savepoint")
        yield World(app, connection)
        db.close_session()
        outer.rollback()
    db.bind(None)


@pytest.fixture
def world(whole_world):
    """The world of section 3, in which sessions speak to the one connection that is taken back at the end."""
    db.bind(whole_world.connection, join_transaction_mode="create_savepoint")
    whole_world.asked = 0
    yield whole_world
    db.close_session()
    db.bind(None)
