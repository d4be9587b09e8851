"""Signing in: one-use links and codes, passwords, second factor, sessions, and the limits on guessing.

Owns SignInLink, Attempt, UserSession, RecoveryCode. Every secret works once because a conditional update says so. The
edge asks `limits.take` in a transaction of its own before it looks at a secret: hashing must not hold a transaction.
"""

from stagemakelaar.people.signing_in.models import Attempt, LinkPurpose, RecoveryCode, SignInLink, UserSession
from stagemakelaar.people.signing_in.sessions import open_session

__all__ = ["Attempt", "LinkPurpose", "RecoveryCode", "SignInLink", "UserSession", "open_session"]
