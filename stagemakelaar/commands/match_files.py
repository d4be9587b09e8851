"""The matcher as a tool of its own: files in, files out, and a check of what came out. No database and no settings."""

import secrets
from collections import Counter
from pathlib import Path

import click
from flask_babel import gettext as _

from stagemakelaar.commands.file_words import WORDS, readme, show_example, tell_complaints
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, NoAnswer, command
from stagemakelaar.files import results
from stagemakelaar.files.checking import check
from stagemakelaar.files.complaints import FilesWrong
from stagemakelaar.files.inputs import read_inputs
from stagemakelaar.files.layouts import LAYOUTS
from stagemakelaar.files.question import make_question
from stagemakelaar.matching import objections, solve
from stagemakelaar.matching.findings import findings
from stagemakelaar.starting import Refused

LARGEST_LOT = 2**31 - 1

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_folder = click.Path(file_okay=False, path_type=Path)
_results = click.Path(exists=True, file_okay=False, path_type=Path)


@command(
    "match-files",
    click.option("--students", type=_file, metavar="FILE", help="De studenten."),
    click.option("--places", type=_file, metavar="FILE", help="De plekken."),
    click.option("--fixed", type=_file, metavar="FILE", help="Wie al een plek heeft en niet meedoet."),
    click.option("--forbidden", type=_file, metavar="FILE", help="Paren die niet mogen."),
    click.option("--hints", type=_file, metavar="FILE", help="Wat u voor een paar liever wel of niet wilt."),
    click.option("--travel", type=_file, metavar="FILE", help="Reistijden, in plaats van schattingen uit postcodes."),
    click.option("--out", type=_folder, metavar="DIR", help="Bereken, en schrijf de uitkomst in deze map."),
    click.option("--replace", is_flag=True, help="Een eerdere uitkomst in die map mag weg."),
    click.option("--lot", type=click.IntRange(0, LARGEST_LOT), metavar="N", help="Het lot, om iets na te rekenen."),
    click.option("--check", "checked", type=_results, metavar="DIR", help="Kijk de uitkomst in deze map na."),
    click.option("--template", type=click.Choice(list(LAYOUTS)), help="Toon een voorbeeld van dit bestand."),
    help="Bereken voorstellen uit bestanden, of kijk een uitkomst na. Zie docs/match-files.md.",
    on_any_database=True,
)
def match_files(told, out, replace, lot, checked, template, **paths):
    """Compute, check or show an example."""
    if template is not None:
        return show_example(told, LAYOUTS[template])
    if paths["students"] is None or paths["places"] is None or (out is None) == (checked is None):
        raise click.UsageError(_("Geef --students en --places op, en --out of --check."))
    if out is not None:
        _refuse_folder(out, replace=replace)
    try:
        inputs = read_inputs(paths)
    except FilesWrong as wrong:
        tell_complaints(told, wrong.complaints)
        count = wrong.complaints.total
        raise Refused(_("De bestanden kloppen niet (%(count)s keer). Er is niets geschreven.", count=count)) from wrong
    if checked is not None:
        return _check(told, inputs, checked)
    return _compute(told, inputs, out, lot)


def _refuse_folder(folder, *, replace):
    if strangers := results.strangers_in(folder):
        name = strangers[0]
        raise Refused(_("In %(folder)s staat iets anders: %(name)s. Kies een lege map.", folder=folder, name=name))
    if folder.is_dir() and any(folder.iterdir()) and not replace:
        raise Refused(_("In %(folder)s staat al een uitkomst. Vervang hem met --replace.", folder=folder))


def _compute(told, inputs, out, lot):
    lot = secrets.randbelow(LARGEST_LOT + 1) if lot is None else lot
    question = make_question(inputs, lot)
    problem = question.problem
    outcome = solve(problem)
    wrong = objections(problem, outcome)
    told.note(
        out=str(out),
        lot=lot,
        input_hash=problem.input_hash,
        outcome_hash=outcome.outcome_hash,
        solver=outcome.engine,
        students=len(problem.candidates),
        seats=int(problem.openings.seats.sum()),
        fixed=len(inputs.fixed),
        proposed=outcome.placed,
        objections=wrong,
    )
    if wrong:
        told.say(_("De tweede controle keurt de uitkomst af. Er is niets geschreven."))
        return FOUND_WRONG
    found = findings(problem, outcome)
    told.note(unmatched=dict(sorted(Counter(row["cause"] for row in found.unplaced).items())))
    tables = results.tables_of(question, outcome, found, WORDS)
    text = readme(inputs, question, outcome)
    try:
        results.write(out, tables, results.proof_of(question, outcome, inputs), text)
    except OSError as trouble:
        why = trouble.strerror
        raise NoAnswer(_("In %(folder)s kan niet worden geschreven: %(why)s.", folder=out, why=why)) from trouble
    told.say(text)
    return DONE


def _check(told, inputs, folder):
    verdict = check(inputs, folder, WORDS)
    told.note(checked=str(folder), objections=verdict.objections)
    tell_complaints(told, verdict.complaints)
    for sentence in verdict.objections:
        told.say(_("De tweede controle zegt: %(sentence)s", sentence=sentence))
    if not verdict.is_right:
        told.say(_("De uitkomst klopt niet met deze bestanden."))
        return FOUND_WRONG
    told.say(_("De uitkomst klopt: elke regel is nageleefd, en beter kan het niet."))
    return DONE
