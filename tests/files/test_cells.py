"""One cell: what is read, what is repaired, and what is refused with a sentence."""

from datetime import date

import pytest

from stagemakelaar.errors import DomainError
from stagemakelaar.files import cells, words
from stagemakelaar.reference.vocabulary import KindOfWork, TravelMode

FIRST_OF_SEPTEMBER = (date(2027, 9, 1) - date(1970, 1, 1)).days


def refusal(read, text):
    with pytest.raises(DomainError) as refused:
        read(text)
    assert str(refused.value)  # the sentence and its values fit together
    return str(refused.value)


@pytest.mark.parametrize("typed", ["2027-09-01", "2027-9-1", "01-09-2027", "1-9-2027", " 01-09-2027 "])
def test_a_date_is_read_in_the_two_forms_that_mean_one_thing(typed):
    assert cells.day(typed) == FIRST_OF_SEPTEMBER


@pytest.mark.parametrize(
    "typed", ["01/09/2027", "09/01/2027", "1 sept 2027", "01-09-27", "2027", "2027-09-01 00:00", "2027-09", "١-٩-٢٠٢٧"]
)
def test_a_date_that_may_mean_something_else_is_refused_with_an_example(typed):
    assert "2027-09-01" in refusal(cells.day, typed)


@pytest.mark.parametrize("typed", ["30-02-2027", "2027-13-01", "29-02-2027", "0000-01-01"])
def test_a_date_that_does_not_exist_is_refused(typed):
    assert "bestaat niet" in refusal(cells.day, typed)


def test_a_leap_day_exists():
    assert cells.day("29-02-2028") == (date(2028, 2, 29) - date(1970, 1, 1)).days


@pytest.mark.parametrize("typed", ["46631", "46631,5", "46631.0"])
def test_the_number_that_a_spreadsheet_makes_of_a_date_is_named_as_such(typed):
    assert "spreadsheet" in refusal(cells.day, typed)


def test_a_date_before_1970_is_refused():
    assert "1969" in refusal(cells.day, "31-12-1969")


@pytest.mark.parametrize(("typed", "value"), [("1", 1), (" 7 ", 7), ("007", 7)])
def test_a_whole_number_within_its_bounds(typed, value):
    assert cells.whole(1, 7)(typed) == value


@pytest.mark.parametrize("typed", ["0", "8", "-1", "3,5", "3.0", "drie", "1e1", "٣", "9" * 5000])
def test_another_number_is_refused_with_its_bounds(typed):
    assert "1 tot en met 7" in refusal(cells.whole(1, 7), typed)


@pytest.mark.parametrize(("typed", "minutes"), [("8", 480), ("7,5", 450), ("7.25", 435), ("24", 1440)])
def test_hours_may_have_a_comma_or_a_point(typed, minutes):
    assert cells.hours(typed) == minutes


@pytest.mark.parametrize("typed", ["0", "0,5", "25", "8 uur", "-8", "7,5,5"])
def test_impossible_hours_are_refused(typed):
    assert "7,5" in refusal(cells.hours, typed)


@pytest.mark.parametrize("typed", ["ja", "JA", "j", "Waar", "TRUE"])
def test_yes_is_what_people_and_spreadsheets_write(typed):
    assert cells.yes_no(typed) is True


@pytest.mark.parametrize("typed", ["nee", "Nee", "n", "ONWAAR", "false"])
def test_no_is_what_people_and_spreadsheets_write(typed):
    assert cells.yes_no(typed) is False


@pytest.mark.parametrize("typed", ["misschien", "1", "x", "?"])
def test_what_is_neither_yes_nor_no_is_refused(typed):
    assert "ja of nee" in refusal(cells.yes_no, typed)


def test_words_are_read_in_order_and_once():
    read = cells.several(words.TRAVEL_MODES)
    assert read("E-bike; OV | e bike") == (TravelMode.E_BIKE, TravelMode.PUBLIC_TRANSPORT)


def test_an_unknown_word_is_refused_with_the_words_that_may_stand_there():
    assert "lopen, fiets, e_bike, ov, auto" in refusal(cells.several(words.TRAVEL_MODES), "fiets;vliegtuig")


def test_more_words_than_may_be_chosen_are_refused():
    read = cells.several(words.KINDS_OF_WORK, 2)
    assert read("dieren;sport") == (KindOfWork.ANIMALS, KindOfWork.SPORT)
    assert "2" in refusal(read, "dieren;sport;buiten")


@pytest.mark.parametrize("words_of", [words.FEATURES, words.KINDS_OF_WORK, words.TRAVEL_MODES, words.WEEKDAYS])
def test_every_choice_of_the_house_has_its_own_word(words_of):
    kind = type(next(iter(words_of.values())))
    assert sorted(words_of.values(), key=lambda member: member.number) == list(kind)
    assert [words.plain(word) for word in words_of] == list(words_of)


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ("ma di do", 0b0001011),
        ("ma;di,do", 0b0001011),
        ("MA-VR", 0b0011111),
        ("ma - wo za", 0b0100111),
        ("zo", 0b1000000),
        ("Maandag, woensdag", 0b0000101),
        ("di t/m do", 0b0001110),
    ],
)
def test_weekdays_as_people_write_them(typed, mask):
    assert cells.weekdays(typed) == mask


@pytest.mark.parametrize("typed", ["maandags", "vr-ma", "ma-", "-vr", "5", "ma t/m ma t/m vr", "t/m"])
def test_other_weekdays_are_refused_with_an_example(typed):
    assert "ma-vr" in refusal(cells.weekdays, typed)


def test_of_a_postcode_four_digits_are_kept():
    assert [cells.postcode(typed) for typed in ("1315", "1315 AB", "1315ab")] == ["1315"] * 3
    assert "1234 AB" in refusal(cells.postcode, "0315")


def test_codes_have_the_days_of_their_recognition():
    day = cells.day
    assert cells.recognised_codes("25655:2024-01-01..31-12-2027; 25656;25657:..2027-12-31 | 25658:2024-01-01..") == (
        (25655, day("2024-01-01"), day("2027-12-31")),
        (25656, None, None),
        (25657, None, day("2027-12-31")),
        (25658, day("2024-01-01"), None),
    )


@pytest.mark.parametrize(
    "typed", ["2565", "25655:2027", "25655:2027-01-01..2026-01-01", "25655:gisteren..", "25655;abc"]
)
def test_wrong_codes_or_periods_are_refused(typed):
    refusal(cells.recognised_codes, typed)


def test_names_are_composed_and_trimmed_and_may_not_hide_signs():
    assert cells.name(" Zoe\u0308 ") == "Zo\u00eb"
    assert "onzichtbaar" in refusal(cells.name, "S\x071")
    refusal(cells.name, "x" * 101)
