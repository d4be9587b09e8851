"""Letters about what somebody asked: who gets one, and which of them stand in the lists of the post."""

from sqlalchemy import or_, select

from stagemakelaar import clock, outbox
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Student
from stagemakelaar.placements.queries import ONLY_KEPT

RESTRICTION_ENDS = "student_restriction_ends"
DECIDED = "student_request_decided"


def decided(session, request, *, about="decided"):
    """Ask who asked to read what holds: it was decided, or (`about`) it goes on after it was said to end."""
    _promise(session, request, f"{request.user.role.value}_request_decided", about, clock.day_of(request.created_at))


def ends(session, request):
    """Tell a student on which day a restriction ends."""
    _promise(session, request, RESTRICTION_ENDS, f"ends:{request.version}", request.ends_on)  # it may be said again


def _promise(session, request, kind, about, day):
    outbox.promise(
        session,
        kind=kind,
        to=request.user.email,
        user=request.user,
        key=f"data_request:{request.id}:{about}",
        programme_id=request.programme_id,
        day=day.isoformat(),
    )


def may_be_listed():
    """The condition on a letter that it stands in the post: of who is in no list only letters about that very request.

    Those must arrive: the law gives a right to the answer, and to be told before a restriction ends.
    """
    to = select(Student.user_id).where(Student.id.in_(ONLY_KEPT))
    return or_(Message.user_id.is_(None), Message.kind.in_((DECIDED, RESTRICTION_ENDS)), Message.user_id.not_in(to))
