"""Somebody about whom everything is kept: a row in every table with personal columns, and a word in each of them.

The words come from the list in `rights/personal.py`, so that a column that is added there is searched for as well.
"""

import itertools
from pathlib import Path

from sqlalchemy import JSON, Enum, LargeBinary, String, func, select, update

from stagemakelaar import clock, db
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import Case, ContactKind, ContactMoment, OrganisationContact
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.intake.models import Apart, Merge, Upload, UploadKind
from stagemakelaar.outbox import Message, MessageState, promise
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.saved_views import ListPage, SavedView
from stagemakelaar.people.signing_in import addresses, open_session
from stagemakelaar.placements.models import Placement, PlacementState, WithdrawnBy
from stagemakelaar.places.models import Interest, Place
from stagemakelaar.reference.vocabulary import Leerweg
from stagemakelaar.rights import erasing, personal, requests
from stagemakelaar.rights.models import RequestKind
from stagemakelaar.rounds.models import (
    ChangeKind,
    Comment,
    HandChange,
    Hint,
    HintLevel,
    Proposal,
    ProposalState,
    Review,
    Round,
    RoundState,
    Run,
    RunState,
    Unplaced,
    Verdict,
)
from stagemakelaar.rounds.second_look import SecondLook
from tests.builders import HELPENDE
from tests.rows import row

# Columns in which no word can stand, or by which rows about somebody are found: their own address is a word then.
FIXED = {
    ("user_account", "language"),
    ("message", "language"),
    *((table, "email") for table in ("user_account", "interest", "sign_in_link")),
    ("message", "recipient"),
    ("place", "trainer_email"),
}
LISTS = {"travel_modes", "work_processes", "required_processes", "kinds", "must", "wishes", "steps_done"}
UNIQUE = {"key", "message_id"}
ROOM = 60
LETTERS = itertools.product("bcdfghjk", repeat=4)  # never the same word twice
NUMBERS = itertools.count(1000)


def whole_student(make, broker):
    """A student with a row in every table that may hold something about one; no placement is live any more."""
    student, place, now = make.student(searching=True), make.place(seats=3), clock.now()
    case, twin = case_of(current_session(), student), make.student()
    colleague = make.broker()
    with transaction() as session:
        student = session.get(Student, student.id)
        case = session.get(Case, case.id)
        casework.record_contact(session, case, kind=ContactKind.CALL, held_on=clock.today(), note="x", by=broker)
        casework.write_note(session, case, text="x", by=broker)
        casework.hand_over(session, case, to=colleague, why="x", by=broker)
        tasks.add_task(session, what="x", due_on=clock.today(), case=case, for_whom=broker, by=broker)
        organisation = place.organisation
        tasks.add_task(
            session, what="x", due_on=clock.today(), case=case, organisation=organisation, for_whom=broker, by=broker
        )
        same = {"programme_id": student.programme_id}
        match_round = row(
            session, Round, **same, name="x", opened_by_id=broker.id, state=RoundState.OPEN, state_changed_at=now,
            created_at=now,
        )  # fmt: skip
        run = row(
            session, Run, **same, round_id=match_round.id, asked_by_id=broker.id, lot=1, state=RunState.COMPUTED,
            frozen_input=b"x", outcome=b"x", outcome_hash="x", state_changed_at=now, created_at=now,
        )  # fmt: skip
        placement = row(
            session, Placement, **same, student_id=student.id, place_id=place.id, code=HELPENDE, leerweg=Leerweg.BOL,
            starts_on=place.starts_on, ends_on=place.ends_on, weekdays=31, days_per_week=3, hours_per_day=8,
            approved_by_id=broker.id, answer_by_on=clock.today(), state=PlacementState.WITHDRAWN,
            withdrawn_by=WithdrawnBy.STUDENT, withdrawn_at=now, withdraw_reason="other", state_changed_at=now,
            created_at=now,
        )  # fmt: skip
        proposal = row(
            session, Proposal, **same, run_id=run.id, student_id=student.id, place_id=place.id, priority_class=1,
            fit=1, facts={}, state=ProposalState.OPEN, state_changed_at=now, created_at=now,
        )  # fmt: skip
        row(session, Unplaced, run_id=run.id, student_id=student.id, priority_class=1, cause="no_seat", facts={})
        row(session, Review, proposal_id=proposal.id, verdict=Verdict.HOLD, by_id=broker.id, at=now)
        asks = row(session, Comment, **same, proposal_id=proposal.id, text="x", by_id=broker.id, at=now)
        row(session, Comment, **same, proposal_id=proposal.id, answers_id=asks.id, text="x", by_id=broker.id, at=now)
        row(
            session, SecondLook, **same, round_id=match_round.id, number=1, proposal_id=proposal.id,
            decided_by_id=broker.id, drawn_by_id=broker.id, drawn_at=now,
        )  # fmt: skip
        pair = {"student_id": student.id, "place_id": place.id}
        row(session, Hint, **same, **pair, level=HintLevel.RATHER, why="x", by_id=broker.id, at=now)
        row(
            session, HandChange, **same, **pair, round_id=match_round.id, run_id=run.id, kind=ChangeKind.PLACED,
            placement_id=placement.id, why="x", by_id=broker.id, at=now,
        )  # fmt: skip
        row(session, Upload, **same, kind=UploadKind.STUDENTS, file_name="x", by_id=broker.id, created_at=now)
        row(
            session, Merge, **same, kept_id=student.id, gone_id=twin.id, changed={}, moved={}, rested=False,
            by_id=broker.id, at=now,
        )  # fmt: skip
        row(session, Apart, **same, first_id=student.id, second_id=twin.id, by_id=broker.id, at=now)
        _account(session, student.user, student.programme_id)
    return student


def whole_employer(make, broker, organisation):
    """The contact person of a company, with a row in every table that may hold something about one."""
    user, student = make.employer_of(organisation), make.student(searching=True)
    case, now = case_of(current_session(), student), clock.now()
    with transaction() as session:
        user = session.get(User, user.id)
        user.name, same = "Henk van der Smit", {"by_id": broker.id, "created_at": clock.now()}
        spoken = {"kind": ContactKind.CALL, "held_on": clock.today(), "with_whom": user.name}
        row(
            session, OrganisationContact, organisation_id=organisation.id, programme_id=broker.programme_id, **spoken,
            **same,
        )  # fmt: skip
        row(session, ContactMoment, case_id=case.id, **spoken, **same)
        tasks.add_task(
            session, what=f"Bel {user.name}", due_on=clock.today(), organisation=organisation, for_whom=broker,
            by=broker,
        )  # fmt: skip
        place = session.scalars(select(Place).where(Place.organisation_id == organisation.id)).first()
        if place is not None:
            place.trainer_name, place.trainer_email = user.name, user.email
            row(
                session, Placement, programme_id=student.programme_id, student_id=student.id, place_id=place.id,
                code=HELPENDE, leerweg=Leerweg.BOL, starts_on=place.starts_on, ends_on=place.ends_on, weekdays=31,
                days_per_week=3, hours_per_day=8, reasons={}, approved_by_id=broker.id, answer_by_on=clock.today(),
                state=PlacementState.WITHDRAWN, withdrawn_by=WithdrawnBy.STUDENT, withdrawn_at=now,
                withdraw_reason="other", state_changed_at=now, created_at=now,
            )  # fmt: skip
        row(
            session, Interest, programme_id=broker.programme_id, company="x", contact_name=user.name,
            email=user.email, created_at=clock.now(), state_changed_at=clock.now(),
        )  # fmt: skip
        _account(session, user, broker.programme_id)
    return user


def _account(session, user, programme_id):
    now = clock.now()
    open_session(session, user)
    row(session, SavedView, user_id=user.id, page=ListPage.TODAY, name="x", created_at=now)
    addresses.ask(session, user, email=f"straks-{user.email}")  # and never opened that letter
    letter = promise(
        session, kind="student_withdrawn", to=user.email, user=user, key=f"x:{user.id}", programme_id=programme_id
    )
    assert letter.state is MessageState.QUEUED
    refused = requests.ask(session, kind=RequestKind.ERASURE, why="x", by=user)
    requests.take_back(session, refused, by=user)


def plant(user_id, *, in_lists=True):
    """Put a word of its own in every personal column of every row about somebody.

    Gives back word → (table, column); the address is a word as well.
    """
    with transaction() as session:
        user = session.get(User, user_id)
        subject = erasing.subject_of(session, user)
        planted = {user.email: ("user_account", "email")}
        elsewhere = select(Message.to).where(Message.user_id.in_(subject.users), Message.to != user.email)
        planted |= dict.fromkeys(session.scalars(elsewhere), ("message", "recipient"))
        if not subject.students:  # brokers wrote it down, and by it these rows are found
            planted[user.name] = ("user_account", "name")
        for entry in personal.STUDENT if subject.students else personal.EMPLOYER:
            table = entry.model.__table__
            for name in entry.columns:
                column = entry.model.__mapper__.columns[name]
                if name in LISTS and not in_lists:  # of codes: a page could not be shown any more
                    continue
                if not _can_hold_a_word(table, column) or (table.name, column.name) in planted.values():
                    continue
                if callable(entry.columns[name]):  # of others too: no more than the name goes, which is a word already
                    continue
                word = f"+3161234{next(NUMBERS)}" if name == "phone" else f"zq{''.join(next(LETTERS))}"
                put = update(table).where(entry.whose(subject)).values({column: _with(column, word)})
                if session.execute(put).rowcount:
                    planted[word] = (table.name, column.name)
        session.expire_all()
    return planted


def _can_hold_a_word(table, column):
    if (table.name, column.name) in FIXED or column.foreign_keys or isinstance(column.type, Enum):
        return False
    return isinstance(column.type, String | JSON | LargeBinary)


def _with(column, word):
    """What stands in the column, and the word; where there is no room, the word alone."""
    if isinstance(column.type, JSON):
        return [word] if column.name in LISTS else {"facts": {}, "parts": [], "said": word}
    if isinstance(column.type, LargeBinary):
        return word.encode()
    if column.unique or column.name in UNIQUE or (getattr(column.type, "length", None) or 99) < ROOM:
        return word
    return func.coalesce(column, "").concat(f" {word}")


def bytes_of(engine, cluster=None, *, vacuum=True):
    """Everything that the files of a database hold: of SQLite the file and its log, of PostgreSQL the whole heap."""
    if engine.dialect.name == "sqlite":
        assert db.empty_log()
        path = Path(engine.url.database)
        return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    db.close_session()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.connection.dbapi_connection.autocommit = True
        connection.connection.dbapi_connection.execute("VACUUM FULL")
        connection.connection.dbapi_connection.execute("CHECKPOINT")
        (number,) = connection.connection.dbapi_connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return b"".join(
        one.read_bytes() for one in sorted((cluster.data / "base" / str(number)).iterdir()) if one.is_file()
    )
