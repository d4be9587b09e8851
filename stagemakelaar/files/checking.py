"""A folder of results, judged again: does it belong to these files, is nothing changed, and can nothing be better?

Nothing is solved here. The places that stand in voorstellen.csv are judged by the second opinion of the matcher, the
prices in bewijs.json are added up once more, and what the other files tell is told again and compared.
"""

import json
from dataclasses import dataclass, field

import numpy as np

from stagemakelaar.errors import N_
from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.layouts import Column, Layout
from stagemakelaar.files.question import make_question
from stagemakelaar.files.results import COLUMNS, PART_COLUMNS, PROOF, PROPOSALS, UNPLACED, proof_of, tables_of
from stagemakelaar.files.tables import read_table
from stagemakelaar.matching.checks import objections
from stagemakelaar.matching.columns import LARGEST
from stagemakelaar.matching.findings import findings
from stagemakelaar.matching.problem import NO_PLACE, UNKNOWN, Certificate, Outcome
from stagemakelaar.matching.scoring import PARTS

LAYOUTS = {
    name: Layout(name, tuple(Column(column, str.strip, (), "", "") for column in columns))
    for name, columns in COLUMNS.items()
}


@dataclass
class Verdict:
    """Oordeel: what is wrong with a folder of results; nothing when it may be trusted."""

    complaints: Complaints = field(default_factory=Complaints)
    objections: list = field(default_factory=list)
    question: object = None
    outcome: object = None

    @property
    def is_right(self):
        """Whether nothing is wrong."""
        return not self.complaints.total and not self.objections


def check(inputs, folder, words):
    """Return the `Verdict` on the results in `folder` of these `Inputs`."""
    verdict = Verdict()
    complaints = verdict.complaints
    for name in (*LAYOUTS, PROOF):
        if not (folder / name).is_file():
            complaints.add(name, None, None, N_("Dit bestand ontbreekt."))
    proof = _proof(folder, complaints) if not complaints.total else None
    if proof is None:
        return verdict
    tables = {name: read_table(folder / name, layout, complaints) for name, layout in LAYOUTS.items()}
    question = verdict.question = make_question(inputs, proof["lot"])
    if question.problem.input_hash != proof["input_hash"]:
        complaints.add(PROOF, None, "input_hash", N_("De invoer is niet dezelfde als toen dit werd berekend."))
    choice = _choice(question, tables, complaints)
    prices = _prices(question, proof, complaints)
    if complaints.total:
        return verdict
    try:
        outcome = verdict.outcome = _outcome(question, proof, choice, prices)
    except ValueError:
        complaints.add(PROPOSALS, None, "punten", N_("Er staan punten die niet kunnen."))
        return verdict
    verdict.objections = objections(question.problem, outcome)
    if not verdict.objections:
        _check_proof(question, inputs, outcome, proof, complaints)
        told = tables_of(question, outcome, findings(question.problem, outcome), words)
        _compare(told, tables, complaints)
    return verdict


def _proof(folder, complaints):
    """What bewijs.json says, as far as it can be read."""
    try:
        proof = json.loads((folder / PROOF).read_bytes())
        whole = {
            "lot": int(proof["lot"]),
            "value": int(proof["value"]),
            "bound": int(proof["bound"]),
            "prices": {str(place): int(price) for place, price in proof["prices"].items()},
            "input_hash": str(proof["input_hash"]),
            "engine": str(proof["engine"]),
        }
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        complaints.add(PROOF, None, None, N_("Dit bestand is beschadigd of van een andere versie."))
        return None
    return proof | whole


def _choice(question, tables, complaints):
    """Return the key of the student → (key of the place, points, points per part); each student stands somewhere."""
    key_of_student, key_of_place = question.key_of_student, question.key_of_place
    found: dict = {}
    for name in (PROPOSALS, UNPLACED):
        table = tables[name]
        for number, row in zip(table.numbers, table.rows, strict=True):
            student = key_of_student.get(row["student"])
            if student is None:
                complaints.add(name, number, "student", N_("Deze student hoort niet bij de invoer."))
            elif student in found:
                complaints.add(name, number, "student", N_("Deze student staat al eerder in de uitkomst."))
            elif name == UNPLACED:
                found[student] = (NO_PLACE, 0, [UNKNOWN] * len(PARTS))
            elif row["plek"] not in key_of_place:
                complaints.add(name, number, "plek", N_("Deze plek hoort niet bij de invoer."))
            else:
                texts = [row["punten"], *(row[PART_COLUMNS[part]] or str(UNKNOWN) for part in PARTS)]
                try:
                    fit, *parts = map(int, texts)
                except ValueError:
                    complaints.add(name, number, "punten", N_("De punten zijn geen gehele getallen."))
                    continue
                found[student] = (key_of_place[row["plek"]], fit, parts)
    missing = [row["student"] for key, row in question.students.items() if key not in found]
    if missing and not complaints.total:
        complaints.add(
            PROPOSALS,
            None,
            "student",
            N_("%(count)s studenten ontbreken in de uitkomst, zoals %(name)s."),
            count=len(missing),
            name=missing[0],
        )
    return found


def _prices(question, proof, complaints):
    """The price of every place, in the order of the problem."""
    by_key = {question.key_of_place.get(place): price for place, price in proof["prices"].items()}
    prices = [by_key.get(key, 0) for key in question.problem.openings.key.tolist()]
    if None in by_key or not all(0 <= price <= LARGEST for price in prices):
        complaints.add(PROOF, None, "prices", N_("De prijzen horen niet bij deze plekken."))
        return None
    return np.array(prices, dtype=np.int64)


def _outcome(question, proof, choice, prices):
    """The outcome that stands in the files."""
    people = question.problem.candidates
    rows = [choice[key] for key in people.key.tolist()]
    return Outcome(
        input_hash=question.problem.input_hash,
        candidate=people.key,
        place=np.array([place for place, _fit, _parts in rows]),
        priority_class=people.priority_class,
        fit=np.array([fit for _place, fit, _parts in rows]),
        parts=np.array([parts for _place, _fit, parts in rows]),
        engine=proof["engine"],
        certificate=Certificate(prices=prices, value=proof["value"], bound=proof["bound"]),
    )


def _check_proof(question, inputs, outcome, proof, complaints):
    """Compare what the proof says with the places; its prices, value and bound were added up by the second opinion."""
    right = proof_of(question, outcome, inputs)
    for name, value in right.items():
        if name not in {"versions", "engine", "prices"} and str(proof.get(name)) != str(value):
            complaints.add(PROOF, None, name, N_("Dit past niet bij de voorstellen."))


def _compare(told, tables, complaints):
    """See that each table says what it should, row for row in any order."""
    for name, rows in told.items():
        table = tables[name]
        right = {row[0]: row for row in rows}
        for number, row in zip(table.numbers, table.rows, strict=True):
            cells = right.pop(row[COLUMNS[name][0]], None)
            if cells is None:
                complaints.add(name, number, None, N_("Deze rij hoort er niet te staan."))
                continue
            for column, cell in zip(COLUMNS[name], cells, strict=True):
                if row[column] != cell:
                    complaints.add(name, number, column, N_("Hier hoort te staan: “%(cell)s”."), cell=cell[:200])
        if right:
            complaints.add(name, None, None, N_("Er ontbreken %(count)s rijen."), count=len(right))
