"""Keep nothing longer than the rules say."""

import click
from flask import current_app
from flask_babel import gettext as _

from stagemakelaar import erasures, retention
from stagemakelaar.commands.frame import DONE, command


@command(
    "run",
    click.option("--dry-run", "dry", is_flag=True, help="Kijk alleen wat er zou gebeuren."),
    group="retention",
    help="Waarschuw wie bijna te lang bewaard is, en wis wie dat is. De dienst doet dit ook vanzelf.",
)
def run(told, dry):
    """Warn, take out and delete what is due."""
    path = current_app.config["SETTINGS"].erasure_list
    if not dry:
        erasures.refuse_without_list(path)
    found = retention.run(path, dry=dry)
    told.note(**found)
    told.say(
        _(
            "Gewaarschuwd: %(warned)s. Gewist: %(anonymised)s. Blijft nog: %(kept)s.",
            warned=found["warned"],
            anonymised=found["anonymised"],
            kept=sum(found["kept"].values()),
        )
    )
    return DONE
