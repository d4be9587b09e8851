"""Bad files: what is no list, or worse, is told so in a sentence; nothing changes, and the next one works."""

import functools
import io
import struct
import time
import zipfile
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import xlsxwriter
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from stagemakelaar.files import spreadsheets
from tests.conftest import KINDS
from tests.proofs import IS_FULL

HEAD = "studentnummer;e-mailadres;voornaam;achternaam\n"
ROW = "0123456;noor@demo.example;Noor;Bakker\n"
SECONDS = 10.0  # of this process
PARTS = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": '<workbook><sheets><sheet name="a" sheetId="1" id="rId1"/></sheets></workbook>',
    "xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>",
}


def sheet(write=None, **options):
    """A workbook that a spreadsheet program would make."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True} | options)
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD.strip().split(";"))
    page.write_row(1, 0, ROW.strip().split(";"))
    if write:
        write(book, page)
    book.close()
    return made.getvalue()


def zipped(parts, **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in (parts | more).items():
            file.writestr(name, text)
    return made.getvalue()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def with_part(content, name, text):
    """The same workbook with one part of it replaced, or one added."""
    return zipped(parts_of(content), **{name: text})


def with_cells(*cells, name="xl/worksheets/sheet1.xml"):
    """A workbook with these cells and no others, in a part of any name."""
    rows = "".join(f'<row r="{row}"><c r{blanks}="{column}{row}"><v>1</v></c></row>' for column, row, blanks in cells)
    parts = parts_of(sheet())
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"worksheets/sheet1.xml", name.removeprefix("xl/").encode()
    )
    del parts["xl/worksheets/sheet1.xml"]
    return zipped(parts, **{name: f"<worksheet><sheetData>{rows}</sheetData></worksheet>"})


def with_entity(declared, name="a"):
    """A workbook whose first name of a student is an entity."""
    strings = parts_of(sheet())[SHARED].decode()
    strings = strings.replace("?>", f"?><!DOCTYPE sst [{declared}]>", 1).replace("<t>Noor<", f"<t>&{name};<")
    return with_part(sheet(), SHARED, strings)


def larger_than_told(content, name):
    """The same workbook, where one part says that it unpacks to next to nothing."""
    changed, at = bytearray(content), 0
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        (length,) = struct.unpack_from("<H", changed, at + 28)
        if changed[at + 46 : at + 46 + length].decode() == name:
            struct.pack_into("<I", changed, at + 24, 50)
        at += 4
    return bytes(changed)


SHARED = "xl/sharedStrings.xml"
BOMB = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {"abcdefghij"[n]} "{("&" + "abcdefghij"[n - 1] + ";") * 10}">' for n in range(1, 10)
)
START, CORNER = ("A", 1, ""), ("XFD", 1_048_576, "")

WELL = {
    "plain": (HEAD + ROW).encode(),
    "with a mark": (HEAD + ROW).encode("utf-8-sig"),
    "old windows": (HEAD + ROW.replace("Noor", "Zoë")).encode("cp1252"),
    "commas": (HEAD + ROW).replace(";", ",").encode(),
    "tabs": (HEAD + ROW).replace(";", "\t").encode(),
    "decomposed": (HEAD + ROW.replace("Noor", "Zoe\u0308")).encode(),
    "workbook": sheet(),
    "formula": sheet(lambda _book, page: page.write_formula(1, 2, '=WEBSERVICE("http://x.example")', None, "Noor")),
    "hidden sheet": sheet(lambda book, _page: book.add_worksheet().hide()),
}


@functools.cache
def ill():
    """Files that are no list, by what is wrong with them; some are large, so they are made when somebody asks."""
    long_text = "<sst><si><t>" + "ab " * 20_000_000 + "</t></si></sst>"
    return {
        "empty": b"",
        "utf-16": (HEAD + ROW).encode("utf-16"),
        "only a mark": b"\xef\xbb\xbf",
        "only a head": HEAD.encode(),
        "nuls": b"\x00" * 1_000,
        "open quote": (HEAD + '"0123456;noor@demo.example;Noor;Bakker\n' * 20).encode(),
        "ragged": (HEAD + "1;2\n1;2;3;4;5;6;7;8\n").encode(),
        "double head": (HEAD.replace("voornaam", "achternaam") + ROW).encode(),
        "no head": ROW.encode(),
        "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
        "pdf and zip": b"%PDF-1.4\n" + zipped(PARTS),
        "old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2_000,  # and every workbook with a password
        "page": b"<html><script>alert(1)</script></html>",
        "control": (HEAD + ROW.replace("Noor", "No\x07or")).encode(),
        "one long line": b"a" * 2_000_000,
        "many columns": (";".join(f"k{number}" for number in range(5_000)) + "\n" + ROW).encode(),
        "zip of nothing": zipped({}),
        "zip of something else": zipped({"../../etc/passwd": "x"}),
        "broken zip": sheet()[:-300],
        "zeros": zipped(PARTS, **{"xl/worksheets/sheet1.xml": "0" * 60_000_000}),
        "one entity": with_entity('<!ENTITY a "Noor">'),
        "entities of entities": with_entity(BOMB, "j"),
        "entities in the sheet": with_part(
            sheet(), "xl/worksheets/sheet1.xml", f"<!DOCTYPE x [{BOMB}]><worksheet>&j;</worksheet>"
        ),
        "entities in the book": with_part(sheet(), "xl/workbook.xml", f"<!DOCTYPE x [{BOMB}]><workbook>&j;</workbook>"),
        "entity from a file": with_entity('<!ENTITY a SYSTEM "file:///etc/passwd">'),
        "entity from outside": with_entity('<!ENTITY a SYSTEM "http://127.0.0.1:9/x">'),
        "entity of a document": with_entity('<!ENTITY % b SYSTEM "file:///etc/passwd"> %b; <!ENTITY a "x">'),
        "far away": with_cells(START, CORNER),
        "far away in a part of another name": with_cells(START, CORNER, name="xl/elders/blad.xml"),
        "far away after many blanks": with_cells(START, ("XFD", 1_048_576, " " * 2_500_000)),
        "two corners": with_cells(START, ("CV", 100_000, "")),
        "one long text": with_part(sheet(), SHARED, long_text),
        "larger than it says": larger_than_told(with_part(sheet(), SHARED, long_text), SHARED),
        "too large": b"x" * 10_200_000,
    }


NAMES = (
    "lijst.csv",
    "../../x.csv",
    "a\r\nX: y.csv",
    "=1+1.csv",
    "<script>alert(1)</script>.xlsx",
    "x" * 300 + ".csv",
    "CON",
)


@pytest.fixture
def desk(make, browse):
    make.codes()
    return browse.as_(make.broker())


def sent(desk, content, name="lijst.csv", path="/studenten/importeren"):
    """What becomes of a file: (status, page) where the trial is shown, or where it was refused."""
    values = desk.get(path).values()
    began = time.process_time()
    boundary, body = encode_multipart(values | {"file": FileStorage(io.BytesIO(content), name)})
    answer = desk.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    if answer.status_code in {302, 303}:
        answer = desk.client.get(answer.location)
    assert time.process_time() - began < SECONDS, "took too long"
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("kind", WELL if IS_FULL else ["plain", "old windows", "formula", "hidden sheet"])
def test_what_can_be_read_is_read(desk, kind):
    status, text = sent(desk, WELL[kind])
    assert status == 200, text
    assert "Bakker" in text
    assert "doorvoeren" in text


def wrong_among(desk, contents, paths=("/studenten/importeren",)):
    """Which of these were taken for a list, or got an answer that is no sentence."""
    for kind, content in contents.items():
        for path in paths:
            status, text = sent(desk, content, path=path)
            main = text.partition("<main")[2]
            if status not in {200, 413, 422} or "root:" in main or "/doorvoeren" in main:
                yield f"{kind} at {path}: {status} {main[:200]}"


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("engine", KINDS if IS_FULL else KINDS[:1], indirect=True)
def test_what_is_no_list_gets_a_sentence_and_the_next_one_works(desk, record_property):
    record_property("files", len(ill()))
    paths = ("/studenten/importeren", "/plekken/importeren") if IS_FULL else ("/studenten/importeren",)
    assert list(wrong_among(desk, ill(), paths)) == []
    assert sent(desk, WELL["plain"])[0] == 200


@pytest.mark.promise("BAD", red=True)
@pytest.mark.parametrize("engine", KINDS[:1], indirect=True)
def test_a_reader_that_puts_in_what_an_entity_stands_for_is_seen(desk, monkeypatch):
    def first_sheet(data):
        texts = [one.text for one in ET.fromstring(parts_of(data)[SHARED]).iter() if one.text]
        rows = [texts[:4], texts[4:]]
        return SimpleNamespace(start=(0, 0), iter_rows=lambda: iter(rows))

    monkeypatch.setattr(spreadsheets, "_first_sheet", first_sheet)
    assert len(list(wrong_among(desk, {"one entity": ill()["one entity"]}))) == 1


@pytest.mark.promise("BAD", red=True)
@pytest.mark.parametrize("engine", KINDS[:1], indirect=True)
def test_a_reader_that_stumbles_is_seen(desk, monkeypatch):
    def first_sheet(_data):
        raise ValueError

    monkeypatch.setattr(spreadsheets, "_first_sheet", first_sheet)
    assert len(list(wrong_among(desk, {"broken zip": ill()["broken zip"]}))) == 1


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_name_of_a_file_is_only_text(desk):
    for name in NAMES:
        status, text = sent(desk, WELL["plain"], name=name)
        assert status == (200 if "\n" not in name else 422), name  # a header that breaks off brings no file
        assert "<script>alert" not in text
        assert "../" not in text.partition("<main")[2].replace('href="../', "")
