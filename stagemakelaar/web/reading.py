"""Whoever opens a page with what a student filled in, is noted in the trail; the student reads it there."""

from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.audit.asking import READ
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Student
from stagemakelaar.web.access import actor


def note_reading(find, **where):
    """What a page is about (a case, a proposal, a placement), and a line that this user reads about its student.

    find    looks it up, in the transaction that writes the line: what is found stays good for the page, and all that
            was read before is read anew
    where   names what was opened beside the file itself, by number
    """
    with transaction() as session:
        found = find()
        audit.record(session, READ, found.student, by=actor(), **where)
    return found


def note_readings(numbers, **where):
    """The same of every student (by number) about whom one page tells, in one transaction."""
    if not numbers:
        return
    with transaction() as session:
        for student in session.scalars(select(Student).where(Student.id.in_(numbers)).order_by(Student.id)):
            audit.record(session, READ, student, by=actor(), **where)
