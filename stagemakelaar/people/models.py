"""Programma, account, student, profiel: who takes part."""

import enum
from datetime import date, datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.reference.vocabulary import LateHours, Leerweg


class Role(enum.Enum):
    """Rol: what an account is for; one account is one person in one role."""

    STUDENT = "student"
    EMPLOYER = "employer"
    BROKER = "broker"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    AUDITOR = "auditor"


STAFF = frozenset({Role.BROKER, Role.COORDINATOR, Role.ADMIN, Role.AUDITOR})


class ProgrammeKind(enum.Enum):
    """Soort programma: who runs the brokerage."""

    MUNICIPALITY = "municipality"
    SCHOOL = "school"


class Programme(Base):
    """Programma: one brokerage of a municipality or a school, with its own rules. Nobody sees another's people."""

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint(one_of("kind", ProgrammeKind), name="kind"),
        CheckConstraint("answer_days BETWEEN 1 AND 30", name="answer_days"),
        CheckConstraint("warn_share BETWEEN 50 AND 100", name="warn_share"),
        CheckConstraint("keep_months BETWEEN 3 AND 24", name="keep_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ProgrammeKind] = mapped_column(choice(ProgrammeKind))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    answer_days: Mapped[int] = mapped_column(default=5)  # working days that each side has to answer
    undo_minutes: Mapped[int] = mapped_column(default=0)  # letters of a decision wait this long
    send_together: Mapped[bool] = mapped_column(default=False)  # or until a broker sends them
    morning_letter: Mapped[bool] = mapped_column(default=True, server_default=true())  # when companies turned to us
    four_eyes: Mapped[bool] = mapped_column(default=False)  # who computed a run may not approve it
    weights: Mapped[dict] = mapped_column(JSON, default=dict)  # part of the score → weight; empty means the defaults
    warn_share: Mapped[int] = mapped_column(default=90)  # percents approved as proposed, from which we warn
    keep_months: Mapped[int] = mapped_column(default=12, server_default="12")  # after a case was closed
    reasons: Mapped[dict] = mapped_column(JSON, default=dict)  # people.reasons.Act → texts; empty means the defaults
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class User(UserMixin, Base):
    """Account: someone who can sign in. Students and employers by a mailed link, staff by password and code."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint(
            "(role IN ('admin', 'auditor', 'employer')) OR (programme_id IS NOT NULL)", name="role_has_programme"
        ),
        # Few are erased and every list leaves them out: without this it would read all accounts to find them.
        Index(
            "ix_user_account_erased",
            "id",
            sqlite_where=text("erased_at IS NOT NULL"),
            postgresql_where=text("erased_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # cleaned and folded, see reference.formats
    name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2), default="nl")
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_counter: Mapped[int] = mapped_column(default=0)  # the last time step that was used; a code works once
    totp_next: Mapped[str | None] = mapped_column(String(64))  # of an app that is being set up
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nobody can be known by what stands here any more
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    programme: Mapped[Programme | None] = relationship()

    @property
    def is_active(self):
        """Whether this account may be used; asked at every request."""
        return self.disabled_at is None

    @property
    def is_staff(self):
        """Whether this account signs in with a password and a code."""
        return self.role in STAFF


class Student(Base):
    """Student: who someone is. Nothing here is ever seen by the matcher."""

    __tablename__ = "student"
    __table_args__ = (
        Index("ix_student_sorting", "programme_id", "sort_name"),
        Index("uq_student_school_number", "programme_id", "school_number", unique=True),
        Index("ix_student_birth", "programme_id", "birth_date"),
        Index(  # few, and every list leaves them out
            "ix_student_restricted",
            "id",
            sqlite_where=text("restricted_at IS NOT NULL"),
            postgresql_where=text("restricted_at IS NOT NULL"),
        ),
        Index(  # few, and every page that explains a computation leaves them out
            "ix_student_limited",
            "programme_id",
            sqlite_where=text("restricted_at IS NOT NULL OR objected_at IS NOT NULL"),
            postgresql_where=text("restricted_at IS NOT NULL OR objected_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    school_number: Mapped[str | None] = mapped_column(String(40))  # the school's own, by which its lists name a student
    # the same person, registered twice: what belongs to them stands there, and this one is in no list
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    first_name: Mapped[str] = mapped_column(String(100), default="")
    prefix: Mapped[str] = mapped_column(String(30), default="")  # tussenvoegsel
    last_name: Mapped[str] = mapped_column(String(100), default="")
    sort_name: Mapped[str] = mapped_column(String(220), default="")  # folded in Python: SQLite lowers ASCII only
    birth_date: Mapped[date | None]
    # What a coordinator granted, see rights/limits.py. Restricted: kept, in no list and no run. Objected: in no run.
    restricted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    programme: Mapped[Programme] = relationship()
    profile: Mapped["Profile"] = relationship(back_populates="student", lazy="joined", innerjoin=True)

    @hybrid_property
    def is_limited(self):
        """Whether a restriction or an objection holds: no computation and no figure of a round knows this student."""
        return self.restricted_at is not None or self.objected_at is not None

    @is_limited.inplace.expression
    @classmethod
    def _is_limited(cls):
        return cls.restricted_at.is_not(None) | cls.objected_at.is_not(None)

    @property
    def full_name(self):
        """The name as people write it; empty until it is filled in."""
        return " ".join(part for part in (self.first_name, self.prefix, self.last_name) if part)

    def age_on(self, day):
        """Age in whole years on a day, or None when the birth date is not known."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Profile(Base):
    """Profiel: what a student can and wants. Hard limits first, wishes after; the matcher reads nothing else."""

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint(one_of("leerweg", Leerweg), name="leerweg"),
        CheckConstraint(one_of("late_hours", LateHours), name="late_hours"),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("days_per_week BETWEEN 1 AND 7", name="days_per_week"),
        CheckConstraint("max_minutes BETWEEN 10 AND 120", name="max_minutes"),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays"),
        CheckConstraint("hours_required BETWEEN 1 AND 9999", name="hours_required"),
        CheckConstraint("applied_to BETWEEN 0 AND 999", name="applied_to"),
    )

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
    # opleiding
    code: Mapped[str | None] = mapped_column(ForeignKey("qualification.code"))
    leerweg: Mapped[Leerweg | None] = mapped_column(choice(Leerweg))
    school_name: Mapped[str] = mapped_column(String(120), default="")
    school_brin: Mapped[str | None] = mapped_column(String(6))
    school_year: Mapped[int | None]
    # wanneer
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    days_per_week: Mapped[int | None]
    weekdays: Mapped[int] = mapped_column(default=0)  # bit 0 is Monday: days on which working is possible
    school_hours: Mapped[int | None]  # hours at school a week; they count as working time for minors
    late_hours: Mapped[LateHours] = mapped_column(choice(LateHours), default=LateHours.NONE)
    hours_required: Mapped[int | None]  # hours of stage that school asks for in this period; None is not known
    # waar en hoe ver
    postcode: Mapped[str | None] = mapped_column(String(7))
    travel_modes: Mapped[list] = mapped_column(JSON, default=list)  # values of TravelMode
    max_minutes: Mapped[int | None]
    # wat wil je leren
    learning_wish: Mapped[str] = mapped_column(Text, default="")
    work_processes: Mapped[list] = mapped_column(JSON, default=list)  # ids of reference.WorkProcess
    required_processes: Mapped[list] = mapped_column(JSON, default=list)  # of those: what must be possible at the place
    kinds: Mapped[list] = mapped_column(JSON, default=list)  # values of KindOfWork, best first, five at most
    # wat heb je nodig
    must: Mapped[list] = mapped_column(JSON, default=list)  # values of Feature: without these it cannot be
    wishes: Mapped[list] = mapped_column(JSON, default=list)  # values of Feature: pleasant, not needed
    has_vog: Mapped[bool] = mapped_column(default=False)
    in_childcare_register: Mapped[bool] = mapped_column(default=False)  # Personenregister Kinderopvang
    searching_since: Mapped[date | None]
    # what went before us: for the broker to read, never for the matcher
    applied_to: Mapped[int | None]  # companies that were asked already; None is not told
    applied_note: Mapped[str] = mapped_column(Text, default="", server_default="")

    steps_done: Mapped[list] = mapped_column(JSON, default=list)  # names of steps that were saved once
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    student: Mapped[Student] = relationship(back_populates="profile")
    __mapper_args__ = {"version_id_col": version}
