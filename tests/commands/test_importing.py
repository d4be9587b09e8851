"""The import of qualification codes: a try first, all or nothing, and the same file twice changes nothing."""

import json
from datetime import date

import pytest
from sqlalchemy import func, select

from stagemakelaar import audit, schema
from stagemakelaar.db import current_session, transaction
from stagemakelaar.reference.models import Equivalent, Qualification
from stagemakelaar.reference.vocabulary import Sector
from stagemakelaar.schema import DatabaseKind

CODES = """opleidingscode;naam;niveau;leerweg;sector;geldig_vanaf;geldig_tot
29001;Helpende Zorg en Welzijn;2;bol/bbl;zorg_welzijn_sport;2016-08-01;31-07-2027
29002;Kok;2;BBL;;;
"""
EQUIVALENTS = """opleidingscode;gelijkwaardige_code;geldig_vanaf;geldig_tot
29001;29002;2023-08-01;
"""


@pytest.fixture
def call(app, database):
    """Call `import codes` with `--json`; gives back (exit code, object)."""
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)

    def called(*words):
        result = app.test_cli_runner().invoke(args=["import", "codes", *map(str, words), "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout.strip() else None

    return called


@pytest.fixture
def file(tmp_path):
    """Write a file and give back its path."""

    def written(text, name="codes.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def counts(told):
    return {name: told[name] for name in ("rows", "new", "changed", "same")}


def how_many():
    """Codes of these files that the register has."""
    ours = select(func.count()).select_from(Qualification).where(Qualification.code.startswith("29"))
    return current_session().scalar(ours)


def test_every_row_is_put_in_the_register(call, file, session):
    code, told = call(file(CODES), "--equivalents", file(EQUIVALENTS, "equal.csv"))
    assert (code, counts(told), told["errors"]) == (0, {"rows": 3, "new": 3, "changed": 0, "same": 0}, [])
    first, second = session.get(Qualification, "29001"), session.get(Qualification, "29002")
    assert (first.name, first.niveau, first.sector) == ("Helpende Zorg en Welzijn", 2, Sector.CARE)
    assert (first.valid_from, first.valid_until) == (date(2016, 8, 1), date(2027, 7, 31))
    assert (first.offers_bol, first.offers_bbl) == (True, True)
    assert (second.sector, second.valid_from, second.offers_bol, second.offers_bbl) == (None, None, False, True)
    equal = session.get(Equivalent, ("29001", "29002"))
    assert (equal.valid_from, equal.valid_until) == (date(2023, 8, 1), None)


@pytest.mark.promise("P42")
def test_the_same_file_twice_changes_nothing(call, file):
    call(file(CODES), "--equivalents", file(EQUIVALENTS, "equal.csv"))
    code, told = call(file(CODES), "--equivalents", file(EQUIVALENTS, "equal.csv"))
    assert (code, counts(told)) == (0, {"rows": 3, "new": 0, "changed": 0, "same": 3})


def test_a_try_counts_the_same_and_changes_nothing(call, file):
    code, told = call(file(CODES), "--dry-run")
    assert (code, told["dry_run"], counts(told)) == (0, True, {"rows": 2, "new": 2, "changed": 0, "same": 0})
    assert how_many() == 0


def test_a_changed_row_is_brought_up_to_date_and_the_rest_stays(call, file, session):
    call(file(CODES))
    code, told = call(file(CODES.replace("Kok;2;BBL;;;", "Kok;3;BOL;;;2027-07-31")))
    assert (code, counts(told)) == (0, {"rows": 2, "new": 0, "changed": 1, "same": 1})
    kok = session.get(Qualification, "29002")
    assert (kok.niveau, kok.offers_bbl, kok.valid_until) == (3, False, date(2027, 7, 31))


def test_a_code_that_is_not_in_the_file_stays(call, file):
    call(file(CODES))
    code, told = call(file(CODES.replace("29001", "29003").replace("29002", "29004")))
    assert (code, told["new"]) == (0, 2)
    assert how_many() == 4


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (CODES.replace("29002;", "2518;"), 3, "opleidingscode"),
        (CODES.replace("Kok;2", "Kok;5"), 3, "niveau"),
        (CODES.replace("Kok;2;BBL", ";2;BBL"), 3, "naam"),
        (CODES.replace("BBL", "avond"), 3, "leerweg"),
        (CODES.replace("BBL;;;", "BBL;bakken;;"), 3, "sector"),
        (CODES.replace("31-07-2027", "31-06-2027"), 2, "geldig_tot"),
        (CODES.replace("31-07-2027", "31-07-2016"), 2, "geldig_tot"),
        (CODES.replace("29002", "29001"), 3, "opleidingscode"),
        (CODES.replace(";leerweg", ";weg"), 1, "leerweg"),
    ],
)
def test_one_wrong_row_stops_all_and_is_told_by_row_and_column(call, file, text, row, column):
    code, told = call(file(text))
    assert code == 3
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(row, column)]
    assert told["errors"][0]["sentence"]
    assert how_many() == 0


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (EQUIVALENTS.replace("29002", "29777"), "gelijkwaardige_code"),
        (EQUIVALENTS.replace("29001;", "29777;"), "opleidingscode"),
        (EQUIVALENTS.replace("29002", "29001"), "gelijkwaardige_code"),
        (EQUIVALENTS.replace("2023-08-01;", "2023-08-01;2023-07-31"), "geldig_tot"),
    ],
)
def test_a_wrong_equivalent_stops_the_codes_as_well(call, file, text, column):
    code, told = call(file(CODES), "--equivalents", file(text, "equal.csv"))
    assert code == 3
    assert [(error["file"], error["row"], error["column"]) for error in told["errors"]] == [("equal.csv", 2, column)]
    assert how_many() == 0


def test_an_equivalent_may_point_at_a_code_of_the_register(call, file, make, session):
    make.codes()
    code, _told = call(file(CODES), "--equivalents", file(EQUIVALENTS.replace("29002", "25960"), "equal.csv"))
    assert code == 0
    assert session.get(Equivalent, ("29001", "25960")) is not None


def test_the_examples_can_be_imported_together(call, file):
    _code, codes = call("--template", "codes")
    _code, equal = call("--template", "equivalents")
    extra = codes["template"] + "25603;A;2;bol;;;\n25181;B;2;bol;;;\n"
    code, told = call(file(extra), "--equivalents", file(equal["template"], "equal.csv"))
    assert (code, told["errors"], told["rows"]) == (0, [], 6)


def test_the_trail_tells_that_the_register_changed_and_nothing_when_it_did_not(call, file, session):
    for _ in range(2):
        call(file(CODES))
    lines = [line for line in session.scalars(select(audit.Entry)) if line.action == "codes.imported"]
    assert [line.details for line in lines] == [{"new": 2, "changed": 0, "same": 0}]


def test_without_a_file_the_command_is_called_wrongly(app, database):
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    result = app.test_cli_runner().invoke(args=["import", "codes"])
    assert result.exit_code == 2


def test_without_json_it_says_where_in_dutch(app, database, file):
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    result = app.test_cli_runner().invoke(args=["import", "codes", str(file(CODES.replace("Kok;2", "Kok;9")))])
    assert result.exit_code == 3
    assert "codes.csv, rij 3, kolom niveau" in result.output
    assert "Er is niets veranderd" in result.output
