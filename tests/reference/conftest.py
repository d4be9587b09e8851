"""The actions of this room take a session and never commit, so a test works inside one transaction."""

import pytest
from sqlalchemy import delete

from stagemakelaar import db
from stagemakelaar.reference.models import Equivalent, Qualification, WorkProcess


@pytest.fixture
def session(database):
    """A session that may write, and an empty register; what a test did is undone at its end, whatever happened."""
    with db.transaction() as session:
        for model in (WorkProcess, Equivalent, Qualification):
            session.execute(delete(model))
        yield session
        session.rollback()
