import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagemakelaar.reference import travel
from stagemakelaar.reference.postcodes import geography
from stagemakelaar.reference.travel import UNKNOWN, fastest_of_pairs, journeys_within
from stagemakelaar.reference.vocabulary import TravelMode, mask_of

BIKE, CAR, E_BIKE, OV, WALK = (
    TravelMode.BIKE,
    TravelMode.CAR,
    TravelMode.E_BIKE,
    TravelMode.PUBLIC_TRANSPORT,
    TravelMode.WALK,
)
EVERY_MEANS = mask_of(TravelMode)
any_postcode = st.one_of(
    st.integers(1000, 9999), st.none(), st.sampled_from(["3511 AB", "1791", "4501", "8899", "1000"])
)
any_means = st.sampled_from(list(TravelMode))


def travel_minutes(here, there, mode):
    """Minutes of one journey by one means, or UNKNOWN."""
    return int(fastest_of_pairs([here], [mode.bit], [there]).minutes[0])


@pytest.mark.parametrize(
    ("mode", "minutes"),
    [
        (WALK, 10),  # 0.7 km × 1.25 at 5 km/h: ten and a half, rounded to even
        (BIKE, 4),
        (E_BIKE, 4),
        (OV, 18),  # 16 minutes and a short ride
        (CAR, 9),
    ],
)
def test_within_one_postcode_the_way_is_short_but_not_nothing(mode, minutes):
    assert travel_minutes("3511 AB", "3511 XZ", mode) == minutes


# Utrecht centre to Amersfoort centre, some 20 km in a straight line (25 by bike, 26 by road).
@pytest.mark.parametrize(("mode", "minutes"), [(WALK, 300), (BIKE, 121), (E_BIKE, 114), (OV, 69), (CAR, 43)])
def test_a_journey_between_two_towns_follows_the_calibration(mode, minutes):
    assert travel_minutes("3511", "3811", mode) == pytest.approx(minutes, rel=0.06)


def test_public_transport_takes_twice_the_time_of_a_car_up_to_fifteen_kilometres():
    car, ov = (travel_minutes("3511", "3731", mode) for mode in (CAR, OV))  # De Bilt
    assert ov == pytest.approx(2 * car, abs=1)


def test_beyond_fifteen_kilometres_the_train_catches_up():
    car, ov = (travel_minutes("3511", "9712", mode) for mode in (CAR, OV))  # Groningen
    assert ov < 1.3 * car


@settings(max_examples=150, deadline=None)
@given(any_postcode, any_postcode, any_means)
def test_there_takes_as_long_as_back(here, there, mode):
    assert travel_minutes(here, there, mode) == travel_minutes(there, here, mode)


def test_farther_along_the_line_never_takes_less():
    place = geography()
    codes = [code for code in range(6000, 6999) if np.isfinite(place.lat[code]) and not place.is_estimated[code]]
    start = codes[0]
    east = (place.lon[codes] - place.lon[start]) * np.cos(np.radians((place.lat[codes] + place.lat[start]) / 2))
    order = np.argsort(np.hypot(place.lat[codes] - place.lat[start], east))
    for mode in TravelMode:
        minutes = fastest_of_pairs([start] * len(codes), [mode.bit] * len(codes), np.array(codes)[order]).minutes
        assert (np.diff(minutes) >= 0).all()


# --- which means ---------------------------------------------------------------------------------------------------


def test_the_fastest_of_the_allowed_means_is_taken():
    near = fastest_of_pairs(["3511"], [mask_of([BIKE, OV])], ["3512"])
    far = fastest_of_pairs(["3511"], [mask_of([BIKE, OV])], ["3811"])
    assert (near.mode[0], far.mode[0]) == (BIKE.number, OV.number)


def test_a_means_that_is_not_allowed_is_not_used():
    journeys = fastest_of_pairs(["3511"], [mask_of([WALK])], ["3811"])
    assert journeys.mode[0] == WALK.number
    assert journeys.minutes[0] == travel_minutes("3511", "3811", WALK)


def test_of_two_that_are_as_fast_the_lighter_one_is_named():
    assert fastest_of_pairs(["3511"], [mask_of([E_BIKE, BIKE])], ["3511"]).mode[0] == BIKE.number


def test_without_any_means_nothing_is_known():
    journeys = fastest_of_pairs(["3511"], [0], ["3511"])
    assert journeys.minutes.tolist() == [UNKNOWN]
    assert journeys.mode.tolist() == [UNKNOWN]


# --- all at once ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(any_postcode, st.integers(0, EVERY_MEANS), st.integers(10, 120)), max_size=6),
    st.lists(any_postcode, max_size=6),
)
def test_the_journeys_of_many_are_those_of_each_pair_that_do_not_take_too_long(people, places):
    codes, masks, longest = [[person[part] for person in people] for part in range(3)]
    groups = journeys_within(codes, masks, places, longest=longest, spare=30)
    found = [tuple(row) for group in groups for row in zip(*(column.tolist() for column in group), strict=True)]
    pairs = [(row, column) for row in range(len(people)) for column in range(len(places))]
    each = fastest_of_pairs(
        [codes[row] for row, _ in pairs],
        [masks[row] for row, _ in pairs],
        [places[column] for _, column in pairs],
        longest=[longest[row] for row, _ in pairs],
    )
    answers = zip(each.minutes.tolist(), each.mode.tolist(), each.is_estimate.tolist(), strict=True)
    assert sorted(found) == [
        (row, column, *answer)
        for (row, column), answer in zip(pairs, answers, strict=True)
        if answer[0] <= longest[row] + 30
    ]


def test_across_water_what_is_just_too_long_along_the_line_keeps_its_minutes():
    along = int(fastest_of_pairs(["1621"], [BIKE.bit], ["8232"], longest=60).minutes[0])  # Hoorn, Lelystad
    for longest, expected in ((along - 1, along), (along, UNKNOWN)):
        ((_person, _place, minutes, _mode, _guess),) = journeys_within(
            ["1621"], [BIKE.bit], ["8232"], longest=[longest], spare=30
        )
        assert minutes.tolist() == [expected]


def test_the_journeys_of_many_come_in_groups_of_whole_people(monkeypatch):
    monkeypatch.setattr(travel, "GROUP", 2)
    monkeypatch.setattr(travel, "BLOCK", 1)
    groups = list(journeys_within(["3511", "1012", "9712"], [2, 2, 2], ["3512", "1013", "9711"], longest=[45] * 3))
    assert [(group[0].tolist(), group[1].tolist()) for group in groups] == [([0, 1], [0, 1]), ([2], [2])]


def test_nobody_and_nowhere_are_answered_with_nothing():
    assert list(journeys_within([], [], ["3511"], longest=[])) == []
    assert [len(column) for group in journeys_within(["3511"], [1], [], longest=[45]) for column in group] == [0] * 5
    assert fastest_of_pairs([], [], []).minutes.shape == (0,)


def test_the_longest_walk_through_the_country_still_fits():
    assert 4000 < travel_minutes("6211", "9999", WALK) < 32_767


# --- what is not known ---------------------------------------------------------------------------------------------


def test_an_unknown_code_is_estimated_as_every_journey_is():
    journeys = fastest_of_pairs(["3510 AB", "3511 AB"], [EVERY_MEANS] * 2, ["3512 AB"] * 2)
    assert (journeys.minutes > 0).all()
    assert journeys.is_estimate.tolist() == [True, True]


@pytest.mark.parametrize("postcode", [None, "", "1000 AB", "onzin", 0])
def test_where_nothing_is_known_nothing_is_said(postcode):
    journeys = fastest_of_pairs([postcode], [EVERY_MEANS], ["3511"])
    assert journeys.minutes[0] == UNKNOWN
    assert not journeys.is_estimate[0]


# --- water ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("1791", "1781"),  # Texel, Den Helder
        ("8881", "8861"),  # Terschelling, Harlingen
        ("8899", "1781"),  # Vlieland, Den Helder
        ("8899", "8881"),  # Vlieland, Terschelling
        ("9163", "9142"),  # Ameland, Moddergat
        ("9166", "9163"),  # Schiermonnikoog, Ameland
        ("4511", "4381"),  # Breskens, Vlissingen
        ("4531", "4431"),  # Terneuzen, 's-Gravenpolder
        ("1131", "1316"),  # Volendam, Almere
        ("1621", "8232"),  # Hoorn, Lelystad
        ("1601", "8711"),  # Enkhuizen, Workum
    ],
)
def test_across_water_the_journey_is_unknown(here, there):
    assert travel_minutes(here, there, CAR) == UNKNOWN
    assert fastest_of_pairs([here], [EVERY_MEANS], [there]).mode[0] == UNKNOWN


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("1791", "1796"),  # on Texel
        ("4531", "4561"),  # Terneuzen, Hulst
        ("4331", "4461"),  # Middelburg, Goes
        ("1012", "1315"),  # Amsterdam, Almere: over the bridge
        ("8232", "1315"),  # Lelystad, Almere
        ("8232", "8302"),  # Lelystad, Emmeloord
        ("8601", "8302"),  # Sneek, Emmeloord
        ("1601", "1621"),  # Enkhuizen, Hoorn
        ("3841", "3891"),  # Harderwijk, Zeewolde
        ("1781", "1825"),  # Den Helder, Alkmaar
        ("9712", "8911"),  # Groningen, Leeuwarden
    ],
)
def test_with_land_between_the_journey_is_known(here, there):
    assert travel_minutes(here, there, CAR) > 0


def test_across_water_but_too_far_in_any_case_is_called_far():
    assert travel_minutes("3011", "9203", CAR) > 120  # Rotterdam, Drachten


def test_a_short_patience_makes_more_of_the_other_shore_too_far():
    asked = (["1621"], [BIKE.bit], ["8232"])  # Hoorn, Lelystad: three hours by bike if there were a bridge
    assert fastest_of_pairs(*asked, longest=60).minutes[0] > 60
    assert fastest_of_pairs(*asked, longest=240).minutes[0] == UNKNOWN


def test_a_slow_means_does_not_hide_that_the_fast_one_is_unknown():
    assert travel_minutes("1131", "1316", WALK) > 120
    assert fastest_of_pairs(["1131"], [mask_of([WALK, CAR])], ["1316"]).minutes[0] == UNKNOWN
