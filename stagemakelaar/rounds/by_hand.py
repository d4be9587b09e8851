"""The broker's own hand: a place that nobody computed, another one than was proposed, a decision taken back.

A hand-made placement stands before the same hard rules as a proposal, and owes a reason.
"""

from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.reasons import Act, in_one, must_say
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import PlacementState
from stagemakelaar.rounds import changes, comments, forgetting, review
from stagemakelaar.rounds.models import ChangeKind, Proposal, ProposalState, RoundState
from stagemakelaar.rounds.queries import locked_round, run_under_review


def place_student(session, student, place, *, by, why):
    """Place a student where the broker says, if no hard rule forbids it today. Gives back the placement."""
    placement = _place(session, student, place, by=by, why=why)
    if (run := run_under_review(session, student.programme_id)) is not None:
        changes.note(session, ChangeKind.PLACED, run, student, place, by=by, why=why, placement=placement)
    return placement


def _place(session, student, place, *, by, why):
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u deze plek kiest."), field="why")
    if not student.programme_id == place.programme_id == by.programme_id:
        raise DomainError(N_("De student en de plek horen niet bij hetzelfde programma."))
    if (objection := review.objection_between(session, student, place)) is not None:
        raise (Overtaken if objection in review.TAKEN else DomainError)(objection)
    return placements.plan(session, student, place, reasons={}, by=by, why=why.strip())


def replace(session, proposal, place, *, by, why="", reason=None, seconds=None, version=None):
    """Turn a proposal down and place its student elsewhere, both or neither. Gives back the placement."""
    otherwise = N_("Kies waarom u deze plek kiest, of schrijf het op.")
    must_say(proposal.run.round.programme, Act.REPLACE, reason=reason, why=why, otherwise=otherwise)
    if place.id == proposal.place_id:
        raise DomainError(N_("Dit is de plek van het voorstel. Keur het voorstel goed."))
    review.may_decide_about_run(proposal, by=by)
    proposal = review.turn_down(session, proposal, by=by, why=why, reason=reason, seconds=seconds, version=version)
    student, said = proposal.student, in_one(reason, why)
    placement = _place(session, student, place, by=by, why=said)
    made = {"proposal": proposal, "placement": placement}
    changes.note(session, ChangeKind.REPLACED, proposal.run, student, place, by=by, why=said, **made)
    return placement


def undo(session, proposal, *, by, why="", reason=None):
    """Take an approval back while its letters still wait: nobody hears of it, and the proposal is open again.

    The old proposal stays as it was decided; a new one points at it and takes its place. Gives back the new one.
    """
    otherwise = N_("Kies waarom u het besluit terugdraait, of schrijf het op.")
    must_say(proposal.run.round.programme, Act.UNDO, reason=reason, why=why, otherwise=otherwise)
    locked_round(session, proposal.run.round_id)  # it may be closed at this moment
    proposal = review.locked(session, proposal.id)
    if replaced_by(session, proposal) is not None:
        raise Overtaken(N_("Dit besluit is al teruggedraaid. Kijk eerst wat er gebeurd is."))
    if proposal.state is not ProposalState.APPROVED or proposal.placement.state is not PlacementState.PLANNED:
        raise DomainError(N_("Dit besluit kan niet meer teruggedraaid worden."))
    if not is_reviewed(proposal.run):
        raise DomainError(N_("Deze ronde wordt niet meer beoordeeld. Trek de plaatsing terug."))
    placements.undo(session, proposal.placement, note=in_one(reason, why), by=by)
    proposal.reviews[-1].undone_reason = reason or None
    return reopen(session, proposal, by=by)


def reopen(session, proposal, *, by):
    """Put a new, open proposal in the place of one whose decision was taken back; what was said about it goes along."""
    now = clock.now()
    again = Proposal(
        run_id=proposal.run_id,
        programme_id=proposal.programme_id,
        student_id=proposal.student_id,
        place_id=proposal.place_id,
        priority_class=proposal.priority_class,
        fit=proposal.fit,
        facts=proposal.facts,
        previous_id=proposal.id,
        state=ProposalState.OPEN,
        state_changed_at=now,
        created_at=now,
    )
    session.add(again)
    session.flush()
    comments.move_to(session, proposal, again)
    audit.record(session, "proposal.undone", proposal, by=by, student=proposal.student_id, again=again.id)
    student = proposal.student
    if student.is_limited:  # it was granted after the decision
        forgetting.turn_down_all(session, [student.id], by=by, why="limited")
    return again


def replaced_by(session, proposal):
    """The proposal that took the place of this one after an undo, or None."""
    return session.scalars(select(Proposal).where(Proposal.previous_id == proposal.id)).first()


def can_undo(session, proposal):
    """Whether an approval can still be taken back without anyone hearing of it."""
    is_decided = proposal.state is ProposalState.APPROVED and is_reviewed(proposal.run)
    return is_decided and placements.can_undo(session, proposal.placement)


def is_reviewed(run):
    """Whether the proposals of this run are those that are decided about now."""
    return run.round.state is RoundState.REVIEW and run.round.chosen_run_id == run.id
