"""Whoever opens a page with what a student filled in, is noted in the trail; the student reads it there."""

from stagemakelaar import audit
from stagemakelaar.audit.asking import READ
from stagemakelaar.db import transaction
from stagemakelaar.web.access import actor


def note_reading(student, **where):
    """Note that this user reads about a student; `where` names what was opened beside the file itself, by number.

    Call it before the page looks anything up: what was read so far is read anew after it.
    """
    with transaction() as session:
        audit.record(session, READ, student, by=actor(), **where)
