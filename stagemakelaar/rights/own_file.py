"""All that is held about somebody, as data: the rows that the list of `personal.py` names, and nothing of others.

Of a row that also is about somebody else only the columns that are named there are given. Secrets stay out, and so do
the numbers of other people's accounts. What brokers wrote down about a company is theirs: by the name of somebody alone
nobody gets more than that they were spoken with, since a company chooses the names of its accounts itself.
"""

import enum
from datetime import date

from sqlalchemy import and_, select

from stagemakelaar.casework.models import Case, CaseNote, CaseState, ContactMoment, OrganisationContact, Task
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role
from stagemakelaar.people.queries import student_of
from stagemakelaar.rights import erasing, personal
from stagemakelaar.rights.personal import Gone
from stagemakelaar.rights.untold import untold_to
from stagemakelaar.rounds.models import Unplaced

SECRETS = frozenset(
    {
        "token_hash",
        "code_hash",
        "browser_hash",
        "password_hash",
        "totp_secret",
        "totp_next",
        "totp_counter",
        "message_id",
    }
)
OF_OTHERS = frozenset({"upload"})  # a school's list holds a whole class
COUNTS_OF_OTHERS = frozenset({"shortage", "taken_by_class"})  # in what a run found: how many others, and of which class
FOUND_BY_NAME = (OrganisationContact, ContactMoment, Task)  # of a contact person
WHEN = frozenset({"created_at", "at", "held_on", "state", "state_changed_at", "kind", "starts_on", "ends_on", "cause"})


def rows_about(session, user):
    """Table → rows (dicts that JSON can hold) about this user."""
    subject = erasing.subject_of(session, user)
    untold = untold_to(session, subject)
    entries = {Role.STUDENT: personal.STUDENT, Role.EMPLOYER: personal.EMPLOYER}.get(user.role, personal.ACCOUNT)
    found: dict[str, list] = {}
    for entry in entries:
        name = entry.model.__tablename__
        if name in OF_OTHERS:
            continue
        table = entry.model.__table__
        columns = [column for column in table.columns if _is_given(entry, column)]
        about = and_(entry.whose(subject), *untold.left_out(entry.model))
        if entry.model is Message:  # as in `outbox.messages_to`: those that expire carry what opens an account
            about &= Message.expires_at.is_(None)
        elif user.role is Role.EMPLOYER and entry.model in FOUND_BY_NAME:
            if entry.model is Task:
                continue
            columns = [column for column in columns if column.name in WHEN or column.name == "with_whom"]
            about &= entry.model.with_whom == subject.name
        rows = session.execute(select(*columns).where(about).order_by(*table.primary_key.columns))
        told = [{key: _plain(_as_told(untold, entry, key, row)) for key in row} for row in rows.mappings()]
        if told:
            found.setdefault(name, []).extend(one for one in told if one not in found.get(name, []))
    return found


def student_behind(session, user):
    """The student of a student's account, or None."""
    return student_of(session, user) if user.role is Role.STUDENT else None


def untold_about(session, user):
    """What somebody was not told of yet."""
    return untold_to(session, erasing.subject_of(session, user))


def _is_given(entry, column):
    if column.name in SECRETS or any(key.column.table.name == "user_account" for key in column.foreign_keys):
        return False
    named = {entry.model.__mapper__.columns[name].name for name in entry.columns}
    return isinstance(entry, Gone) or column.name in named or column.name in WHEN


def _as_told(untold, entry, key, row):
    if entry.model is Unplaced and key == "facts":
        return {name: value for name, value in (row[key] or {}).items() if name not in COUNTS_OF_OTHERS}
    if entry.model is not Case or untold.state_of(row["state"]) is row["state"]:
        return row[key]
    return {"state": CaseState.SEARCHING, "state_changed_at": None, "state_note": ""}.get(key, row[key])


def _plain(value):
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def notes_about(session, case):
    """What brokers wrote down about a case for themselves, oldest first."""
    return session.scalars(select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.id)).all()
