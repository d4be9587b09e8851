"""Reminding whoever has not answered: a letter to them, and never more than one in two working days."""

from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.placements import letters
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.placements.telling import working_days_from

REST = 2  # working days between two letters to the same people


def remind(session, placement, *, by):
    """Send a reminder to the student, the company or both: whoever still has to answer."""
    placement = _locked(session, placement.id)
    refusal = objection(placement)
    if refusal is not None:
        raise refusal
    placement.reminded_at = clock.now()
    letters.reminder(session, placement)
    audit.record(session, "placement.reminded", placement, by=by)


def objection(placement):
    """Why nobody can be reminded of this placement today, as a refusal; None when it is all right."""
    if placement.state is not PlacementState.PLANNED:
        return DomainError(N_("Er wordt niet meer op antwoord gewacht."))
    if not placement.is_told:
        return DomainError(N_("De eerste brieven zijn nog niet weg."))
    again = may_again_on(placement)
    if clock.today() < again:
        return DomainError(
            N_("De vorige brief ging kort geleden weg. Herinneren kan weer op %(day)s."),
            day=f"{again.day}-{again.month}-{again.year}",
        )
    return None


def may_again_on(placement):
    """The first day on which a reminder may leave: some working days after the letter before."""
    last = placement.reminded_at or placement.told_from or placement.created_at
    return working_days_from(clock.day_of(last), REST)


def _locked(session, placement_id):
    """Give back a placement under a lock: the second who reminds waits here, and then sees that it was done."""
    return session.scalars(
        select(Placement)
        .where(Placement.id == placement_id)
        .with_for_update(of=Placement)
        .execution_options(populate_existing=True)
    ).one()
