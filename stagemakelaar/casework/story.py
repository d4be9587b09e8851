"""What is kept about a case, all of it, for the page that tells its story."""

from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar.casework.models import CaseNote, ContactMoment, HandOver, Task


class Kept(NamedTuple):
    """Bewaard: each list oldest first."""

    contacts: list
    notes: list
    tasks: list
    hand_overs: list


def kept_about(session, case):
    """The contacts, notes, tasks and hand-overs of a case, in four statements."""
    return Kept(*(_of(session, case, model) for model in (ContactMoment, CaseNote, Task, HandOver)))


def _of(session, case, model):
    return session.scalars(select(model).where(model.case_id == case.id).order_by(model.id)).unique().all()
