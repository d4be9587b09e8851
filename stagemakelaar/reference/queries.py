"""Looking in the register: qualifications, which code counts for which, work processes."""

from sqlalchemy import or_, select

from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.models import Equivalent, Qualification, WorkProcess


def qualification(session, code):
    """The qualification with this code, or None."""
    return session.get(Qualification, code) if code else None


def qualifications_with(session, codes):
    """The qualifications with these codes: code → Qualification; codes that do not exist are left out."""
    chosen = select(Qualification).where(Qualification.code.in_({code for code in codes if code}))
    return {found.code: found for found in session.scalars(chosen)}


def qualifications_on(session, date):
    """All qualifications that may be used on a date, by name; unknown dates exclude nothing."""
    chosen = select(Qualification).where(*_valid_on(Qualification, date)).order_by(*_by_name())
    return list(session.scalars(chosen))


def search_qualifications(session, text, limit=20, *, on=None):
    """Qualifications in whose code or name every word of a text occurs, minding neither capitals nor accents."""
    words = folded(text).split()
    if not words:
        return []
    chosen = select(Qualification).where(*(Qualification.search_name.contains(word, autoescape=True) for word in words))
    if on is not None:
        chosen = chosen.where(*_valid_on(Qualification, on))
    return list(session.scalars(chosen.order_by(*_by_name()).limit(limit)))


def codes_counting_for(session, code, on):
    """The codes whose recognition counts for a student of `code` on a date: itself and its equivalents."""
    chosen = select(Equivalent.equivalent_code).where(Equivalent.code == code, *_valid_on(Equivalent, on))
    return {code, *session.scalars(chosen)}


def work_processes(session, code):
    """The work processes of a qualification, in order of their numbers; empty means that none were entered."""
    chosen = select(WorkProcess).where(WorkProcess.code == code).order_by(WorkProcess.number, WorkProcess.id)
    return list(session.scalars(chosen))


def work_processes_with(session, ids):
    """Work processes by their ids; ids that do not exist are left out. Of none, nothing is asked."""
    if not ids:
        return []
    chosen = select(WorkProcess).where(WorkProcess.id.in_(list(ids))).order_by(WorkProcess.number, WorkProcess.id)
    return list(session.scalars(chosen))


def _by_name():
    return Qualification.search_name, Qualification.niveau, Qualification.code


def _valid_on(model, date):
    return (
        or_(model.valid_from.is_(None), model.valid_from <= date),
        or_(model.valid_until.is_(None), model.valid_until >= date),
    )
