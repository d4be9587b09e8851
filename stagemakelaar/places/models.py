"""Organisatie, erkenning, interesse, stageplaats: what employers offer."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Programme, User
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.vocabulary import LateHours, Leerweg, SpecialRisks


class OrganisationState(enum.Enum):
    """Stand van een organisatie."""

    REGISTERED = "registered"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"


class Organisation(Base):
    """Leerbedrijf: one branch of a company, known by KVK number and vestigingsnummer."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("kvk_number", "branch_number", name="uq_organisation_registration"),
        CheckConstraint(one_of("state", OrganisationState), name="state"),
        CheckConstraint("(state <> 'verified') OR (verified_at IS NOT NULL)", name="verified_means_when"),
        Index("ix_organisation_state", "state"),
    )
    FLOW = {
        OrganisationState.REGISTERED: {OrganisationState.VERIFIED, OrganisationState.BLOCKED},
        OrganisationState.VERIFIED: {OrganisationState.SUSPENDED, OrganisationState.BLOCKED},
        OrganisationState.SUSPENDED: {OrganisationState.VERIFIED, OrganisationState.BLOCKED},
        OrganisationState.BLOCKED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    sort_name: Mapped[str] = mapped_column(String(160), index=True)
    kvk_number: Mapped[str] = mapped_column(String(8))
    branch_number: Mapped[str] = mapped_column(String(12))
    street: Mapped[str] = mapped_column(String(120), default="")
    house_number: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(7))
    city: Mapped[str] = mapped_column(String(80), default="")
    hides_address: Mapped[bool] = mapped_column(default=False)  # a shelter, say: no address is shown
    website: Mapped[str] = mapped_column(String(200), default="")
    registered_with_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    state: Mapped[OrganisationState] = mapped_column(choice(OrganisationState), default=OrganisationState.REGISTERED)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_note: Mapped[str] = mapped_column(Text, default="")  # why it was stopped, or how it was checked; staff only
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    members: Mapped[list["Membership"]] = relationship(back_populates="organisation")
    recognitions: Mapped[list["Recognition"]] = relationship(back_populates="organisation", order_by="Recognition.code")

    @property
    def address(self):
        """Street and town in one line; empty when the organisation hides it."""
        if self.hides_address:
            return ""
        return ", ".join(part for part in (f"{self.street} {self.house_number}".strip(), self.city) if part)


class Evidence(enum.Enum):
    """Bewijs: what a broker looked at before trusting an organisation."""

    TRADE_REGISTER = "trade_register"
    SBB_REGISTER = "sbb_register"
    TELEPHONE = "telephone"
    VISIT = "visit"


class Membership(Base):
    """Contactpersoon: an employer's account at an organisation."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    manages: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation] = relationship(back_populates="members")
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Recognition(Base):
    """Erkenning: the right to train for one code at this location. It counts only after a broker checked the proof."""

    __tablename__ = "recognition"
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="period"),
        CheckConstraint("(checked_at IS NULL) = (checked_by_id IS NULL)", name="checked_by_whom"),
        Index(
            "ix_recognition_withdrawn_on",
            "withdrawn_on",
            sqlite_where=text("withdrawn_on IS NOT NULL"),
            postgresql_where=text("withdrawn_on IS NOT NULL"),
        ),
        Index(
            "ix_recognition_unchecked",
            "organisation_id",
            sqlite_where=text("checked_at IS NULL"),
            postgresql_where=text("checked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str] = mapped_column(ForeignKey("qualification.code"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None] = mapped_column(index=True)
    proof: Mapped[str] = mapped_column(String(200), default="")  # where the broker can see it: a number or an address
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(back_populates="recognitions")
    qualification: Mapped[Qualification] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_checked(self):
        """Whether a broker has seen the proof; without that it counts for nothing."""
        return self.checked_at is not None

    def covers(self, first, last):
        """Whether it is checked and valid from the first day to the last, both included."""
        if not self.is_checked or first < self.valid_from:
            return False
        ends = [day for day in (self.valid_until, self.withdrawn_on) if day is not None]
        return all(last <= day for day in ends)


class InterestState(enum.Enum):
    """Stand van een blijk van interesse."""

    NEW = "new"
    CONTACTED = "contacted"
    BECAME_PLACE = "became_place"
    DROPPED = "dropped"


class Interest(Base):
    """Interesse: a company says in one minute that it may offer something; the broker takes it from there."""

    __tablename__ = "interest"
    __table_args__ = (CheckConstraint(one_of("state", InterestState), name="state"),)
    FLOW = {
        InterestState.NEW: {InterestState.CONTACTED, InterestState.BECAME_PLACE, InterestState.DROPPED},
        InterestState.CONTACTED: {InterestState.BECAME_PLACE, InterestState.DROPPED},
        InterestState.BECAME_PLACE: set(),
        InterestState.DROPPED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    company: Mapped[str] = mapped_column(String(160))
    contact_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    remark: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str | None] = mapped_column(String(7))  # where the work is; not everyone tells
    call_on: Mapped[date | None]  # they asked us to call again
    state: Mapped[InterestState] = mapped_column(choice(InterestState), default=InterestState.NEW)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlaceState(enum.Enum):
    """Stand van een stageplaats. "Vol" is computed from its seats."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Place(Base):
    """Stageplaats: what an organisation offers to a programme: seats for some codes in a period.

    `free` is what is left of `seats`; it changes only by the conditional updates of `places.seats`, so that no seat is
    given twice.
    """

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(one_of("state", PlaceState), name="state"),
        CheckConstraint(one_of("leerweg", Leerweg), name="leerweg"),
        CheckConstraint(one_of("late_hours", LateHours), name="late_hours"),
        CheckConstraint("free >= 0 AND free <= seats", name="free"),
        CheckConstraint("seats BETWEEN 1 AND 200", name="seats"),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("minimum_age IN (0, 16, 18)", name="minimum_age"),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays"),
        CheckConstraint(one_of("special_risks", SpecialRisks), name="special_risks"),
        Index("ix_place_open", "programme_id", "state"),
    )
    FLOW = {
        PlaceState.DRAFT: {PlaceState.OPEN},
        PlaceState.OPEN: {PlaceState.PAUSED, PlaceState.CLOSED},
        PlaceState.PAUSED: {PlaceState.OPEN, PlaceState.CLOSED},
        PlaceState.CLOSED: set(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    leerweg: Mapped[Leerweg | None] = mapped_column(choice(Leerweg))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    weekdays: Mapped[int] = mapped_column(default=0)  # bit 0 is Monday: days on which there is work
    hours_per_day: Mapped[int] = mapped_column(default=8)
    seats: Mapped[int] = mapped_column(default=1)
    free: Mapped[int] = mapped_column(default=1)
    postcode: Mapped[str | None] = mapped_column(String(7))  # where the work is, when not at the organisation's address
    tasks: Mapped[str] = mapped_column(Text, default="")
    work_processes: Mapped[list] = mapped_column(JSON, default=list)  # ids of reference.WorkProcess; empty: unknown
    kinds: Mapped[list] = mapped_column(JSON, default=list)  # values of KindOfWork
    features: Mapped[list] = mapped_column(JSON, default=list)  # values of Feature that this workplace has
    needs_vog: Mapped[bool] = mapped_column(default=False)
    needs_register: Mapped[bool] = mapped_column(default=False)  # Personenregister Kinderopvang
    special_risks: Mapped[SpecialRisks | None] = mapped_column(choice(SpecialRisks))  # None is unknown
    late_hours: Mapped[LateHours] = mapped_column(choice(LateHours), default=LateHours.NONE)
    minimum_age: Mapped[int] = mapped_column(default=0)
    allowance_cents: Mapped[int | None]  # a month; None is unknown, 0 is none
    pays_travel: Mapped[bool | None]
    trainer_name: Mapped[str] = mapped_column(String(100), default="")  # praktijkopleider
    trainer_email: Mapped[str] = mapped_column(String(254), default="")
    steps_done: Mapped[list] = mapped_column(JSON, default=list)
    state: Mapped[PlaceState] = mapped_column(choice(PlaceState), default=PlaceState.DRAFT)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    programme: Mapped[Programme] = relationship()
    codes: Mapped[list["PlaceCode"]] = relationship(cascade="all, delete-orphan", order_by="PlaceCode.code")
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_full(self):
        """Whether no seat is free."""
        return self.free == 0


class PlaceCode(Base):
    """Opleiding bij een plaats: a qualification for which this place is offered."""

    __tablename__ = "place_code"

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("qualification.code"), primary_key=True)

    qualification: Mapped[Qualification] = relationship(lazy="joined", innerjoin=True)
