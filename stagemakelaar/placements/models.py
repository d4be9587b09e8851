"""Plaatsing: a fact between a student, a place and the broker who decided."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar import clock
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.places.models import Place
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.vocabulary import Leerweg


class PlacementState(enum.Enum):
    """Stand van een plaatsing. `confirmed` is the second of two answers."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


LIVE = (PlacementState.PLANNED, PlacementState.CONFIRMED, PlacementState.ACTIVE)
IS_LIVE = "state IN ('planned', 'confirmed', 'active')"


class WithdrawnBy(enum.Enum):
    """Wie trok terug."""

    STUDENT = "student"
    EMPLOYER = "employer"
    BROKER = "broker"


class StudentReason(enum.Enum):
    """Waarom een student niet wil."""

    TRAVEL = "travel"
    WORK = "work"
    DAYS = "days"
    COSTS = "costs"
    UNSAFE = "unsafe"
    FOUND_A_PLACE = "found_a_place"
    OTHER = "other"


class EmployerReason(enum.Enum):
    """Waarom een bedrijf niet kan. Never about the person."""

    NO_CAPACITY = "no_capacity"
    TRAINER_AWAY = "trainer_away"
    RECOGNITION_ENDED = "recognition_ended"
    WORK_CHANGED = "work_changed"
    SAFETY = "safety"
    OTHER = "other"


class BrokerReason(enum.Enum):
    """Waarom de makelaar terugtrekt."""

    DATA_WRONG = "data_wrong"
    TALKED_WITH_STUDENT = "talked_with_student"
    TALKED_WITH_COMPANY = "talked_with_company"
    OTHER = "other"
    UNDONE = "undone"  # before anyone was told; said by the program, not chosen


class Placement(Base):
    """Plaatsing: a student at a place. The terms are copied at approval; the seat is taken in the same transaction."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint(one_of("state", PlacementState), name="state"),
        CheckConstraint(one_of("leerweg", Leerweg), name="leerweg"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'active', 'completed')"
            " OR (student_accepted_at IS NOT NULL AND employer_confirmed_at IS NOT NULL)",
            name="confirmed_means_two_answers",
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by IS NOT NULL) AND (state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name="withdrawn_by_whom",
        ),
        CheckConstraint(one_of("student_answered_how", ContactKind), name="student_answered_how"),
        CheckConstraint(one_of("employer_answered_how", ContactKind), name="employer_answered_how"),
        Index(
            "uq_placement_live_student",
            "student_id",
            unique=True,
            sqlite_where=text(IS_LIVE),
            postgresql_where=text(IS_LIVE),
        ),
        Index("ix_placement_programme_state", "programme_id", "state"),
    )
    FLOW = {
        PlacementState.PLANNED: {PlacementState.CONFIRMED, PlacementState.WITHDRAWN},
        PlacementState.CONFIRMED: {PlacementState.ACTIVE, PlacementState.WITHDRAWN},
        PlacementState.ACTIVE: {PlacementState.COMPLETED, PlacementState.WITHDRAWN},
        PlacementState.COMPLETED: set(),
        PlacementState.WITHDRAWN: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    # the terms, as they were at approval
    code: Mapped[str] = mapped_column(ForeignKey("qualification.code"))
    leerweg: Mapped[Leerweg] = mapped_column(choice(Leerweg))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    weekdays: Mapped[int]
    days_per_week: Mapped[int]
    hours_per_day: Mapped[int]
    reasons: Mapped[dict] = mapped_column(JSON, default=dict)  # the facts of the explanation, for the student's letter
    # who decided, and the two answers
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    answer_by_on: Mapped[date]
    # until then neither side hears of it, and the decision can be taken back; None: they were told at once
    told_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when whoever had not answered was last reminded
    student_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    student_answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    employer_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    employer_answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # how a yes was given when somebody who works here noted it for them
    student_answered_how: Mapped[ContactKind | None] = mapped_column(choice(ContactKind))
    employer_answered_how: Mapped[ContactKind | None] = mapped_column(choice(ContactKind))
    # the end before its time
    withdrawn_by: Mapped[WithdrawnBy | None] = mapped_column(choice(WithdrawnBy))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdraw_reason: Mapped[str | None] = mapped_column(String(30))
    withdraw_note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PlacementState] = mapped_column(choice(PlacementState), default=PlacementState.PLANNED)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    student: Mapped[Student] = relationship(lazy="joined", innerjoin=True)
    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)
    programme: Mapped[Programme] = relationship()
    qualification: Mapped[Qualification] = relationship(lazy="joined", innerjoin=True)
    approved_by: Mapped[User] = relationship(foreign_keys=[approved_by_id])
    student_answered_by: Mapped[User | None] = relationship(foreign_keys=[student_answered_by_id])
    employer_answered_by: Mapped[User | None] = relationship(foreign_keys=[employer_answered_by_id])
    withdrawn_by_whom: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_told(self):
        """Whether both sides may know of it by now."""
        return self.told_from is None or self.told_from <= clock.now()

    @property
    def is_live(self):
        """Whether it holds a seat and keeps the student from another place."""
        return self.state in LIVE
