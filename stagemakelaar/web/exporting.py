"""Every list as Excel or CSV: the rows that the filters of the page leave, in its order. Each download is in the trail.

A list is read by one statement, some hundreds of rows at a time, into a file without a name; so however long it is,
neither memory nor the number of questions to the database grows with it.
"""

from urllib.parse import urlencode

from babel.dates import get_timezone
from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from stagemakelaar import audit, clock
from stagemakelaar.casework.models import Case
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import NotFound
from stagemakelaar.files.downloads import WRITERS, pieces_of
from stagemakelaar.labels import label
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.people.permissions import Permission
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.reference.models import Qualification
from stagemakelaar.rounds.models import Proposal, ProposalState, Unplaced
from stagemakelaar.rounds.queries import proposals_of, round_for, unplaced_of
from stagemakelaar.web import organisations as organisation_pages
from stagemakelaar.web import placements as placement_pages
from stagemakelaar.web import places as place_pages
from stagemakelaar.web import post as post_pages
from stagemakelaar.web import students as student_pages
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.explanations import PRIORITY, cause_in_words, journey_in_words
from stagemakelaar.web.letter_words import kind_in_words
from stagemakelaar.web.paging import chosen

pages = Blueprint("exporting", __name__)

AT_A_TIME = 500
FORM = "<any(xlsx, csv):form>"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Account, Broker = aliased(User), aliased(User)


@pages.app_template_global()
def download_links(endpoint, **values):
    """(what stands on a link, address) for each form in which the list of this page can be had, with its filters."""
    kept = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "pagina"])
    addresses = {form: url_for(f"exporting.{endpoint}", form=form, **values) for form in TYPES}
    words = {"xlsx": _("Download als Excel"), "csv": _("Download als CSV")}
    return [(words[form], f"{address}?{kept}" if kept else address) for form, address in addresses.items()]


def _download(name, form, statement, columns, **about):
    """Answer with a list, and note in the trail that it left the house.

    statement   of what the page shows, in its order
    columns     heading → what is asked of the database, or (that, how it is put in words)
    """
    asked = {heading: one if isinstance(one, tuple) else (one, _plain) for heading, one in columns.items()}
    found = current_session().execute(
        statement.with_only_columns(*(column for column, _words in asked.values()), maintain_column_froms=True),
        execution_options={"yield_per": AT_A_TIME},
    )
    words = [in_words for _column, in_words in asked.values()]
    rows = ([in_words(cell) for in_words, cell in zip(words, row, strict=True)] for row in found)
    file, count = WRITERS[form](list(asked), rows)
    with transaction() as session:
        audit.record(session, "export", by=actor(), list=name, form=form, count=count, **about)
    name = f"{name}-{clock.today().isoformat()}.{form}"
    answer = Response(
        pieces_of(file), content_type=TYPES[form], headers={"Content-Disposition": f"attachment; filename={name}"}
    )
    answer.call_on_close(file.close)
    return answer


def _plain(value):
    return value


def _label(member):
    return "" if member is None else str(label(member))


def _moment(value):
    """A moment as the clock here says it."""
    return None if value is None else value.astimezone(get_timezone("Europe/Amsterdam"))


# --- the lists -----------------------------------------------------------------------------------------------------


@pages.get(f"/studenten/lijst.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def students(form):
    filters, sorting = student_pages.listed()
    statement = sorting.of(filters.found, Case.id)
    statement = (
        statement.join(Account, Account.id == Student.user_id)
        .outerjoin(Broker, Broker.id == Case.broker_id)
        .outerjoin(Qualification, Qualification.code == Profile.code)
    )
    columns = {
        _("Studentnummer"): Student.school_number,
        _("Voornaam"): Student.first_name,
        _("Tussenvoegsel"): Student.prefix,
        _("Achternaam"): Student.last_name,
        _("E-mailadres"): Account.email,
        _("Telefoon"): Account.phone,
        _("Opleidingscode"): Profile.code,
        _("Opleiding"): Qualification.name,
        _("Niveau"): Qualification.niveau,
        _("School"): Profile.school_name,
        _("Stand"): (Case.state, _label),
        _("Zoekt sinds"): Profile.searching_since,
        _("Eerste dag"): Profile.starts_on,
        _("Laatste dag"): Profile.ends_on,
        _("Stagemakelaar"): Broker.name,
    }
    return _download("studenten", form, statement, columns)


@pages.get(f"/organisaties/lijst.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def organisations(form):
    filters, sorting = organisation_pages.listed()
    columns = {
        _("Bedrijf"): Organisation.name,
        _("KVK-nummer"): Organisation.kvk_number,
        _("Vestigingsnummer"): Organisation.branch_number,
        _("Postcode"): Organisation.postcode,
        _("Plaats"): Organisation.city,
        _("Website"): Organisation.website,
        _("Stand"): (Organisation.state, _label),
    }
    return _download("bedrijven", form, sorting.of(filters.found, Organisation.id), columns)


@pages.get(f"/plekken/lijst.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def places(form):
    filters, sorting = place_pages.listed()
    columns = {
        _("Plek"): Place.title,
        _("Bedrijf"): Organisation.name,
        _("KVK-nummer"): Organisation.kvk_number,
        _("Vestigingsnummer"): Organisation.branch_number,
        _("Leerweg"): (Place.leerweg, _label),
        _("Eerste dag"): Place.starts_on,
        _("Laatste dag"): Place.ends_on,
        _("Uren per dag"): Place.hours_per_day,
        _("Plekken"): Place.seats,
        _("Vrij"): Place.free,
        _("Stand"): (Place.state, _label),
    }
    return _download("plekken", form, sorting.of(filters.found, Place.id), columns)


@pages.get(f"/plaatsingen/lijst.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def placements(form):
    filters, sorting = placement_pages.listed()
    statement = (
        sorting.of(filters.found, Placement.id)
        .join(Account, Account.id == Student.user_id)
        .join(Place, Place.id == Placement.place_id)
        .join(Organisation, Organisation.id == Place.organisation_id)
    )
    columns = {
        _("Student"): Account.name,
        _("Studentnummer"): Student.school_number,
        _("Plek"): Place.title,
        _("Bedrijf"): Organisation.name,
        _("Opleidingscode"): Placement.code,
        _("Leerweg"): (Placement.leerweg, _label),
        _("Eerste dag"): Placement.starts_on,
        _("Laatste dag"): Placement.ends_on,
        _("Stand"): (Placement.state, _label),
        _("Antwoord vóór"): Placement.answer_by_on,
        _("Student zei ja"): (Placement.student_accepted_at, _moment),
        _("Bedrijf zei ja"): (Placement.employer_confirmed_at, _moment),
    }
    return _download("plaatsingen", form, statement, columns)


@pages.get(f"/post/lijst.{FORM}")
@allow(Permission.REPLAY_POST)
@confirmed_lately
def post(form):
    message = post_pages.Message
    columns = {
        _("Brief"): (message.kind, kind_in_words),
        _("Aan"): message.to,
        _("Stand"): (message.state, _label),
        _("Sinds"): (message.state_changed_at, _moment),
        _("Wat de mailserver zei"): message.trouble,
    }
    return _download("post", form, post_pages.listed(), columns)


@pages.get(f"/rondes/<int:round_id>/voorstellen.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def proposals(round_id, form):
    match_round = _computed_round(round_id)
    statement = (
        proposals_of(match_round.chosen_run_id, chosen("stand", ProposalState))
        .join(Account, Account.id == Student.user_id)
        .join(Place, Place.id == Proposal.place_id)
        .join(Organisation, Organisation.id == Place.organisation_id)
    )
    columns = {
        _("Student"): Account.name,
        _("Studentnummer"): Student.school_number,
        _("Plek"): Place.title,
        _("Bedrijf"): Organisation.name,
        _("Reis"): (Proposal.facts, _journey),
        _("Wachttijd"): (Proposal.priority_class, _waiting),
        _("Stand"): (Proposal.state, _label),
    }
    return _download("voorstellen", form, statement, columns, round=round_id)


@pages.get(f"/rondes/<int:round_id>/zonder-plek.{FORM}")
@allow(Permission.SEE_CASES)
@confirmed_lately
def unplaced(round_id, form):
    match_round = _computed_round(round_id)
    statement = unplaced_of(match_round.chosen_run_id).join(Account, Account.id == Student.user_id)
    columns = {
        _("Student"): Account.name,
        _("E-mailadres"): Account.email,
        _("Studentnummer"): Student.school_number,
        _("Wachttijd"): (Unplaced.priority_class, _waiting),
        _("Waarom niet"): (Unplaced.cause, _cause),
    }
    return _download("zonder-plek", form, statement, columns, round=round_id)


def _computed_round(round_id):
    match_round = round_for(current_session(), actor(), round_id)
    if match_round.chosen_run_id is None:
        raise NotFound
    return match_round


def _journey(facts):
    return journey_in_words(facts["facts"]) or ""


def _waiting(priority_class):
    return str(PRIORITY[priority_class])


def _cause(cause):
    return str(cause_in_words(cause, {}).what)
