"""What signing in leaves behind is forgotten: links and tries after a day, sessions a month after their end.

What was typed in a form that met the end of a session is kept until that session would have ended for good.
"""

from datetime import timedelta

from sqlalchemy import delete, update

from stagemakelaar import clock
from stagemakelaar.people.signing_in import limits
from stagemakelaar.people.signing_in.models import SignInLink, UserSession

KEEP_LINKS = timedelta(days=1)
KEEP_SESSIONS = timedelta(days=30)


def forget_old(session):
    """Delete what nobody needs any more."""
    now = clock.now()
    limits.forget_old(session)
    for statement in (
        delete(SignInLink).where(SignInLink.expires_at < now - KEEP_LINKS),
        delete(UserSession).where(UserSession.ends_at < now - KEEP_SESSIONS),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    session.execute(
        update(UserSession)
        .where(UserSession.ends_at < now, UserSession.carried.is_not(None))
        .values(carried=None)
        .execution_options(synchronize_session=False)
    )
