"""What can be asked about people, limited to what a user may see."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import STAFF, Programme, Student, User

# A statement of the students whose data is only kept (AVG 18): no list of those who seek a place has them.
RESTRICTED = select(Student.id).where(Student.restricted_at.is_not(None))


def programmes(session):
    """All programmes, by name."""
    return session.scalars(select(Programme).order_by(Programme.name)).all()


def programme_called(session, slug):
    """The programme with this name in its address; raises NotFound when there is none."""
    programme = session.scalars(select(Programme).where(Programme.slug == slug)).first()
    if programme is None:
        raise NotFound
    return programme


def user_with(session, email):
    """The account of a cleaned address, or None."""
    return session.scalars(select(User).where(User.email == email)).first()


def staff_accounts():
    """A statement of the accounts of staff, by name; without invitations that came to nothing."""
    found = select(User).where(User.role.in_(STAFF), User.erased_at.is_(None))
    return found.options(joinedload(User.programme)).order_by(User.name, User.email)


def names_of(session, ids):
    """The names that go with the numbers of accounts: number → name."""
    asked = select(User.id, User.name).where(User.id.in_(list(ids)))
    return {row.id: row.name for row in session.execute(asked)} if ids else {}


def records_of(session, student):
    """A student's own record and all doubles merged into it, also along others: rows (id, created_at)."""
    own = select(Student.id).where(Student.id == student.id).cte(recursive=True)
    all_of_them = own.union(select(Student.id).where(Student.merged_into_id == own.c.id))
    return session.execute(
        select(Student.id, Student.created_at).where(Student.id.in_(select(all_of_them.c.id))).order_by(Student.id)
    ).all()


def student_of(session, user):
    """The student that belongs to a student's own account."""
    return session.scalars(select(Student).where(Student.user_id == user.id)).one()
