"""Inloglink, poging, sessie: what signing in leaves behind. Of every secret only the hash is kept."""

import enum
import hashlib
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship
from sqlalchemy.types import JSON

from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.people.models import Programme, User


def new_secret():
    """A bearer of 128 random bits, as it goes into a letter or a cookie."""
    return secrets.token_urlsafe(16)


def hash_of(secret):
    """What the database keeps of a secret; the secret is random, so a plain hash says nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class LinkPurpose(enum.Enum):
    """Doel van een link: what is made of it when there is no account yet."""

    SIGN_IN = "sign_in"
    STUDENT = "student"
    EMPLOYER = "employer"
    INVITATION = "invitation"
    RESET = "reset"
    ADDRESS = "address"
    STEP_UP = "step_up"


SIGNS_IN = frozenset({LinkPurpose.SIGN_IN, LinkPurpose.STUDENT, LinkPurpose.EMPLOYER})


class SignInLink(Base):
    """Inloglink: a secret in a letter that works once, with a short code as its twin for the browser that asked."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        CheckConstraint(one_of("purpose", LinkPurpose), name="purpose"),
        CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    email: Mapped[str] = mapped_column(String(254), index=True)
    # for whom it is, where that was known: an invitation, a new password or address, a code for who is signed in
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    browser_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    attempts: Mapped[int] = mapped_column(default=0)  # wrong codes
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    programme: Mapped[Programme | None] = relationship()
    user: Mapped[User | None] = relationship()


class Attempt(Base):
    """Poging: one try that counts against a limit. The subject is a hash: no addresses are kept here."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_counted", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserSession(Base):
    """Sessie: one browser in which someone is signed in. The cookie holds the secret, this row decides."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    is_complete: Mapped[bool]  # False between the password and the code
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(String(40), default="", server_default="")  # its kind: "Firefox, Windows"
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its user last showed who they are
    # What was typed in a form that met the end of the session: path and values, until it is sent or the day is over.
    carried: Mapped[dict | None] = deferred(mapped_column(JSON(none_as_null=True)))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class RecoveryCode(Base):
    """Herstelcode: stands in for the authenticator once, for staff who lost it."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FactorReset(Base):
    """Herstel van de app: asked by one colleague, granted by a second; never one's own. The database holds it so."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        CheckConstraint("asked_by_id <> user_id", name="not_ones_own"),
        CheckConstraint("granted_by_id <> asked_by_id AND granted_by_id <> user_id", name="four_eyes"),
        CheckConstraint("(granted_by_id IS NULL) = (granted_at IS NULL)", name="granted_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
