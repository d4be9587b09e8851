"""Staff who lost app and recovery codes: one colleague asks, a second one grants, and an invitation goes out again.

An administrator may do so for all staff, a coordinator for the brokers of the own programme; nobody for themselves.
"""

from datetime import timedelta

from sqlalchemy import delete, false, select, update

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.queries import staff_accounts
from stagemakelaar.people.signing_in import invitations, notices
from stagemakelaar.people.signing_in.models import FactorReset, RecoveryCode
from stagemakelaar.people.signing_in.sessions import end_sessions_of

TERM = timedelta(days=1)  # so long a request waits for the second pair of eyes


def within_reach(by):
    """A statement of the accounts whose app this colleague may help to reset; one's own is never among them."""
    found = staff_accounts().where(User.id != by.id, User.disabled_at.is_(None), User.password_hash.is_not(None))
    if by.role is Role.ADMIN:
        return found
    if by.role is Role.COORDINATOR:
        return found.where(User.role == Role.BROKER, User.programme_id == by.programme_id)
    return found.where(false())


def waiting(session, users):
    """The requests of these accounts that wait for a second colleague: number of the account → request."""
    rows = session.scalars(
        select(FactorReset)
        .where(
            FactorReset.user_id.in_([user.id for user in users]),
            FactorReset.granted_at.is_(None),
            FactorReset.asked_at > clock.now() - TERM,
        )
        .order_by(FactorReset.id)
    )
    return {row.user_id: row for row in rows}


def ask(session, user_id, *, by):
    """Ask that an account within reach may set up its app anew."""
    user = _reached(session, user_id, by)
    if waiting(session, [user]):
        raise DomainError(N_("Dit is al gevraagd. Een tweede collega kan het nu toestaan."))
    session.add(FactorReset(user_id=user.id, asked_by_id=by.id, asked_at=clock.now()))
    audit.record(session, "factor_reset.asked", user, by=by)


def grant(session, user_id, *, by):
    """Grant what another colleague asked: nothing of the old way in works from now on, and an invitation goes out."""
    user = _reached(session, user_id, by)
    request = waiting(session, [user]).get(user.id)
    if request is None:
        raise Overtaken(N_("Er is niets om toe te staan: het is niet gevraagd, of al gedaan."))
    if request.asked_by_id == by.id:
        raise DomainError(N_("U vroeg dit zelf. Een tweede collega moet het toestaan."))
    granted = session.execute(
        update(FactorReset)
        .where(FactorReset.id == request.id, FactorReset.granted_at.is_(None))
        .values(granted_by_id=by.id, granted_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if granted.rowcount != 1:
        raise Overtaken(N_("Er is niets om toe te staan: het is niet gevraagd, of al gedaan."))
    user.password_hash = user.totp_next = None
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user.id).execution_options(synchronize_session=False)
    )
    end_sessions_of(session, user)
    audit.record(session, "factor_reset.granted", user, by=by)
    notices.tell(session, user, notices.What.RESET_GRANTED)
    invitations.invite(session, email=user.email, role=user.role, by=by)


def _reached(session, user_id, by):
    user = session.scalars(within_reach(by).where(User.id == user_id).with_for_update(of=User)).first()
    if user is None:
        raise NotFound
    return user
