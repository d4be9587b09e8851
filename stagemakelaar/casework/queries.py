"""What can be asked about cases, limited to what a user may see."""

from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseState, ContactMoment, HandOver, HandOverState
from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import Profile, Role, Student, User
from stagemakelaar.reference.formats import folded

# A stage takes some twenty weeks, in which school, student and company speak at least three times.
LONG_SILENCE = timedelta(weeks=6)
IS_ERASED = exists().where(User.id == Student.user_id, User.erased_at.is_not(None)).correlate(Student)


def case_of(session, student):
    """The case of a student; there is always one."""
    return session.scalars(select(Case).where(Case.student_id == student.id)).one()


def cases_visible_to(user):
    """A statement of the cases in the user's programme; a user without one sees none.

    Doubles are left out, and who was erased. The programme is asked of case and student: the database then reads the
    students of one programme, and not of the country.
    """
    here = (Case.programme_id == user.programme_id, Student.programme_id == user.programme_id)
    return (
        select(Case)
        .join(Case.student)
        .where(*here, Student.merged_into_id.is_(None), ~IS_ERASED)
        .order_by(Student.sort_name)
    )


def _listed(user):
    """The same, without the students whose data is only kept: their file opens, and no list has them.

    Nor when their stage goes on: that stands in the lists of placements, and in what waits.
    """
    return cases_visible_to(user).where(Student.restricted_at.is_(None))


def kept_instead_of(session, user, student_id):
    """The number of the student with whom this one was merged, or None."""
    mine = (Student.id == student_id, Student.programme_id == user.programme_id)
    return session.scalar(select(Student.merged_into_id).where(*mine))


def case_for(session, user, student_id):
    """The case of one student if this user may see it; raises NotFound for someone else's and for nobody's."""
    case = session.scalars(cases_visible_to(user).where(Case.student_id == student_id)).first()
    if case is None:
        raise NotFound
    return case


def cases_found(user, *, state=None, text="", mine=False):
    """A statement of the cases in a state, of one's own, or in whose name (or address) a text occurs."""
    found = _listed(user).order_by(Student.id)
    if state is not None:
        found = found.where(Case.state == state)
    if mine:
        found = found.where(Case.broker_id == user.id)
    for word in folded(text).split():
        has_address = User.email.contains(word, autoescape=True)
        named = Student.sort_name.contains(word, autoescape=True)
        found = found.where(or_(named, Student.user_id.in_(select(User.id).where(has_address))))
    return found


def cases_chosen(session, user, case_ids, locked):
    """These cases, as far as this user may see them, by name; `locked` keeps others from changing them meanwhile."""
    found = _listed(user).where(Case.id.in_(case_ids)).order_by(Case.id)
    if locked:  # in one order, so that two who choose the same never wait for each other
        found = found.order_by(None).order_by(Case.id).with_for_update(of=Case)
    return session.scalars(found).all()


def brokers_of(session, programme_id):
    """Who can have cases in a programme, by name."""
    return session.scalars(
        select(User)
        .where(User.programme_id == programme_id, User.role == Role.BROKER, User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()


def waiting_hand_over(session, case):
    """The hand-over of a case that its new broker has not accepted yet, or None."""
    return session.scalars(
        select(HandOver).where(HandOver.case_id == case.id, HandOver.state == HandOverState.WAITING)
    ).first()


# --- what waits for a broker ---------------------------------------------------------------------------------------
# only_kept : a statement of the students of whom nothing may be done, which the rooms upstairs know:
#             `placements.queries.ONLY_KEPT`. What belongs to a stage that goes on is not left out.


def nobodys_cases(user):
    """A statement of the new cases that no broker has taken on, the oldest first."""
    return (
        select(Case)
        .where(Case.programme_id == user.programme_id, Case.state == CaseState.SIGNED_UP, Case.broker_id.is_(None))
        .order_by(Case.created_at, Case.id)
    )


def handed_to(user, only_kept):
    """A statement of the hand-overs to this broker that wait to be seen, the oldest first.

    Doubles are left out, and cases of a programme that the broker has left.
    """
    return (
        select(HandOver)
        .join(HandOver.case)
        .join(Case.student)
        .where(
            HandOver.to_id == user.id,
            HandOver.state == HandOverState.WAITING,
            Case.programme_id == user.programme_id,
            Student.merged_into_id.is_(None),
            Case.student_id.not_in(only_kept),
        )
        .order_by(HandOver.created_at, HandOver.id)
    )


def ready_to_search(user):
    """A statement of the cases that a broker has taken on, whose profile is complete and whose search has not begun."""
    return (
        select(Case)
        .join(Profile, Profile.student_id == Case.student_id)
        .where(
            Case.programme_id == user.programme_id,
            Case.broker_id.is_not(None),
            Case.state.in_((CaseState.SIGNED_UP, CaseState.INTAKE)),
            Profile.completed_at.is_not(None),
        )
        .order_by(Profile.completed_at, Case.id)
    )


def due_contacts(user, only_kept):
    """A statement of (contact, case): a next talk was planned for today or before, and none was noted since."""
    later = aliased(ContactMoment)
    return (
        select(ContactMoment, Case)
        .join(Case, Case.id == ContactMoment.case_id)
        .where(
            Case.programme_id == user.programme_id,
            Case.state != CaseState.CLOSED,
            Case.student_id.not_in(only_kept),
            ContactMoment.next_on <= clock.today(),
            ~exists().where(later.case_id == ContactMoment.case_id, later.id > ContactMoment.id),
        )
        .order_by(ContactMoment.next_on, ContactMoment.id)
    )


def long_silent(user, only_kept):
    """A statement of the cases whose stage runs, with whom nobody spoke for weeks, and no talk was planned."""
    since = clock.today() - LONG_SILENCE
    of_case, later = aliased(ContactMoment), aliased(ContactMoment)
    spoken = exists().where(of_case.case_id == Case.id, of_case.held_on >= since)
    planned = exists().where(
        of_case.case_id == Case.id,
        of_case.next_on.is_not(None),
        ~exists().where(later.case_id == of_case.case_id, later.id > of_case.id),
    )
    return (
        select(Case)
        .where(
            Case.programme_id == user.programme_id,
            Case.state == CaseState.AFTERCARE,
            Case.state_changed_at < clock.start_of(since),
            Case.student_id.not_in(only_kept),
            ~spoken,
            ~planned,
        )
        .order_by(Case.state_changed_at, Case.id)
    )


def last_contact_on():
    """An expression in a statement about cases: the day on which somebody last spoke with the student, or nothing."""
    return select(func.max(ContactMoment.held_on)).where(ContactMoment.case_id == Case.id).scalar_subquery()
