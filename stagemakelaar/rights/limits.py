"""What holds from now on when a student's restriction (AVG 18) or objection (AVG 21) is granted, and how it ends.

    restricted   What we know is kept and not used: no run, no list, no download, no chain of somebody else, no new
                 place; the case rests. A stage that was agreed goes on, and until it is over what belongs to it stands
                 in the lists that it has (`placements.queries.ONLY_KEPT`). The time to keep does not run out.
    objected     No computation has the student in it, and no page that reckons with one of before; so no list or
                 figure of a round either. A broker searches by hand.

What was proposed and nobody decided about is turned down. A place that was planned stays: the student says yes or no.
Either ends when the student says so. A restriction also ends when the coordinator does, after a letter that comes
first (AVG 18, paragraph 3).
"""

from datetime import timedelta

from sqlalchemy import select

from stagemakelaar import audit, clock, outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.models import Student
from stagemakelaar.people.queries import records_of, student_of
from stagemakelaar.placements.resting import put_letter_right
from stagemakelaar.rights import letters
from stagemakelaar.rights.models import DataRequest, RequestKind, RequestState
from stagemakelaar.rounds import forgetting

NOTICE = timedelta(days=7)  # between the letter and the end of a restriction
HELD_BY = {RequestKind.RESTRICTION: "restricted_at", RequestKind.OBJECTION: "objected_at"}
LIMITS = tuple(HELD_BY)


def begin(session, request, *, by):
    """Let what was granted hold from now on."""
    student = student_of(session, request.user)
    if student.merged_into_id is not None:
        raise DomainError(N_("Deze student is samengevoegd met een ander dossier. Vraag het voor dat dossier."))
    forgetting.refuse_while_computing(session, student.programme_id)
    case = casework.locked(session, case_of(session, student))  # before the student's row, as retention does
    ids = _mark(session, student, request.kind, clock.now())
    forgetting.turn_down_all(session, ids, by=by, why=request.kind.value)
    if request.kind is RequestKind.RESTRICTION:
        casework.restrict(session, case, by=by)
        put_letter_right(session, student)


def announce_end(session, request, *, why, by):
    """Say that a restriction ends, and when: the student hears it first."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom het niet meer nodig is. De student leest het."), field="ended_why")
    _must_hold(request)
    if request.kind is not RequestKind.RESTRICTION:
        raise DomainError(N_("Een bezwaar haalt alleen de student zelf weg."))
    if request.ends_on is not None:
        raise Overtaken(N_("Dit is al aangekondigd."))
    request.ends_on, request.ended_why = clock.today() + NOTICE, why.strip()
    audit.record(session, "data_request.end_announced", request, by=by, day=request.ends_on.isoformat())
    letters.ends(session, request)


def keep_on(session, request, *, by):
    """Take back that a restriction ends: it goes on. A student who read that it would end is told so."""
    _must_hold(request)
    if request.ends_on is None:
        raise Overtaken(N_("Er is geen einde aangekondigd."))
    request.ends_on, request.ended_why = None, ""
    audit.record(session, "data_request.end_taken_back", request, by=by)
    if not outbox.cancel(session, f"data_request:{request.id}:ends", by=by):
        letters.decided(session, request, about=f"goes_on:{request.version}")


def end(session, request, *, by):
    """Let it hold no longer: the student says so (`by`), or its last day came (None)."""
    _must_hold(request)
    request.ended_at = clock.now()
    student = student_of(session, request.user)
    _mark(session, student, request.kind, None)
    audit.record(session, "data_request.ended", request, by=by, kind=request.kind.value)
    outbox.cancel(session, f"data_request:{request.id}:ends", by=by)
    if request.kind is RequestKind.RESTRICTION:
        case = casework.locked(session, case_of(session, student))
        casework.unrestrict(session, case, by=by)
        put_letter_right(session, student)
        if case.state is CaseState.CLOSED:
            case.state_changed_at = clock.now()  # the time to keep begins anew, with a warning of its own


def end_due(session):
    """End the restrictions whose last day came; gives back how many."""
    due = session.scalars(
        select(DataRequest)
        .where(DataRequest.ends_on <= clock.today(), DataRequest.ended_at.is_(None))
        .order_by(DataRequest.id)
        .with_for_update(of=DataRequest)
    ).all()
    for request in due:
        end(session, request, by=None)
    return len(due)


def _mark(session, student, kind, since):
    """Note on a student's record since when it holds, and on its doubles: rounds once computed those. Their numbers."""
    ids = [one.id for one in records_of(session, student)]
    for one in session.scalars(select(Student).where(Student.id.in_(ids)).order_by(Student.id)):
        setattr(one, HELD_BY[kind], since)
    session.flush()
    return ids


def _must_hold(request):
    if request.state is not RequestState.GRANTED or request.kind not in LIMITS or request.ended_at is not None:
        raise Overtaken(N_("Dit geldt niet meer. Kijk hoe het er nu voor staat."))
