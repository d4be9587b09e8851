"""Minutes of a table take the place of the estimate for the journeys that it has, and for no others."""

import numpy as np
import pytest

from stagemakelaar.errors import TravelTableWrong
from stagemakelaar.reference import travel
from stagemakelaar.reference.travel import UNKNOWN, fastest_of_pairs, journeys_within
from stagemakelaar.reference.travel_table import TravelTable, read_travel_table
from stagemakelaar.reference.vocabulary import TravelMode

BIKE, BUS, CAR = (means.bit for means in (TravelMode.BIKE, TravelMode.PUBLIC_TRANSPORT, TravelMode.CAR))
FILE = """from_pc4,to_pc4,mode,minutes
3511,3512,bike,7
3511,1012,public_transport,58
1781,1791,car,44
"""


@pytest.fixture
def table(tmp_path):
    """The table of the file above, in use until the end of the test."""
    path = tmp_path / "travel.csv"
    path.write_text(FILE, encoding="utf-8")
    travel.use_table(read_travel_table(path))
    yield
    travel.use_table(None)


def one(origin, mask, target):
    found = fastest_of_pairs([origin], [mask], [target])
    return int(found.minutes[0]), int(found.mode[0]), bool(found.is_estimate[0])


def many(origins, mask, targets, longest=45):
    """Rows (person, place, minutes, mode, is_estimate)."""
    groups = journeys_within(origins, [mask] * len(origins), targets, longest=[longest] * len(origins), spare=30)
    return [tuple(row) for group in groups for row in zip(*(column.tolist() for column in group), strict=True)]


def test_without_a_table_every_journey_is_an_estimate():
    assert one("3511", BIKE, "3512")[2] is True


def test_the_minutes_of_the_table_are_no_estimate(table):
    assert one("3511 AB", BIKE, "3512 XX") == (7, TravelMode.BIKE.number, False)
    assert many(["3511"], BIKE, ["3512"]) == [(0, 0, 7, TravelMode.BIKE.number, False)]


def test_the_way_back_and_other_means_stay_estimates(table):
    assert one("3512", BIKE, "3511")[2] is True
    assert one("3511", CAR, "3512")[2] is True


def test_the_fastest_of_table_and_estimate_wins(table):
    by_car = one("3511", CAR, "1012")
    assert by_car[0] > 58
    assert one("3511", BUS | CAR, "1012") == (58, TravelMode.PUBLIC_TRANSPORT.number, False)
    travel.use_table(TravelTable([3511], [1012], [TravelMode.PUBLIC_TRANSPORT.number], [by_car[0] + 1]))
    assert one("3511", BUS | CAR, "1012") == by_car
    assert by_car[2] is True


def test_a_journey_that_the_estimate_thinks_too_far_is_found(table):
    travel.use_table(None)
    assert many(["3511"], BIKE, ["9712"]) == []
    travel.use_table(TravelTable([3511], [9712], [TravelMode.BIKE.number], [20]))
    rows = many(["1012", "3511"], BIKE, ["9712", "3512", "9712"])
    assert [row[:3] for row in rows if not row[4]] == [(1, 0, 20), (1, 2, 20)]
    assert [row[1] for row in rows if row[0] == 1] == [0, 1, 2]


def test_across_the_water_the_table_knows_what_the_line_cannot(table):
    assert one("1781", CAR, "1791") == (44, TravelMode.CAR.number, False)
    assert many(["1781"], CAR, ["1791"]) == [(0, 0, 44, TravelMode.CAR.number, False)]
    assert one("1791", CAR, "1781")[0] == UNKNOWN


def test_too_long_by_the_table_is_too_long(table):
    assert [row[2] for row in many(["3511"], BUS, ["1012"], longest=30)] == [58]
    assert many(["3511"], BUS, ["1012"], longest=20) == []


def test_what_stands_in_it_twice_counts_as_it_stood_last():
    twice = TravelTable([3511, 3511], [3512, 3512], [1, 1], [9, 5])
    assert twice.minutes(np.array([3511]), np.array([3512]), 1).tolist() == [5]
    assert len(twice) == 1


def test_an_empty_table_changes_nothing(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("from_pc4,to_pc4,mode,minutes\n", encoding="utf-8")
    before = many(["3511"], BIKE, ["3512", "1012"])
    travel.use_table(read_travel_table(path))
    try:
        assert many(["3511"], BIKE, ["3512", "1012"]) == before
    finally:
        travel.use_table(None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("minutes", "tijd", 1), "row 1 lacks minutes"),
        (FILE.replace("3511,3512", "351,3512"), "row 2 is not"),
        (FILE.replace("public_transport", "trein"), "row 3 is not"),
        (FILE.replace("44", "-4"), "row 4 is not"),
        (FILE.replace("44", '"4,5"'), "row 4 is not"),
        (FILE.replace("44", "99999"), "row 4 is not"),
        ("", "row 1 lacks from_pc4, minutes, mode, to_pc4"),
    ],
)
def test_a_wrong_file_names_its_row(tmp_path, text, told):
    path = tmp_path / "travel.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TravelTableWrong, match=f"TRAVEL_TABLE: {told}"):
        read_travel_table(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TravelTableWrong, match=r"TRAVEL_TABLE: nowhere.csv cannot be read"):
        read_travel_table(tmp_path / "nowhere.csv")
