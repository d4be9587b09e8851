"""Tweede blik: decisions drawn by lot for a second person, once per round, and what that person thought.

A decision is not changed by it: who disagrees says why, and the coordinator reads it beside the decision.
"""

import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar import audit, clock
from stagemakelaar.db import Base, UtcDateTime
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.models import User
from stagemakelaar.people.queries import RESTRICTED
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.rounds.oversight import decisions_of

MOST = 20


class SecondLook(Base):
    """Tweede blik: one decision that was drawn, and the verdict of somebody else on it."""

    __tablename__ = "second_look"
    __table_args__ = (
        UniqueConstraint("round_id", "number", name="uq_second_look_round_id_number"),  # a round is drawn once
        UniqueConstraint("proposal_id"),
        CheckConstraint(
            "(looked_at IS NULL) = (agrees IS NULL) AND (looked_at IS NULL) = (looked_by_id IS NULL)",
            name="looked_by_whom",
        ),
        CheckConstraint("looked_by_id <> decided_by_id", name="another_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agrees: Mapped[bool | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    proposal: Mapped[Proposal] = relationship(lazy="joined", innerjoin=True)
    decided_by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[decided_by_id])
    looked_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[looked_by_id])
    __mapper_args__ = {"version_id_col": version}


def draw(session, match_round, count, *, by, rng=None):
    """Draw decisions of a round for a second person: `count` of them, or all when there are fewer. Gives them back.

    A second draw of the same round is refused, also by the database: nobody draws until the lot pleases.
    """
    if not 1 <= count <= MOST:
        raise DomainError(N_("Kies een getal van 1 tot en met %(most)s."), field="count", most=MOST)
    if is_drawn(session, match_round):
        raise Overtaken(N_("In deze ronde is al getrokken. Dat gebeurt één keer, zodat niemand het lot kan sturen."))
    decided = sorted({one.proposal_id: one.by_id for one in decisions_of(session, match_round.id)}.items())
    if not decided:
        raise DomainError(N_("Er is nog niets besloten om uit te trekken."), field="count")
    drawn = (rng or secrets.SystemRandom()).sample(decided, min(count, len(decided)))
    now = clock.now()
    looks = [
        SecondLook(
            programme_id=match_round.programme_id,
            round_id=match_round.id,
            number=number,
            proposal_id=proposal_id,
            decided_by_id=decided_by_id,
            drawn_by_id=by.id,
            drawn_at=now,
        )
        for number, (proposal_id, decided_by_id) in enumerate(drawn, start=1)
    ]
    session.add_all(looks)
    session.flush()
    audit.record(session, "round.drawn", match_round, by=by, proposals=[look.proposal_id for look in looks])
    return looks


def judge(session, look, *, agrees, remark="", by):
    """Say whether a decision of somebody else was right; who disagrees says why."""
    look = session.scalars(
        select(SecondLook)
        .where(SecondLook.id == look.id)
        .with_for_update(of=SecondLook)
        .execution_options(populate_existing=True)
    ).one()
    if look.looked_at is not None:
        raise Overtaken(N_("Een collega keek net al naar dit besluit."))
    if look.decided_by_id == by.id:
        raise DomainError(N_("Dit besluit nam u zelf. Een collega kijkt ernaar."))
    if not agrees and not remark.strip():
        raise DomainError(N_("Schrijf op wat u anders zou doen."), field="remark")
    look.agrees = agrees
    look.remark = remark.strip()
    look.looked_by_id = by.id
    look.looked_at = clock.now()
    session.flush()
    audit.record(session, "proposal.second_look", look.proposal, by=by, agrees=agrees)


def look_at(session, proposal):
    """The second look for which a decision was drawn, or None."""
    return session.scalars(select(SecondLook).where(SecondLook.proposal_id == proposal.id)).first()


def is_drawn(session, match_round):
    """Whether decisions of a round were drawn; nobody draws until the lot pleases."""
    drawn = select(SecondLook.id).where(SecondLook.round_id == match_round.id).limit(1)
    return session.scalar(drawn) is not None


def looks_of(session, match_round):
    """The second looks of a round, in the order in which they were drawn; none about whose data is only kept."""
    return session.scalars(_listed().where(SecondLook.round_id == match_round.id).order_by(SecondLook.number)).all()


def open_looks(user):
    """A statement of the decisions of others that wait for a second look, the longest waiting first."""
    return (
        _listed()
        .where(
            SecondLook.programme_id == user.programme_id,
            SecondLook.looked_at.is_(None),
            SecondLook.decided_by_id != user.id,
        )
        .order_by(SecondLook.drawn_at, SecondLook.id)
    )


def _listed():
    return (
        select(SecondLook)
        .join(Proposal, Proposal.id == SecondLook.proposal_id)
        .where(Proposal.student_id.not_in(RESTRICTED))
    )
