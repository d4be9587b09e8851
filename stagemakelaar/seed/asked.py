"""What people asked: about their own data, one request in each state, and another role for a colleague."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.people import staff_rights
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind
from stagemakelaar.seed.accounts import DOMAIN

WHY = "Ik ga iets anders doen."
PAIR = (f"leaver@{DOMAIN}", f"admin2@{DOMAIN}")
LIMITED = {
    RequestKind.RESTRICTION: "Mijn postcode klopt niet. Gebruik mijn gegevens even niet.",
    RequestKind.OBJECTION: "Ik wil dat een mens een plek voor mij zoekt.",
}
GRANTED = "We zoeken uit wat er klopt. Tot dan bewaren we alleen."
REFUSED = "Uw stage loopt nog. Vraag het opnieuw als ze klaar is."


def ask(session, programme_id):
    """Requests of students who no longer search, by the actions: of three who want to be erased one waits, one took it
    back and one was refused; of one the data is only kept, and one objects.
    """
    coordinator = session.scalars(
        select(User).where(User.programme_id == programme_id, User.role == Role.COORDINATOR).order_by(User.id)
    ).first()
    cases = session.scalars(
        select(Case)
        .where(Case.programme_id == programme_id, Case.state.in_((CaseState.AFTERCARE, CaseState.CLOSED)))
        .order_by(Case.id)
        .limit(3)
    ).all()
    asked = [
        requests.ask(session, kind=RequestKind.ERASURE, why=why, by=case.student.user)
        for case, why in zip(cases, (WHY, "", ""), strict=False)
    ]
    for request in asked[1:2]:
        requests.take_back(session, request, by=request.user)
    for request in asked[2:3] if coordinator is not None else ():
        requests.refuse(session, request, answer=REFUSED, by=coordinator)
    _ask_for_limits(session, programme_id, coordinator)
    _ask_for_rights(session, programme_id)


def _ask_for_limits(session, programme_id, coordinator):
    """One who rests already asks that nothing is done with the data, which is granted; one who is new objects."""
    for state, kind in ((CaseState.PAUSED, RequestKind.RESTRICTION), (CaseState.INTAKE, RequestKind.OBJECTION)):
        here = select(Case).where(Case.programme_id == programme_id, Case.state == state).order_by(Case.id.desc())
        case = session.scalars(here.limit(1)).first()
        if case is None:
            continue
        request = requests.ask(session, kind=kind, why=LIMITED[kind], by=case.student.user)
        if kind is RequestKind.RESTRICTION and coordinator is not None:
            requests.grant(session, request, answer=GRANTED, by=coordinator)


def _ask_for_rights(session, programme_id):
    """One administrator asks another role for a broker; the second has to grant it."""
    who = {user.email: user for user in session.scalars(select(User).where(User.email.in_(PAIR)))}
    broker, admin = map(who.get, PAIR)
    if broker is not None and admin is not None and broker.programme_id == programme_id:
        programme = session.get_one(Programme, programme_id)
        staff_rights.ask(session, broker.id, role=Role.COORDINATOR, programme=programme, by=admin)
