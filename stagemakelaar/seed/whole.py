"""Seed a whole database: refuse where real people may be, empty it when asked, mark it while it is being filled."""

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import inspect, select

from stagemakelaar import db, schema
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people.models import User
from stagemakelaar.schema import DatabaseKind
from stagemakelaar.seed.filling import fill


def seed(settings, scale, number, today, *, replace=False, canaries=None, accounts=None):
    """Bring the database of these settings to the newest schema and fill it.

    replace             empty a filled demo first
    canaries, accounts  names of files to write, or None
    Raises DomainError, with nothing changed, in production, on real people, and on a filled demo without `replace`.
    """
    _refuse(settings, replace)
    db.close_session()
    with ExitStack() as files:
        canary_file, accounts_file = _open(files, canaries), _open(files, accounts)
        engine = db.make_engine(settings.database_url)
        try:
            if replace:
                schema.migrate(engine, "base")
            schema.migrate(engine)
        finally:
            engine.dispose()
        if settings.erasure_list is not None:  # nobody real was on it, and the same people come back
            settings.erasure_list.unlink(missing_ok=True)
        with transaction() as session:
            schema.mark(session, DatabaseKind.INCOMPLETE)
        fill(scale, number, today, canary_file=canary_file, accounts_file=accounts_file)
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)


def _refuse(settings, replace):
    if not settings.is_demo:
        raise DomainError(N_("Verzonnen mensen komen nooit in een echte dienst. Zet eerst STAGEMAKELAAR_ENV=demo."))
    session = current_session()
    kind = schema.kind_of(session)
    filled = inspect(session.connection()).has_table(User.__tablename__) and session.scalar(select(User.id).limit(1))
    if kind is DatabaseKind.REAL or (kind is None and filled):
        raise DomainError(N_("In deze database kunnen echte mensen staan. Kies een andere DATABASE_URL."))
    if (filled or kind is DatabaseKind.INCOMPLETE) and not replace:
        raise DomainError(N_("Deze demo is al gevuld. Met --replace wordt ze eerst leeggemaakt."))


def _open(files, name):
    return None if name is None else files.enter_context(Path(name).open("w", encoding="utf-8"))
