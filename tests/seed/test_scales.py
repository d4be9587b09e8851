"""The larger scales have exactly the sizes of the contract."""

import pytest

from stagemakelaar.reference.postcodes import is_known
from stagemakelaar.seed.accounts import STAFF
from stagemakelaar.seed.scales import SCALES, TOLD_ENDED

SIZES = {
    "city": (3, 25, 1_000, 300, 600, 900, 500, 200, 400, 200),
    "region": (8, 120, 50_000, 5_000, 25_000, 20_000, 8_000, 4_000, 45_000, 15_000),
    "nation": (60, 1_700, 475_000, 50_000, 250_000, 190_000, 100_000, 40_000, 425_000, 150_000),
}


def students(crowd):
    """Who searches, who was placed (half of those who are told of lost their place and search or rest), the others."""
    lost = TOLD_ENDED // 2
    resting = 0 if crowd.searching else lost
    return crowd.searching + crowd.live + crowd.kept_completed + TOLD_ENDED - lost + resting + crowd.other


@pytest.mark.parametrize("scale", SIZES)
def test_a_scale_has_the_sizes_of_the_contract(scale):
    crowds = SCALES[scale]
    found = (
        len({crowd.slug for crowd in crowds}),
        len(STAFF) + sum(crowd.brokers for crowd in crowds),
        sum(students(crowd) for crowd in crowds),
        sum(crowd.searching for crowd in crowds),
        sum(crowd.organisations for crowd in crowds),
        sum(crowd.open_places + crowd.other_places for crowd in crowds),
        sum(crowd.open_places for crowd in crowds),
        sum(crowd.open_proposals for crowd in crowds),
        sum(crowd.history for crowd in crowds),
        sum(crowd.live for crowd in crowds),
    )
    assert found == SIZES[scale]


@pytest.mark.parametrize("scale", ["region", "nation"])
def test_noord_is_large_enough_for_the_races(scale):
    noord = SCALES[scale][0]
    assert noord.slug == "noord"
    assert noord.brokers >= 40
    assert noord.open_proposals >= 200


@pytest.mark.parametrize("scale", SCALES)
def test_every_programme_lies_somewhere_with_real_postcodes(scale):
    for crowd in SCALES[scale]:
        assert len(crowd.area) == 16
        assert str(crowd.centre) in crowd.area
        assert all(is_known(code) for code in crowd.area)


@pytest.mark.parametrize("scale", SCALES)
def test_no_part_of_a_crowd_is_negative(scale):
    for crowd in SCALES[scale]:
        parts = (crowd.other, crowd.brokers, crowd.kept_live, crowd.kept_lost, crowd.kept_completed, crowd.told_live)
        assert min(parts) >= 0
