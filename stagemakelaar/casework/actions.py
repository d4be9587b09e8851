"""What can be done with a case."""

from stagemakelaar import audit, clock
from stagemakelaar.casework.models import Case, CaseState, ContactMoment
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move
from stagemakelaar.people import actions as people


def sign_up(session, *, programme, email, by=None):
    """Register a student and open the case in the same breath. Gives back the student."""
    student = people.register_student(session, programme=programme, email=email, by=by)
    now = clock.now()
    case = Case(
        student_id=student.id,
        student=student,
        programme_id=programme.id,
        state=CaseState.SIGNED_UP,
        created_at=now,
        state_changed_at=now,
    )
    session.add(case)
    audit.record(session, "case_file.opened", case, by=by or student.user)
    return student


def take_on(session, case, *, by):
    """Become the broker of a case; a new one goes to intake."""
    case.broker_id = by.id
    case.broker = by
    audit.record(session, "case_file.taken_on", case, by=by)
    if case.state is CaseState.SIGNED_UP:
        move(session, case, CaseState.INTAKE, by=by)


def start_searching(session, case, *, by):
    """Let a case take part in rounds. The profile must be complete: the matcher reads nothing else."""
    if case.student.profile.completed_at is None:
        raise DomainError(N_("Het profiel is nog niet compleet. Vraag de student om het af te maken."))
    move(session, case, CaseState.SEARCHING, by=by)


def pause(session, case, *, by, why):
    """Put a case to rest; it remembers from where."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u de zaak pauzeert."), field="why")
    case.paused_from = case.state
    case.state_note = why.strip()
    move(session, case, CaseState.PAUSED, by=by)


def resume(session, case, *, by):
    """Take a case up again where it was."""
    back_to, case.paused_from = case.paused_from, None
    case.state_note = ""
    move(session, case, back_to, by=by)


def close(session, case, *, by, why):
    """Close a case; it can be opened again."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u de zaak sluit."), field="why")
    case.state_note = why.strip()
    move(session, case, CaseState.CLOSED, by=by)


def reopen(session, case, *, by):
    """Search again for a student whose case was closed."""
    case.state_note = ""
    move(session, case, CaseState.SEARCHING, by=by)


def record_contact(session, case, *, kind, held_on, note, with_whom="", next_on=None, by):
    """Note a call, a visit or a talk. The student may read it."""
    if held_on > clock.today():
        raise DomainError(N_("Deze dag is nog niet geweest. Vul de dag in waarop u contact had."), field="held_on")
    contact = ContactMoment(
        case_id=case.id,
        kind=kind,
        held_on=held_on,
        note=note,
        with_whom=with_whom,
        next_on=next_on,
        by_id=by.id,
        by=by,
        created_at=clock.now(),
    )
    session.add(contact)
    audit.record(session, "contact_moment.noted", contact, by=by, programme_id=case.programme_id)
    return contact


def follow_placed(session, case, *, by):
    """The search succeeded: a placement was planned."""
    move(session, case, CaseState.PLACED, by=by)


def follow_confirmed_start(session, case, *, by):
    """The stage began: what remains is aftercare. A case that rests comes back to that."""
    if case.state is CaseState.PAUSED:
        case.paused_from = CaseState.AFTERCARE
        session.flush()
    else:
        move(session, case, CaseState.AFTERCARE, by=by)


def follow_lost_place(session, case, *, through_others, by):
    """The place is gone: search again, first in line when it was lost through others."""
    if through_others:
        case.has_priority = True
    if case.state is CaseState.PAUSED:
        case.paused_from = CaseState.SEARCHING
        session.flush()
    else:
        move(session, case, CaseState.SEARCHING, by=by)
