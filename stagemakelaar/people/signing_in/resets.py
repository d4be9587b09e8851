"""A new password for staff who forgot theirs: asked by anyone, mailed to the owner, chosen in the browser that asked.

Nobody can learn who has an account: for each address the same rows are written and one letter is promised. The second
factor stays as it is, so whoever reads someone's mail still does not get in.
"""

from datetime import timedelta

from stagemakelaar import audit, outbox
from stagemakelaar.errors import N_, Overtaken
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import links, notices
from stagemakelaar.people.signing_in.models import LinkPurpose, new_secret
from stagemakelaar.people.signing_in.sessions import end_sessions_of

TERM = timedelta(minutes=60)


def ask(session, *, email, browser, language="nl"):
    """Promise a letter to a cleaned address. `browser` is the secret of the browser that asks."""
    user = user_with(session, email)
    token = new_secret()
    usable = user is not None and _has_password(user)
    whose = user if usable else None
    link = links.make(session, LinkPurpose.RESET, email, term=TERM, token=token, browser=browser, user=whose)
    audit.record(session, "password.reset_asked", link, by=None)
    outbox.promise(
        session,
        kind="password_reset" if usable else "password_reset_none",
        to=user.email if user else email,
        user=user,
        key=f"password_reset:{link.id}",
        programme_id=user.programme_id if user else None,
        expires_at=link.expires_at,
        language=language,
        **({"token": token} if usable else {}),
    )
    return link


def asked(session, token):
    """The request with this token if it still works, or None; spends nothing."""
    link = links.live_link(session, token)
    if link is None or link.purpose is not LinkPurpose.RESET or link.user is None or not _has_password(link.user):
        return None
    return link


def carry_out(session, link, *, password_hash):
    """Give the account its new password, end every session of it, and tell its owner."""
    if links.spend(session, link) is None:
        raise Overtaken(N_("Deze link is al gebruikt."))
    replace_password(session, link.user, password_hash, by=link.user)
    end_sessions_of(session, link.user)


def replace_password(session, user, password_hash, *, by):
    """Write a new password, let other requests for one lapse, and tell the owner."""
    user.password_hash = password_hash
    links.lapse(session, user, LinkPurpose.RESET)
    audit.record(session, "password.changed", user, by=by)
    notices.tell(session, user, notices.What.PASSWORD)


def _has_password(user):
    return user.is_staff and user.is_active and user.password_hash is not None
