"""kill -9 of pages, workers and database under load: nothing confirmed is lost, nothing is half, no letter too few."""

import pytest

from tests.crashes.storm import must_be_whole, must_have_landed
from tests.proofs import times

pytestmark = pytest.mark.needs("smtp")

KILLS = times(short=10, full=150)
INSIDE = times(short=1, full=20)
LEASE = times(short=6, full=None)  # seconds; the full proof keeps that of the product
PATIENCE = 120
# In short Celery is killed once, in tests/test_carrying.py: it takes seconds to start.
CARRIERS = times(short=["thread"], full=["thread", pytest.param("celery", marks=pytest.mark.needs("redis"))])


def rage(storm, kills, **more):
    raging = storm(kills + kills // 2 + 6, lease=LEASE, **more).rage(kills)
    raging.wait_until_delivered(PATIENCE)
    return raging


@pytest.mark.promise("P01", "P02", "P09", "P11")
@pytest.mark.parametrize("carrier", CARRIERS)
def test_kills_lose_halve_and_invent_nothing(storm, carrier, request, record_property):
    broker = request.getfixturevalue("redis_server").url if carrier == "celery" else None
    raged = rage(storm, KILLS, broker_url=broker, carrier=carrier)
    for name, value in raged.figures().items():
        record_property(name, value)
    must_have_landed(raged, KILLS, INSIDE)
    must_be_whole(raged)


@pytest.mark.promise("P01", "P02", "P09", red=True, by_chance=True)
@pytest.mark.parametrize("durable", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("letters_after_the_commit", "half an approval: letters"),
        ("says_saved_and_is_not", "lost after it was confirmed"),
        ("noted_before_it_leaves", "letters were lost"),
    ],
)
def test_a_planted_break_is_caught(storm, broken, what):
    raged = rage(storm, 8, broken=broken)
    print(raged.figures())  # what a run that stayed green did
    with pytest.raises(AssertionError, match=what):
        must_be_whole(raged)
