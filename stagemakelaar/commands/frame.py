"""The frame of every command: sentences in Dutch, or one object (`--json`); the exit code says how it went."""

import json
import secrets
from time import monotonic

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy.engine import make_url

from stagemakelaar import __version__, clock, db
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.starting import Refused, refuse_wrong_database

CONTRACT = 1
DONE, FOUND_WRONG, REFUSED, OCCUPIED, NO_ANSWER, OUR_FAULT = 0, 1, 3, 4, 5, 70

log = structlog.get_logger()


class Occupied(Exception):
    """Bezet: someone else is at it; nothing was changed."""


class NoAnswer(Exception):
    """Geen antwoord: something outside us is away; what was done is in the output."""


class Told:
    """Verslag: what a command did. `say` prints at once, unless one object was asked for."""

    def __init__(self, *, as_json):
        self.as_json = as_json
        self.facts = {}

    def say(self, sentence):
        """A sentence for who reads along."""
        if not self.as_json:
            click.echo(sentence)

    def note(self, **facts):
        """Keys of the object."""
        self.facts.update(facts)


def command(name, *options, group=None, help="", on_any_database=False):
    """Make a command of `function(told, **options)`, which gives back an exit code, or None for "done".

    on_any_database     it looks itself whether the database is of the right kind
    """

    def wrap(function):
        called = function if on_any_database else _on_its_own_database(function)

        @click.command(name, help=help)
        @click.option("--json", "as_json", is_flag=True, help="Eén JSON-object op stdout.")
        @with_appcontext
        @click.pass_context
        def run(context, as_json, **given):
            full = f"{group} {name}" if group else name
            context.exit(_run(full, called, as_json, given))

        for option in options:
            run = option(run)
        return run

    return wrap


def _on_its_own_database(function):
    def checked(told, **given):
        refuse_wrong_database(current_app.config["SETTINGS"])
        return function(told, **given)

    return checked


def _database():
    """Which kind of database answers; None for a command that has none."""
    settings = current_app.config.get("SETTINGS")
    return make_url(settings.database_url).get_backend_name() if settings else None


def _run(name, function, as_json, given):
    told, began, started_at = Told(as_json=as_json), monotonic(), clock.now()
    code, refusal = DONE, None
    try:
        code = function(told, **given) or DONE
    except click.ClickException:
        raise
    except (Refused, DomainError) as refused:
        code, refusal = REFUSED, str(refused)
    except NotFound:
        code, refusal = REFUSED, _("Dat bestaat hier niet.")
    except Occupied as occupied:
        code, refusal = OCCUPIED, str(occupied)
    except NoAnswer as away:
        code, refusal = NO_ANSWER, str(away)
    except db.DATABASE_AWAY as away:
        log.exception("database_away", command=name, kind=type(away).__name__)
        code, refusal = NO_ANSWER, _("De database antwoordt niet. Controleer DATABASE_URL, of voer eerst migrate uit.")
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("command_broken", command=name, reference=reference)
        code, refusal = OUR_FAULT, _("Er ging bij ons iets mis. Noem dit nummer: %(number)s", number=reference)
    finally:
        db.close_session()
    if as_json:
        common = {
            "command": name,
            "contract": CONTRACT,
            "version": __version__,
            "database": _database(),
            "started_at": started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(monotonic() - began, 3),
            "exit": code,
            "refusal": refusal,
        }
        click.echo(json.dumps(common | told.facts, ensure_ascii=False, sort_keys=False))
    elif refusal:
        click.echo(refusal, err=True)
    return code
