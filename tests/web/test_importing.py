"""Bringing lists in: a try that changes nothing, then all or nothing, and only what was shown."""

import io

import pytest
import xlsxwriter
from sqlalchemy import func, select

from stagemakelaar.audit import Entry
from stagemakelaar.intake.models import Upload
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.places.models import Organisation, Place, PlaceState
from tests.rows import again, change

STUDENTS = """studentnummer;e-mailadres;voornaam;achternaam;geboortedatum
0123456;sam@school.example;Sam;Vries;2008-03-14
0123457;noor@school.example;Noor;<b>Bakker</b>;2-11-2008
"""


@pytest.fixture
def pages(make, browse, broker):
    return browse.as_(broker)


@pytest.fixture
def broker(make):
    make.codes()
    return make.broker()


def upload(pages, content, *, path="/studenten/importeren", name="lijst.csv", status=303):
    page = pages.get(path)
    content = content.encode() if isinstance(content, str) else content
    return pages.post(path, page.values() | {"file": (io.BytesIO(content), name)}, status=status)


def how_many(session, model=Student):
    return session.scalar(select(func.count()).select_from(model))


def test_a_list_is_told_row_by_row_and_nothing_changes(pages, session):
    before = how_many(session)
    page = upload(pages, STUDENTS).follow()
    assert page.heading == "Wat deze lijst zou doen"
    assert "Sam Vries" in page.text
    assert "<b>Bakker</b>" in page.text
    assert "Nieuw 2 Veranderd 0 Hetzelfde 0 Geweigerd 0" in page.text
    assert how_many(session) == before


def test_a_list_is_carried_out_once_and_its_content_is_gone(pages, session):
    before = how_many(session)
    page = upload(pages, STUDENTS).follow()
    assert "Nieuw: 2." in page.submit("/doorvoeren").follow().soup.text
    assert how_many(session) == before + 2
    kept = session.scalars(select(Upload)).one()
    assert (kept.content, kept.counts["new"]) == (None, 2)
    told = page.submit("/doorvoeren", status=200)
    assert "is doorgevoerd op" in told.text
    assert how_many(session) == before + 2


@pytest.mark.promise("P42")
def test_the_same_list_again_leaves_nothing_to_do(pages):
    upload(pages, STUDENTS).follow().submit("/doorvoeren")
    page = upload(pages, STUDENTS).follow()
    assert "Hetzelfde 2" in page.text
    assert not page.soup.main.find("form", action=lambda address: address and address.endswith("/doorvoeren"))


@pytest.mark.promise("P42")
def test_when_the_world_changed_meanwhile_the_list_is_told_anew(pages, make, session):
    sam = make.student(school_name="ROC Oost")
    page = upload(pages, f"e-mailadres;school\n{sam.user.email};ROC West\n").follow()
    assert "school: ROC Oost wordt ROC West" in page.text
    change(Profile, sam.id, school_name="ROC Zuid")
    page = page.submit("/doorvoeren", status=409)
    assert "Er is intussen iets veranderd" in page.text
    assert "school: ROC Zuid wordt ROC West" in page.text
    assert again(sam).profile.school_name == "ROC Zuid"
    page.submit("/doorvoeren")
    assert again(sam).profile.school_name == "ROC West"


@pytest.mark.promise("P42")
def test_one_wrong_row_keeps_all_out_and_is_told(pages, session):
    before = how_many(session)
    page = upload(pages, STUDENTS.replace("noor@", "noor")).follow()
    assert "rij 3 e_mailadres Vul één e-mailadres in" in page.text
    assert "Geweigerd 1" in page.text
    assert not page.soup.main.find("form", action=lambda address: address and address.endswith("/doorvoeren"))
    assert how_many(session) == before


def test_what_a_student_filled_in_is_asked_about_first(pages, make):
    sam = make.student(steps_done=["opleiding"], school_name="ROC Oost")
    page = upload(pages, f"e-mailadres;school\n{sam.user.email};ROC West\n").follow()
    assert "school blijft ROC Oost, niet ROC West: de student vulde dit zelf in" in page.text
    page = upload(pages, f"e-mailadres;school;leerjaar\n{sam.user.email};ROC West;4\n").follow()
    address = page.location or page.response.request.path
    overwriting = pages.get(f"{address}?overwrite=y")
    assert "school: ROC Oost wordt ROC West" in overwriting.text
    overwriting.submit("/doorvoeren")
    assert again(sam).profile.school_name == "ROC West"


def test_an_excel_file_is_read_by_what_it_is(pages):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(line.split(";") for line in STUDENTS.splitlines()):
            sheet.write_row(number, 0, cells)
    page = upload(pages, file.getvalue(), name="lijst.csv").follow()
    assert "Nieuw 2" in page.text


def test_a_file_that_is_no_list_is_refused_in_words(pages):
    page = upload(pages, b"PK\x03\x04 this is no zip at all", name="lijst.xlsx").follow()
    assert "Dit bestand kunnen we niet openen" in page.text


def test_without_a_file_the_form_says_so(pages):
    page = pages.get("/studenten/importeren").submit(status=422)
    assert page.error_at("file") == "Fout: Kies een bestand."


def test_a_form_sent_by_a_browser_without_a_file_says_so_too(pages):
    page = upload(pages, b"", name="", status=422)
    assert page.error_at("file") == "Fout: Kies een bestand."


def test_a_file_that_is_too_large_is_stopped_at_the_door(pages):
    body = b"--x\r\n" + b"x" * 10_200_000
    answer = pages.client.post("/studenten/importeren", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_a_list_that_was_thrown_away_is_gone(pages, session):
    page = upload(pages, STUDENTS).follow()
    page.submit("/weggooien")
    assert how_many(session, Upload) == 0
    pages.get(page.response.request.path, status=404)


def test_a_list_is_forgotten_after_a_day(pages, browse, broker, session, moment):
    upload(pages, STUDENTS)
    moment("2027-02-04T11:00:00+01:00")
    upload(browse.as_(broker), STUDENTS)
    assert how_many(session, Upload) == 1


def test_a_list_of_another_programme_or_of_another_kind_is_not_there(pages, make, browse):
    path = upload(pages, STUDENTS).location
    browse.as_(make.broker(programme=make.programme("zuid"))).get(path, status=404)
    pages.get(path.replace("/studenten/", "/plekken/"), status=404)


def test_the_example_is_a_list_that_can_be_brought_in(pages):
    example = pages.client.get("/studenten/importeren/voorbeeld.csv").data
    assert "Nieuw 2" in upload(pages, example).follow().text
    example = pages.client.get("/plekken/importeren/voorbeeld.csv").data
    page = upload(pages, example, path="/plekken/importeren").follow()
    assert "Geweigerd 1" in page.text  # the second place is without the name of a company that nobody knows


def test_reading_and_carrying_out_are_in_the_trail(pages, session):
    upload(pages, STUDENTS).follow().submit("/doorvoeren")
    actions = session.scalars(select(Entry.action).where(Entry.object_type == "upload").order_by(Entry.seq)).all()
    assert actions == ["upload.kept", "upload.applied"]


# --- places --------------------------------------------------------------------------------------------------------

PLACES = "kvk_nummer;vestigingsnummer;leerplaats;bedrijf;postcode;opleidingscodes;begin;eind;aantal\n"
PATH = "/plekken/importeren"


def test_a_new_company_comes_with_its_place_as_a_draft(pages, session):
    row = "90000001;000090000001;Hulp in de tuin;De Zonnehoek;1315 AB;25960;2027-09-01;2028-01-31;2\n"
    page = upload(pages, PLACES + row, path=PATH).follow()
    assert "Hulp in de tuin, De Zonnehoek" in page.text
    assert "Wordt bewaard als concept" in page.text
    page.submit("/doorvoeren")
    place = session.scalars(select(Place).where(Place.title == "Hulp in de tuin")).one()
    assert (place.seats, place.free, place.state) == (2, 2, PlaceState.DRAFT)
    assert place.organisation.name == "De Zonnehoek"
    assert [one.code for one in place.codes] == ["25960"]


def test_a_complete_place_at_a_recognised_company_is_open_at_once(pages, make, session):
    company = make.organisation()
    row = f"{company.kvk_number};{company.branch_number};Hulp in de tuin;;;25960;2027-09-01;2028-01-31;2\n"
    upload(pages, PLACES + row, path=PATH).follow().submit("/doorvoeren")
    place = session.scalars(select(Place).where(Place.title == "Hulp in de tuin")).one()
    assert (place.state, place.organisation_id) == (PlaceState.OPEN, company.id)


def test_a_known_place_changes_and_the_same_list_again_does_nothing(pages, make, session):
    place = make.place(seats=1)
    company = place.organisation
    row = f"{company.kvk_number};{company.branch_number};{place.title.upper()};Andere naam;;25960;;;3\n"
    page = upload(pages, PLACES + row, path=PATH).follow()
    assert "aantal: 1 wordt 3" in page.text
    page.submit("/doorvoeren")
    assert (again(place).seats, again(place).free) == (3, 3)
    assert session.get(Organisation, company.id).name == company.name
    assert "Hetzelfde 1" in upload(pages, PLACES + row, path=PATH).follow().text


def test_a_company_of_another_programme_only_gets_no_place_here(pages, make, session):
    """A place, even a draft, would show this programme's brokers its members, its recognitions and its trust."""
    theirs = make.organisation(programme=make.programme("zuid"))
    number, row = theirs.id, f"{theirs.kvk_number};{theirs.branch_number};Tuin;Zon;1315 AB;25960;;;1\n"
    page = upload(pages, PLACES + row, path=PATH).follow()
    assert "rij 2 kvk_nummer Dit bedrijf staat al bij ons." in page.text
    assert "Geweigerd 1" in page.text
    pages.get(f"/organisaties/{number}", status=404)
    make.place(session.get(Organisation, number), programme=make.programme())  # its own people offer one here
    assert "Geweigerd 0" in upload(pages, PLACES + row, path=PATH).follow().text


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("90000001;000090000001;Tuin;;1315 AB;25960;;;1", "bedrijf"),
        ("90000001;000090000001;Tuin;Zon;1315 AB;99999;;;1", "opleidingscodes"),
        ("90000001;000090000001;Tuin;Zon;1315 AB;25960;2027-09-01;2027-08-01;1", "eind"),
        ("90000001;000090000001;Tuin;Zon;1315 AB;25960;;;0", "aantal"),
        ("9000000;000090000001;Tuin;Zon;1315 AB;25960;;;1", "kvk_nummer"),
    ],
)
def test_what_cannot_be_is_refused_at_its_column(pages, session, row, column):
    page = upload(pages, PLACES + row + "\n", path=PATH).follow()
    assert f"rij 2 {column}" in page.text
    assert "Geweigerd 1" in page.text


def readings_of(session, student):
    session.rollback()
    lines = select(Entry).where(Entry.action == "student.read", Entry.object_id == student)
    return [line.details for line in session.scalars(lines)]


def test_rows_that_tell_what_is_in_a_file_are_readings_of_it(pages, make, session):
    sam, other = make.student(school_name="ROC Oost"), make.student().id
    number, email = sam.id, sam.user.email
    page = upload(pages, f"{STUDENTS.splitlines()[0]};school\n;{email};Sam;Vries;;ROC West\n").follow()
    assert "school: ROC Oost wordt ROC West" in page.text
    kept = session.scalars(select(Upload.id)).one()
    assert readings_of(session, number) == [{"upload": kept}]
    assert readings_of(session, other) == []
    change(Profile, number, school_name="ROC Zuid")
    page.submit("/doorvoeren", status=409)
    assert len(readings_of(session, number)) == 2


def test_rows_on_another_page_are_no_readings(pages, make, session):
    known = [make.student() for _number in range(51)]
    rows = "".join(f"{one.user.email};ROC West\n" for one in known)
    numbers = [one.id for one in known]
    upload(pages, f"e-mailadres;school\n{rows}").follow()
    assert [len(readings_of(session, number)) for number in numbers] == [1] * 50 + [0]


def test_a_text_instead_of_a_file_is_no_file(pages):
    page = pages.get("/studenten/importeren").submit(file="geen bestand", status=422)
    assert page.errors == ["Kies een bestand."]
