"""What can be asked about cases, limited to what a user may see."""

from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import Student


def case_of(session, student):
    """The case of a student; there is always one."""
    return session.scalars(select(Case).where(Case.student_id == student.id)).one()


def cases_visible_to(user):
    """A statement of the cases in the user's programme; a user without one sees none."""
    return select(Case).where(Case.programme_id == user.programme_id).join(Case.student).order_by(Student.sort_name)


def case_for(session, user, student_id):
    """The case of one student if this user may see it; raises NotFound for someone else's and for nobody's."""
    case = session.scalars(cases_visible_to(user).where(Case.student_id == student_id)).first()
    if case is None:
        raise NotFound
    return case


def searching_in(session, programme_id):
    """The cases that take part in a round of this programme: marked as searching, with a complete profile."""
    return session.scalars(
        select(Case)
        .join(Case.student)
        .join(Student.profile)
        .where(Case.programme_id == programme_id, Case.state == CaseState.SEARCHING)
        .where(Student.profile.property.mapper.class_.completed_at.is_not(None))
        .order_by(Case.id)
    ).all()
