"""Pausing a case and taking it up again, so that a letter about a place which still waits says what holds by now."""

from stagemakelaar.casework import actions as casework
from stagemakelaar.placements.letters import put_right
from stagemakelaar.placements.queries import live_placement_of


def pause(session, case, *, by, why):
    """Put a case to rest; the letter that a student has still to get no longer says that we search on."""
    casework.pause(session, case, by=by, why=why)
    put_letter_right(session, case.student)


def resume(session, case, *, by):
    """Take a case up again where it was, and say so in the letter that waits."""
    casework.resume(session, case, by=by)
    put_letter_right(session, case.student)


def put_letter_right(session, student):
    """A letter about a place that still waits for this student says whether we search."""
    if (placement := live_placement_of(session, student)) is not None:
        put_right(session, placement)
