"""What signing in leaves behind is forgotten: links and tries after a day, sessions a month after their end."""

from datetime import timedelta

from sqlalchemy import delete

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
