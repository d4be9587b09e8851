"""Bring the register of qualification codes up to date from a file: all rows or none, and first a try when asked."""

from contextlib import suppress
from pathlib import Path

import click
from flask_babel import gettext as _
from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.commands.file_words import show_example, tell_complaints
from stagemakelaar.commands.frame import command
from stagemakelaar.db import current_session, transaction
from stagemakelaar.files.complaints import FilesWrong
from stagemakelaar.files.register import LAYOUTS, read_register
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.starter import put_register
from stagemakelaar.starting import Refused

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class _OnlyATry(Exception):
    """Alleen proberen: everything was done and counted, and is taken back."""


@command(
    "codes",
    click.argument("codes", type=_file, metavar="FILE", required=False),
    click.option("--equivalents", type=_file, metavar="FILE", help="Welke code gelijk telt aan welke."),
    click.option("--dry-run", is_flag=True, help="Tel wat er zou veranderen, en verander niets."),
    click.option("--template", type=click.Choice(list(LAYOUTS)), help="Toon een voorbeeld van dit bestand."),
    group="import",
    help="Lees opleidingscodes (crebo) in, en welke code gelijk telt. Alles of niets.",
)
def codes(told, codes, equivalents, dry_run, template):
    """Import, try or show an example."""
    if template is not None:
        return show_example(told, LAYOUTS[template])
    if codes is None:
        raise click.UsageError(_("Geef een bestand op, of --template."))
    known = set(current_session().scalars(select(Qualification.code)))
    try:
        register = read_register(codes, equivalents, known=known)
    except FilesWrong as wrong:
        told.note(rows=0, new=0, changed=0, same=0)
        tell_complaints(told, wrong.complaints)
        count = wrong.complaints.total
        raise Refused(_("De bestanden kloppen niet (%(count)s keer). Er is niets veranderd.", count=count)) from wrong
    counts = _put(register, dry_run=dry_run)
    told.note(dry_run=dry_run, rows=sum(counts.values()), **counts, errors=[])
    told.say(_("Nieuw: %(new)s. Veranderd: %(changed)s. Hetzelfde: %(same)s.", **counts))
    if dry_run:
        told.say(_("Dit was een proef: er is niets veranderd."))
    return None


def _put(register, *, dry_run):
    """Put all rows in the register and give back how many are new, changed and the same."""
    counts: dict[str, int] = {}
    with suppress(_OnlyATry), transaction() as session:
        counts |= put_register(session, register.qualifications, register.equivalents)
        if dry_run:
            raise _OnlyATry
        if counts["new"] or counts["changed"]:
            audit.record(session, "codes.imported", by=None, **counts)
    return counts
