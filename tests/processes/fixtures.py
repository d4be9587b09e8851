"""Fixtures of the service as processes of its own."""

import pytest

from stagemakelaar import db
from tests.proofs import IS_FULL


@pytest.fixture(scope="session")
def zygote(settings):
    """The process from which the service is forked, once per run."""
    from tests.processes.house import Zygote

    zygote = Zygote(settings.secret_key)
    yield zygote
    zygote.close()


@pytest.fixture
def house(zygote, own_database):
    """The service in two processes of pages."""
    from tests.processes.house import House

    house = House(zygote, own_database.url.render_as_string(hide_password=False))
    open_pages(house)
    yield house
    house.close()
    db.close_session()


def open_pages(house, **more):
    """Start two processes of pages: waitress, and at full length gunicorn on PostgreSQL, whose start takes longer."""
    if IS_FULL and "sqlite" not in house.database:
        house.start("gunicorn", processes=2, **more)
    else:
        house.start("pages", **more)
        house.start("pages", **more)
