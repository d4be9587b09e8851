"""What is written, and how."""

import json

import pytest

from stagemakelaar.files import results
from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.inputs import read_inputs
from stagemakelaar.files.layouts import Column, Layout
from stagemakelaar.files.question import make_question
from stagemakelaar.files.tables import read_table
from stagemakelaar.matching import solve
from stagemakelaar.matching.findings import findings
from stagemakelaar.matching.scoring import PARTS
from tests.files.written import places, students

WORDS = results.Words(why=lambda facts: f"{facts['fit']} punten", cause=lambda cause, _facts: (cause, "a", "b", "c"))


@pytest.fixture
def outcome_of(tmp_path):
    """Solve files; gives back (inputs, question, outcome, rows of every table)."""

    def solved(people, sites):
        paths = {"students": students(tmp_path / "S.csv", *people), "places": places(tmp_path / "P.csv", *sites)}
        inputs = read_inputs(paths)
        question = make_question(inputs, 7)
        outcome = solve(question.problem)
        found = findings(question.problem, outcome)
        return inputs, question, outcome, results.tables_of(question, outcome, found, WORDS)

    return solved


def as_dicts(tables, name):
    return [dict(zip(results.COLUMNS[name], row, strict=True)) for row in tables[name]]


def test_every_part_of_the_score_has_a_column():
    assert list(results.PART_COLUMNS) == list(PARTS)


def test_a_proposal_tells_who_where_and_why(outcome_of):
    wish = {"werkprocessen": "B1-K1-W1", "voorrang": "1"}
    *_, tables = outcome_of([wish], [{"organisatie": "De Vlieger", "werkprocessen": "B1-K1-W1"}])
    [row] = as_dicts(tables, results.PROPOSALS)
    assert (row["student"], row["plek"], row["organisatie"]) == ("S1", "P1", "De Vlieger")
    assert (row["leren"], row["kosten"], row["voorrang"], row["schatting"]) == ("50", "", "1", "ja")
    assert int(row["punten"]) == int(row["leren"]) + int(row["reis"])
    assert (row["vervoer"], row["waarom"]) == ("fiets", f"{row['punten']} punten")
    assert int(row["minuten"]) > 0


def test_a_journey_that_is_not_known_is_empty(outcome_of):
    *_, tables = outcome_of([{"postcode": ""}], [{}])
    [row] = as_dicts(tables, results.PROPOSALS)
    assert (row["minuten"], row["vervoer"], row["schatting"], row["reis"]) == ("", "", "", "")


def test_who_has_no_place_and_which_group_is_short(outcome_of):
    *_, tables = outcome_of([{}, {"student": "S2"}, {"student": "S3", "opleidingscode": "25656"}], [{}])
    assert sorted(row["oorzaak"] for row in as_dicts(tables, results.UNPLACED)) == [
        "no_company_for_code",
        "seats_taken",
    ]
    [short] = [row for row in as_dicts(tables, results.SHORTAGES) if row["leerplekken"]]
    assert (short["studenten"], short["plekken"], short["tekort"]) == ("2", "1", "1")
    assert (short["opleidingscodes"], short["leerplekken"]) == ("25655", "P1")


def test_the_proof_holds_what_is_needed_to_check(outcome_of):
    inputs, question, outcome, _tables = outcome_of([{}, {"student": "S2"}], [{}])
    proof = results.proof_of(question, outcome, inputs)
    assert proof["value"] == proof["bound"]
    assert (proof["placed"], proof["profile"], proof["lot"]) == (1, [0, 0, 0, 1], 7)
    assert list(proof["prices"]) == ["P1"]
    assert proof["input_hash"] == question.problem.input_hash
    assert set(proof["versions"]) == {"stagemakelaar", "python", "numpy", "scipy"}


def test_what_is_written_can_be_read_back_and_runs_nothing(outcome_of, tmp_path):
    inputs, question, outcome, tables = outcome_of([{"student": "'=1+1"}], [{"plek": "'-2", "organisatie": "'@x"}])
    folder = tmp_path / "a" / "out"
    results.write(folder, tables, results.proof_of(question, outcome, inputs), "één\n")
    assert sorted(path.name for path in folder.iterdir()) == sorted(results.FILES)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["out"]
    assert "'=1+1;'-2;'@x;" in (folder / results.PROPOSALS).read_text("utf-8-sig")
    layout = Layout("", tuple(Column(name, str, (), "", "") for name in results.COLUMNS[results.PROPOSALS]))
    [row] = read_table(folder / results.PROPOSALS, layout, Complaints()).rows
    assert (row["student"], row["plek"], row["organisatie"]) == ("=1+1", "-2", "@x")
    assert json.loads((folder / results.PROOF).read_text())["placed"] == 1
    assert (folder / results.README).read_bytes() == "\ufeffeen\r\n".replace("een", "één").encode()


def test_a_failure_to_write_leaves_the_earlier_results_as_they_were(outcome_of, tmp_path):
    inputs, question, outcome, tables = outcome_of([{}], [{}])
    folder = tmp_path / "out"
    proof = results.proof_of(question, outcome, inputs)
    results.write(folder, tables, proof, "first")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(TypeError):
        results.write(folder, tables, proof | {"lot": object()}, "second")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_strangers_are_what_we_do_not_write(tmp_path):
    assert results.strangers_in(tmp_path / "absent") == []
    (tmp_path / results.PROOF).touch()
    assert results.strangers_in(tmp_path) == []
    (tmp_path / "adressen.csv").touch()
    assert results.strangers_in(tmp_path) == ["adressen.csv"]
