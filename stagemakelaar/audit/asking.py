"""What pages ask of the trail: the story of some records, and who read a student's file."""

from sqlalchemy import and_, or_, select

from stagemakelaar.audit import Entry

READ, EXPORT = "student.read", "export"


def trail_about(session, records, actions):
    """The lines with one of these actions about many records, {object type: numbers}, oldest first."""
    about = [
        and_(Entry.object_type == kind, Entry.object_id.in_(numbers)) for kind, numbers in records.items() if numbers
    ]
    return session.scalars(select(Entry).where(or_(*about), Entry.action.in_(list(actions))).order_by(Entry.seq)).all()


def readings_of(session, student_ids):
    """Every reading of these students' files, the latest first: rows (at, actor_id, actor_role, details)."""
    return session.execute(
        _READINGS.where(Entry.object_type == "student", Entry.object_id.in_(student_ids), Entry.action == READ)
    ).all()


def exports_of(session, programme_id, *, since):
    """Every list of a programme that was downloaded since a moment, as `readings_of` gives them."""
    return session.execute(
        _READINGS.where(Entry.programme_id == programme_id, Entry.action == EXPORT, Entry.at >= since)
    ).all()


_READINGS = select(Entry.seq, Entry.at, Entry.actor_id, Entry.actor_role, Entry.details).order_by(Entry.seq.desc())
