"""What was not delivered: one thing per recipient, however many letters came back."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Student
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.places.models import Membership, Organisation
from stagemakelaar.rights.letters import may_be_listed
from stagemakelaar.web.work_list.things import Source, Words, name_of, rows


def _undelivered(user):
    return select(Message).where(
        Message.programme_id == user.programme_id,
        Message.state == MessageState.FAILED,
        may(user, Permission.REPLAY_POST),
        may_be_listed(),
    )


def _wait(user):
    of_student = (
        _undelivered(user)
        .outerjoin(Student, Student.user_id == Message.user_id)
        .outerjoin(Case, Case.student_id == Student.id)
        .group_by(Message.to, Case.broker_id)
    )
    return rows(of_student, func.min(Message.id), since=func.min(Message.state_changed_at), broker=Case.broker_id)


def _tell(session, user, numbers):
    first = select(Message.to).where(Message.id.in_(numbers))
    found = session.execute(
        _undelivered(user)
        .where(Message.to.in_(first))
        .with_only_columns(
            Message.to,
            func.min(Message.id),
            func.max(Message.user_id),
            func.count(),
            func.min(Message.state_changed_at, type_=Message.state_changed_at.type),
        )
        .group_by(Message.to)
    ).all()
    names = _names(session, {row[2] for row in found})
    for address, number, user_id, count, oldest in found:
        yield (
            number,
            Words(
                names.get(user_id, address),
                ngettext("%(num)s brief is niet bezorgd", "%(num)s brieven zijn niet bezorgd", count),
                clock.day_of(oldest),
                _("Kijk het adres na"),
                url_for("post.index", brief=number),
            ),
        )


def _names(session, user_ids):
    """Who is behind an account: the student, or the company."""
    companies = session.execute(
        select(Membership.user_id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id.in_(user_ids))
        .order_by(Membership.id.desc())
    )
    students = session.scalars(select(Student).where(Student.user_id.in_(user_ids)))
    return {row.user_id: row.name for row in companies} | {one.user_id: name_of(one) for one in students}


SOURCES = (Source("post", _l("brief die niet is bezorgd"), _wait, _tell),)
