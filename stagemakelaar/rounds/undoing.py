"""Taking changes by hand back: one, or all that still can, while nobody outside has heard of them."""

from typing import NamedTuple

from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.rounds import by_hand
from stagemakelaar.rounds.changes import FORCES, changes_of, forcing_hints
from stagemakelaar.rounds.hints import hint_replaced_by, want_again, withdraw_hint
from stagemakelaar.rounds.models import ChangeKind, HandChange, RoundState
from stagemakelaar.rounds.queries import locked_round

WHY_OWED = N_("Schrijf op waarom u dit terugdraait.")
ALREADY = N_("Deze wijziging is al teruggedraaid.")
NOT_REVIEWED = N_("De berekening van deze wijziging wordt niet meer beoordeeld.")
FELL_THROUGH = N_("Deze plaatsing gaat al niet meer door.")
HEARD = N_("De brieven zijn al weg. Trek de plaatsing terug: dan krijgen beide kanten bericht.")
HAS_A_PLACE = N_("Deze student heeft intussen een plek. Draai eerst die plaatsing terug.")


class Plan(NamedTuple):
    """Plan: what can be taken back together, the latest change first, and what cannot, with the reason."""

    changes: list
    hints: list
    kept: list  # of (change, sentence to translate)

    @property
    def seal(self):
        """What a page showed, to see later that nothing else happened."""
        return "-".join([*(f"w{one.id}" for one in self.changes), *(f"v{one.id}" for one in self.hints)])


def undo_change(session, change, *, by, why):
    """Take one change by hand back: the placement, if there is one, and a proposal that was turned down stands again.

    Nobody hears of it. Raises DomainError with the reason when that cannot be any more.
    """
    if not why.strip():
        raise DomainError(WHY_OWED, field="why")
    locked_round(session, change.round_id)
    change = _locked(session, HandChange.id == change.id)[0]
    if (objection := objections_to_undoing(session, [change])[change.id]) is not None:
        raise (Overtaken if objection == ALREADY else DomainError)(objection)
    _undo(session, change, by=by, why=why.strip())


def undo_all(session, match_round, *, by, why, seal):
    """Take everything back that still can, all or nothing. Gives back the `Plan`.

    seal : what the page showed; Overtaken when something else can be taken back by now
    """
    if not why.strip():
        raise DomainError(WHY_OWED, field="why")
    match_round = locked_round(session, match_round.id)
    _locked(session, HandChange.round_id == match_round.id)
    plan = plan_of(session, match_round)
    if plan.seal != seal:
        raise Overtaken(N_("Er is intussen iets veranderd. Kijk de lijst opnieuw na."))
    for change in plan.changes:
        _undo(session, change, by=by, why=why.strip())
    for hint in plan.hints:
        withdraw_hint(session, hint, by=by)
        if (before := _wanted_before(session, match_round, hint)) is not None:
            want_again(session, before, by=by)
    return plan


def plan_of(session, match_round):
    """What would be taken back, and what must stay: a `Plan`."""
    standing = session.scalars(changes_of(match_round).where(HandChange.undone_at.is_(None))).all()
    objections = objections_to_undoing(session, standing, together=True)
    return Plan(
        [one for one in standing if objections[one.id] is None],
        list(session.scalars(forcing_hints(match_round))) if match_round.state is not RoundState.CLOSED else [],
        [(one, objections[one.id]) for one in standing if objections[one.id] is not None],
    )


def objections_to_undoing(session, changes, *, together=False):
    """Why each of these changes cannot be taken back, as a table from its number to a sentence, or to None.

    `together`: they are taken back one after the other, in this order, so that an earlier one may make way for a later.
    """
    made = [one.placement for one in changes if one.placement is not None]
    silent = placements.undoable(session, made)
    students = {one.student_id for one in changes}
    live = select(Placement.student_id, Placement.id).where(
        Placement.student_id.in_(students), Placement.state.in_(LIVE)
    )
    placed = dict(session.execute(live).all())
    objections = {}
    for change in changes:
        objections[change.id] = _objection(change, silent, placed)
        if together and objections[change.id] is None:
            placed.pop(change.student_id, None)
    return objections


def _objection(change, silent, placed):
    if change.undone_at is not None:
        return ALREADY
    if change.placement is not None and change.placement.state is PlacementState.WITHDRAWN:
        return FELL_THROUGH
    if change.placement is not None and change.placement_id not in silent:
        return HEARD
    if change.kind is not ChangeKind.PLACED and not by_hand.is_reviewed(change.run):
        return NOT_REVIEWED
    if change.kind is ChangeKind.REJECTED and change.student_id in placed:
        return HAS_A_PLACE
    return None


def _undo(session, change, *, by, why):
    if change.placement is not None:
        placements.undo(session, change.placement, note=why, by=by)
    if change.proposal is not None:
        by_hand.reopen(session, change.proposal, by=by)
    change.undone_at, change.undone_by_id, change.undone_why = clock.now(), by.id, why
    session.flush()
    audit.record(session, "hand_change.undone", change, by=by, student=change.student_id, placement=change.placement_id)


def _wanted_before(session, match_round, hint):
    """What was wanted for the pair of a hint when nothing had been forced in this round yet, or None."""
    while hint is not None and hint.level in FORCES and hint.at >= match_round.created_at:
        hint = hint_replaced_by(session, hint)
    return hint


def _locked(session, which):
    """The second who takes something back waits here, and then reads what the first has done."""
    return session.scalars(
        select(HandChange)
        .where(which)
        .order_by(HandChange.id)
        .with_for_update(of=HandChange)
        .execution_options(populate_existing=True)
    ).all()
