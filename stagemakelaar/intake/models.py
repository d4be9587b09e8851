"""Ingelezen lijst, samenvoeging, "dit zijn er twee": what came in from elsewhere, and what was said about doubles."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Student, User


class UploadKind(enum.Enum):
    """Soort lijst."""

    STUDENTS = "students"
    PLACES = "places"


class Upload(Base):
    """Lijst: a file that was tried. Its content is kept until it is carried out, and for a day at most."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(one_of("kind", UploadKind), name="kind"),
        CheckConstraint("applied_at IS NULL OR content IS NULL", name="applied_is_emptied"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[UploadKind] = mapped_column(choice(UploadKind))
    file_name: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    counts: Mapped[dict] = mapped_column(JSON, default=dict)  # how many rows were new, changed, the same
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Merge(Base):
    """Samenvoeging: of two records of one person, which stayed, and what it needs to be taken apart again."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two"),
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone_by_whom"),
        Index(
            "uq_merge_gone",
            "gone_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    changed: Mapped[dict] = mapped_column(JSON)  # field of the kept one → [before, after], as stored
    moved: Mapped[dict] = mapped_column(JSON)  # column → numbers of the rows that were the other's
    rested: Mapped[bool]  # whether the other's case was put to rest by this
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kept: Mapped[Student] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Student] = relationship(foreign_keys=[gone_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])


class Apart(Base):
    """Dit zijn er twee: a broker looked at a pair that is alike, and it is not offered again."""

    __tablename__ = "apart"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
