"""After a place was lost: who needs a next step, the best next offer, and what it would bring if others moved.

It rests on the computation under review: who was told of a decision stays where that decision put them, everyone else
may still be arranged otherwise. Each offer is looked at once more with the facts of today.
"""

from typing import NamedTuple

from sqlalchemy import exists, or_, select, union
from sqlalchemy.orm import aliased

from stagemakelaar import audit, clock
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.errors import N_, Overtaken
from stagemakelaar.matching.explain import what_if
from stagemakelaar.matching.repair import repair
from stagemakelaar.placements.models import LIVE, BrokerReason, Placement, PlacementState, WithdrawnBy
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.costs import Cost, named
from stagemakelaar.rounds.models import HandChange, Proposal, ProposalState, Round, Run, Unplaced, Wait
from stagemakelaar.rounds.queries import STANDS, computed, run_under_review
from stagemakelaar.rounds.review import objection_between

MOST_MOVES = 2  # of people who were told already
HAPPENED = Placement.withdraw_reason.is_(None) | (Placement.withdraw_reason != BrokerReason.UNDONE.value)


class Offer(NamedTuple):
    """Aanbod: where the student can go when so many who were told may move, and what the whole outcome loses by it."""

    moves_allowed: int
    place: Place | None  # None: nowhere
    cost: Cost  # against the outcome in which the place was not lost
    objection: str | None  # what forbids it today, to translate


def offers_for(session, student):
    """Give back the offers, the fewest moves first; empty when the computation under review knows nothing of this.

    An offer that is no better than one with fewer moves is left out.
    """
    run = _run_with(session, student)
    if run is None or live_placement_of(session, student) is not None:
        return []
    problem, outcome = computed(session, run)
    if student.id not in problem.candidates.key:
        return []
    own = int(outcome.place[problem.row_of_candidate(student.id)])
    lost = _lost_by(session, student, run, problem)
    if own in problem.openings.key and own not in lost:  # the place that was lost was another: this one still waits
        found = (what_if(problem, outcome, student.id, own),)
    else:
        found = repair(
            problem,
            outcome,
            student.id,
            declined=lost,
            given_up=_seats_gone(session, student, own),
            told=_told(session, run, problem) - {student.id},
            most_moves=MOST_MOVES,
        )
    better = [one for number, one in enumerate(found) if number == 0 or _worth(one) > _worth(found[number - 1])]
    costs = named(session, better)
    return [_offer(session, student, found.index(cost.alternative), cost) for cost in costs]


def _worth(alternative):
    return (alternative.placed, alternative.profile, alternative.total_fit)


def _run_with(session, student):
    """The run under review, if something was decided in it about this student for whom we search."""
    run = run_under_review(session, student.programme_id)
    if run is None or case_of(session, student).state is not CaseState.SEARCHING:
        return None
    decided = exists().where(
        Proposal.run_id == run.id, Proposal.student_id == student.id, Proposal.state != ProposalState.OPEN
    )
    changed = exists().where(HandChange.run_id == run.id, HandChange.student_id == student.id)
    return run if session.scalar(select(or_(decided, changed))) else None


def _lost_by(session, student, run, problem):
    """Places that this student had and lost, or that a broker turned down in this round; what was undone never was."""
    had = select(Placement.place_id).where(Placement.student_id == student.id, HAPPENED)
    turned_down = (
        select(Proposal.place_id)
        .join(Run, Run.id == Proposal.run_id)
        .where(
            Run.round_id == run.round_id,
            Proposal.student_id == student.id,
            Proposal.state == ProposalState.REJECTED,
            STANDS,
        )
    )
    return set(session.scalars(union(had, turned_down))) & set(problem.openings.key.tolist())


def _seats_gone(session, student, place):
    """The seat that the computation gave this student, when the company said that it is not there."""
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


def _told(session, run, problem):
    """The students of whom it was decided where they go, by a proposal or by hand."""
    decided = select(Proposal.student_id).where(Proposal.run_id == run.id, Proposal.state == ProposalState.APPROVED)
    live = select(Placement.student_id).where(Placement.programme_id == run.programme_id, Placement.state.in_(LIVE))
    return set(session.scalars(union(decided, live))) & set(problem.candidates.key.tolist())


def _offer(session, student, moves_allowed, cost):
    place = cost.places.get(cost.alternative.opening)
    objection = objection_between(session, student, place) if place is not None else None
    return Offer(moves_allowed, place, cost, objection)


# --- who needs a next step -----------------------------------------------------------------------------------------


def lost_places(programme_id):
    """A statement of the placements that fell through and after which nobody has decided what comes next.

    Gone when the student is placed again, when somebody decides to wait, or when a later computation is reviewed that
    searched for this student: one on the facts of an earlier computation may not have.
    """
    later, since = aliased(Placement), aliased(Run)
    searched = (
        exists().where(found.run_id == since.id, found.student_id == Placement.student_id).correlate(since, Placement)
        for found in (Proposal, Unplaced)
    )
    happened = (later.withdraw_reason.is_(None)) | (later.withdraw_reason != BrokerReason.UNDONE.value)
    return (
        select(Placement)
        .join(Case, Case.student_id == Placement.student_id)
        .where(
            Placement.programme_id == programme_id,
            Placement.state == PlacementState.WITHDRAWN,
            Placement.withdraw_reason != BrokerReason.UNDONE.value,
            Case.state == CaseState.SEARCHING,
            ~exists().where(later.student_id == Placement.student_id, later.id > Placement.id, happened),
            ~exists().where(Wait.placement_id == Placement.id),
            ~exists().where(
                Round.chosen_run_id == since.id,
                since.programme_id == Placement.programme_id,
                since.started_at > Placement.withdrawn_at,
                or_(*searched),
            ),
        )
    )


def lost_place_of(session, student):
    """The placement of this student that fell through and after which nobody has decided what comes next, or None."""
    return session.scalars(lost_places(student.programme_id).where(Placement.student_id == student.id)).first()


def let_wait(session, student, *, by):
    """Decide that a student whose place fell through waits for the next round. Who is placed after all, is placed."""
    lost = lost_place_of(session, student)
    if lost is None:
        raise Overtaken(N_("Over deze student is al besloten wat er nu gebeurt."))
    session.add(Wait(programme_id=lost.programme_id, placement_id=lost.id, by_id=by.id, at=clock.now()))
    session.flush()
    audit.record(session, "placement.waits", lost, by=by, student=student.id)
