"""What people asked about their own data: one request in each state, so that a newcomer sees them all."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.people.models import Role, User
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind

WHY = "Ik ga iets anders doen."
REFUSED = "Uw stage loopt nog. Vraag het opnieuw als ze klaar is."


def ask(session, programme_id):
    """Requests of a few students who are no longer searching, by the actions."""
    coordinator = session.scalars(
        select(User).where(User.programme_id == programme_id, User.role == Role.COORDINATOR).order_by(User.id)
    ).first()
    cases = session.scalars(
        select(Case)
        .where(Case.programme_id == programme_id, Case.state.in_((CaseState.AFTERCARE, CaseState.CLOSED)))
        .order_by(Case.id)
        .limit(4)
    ).all()
    if coordinator is None or len(cases) < 4:
        return
    users = [case.student.user for case in cases]
    requests.ask(session, kind=RequestKind.ERASURE, why=WHY, by=users[0])
    refused = requests.ask(session, kind=RequestKind.ERASURE, by=users[1])
    requests.refuse(session, refused, answer=REFUSED, by=coordinator)
    requests.take_back(session, requests.ask(session, kind=RequestKind.ERASURE, by=users[2]), by=users[2])
    granted = requests.ask(session, kind=RequestKind.OBJECTION, by=users[3])
    requests.grant(session, granted, answer="Een mens bekijkt elk voorstel nu eerst met u.", by=coordinator)
