"""A copy of everything in one file, and moving house: from one database to the other, with nothing lost."""

import tempfile
from pathlib import Path

import click
from flask import current_app
from flask_babel import gettext as _

from stagemakelaar import db, schema, starting
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, command
from stagemakelaar.copies.keeping import new_file
from stagemakelaar.copies.reading import load
from stagemakelaar.copies.writing import hashes_of, one_look, write
from stagemakelaar.errors import N_, DomainError

A_FILE = click.Path(dir_okay=False, path_type=Path)


@command(
    "backup",
    click.option(
        "--to", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Naar welk bestand."
    ),
    help="Maak een kopie van alles in één bestand, terwijl de dienst doorwerkt.",
)
def backup(told, path):
    """Write a consistent copy."""
    settings = current_app.config["SETTINGS"]
    revision = _newest_schema()
    engine = db.make_engine(settings.database_url)
    try:
        with one_look(engine) as connection, new_file(path, settings.backup_recipient) as (stream, counted):
            head, tables = write(connection, stream, schema=revision)
    finally:
        engine.dispose()
    told.note(file=str(path), bytes=counted.bytes, sha256=counted.sha256, schema=revision, audit_head=head, erasures=0)
    rows = sum(one["rows"] for one in tables.values())
    told.say(
        _("De kopie staat in %(file)s: %(rows)s rijen, %(bytes)s bytes.", file=path, rows=rows, bytes=counted.bytes)
    )
    if settings.backup_recipient is None:
        told.say(_("De kopie is niet versleuteld. Met BACKUP_RECIPIENT kan alleen de houder van de sleutel hem lezen."))
    return DONE


@command(
    "move",
    click.option("--to", "url", required=True, metavar="URL", help="Adres van een lege database, van welke soort ook."),
    help="Verhuis alles naar een andere database, en tel na of elke tabel gelijk is.",
)
def move(told, url):
    """Copy every row into an empty database, and hold both against each other."""
    settings = current_app.config["SETTINGS"]
    revision = _newest_schema()
    ours, theirs = db.make_engine(settings.database_url), db.make_engine(url)
    try:
        _refuse_filled(theirs)
        schema.migrate(theirs)
        with tempfile.TemporaryFile() as kept:
            with one_look(ours) as connection:
                _head, tables = write(connection, kept, schema=revision)
            kept.seek(0)
            load(theirs, kept)
        arrived = hashes_of(theirs, schema=revision)
    finally:
        ours.dispose()
        theirs.dispose()
    differing = sorted(name for name in tables if tables[name] != arrived[name])
    told.note(tables={name: one["rows"] for name, one in tables.items()}, differing=differing, schema=revision)
    rows = sum(one["rows"] for one in tables.values())
    if differing:
        told.say(_("Niet gelijk: %(tables)s. Gebruik de nieuwe database niet.", tables=", ".join(differing)))
        return FOUND_WRONG
    told.say(
        _("Verhuisd: %(rows)s rijen in %(count)s tabellen, en elke tabel is gelijk.", rows=rows, count=len(tables))
    )
    told.say(_("Zet nu DATABASE_URL op het nieuwe adres. De oude database is niet veranderd."))
    return DONE


def _newest_schema():
    revision = schema.current(db.current_session())
    if revision != schema.newest():
        raise DomainError(N_("De database heeft een oudere versie. Voer eerst migrate uit."))
    db.close_session()
    return revision


def _refuse_filled(engine):
    with engine.connect() as connection:
        filled = starting.holds_anyone(connection)
    if filled:
        raise DomainError(N_("In die database staat al iets. Verhuizen kan alleen naar een lege database."))
