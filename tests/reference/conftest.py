"""The actions of this room take a session and never commit, so a test works inside one transaction."""

import pytest

from stagemakelaar import db


@pytest.fixture
def session(database):
    """A session that may write; what a test did is undone at its end, also when the database refused something."""
    with db.transaction() as session:
        yield session
        session.rollback()
