"""Results judged again: each planted change is found."""

import json

import pytest

from stagemakelaar.files import results
from stagemakelaar.files.checking import check
from stagemakelaar.files.inputs import read_inputs
from stagemakelaar.files.question import make_question
from stagemakelaar.matching import solve
from stagemakelaar.matching.findings import findings
from tests.files.test_results import WORDS
from tests.files.written import places, students, write

PEOPLE = [
    {"student": "S1", "voorrang": "0"},
    {"student": "S2", "voorrang": "3"},
    {"student": "S3", "opleidingscode": "25656", "postcode": "1324"},
    {"student": "S4", "opleidingscode": "25657"},
]
SITES = [
    {"plek": "P1"},
    {"plek": "P2", "opleidingscodes": "25656"},
    {"plek": "P3", "opleidingscodes": "25656", "postcode": "1335"},
]


class Folder:
    """Files with an outcome beside them, to be spoilt."""

    def __init__(self, path):
        self.path, self.out = path, path / "out"
        self.people, self.sites = students(path / "S.csv", *PEOPLE), places(path / "P.csv", *SITES)
        question = make_question(self.inputs(), 7)
        outcome = solve(question.problem)
        tables = results.tables_of(question, outcome, findings(question.problem, outcome), WORDS)
        results.write(self.out, tables, results.proof_of(question, outcome, self.inputs()), "")

    def inputs(self, **others):
        return read_inputs({"students": self.people, "places": self.sites} | others)

    def check(self, **others):
        verdict = check(self.inputs(**others), self.out, WORDS)
        found = [(one.file, one.column) for one in verdict.complaints.shown]
        assert all(one.message % one.values for one in verdict.complaints.shown)
        assert verdict.is_right == (not found and not verdict.objections)
        return found, verdict.objections

    def replace(self, name, old, new):
        text = (self.out / name).read_text("utf-8-sig")
        assert old in text
        (self.out / name).write_text(text.replace(old, new), "utf-8")

    def prove(self, **facts):
        proof = json.loads((self.out / results.PROOF).read_text())
        (self.out / results.PROOF).write_text(json.dumps(proof | facts))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_what_was_just_made_is_right(folder):
    assert folder.check() == ([], [])
    assert (folder.out / results.PROPOSALS).read_text("utf-8-sig").count(
        "\n"
    ) == 3  # so that there is something to spoil
    assert (folder.out / results.SHORTAGES).read_text("utf-8-sig").count("\n") >= 2


def test_saved_again_by_a_spreadsheet_and_sorted_otherwise_it_is_still_right(folder):
    path = folder.out / results.PROPOSALS
    header, *rows = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([header, *rows[::-1]]).replace(";", "\t"), "cp1252")
    assert folder.check() == ([], [])


@pytest.mark.parametrize("name", [name for name in results.FILES if name != results.README])
def test_a_missing_file_is_named(folder, name):
    (folder.out / name).unlink()
    assert folder.check() == ([(name, None)], [])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"lot": "x"}', "\xff"])
def test_a_broken_proof_is_named(folder, text):
    (folder.out / results.PROOF).write_text(text, "latin-1")
    assert folder.check() == ([(results.PROOF, None)], [])


def test_other_input_is_noticed(folder):
    students(folder.people, *[PEOPLE[0] | {"dagen_per_week": "3"}, *PEOPLE[1:]])
    assert (results.PROOF, "input_hash") in folder.check()[0]


def test_a_fixed_pair_that_was_not_told_is_noticed(folder, tmp_path):
    fixed = write(tmp_path / "F.csv", {"student": "S1", "plek": "P1"})
    assert (results.PROPOSALS, "student") in folder.check(fixed=fixed)[0]


def test_a_place_that_breaks_a_rule_is_objected_to(folder):
    folder.replace(results.PROPOSALS, "S1;P1", "S1;P2")
    assert folder.check()[1]


def test_a_lesser_place_is_objected_to(folder):
    sites = places(folder.path / "other.csv", SITES[0], SITES[2])
    question = make_question(read_inputs({"students": folder.people, "places": sites}), 7)
    outcome = solve(question.problem)
    tables = results.tables_of(question, outcome, findings(question.problem, outcome), WORDS)
    [lesser] = [";".join(row) for row in tables[results.PROPOSALS] if row[0] == "S3"]
    text = (folder.out / results.PROPOSALS).read_text("utf-8-sig")
    [best] = [row for row in text.splitlines() if row.startswith("S3;")]
    assert (best[:5], lesser[:5]) == ("S3;P2", "S3;P3")
    folder.replace(results.PROPOSALS, best, lesser)
    assert folder.check()[1] == ["a better outcome exists"]


def test_the_wrong_one_of_two_students_is_objected_to(folder):
    for name in (results.PROPOSALS, results.UNPLACED):
        text = (folder.out / name).read_text("utf-8-sig")
        swapped = text.replace("S1;", "§").replace("S2;", "S1;").replace("§", "S2;")
        (folder.out / name).write_text(swapped, "utf-8")
    assert folder.check()[1] == ["a better outcome exists"]


def test_a_student_who_is_left_out_is_noticed(folder):
    text = (folder.out / results.UNPLACED).read_text("utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("S4;")]
    (folder.out / results.UNPLACED).write_text("\n".join(lines), "utf-8")
    assert folder.check() == ([(results.PROPOSALS, "student")], [])


def test_a_student_who_stands_in_two_files_is_noticed(folder):
    with (folder.out / results.UNPLACED).open("a", encoding="utf-8") as file:
        file.write("S1;0;seats_taken;a;b;c\r\n")
    assert folder.check() == ([(results.UNPLACED, "student")], [])


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [("S1;P1", "S9;P1", "student"), ("S1;P1", "S1;P9", "plek"), ("S1;P1;;", "S1;P1;;veel", "punten")],
)
def test_names_and_numbers_that_do_not_exist_are_noticed(folder, old, new, column):
    folder.replace(results.PROPOSALS, old, new)
    assert (results.PROPOSALS, column) in folder.check()[0]


def test_impossible_points_are_noticed(folder):
    folder.replace(results.PROPOSALS, "S1;P1;;", "S1;P1;;99999999999999999999")
    assert folder.check() == ([(results.PROPOSALS, "punten")], [])


def test_other_points_are_objected_to(folder):
    folder.replace(results.PROPOSALS, "S1;P1;;", "S1;P1;;1")
    assert folder.check()[1] == ["student 1, place 1: the points are not right"]


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        (results.UNPLACED, "no_company_for_code", "seats_taken", "oorzaak"),
        (results.UNPLACED, "S4;3;", "S4;2;", "voorrang"),
        (results.SHORTAGES, "1;2;1;1;", "1;2;1;9;", "tekort"),
        (results.PROPOSALS, " punten", " PUNTEN", "waarom"),
    ],
)
def test_a_changed_explanation_is_noticed(folder, name, old, new, column):
    folder.replace(name, old, new)
    found, wrong = folder.check()
    assert (set(found), wrong) == ({(name, column)}, [])


def test_a_shortage_that_is_left_out_or_added_is_noticed(folder):
    path = folder.out / results.SHORTAGES
    header, *rows = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([header, *rows[1:]]), "utf-8")
    assert folder.check() == ([(results.SHORTAGES, None)], [])
    path.write_text("\n".join([header, *rows, "9;1;0;1;25655;P1;S2"]), "utf-8")
    assert folder.check() == ([(results.SHORTAGES, None)], [])


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"placed": 3}, "placed"),
        ({"total_fit": 1}, "total_fit"),
        ({"profile": [9, 0, 0, 0]}, "profile"),
        ({"outcome_hash": "0" * 64}, "outcome_hash"),
        ({"prices": {"P9": "1"}}, "prices"),
        ({"prices": {"P1": "-1"}}, "prices"),
        ({"prices": {"P1": str(2**80)}}, "prices"),
        ({"objections": ["x"]}, "objections"),
        ({"lot": 8}, "input_hash"),
    ],
)
def test_a_changed_proof_is_noticed(folder, facts, column):
    folder.prove(**facts)
    assert (results.PROOF, column) in folder.check()[0]


@pytest.mark.parametrize("facts", [{"prices": {"P1": "1"}}, {"value": "1"}, {"bound": "1"}])
def test_numbers_that_prove_nothing_are_objected_to(folder, facts):
    folder.prove(**facts)
    assert folder.check() == ([], ["the certificate does not hold"])
