"""Lists that came in yesterday: one carried out, which shows someone registered twice, and two to look at."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.files.tables import as_bytes
from stagemakelaar.intake.lines import Trial
from stagemakelaar.intake.models import UploadKind
from stagemakelaar.intake.students import read_students
from stagemakelaar.intake.uploads import carry_out, keep_upload
from stagemakelaar.places.models import Place

STUDENTS = ("studentnummer", "e-mailadres", "voornaam", "tussenvoegsel", "achternaam", "geboortedatum", "leerjaar")
PLACES = (
    "kvk_nummer",
    "vestigingsnummer",
    "leerplaats",
    "aantal",
    "bedrijf",
    "postcode",
    "opleidingscodes",
    "eind",
    "begin",
)
NUMBERED = 6


def lists_of_yesterday(session, town):
    """Keep and carry out the lists of one programme; nothing where it has too few people for them."""
    searching, new = (_students(session, town, state) for state in (CaseState.SEARCHING, CaseState.SIGNED_UP))
    places = session.scalars(select(Place).where(Place.programme_id == town.programme.id).order_by(Place.id)).all()
    if len(searching) <= NUMBERED or not new or not places:
        return
    twin, double = searching[0], new[-1]
    rows = [_row(number, student) for number, student in enumerate(searching[:NUMBERED])]
    same = _row(NUMBERED, twin)
    rows.append((same[0], double.user.email, twin.first_name, "", f"{twin.last_name}n", *same[5:]))
    _carry_out(session, town, rows)
    unknown = ("0400100", "nieuw@school.example", "Robin", "", "Vos", "2009-01-20", 1)
    changed = (*_row(0, searching[0])[:6], 4)
    _keep(session, town, UploadKind.STUDENTS, "nieuwe studenten.csv", STUDENTS, [unknown, changed, *rows[1:4]])
    code, company = places[0].codes[0].code, places[0].organisation
    until = town.country.day(300).isoformat()
    offers = [
        (
            company.kvk_number,
            company.branch_number,
            "Hulp bij activiteiten",
            2,
            "",
            "",
            code,
            until,
            town.country.day(30).isoformat(),
        ),
        (
            "90000001",
            "000090000001",
            "Hulp in de tuin",
            1,
            "Kwekerij De Zonnehoek",
            "1315 AB",
            code,
            until,
            town.country.day(30).isoformat(),
        ),
    ]
    _keep(session, town, UploadKind.PLACES, "plekken uit een belronde.csv", PLACES, offers)


def _students(session, town, state):
    cases = select(Case).where(Case.programme_id == town.programme.id, Case.state == state).order_by(Case.id)
    return [case.student for case in session.scalars(cases)]


def _row(number, student):
    names = (student.first_name, student.prefix, student.last_name)
    return (f"0400{number:03d}", student.user.email, *names, student.birth_date.isoformat(), "")


def _keep(session, town, kind, name, columns, rows):
    upload = keep_upload(
        session,
        kind=kind,
        programme_id=town.programme.id,
        file_name=name,
        content=as_bytes(columns, rows),
        by=town.broker(),
    )
    session.flush()
    return upload


def _carry_out(session, town, rows):
    upload = _keep(session, town, UploadKind.STUDENTS, "studentnummers.csv", STUDENTS, rows)
    trial = Trial(upload.file_name)
    for _line in read_students(session, town.programme.id, upload.content, trial):
        pass
    carry_out(session, upload, seal=trial.seal, by=town.broker())
