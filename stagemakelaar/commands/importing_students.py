"""Bring the students of a school in from its own list: all rows or none, and first a try when asked."""

from contextlib import suppress
from pathlib import Path

import click
from flask_babel import gettext as _

from stagemakelaar import audit
from stagemakelaar.commands.file_words import complaint_in_words, show_example
from stagemakelaar.commands.frame import command
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.files.lists import STUDENTS
from stagemakelaar.intake.models import UploadKind
from stagemakelaar.intake.uploads import MOST_BYTES, carry_out_file
from stagemakelaar.people.queries import programme_called
from stagemakelaar.starting import Refused

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class _TakenBack(Exception):
    """Teruggenomen: everything was done and counted, and is taken back."""


@command(
    "students",
    click.argument("students", type=_file, metavar="FILE", required=False),
    click.option("--programme", "slug", metavar="SLUG", help="Bij welk programma de studenten horen."),
    click.option("--dry-run", is_flag=True, help="Tel wat er zou veranderen, en verander niets."),
    click.option("--overwrite", is_flag=True, help="Neem ook over wat afwijkt van wat studenten zelf invulden."),
    click.option("--template", is_flag=True, help="Toon een voorbeeld van dit bestand."),
    group="import",
    help="Lees studenten van een school in, uit Excel (xlsx) of CSV. Alles of niets.",
)
def students(told, students, slug, dry_run, overwrite, template):
    """Import, try or show an example."""
    if template:
        return show_example(told, STUDENTS)
    if students is None or slug is None:
        raise click.UsageError(_("Geef een bestand en --programme op, of --template."))
    if students.stat().st_size > MOST_BYTES:
        raise DomainError(N_("Dit bestand is te groot. Maak er twee van."))
    programme_id = programme_called(current_session(), slug).id
    trial = _put(programme_id, students, dry_run=dry_run, overwrite=overwrite)
    told.note(dry_run=dry_run, programme=slug, rows=trial.table.read, **trial.facts())
    _tell_errors(told, trial)
    if trial.complaints.total:
        raise Refused(
            _("Het bestand klopt niet (%(count)s keer). Er is niets veranderd.", count=trial.complaints.total)
        )
    told.say(
        _(
            "Nieuw: %(new)s. Veranderd: %(changed)s. Hetzelfde: %(same)s. "
            "Gegevens die blijven zoals ze zijn, al zegt de lijst iets anders: %(kept)s.",
            **trial.facts(),
        )
    )
    if dry_run:
        told.say(_("Dit was een proef: er is niets veranderd."))
    return None


def _put(programme_id, path, *, dry_run, overwrite):
    """Carry the list out, and take all of it back when it was a try or something is wrong."""
    found = []
    with suppress(_TakenBack), transaction() as session:
        trial = carry_out_file(
            session, UploadKind.STUDENTS, programme_id, path.name, path.read_bytes(), overwrite=overwrite
        )
        found.append(trial)
        if dry_run or trial.complaints.total or not trial.has_work:
            raise _TakenBack
        audit.record(session, "students.imported", by=None, programme_id=programme_id, **trial.facts())
    return found[0]


def _tell_errors(told, trial):
    errors = []
    for complaint in trial.complaints.shown:
        where, sentence = complaint_in_words(complaint)
        told.say(f"{where}: {sentence}")
        errors.append({"row": complaint.row, "column": complaint.column, "sentence": sentence})
    told.note(errors=errors, errors_in_all=trial.complaints.total)
