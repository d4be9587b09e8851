"""What brokers changed by hand in a round, against what was computed: noted as it happens, and added up.

What each change costs is worked out anew in `costs`, from the run that was looked at: a run never changes, so this is
what the broker read at the time.
"""

from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from stagemakelaar import clock
from stagemakelaar.errors import NotFound
from stagemakelaar.matching.explain import what_if
from stagemakelaar.people.queries import RESTRICTED
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.rounds.forgetting import limited_in
from stagemakelaar.rounds.models import ChangeKind, HandChange, Hint, HintLevel, Proposal, ProposalState, RoundState
from stagemakelaar.rounds.queries import IS_LISTED, STANDS, computed

FORCES = (HintLevel.MUST, HintLevel.NEVER)


def note(session, kind, run, student, place, *, by, why, proposal=None, placement=None):
    """Keep that a broker departed from what was computed. Gives back the `HandChange`."""
    change = HandChange(
        programme_id=run.programme_id,
        round_id=run.round_id,
        run_id=run.id,
        kind=kind,
        student_id=student.id,
        place_id=place.id,
        proposal_id=proposal.id if proposal else None,
        placement_id=placement.id if placement else None,
        why=why.strip(),
        by_id=by.id,
        at=clock.now(),
    )
    session.add(change)
    session.flush()
    return change


def changes_of(match_round):
    """A statement of the changes by hand in a round, the latest first; none about whose data is only kept."""
    return (
        select(HandChange)
        .where(HandChange.round_id == match_round.id, HandChange.student_id.not_in(RESTRICTED))
        .options(joinedload(HandChange.placement), joinedload(HandChange.proposal))
        .order_by(HandChange.id.desc())
    )


def count_changes(session, match_round):
    """How many changes by hand stand in a round."""
    return session.scalar(
        select(func.count()).where(
            HandChange.round_id == match_round.id,
            HandChange.undone_at.is_(None),
            HandChange.student_id.not_in(RESTRICTED),
        )
    )


def change_for(session, user, change_id):
    """One change of the programme; raises NotFound for another's and for nobody's."""
    found = session.scalars(
        select(HandChange).where(HandChange.id == change_id, HandChange.programme_id == user.programme_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def change_that_made(session, placement):
    """The change by hand from which a placement came, or None."""
    return session.scalars(select(HandChange).where(HandChange.placement_id == placement.id)).first()


def forcing_hints(match_round):
    """A statement of what brokers forced since a round was opened, until it was closed: the latest first.

    Of students whose data is only kept it tells nothing.
    """
    found = select(Hint).where(
        Hint.programme_id == match_round.programme_id,
        Hint.level.in_(FORCES),
        Hint.at >= match_round.created_at,
        Hint.withdrawn_at.is_(None),
        Hint.student_id.not_in(RESTRICTED),
    )
    if match_round.state is RoundState.CLOSED:
        found = found.where(Hint.at <= match_round.state_changed_at)
    return found.options(joinedload(Hint.student)).order_by(Hint.id.desc())


class Standing(NamedTuple):
    """Stand: how many students have a place or a proposal, and how well it all fits."""

    placed: int
    fit: int
    unknown: int = 0  # of the placed: at a place that took no part, so that nobody knows how well it fits


def as_computed(session, run):
    """What the run found."""
    _problem, outcome = computed(session, run)
    return Standing(outcome.placed, outcome.total_fit)


def as_it_is_now(session, run):
    """What is left of it: proposals that stand and may still come true, what was approved, and what was done by hand.

    A placement that fell through counts no more.
    """
    own = aliased(Placement)
    holds = Placement.state != PlacementState.WITHDRAWN
    has_place = select(own.id).where(own.student_id == Proposal.student_id, own.state.in_(LIVE))
    waits = Proposal.state.in_((ProposalState.OPEN, ProposalState.HELD)) & ~has_place.exists()
    placed, fit = session.execute(
        select(func.count(), func.coalesce(func.sum(Proposal.fit), 0))
        .select_from(Proposal)
        .outerjoin(Placement, Placement.id == Proposal.placement_id)
        .where(Proposal.run_id == run.id, STANDS, IS_LISTED)
        .where(or_(waits, (Proposal.state == ProposalState.APPROVED) & holds))
    ).one()
    by_hand = session.execute(
        select(HandChange.student_id, HandChange.place_id)
        .join(Placement, Placement.id == HandChange.placement_id)
        .where(HandChange.run_id == run.id, HandChange.kind != ChangeKind.REJECTED, holds)
        .where(HandChange.student_id.not_in(limited_in(run.programme_id).order_by(None)))
    ).all()
    problem, outcome = computed(session, run)
    found = [known(what_if, problem, outcome, student, place) for student, place in by_hand]
    return Standing(placed + len(found), int(fit) + sum(one.fit for one in found if one is not None), found.count(None))


def known(question, problem, outcome, student, *arguments, **options):
    """The answer of the matcher, or None when this student or a place was not in the problem."""
    try:
        return question(problem, outcome, student, *arguments, **options)
    except ValueError:
        return None
