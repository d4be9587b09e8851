"""What rounds and brokers said about one student, for the story of the case: of runs that nobody looked at, nothing."""

from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from stagemakelaar.rounds.models import Hint, Proposal, Review, Round, Run, Unplaced


class Said(NamedTuple):
    """Gezegd: all of it, each list oldest first."""

    proposals: list  # of runs that a broker chose, or about which somebody decided
    reviews: list
    unplaced: list  # rows (cause, found_at) of the chosen runs that found nothing
    hints: list  # also those that were withdrawn


def said_about(session, student):
    """What was said about a student, in four statements."""
    return Said(
        proposals=session.scalars(_proposals(student)).unique().all(),
        reviews=session.scalars(_reviews(student)).all(),
        unplaced=session.execute(_unplaced(student)).all(),
        hints=session.scalars(
            select(Hint).where(Hint.student_id == student.id).options(joinedload(Hint.place)).order_by(Hint.id)
        ).all(),
    )


def _proposals(student):
    was_chosen = select(Round.id).where(Round.chosen_run_id == Proposal.run_id).exists()
    was_decided = exists().where(Review.proposal_id == Proposal.id)
    return (
        select(Proposal)
        .where(Proposal.student_id == student.id, or_(was_chosen, was_decided))
        .options(joinedload(Proposal.run).joinedload(Run.round))
        .order_by(Proposal.id)
    )


def _reviews(student):
    return (
        select(Review)
        .join(Proposal, Proposal.id == Review.proposal_id)
        .where(Proposal.student_id == student.id)
        .order_by(Review.id)
    )


def _unplaced(student):
    return (
        select(Unplaced.cause, Run.finished_at.label("found_at"))
        .join(Run, Run.id == Unplaced.run_id)
        .join(Round, Round.chosen_run_id == Run.id)
        .where(Unplaced.student_id == student.id)
        .order_by(Unplaced.id)
    )
