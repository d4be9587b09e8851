"""Recovery codes of staff: shown once, ten at a time; each stands in for the authenticator once.

They are as random as a bearer, so a plain hash is kept of them, as of those.
"""

import secrets

from sqlalchemy import delete, func, select, update

from stagemakelaar import audit, clock
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import notices
from stagemakelaar.people.signing_in.links import CODE_SIGNS, tidy_code
from stagemakelaar.people.signing_in.models import RecoveryCode, hash_of

HOW_MANY = 10
LENGTH = 26  # of 32 signs: 130 bits


def renew(session, user, *, by):
    """Make ten new codes, and let the old ones work no longer; gives back the codes, which are never seen again."""
    # Whoever renews at the same moment waits here, so that never more than ten work.
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user.id).execution_options(synchronize_session=False)
    )
    codes = ["".join(secrets.choice(CODE_SIGNS) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    now = clock.now()
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_of(code), created_at=now) for code in codes)
    session.flush()
    audit.record(session, "recovery_codes.renewed", user, by=by)
    return codes


def in_groups(code):
    """A code as people copy it: in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def spend(session, user, typed):
    """Whether this is a code of this account that was not used before; its owner gets a letter then."""
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == hash_of(tidy_code(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if spent.rowcount != 1:
        return False
    remaining = left(session, user)
    audit.record(session, "recovery_codes.used", user, by=user, left=remaining)
    notices.tell(session, user, notices.What.RECOVERY_USED, left=remaining)
    return True


def left(session, user):
    """How many codes still work."""
    return session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    )
