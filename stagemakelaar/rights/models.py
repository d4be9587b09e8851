"""Verzoek, wissing: what somebody asked about their own data, and who was taken out of the tables."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.errors import N_
from stagemakelaar.people.models import User


class RequestKind(enum.Enum):
    """Soort verzoek, by the article of the AVG."""

    ERASURE = "erasure"  # 17
    RESTRICTION = "restriction"  # 18
    OBJECTION = "objection"  # 21


class RequestState(enum.Enum):
    """Stand van een verzoek."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DataRequest(Base):
    """Verzoek: somebody asks something about their own data; a coordinator decides within a month."""

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint(one_of("kind", RequestKind), name="kind"),
        CheckConstraint(one_of("state", RequestState), name="state"),
        CheckConstraint("(state IN ('granted', 'refused')) = (decided_by_id IS NOT NULL)", name="decided_by_whom"),
        Index(
            "uq_data_request_open",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_data_request_waiting", "programme_id", "state"),
    )
    FLOW = {
        RequestState.OPEN: {RequestState.GRANTED, RequestState.REFUSED, RequestState.WITHDRAWN},
        RequestState.GRANTED: set(),
        RequestState.REFUSED: set(),
        RequestState.WITHDRAWN: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(choice(RequestKind))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))  # None: of a company of no programme
    why: Mapped[str] = mapped_column(Text, default="", server_default="")  # nobody has to say
    answer_by_on: Mapped[date]
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")  # read by who asked
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.OPEN)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Of a restriction or an objection that was granted: until when it holds, once that was said; and when it ended.
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(Text, default="", server_default="")  # read by who asked
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[user_id])
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_in_force(self):
        """Whether what was granted still holds; an erasure is done at once, and holds nothing."""
        return self.state is RequestState.GRANTED and self.kind is not RequestKind.ERASURE and self.ended_at is None


UNLISTED = N_("Er is iemand gewist die nog niet op de lijst van gewisten staat. Laat eerst de worker draaien.")


class ErasedFor(enum.Enum):
    """Waarom iemand gewist is."""

    REQUEST = "request"
    RETENTION = "retention"  # the time to keep it was over


class Erasure(Base):
    """Wissing: an account whose person was taken out. Written here and in a list apart from the back-ups.

    Numbers and a moment alone. An account is known by its number and the moment at which it was made: after a restore
    the same number may become somebody else's.
    """

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint(one_of("why", ErasedFor), name="why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(32), unique=True)  # by which the line in the list is known
    user_id: Mapped[int] = mapped_column(index=True)  # no foreign key: after a restore it may point at nobody
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[ErasedFor] = mapped_column(choice(ErasedFor))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: the line is still to be written
