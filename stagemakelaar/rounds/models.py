"""Matchronde, berekening, voorstel, beoordeling, wijziging, opmerking."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.matching.stages import Stage
from stagemakelaar.people.models import Programme, Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place


class RoundState(enum.Enum):
    """Stand van een matchronde."""

    OPEN = "open"
    REVIEW = "review"
    CLOSED = "closed"


class Round(Base):
    """Matchronde: one round of proposing in one programme. A programme has one live round at a time."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint(one_of("state", RoundState), name="state"),
        CheckConstraint(
            "(state = 'open') OR (chosen_run_id IS NOT NULL) OR (state = 'closed')", name="review_means_chosen"
        ),
        Index(
            "uq_round_live",
            "programme_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )
    FLOW = {
        RoundState.OPEN: {RoundState.REVIEW, RoundState.CLOSED},
        RoundState.REVIEW: {RoundState.CLOSED},
        RoundState.CLOSED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(80))
    chosen_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", use_alter=True))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[RoundState] = mapped_column(choice(RoundState), default=RoundState.OPEN)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    runs: Mapped[list["Run"]] = relationship(
        back_populates="round", foreign_keys="Run.round_id", order_by="Run.id.desc()"
    )
    chosen_run: Mapped["Run | None"] = relationship(foreign_keys=[chosen_run_id], post_update=True)


class RunState(enum.Enum):
    """Stand van een berekening."""

    QUEUED = "queued"
    COMPUTING = "computing"
    COMPUTED = "computed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Run(Base):
    """Berekening: one computation of a round from an input that was frozen and kept, so that it can be repeated."""

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(one_of("state", RunState), name="state"),
        CheckConstraint("(state = 'computed') = (outcome_hash IS NOT NULL)", name="computed_means_outcome"),
        CheckConstraint(one_of("stage", Stage), name="stage"),
        CheckConstraint("share BETWEEN 0 AND 100", name="share"),
    )
    FLOW = {
        RunState.QUEUED: {RunState.COMPUTING, RunState.CANCELLED},
        RunState.COMPUTING: {RunState.COMPUTED, RunState.FAILED, RunState.CANCELLED, RunState.QUEUED},
        RunState.COMPUTED: set(),
        RunState.FAILED: set(),
        RunState.CANCELLED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))  # the run whose facts it computes again
    settings: Mapped[dict] = mapped_column(JSON, default=dict)  # what differs from the usual: run_settings.RunSettings
    lot: Mapped[int]  # the seed from which the lots of this run are drawn, once; stored so that it can be repeated
    frozen_input: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    input_hash: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    outcome_hash: Mapped[str | None] = mapped_column(String(64))
    engine: Mapped[str | None] = mapped_column(String(30))
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[Stage | None] = mapped_column(choice(Stage))  # what it is doing while it computes
    share: Mapped[int | None]  # how much of that is done, in percents
    students: Mapped[int | None]
    seats: Mapped[int | None]
    proposed: Mapped[int | None]
    state: Mapped[RunState] = mapped_column(choice(RunState), default=RunState.QUEUED, index=True)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    round: Mapped[Round] = relationship(back_populates="runs", foreign_keys=[round_id])
    __mapper_args__ = {"version_id_col": version}


class ProposalState(enum.Enum):
    """Stand van een voorstel."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    HELD = "held"


class Proposal(Base):
    """Voorstel: what the matcher suggests for one student. Nothing happens until a person decides."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(one_of("state", ProposalState), name="state"),
        CheckConstraint("(state = 'approved') = (placement_id IS NOT NULL)", name="approved_means_placed"),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="held_until_when"),
        UniqueConstraint("placement_id"),
        Index("ix_proposal_run_state", "run_id", "state"),
    )
    FLOW = {
        ProposalState.OPEN: {ProposalState.APPROVED, ProposalState.REJECTED, ProposalState.HELD},
        ProposalState.HELD: {ProposalState.OPEN},
        ProposalState.APPROVED: set(),
        ProposalState.REJECTED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    priority_class: Mapped[int]
    fit: Mapped[int]
    facts: Mapped[dict] = mapped_column(JSON)  # the score in named parts, with the numbers behind each
    held_until: Mapped[date | None]
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    # the one that this replaces after an undo; lists leave that one out, and look for it by this
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState), default=ProposalState.OPEN)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    run: Mapped[Run] = relationship()
    student: Mapped[Student] = relationship(lazy="joined", innerjoin=True)
    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)
    placement: Mapped[Placement | None] = relationship()
    reviews: Mapped[list["Review"]] = relationship(back_populates="proposal", order_by="Review.id")
    __mapper_args__ = {"version_id_col": version}


class Unplaced(Base):
    """Niet geplaatst: a student for whom a run found nothing, with the one main cause and the numbers behind it."""

    __tablename__ = "unplaced"
    __table_args__ = (UniqueConstraint("run_id", "student_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    priority_class: Mapped[int]
    cause: Mapped[str] = mapped_column(String(40))  # value of matching.explain.Cause
    facts: Mapped[dict] = mapped_column(JSON)

    student: Mapped[Student] = relationship(lazy="joined", innerjoin=True)


class HintLevel(enum.Enum):
    """Voorkeur van de stagemakelaar voor een student en een plek: from never to this place or none."""

    MUST = "must"
    RATHER = "rather"
    RATHER_NOT = "rather_not"
    NEVER = "never"


class Hint(Base):
    """Voorkeur: what a broker wants for one student at one place. It holds for every run until it is withdrawn."""

    __tablename__ = "hint"
    __table_args__ = (
        CheckConstraint(one_of("level", HintLevel), name="level"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_whom"),
        Index(
            "uq_hint_live",
            "student_id",
            "place_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    level: Mapped[HintLevel] = mapped_column(choice(HintLevel))
    why: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    student: Mapped[Student] = relationship()
    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])


class Verdict(enum.Enum):
    """Besluit over een voorstel."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"


class Review(Base):
    """Beoordeling: who decided what about a proposal, when and why."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    reason: Mapped[str | None] = mapped_column(String(80))  # chosen from the programme's list, as it was read
    why: Mapped[str] = mapped_column(Text, default="")
    undone_reason: Mapped[str | None] = mapped_column(String(80))  # the same, when it was taken back unheard
    seconds: Mapped[int | None]  # from opening the page to deciding; None: not known
    alternatives: Mapped[int | None]  # how many other places this person opened before; None: not known
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    proposal: Mapped[Proposal] = relationship(back_populates="reviews")
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class ChangeKind(enum.Enum):
    """Soort wijziging met de hand."""

    REPLACED = "replaced"  # the proposal was turned down and the student placed elsewhere
    PLACED = "placed"  # placed without a proposal
    REJECTED = "rejected"  # the proposal was turned down


class HandChange(Base):
    """Wijziging: what a broker did in a round that the computation had not proposed, until it was taken back.

    What it cost is not stored: it follows from the run, which never changes.
    """

    __tablename__ = "hand_change"
    __table_args__ = (
        CheckConstraint(one_of("kind", ChangeKind), name="kind"),
        CheckConstraint("(kind = 'placed') = (proposal_id IS NULL)", name="placed_means_no_proposal"),
        CheckConstraint("(kind = 'rejected') = (placement_id IS NULL)", name="rejected_means_no_placement"),
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone_by_whom"),
        UniqueConstraint("placement_id"),
        UniqueConstraint("proposal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)  # the one that was looked at
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))  # where the student went, or must not go
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    why: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_why: Mapped[str] = mapped_column(Text, default="")

    round: Mapped[Round] = relationship()
    run: Mapped[Run] = relationship()
    student: Mapped[Student] = relationship(lazy="joined", innerjoin=True)
    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)
    proposal: Mapped[Proposal | None] = relationship()
    placement: Mapped[Placement | None] = relationship()
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])
    undone_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[undone_by_id])


class Comment(Base):
    """Opmerking: what brokers ask and answer each other about a proposal. One that asks is resolved when done."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved_by_whom"),
        CheckConstraint("answers_id IS NULL OR resolved_at IS NULL", name="answers_are_not_resolved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    proposal: Mapped[Proposal] = relationship()
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])
    resolved_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[resolved_by_id])


class Wait(Base):
    """Wachten: after a place fell through, a broker decided that the student waits for the next round."""

    __tablename__ = "wait"
    __table_args__ = (UniqueConstraint("placement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))  # the one that fell through
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
