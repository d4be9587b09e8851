"""What can be done with a case."""

from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.casework.models import Case, CaseNote, CaseState, ContactMoment, HandOver, HandOverState
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.people import actions as people
from stagemakelaar.people.permissions import Permission, may

RESTRICTED = N_("Beperkt op verzoek van de student zelf (AVG, artikel 18).")  # why a case rests


def sign_up(session, *, programme, email, by=None):
    """Register a student and open the case in the same breath. Gives back the student."""
    student = people.register_student(session, programme=programme, email=email, by=by)
    case = new_case(student)
    session.add(case)
    audit.record(session, "case_file.opened", case, by=by or student.user)
    return student


def new_case(student):
    """The case of a new student, that no session knows yet: for many at once."""
    now = clock.now()
    return Case(
        student=student,
        programme_id=student.programme_id,
        state=CaseState.SIGNED_UP,
        created_at=now,
        state_changed_at=now,
    )


def locked(session, case):
    """Give back a case under a lock, as it is now: the second who wants it waits here, and then reads who has it."""
    return session.scalars(
        select(Case).where(Case.id == case.id).with_for_update(of=Case).execution_options(populate_existing=True)
    ).one()


def take_on(session, case, *, by):
    """Become the broker of a case that is nobody's; a new one goes to intake."""
    case = locked(session, case)
    if case.broker_id not in {None, by.id}:
        raise Overtaken(N_("De zaak is intussen van iemand anders. Kijk eerst wie hem heeft."))
    _settle_waiting(session, case, by=by)
    _belongs_to(session, case, by)
    audit.record(session, "case_file.taken_on", case, by=by)
    _begin(session, case, by=by)


def hand_over(session, case, *, to, why, by):
    """Give a case to a colleague, or take it over from one, with a word of explanation. Gives back the `HandOver`.

    The case is the colleague's at once. The hand-over waits until the colleague accepts it, and until then
    `hand_back` undoes it; whoever takes a case over has accepted it by doing so.
    """
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u de zaak overdraagt."), field="why")
    if to.programme_id != case.programme_id or not may(to, Permission.WORK_CASES):
        raise DomainError(N_("Kies een stagemakelaar van uw eigen programma."), field="to")
    if case.state is CaseState.CLOSED:
        raise DomainError(N_("Deze zaak is gesloten. Heropen de zaak voordat u haar overdraagt."))
    if to.id == case.broker_id:
        raise DomainError(N_("De zaak is al van deze stagemakelaar."), field="to")
    _settle_waiting(session, case, by=by)
    now = clock.now()
    given = HandOver(
        case_id=case.id,
        case=case,
        from_id=case.broker_id,
        giver=case.broker,
        to_id=to.id,
        receiver=to,
        by_id=by.id,
        by=by,
        why=why.strip(),
        state=HandOverState.WAITING,
        state_changed_at=now,
        created_at=now,
    )
    session.add(given)
    audit.record(session, "hand_over.given", given, by=by, case=case.id, before=case.broker_id, to=to.id)
    _belongs_to(session, case, to)
    if to.id == by.id:
        accept_hand_over(session, given, by=by)
    return given


def accept_hand_over(session, given, *, by):
    """Say that one has seen a case that was handed over; a new one goes to intake."""
    if by.id != given.to_id:
        raise DomainError(N_("Deze zaak is aan een collega overgedragen."))
    move(session, given, HandOverState.ACCEPTED, by=by)
    _begin(session, given.case, by=by)


def hand_back(session, given, *, by):
    """Undo a hand-over that the colleague has not accepted: the case is again whose it was, or nobody's."""
    move(session, given, HandOverState.RETURNED, by=by)
    _belongs_to(session, given.case, given.giver)


def _settle_waiting(session, case, *, by):
    """What happens to a hand-over that still waits when the case goes on: it was accepted, or it did not take place."""
    waiting = session.scalars(
        select(HandOver)
        .where(HandOver.case_id == case.id, HandOver.state == HandOverState.WAITING)
        .with_for_update(of=HandOver)
    ).first()
    if waiting is not None:
        seen = by is not None and by.id == waiting.to_id
        move(session, waiting, HandOverState.ACCEPTED if seen else HandOverState.RETURNED, by=by)
        session.flush()


def _belongs_to(session, case, broker):
    case.broker_id = broker.id if broker is not None else None
    case.broker = broker
    session.flush()


def _begin(session, case, *, by):
    if case.state is CaseState.SIGNED_UP:
        move(session, case, CaseState.INTAKE, by=by)


def start_searching(session, case, *, by):
    """Let a case take part in rounds. The profile must be complete: the matcher reads nothing else."""
    case = locked(session, case)
    _refuse_restricted(case)
    if case.student.profile.completed_at is None:
        raise DomainError(N_("Het profiel is nog niet compleet. Vraag de student om het af te maken."))
    move(session, case, CaseState.SEARCHING, by=by, only_from={CaseState.SIGNED_UP, CaseState.INTAKE})


def pause(session, case, *, by, why):
    """Put a case to rest; it remembers from where."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u de zaak pauzeert."), field="why")
    case = locked(session, case)
    case.paused_from = case.state
    case.state_note = why.strip()
    move(session, case, CaseState.PAUSED, by=by)


def resume(session, case, *, by):
    """Take a case up again where it was."""
    case = locked(session, case)
    if case.state is not CaseState.PAUSED:
        raise Overtaken(N_("De zaak loopt al weer. Kijk eerst hoe het er nu voor staat."))
    _refuse_restricted(case)
    back_to, case.paused_from = case.paused_from, None
    case.state_note = ""
    move(session, case, back_to, by=by)


def restrict(session, case, *, by):
    """Let a case rest because its student asked that nothing is done with it. A stage that was agreed goes on."""
    if case.state in {CaseState.SIGNED_UP, CaseState.INTAKE, CaseState.SEARCHING}:
        pause(session, case, by=by, why=RESTRICTED)


def unrestrict(session, case, *, by):
    """Take up again what rested for that reason alone; the student is no longer restricted."""
    if case.state is CaseState.PAUSED and case.state_note == RESTRICTED:
        resume(session, case, by=by)


def _refuse_restricted(case):
    if case.student.restricted_at is not None:
        raise DomainError(
            N_("Deze student vroeg om even niets met de gegevens te doen. Pas als dat voorbij is, kan dit weer.")
        )


def close(session, case, *, by, why):
    """Close a case; it can be opened again."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom u de zaak sluit."), field="why")
    case = locked(session, case)
    case.state_note = why.strip()
    move(session, case, CaseState.CLOSED, by=by)


def reopen(session, case, *, by):
    """Search again for a student whose case was closed."""
    case = locked(session, case)
    _refuse_restricted(case)
    case.state_note = ""
    move(session, case, CaseState.SEARCHING, by=by, only_from={CaseState.CLOSED})


def refuse_future(held_on):
    """Refuse a contact on a day that is still to come."""
    if held_on > clock.today():
        raise DomainError(N_("Deze dag is nog niet geweest. Vul de dag in waarop u contact had."), field="held_on")


def record_contact(session, case, *, kind, held_on, note, with_whom="", next_on=None, by):
    """Note a call, a visit or a talk. The student may read it."""
    refuse_future(held_on)
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


def write_note(session, case, *, text, by):
    """Write down something about a case for oneself and one's colleagues; the student may ask to read it."""
    if not text.strip():
        raise DomainError(N_("Schrijf op wat u wilt onthouden."), field="text")
    note = CaseNote(case_id=case.id, text=text.strip(), by_id=by.id, by=by, created_at=clock.now())
    session.add(note)
    audit.record(session, "case_note.written", note, by=by, programme_id=case.programme_id)
    return note


def follow_placed(session, case, *, by):
    """The search succeeded: a placement was planned. A case that was put to rest meanwhile stays at rest."""
    case = locked(session, case)
    if case.state is CaseState.PAUSED:
        raise Overtaken(N_("De zaak van deze student is intussen gepauzeerd. Kijk eerst wat er gebeurd is."))
    move(session, case, CaseState.PLACED, by=by)


def follow_confirmed_start(session, case, *, by):
    """The stage began: what remains is aftercare. A case that rests comes back to that."""
    case = locked(session, case)
    if case.state is CaseState.PAUSED:
        case.paused_from = CaseState.AFTERCARE
        session.flush()
    else:
        move(session, case, CaseState.AFTERCARE, by=by)


def follow_lost_place(session, case, *, through_others, by):
    """The place is gone: search again, first in line when it was lost through others."""
    case = locked(session, case)
    if through_others:
        case.has_priority = True
    if case.state is CaseState.PAUSED:
        case.paused_from = CaseState.SEARCHING
        session.flush()
    else:
        move(session, case, CaseState.SEARCHING, by=by)
        if case.student.restricted_at is not None:
            restrict(session, case, by=by)
