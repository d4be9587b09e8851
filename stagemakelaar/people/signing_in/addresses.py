"""Another mail address for an account: a link goes to the new one, and the old one hears of it when it is done."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from stagemakelaar import audit, clock, outbox
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import User
from stagemakelaar.people.queries import user_with
from stagemakelaar.people.signing_in import links, notices
from stagemakelaar.people.signing_in.models import LinkPurpose, new_secret
from stagemakelaar.people.signing_in.sessions import end_sessions_of

TERM = timedelta(minutes=60)


def ask(session, user, *, email):
    """Promise a letter to a cleaned new address. Whether it has an account already, only its reader learns."""
    if email == user.email:
        raise DomainError(N_("Dit is al het adres van dit account."), field="email")
    links.lapse(session, user, LinkPurpose.ADDRESS)
    token = new_secret()
    link = links.make(session, LinkPurpose.ADDRESS, email, term=TERM, token=token, user=user)
    audit.record(session, "address.asked", user, by=user)
    is_free = user_with(session, email) is None
    outbox.promise(
        session,
        kind="address_confirm" if is_free else "address_taken",
        to=email,
        user=user,  # so that it is emptied with the account
        key=f"address:{link.id}",
        expires_at=link.expires_at,
        **({"token": token} if is_free else {}),
    )
    return link


def asked(session, user, token):
    """The request of this account with this token, or None when it does not work (any more); spends nothing."""
    link = links.live_link(session, token)
    if link is None or link.purpose is not LinkPurpose.ADDRESS or link.user_id != user.id:
        return None
    return link


def carry_out(session, link, *, token_kept):
    """Give the account its new address: other sessions end, links to the old address die, and that address is told."""
    if links.spend(session, link, by=link.user) is None:
        raise Overtaken(N_("Deze link is al gebruikt."))
    user = session.scalars(select(User).where(User.id == link.user_id).with_for_update()).one()
    if user_with(session, link.email) is not None:
        raise Overtaken(N_("Dit adres is intussen van een ander account."))
    old, user.email = user.email, link.email
    links.lapse(session, user)
    links.lapse_address(session, old)
    end_sessions_of(session, user, but=token_kept)
    _readdress(session, user, old)
    audit.record(session, "address.changed", user, by=user)
    notices.tell(session, user, notices.What.ADDRESS, to=old)


def _readdress(session, user, old):
    """Let what still waits go to the new address, but for what a worker is handing over at this moment."""
    waits = (Message.user_id == user.id, Message.to == old, Message.state == MessageState.QUEUED)
    free = or_(Message.leased_until.is_(None), Message.leased_until < clock.now())
    session.execute(update(Message).where(*waits, free).values(to=user.email))
