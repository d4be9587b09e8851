"""The word that a student who searches is promised: from a computed round or from a person, and at the latest when."""

from datetime import timedelta
from functools import lru_cache

from sqlalchemy import and_, exists, func, or_, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseState, ContactMoment
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.rounds.models import Proposal, Round, Run, Unplaced

NEXT_WORD = 10  # working days after the last word


def last_search_for(session, student):
    """What the last chosen run found: (cause, facts, found_at), of which the first two are None where it found a place.

    None when that run did not reckon with the student.
    """
    return session.execute(
        select(Unplaced.cause, Unplaced.facts, Run.finished_at.label("found_at"))
        .select_from(Run)
        .outerjoin(Unplaced, and_(Unplaced.run_id == Run.id, Unplaced.student_id == student.id))
        .where(Run.id == _last_run_of(student.programme_id))
        .where(or_(Unplaced.id.is_not(None), _proposes(student.id)))
    ).first()


def without_word(user, only_kept):
    """A statement of the cases in the user's programme that search and were to have heard something before today.

    For longer than is promised nobody spoke with the student, no talk is planned, and no chosen run reckoned with them.
    """
    first = _first_day_within(NEXT_WORD, clock.today())
    spoken = exists().where(
        ContactMoment.case_id == Case.id,
        or_(ContactMoment.held_on >= first, ContactMoment.next_on >= clock.today()),
    )
    reckoned = exists().where(
        Run.id == _last_run_of(user.programme_id),
        Run.finished_at >= clock.start_of(first),
        or_(
            exists().where(Unplaced.run_id == Run.id, Unplaced.student_id == Case.student_id),
            _proposes(Case.student_id),
        ),
    )
    return (
        select(Case)
        .where(
            Case.programme_id == user.programme_id,
            Case.state == CaseState.SEARCHING,
            Case.state_changed_at < clock.start_of(first),
            Case.student_id.not_in(only_kept),
            ~spoken,
            ~reckoned,
        )
        .order_by(Case.state_changed_at, Case.id)
    )


def _last_run_of(programme_id):
    last = select(func.max(Run.id)).join(Round, Round.chosen_run_id == Run.id)
    return last.where(Run.programme_id == programme_id).scalar_subquery()


def _proposes(student_id):
    return exists().where(Proposal.run_id == Run.id, Proposal.student_id == student_id)


@lru_cache(maxsize=1)  # the same all day, and a calendar of days off takes long to make
def _first_day_within(count, today):
    """The first day of which so many working days later is not before today."""
    day = today
    while working_days_from(day - timedelta(days=1), count) >= today:
        day -= timedelta(days=1)
    return day
