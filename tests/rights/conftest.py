"""A coordinator, and what a student asked and was granted."""

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.people.models import Role, User
from stagemakelaar.rights import requests


@pytest.fixture
def coordinator(make):
    return make.staff(Role.COORDINATOR)


@pytest.fixture
def granted(make, coordinator):
    """Ask and grant for a student; gives back the number of the request."""
    number = coordinator.id

    def do(student, kind):
        with transaction() as session:
            asked = requests.ask(
                session, kind=kind, why="Mijn postcode klopt niet.", by=session.get(User, student.user_id)
            )
            requests.grant(session, asked, answer="Dat zoeken we uit.", by=session.get(User, number))
            return asked.id

    return do
