"""Start the service, bring the schema up, deliver the post."""

from typing import Any

import click
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from stagemakelaar import outbox, starting
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, NO_ANSWER, command
from stagemakelaar.db import current_session
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.worker import deliver_once

BATCH = 20


def the_application() -> Any:
    """The application itself, which other threads can use as well."""
    return current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001


@command("start", on_any_database=True, help="Start de dienst: pagina's en bezorger in één proces.")
def start(_told):
    """Run until told to stop."""
    starting.serve(the_application())


@command(
    "migrate",
    click.option(
        "--to", "revision", default="head", metavar="REVISION", help="Tot welke versie; standaard de nieuwste."
    ),
    click.option("--grant", "role", metavar="ROLE", help="De rol van PostgreSQL die de dienst draait."),
    help="Breng de database naar de nieuwste versie, of terug.",
    on_any_database=True,
)
def migrate(told, revision, role):
    """Bring the schema up or back, and give the role of the service what it needs."""
    settings = current_app.config["SETTINGS"]
    starting.prepare_instance(settings)
    starting.refuse_wrong_database(settings)
    before, after = starting.migrate(settings, revision)
    again = starting.erase_again(settings)
    told.note(schema_from=before, schema_to=after)
    if again:
        told.say(_("Opnieuw gewist: %(count)s mensen die op de lijst van gewisten staan.", count=again))
    told.say(_("De database heeft nu versie %(after)s.", after=after or "-"))
    if role is not None:
        starting.grant_service(settings, role)
        told.say(_("De rol %(role)s kan de dienst draaien, en het logboek alleen aanvullen.", role=role))


@command(
    "deliver",
    click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, help="Hoogstens zoveel brieven."),
    help="Bezorg de post die aan de beurt is.",
)
def deliver(told, limit):
    """Claim, send and settle what is due."""
    app = the_application()
    cancelled = _count(MessageState.CANCELLED)
    sums = dict.fromkeys(("claimed", "sent", "retry", "failed", "away"), 0)
    while sums["claimed"] < limit and not sums["away"]:
        counts = deliver_once(app, min(BATCH, limit - sums["claimed"]))
        for name in sums:
            sums[name] += counts[name]
        if counts["claimed"] == 0:
            break
    is_away = sums.pop("away") > 0
    session = current_session()
    left = _count(MessageState.QUEUED)
    told.note(
        **sums,
        cancelled=_count(MessageState.CANCELLED) - cancelled,
        left=left,
        oldest_seconds=outbox.oldest_due_seconds(session),
    )
    told.say(
        _(
            "Verzonden: %(sent)s. Later opnieuw: %(retry)s. Niet bezorgd: %(failed)s. Wacht nog: %(left)s.",
            left=left,
            sent=sums["sent"],
            retry=sums["retry"],
            failed=sums["failed"],
        )
    )
    if is_away:
        told.say(_("De mailserver antwoordt niet."))
        return NO_ANSWER
    return FOUND_WRONG if sums["failed"] else DONE


def _count(state):
    return current_session().scalar(select(func.count()).select_from(Message).where(Message.state == state))
