"""The first account, and the first programme: what cannot be done on a page yet, because nobody can sign in."""

import click
from flask_babel import gettext as _

from stagemakelaar.commands.frame import command
from stagemakelaar.db import transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import ProgrammeKind, Role
from stagemakelaar.people.queries import programme_called, programmes
from stagemakelaar.people.signing_in.invitations import invite as invite_staff
from stagemakelaar.reference import formats

ROLES = {
    "administrator": Role.ADMIN,
    "auditor": Role.AUDITOR,
    "coordinator": Role.COORDINATOR,
    "broker": Role.BROKER,
}
OF_A_PROGRAMME = {Role.COORDINATOR, Role.BROKER}


@command(
    "invite",
    click.argument("email"),
    click.option("--role", type=click.Choice(list(ROLES)), required=True, help="Wat het account mag."),
    click.option("--programme", "slug", metavar="SLUG", help="Bij welk programma een makelaar of coördinator hoort."),
    click.option("--name", default="", help="De naam van uw collega."),
    group="account",
    help="Nodig een medewerker uit: de mail met de link gaat met de post mee.",
)
def invite(told, email, role, slug, name):
    """Make a staff account that waits for its owner."""
    role = ROLES[role]
    if (role in OF_A_PROGRAMME) != bool(slug):
        raise DomainError(N_("Geef --programme op voor een makelaar of coördinator, en alleen daarvoor."))
    with transaction() as session:
        programme = programme_called(session, slug) if slug else None
        user = invite_staff(
            session, email=formats.clean_email(email), role=role, name=name, programme=programme, by=None
        )
    told.note(account=user.id)
    told.say(_("De uitnodiging staat klaar en gaat met de post mee. De link werkt een uur."))


@command(
    "add",
    click.argument("slug"),
    click.option("--name", required=True, help="De naam op het scherm."),
    click.option("--kind", type=click.Choice([kind.value for kind in ProgrammeKind]), required=True),
    click.option("--email", required=True, help="Afzender van de brieven."),
    click.option("--phone", help="Nummer voor vragen."),
    group="programme",
    help="Begin een programma: een makelaardij van een gemeente of een school.",
)
def add_programme(told, slug, name, kind, email, phone):
    """Make a programme."""
    if not slug.isascii() or not slug.replace("-", "").isalnum() or slug != slug.lower() or len(slug) > 40:
        raise DomainError(N_("De korte naam mag alleen kleine letters, cijfers en streepjes hebben."))
    with transaction() as session:
        if any(known.slug == slug for known in programmes(session)):
            raise DomainError(N_("Er is al een programma met deze korte naam."))
        programme = people.create_programme(
            session,
            slug=slug,
            name=formats.clean_name(name),
            kind=ProgrammeKind(kind),
            email=formats.clean_email(email),
            phone=formats.clean_phone(phone) if phone else None,
            by=None,
        )
    told.note(programme=programme.slug)
    told.say(_("Het programma staat klaar: studenten melden zich aan op /aanmelden/%(slug)s.", slug=slug))
