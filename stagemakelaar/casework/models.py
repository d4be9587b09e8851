"""Zaak en contactmoment: what the broker keeps about a search."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Student, User


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
    next_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
