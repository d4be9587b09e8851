"""Closing an account of staff: at once, by one; and never so that one administrator is left alone for good by another.

Whoever holds a stolen account has to be out now, so nobody waits for a second colleague to close one. Only where fewer
than two others who can sign in would be left, who together could undo it, it is a stop: it holds for a week, in which a
second one confirms it or lets it go. What nobody confirmed ends by itself (`staff_rights.end_lapsed`), and is not begun
again by the same person soon. Who has the server decides in the place of the second, by a command (`…_from_server`).
"""

from datetime import timedelta

from sqlalchemy import func, select

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.people import actions as people
from stagemakelaar.people import staff_rights
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.queries import staff_accounts
from stagemakelaar.people.signing_in import invitations, links, notices
from stagemakelaar.people.staff_rights import RightsChange

LEAST = 2  # administrators who can sign in: what it takes to make somebody one
NOT_AGAIN = timedelta(days=90)  # within which nobody stops the same colleague alone a second time


def close(session, user_id, *, by):
    """Close an account at once. Gives back the `RightsChange` that waits where it is a stop, or None.

    An invitation that nobody took up yet is withdrawn by it: its address is free again.
    """
    # Under a lock, in one order, so that two who close each other, or a third, do so one after the other.
    able = set(session.scalars(_able(also=by.id).order_by(User.id).with_for_update(of=User)))
    if by.id not in able:  # closed a moment ago, by somebody else who does just this
        raise Overtaken(N_("Uw account is intussen uitgeschakeld."))
    if user_id == by.id:
        raise DomainError(N_("Uw eigen account kunt u niet uitschakelen."))
    user = _locked(session, staff_accounts().where(User.id == user_id))
    if not (user.is_active or people.was_never_used(user)):  # pressed once more, a stop would last for ever
        raise Overtaken(N_("Dit account is al uitgeschakeld."))
    if user.id in able and len(able - {user.id, by.id}) < LEAST:
        return _stop(session, user, by=by)
    _close(session, user, by=by)
    return None


def count_able(session):
    """How many administrators there are who can sign in."""
    return session.scalar(select(func.count()).select_from(_able().subquery()))


def _stop(session, user, *, by):
    mine = select(RightsChange.id).where(
        RightsChange.user_id == user.id,
        RightsChange.asked_by_id == by.id,
        RightsChange.closes,
        RightsChange.granted_at.is_(None),
        RightsChange.asked_at > clock.now() - NOT_AGAIN,
    )
    if session.scalar(mine.limit(1)) is not None:
        raise DomainError(
            N_(
                "U schakelde dit account kort geleden al uit, en niemand heeft dat bevestigd. Alleen wie de server"
                " beheert, kan het nu sluiten."
            )
        )
    people.disable(session, user, by=by)
    links.lapse(session, user)
    change = RightsChange(
        user_id=user.id, user=user, role=user.role, closes=True, asked_by_id=by.id, asked_at=clock.now()
    )
    session.add(change)
    session.flush()
    audit.record(session, "staff.stopped", user, by=by, change=change.id)
    notices.tell(session, user, notices.What.STOPPED)
    return change


def _close(session, user, *, by):
    staff_rights.settle_all(session, user)
    people.disable(session, user, by=by)
    links.lapse(session, user)
    if people.was_never_used(user):
        people.free_address(session, user, by=by)


def _able(*, also=None):
    """A statement of the numbers of the administrators who can sign in, and of `also` if that account works."""
    can_sign_in = User.password_hash.is_not(None) | (User.id == also)
    return select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None), can_sign_in)


def _locked(session, statement):
    found = statement.with_for_update(of=User).execution_options(populate_existing=True)
    user = session.scalars(found).first()
    if user is None:
        raise NotFound
    return user


# --- by whoever has the server -------------------------------------------------------------------------------------


def close_from_server(session, email):
    """Close an account for good, also the only other administrator's; what waited about it is decided by this."""
    user = _of_staff(session, email)
    _close(session, user, by=None)
    return user


def open_from_server(session, email):
    """Open a closed account, also an administrator's. Who has no password gets an invitation."""
    user = _of_staff(session, email)
    if user.is_active:
        raise Overtaken(N_("Dit account werkt al."))
    staff_rights.settle_all(session, user)
    people.enable(session, user, by=None)
    if user.password_hash is None:
        invitations.invite(session, email=user.email, role=user.role, by=None)
    else:
        notices.tell(session, user, notices.What.REOPENED)
    return user


def change_role_from_server(session, email, *, role, programme=None):
    """Give somebody another role or programme, where there are no two administrators to do so.

    A stop goes on. Only who can sign in hears of it: nobody else is asked to do so.
    """
    user = _of_staff(session, email)
    programme = staff_rights.fitting(role, programme)
    if (role, programme and programme.id) == (user.role, user.programme_id):
        raise DomainError(N_("Deze collega heeft deze rol al."))
    staff_rights.settle_all(session, user, stop=False)
    staff_rights.give(session, user, role=role, programme_id=programme.id if programme else None, by=None)
    if user.is_active and user.password_hash is not None:
        notices.tell(session, user, notices.What.RIGHTS_BY_SERVER)
    return user


def _of_staff(session, email):
    return _locked(session, staff_accounts().where(User.email == email))
