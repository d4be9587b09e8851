"""Delimited files of every make: what is read, and where it is said that something is wrong."""

import csv
import io

import pytest

from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.layouts import FORBIDDEN, PLACES, STUDENTS
from stagemakelaar.files.tables import as_bytes, as_typed, neutral, read_table
from tests.files.written import STUDENT, places, students


@pytest.fixture
def read(tmp_path):
    """Read bytes (or a file that was written) as `layout`; gives back the table and [(row, column, sentence)]."""

    def reading(data, layout=STUDENTS):
        path = tmp_path / "S.csv"
        if isinstance(data, bytes):
            path.write_bytes(data)
        complaints = Complaints()
        table = read_table(path, layout, complaints)
        assert all(one.file == "S.csv" for one in complaints.shown)
        return table, [(one.row, one.column, one.message % one.values) for one in complaints.shown]

    return reading


HEADER = ";".join(STUDENT)
ROW = ";".join(STUDENT.values())
FORBIDDEN_FILE = "student;plek;reden\r\nZoë;P1;afgewezen\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_encoding_and_separator_gives_the_same(read, encoding, delimiter):
    table, wrong = read(FORBIDDEN_FILE.replace(";", delimiter).encode(encoding), FORBIDDEN)
    assert (wrong, table.rows) == ([], [{"student": "Zoë", "plek": "P1", "reden": "afgewezen"}])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same(read, line_end):
    table, wrong = read(FORBIDDEN_FILE.replace("\r\n", line_end).encode(), FORBIDDEN)
    assert (wrong, [row["student"] for row in table.rows]) == ([], ["Zoë"])


def test_columns_stand_in_any_order_with_any_capitals_and_others_beside_them(read):
    table, wrong = read(b" Opmerking ;PLEK;Student\nbelt niet;P1;S1\n", FORBIDDEN)
    assert (wrong, table.rows) == ([], [{"student": "S1", "plek": "P1", "reden": ""}])
    assert table.ignored == ["Opmerking"]


def test_the_line_that_excel_writes_for_itself_is_skipped_and_counted(read):
    table, wrong = read(b"sep=,\nstudent,plek\nS1,P1\nS2,\n", FORBIDDEN)
    assert len(table.rows) == 1
    assert [row for row, _column, _sentence in wrong] == [4]


def test_quoted_cells_may_hold_separators_quotes_and_new_lines(read):
    table, wrong = read(b'student;plek;reden\n"S;1";"P ""1""";"x"\n', FORBIDDEN)
    assert (wrong, table.rows) == ([], [{"student": "S;1", "plek": 'P "1"', "reden": "x"}])


def test_empty_rows_are_skipped_and_rows_are_counted_as_a_spreadsheet_does(read):
    table, wrong = read(b'student;plek;reden\n;;\n\nS1;P1;"two\nlines"\n;P2;\n', FORBIDDEN)
    assert [(row, column) for row, column, _sentence in wrong] == [(4, "reden"), (5, "student")]
    assert table.rows == []


def test_an_empty_cell_has_the_value_that_is_documented_and_is_counted(read, tmp_path):
    students(tmp_path / "S.csv", {"max_minuten": ""}, {"student": "S2", "max_minuten": "30"})
    table, wrong = read(None)
    assert wrong == []
    assert [row["max_minuten"] for row in table.rows] == [60, 30]
    assert table.blanks[STUDENTS.by_name["max_minuten"]] == 1
    assert table.blanks[STUDENTS.by_name["voorrang"]] == 2


@pytest.mark.parametrize(
    ("data", "row", "column", "said"),
    [
        (b"", None, None, "leeg"),
        (b"\xef\xbb\xbf\n \n", None, None, "leeg"),
        (b"PK\x03\x04\x14\x00", None, None, "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", None, None, "spreadsheet"),
        (HEADER.encode("utf-16"), None, None, "UTF-8"),
        (b"\x81\x8d\x90\xff", None, None, "UTF-8"),
        (b"naam;adres\nA;B\n", 1, None, "student, opleidingscode"),
        (HEADER.encode(), None, None, "geen gegevens"),
        (f"{HEADER};student\n{ROW};S1".encode(), 1, "student", "twee keer"),
        (f"{HEADER};max_minutn\n{ROW};30".encode(), 1, "max_minutn", "max_minuten"),
        (f"{HEADER}\n{ROW};te veel".encode(), 2, None, "cellen"),
        (f"{HEADER}\n{ROW}\nS2;25655".encode(), 3, None, "2 cellen"),
        (f'{HEADER}\n{ROW}\n"S2;25655\n{ROW}\n'.encode(), 3, None, "aanhalingsteken"),
        (f'{HEADER}\n{ROW}\n"S"2;25655\n'.encode(), 3, None, "aanhalingsteken"),
        (f"{HEADER}\n{ROW.replace('25655', '2565')}".encode(), 2, "opleidingscode", "vijf cijfers"),
        (f"{HEADER}\n{ROW.replace('2027-02-01', '02/01/2027')}".encode(), 2, "begin", "2027-09-01"),
        (f"{HEADER}\n{ROW.replace('bol', '')}".encode(), 2, "leerweg", "Vul hier iets in"),
        (f"{HEADER}\nS\u202e{ROW}".encode(), 2, "student", "onzichtbaar"),
    ],
)
def test_each_class_of_bad_file_is_refused_at_its_place(read, data, row, column, said):
    _table, wrong = read(data)
    assert len(wrong) == 1, wrong
    assert wrong[0][:2] == (row, column)
    assert said in wrong[0][2]


def test_a_cell_that_was_made_neutral_is_read_as_it_was(read):
    table, wrong = read(b"student;plek;reden\n'=1;'s P;'-\n", FORBIDDEN)
    assert (wrong, table.rows) == ([], [{"student": "=1", "plek": "'s P", "reden": "-"}])


def test_every_missing_column_is_named(read):
    _table, wrong = read(b"student;leerweg\nS1;bol\n")
    assert [column for _row, column, _sentence in wrong] == ["opleidingscode", "begin", "eind", "dagen_per_week"]


def test_all_that_is_wrong_is_told_at_once_and_bounded(tmp_path):
    path = places(tmp_path / "P.csv", *({"plek": f"P{at}", "aantal": "veel"} for at in range(80)))
    complaints = Complaints()
    read_table(path, PLACES, complaints)
    assert (len(complaints.shown), complaints.total) == (50, 80)


@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@x", "\t=1", "'=1", "''=1", "＝1", "'s avonds", "x=1", "", "'"])
def test_a_neutral_cell_is_no_formula_and_can_be_read_back(text):
    cell = neutral(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert as_typed(cell) == text


def test_a_written_table_opens_in_a_spreadsheet_and_reads_back():
    data = as_bytes(("student", "reden"), [("=cmd()", 'a;"b"'), ("Zoë", "-")])
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["student", "reden"], ["'=cmd()", 'a;"b"'], ["Zoë", "'-"]]


def test_a_list_with_thousands_of_columns_is_refused_at_once(read, monkeypatch):
    monkeypatch.setattr("difflib.get_close_matches", None)  # what took a minute and a half
    _table, wrong = read((";".join(f"kolom {number}" for number in range(5_000)) + "\n" + ROW).encode())
    assert wrong == [(1, None, "Deze lijst heeft te veel kolommen: hoogstens 500.")]


def test_the_name_of_a_column_that_is_endless_is_compared_with_none(read, monkeypatch):
    monkeypatch.setattr("difflib.get_close_matches", None)
    table, _wrong = read(f"{HEADER};{'a' * 100_000}".encode())
    assert table.ignored == ["a" * 60]
