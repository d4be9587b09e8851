"""Values and numbers are stored and sent to the matcher, so they are written here a second time, by hand."""

import pytest

from stagemakelaar.reference.vocabulary import (
    EVERY_DAY,
    WORKDAYS,
    Feature,
    KindOfWork,
    LateHours,
    Leerweg,
    Sector,
    TravelMode,
    Weekday,
    mask_of,
    members_of,
)

NUMBERED = {
    TravelMode: "walk bike e_bike public_transport car",
    KindOfWork: "people children elderly_care sick_care animals plants outdoors building machines vehicles logistics"
    " shop kitchen hospitality office computers design safety sport beauty",
    Feature: "step_free lift accessible_toilet quiet_place flexible_hours english_spoken extra_guidance fixed_contact"
    " no_heavy_lifting seated_work clear_routine near_public_transport clothes_provided",
    Weekday: "monday tuesday wednesday thursday friday saturday sunday",
}
PLAIN = {
    Leerweg: {"bol", "bbl"},
    LateHours: {"none", "evening", "night"},
    Sector: {"entree", "care", "trade", "ict", "transport", "craft", "building", "food", "services"},
}


@pytest.mark.parametrize("enumeration", NUMBERED)
def test_values_and_numbers_are_what_earlier_data_holds(enumeration):
    written = {value: number for number, value in enumerate(NUMBERED[enumeration].split())}
    assert {member.value: member.number for member in enumeration} == written


@pytest.mark.parametrize("enumeration", PLAIN)
def test_plain_values_are_what_earlier_data_holds(enumeration):
    assert {member.value for member in enumeration} == PLAIN[enumeration]


def test_a_stored_value_leads_back_to_its_member():
    assert TravelMode("e_bike") is TravelMode.E_BIKE


def test_a_mask_holds_its_members_and_no_others():
    mask = mask_of([Feature.LIFT, Feature.STEP_FREE])
    assert mask == 0b11
    assert members_of(Feature, mask) == [Feature.STEP_FREE, Feature.LIFT]


def test_naming_a_member_twice_changes_no_mask():
    assert mask_of([Weekday.MONDAY, Weekday.MONDAY]) == 1


def test_nothing_chosen_is_an_empty_mask():
    assert mask_of([]) == 0
    assert members_of(TravelMode, 0) == []


def test_workdays_and_every_day_are_masks_of_weekdays():
    assert members_of(Weekday, WORKDAYS) == list(Weekday)[:5]
    assert members_of(Weekday, EVERY_DAY) == list(Weekday)


def test_no_feature_tells_something_about_health_or_belief():
    words = " ".join(feature.value for feature in Feature)
    assert not any(word in words for word in ("autis", "adhd", "prayer", "illness", "diagnos", "disab", "wheelchair"))
