"""After a place was lost: the best next offer for this student, and what it would bring if others moved.

It rests on the computation under review: who was told of a decision stays where that decision put them, everyone else
may still be arranged otherwise. Each offer is looked at once more with the facts of today.
"""

from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.matching.explain import Alternative
from stagemakelaar.matching.repair import repair
from stagemakelaar.people.models import Student
from stagemakelaar.placements.models import Placement, PlacementState, WithdrawnBy
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run
from stagemakelaar.rounds.queries import computed
from stagemakelaar.rounds.review import objection_between

MOST_MOVES = 2  # of people who were told already


class Offer(NamedTuple):
    """Aanbod: where the student can go when so many who were told may move, and what the whole outcome loses by it."""

    moves_allowed: int
    place: Place | None  # None: nowhere
    alternative: Alternative
    students: dict  # who is named in the moves, by id
    objection: str | None  # what forbids it today, to translate


def offers_for(session, student):
    """Give back the offers, the fewest moves first; empty when the computation under review knows nothing of this.

    An offer that is no better than one with fewer moves is left out.
    """
    run = _run_with(session, student)
    if run is None or live_placement_of(session, student) is not None:
        return []
    problem, outcome = computed(session, run)
    found = repair(
        problem,
        outcome,
        student.id,
        declined=_lost_by(session, student, problem),
        given_up=_seats_gone(session, student, problem, outcome),
        told=_told(session, run) - {student.id},
        most_moves=MOST_MOVES,
    )
    better = [one for number, one in enumerate(found) if number == 0 or _worth(one) > _worth(found[number - 1])]
    return [_offer(session, student, found.index(one), one) for one in better]


def _worth(alternative):
    return (alternative.placed, alternative.profile, alternative.total_fit)


def _run_with(session, student):
    """The run under review in which this student took part, while we search for them."""
    if case_of(session, student).state is not CaseState.SEARCHING:
        return None
    return session.scalars(
        select(Run)
        .join(Round, Round.chosen_run_id == Run.id)
        .join(Proposal, Proposal.run_id == Run.id)
        .where(Round.programme_id == student.programme_id, Round.state == RoundState.REVIEW)
        .where(Proposal.student_id == student.id, Proposal.state != ProposalState.OPEN)
        .limit(1)
    ).first()


def _lost_by(session, student, problem):
    """Places that this student had and lost, or that a broker turned down."""
    lost = set(session.scalars(select(Placement.place_id).where(Placement.student_id == student.id)))
    lost |= set(
        session.scalars(
            select(Proposal.place_id).where(Proposal.student_id == student.id, Proposal.state == ProposalState.REJECTED)
        )
    )
    return lost & set(problem.openings.key.tolist())


def _seats_gone(session, student, problem, outcome):
    """The seat that the computation gave this student, when the company said that it is not there."""
    place = int(outcome.place[problem.row_of_candidate(student.id)])
    refused = session.scalar(
        select(Placement.id)
        .where(
            Placement.student_id == student.id,
            Placement.place_id == place,
            Placement.state == PlacementState.WITHDRAWN,
            Placement.withdrawn_by == WithdrawnBy.EMPLOYER,
        )
        .limit(1)
    )
    return [place] if refused is not None else []


def _told(session, run):
    """The students of whom it was decided where they go."""
    return set(
        session.scalars(
            select(Proposal.student_id).where(Proposal.run_id == run.id, Proposal.state == ProposalState.APPROVED)
        )
    )


def _offer(session, student, moves_allowed, alternative):
    place = session.get(Place, alternative.opening) if alternative.opening is not None else None
    named = {move.candidate for move in alternative.moves}
    students = {one.id: one for one in session.scalars(select(Student).where(Student.id.in_(named)))}
    objection = objection_between(session, student, place) if place is not None else None
    return Offer(moves_allowed, place, alternative, students, objection)
