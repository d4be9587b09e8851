"""What people asked about their own data: one request in each state, so that a newcomer sees them all."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.people.models import Role, User
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind

WHY = "Ik ga iets anders doen."
REFUSED = "Uw stage loopt nog. Vraag het opnieuw als ze klaar is."


def ask(session, programme_id):
    """Requests of students who no longer search, by the actions: one waits, one was taken back, one was refused."""
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
    for request in asked[2:] if coordinator is not None else ():
        requests.refuse(session, request, answer=REFUSED, by=coordinator)
