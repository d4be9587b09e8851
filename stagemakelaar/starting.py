"""Starting: everything that must be right before the first page, and one sentence for each thing that is not."""

import contextlib
import signal
import socket
import sys
import tempfile
from dataclasses import replace

import click
import structlog
import waitress
from flask import request
from flask_babel import gettext as _
from sqlalchemy import inspect, select, text

from stagemakelaar import clock, db, erasures, schema
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import N_, Busy
from stagemakelaar.people.models import User
from stagemakelaar.rights.listed import BadList, not_carried_out, read
from stagemakelaar.schema import DatabaseKind
from stagemakelaar.worker import Relay

log = structlog.get_logger()

LOOPBACK = "127.0.0.1"
THREADS = 8


class Refused(Exception):
    """Geweigerd: it does not start, nothing was changed, and this sentence says why."""


def serve(app):
    """Run the service until it is told to stop: the pages, and beside them the worker."""
    settings = app.config["SETTINGS"]
    with contextlib.closing(take_port(settings.port)) as listening:
        settings = app.config["SETTINGS"] = on_port(settings, listening.getsockname()[1])
        make_ready(settings)
        server = waitress.create_server(
            app,
            sockets=[listening],
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
        relay = Relay(app).start() if settings.worker and not settings.celery_broker_url else None
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, _leave)
        _tell(settings)
        try:
            server.run()
        finally:
            server.close()
            if relay is not None:
                relay.stop()
            db.close_session()
        click.echo(_("Stagemakelaar is gestopt. Alles wat bevestigd was, staat in de database."))


def take_port(port):
    """Listen on this machine only; a proxy stands in front when others may come in."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(1024)
    except OSError as taken:
        listening.close()
        raise Refused(
            _(
                "Poort %(port)s is al in gebruik. Kies een andere, bijvoorbeeld: PORT=%(other)s make run",
                port=port,
                other=8080 if port != 8080 else 8081,
            )
        ) from taken
    return listening


def on_port(settings, port):
    """The settings with the port that was really taken, when any would do (PORT=0)."""
    if settings.port == port:
        return settings
    return replace(settings, port=port, public_url=settings.public_url.removesuffix(f":{settings.port}") + f":{port}")


def make_ready(settings):
    """Check the folder and the database, bring the schema up, and fill a new demo."""
    prepare_instance(settings)
    refuse_wrong_database(settings)
    migrate(settings)
    if settings.is_demo:
        if is_empty(current_session()):
            fill_demo(settings)
    else:
        refuse_weak_durability(current_session())
    erase_again(settings)
    db.close_session()


def erase_again(settings):
    """Take out again whoever was erased, when this database does not know it; gives back how many."""
    if settings.erasure_list is None or schema.current(current_session()) != schema.newest():
        return 0
    return erasures.carry_out(settings.erasure_list)


def prepare_instance(settings):
    """Make the folder for data, and see that files can be written in it."""
    try:
        settings.instance.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.instance):
            pass
    except OSError as wrong:
        raise Refused(
            _(
                "In de map %(folder)s kan niets worden geschreven. Geef uzelf schrijfrecht, of kies een andere map met"
                " STAGEMAKELAAR_INSTANCE.",
                folder=settings.instance,
            )
        ) from wrong


def refuse_wrong_database(settings):
    """Keep the demo and real people apart, in both directions."""
    session = current_session()
    kind = schema.kind_of(session)
    if kind is DatabaseKind.INCOMPLETE:
        raise Refused(
            _("De database is maar half gevuld. Vul hem opnieuw: flask --app wsgi seed --scale demo --replace")
        )
    is_real = kind is DatabaseKind.REAL or (kind is None and not is_empty(session))
    if settings.is_demo and is_real:
        raise Refused(
            _("In deze database staan echte mensen. De demo start daar niet op: kies een andere DATABASE_URL.")
        )
    if not settings.is_demo and kind is DatabaseKind.DEMO:
        raise Refused(
            _("In deze database staat de demo. Een echte dienst start daar niet op: kies een andere DATABASE_URL.")
        )
    db.close_session()


def install(app):
    """Keep pages closed on a database of the other kind, or one that may forget; asked once, by whichever server."""
    checked = []

    @app.before_request
    def refuse_wrong_kind():
        if checked or request.path.startswith("/gezondheid/"):
            return
        kind = schema.kind_of(current_session())
        other = DatabaseKind.REAL if app.config["SETTINGS"].is_demo else DatabaseKind.DEMO
        if kind in {other, DatabaseKind.INCOMPLETE}:
            log.error("wrong_database", kind=kind.value)
            raise Busy(N_("Deze database hoort niet bij deze dienst."))
        if not app.config["SETTINGS"].is_demo:
            try:
                refuse_weak_durability(current_session())
            except Refused as weak:
                log.error("weak_durability", told=str(weak))  # noqa: TRY400 - the sentence says it all
                raise Busy(N_("De database van deze dienst is niet goed ingesteld.")) from weak
            if schema.may_rewrite_the_trail(current_session()):
                log.warning("role_may_rewrite_the_trail", remedy="migrate --grant ROLE, and run the service as ROLE")
        refuse_who_was_erased(app.config["SETTINGS"])
        checked.append(kind)


def refuse_who_was_erased(settings):
    """Keep pages closed as long as somebody stands in the database who is on the list of erasures."""
    if settings.erasure_list is None:
        return
    try:
        left = not_carried_out(current_session(), read(settings.erasure_list))
    except (BadList, OSError) as wrong:
        log.error("erasure_list_broken", kind=type(wrong).__name__)  # noqa: TRY400 - the kind says it all
        raise Busy(N_("De lijst van gewisten is niet te lezen.")) from wrong
    if left:
        log.error("erasures_not_carried_out", count=len(left))
        raise Busy(N_("In deze database staan mensen die gewist zijn. Voer eerst migrate uit."))


def is_empty(session):
    """Whether there is no account in the database, or not even a table for them."""
    return not holds_anyone(session.connection())


def holds_anyone(connection):
    """Whether there is an account in the database at the other end of a connection."""
    has_table = inspect(connection).has_table(User.__tablename__)
    return has_table and connection.scalar(select(User.id).limit(1)) is not None


def migrate(settings, to="head"):
    """Bring the schema up (or back); a real service marks its database as real. Gives back (before, after)."""
    if to != "head" and settings.erasure_list is not None and schema.current(current_session()) == schema.newest():
        erasures.write_down(settings.erasure_list)  # an older schema does not hold who was erased
    db.close_session()
    engine = db.make_engine(settings.database_url)
    try:
        steps = schema.migrate(engine, to)
    finally:
        engine.dispose()
    has_mark = inspect(current_session().connection()).has_table(schema.Installation.__tablename__)
    if not settings.is_demo and has_mark and schema.kind_of(current_session()) is None:
        with transaction() as session:
            schema.mark(session, DatabaseKind.REAL)
    return steps


def grant_service(settings, role):
    """Let this role of PostgreSQL run the service, and do no more than that."""
    db.close_session()
    engine = db.make_engine(settings.database_url)
    try:
        schema.grant_service(engine, role)
    finally:
        engine.dispose()


def fill_demo(settings):
    """Fill an empty database with the invented people of the demo."""
    from stagemakelaar.seed.whole import seed  # only for a demo that is new

    click.echo(_("De demo wordt gevuld met verzonnen mensen en bedrijven. Dat duurt ongeveer tien seconden."))
    seed(settings, "demo", 1, clock.today())


def refuse_weak_durability(session):
    """Refuse a PostgreSQL that may forget what it confirmed; on SQLite we set it ourselves."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for name in ("fsync", "synchronous_commit"):
        if session.scalar(text(f"SHOW {name}")) == "off":
            raise Refused(
                _("De database bewaart niet zeker wat bevestigd is: zet %(name)s aan in PostgreSQL.", name=name)
            )


def _leave(_signal, _frame):
    raise KeyboardInterrupt


def _tell(settings):
    """Say where it runs and, in the demo, who can sign in."""
    click.echo()
    click.echo(_("Stagemakelaar draait op %(address)s", address=settings.public_url))
    if settings.is_demo:
        from stagemakelaar.web.demo import PASSWORD, ROLES

        click.echo()
        click.echo(_("Accounts van de demo:"))
        for email, words in ROLES:
            click.echo(f"  {email:<27} {words}")
        click.echo()
        click.echo(_("Medewerkers loggen in met het wachtwoord %(password)s en een code.", password=PASSWORD))
        click.echo(_("Studenten en bedrijven loggen in met een link per mail."))
        click.echo(_("De codes en de mail staan op %(address)s/demo/post", address=settings.public_url))
    click.echo()
    click.echo(_("Stoppen: Ctrl+C"))
    sys.stdout.flush()
