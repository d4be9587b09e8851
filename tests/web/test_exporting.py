"""Lists to take along: what the page shows, no more, and nothing in them that a spreadsheet would run."""

import csv
import io
import zipfile

import pytest
import python_calamine
from sqlalchemy import event, select

from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.rounds.actions import open_round
from tests.every_page import records_of, signed_in
from tests.rows import change

EVIL = '=HYPERLINK("http://boos.example";"klik")'


@pytest.fixture
def pages(make, browse, broker):
    return browse.as_(broker)


def rows_of_csv(pages, path):
    answer = pages.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def rows_of_excel(pages, path):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(pages.client.get(path).data))
    return book.get_sheet_by_index(0).to_python()


def test_the_students_of_the_page_are_in_the_list_and_no_others(pages, make):
    make.student(last_name="Bakker", searching=True)
    make.student(last_name="Zomer")
    make.student(last_name="Vreemd", programme=make.programme("zuid"))
    heading, *rows = rows_of_csv(pages, "/studenten/lijst.csv")
    column = heading.index("Achternaam")
    assert [row[column] for row in rows] == ["Bakker", "Zomer"]
    links = pages.get("/studenten?stand=searching").links
    _heading, *rows = rows_of_csv(pages, links["Download als CSV"])
    assert [row[column] for row in rows] == ["Bakker"]
    assert len(rows_of_excel(pages, links["Download als Excel"])) == 2


def test_nothing_in_a_list_is_a_formula(pages, make):
    student = make.student()
    change(Student, student.id, last_name=EVIL, school_number="-1+1")
    heading, row = rows_of_csv(pages, "/studenten/lijst.csv")
    told = dict(zip(heading, row, strict=True))
    assert (told["Achternaam"], told["Studentnummer"]) == (f"'{EVIL}", "'-1+1")
    heading, row = rows_of_excel(pages, "/studenten/lijst.xlsx")
    told = dict(zip(heading, row, strict=True))
    assert (told["Achternaam"], told["Studentnummer"]) == (EVIL, "-1+1")  # texts, as they were typed
    data = pages.client.get("/studenten/lijst.xlsx").data
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"HYPERLINK" in sheet


def test_a_download_is_in_the_trail_with_its_list_and_count(pages, make, broker, session):
    make.student()
    pages.client.get("/studenten/lijst.xlsx")
    entry = session.scalars(select(Entry).where(Entry.action == "export")).one()
    assert (entry.actor_id, entry.details) == (broker.id, {"list": "studenten", "form": "xlsx", "count": 1})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/organisaties/lijst.csv", "Bedrijf"),
        ("/plekken/lijst.csv", "Plek"),
        ("/plaatsingen/lijst.csv", "Student"),
        ("/post/lijst.csv", "Brief"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_list_can_be_taken_along(pages, planned, path, name, form):
    read = rows_of_csv if form == "csv" else rows_of_excel
    heading, *rows = read(pages, path.replace("csv", form))
    assert heading[0] == name
    assert len(rows) >= 1


def test_the_lists_of_a_round_say_what_its_pages_say(app, demo):
    pages, number = signed_in(app, demo, "b"), records_of(demo)["round"]
    page = pages.get(f"/rondes/{number}?stand=held")
    heading, *rows = rows_of_csv(pages, page.links["Download als CSV"])
    assert rows
    assert {row[heading.index("Stand")] for row in rows} == {"vastgehouden"}
    for row in rows:
        assert row[0] in page.text
        assert row[heading.index("Reis")] in page.text
    page = pages.get(f"/rondes/{number}/zonder-plek")
    heading, *rows = rows_of_csv(pages, page.links["Download als CSV"])
    assert f"van {len(rows)}" in page.text
    assert rows[0][heading.index("Waarom niet")] in page.text


def test_statements_do_not_grow_with_the_rows(pages, make, database):
    counted = []
    event.listen(database, "before_cursor_execute", lambda *args: counted.append(args[2]))
    make.student()
    pages.client.get("/studenten/lijst.csv")
    counted.clear()
    pages.client.get("/studenten/lijst.csv")
    one = len(counted)
    for _number in range(5):
        make.student()
    counted.clear()
    pages.client.get("/studenten/lijst.csv")
    assert len(counted) == one


def test_a_round_without_a_computation_has_no_list(pages, make):
    broker = make.broker()
    with transaction() as writing:
        by = writing.get(User, broker.id)
        match_round = open_round(writing, writing.get(Programme, by.programme_id), name="nieuw", by=by)
    pages.get(f"/rondes/{match_round.id}/voorstellen.csv", status=404)
