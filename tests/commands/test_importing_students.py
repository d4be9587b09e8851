"""The import of students by command: a try first, all or nothing, and the same list twice changes nothing."""

import json

import pytest
from sqlalchemy import func, select

from stagemakelaar import audit, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Student, User
from stagemakelaar.schema import DatabaseKind

LIST = """studentnummer;e-mailadres;voornaam;tussenvoegsel;achternaam;geboortedatum;opleidingscode;leerweg
0123456;sam@school.example;Sam;de;Vries;2008-03-14;25960;bol
0123457;noor@school.example;Noor;;Bakker;2-11-2008;25960;bol
"""


@pytest.fixture
def call(app, make, tmp_path):
    """Call `import students` on a text in a programme; gives back (exit code, object)."""
    make.programme()
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)

    def called(text, *words, programme="noord"):
        path = tmp_path / "studenten.csv"
        path.write_text(text, encoding="utf-8")
        words = ["import", "students", str(path), "--programme", programme, *words, "--json"]
        result = app.test_cli_runner().invoke(args=words)
        return result.exit_code, json.loads(result.stdout)

    return called


def counts(told):
    return {name: told[name] for name in ("rows", "new", "changed", "same")}


def how_many():
    return current_session().scalar(select(func.count()).select_from(Student).where(Student.school_number.is_not(None)))


def test_every_row_becomes_a_student_with_a_case(call, session):
    code, told = call(LIST)
    assert (code, counts(told), told["errors"]) == (0, {"rows": 2, "new": 2, "changed": 0, "same": 0}, [])
    sam = session.scalars(select(Student).where(Student.school_number == "0123456")).one()
    assert (sam.full_name, sam.sort_name, sam.user.email) == ("Sam de Vries", "vries de sam", "sam@school.example")
    assert (sam.profile.code, sam.profile.leerweg.value, sam.profile.steps_done) == ("25960", "bol", [])
    case = session.scalars(select(Case).where(Case.student_id == sam.id)).one()
    assert (case.state, case.programme_id, case.broker_id) == (CaseState.SIGNED_UP, sam.programme_id, None)


def test_the_trail_has_a_line_for_each_student_and_holds(call, session):
    call(LIST)
    sam = session.scalars(select(Student).where(Student.school_number == "0123456")).one()
    assert [entry.action for entry in audit.trail_of(session, "student", sam.id)] == ["student.imported"]
    assert walk(session).kind is None


@pytest.mark.promise("P42")
def test_the_same_list_twice_changes_nothing(call, session):
    call(LIST)
    lines = session.scalar(select(func.count()).select_from(audit.Entry))
    code, told = call(LIST)
    assert (code, counts(told)) == (0, {"rows": 2, "new": 0, "changed": 0, "same": 2})
    assert session.scalar(select(func.count()).select_from(audit.Entry)) == lines


def test_the_same_list_changes_nothing_after_its_first_day_has_passed(call, moment):
    text = LIST.replace("leerweg\n", "leerweg;begin;eind\n").replace("bol\n", "bol;2027-02-10;2027-06-30\n")
    assert call(text)[0] == 0
    moment("2027-03-10T09:00:00+01:00")
    assert counts(call(text)[1])["same"] == 2


@pytest.mark.promise("P42")
def test_a_try_counts_the_same_and_changes_nothing(call):
    code, told = call(LIST, "--dry-run")
    assert (code, told["dry_run"], counts(told)) == (0, True, {"rows": 2, "new": 2, "changed": 0, "same": 0})
    assert how_many() == 0


@pytest.mark.promise("P42")
@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (LIST.replace("noor@school.example", "noor@"), 3, "e_mailadres"),
        (LIST.replace("noor@school.example", ""), 3, "e_mailadres"),
        (LIST.replace("2-11-2008", "31-11-2008"), 3, "geboortedatum"),
        (LIST.replace("2-11-2008", "1901-11-02"), 3, "geboortedatum"),
        (LIST.replace("25960;bol\n0123457", "99999;bol\n0123457"), 2, "opleidingscode"),
        (LIST.replace("0123457", "0123456"), 3, "studentnummer"),
        (LIST.replace("noor@", "SAM@"), 3, "e_mailadres"),
        (LIST.replace("bol\n", "bol;x\n", 1), 2, None),
        (LIST.replace("achternaam", "achternam"), 1, "achternam"),
    ],
)
def test_one_wrong_row_stops_all_and_is_told_by_row_and_column(call, text, row, column):
    code, told = call(text)
    assert code == 3
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(row, column)]
    assert told["errors"][0]["sentence"]
    assert how_many() == 0


def test_an_address_that_belongs_to_someone_else_is_refused_without_saying_whose(call, make, session):
    make.staff()
    taken = session.scalars(select(User.email).limit(1)).one()
    code, told = call(LIST.replace("noor@school.example", taken))
    assert (code, told["errors"][0]["column"]) == (3, "e_mailadres")
    assert taken not in json.dumps(told)


def test_a_programme_that_does_not_exist_is_refused(call):
    assert call(LIST, programme="nergens")[0] == 3


def test_without_a_file_or_a_programme_the_command_was_called_wrongly(app, database):
    assert app.test_cli_runner().invoke(args=["import", "students", "--json"]).exit_code == 2


def test_the_template_can_be_imported_as_it_is(app, call):
    result = app.test_cli_runner().invoke(args=["import", "students", "--template"])
    code, told = call(result.stdout)
    assert (code, told["errors"], told["new"]) == (0, [], 2)
