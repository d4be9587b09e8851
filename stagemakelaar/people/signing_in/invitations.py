"""Invitations of staff: a link that works once, with which someone chooses a password and enrols an authenticator."""

from datetime import timedelta

from stagemakelaar import audit, outbox
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people import actions as people
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import links, recovery, totp
from stagemakelaar.people.signing_in.models import LinkPurpose, new_secret

TERM = timedelta(minutes=60)


def invite(session, *, email, role, name="", programme=None, by):
    """Make a staff account that cannot be used yet and promise its owner a letter; again, for who let it lapse."""
    user = user_with(session, email)
    if user is None:
        user = people.register_staff(session, role=role, email=email, name=name, programme=programme, by=by)
    elif user.password_hash is not None or user.role is not role or not user.is_active:
        raise DomainError(N_("Er is al een account met dit e-mailadres."), field="email")
    user.totp_secret = totp.new_secret()
    user.totp_counter = 0
    links.lapse(session, user)
    token = new_secret()
    link = links.make(
        session, LinkPurpose.INVITATION, email, term=TERM, token=token, user=user, programme_id=user.programme_id
    )
    audit.record(session, "staff.invited", user, by=by, role=role.value)
    outbox.promise(
        session,
        kind="staff_invitation",
        to=user.email,
        user=user,
        key=f"invitation:{link.id}",
        programme_id=user.programme_id,
        expires_at=link.expires_at,
        token=token,
    )
    return user


def invitation(session, token):
    """The invitation with this token if it still works, or None; spends nothing."""
    link = links.live_link(session, token)
    if link is None or link.purpose is not LinkPurpose.INVITATION or not link.user.is_active:
        return None
    return link


def accept(session, link, *, name, password_hash, code):
    """Finish an account: the code shows that the authenticator works. Raises DomainError when it does not.

    Gives back the recovery codes, which are never seen again.
    """
    user = link.user
    if not totp.spend_code(session, user, code):
        raise DomainError(N_("Deze code klopt niet. Typ de code die de app nu laat zien."), field="code")
    if links.spend(session, link) is None:
        raise DomainError(N_("Deze uitnodiging is al gebruikt. U kunt nu inloggen."))
    user.name = name
    user.password_hash = password_hash
    audit.record(session, "staff.accepted", user, by=user)
    return recovery.renew(session, user, by=user)
