"""The demo with all windows of all roles open, for what is sent to it and for what it shows."""

import pytest

from stagemakelaar import db
from tests.bad_input.trying import Trying
from tests.conftest import Now


@pytest.fixture
def trying(app, demo_engine):
    """All forms of the demo, in one transaction that is taken back."""
    with demo_engine.connect().execution_options(writing=True) as connection:
        outer = connection.begin()
        db.bind(connection, join_transaction_mode="create_savepoint")
        found = Trying(app, Now(), connection)
        yield found
        found.close()
        db.close_session()
        outer.rollback()
    db.bind(None)
