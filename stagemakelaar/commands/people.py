"""The first account, and the first programme: what cannot be done on a page yet, because nobody can sign in.

And what takes two administrators on a page, for who has only one left: whoever has the server is the second.
"""

import click
from flask_babel import gettext as _

from stagemakelaar.commands.frame import command
from stagemakelaar.db import transaction
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people import actions as people
from stagemakelaar.people import closing
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
    role = _fitting(role, slug)
    with transaction() as session:
        programme = programme_called(session, slug) if slug else None
        user = invite_staff(
            session, email=formats.clean_email(email), role=role, name=name, programme=programme, by=None
        )
    told.note(account=user.id)
    told.say(_("De uitnodiging staat klaar en gaat met de post mee. De link werkt een uur."))


@command(
    "close",
    click.argument("email"),
    group="account",
    help="Sluit het account van een medewerker, ook dat van de enige andere beheerder.",
)
def close(told, email):
    """Close an account of staff, in the place of a second administrator."""
    with transaction() as session:
        user = closing.close_from_server(session, formats.clean_email(email))
        able = closing.count_able(session)
    told.note(account=user.id, administrators=able)
    told.say(_("Het account is gesloten, en iedereen die ermee werkte is uitgelogd."))
    if able < closing.LEAST:
        told.say(_("Er zijn nu te weinig beheerders. Nodig er een uit met account invite."))


@command(
    "open",
    click.argument("email"),
    group="account",
    help="Open een gesloten account van een medewerker, ook dat van een beheerder.",
)
def open_account(told, email):
    """Open an account of staff, in the place of a second administrator."""
    with transaction() as session:
        user = closing.open_from_server(session, formats.clean_email(email))
    told.note(account=user.id)
    told.say(_("Het account werkt weer. Uw collega krijgt een mail."))


@command(
    "role",
    click.argument("email"),
    click.option("--role", type=click.Choice(list(ROLES)), required=True, help="Wat het account mag."),
    click.option("--programme", "slug", metavar="SLUG", help="Bij welk programma een makelaar of coördinator hoort."),
    group="account",
    help="Geef een medewerker een andere rol.",
)
def change_role(told, email, role, slug):
    """Change what an account may do, in the place of two administrators."""
    role = _fitting(role, slug)
    with transaction() as session:
        programme = programme_called(session, slug) if slug else None
        email = formats.clean_email(email)
        user = closing.change_role_from_server(session, email, role=role, programme=programme)
    told.note(account=user.id)
    if user.is_active:
        told.say(_("De rol is veranderd. Uw collega is uitgelogd, en krijgt een mail als die al een wachtwoord had."))
    else:
        told.say(_("De rol is veranderd. Het account blijft gesloten."))


def _fitting(role, slug):
    role = ROLES[role]
    if (role in OF_A_PROGRAMME) != bool(slug):
        raise DomainError(N_("Geef --programme op voor een makelaar of coördinator, en alleen daarvoor."))
    return role


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
