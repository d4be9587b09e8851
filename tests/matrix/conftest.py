"""One world for all tests of the matrix on a database; every request in it is taken back."""

import pytest

from stagemakelaar import clock, db
from tests.conftest import WEDNESDAY
from tests.matrix.world import World


@pytest.fixture(scope="session")
def whole_world(app, demo_engine):
    clock.set_clock(WEDNESDAY)
    with demo_engine.connect().execution_options(writing=True) as connection:
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
