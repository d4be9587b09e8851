"""A register in memory: this room needs no more than its own tables."""

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from stagemakelaar.db import Base
from stagemakelaar.reference import models

TABLES = [model.__table__ for model in (models.Qualification, models.Equivalent, models.WorkProcess)]


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    Base.metadata.create_all(engine, tables=TABLES)
    with Session(engine) as session:
        session.info["writing"] = True
        yield session
    engine.dispose()
