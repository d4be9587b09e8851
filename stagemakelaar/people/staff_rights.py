"""Rights of staff: a role or a programme changes when two administrators want it, and is looked at again in time.

BIO2 5.18.01 and 8.02.01. One asks, another grants, within a week; nobody for themselves. To become an administrator is
such a change too, also by invitation and by an account being enabled again; closing the account of one is such a change
where too few would be left (see `closing`). Who has had which rights since when, given by whom, and when somebody
looked whether they still need them, is read from the trail, so that none of it can be lost.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, case, false, func, not_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stagemakelaar import audit, clock
from stagemakelaar.db import Base, UtcDateTime, choice, one_of
from stagemakelaar.errors import N_, Busy, DomainError, NotFound, Overtaken
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import STAFF, Programme, Role, User
from stagemakelaar.people.queries import staff_accounts, user_with
from stagemakelaar.people.signing_in import invitations, notices, passwords
from stagemakelaar.people.signing_in.models import new_secret
from stagemakelaar.people.signing_in.sessions import end_sessions_of

OF_A_PROGRAMME = frozenset({Role.BROKER, Role.COORDINATOR})
TERM = timedelta(days=7)  # so long what was asked waits for the second pair of eyes
SPECIAL, SPECIAL_MONTHS, MONTHS = frozenset({Role.ADMIN, Role.COORDINATOR}), 3, 12  # until they are looked at again
GIVEN = ("staff.registered", "staff.rights_changed")  # lines of the trail
REVIEWED = "staff.rights_reviewed"


class RightsChange(Base):
    """Wijziging van rechten: asked by one administrator, granted by a second; never one's own.

    The database holds it so.
    """

    __tablename__ = "rights_change"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("asked_by_id <> user_id", name="not_ones_own"),
        CheckConstraint("granted_by_id <> asked_by_id AND granted_by_id <> user_id", name="four_eyes"),
        CheckConstraint("(granted_by_id IS NULL) = (granted_at IS NULL)", name="granted_when"),
        CheckConstraint("granted_at IS NULL OR dropped_at IS NULL", name="one_end"),
        CheckConstraint("NOT (enables AND closes)", name="one_way"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    enables: Mapped[bool] = mapped_column(default=False)  # the account was closed, or never open
    closes: Mapped[bool] = mapped_column(default=False, server_default=false())  # it is closed, and stays so if granted
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # taken back, not wanted by the second, or lapsed

    @property
    def waits_until(self):
        """Until when a second administrator can decide about it."""
        return self.asked_at + TERM

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[user_id])
    asked_by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[asked_by_id])
    programme: Mapped[Programme | None] = relationship(lazy="joined")


# --- changing ------------------------------------------------------------------------------------------------------


def ask(session, user_id, *, role, programme=None, by):
    """Ask that a colleague gets another role or programme. Gives back the `RightsChange`."""
    end_lapsed(session, stop_of=user_id)
    user = _colleague(session, user_id, by)
    programme = fitting(role, programme)
    if (role, programme and programme.id) == (user.role, user.programme_id):
        raise DomainError(N_("Deze collega heeft deze rol al."), field="role")
    return _ask(session, user, role, programme, by=by)


def invite(session, *, email, role, name, programme=None, by):
    """Invite a colleague. The letter goes at once, but to a new administrator when a second one granted it.

    Gives back the `RightsChange` that waits for that, or None.
    """
    programme = fitting(role, programme)
    if role is not Role.ADMIN:
        invitations.invite(session, email=email, name=name, role=role, programme=programme, by=by)
        return None
    end_lapsed(session)  # an address that nobody granted in time is free
    user = user_with(session, email)
    if user is None:
        user = people.register_staff(session, role=role, email=email, name=name, by=by)
        user.disabled_at = clock.now()  # until it is granted there is nothing to sign in with
    elif user.role is not role or user.password_hash is not None:
        raise DomainError(N_("Er is al een account met dit e-mailadres."), field="email")
    return _ask(session, user, role, None, by=by, enables=True)


def enable(session, user_id, *, by):
    """Open an account again; that of an administrator when a second one granted it. Gives back what waits, or None.

    Who was stopped for a week that is over comes in without being granted.
    """
    works_again = end_lapsed(session, stop_of=user_id)
    user = _colleague(session, user_id, by)
    if user.is_active and user.id in works_again:
        return None
    if user.is_active:
        raise Overtaken(N_("Dit account werkt al."))
    if user.role is Role.ADMIN:
        return _ask(session, user, user.role, None, by=by, enables=True)
    people.enable(session, user, by=by)
    return None


def grant(session, change_id, *, by):
    """Grant what another administrator asked: it holds from the next request on, and the colleague hears it."""
    change = _waiting(session, change_id)
    user = _colleague(session, change.user_id, by)
    if change.asked_by_id == by.id:
        raise DomainError(N_("U vroeg dit zelf. Een tweede beheerder moet het toestaan."))
    _settle(session, change, granted_by_id=by.id, granted_at=clock.now())
    if change.closes:
        audit.record(session, "staff.stop_confirmed", user, by=by, asked_by=change.asked_by_id)
        return
    if change.enables:
        people.enable(session, user, by=by)
    give(session, user, role=change.role, programme_id=change.programme_id, by=by, asked_by=change.asked_by_id)
    if not user.is_active:
        return  # who is shut out is not told to sign in
    if user.password_hash is not None:
        notices.tell(session, user, notices.What.RIGHTS)
    else:
        invitations.invite(session, email=user.email, role=user.role, by=by)


def give(session, user, *, role, programme_id, by, **about):
    """Give an account these rights; they hold from its next request on."""
    before = {"role_before": user.role.value, "programme_before": user.programme_id}
    user.role, user.programme_id = role, programme_id
    end_sessions_of(session, user)
    told = {"role": role.value, "programme": programme_id}
    audit.record(session, "staff.rights_changed", user, by=by, **told, **about, **before)


def drop(session, change_id, *, by):
    """Let what was asked go: whoever asked takes it back, or the second does not want it."""
    change = _waiting(session, change_id)
    user = _colleague(session, change.user_id, by)
    _settle(session, change, dropped_at=clock.now())
    audit.record(session, "staff.rights_dropped", user, by=by, change=change.id)
    _as_it_was(session, change, user, by=by)


def end_lapsed(session, *, stop_of=None):
    """Carry out what it means that nobody granted something within the week; or only end the stop of one account, so
    that no other is locked before it. Gives back whose stop ended so.

    Who was stopped by one alone comes in again, by a new password: whoever had the old one stays out.
    """
    works_again = set()
    lapsed = select(RightsChange).where(
        RightsChange.closes & (RightsChange.user_id == stop_of)
        if stop_of is not None
        else RightsChange.closes | RightsChange.enables,
        RightsChange.granted_at.is_(None),
        RightsChange.dropped_at.is_(None),
        RightsChange.asked_at <= clock.now() - TERM,
    )
    for change in session.scalars(lapsed.order_by(RightsChange.user_id)).all():
        user = session.get_one(User, change.user_id, with_for_update={"of": User}, populate_existing=True)
        try:
            unknown = passwords.hash_password(new_secret()) if change.closes else None
        except Busy:
            continue  # the next time will do
        if not _is_settled_now(session, change, dropped_at=clock.now()):
            continue
        audit.record(session, "staff.rights_lapsed", user, by=None, change=change.id)
        _as_it_was(session, change, user, by=None)
        if change.closes:
            user.password_hash = unknown
            works_again.add(user.id)
    return works_again


def _as_it_was(session, change, user, *, by):
    """What was done beforehand for a change that does not come about is taken back."""
    if change.closes:
        people.enable(session, user, by=by)
        notices.tell(session, user, notices.What.REOPENED)
    elif people.was_never_used(user) and not user.is_active:
        people.free_address(session, user, by=by)


def settle_all(session, user, *, stop=True):
    """What waits about an account waits no more: somebody decided otherwise. But for a `stop`, if that is to go on."""
    open_yet = (RightsChange.granted_at.is_(None), RightsChange.dropped_at.is_(None))
    session.execute(
        update(RightsChange)
        .where(RightsChange.user_id == user.id, *open_yet, *(() if stop else (not_(RightsChange.closes),)))
        .values(dropped_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _settle(session, change, **values):
    """Decide about what waits, once: of two who decide at the same moment the second is told."""
    if not _is_settled_now(session, change, **values):
        raise Overtaken(N_("Hier is al over beslist, of de week is om."))


def _is_settled_now(session, change, **values):
    settled = session.execute(
        update(RightsChange)
        .where(RightsChange.id == change.id, RightsChange.granted_at.is_(None), RightsChange.dropped_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return settled.rowcount == 1


def _ask(session, user, role, programme, *, by, enables=False):
    if session.scalars(waiting().where(RightsChange.user_id == user.id)).first() is not None:
        raise DomainError(N_("Voor deze collega is al iets gevraagd. Een tweede beheerder beslist daar eerst over."))
    settle_all(session, user, stop=False)  # what nobody can grant any more
    change = RightsChange(
        user_id=user.id,
        user=user,
        role=role,
        programme_id=programme.id if programme is not None else None,
        enables=enables,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    session.add(change)
    session.flush()
    asked = {"role": role.value, "programme": change.programme_id, "change": change.id}
    audit.record(session, "staff.rights_asked", user, by=by, **asked)
    return change


def fitting(role, programme):
    """The programme of a role: a broker and a coordinator have one, the others none."""
    if role not in STAFF:
        raise DomainError(N_("Kies wat uw collega hier gaat doen."), field="role")
    if role not in OF_A_PROGRAMME:
        return None
    if programme is None:
        raise DomainError(N_("Kies bij welk programma uw collega hoort."), field="programme")
    return programme


def _colleague(session, user_id, by):
    """The account of a colleague under a lock; one's own is like nobody's."""
    if user_id == by.id:
        raise DomainError(N_("Uw eigen rechten verandert u niet. Vraag het een collega."))
    row = staff_accounts().where(User.id == user_id).with_for_update(of=User)
    user = session.scalars(row.execution_options(populate_existing=True)).first()
    if user is None:
        raise NotFound
    return user


def _waiting(session, change_id):
    if session.get(RightsChange, change_id) is None:
        raise NotFound
    found = session.scalars(waiting().where(RightsChange.id == change_id)).first()
    if found is None:
        raise Overtaken(N_("Hier is al over beslist, of de week is om."))
    return found


def waiting():
    """A statement of what was asked and waits for a second administrator, the oldest first."""
    return (
        select(RightsChange)
        .where(
            RightsChange.granted_at.is_(None),
            RightsChange.dropped_at.is_(None),
            RightsChange.asked_at > clock.now() - TERM,
            # Of who is no administrator any more nothing is granted; whom they stopped is still looked at.
            or_(RightsChange.closes, RightsChange.asked_by.has((User.role == Role.ADMIN) & User.disabled_at.is_(None))),
        )
        .order_by(RightsChange.id)
    )


# --- looking again -------------------------------------------------------------------------------------------------


class Rights(NamedTuple):
    """Rechten van een collega: since when, by whom; when somebody looked last, and until when that holds."""

    user: User
    since: datetime
    given_by: int | None
    asked_by: int | None
    reviewed_at: datetime | None
    reviewed_by: int | None
    due_on: object


def review(session, user_id, *, by):
    """Note that somebody looked whether a colleague still needs these rights, and that it is so."""
    user = _colleague(session, user_id, by)
    if not user.is_active:
        raise Overtaken(N_("Dit account is uitgeschakeld."))
    audit.record(session, REVIEWED, user, by=by, role=user.role.value, programme=user.programme_id)


def _last(actions):
    """For each account the number of the last line with one of these actions."""
    return (
        select(audit.Entry.object_id, func.max(audit.Entry.seq).label("seq"))
        .where(audit.Entry.action.in_(actions), audit.Entry.object_type == User.__tablename__)
        .group_by(audit.Entry.object_id)
        .subquery()
    )


def accounts_to_review(*, due=False):
    """A statement of the accounts of staff that work; `due`: those whose rights must be looked at again by today."""
    found = staff_accounts().where(User.disabled_at.is_(None))
    if not due:
        return found
    last = _last((REVIEWED, *GIVEN))  # a change is a look as well: two people wanted it
    line = audit.Entry.__table__.alias()
    looked = func.coalesce(line.c.at, User.created_at)
    limit = case(
        (User.role.in_(SPECIAL), clock.start_of(clock.months_after(clock.today(), -SPECIAL_MONTHS))),
        else_=clock.start_of(clock.months_after(clock.today(), -MONTHS)),
    )
    joined = found.outerjoin(last, last.c.object_id == User.id).outerjoin(line, line.c.seq == last.c.seq)
    return joined.where(looked < limit)


def rights_of(session, users):
    """What the trail tells about the rights of these accounts, in their order: a list of `Rights`."""
    ids = [user.id for user in users]
    lines: dict = {}
    about = (audit.Entry.object_type == User.__tablename__, audit.Entry.object_id.in_(ids))
    wanted = select(audit.Entry).where(*about, audit.Entry.action.in_((REVIEWED, *GIVEN))).order_by(audit.Entry.seq)
    for line in session.scalars(wanted):
        lines[line.object_id, line.action == REVIEWED] = line
    return [_told(user, lines.get((user.id, False)), lines.get((user.id, True))) for user in users]


def _told(user, given, reviewed):
    since = given.at if given is not None else user.created_at
    looked = max(since, reviewed.at) if reviewed is not None else since
    months = SPECIAL_MONTHS if user.role in SPECIAL else MONTHS
    return Rights(
        user=user,
        since=since,
        given_by=given.actor_id if given is not None else None,
        asked_by=given.details.get("asked_by") if given is not None else None,
        reviewed_at=reviewed.at if reviewed is not None else None,
        reviewed_by=reviewed.actor_id if reviewed is not None else None,
        due_on=clock.months_after(clock.day_of(looked), months),
    )
