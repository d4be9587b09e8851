"""Whoever opens a page with what a student filled in, is noted in the trail; the student reads it there."""

from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.audit.asking import READ
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Student
from stagemakelaar.web.access import actor


def note_reading(student, **where):
    """Note that this user reads about a student; `where` names what was opened beside the file itself, by number.

    Call it before the page looks anything up: what was read so far is read anew after it.
    """
    with transaction() as session:
        audit.record(session, READ, student, by=actor(), **where)


def note_readings(numbers, **where):
    """The same of every student (by number) about whom one page tells, in one transaction."""
    if not numbers:
        return
    with transaction() as session:
        for student in session.scalars(select(Student).where(Student.id.in_(numbers)).order_by(Student.id)):
            audit.record(session, READ, student, by=actor(), **where)
