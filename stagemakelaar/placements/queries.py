"""What can be asked about placements, limited to what a user may see."""

from datetime import timedelta

from sqlalchemy import Date, case, exists, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseNote, CaseState, ContactMoment, Task, TaskState
from stagemakelaar.db import UtcDateTime, when_asked
from stagemakelaar.errors import NotFound
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.people.queries import RESTRICTED
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.places.models import Place, PlaceCode, PlaceState, Recognition
from stagemakelaar.places.queries import end_of_recognition
from stagemakelaar.reference.models import Equivalent

ENDS_SOON = timedelta(days=60)  # extending a recognition takes SBB some weeks
_Kept, _Agreed = aliased(Student), aliased(Placement)
_GOES_ON = select(_Agreed.id).where(_Agreed.student_id == _Kept.id, _Agreed.state.in_(LIVE)).correlate(_Kept).exists()
# A statement of the students whose data is only kept, because they asked so, and who have no stage that goes on: they
# stand in no list at all. Of who has one, the lists have what belongs to that stage.
ONLY_KEPT = select(_Kept.id).where(_Kept.restricted_at.is_not(None), ~_GOES_ON)


def placements_visible_to(user):
    """A statement of the placements in a staff member's programme, the latest change first."""
    return (
        select(Placement)
        .where(Placement.programme_id == user.programme_id)
        .order_by(Placement.state_changed_at.desc(), Placement.id.desc())
    )


def placements_listed(user):
    """The same, without what is over of students whose data is only kept; a stage that was agreed goes on."""
    return placements_visible_to(user).where(_may_be_listed())


def _may_be_listed():
    return or_(Placement.state.in_(LIVE), Placement.student_id.not_in(RESTRICTED))


def placement_for(session, user, placement_id):
    """One placement of the programme; raises NotFound for another's and for nobody's."""
    return _one(session, placements_visible_to(user).where(Placement.id == placement_id))


def placements_chosen(session, user, placement_ids, locked):
    """These placements, as far as a list of this user has them; `locked` keeps others from changing them meanwhile."""
    found = placements_listed(user).where(Placement.id.in_(placement_ids))
    if locked:  # in one order, so that two who choose the same never wait for each other
        found = found.order_by(None).order_by(Placement.id).with_for_update(of=Placement)
    return session.scalars(found).all()


def live_placement_of(session, student):
    """The placement that a student has now, or None."""
    return session.scalars(
        select(Placement).where(Placement.student_id == student.id, Placement.state.in_(LIVE))
    ).first()


def placed_among(session, student_ids):
    """Which of these students (numbers) have a placement now, as a set."""
    found = select(Placement.student_id).where(Placement.student_id.in_(student_ids), Placement.state.in_(LIVE))
    return set(session.scalars(found))


def placements_of(session, student):
    """All placements of a student, oldest first."""
    return session.scalars(_of(student)).all()


def told_placements_of(session, student):
    """The placements that a student may know of, oldest first."""
    return session.scalars(_of(student).where(was_told())).all()


def _of(student):
    return select(Placement).where(Placement.student_id == student.id).order_by(Placement.id)


def was_told():
    """The condition that both sides may know: not while the decision can be taken back, nor when it was."""
    ended_unheard = Placement.withdrawn_at.is_not(None) & (Placement.withdrawn_at < Placement.told_from)
    now = when_asked("now", clock.now, UtcDateTime())
    return or_(Placement.told_from.is_(None), (Placement.told_from <= now) & not_(ended_unheard))


def own_placement(session, user, placement_id):
    """A student's own placement; raises NotFound otherwise."""
    return _one(
        session,
        select(Placement)
        .join(Student, Student.id == Placement.student_id)
        .where(Placement.id == placement_id, Student.user_id == user.id, was_told()),
    )


def lying_still(programme_id):
    """A statement of the open cases of a programme in which nothing happened for as long as a closed one is kept.

    Nobody spoke, wrote or had something to do, the student did not sign in, and there is no place. Such a case is never
    erased by the clock, since nobody closed it: a broker closes it, takes it up, or writes down why it stays open.
    """
    first, since = _first_day_kept(programme_id)
    open_or_lately = (Task.state == TaskState.OPEN) | (Task.state_changed_at >= since)
    alive = (
        select(ContactMoment.id).where(ContactMoment.case_id == Case.id, ContactMoment.held_on >= first),
        select(CaseNote.id).where(CaseNote.case_id == Case.id, CaseNote.created_at >= since),
        select(Task.id).where(Task.case_id == Case.id, open_or_lately),
        select(Placement.id).where(
            Placement.student_id == Case.student_id, Placement.state.in_(LIVE) | (Placement.state_changed_at >= since)
        ),
    )
    return (
        select(Case)
        .join(Student, Student.id == Case.student_id)
        .join(User, User.id == Student.user_id)
        .where(
            Case.programme_id == programme_id,
            Case.state != CaseState.CLOSED,
            Case.state_changed_at < since,
            Case.created_at < since,
            Student.merged_into_id.is_(None),
            Student.restricted_at.is_(None),  # they asked that it is kept
            User.erased_at.is_(None),
            func.coalesce(User.signed_in_at, User.created_at) < since,
            *(~exists(one.correlate(Case)) for one in alive),
        )
        .order_by(Case.state_changed_at, Case.id)
    )


def _first_day_kept(programme_id):
    """Expressions for the day, and the moment it began, since when a programme would keep a case that was closed.

    Asked in the statement itself, so that it can be kept for whoever asks; which month is which day is settled here.
    """
    days = {months: clock.months_after(clock.today(), -months) for months in range(3, 25)}
    moments = {months: clock.start_of(day) for months, day in days.items()}
    return (
        select(case({months: literal(at, kind) for months, at in found.items()}, value=Programme.keep_months))
        .where(Programme.id == programme_id)
        .scalar_subquery()
        for found, kind in ((days, Date()), (moments, UtcDateTime()))
    )


def placements_at(session, organisation):
    """All placements at an organisation, the latest change first."""
    return session.scalars(_at(organisation)).all()


def told_placements_at(session, organisation):
    """The placements that an organisation may know of and that a list may have, the latest change first."""
    return session.scalars(_at(organisation).where(was_told(), _may_be_listed())).all()


def _at(organisation):
    return (
        select(Placement)
        .join(Place, Place.id == Placement.place_id)
        .where(Place.organisation_id == organisation.id, ~_is_erased())
        .order_by(Placement.state_changed_at.desc(), Placement.id.desc())
    )


def _is_erased():
    """The condition that the student was erased: to a company such a placement does not exist any more."""
    account = select(User.id).join(Student, Student.user_id == User.id)
    return account.where(Student.id == Placement.student_id, User.erased_at.is_not(None)).correlate(Placement).exists()


def placement_at(session, organisation, placement_id):
    """One placement at an employer's own organisation; raises NotFound otherwise."""
    return _one(
        session,
        select(Placement)
        .join(Place, Place.id == Placement.place_id)
        .where(Placement.id == placement_id, Place.organisation_id == organisation.id, was_told(), ~_is_erased()),
    )


def live_at(session, place):
    """The placements that hold a seat of a place now, by the day on which they begin."""
    return session.scalars(
        select(Placement)
        .where(Placement.place_id == place.id, Placement.state.in_(LIVE))
        .order_by(Placement.starts_on, Placement.id)
    ).all()


# --- what waits for a broker ---------------------------------------------------------------------------------------


def is_overdue():
    """The condition on a placement that someone who was asked should have answered by now."""
    return (Placement.state == PlacementState.PLANNED) & (Placement.answer_by_on < clock.today()) & was_told()


def overdue_answers(user):
    """A statement of the placements on which someone should have answered by now, the longest overdue first."""
    return (
        select(Placement)
        .where(Placement.programme_id == user.programme_id, is_overdue())
        .order_by(Placement.answer_by_on, Placement.id)
    )


def due_to_move(user):
    """A statement of the placements whose first or last day has come and that still stand as before."""
    today = clock.today()
    begins = (Placement.state == PlacementState.CONFIRMED) & (Placement.starts_on <= today)
    ends = (Placement.state == PlacementState.ACTIVE) & (Placement.ends_on < today)
    return (
        select(Placement)
        .where(
            Placement.programme_id == user.programme_id,
            Placement.state.in_((PlacementState.CONFIRMED, PlacementState.ACTIVE)),  # what an index can find
            or_(begins, ends),
        )
        .order_by(Placement.starts_on, Placement.id)
    )


def recognitions_that_end(user):
    """A statement of (recognition, whether a stage runs on past its end), for those that end soon or have ended.

    Only where it matters to the user's programme: a live placement or an open place of its own lasts longer, for a code
    for which the recognition counts.
    """
    end = end_of_recognition()

    def counts_for(code):
        stands_in = exists().where(Equivalent.code == code, Equivalent.equivalent_code == Recognition.code)
        return or_(code == Recognition.code, stands_in)

    at_place = (Place.organisation_id == Recognition.organisation_id) & (Place.programme_id == user.programme_id)
    runs_on = exists().where(
        Placement.place_id == Place.id,
        at_place,
        Placement.state.in_(LIVE),
        Placement.ends_on > end,
        counts_for(Placement.code),
    )
    stays_open = exists().where(
        at_place,
        Place.state == PlaceState.OPEN,
        Place.ends_on > end,
        PlaceCode.place_id == Place.id,
        counts_for(PlaceCode.code),
    )
    soon = clock.today() + ENDS_SOON
    return (
        select(Recognition, runs_on.label("runs_on"))
        .where(
            Recognition.checked_at.is_not(None),
            or_(Recognition.valid_until <= soon, Recognition.withdrawn_on <= soon),
            or_(runs_on, stays_open),
        )
        .order_by(end, Recognition.id)
    )


def _one(session, statement):
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound
    return found


def places_out_of_step(session):
    """How many places have another number of free seats than their placements leave: none, if all is well."""
    taken = (
        select(func.count())
        .where(Placement.place_id == Place.id, Placement.state.in_(LIVE))
        .correlate(Place)
        .scalar_subquery()
    )
    return session.scalar(select(func.count()).select_from(Place).where(Place.free + taken != Place.seats))
