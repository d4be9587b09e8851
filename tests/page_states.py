"""Pages of the demo that look different with another record, or for another person; see every_page.py."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Membership, Organisation, Place
from stagemakelaar.rounds.models import Proposal, Round
from stagemakelaar.seed import accounts
from tests.every_page import WHO, records_of

# A profile that is still empty, and one that may still change.
PROFILE = {
    CaseState.SIGNED_UP: ("", "/gegevens", "/wanneer", "/controleren"),
    CaseState.SEARCHING: ("", "/opleiding", "/waar", "/leren", "/nodig", "/controleren"),
}


def states_of(session, who):
    """(e-mail address, path) of pages of the demo that look different with another record or for another person."""
    return list(_STATES[who](session, records_of(session))) if who in _STATES else []


def _of_students(session, _records):
    in_state = {case.state: case.student for case in session.scalars(select(Case).order_by(Case.id))}
    for student in in_state.values():
        yield student.user.email, "/student"
    for state, steps in PROFILE.items():
        for step in steps:
            yield in_state[state].user.email, f"/student/profiel{step}"
    for placement in _one_of_each(session.scalars(select(Placement))):
        yield placement.student.user.email, f"/student/plaatsing/{placement.id}"


def _of_employers(session, records):
    for step in ("werk", "leren", "waar", "voorwaarden", "begeleiding"):
        yield accounts.EMPLOYER, f"/bedrijf/plekken/{records['own_place']}/{step}"
    yield accounts.COLLEAGUE, "/bedrijf"
    yield accounts.COLLEAGUE, f"/bedrijf/plaatsingen/{records['letter']}"
    managers = select(Membership).where(Membership.manages).order_by(Membership.id)
    for membership in _one_of_each(session.scalars(managers), lambda membership: membership.organisation.state):
        yield membership.user.email, "/bedrijf"
    for placement in _one_of_each(session.scalars(select(Placement))):
        manager = session.scalars(managers.where(Membership.organisation_id == placement.place.organisation_id)).first()
        yield manager.user.email, f"/bedrijf/plaatsingen/{placement.id}"


def _of_brokers(session, records):
    noord = session.get(Round, records["round"]).programme_id
    found = {
        "studenten": [
            case.student for case in _one_of_each(session.scalars(select(Case).where(Case.programme_id == noord)))
        ],
        "organisaties": _one_of_each(
            session.scalars(select(Organisation).where(Organisation.registered_with_id == noord))
        ),
        "plekken": _one_of_each(session.scalars(select(Place).where(Place.programme_id == noord))),
        "rondes": _one_of_each(session.scalars(select(Round).where(Round.programme_id == noord))),
        "voorstellen": _one_of_each(session.scalars(select(Proposal).where(Proposal.programme_id == noord))),
        "plaatsingen": _one_of_each(session.scalars(select(Placement).where(Placement.programme_id == noord))),
    }
    for folder, rows in found.items():
        for row in rows:
            yield WHO["b"], f"/{folder}/{row.id}"


def _one_of_each(rows, key=lambda row: row.state):
    return list({key(row): row for row in rows}.values())


_STATES = {"s": _of_students, "e": _of_employers, "b": _of_brokers}
