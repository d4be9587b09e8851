"""An outcome to files: proposals, reasons, shortages, and the proof. The words for people are handed down."""

import json
import platform
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from stagemakelaar import __version__
from stagemakelaar.files.tables import as_bytes
from stagemakelaar.files.words import TRAVEL_MODES, word_of
from stagemakelaar.matching.scoring import PARTS
from stagemakelaar.matching.unplaced import shortages
from stagemakelaar.reference.vocabulary import TravelMode

FORMAT = 1  # of bewijs.json
PROPOSALS, UNPLACED, SHORTAGES = "voorstellen.csv", "niet_geplaatst.csv", "tekorten.csv"
PROOF, README = "bewijs.json", "leesmij.txt"
FILES = (PROPOSALS, UNPLACED, SHORTAGES, README, PROOF)  # the proof is the last to be written

PART_COLUMNS = {"learning": "leren", "travel": "reis", "kind": "soort_werk", "costs": "kosten"}
COLUMNS = {
    PROPOSALS: (
        "student",
        "plek",
        "organisatie",
        "punten",
        *(PART_COLUMNS[part] for part in PARTS),
        "minuten",
        "vervoer",
        "schatting",
        "voorrang",
        "waarom",
    ),
    UNPLACED: ("student", "voorrang", "oorzaak", "uitleg", "volgende_stap", "wat_had_geholpen"),
    SHORTAGES: ("groep", "studenten", "plekken", "tekort", "opleidingscodes", "leerplekken", "niet_geplaatst"),
}


class Words(NamedTuple):
    """Woorden: how facts of the matcher are said to who reads the files."""

    why: Callable  # facts of a proposal → sentence
    cause: Callable  # (cause, facts) → (cause in a few words, sentence, next step, what would have helped)


def tables_of(question, outcome, found, words):
    """Return file name → rows, each a tuple of texts in the order of `COLUMNS`; sorted by name of student or group."""
    proposals, without = [], []
    for row in found.proposals:
        student, place = question.students[row["student_id"]], question.places[row["place_id"]]
        facts = row["facts"]["facts"]
        proposals.append(
            (
                student["student"],
                place["plek"],
                place["organisatie"],
                row["fit"],
                *(part["points"] for part in row["facts"]["parts"]),
                facts["minutes"],
                _mode(facts["mode"]),
                "" if facts["minutes"] is None else _yes_no(facts["is_estimate"]),
                row["priority_class"],
                words.why(row["facts"]),
            )
        )
    for row in found.unplaced:
        student = question.students[row["student_id"]]
        without.append((student["student"], row["priority_class"], *words.cause(row["cause"], row["facts"])))
    groups = [
        (
            number,
            group.students,
            group.seats,
            group.short,
            ";".join(map(str, group.codes)),
            ";".join(question.places[key]["plek"] for key in group.openings),
            ";".join(question.students[key]["student"] for key in group.unplaced),
        )
        for number, group in enumerate(shortages(question.problem, outcome), start=1)
    ]
    tables = {PROPOSALS: proposals, UNPLACED: without, SHORTAGES: groups}
    return {name: [tuple(map(_cell, row)) for row in rows] for name, rows in tables.items()}


def proof_of(question, outcome, inputs):
    """Return what bewijs.json holds: enough to check the outcome without this program (docs/match-files.md)."""
    prices = zip(question.problem.openings.key.tolist(), outcome.certificate.prices.tolist(), strict=True)
    return {
        "format": FORMAT,
        "input_hash": question.problem.input_hash,
        "outcome_hash": outcome.outcome_hash,
        "lot": question.lot,
        "engine": outcome.engine,
        "students": len(question.problem.candidates),
        "seats": int(question.problem.openings.seats.sum()),
        "fixed": len(inputs.fixed),
        "placed": outcome.placed,
        "profile": list(outcome.profile),
        "total_fit": outcome.total_fit,
        "value": str(outcome.certificate.value),  # as text: larger than many readers of JSON can hold
        "bound": str(outcome.certificate.bound),
        "prices": {question.places[key]["plek"]: str(price) for key, price in prices if price},
        "objections": [],
        "versions": {
            "stagemakelaar": __version__,
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "scipy": version("scipy"),
        },
    }


def write(folder, tables, proof, readme):
    """Write all files into a folder, which is made when it is not there. First everything beside it, then in place."""
    contents = {name: as_bytes(COLUMNS[name], rows) for name, rows in tables.items()}
    contents[PROOF] = (json.dumps(proof, ensure_ascii=False, indent=2) + "\n").encode()
    contents[README] = readme.replace("\n", "\r\n").encode("utf-8-sig")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        for name in FILES:
            (Path(beside) / name).write_bytes(contents[name])
        folder.mkdir(exist_ok=True)
        (folder / PROOF).unlink(missing_ok=True)  # so that no proof stands beside results that are half replaced
        for name in FILES:
            (Path(beside) / name).replace(folder / name)


def strangers_in(folder):
    """The names in a folder that this file does not write."""
    return sorted(path.name for path in folder.iterdir() if path.name not in FILES) if folder.is_dir() else []


def _cell(value):
    return "" if value is None else str(value)


def _mode(number):
    return next((word_of(TRAVEL_MODES, mode) for mode in TravelMode if mode.number == number), "")


def _yes_no(value):
    return "ja" if value else "nee"
