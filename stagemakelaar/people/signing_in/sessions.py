"""Sessions on the server: opened after the last step, ended by time, by hand, or with the account."""

from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import audit, clock
from stagemakelaar.people.signing_in.models import UserSession, hash_of, new_secret

STAFF_IDLE, STAFF_WHOLE = timedelta(minutes=30), timedelta(hours=8)
IDLE, WHOLE = timedelta(minutes=60), timedelta(hours=12)
BETWEEN_STEPS = timedelta(minutes=10)  # after the password, before the code
NOTED = timedelta(minutes=1)  # how often "last seen" is written


def open_session(session, user, *, complete=True, instead_of=None):
    """Let a user in and give back the secret for the cookie; with `complete=False` only as far as the code page.

    instead_of      the secret of the session that this browser had: it ends, and what was typed in a form that met its
                    end goes along, if it was this user's
    """
    token, now = new_secret(), clock.now()
    whole = STAFF_WHOLE if user.is_staff else WHOLE
    opened = UserSession(
        token_hash=hash_of(token),
        user_id=user.id,
        user=user,
        is_complete=complete,
        created_at=now,
        seen_at=now,
        ends_at=now + (whole if complete else BETWEEN_STEPS),
        carried=_hand_over(session, instead_of, user),
    )
    session.add(opened)
    audit.record(session, "session.opened" if complete else "session.half_opened", opened, by=user)
    return token


def _hand_over(session, token, user):
    before = _row(session, token) if token else None
    if before is None:
        return None
    carried, before.carried = before.carried, None
    before.ended_at = clock.now()
    audit.record(session, "session.ended", before, by=before.user)
    return carried if before.user_id == user.id else None


def carry(session, token, *, path, values):
    """Keep what was typed in a form that met the end of a session; whether there was a session to keep it with."""
    found = _row(session, token)
    if found is None or not found.is_complete or not found.user.is_active:
        return False
    found.carried = {"path": path, "values": values}
    return True


def drop_carried(session, token):
    """Forget what was carried; it is sent now, or not wanted."""
    found = _row(session, token)
    if found is not None:
        found.carried = None


def _row(session, token):
    return session.scalars(
        select(UserSession).where(UserSession.token_hash == hash_of(token), UserSession.ended_at.is_(None))
    ).first()


def session_of(session, token):
    """The session that goes with a cookie, or None when it has ended or its account was disabled."""
    found = _row(session, token)
    if found is None or not found.user.is_active:
        return None
    now = clock.now()
    idle = STAFF_IDLE if found.user.is_staff else IDLE
    if now >= found.ends_at or now - found.seen_at >= idle:
        return None
    return found


def is_due(found):
    """Whether "last seen" is old enough to be written again."""
    return clock.now() - found.seen_at >= NOTED


def note_seen(session, session_id):
    """Write that a session is in use; one that was ended meanwhile stays ended."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def end_session(session, token, *, by):
    """Sign out: the cookie is worth nothing from now on."""
    found = _row(session, token)
    if found is not None:
        found.ended_at = clock.now()
        found.carried = None
        audit.record(session, "session.ended", found, by=by)


def end_sessions_of(session, user):
    """End every session of an account."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
