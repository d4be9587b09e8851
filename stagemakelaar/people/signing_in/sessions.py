"""Sessions on the server: opened after the last step, ended by time, by hand, or with the account."""

from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, NotFound, Overtaken
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in.models import UserSession, hash_of, new_secret

STAFF_IDLE, STAFF_WHOLE = timedelta(minutes=30), timedelta(hours=8)
IDLE, WHOLE = timedelta(minutes=60), timedelta(hours=12)
BETWEEN_STEPS = timedelta(minutes=10)  # after the password, before the code
CONFIRMED = timedelta(minutes=15)  # so long after showing who you are, what matters most may be changed
NOTED = timedelta(minutes=1)  # how often "last seen" is written


def open_session(session, user, *, complete=True, instead_of=None, browser=""):
    """Let a user in and give back the secret for the cookie; with `complete=False` only as far as the code page.

    browser         what kind it is, in a word or two

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
        browser=browser,
        confirmed_at=now if complete else None,
    )
    session.add(opened)
    if complete:
        session.execute(
            update(User).where(User.id == user.id).values(signed_in_at=now).execution_options(synchronize_session=False)
        )
    audit.record(session, "session.opened" if complete else "session.half_opened", opened, by=user)
    return token


def is_confirmed(found):
    """Whether the user of a session showed who they are not long ago, by signing in or again since."""
    return found.confirmed_at is not None and clock.now() - found.confirmed_at < CONFIRMED


def confirm(session, token):
    """Note that the user showed again who they are: the session goes on under a new secret, which is given back."""
    found, renewed = _row(session, token), new_secret()
    if found is None:  # ended elsewhere, a moment ago
        raise Overtaken(N_("Je bent intussen uitgelogd. Log opnieuw in."))
    found.token_hash = hash_of(renewed)
    found.confirmed_at = clock.now()
    audit.record(session, "session.confirmed", found, by=found.user)
    return renewed


def sessions_of(session, user):
    """The sessions of an account that are open now, the latest used first."""
    now = clock.now()
    idle = STAFF_IDLE if user.is_staff else IDLE
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.is_complete,
            UserSession.ended_at.is_(None),
            UserSession.ends_at > now,
            UserSession.seen_at > now - idle,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    ).all()


def end_one(session, user, session_id):
    """End one session of one's own; raises NotFound for anyone else's."""
    found = session.get(UserSession, session_id)
    if found is None or found.user_id != user.id:
        raise NotFound
    if found.ended_at is None:
        found.ended_at, found.carried = clock.now(), None
        audit.record(session, "session.ended", found, by=user)


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


def end_sessions_of(session, user, *, but=None, by=None):
    """End every session of an account, but the one with the secret `but`; what was carried with them is forgotten.

    by      who asked for just this; what ends sessions along the way has a line of its own in the trail
    """
    if by is not None:
        audit.record(session, "sessions.ended", user, by=by)
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.token_hash != (hash_of(but) if but else ""),
        )
        .values(ended_at=clock.now(), carried=None)
        .execution_options(synchronize_session=False)
    )
