"""A student who searches, a broker, the browsers of both, and a placement that waits for two answers."""

import pytest

from tests.web.student_pages import plan


@pytest.fixture
def student(make):
    return make.student(searching=True)


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def desk(browse, broker):
    """The browser of the broker."""
    return browse.as_(broker)


@pytest.fixture
def own(browse, student):
    return browse.as_(student.user)


@pytest.fixture
def planned(make, student, broker):
    place = make.place(make.organisation(name="De Linde"), tasks="Je helpt bij het eten.")
    return plan(student, place, broker)
