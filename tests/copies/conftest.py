"""A database that holds the whole demo, once, and empty ones to copy it into."""

import pytest

from stagemakelaar.copies.reading import load
from stagemakelaar.copies.writing import one_look, write
from stagemakelaar.schema import newest
from tests.conftest import sqlite_copy


@pytest.fixture(scope="session")
def demo_copy(app, sqlite_demo, tmp_path_factory):
    """(file with a copy of the demo, engine of the demo), on SQLite."""
    folder = tmp_path_factory.mktemp("copies")
    engine = sqlite_copy(sqlite_demo, folder / "demo.sqlite")
    path = folder / "copy"
    with one_look(engine) as connection, path.open("wb") as out:
        write(connection, out, schema=newest())
    yield path, engine
    engine.dispose()


@pytest.fixture
def put_into(demo_copy):
    """Load the copy of the demo into an engine."""

    def put(engine):
        with demo_copy[0].open("rb") as lines:
            load(engine, lines)
        return engine

    return put
