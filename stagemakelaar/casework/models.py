"""Zaak, overdracht, contactmoment, notitie en taak: what the broker keeps about a search, and what is to be done."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar import clock
from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Student, User
from stagemakelaar.places.models import Organisation


class CaseState(enum.Enum):
    """Stand van een zaak. `placed` and `aftercare` follow the placement."""

    SIGNED_UP = "signed_up"
    INTAKE = "intake"
    SEARCHING = "searching"
    PLACED = "placed"
    AFTERCARE = "aftercare"
    CLOSED = "closed"
    PAUSED = "paused"


class Case(Base):
    """Zaak: one student's search at one programme, from sign-up to the end of the stage."""

    __tablename__ = "case_file"
    __table_args__ = (
        CheckConstraint(one_of("state", CaseState), name="state"),
        CheckConstraint("(state = 'paused') = (paused_from IS NOT NULL)", name="paused_from_where"),
        Index("ix_case_file_work", "programme_id", "state"),
    )
    FLOW = {
        CaseState.SIGNED_UP: {CaseState.INTAKE, CaseState.SEARCHING, CaseState.CLOSED, CaseState.PAUSED},
        CaseState.INTAKE: {CaseState.SEARCHING, CaseState.CLOSED, CaseState.PAUSED},
        CaseState.SEARCHING: {CaseState.PLACED, CaseState.CLOSED, CaseState.PAUSED},
        CaseState.PLACED: {CaseState.SEARCHING, CaseState.AFTERCARE, CaseState.PAUSED},
        CaseState.AFTERCARE: {CaseState.CLOSED, CaseState.SEARCHING, CaseState.PAUSED},
        CaseState.CLOSED: {CaseState.SEARCHING},
        CaseState.PAUSED: {
            CaseState.SIGNED_UP,
            CaseState.INTAKE,
            CaseState.SEARCHING,
            CaseState.PLACED,
            CaseState.AFTERCARE,
        },
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    broker_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[CaseState] = mapped_column(choice(CaseState), default=CaseState.SIGNED_UP)
    paused_from: Mapped[CaseState | None] = mapped_column(choice(CaseState))
    has_priority: Mapped[bool] = mapped_column(default=False)  # an earlier place was lost through others
    state_note: Mapped[str] = mapped_column(Text, default="", server_default="")  # why it rests or was closed
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    student: Mapped[Student] = relationship(lazy="joined", innerjoin=True)
    broker: Mapped[User | None] = relationship(lazy="joined")
    contacts: Mapped[list["ContactMoment"]] = relationship(order_by="ContactMoment.held_on.desc()")


class HandOverState(enum.Enum):
    """Stand van een overdracht."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class HandOver(Base):
    """Overdracht: a case goes from one broker (or from nobody) to another, with a word of explanation.

    The case is the new broker's at once; it waits until that broker has seen it, and until then it can go back.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        CheckConstraint(one_of("state", HandOverState), name="state"),
        Index("ix_hand_over_to", "to_id", "state"),
        Index(
            "uq_hand_over_waiting",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    FLOW = {
        HandOverState.WAITING: {HandOverState.ACCEPTED, HandOverState.RETURNED},
        HandOverState.ACCEPTED: set(),
        HandOverState.RETURNED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: it was nobody's
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[HandOverState] = mapped_column(choice(HandOverState), default=HandOverState.WAITING)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship()
    giver: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[from_id])
    receiver: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[to_id])
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])

    @property
    def programme_id(self):
        """The programme of its case, for the trail."""
        return self.case.programme_id


class ContactKind(enum.Enum):
    """Soort contact."""

    CALL = "call"
    VISIT = "visit"
    MEETING = "meeting"
    MAIL = "mail"


class ContactMoment(Base):
    """Contactmoment: a call, a visit or a talk, and when the next one is due. The student may read it."""

    __tablename__ = "contact_moment"
    __table_args__ = (CheckConstraint(one_of("kind", ContactKind), name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[ContactKind] = mapped_column(choice(ContactKind))
    held_on: Mapped[date]
    with_whom: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    next_on: Mapped[date | None] = mapped_column(index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class PlaceAnswer(enum.Enum):
    """Antwoord op de vraag om een plek: what a company said when one of us asked for a place."""

    YES = "yes"
    LATER = "later"
    NO = "no"


class CaseNote(Base):
    """Notitie: what a broker wants to remember about a case. Nobody was spoken to; the student may ask for it."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class OrganisationContact(Base):
    """Contact met een bedrijf: who of us spoke with whom there. Kept per programme; the company does not read it.

    When we asked for a place, it also holds what they answered, and for which course.
    """

    __tablename__ = "organisation_contact"
    __table_args__ = (
        CheckConstraint(one_of("kind", ContactKind), name="kind"),
        CheckConstraint(one_of("answer", PlaceAnswer), name="answer"),
        Index("ix_organisation_contact_of", "organisation_id", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[ContactKind] = mapped_column(choice(ContactKind))
    held_on: Mapped[date]
    with_whom: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[PlaceAnswer | None] = mapped_column(choice(PlaceAnswer))  # None: no place was asked for
    code: Mapped[str | None] = mapped_column(String(5))  # the course of the place that was asked for
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class TaskState(enum.Enum):
    """Stand van een taak."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Task(Base):
    """Taak: something that one of us will do before a day, for a student, a company, or one about the other."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(one_of("state", TaskState), name="state"),
        CheckConstraint("(case_id IS NOT NULL) OR (organisation_id IS NOT NULL)", name="about_someone"),
        Index("ix_task_work", "programme_id", "state", "due_on"),
    )
    FLOW = {
        TaskState.OPEN: {TaskState.DONE, TaskState.DROPPED},
        TaskState.DONE: {TaskState.OPEN},
        TaskState.DROPPED: {TaskState.OPEN},
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    what: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    for_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)  # None: whoever comes first
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")  # what came of it, or why it was dropped
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[TaskState] = mapped_column(choice(TaskState), default=TaskState.OPEN)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])
    for_whom: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[for_id])

    @property
    def is_late(self):
        """Whether its day has passed and it is still to be done."""
        return self.state is TaskState.OPEN and self.due_on < clock.today()
