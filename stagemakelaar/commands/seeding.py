"""Fill a database with invented people: to look at, to test with, to measure on."""

from datetime import date

import click
from flask import current_app
from flask_babel import gettext as _

from stagemakelaar import clock
from stagemakelaar.commands.frame import command
from stagemakelaar.db import current_session
from stagemakelaar.seed import accounts as fixed
from stagemakelaar.seed.fingerprint import counts, fingerprint
from stagemakelaar.seed.scales import SCALES
from stagemakelaar.seed.whole import seed as seed_database
from stagemakelaar.starting import prepare_instance


@command(
    "seed",
    click.option("--scale", type=click.Choice(sorted(SCALES)), required=True, help="Hoe groot."),
    click.option(
        "--seed", "number", type=int, default=1, show_default=True, help="Een ander getal geeft andere mensen."
    ),
    click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="De dag van vandaag; standaard die van de klok."),
    click.option(
        "--canaries", type=click.Path(dir_okay=False), help="Schrijf hier een uniek woord per persoonlijk veld."
    ),
    click.option("--accounts", type=click.Path(dir_okay=False), help="Schrijf hier een regel per account."),
    click.option("--replace", is_flag=True, help="Maak een gevulde demo eerst leeg."),
    help="Vul een database met verzonnen programma's, mensen en bedrijven. Nooit in productie.",
    on_any_database=True,
)
def seed(told, scale, number, today, canaries, accounts, replace):
    """Seed, then say what stands there."""
    settings = current_app.config["SETTINGS"]
    prepare_instance(settings)
    day: date = today.date() if today else clock.today()
    seed_database(settings, scale, number, day, replace=replace, canaries=canaries, accounts=accounts)
    session = current_session()
    told.note(
        scale=scale,
        seed=number,
        today=day.isoformat(),
        counts=counts(session),
        fingerprint=fingerprint(session),
        accounts=[known.email for known in fixed.STAFF]
        + [fixed.STUDENT, fixed.STUDENT2, fixed.MINOR, fixed.EMPLOYER, fixed.COLLEAGUE, fixed.EMPLOYER2],
    )
    told.say(_("De database is gevuld: %(students)s studenten.", students=told.facts["counts"]["student"]))
