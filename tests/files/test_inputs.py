"""All files together: what must fit between them."""

import pytest

from stagemakelaar.files.complaints import FilesWrong
from stagemakelaar.files.inputs import read_inputs
from tests.files.written import places, students, write


@pytest.fixture
def paths(tmp_path):
    """Two students and one place with one seat."""
    return {
        "students": students(tmp_path / "S.csv", {}, {"student": "S2"}),
        "places": places(tmp_path / "P.csv", {}),
        "fixed": None,
        "forbidden": None,
        "travel": None,
    }


def complaints(paths):
    with pytest.raises(FilesWrong) as wrong:
        read_inputs(paths)
    return [(one.file, one.row, one.column, one.message % one.values) for one in wrong.value.complaints.shown]


def test_without_other_files_everyone_seeks(paths):
    inputs = read_inputs(paths)
    assert [row["student"] for row in inputs.seeking] == ["S1", "S2"]
    assert (inputs.fixed, inputs.forbidden, inputs.travel) == ([], [], None)


def test_a_fixed_student_and_seat_leave_the_problem(paths, tmp_path):
    inputs = read_inputs(paths | {"fixed": write(tmp_path / "F.csv", {"student": "S2", "plek": "P1"})})
    assert [row["student"] for row in inputs.seeking] == ["S1"]
    assert inputs.seats_taken["P1"] == 1


def test_a_student_stands_in_the_file_once(paths, tmp_path):
    students(tmp_path / "S.csv", {}, {}, {"student": "S2"})
    [(file, row, column, said)] = complaints(paths)
    assert (file, row, column) == ("S.csv", 3, "student")
    assert "rij 2" in said


def test_a_place_stands_in_the_file_once(paths, tmp_path):
    places(tmp_path / "P.csv", {}, {})
    assert [one[:3] for one in complaints(paths)] == [("P.csv", 3, "plek")]


def test_what_ends_before_it_begins_is_refused_in_both_files(paths, tmp_path):
    students(tmp_path / "S.csv", {"begin": "2027-07-01"})
    places(tmp_path / "P.csv", {"begin": "2027-07-01", "eind": "2027-06-30"})
    assert [one[:3] for one in complaints(paths)] == [("S.csv", 2, "eind"), ("P.csv", 2, "eind")]


def test_more_days_than_the_student_can_are_refused(paths, tmp_path):
    students(tmp_path / "S.csv", {"weekdagen": "ma-wo"}, {"student": "S2", "weekdagen": "ma-do"})
    assert [one[:3] for one in complaints(paths)] == [("S.csv", 2, "dagen_per_week")]


def test_a_minimum_age_of_the_law_or_none(paths, tmp_path):
    places(tmp_path / "P.csv", {"minimumleeftijd": "17"}, {"plek": "P2", "minimumleeftijd": "16"})
    assert [one[:3] for one in complaints(paths)] == [("P.csv", 2, "minimumleeftijd")]


@pytest.mark.parametrize("name", ["fixed", "forbidden", "hints", "travel"])
def test_a_pair_names_a_student_and_a_place_that_exist(paths, tmp_path, name):
    pair = write(
        tmp_path / "X.csv",
        {"student": "s1", "plek": "P1", "voorkeur": "nooit"},
        {"student": "S1", "plek": "P9", "voorkeur": "nooit"},
    )
    assert [one[:3] for one in complaints(paths | {name: pair})] == [("X.csv", 2, "student"), ("X.csv", 3, "plek")]


@pytest.mark.parametrize("name", ["forbidden", "hints", "travel"])
def test_a_pair_stands_in_a_file_once(paths, tmp_path, name):
    pair = write(tmp_path / "X.csv", *[{"student": "S1", "plek": "P1", "voorkeur": "nooit"}] * 2)
    assert [one[:3] for one in complaints(paths | {name: pair})] == [("X.csv", 3, "student")]


def test_a_student_is_fixed_once(paths, tmp_path):
    places(tmp_path / "P.csv", {}, {"plek": "P2"})
    fixed = write(tmp_path / "F.csv", {"student": "S1", "plek": "P1"}, {"student": "S1", "plek": "P2"})
    assert [one[:3] for one in complaints(paths | {"fixed": fixed})] == [("F.csv", 3, "student")]


def test_no_more_are_fixed_than_there_are_seats(paths, tmp_path):
    fixed = write(tmp_path / "F.csv", {"student": "S1", "plek": "P1"}, {"student": "S2", "plek": "P1"})
    [(file, row, column, said)] = complaints(paths | {"fixed": fixed})
    assert (file, row, column) == ("F.csv", 3, "plek")
    assert "P.csv" in said


def test_pairs_are_not_judged_by_rows_that_could_not_be_read(paths, tmp_path):
    students(tmp_path / "S.csv", {"leerweg": "hbo"})
    fixed = write(tmp_path / "F.csv", {"student": "S1", "plek": "P1"})
    assert [one[:3] for one in complaints(paths | {"fixed": fixed})] == [("S.csv", 2, "leerweg")]


def test_what_was_left_empty_is_told_where_the_outcome_may_hang_on_it(paths):
    told = {(file, column.name): count for file, column, count in read_inputs(paths).blanks}
    assert told[("S.csv", "max_minuten")] == 2
    assert ("S.csv", "lot") not in told


def test_a_postcode_is_not_missed_when_there_is_a_travel_file(paths, tmp_path):
    students(tmp_path / "S.csv", {"postcode": ""})
    told = {column.name for _file, column, _count in read_inputs(paths).blanks}
    travel = write(tmp_path / "R.csv", {"student": "S1", "plek": "P1", "minuten": "20"})
    with_travel = {column.name for _file, column, _count in read_inputs(paths | {"travel": travel}).blanks}
    assert told - with_travel == {"postcode"}
