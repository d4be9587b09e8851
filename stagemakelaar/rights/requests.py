"""Asking something about one's own data, and the decision of a coordinator; the law gives a month."""

from datetime import timedelta

from sqlalchemy import and_, or_, select

from stagemakelaar import audit, clock, outbox
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.people.models import Programme, Role, Student, User
from stagemakelaar.places.models import Membership, Organisation, Place
from stagemakelaar.rights import erasing, letters, limits
from stagemakelaar.rights.models import DataRequest, ErasedFor, RequestKind, RequestState


def a_month_after(day):
    """The last day of the term of the AVG (art. 12): the same day of the next month, or its last."""
    later = clock.months_after(day, 1)
    return later if later.day == day.day else later - timedelta(days=1)


def last_day_of_term():
    """By when there must be an answer to what is asked today."""
    return a_month_after(clock.today())


def ask(session, *, kind, why="", by):
    """Ask for something about one's own data. Gives back the request; asking twice gives the open one."""
    if kind in limits.LIMITS:
        _may_limit(session, kind, why, by)
    waiting = open_request_of(session, by, kind)
    if waiting is not None:
        return waiting
    now = clock.now()
    request = DataRequest(
        kind=kind,
        user_id=by.id,
        user=by,
        programme_id=erasing.programme_of(session, by),
        why=why.strip(),
        answer_by_on=last_day_of_term(),
        state=RequestState.OPEN,
        state_changed_at=now,
        created_at=now,
    )
    session.add(request)
    session.flush()
    audit.record(session, "data_request.asked", request, by=by, programme_id=request.programme_id, kind=kind.value)
    if (programme := programme_that_decides(session, request)) is not None:
        outbox.promise(
            session,
            kind="staff_request",
            to=programme.email,
            key=f"data_request:{request.id}:asked",
            programme_id=programme.id,
            day=request.answer_by_on.isoformat(),
        )
    return request


def _may_limit(session, kind, why, by):
    if by.role is not Role.STUDENT:
        raise DomainError(N_("Dit kan alleen een student vragen."))
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom je dit vraagt."), field="why")
    if in_force_of(session, by, kind) is not None:
        raise Overtaken(N_("Dit is al toegestaan, en het geldt nog."))


def take_back(session, request, *, by):
    """The asker does not want it any more."""
    move(session, _locked(session, request), RequestState.WITHDRAWN, by=by)


def grant(session, request, *, answer="", by, version=None):
    """Do what was asked. Of an erasure nothing is left to tell but the last letter."""
    if request.kind in limits.LIMITS and not answer.strip():
        raise DomainError(N_("Schrijf op waarom. De vrager leest het."), field="answer")
    request = _to_decide(session, request, by=by, version=version)
    request.answer, request.decided_by_id = answer.strip(), by.id
    move(session, request, RequestState.GRANTED, by=by, kind=request.kind.value)
    if request.kind in limits.LIMITS:
        limits.begin(session, request, by=by)
    if request.kind is RequestKind.ERASURE:
        session.flush()
        return erasing.erase(session, session.get_one(User, request.user_id), why=ErasedFor.REQUEST, by=by)
    letters.decided(session, request)
    return None


def refuse(session, request, *, answer, by, version=None):
    """Say no, with the reason; the asker can complain at the Autoriteit Persoonsgegevens."""
    if not answer.strip():
        raise DomainError(N_("Schrijf op waarom niet. De vrager leest het."), field="answer")
    request = _to_decide(session, request, by=by, version=version)
    request.answer, request.decided_by_id = answer.strip(), by.id
    move(session, request, RequestState.REFUSED, by=by, kind=request.kind.value)
    letters.decided(session, request)


def announce_end(session, request, *, why, by):
    """Say that a restriction will end, and why; the student hears it first."""
    limits.announce_end(session, _locked(session, request), why=why, by=by)


def keep_on(session, request, *, by):
    """Take back that a restriction ends: the student had a reason after all, or it was said by mistake."""
    limits.keep_on(session, _locked(session, request), by=by)


def end(session, request, *, by):
    """The student wants their data to be used again: at once, without a letter before."""
    limits.end(session, _locked(session, request), by=by)


def _to_decide(session, request, *, by, version):
    request = _locked(session, request)
    if request.user_id == by.id:
        raise DomainError(N_("Over uw eigen verzoek beslist een ander."))
    if request.state is not RequestState.OPEN or (version is not None and request.version != version):
        raise Overtaken(N_("Over dit verzoek is al beslist, of het is ingetrokken. Kijk hoe het er nu voor staat."))
    return request


def _locked(session, request):
    return session.scalars(
        select(DataRequest)
        .where(DataRequest.id == request.id)
        .with_for_update(of=DataRequest)
        .execution_options(populate_existing=True)
    ).one()


# --- looking -------------------------------------------------------------------------------------------------------


def open_request_of(session, user, kind):
    """What this user asked and nobody has decided about yet, or None."""
    mine = (DataRequest.user_id == user.id, DataRequest.kind == kind, DataRequest.state == RequestState.OPEN)
    return session.scalars(select(DataRequest).where(*mine)).first()


def in_force_of(session, user, kind):
    """What this user asked, was granted, and still holds; or None."""
    return next((one for one in requests_of(session, user) if one.kind is kind and one.is_in_force), None)


def requests_of(session, user):
    """All that this user ever asked, the latest first."""
    own = select(DataRequest).where(DataRequest.user_id == user.id).order_by(DataRequest.id.desc())
    return session.scalars(own).all()


def own_request(session, user, request_id):
    """One of one's own requests; raises NotFound for another's and for nobody's."""
    return _one(session, select(DataRequest).where(DataRequest.id == request_id, DataRequest.user_id == user.id))


def requests_visible_to(user):
    """A statement of the requests that a member of staff may see: the open ones first, by their last day.

    Of a company that registered with no programme, those see it in which it offers places; where there are none, all
    do, because somebody must answer. The auditor sees all, by number.
    """
    found = select(DataRequest).order_by(
        DataRequest.state != RequestState.OPEN, DataRequest.answer_by_on, DataRequest.id
    )
    if user.role is Role.AUDITOR:
        return found
    members = select(Membership.user_id).join(Place, Place.organisation_id == Membership.organisation_id)
    here = DataRequest.user_id.in_(members.where(Place.programme_id == user.programme_id))
    nowhere = DataRequest.user_id.not_in(members)
    return found.where(
        or_(
            DataRequest.programme_id == user.programme_id,
            and_(DataRequest.programme_id.is_(None), or_(here, nowhere)),
        )
    )


def request_for(session, user, request_id):
    """One request if this user may see it; raises NotFound otherwise."""
    return _one(session, requests_visible_to(user).where(DataRequest.id == request_id))


def programme_that_decides(session, request):
    """The programme whose coordinator decides, or None."""
    return session.get(Programme, request.programme_id) if request.programme_id is not None else None


def company_of(session, request):
    """The company for which the asker signs in, or None."""
    return session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == request.user_id)
        .order_by(Membership.id)
    ).first()


def student_id_of(session, request):
    """The number of the student who asked, for a link to the file; None for others and for who was erased."""
    if request.user.role is not Role.STUDENT or request.user.erased_at is not None:
        return None
    return session.scalar(select(Student.id).where(Student.user_id == request.user_id))


def _one(session, statement):
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound
    return found
