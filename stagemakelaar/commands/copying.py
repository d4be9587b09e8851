"""A copy of everything in one file, and back; and moving house: from one database to the other, with nothing lost."""

import tempfile
from pathlib import Path

import click
import structlog
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import DatabaseError

from stagemakelaar import db, erasures, schema, starting
from stagemakelaar.audit.walking import Head, walk
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, command
from stagemakelaar.copies.keeping import lines_of_file, new_file, sha256_of
from stagemakelaar.copies.reading import load, look_over
from stagemakelaar.copies.writing import hashes_of, one_look, write
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.placements.queries import places_out_of_step
from stagemakelaar.rights.listed import read
from stagemakelaar.schema import DatabaseKind

A_FILE = click.Path(dir_okay=False, path_type=Path)
GRANT = click.option(
    "--grant", "role", metavar="ROLE", help="De rol van PostgreSQL die de dienst draait, in de nieuwe database."
)

log = structlog.get_logger()


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
    listed = _people_in(read(settings.erasure_list)) if settings.erasure_list else 0
    engine = db.make_engine(settings.database_url)
    try:
        with one_look(engine) as connection, new_file(path, settings.backup_recipient) as (stream, counted):
            head, tables = write(connection, stream, schema=revision, erasures=listed)
    finally:
        engine.dispose()
    told.note(
        file=str(path),
        bytes=counted.bytes,
        sha256=counted.sha256,
        schema=revision,
        audit_head=head,
        erasures=listed,
    )
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
    GRANT,
    help="Verhuis alles naar een andere database, en tel na of elke tabel gelijk is.",
)
def move(told, url, role):
    """Copy every row into an empty database, and hold both against each other."""
    settings = current_app.config["SETTINGS"]
    revision = _newest_schema()
    ours, theirs = db.make_engine(settings.database_url), db.make_engine(url)
    try:
        _refuse_filled(theirs)
        if role is not None:
            schema.refuse_unknown_role(theirs, role)
        schema.migrate(theirs)
        with tempfile.TemporaryFile() as kept:
            with one_look(ours) as connection:
                _head, tables = write(connection, kept, schema=revision)
            kept.seek(0)
            load(theirs, kept)
        arrived = hashes_of(theirs, schema=revision)
        if role is not None:
            schema.grant_service(theirs, role)
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
    _say_granted(told, role)
    told.say(_("Zet nu DATABASE_URL op het nieuwe adres. De oude database is niet veranderd."))
    return DONE


def _say_granted(told, role):
    if role is not None:
        told.say(_("De rol %(role)s kan de dienst draaien, en het logboek alleen aanvullen.", role=role))


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


@command(
    "restore",
    click.option("--from", "path", required=True, type=A_FILE, help="Het bestand dat backup maakte."),
    click.option("--replace", is_flag=True, help="Maak een gevulde database eerst leeg."),
    click.option("--identity", type=A_FILE, metavar="FILE", help="Het bestand met de geheime age-sleutel."),
    click.option("--sha256", metavar="HASH", help="De hash die backup noemde; klopt die niet, dan gebeurt er niets."),
    GRANT,
    help="Zet een kopie terug, en ga na of alles er is.",
)
def restore(told, path, replace, identity, sha256, role):
    """Put a copy back: look it over, empty what stands there if that was asked, load, check, migrate, erase again."""
    settings = current_app.config["SETTINGS"]
    listed = _erasures_of(settings)
    with lines_of_file(path, identity) as lines:
        about = look_over(lines)
    if sha256 is not None and sha256 != sha256_of(path):
        raise DomainError(N_("Dit is niet het bestand met deze hash."))
    told.note(sha256_ok=True if sha256 else None, schema_from=about.schema, erasures_applied=0)
    _refuse_other_kind(settings, about)
    if _people_in(listed) < about.erasures:
        raise DomainError(N_("De lijst van gewisten (ERASURE_LIST) is ouder dan deze kopie: er ontbreken regels."))
    db.close_session()
    engine = db.make_engine(settings.database_url)
    try:
        if not replace:
            _refuse_filled(engine)
        if role is not None:
            schema.refuse_unknown_role(engine, role)
        if schema.is_there(engine):
            schema.migrate(engine, "base")
        schema.migrate(engine, about.schema)
        with lines_of_file(path, identity) as lines:
            load(engine, lines)
        _before, revision = schema.migrate(engine)
        if role is not None:
            schema.grant_service(engine, role)
        differing = differences(about, hashes_of(engine, schema=revision), same_schema=revision == about.schema)
    finally:
        engine.dispose()
    sums_ok = places_out_of_step(db.current_session()) == 0
    trail = walk(db.current_session(), kept=Head.parse(about.head))
    told.note(
        schema_to=revision,
        integrity=not differing,
        sums_ok=sums_ok,
        audit={"entries": trail.entries, "first_bad": trail.first_bad},
    )
    if differing or not sums_ok or trail.kind is not None:
        told.say(_("De kopie is teruggezet, maar er klopt iets niet. Gebruik deze database niet."))
        return FOUND_WRONG
    again = erasures.carry_out(settings.erasure_list)
    told.note(erasures_applied=again)
    rows = sum(one["rows"] for one in about.tables.values())
    told.say(_("Teruggezet: %(rows)s rijen van %(moment)s.", rows=rows, moment=about.made_at))
    _say_granted(told, role)
    told.say(_("Opnieuw gewist: %(count)s mensen die op de lijst van gewisten staan.", count=again))
    return DONE


def differences(about, arrived, *, same_schema):
    """The tables that hold something else than the copy did; after an upgrade only numbers of rows can be compared."""
    return sorted(
        name
        for name, told in about.tables.items()
        if name in arrived and (arrived[name] != told if same_schema else arrived[name]["rows"] != told["rows"])
    )


def _erasures_of(settings):
    """The list of who was erased: they must not come back, so nothing is put back without it."""
    listed = settings.erasure_list
    if listed is None or not listed.is_file():
        raise DomainError(N_("Er is geen lijst van gewisten (ERASURE_LIST). Een leeg bestand is ook een lijst."))
    read(listed, whole=True)
    _write_down_what_waits(listed)
    return read(listed, whole=True)


def _write_down_what_waits(path):
    """The database that is to be emptied may hold an erasure of which the line still waits: nobody else knows of it."""
    try:
        if schema.current(db.current_session()) == schema.newest():
            erasures.write_down(path)
    except DatabaseError as wrong:  # a database that does not answer may be why a copy is put back
        log.warning("erasures_not_read", kind=type(wrong).__name__)
    finally:
        db.close_session()


def _people_in(lines):
    """How many erasures a list holds: a line that was written twice is one of them."""
    return len({line.ref for line in lines})


def _refuse_other_kind(settings, about):
    if about.schema not in {step.revision for step in schema.revisions()}:
        raise DomainError(N_("Deze kopie is van een nieuwere versie van Stagemakelaar."))
    other = DatabaseKind.REAL if settings.is_demo else DatabaseKind.DEMO
    if about.kind == other.value:
        raise DomainError(N_("In deze kopie staan echte mensen en dit is een demo, of andersom."))
