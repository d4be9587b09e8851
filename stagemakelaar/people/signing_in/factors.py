"""Another authenticator for one's own account, and the short proof that it is still you."""

from datetime import timedelta

from stagemakelaar import audit, outbox
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people.signing_in import links, notices, recovery, totp
from stagemakelaar.people.signing_in.models import LinkPurpose, new_secret
from stagemakelaar.people.signing_in.sessions import end_sessions_of

TERM = timedelta(minutes=10)


def begin(session, user):
    """Keep a new secret beside the old one, which goes on working until the new app has shown a code."""
    user.totp_next = totp.new_secret()
    audit.record(session, "factor.begun", user, by=user)
    return user.totp_next


def replace(session, user, *, code, token_kept):
    """Let the new app take the place of the old one; raises DomainError when its code is wrong."""
    if user.totp_next is None or not totp.fits(user.totp_next, code):
        raise DomainError(N_("Deze code klopt niet. Typ de code die de app nu laat zien."), field="code")
    user.totp_secret, user.totp_next = user.totp_next, None
    user.totp_counter = totp.present_step()  # the code that was just shown is used
    end_sessions_of(session, user, but=token_kept)
    audit.record(session, "factor.changed", user, by=user)
    notices.tell(session, user, notices.What.APP)


def mail_code(session, user, *, browser):
    """Promise a code to someone who signs in by mail, to show in this browser that it is still them."""
    links.lapse(session, user, LinkPurpose.STEP_UP)
    code, token = links.new_code(), new_secret()  # nobody has the token: only the code works
    link = links.make(
        session, LinkPurpose.STEP_UP, user.email, term=TERM, token=token, code=code, browser=browser, user=user
    )
    outbox.promise(
        session,
        kind="step_up",
        to=user.email,
        user=user,
        key=f"step_up:{link.id}",
        expires_at=link.expires_at,
        code=code,
    )


def shows_again(session, user, typed, *, browser):
    """Whether what was typed shows that it is still this user: a code of the app, a recovery code, or a mailed one."""
    if not user.is_staff:
        link = links.spend_code(session, typed, browser, {LinkPurpose.STEP_UP})
        return link is not None and link.user_id == user.id
    if len(links.tidy_code(typed)) == recovery.LENGTH:
        return recovery.spend(session, user, typed)
    return totp.spend_code(session, user, typed)
