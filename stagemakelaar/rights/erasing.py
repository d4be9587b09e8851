"""Erasing somebody: what is under way ends along its own arrows, then every personal column is emptied.

Called by a coordinator who grants a request, by the time to keep being over, and after a restore, which brought back
people who were erased. What stays is a pseudonym with its numbers, so that counts and the trail remain whole.
"""

import secrets
from datetime import timedelta

from sqlalchemy import func, select, update

from stagemakelaar import audit, clock, outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case, CaseState, HandOver, HandOverState
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.people.queries import records_of, student_of
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import LIVE, Placement
from stagemakelaar.places.models import Membership, Organisation, Place, PlaceState
from stagemakelaar.rights import personal
from stagemakelaar.rights.models import DataRequest, ErasedFor, Erasure, RequestKind, RequestState
from stagemakelaar.rights.personal import Subject
from stagemakelaar.rounds import forgetting
from stagemakelaar.rounds.models import Proposal

PSEUDONYMS = {Role.STUDENT: "gewiste student", Role.EMPLOYER: "gewiste contactpersoon"}
UNTIL_LISTED = timedelta(days=365)  # the last letter waits for the list, which comes within seconds


def refusal(session, user):
    """Why somebody cannot be erased today, as a DomainError; None when it can be done."""
    if user.role is Role.STUDENT:
        return _refusal_for_student(session, user)
    return _refusal_for_employer(session, user)


def _refusal_for_student(session, user):
    student = student_of(session, user)
    if student.merged_into_id is not None:
        return DomainError(N_("Deze student is samengevoegd met een ander dossier. Wis dat dossier."))
    ids = [one.id for one in records_of(session, student)]
    if session.scalar(select(Placement.id).where(Placement.student_id.in_(ids), Placement.state.in_(LIVE)).limit(1)):
        return DomainError(N_("De student heeft nog een plek. Trek de plaatsing eerst terug, of rond die af."))
    return None


def _refusal_for_employer(session, user):
    managed = select(Membership.organisation_id).where(Membership.user_id == user.id, Membership.manages)
    others = (
        select(Membership.organisation_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id != user.id, Membership.manages, User.disabled_at.is_(None))
    )
    alone = managed.where(Membership.organisation_id.not_in(others))
    open_place = select(Place.id).where(Place.organisation_id.in_(alone))
    in_use = select(Placement.id).join(Place, Place.id == Placement.place_id)
    if session.scalar(open_place.where(Place.state == PlaceState.OPEN).limit(1)) or session.scalar(
        in_use.where(Place.organisation_id.in_(alone), Placement.state.in_(LIVE)).limit(1)
    ):
        return DomainError(
            N_("Dit is de enige die voor een bedrijf met open plekken of stages inlogt. Er moet eerst een ander bij.")
        )
    return None


def erase(session, user, *, why, by, ref=None, at=None, force=False):
    """Take a person out of every table. Gives back the `Erasure`; its line in the list is the edge's next step.

    ref, at   of a line that stands in the list already: the database lost it, the list did not
    force     whatever is under way ends; nobody is asked, since it was decided before
    """
    if user.role not in PSEUDONYMS:
        raise DomainError(N_("Alleen studenten en contactpersonen van bedrijven kunnen gewist worden."))
    if user.erased_at is not None:
        raise DomainError(N_("Deze persoon is al gewist."))
    if not force and (wrong := refusal(session, user)) is not None:
        raise wrong
    subject = subject_of(session, user)
    if user.role is Role.STUDENT:
        _end_what_is_under_way(session, subject, by=by, force=force, silently=ref is not None)
    if outbox.stop_all_to(session, subject.users, by=by) and not force:
        raise DomainError(N_("Er gaat net een brief naar deze persoon weg. Probeer het over een minuut opnieuw."))
    erasure = _note(session, user, subject, why=why, ref=ref, at=at)
    by_the_clock = ref is None and why is ErasedFor.RETENTION  # warned before; the batch has one line in the trail
    if ref is None and not by_the_clock:
        _promise_last_letter(session, user, subject, erasure)
    counts = _empty(session, subject, user.role)
    if not by_the_clock:
        told = {"by": by, "programme_id": subject.programme, "why": why.value, "rows": counts}
        audit.record(session, f"{user.role.value}.erased", user, **told)
    session.flush()
    session.expire_all()
    return erasure


def subject_of(session, user):
    """The numbers and words by which the rows about somebody are found."""
    if user.role is not Role.STUDENT:
        own = select(Membership.organisation_id).where(Membership.user_id == user.id)
        return Subject(
            users=[user.id],
            organisations=list(session.scalars(own)),
            programme=programme_of(session, user),
            emails=[user.email],
            name=user.name.strip(),
        )
    student = student_of(session, user)
    students = [one.id for one in records_of(session, student)]  # the doubles that were merged into it too
    accounts = session.execute(select(User.id, User.email).join(Student).where(Student.id.in_(students))).all()
    return Subject(
        users=[account.id for account in accounts],
        students=students,
        cases=list(session.scalars(select(Case.id).where(Case.student_id.in_(students)))),
        placements=list(session.scalars(select(Placement.id).where(Placement.student_id.in_(students)))),
        proposals=list(session.scalars(select(Proposal.id).where(Proposal.student_id.in_(students)))),
        programme=student.programme_id,
        emails=[account.email for account in accounts],
    )


def programme_of(session, user):
    """The programme that decides about somebody's data: of a company the one that it registered with, or None."""
    if user.programme_id is not None:
        return user.programme_id
    first = select(Organisation.registered_with_id).join(Membership).where(Membership.user_id == user.id)
    return session.scalar(first.order_by(Membership.id).limit(1))


def _end_what_is_under_way(session, subject, *, by, force, silently):
    """End it all; `silently` when it ended before and only came back from a copy: then there is no news in it."""
    if not force:
        forgetting.refuse_while_computing(session, subject.programme)
    freed = update(Student).where(Student.id.in_(subject.students)).values(restricted_at=None, objected_at=None)
    session.execute(freed)  # what they asked before: it ends here, and must not keep the case from being closed
    _end_requests(session, subject, by=by)
    live = select(Placement).where(Placement.student_id.in_(subject.students), Placement.state.in_(LIVE))
    for placement in session.scalars(live.order_by(Placement.id)).all():
        placements.leave(session, placement, by=by)
        if silently:
            outbox.cancel(session, f"placement:{placement.id}:", by=by)
    forgetting.turn_down_all(session, subject.students, by=by)
    waiting = select(HandOver).where(HandOver.case_id.in_(subject.cases), HandOver.state == HandOverState.WAITING)
    for given in session.scalars(waiting).all():
        move(session, given, HandOverState.RETURNED, by=by)
    rows = select(Case).where(Case.id.in_(subject.cases)).order_by(Case.id).with_for_update(of=Case)
    for case in session.scalars(rows, execution_options={"populate_existing": True}).all():
        if case.state is CaseState.PAUSED:
            casework.resume(session, case, by=by)
        if case.state is not CaseState.CLOSED:
            casework.close(session, case, by=by, why=personal.ERASED)


def _end_requests(session, subject, *, by):
    """What they asked beside it asks for nothing any more."""
    asked = (DataRequest.user_id.in_(subject.users), DataRequest.kind != RequestKind.ERASURE)
    now = clock.now()
    for request in session.scalars(select(DataRequest).where(*asked).order_by(DataRequest.id).with_for_update()).all():
        if request.state is RequestState.OPEN:
            move(session, request, RequestState.WITHDRAWN, by=by)
        elif request.is_in_force:
            request.ended_at = now
            outbox.cancel(session, f"data_request:{request.id}:ends", by=by)


def _note(session, user, subject, *, why, ref, at):
    """Note each account that goes: a copy of before a double was merged holds them as two. Gives back that of `user`.

    A line that stands in the list already is of one account; the others have their own.
    """
    now = clock.now()
    others = select(User).where(User.id.in_(subject.users), User.id != user.id, User.erased_at.is_(None))
    accounts = [user] if ref is not None else [user, *session.scalars(others.order_by(User.id))]
    noted = [
        Erasure(
            ref=ref or secrets.token_hex(16),
            user_id=account.id,
            registered_at=account.created_at,
            why=ErasedFor(why),
            at=at or now,
            listed_at=now if ref is not None else None,
        )
        for account in accounts
    ]
    session.add_all(noted)
    session.flush()
    return noted[0]


def _promise_last_letter(session, user, subject, erasure):
    """The letter that says it is done. It waits until the list has the line; its address goes when it has gone."""
    outbox.promise(
        session,
        kind=f"{user.role.value}_erased",
        to=user.email,
        key=f"{outbox.PARTING}{erasure.ref}:told",
        programme_id=subject.programme,
        delay=UNTIL_LISTED,
        language=user.language,
        day=clock.today().isoformat(),
    )


def _empty(session, subject, role):
    """Carry out the list of `personal.py`; gives back table → number of rows."""
    session.flush()
    counts: dict[str, int] = {}
    unlooked = {"synchronize_session": False}
    for entry in personal.STUDENT if role is Role.STUDENT else personal.EMPLOYER:
        if entry.model is outbox.Message:  # not the last letter, which has no account
            found = session.execute(entry.statement(subject).where(~outbox.Message.key.startswith(outbox.PARTING)))
        else:
            found = session.execute(entry.statement(subject), execution_options=unlooked)
        if found.rowcount:
            name = entry.model.__tablename__
            counts[name] = counts.get(name, 0) + found.rowcount
    pseudonym = PSEUDONYMS[role]
    session.execute(
        update(User)
        .where(User.id.in_(subject.users))
        .values(name=pseudonym, erased_at=clock.now(), disabled_at=func.coalesce(User.disabled_at, clock.now())),
        execution_options=unlooked,
    )
    session.execute(
        update(Student).where(Student.id.in_(subject.students)).values(last_name=pseudonym, sort_name=pseudonym),
        execution_options=unlooked,
    )
    return counts


def note_absent(session, line):
    """Note a line of the list about somebody who is not in this database, so that it is not looked for again."""
    session.add(
        Erasure(
            ref=line.ref,
            user_id=line.user,
            registered_at=line.registered,
            why=line.why,
            at=line.at,
            listed_at=clock.now(),
        )
    )
