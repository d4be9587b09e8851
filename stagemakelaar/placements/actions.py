"""What can be done with a placement, from the plan to the end. Each action is whole: seat, case, letters and trail."""

from sqlalchemy import select

from stagemakelaar import audit, clock, outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework import queries as cases
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.people.models import Student
from stagemakelaar.placements import letters, telling
from stagemakelaar.placements.models import (
    BrokerReason,
    EmployerReason,
    Placement,
    PlacementState,
    StudentReason,
    WithdrawnBy,
)
from stagemakelaar.places.models import OrganisationState
from stagemakelaar.places.seats import give_seat_back, take_seat
from stagemakelaar.reference.queries import codes_counting_for


def plan(session, student, place, *, reasons, by, why=""):
    """Place a student: take the seat, copy the terms, move the case, and promise both sides their letter.

    Raises Overtaken when the seat is gone; a student who has a live placement already makes the database refuse.
    """
    _must_be_one(session, student)
    profile = student.profile
    take_seat(session, place)
    now = clock.now()
    placement = Placement(
        programme_id=student.programme_id,
        student_id=student.id,
        student=student,
        place_id=place.id,
        place=place,
        code=profile.code,
        leerweg=profile.leerweg,
        starts_on=profile.starts_on,
        ends_on=profile.ends_on,
        weekdays=profile.weekdays & place.weekdays,
        days_per_week=profile.days_per_week,
        hours_per_day=place.hours_per_day,
        reasons=reasons,
        approved_by_id=by.id,
        approved_by=by,
        why=why,
        answer_by_on=telling.answer_by(student.programme),
        told_from=telling.told_from(student.programme),
        state=PlacementState.PLANNED,
        state_changed_at=now,
        created_at=now,
    )
    session.add(placement)
    audit.record(session, "placement.planned", placement, by=by, student=student.id, place=place.id)
    casework.follow_placed(session, cases.case_of(session, student), by=by)
    letters.planned(session, placement)
    return placement


def accept(session, placement, *, by, how=None):
    """The student says yes; `how`, when a broker notes it for them. The second of the two answers confirms."""
    placement = locked(session, placement)
    _must_be_planned(placement, placement.student_accepted_at)
    telling.tell_now(session, placement, by=by)  # who answers by telephone knows, and then so does the other side
    placement.student_accepted_at = clock.now()
    placement.student_answered_by_id = by.id
    placement.student_answered_how = how
    audit.record(session, "placement.accepted", placement, by=by, how=how and how.value)
    letters.no_more_reminding(session, placement, "student", by=by)
    _confirm_when_both(session, placement, by=by)


def confirm_capacity(session, placement, *, by, how=None):
    """The employer says that there is room, without knowing for whom; `how`, when a broker notes it for them."""
    placement = locked(session, placement)
    _must_be_planned(placement, placement.employer_confirmed_at)
    telling.tell_now(session, placement, by=by)
    placement.employer_confirmed_at = clock.now()
    placement.employer_answered_by_id = by.id
    placement.employer_answered_how = how
    audit.record(session, "placement.capacity_confirmed", placement, by=by, how=how and how.value)
    letters.no_more_reminding(session, placement, "employer", by=by)
    _confirm_when_both(session, placement, by=by)


def decline(session, placement, *, reason, note="", by):
    """The student does not want this place: the seat is free again and the waiting time stays."""
    if not isinstance(reason, StudentReason):
        raise DomainError(N_("Kies waarom je deze plek niet wilt."), field="reason")
    _withdraw(session, placement, WithdrawnBy.STUDENT, reason, note, by=by)


def refuse(session, placement, *, reason, note="", by):
    """The employer has no room after all: the student comes back with priority."""
    if not isinstance(reason, EmployerReason):
        raise DomainError(N_("Kies waarom de plek niet doorgaat."), field="reason")
    _withdraw(session, placement, WithdrawnBy.EMPLOYER, reason, note, by=by)


def withdraw(session, placement, *, reason, note="", by):
    """The broker takes the placement back; the student comes back with priority, as it was lost through others."""
    if not isinstance(reason, BrokerReason):
        raise DomainError(N_("Kies waarom u de plaatsing terugtrekt."), field="reason")
    if not note.strip():
        raise DomainError(N_("Schrijf erbij wat er aan de hand is."), field="note")
    _withdraw(session, placement, WithdrawnBy.BROKER, reason, note, by=by)


def leave(session, placement, *, by):
    """End a live placement because its student is taken out of the tables; the company hears that it is off."""
    _withdraw(session, placement, WithdrawnBy.BROKER, BrokerReason.OTHER, "", by=by)


def undo(session, placement, *, note, by):
    """Take a placement back before anyone heard of it: no letter leaves, and the student keeps the waiting band."""
    placement = locked(session, placement)
    on_its_way = DomainError(N_("De brieven zijn al weg. Trek de plaatsing terug: dan krijgen beide kanten bericht."))
    if not can_undo(session, placement):
        raise on_its_way
    _withdraw(session, placement, WithdrawnBy.BROKER, BrokerReason.UNDONE, note, by=by)
    if letters.told_parties(session, placement):  # a worker took one up at this very moment
        raise on_its_way


def can_undo(session, placement):
    """Whether a placement just planned can be taken back: nobody answered, and no letter has left yet."""
    return placement.id in undoable(session, [placement])


def undoable(session, placements):
    """The numbers of those of these placements that can be taken back unheard; one question for all of them."""
    silent = [
        one
        for one in placements
        if one.state is PlacementState.PLANNED and not (one.student_accepted_at or one.employer_confirmed_at)
    ]
    offered = outbox.prefixes_offered(session, [f"placement:{one.id}:" for one in silent])
    return {one.id for one in silent if f"placement:{one.id}:" not in offered}


def start(session, placement, *, by):
    """The first day has come: the stage is running and the case goes to aftercare."""
    placement = locked(session, placement)
    if placement.starts_on > clock.today():
        raise DomainError(N_("De stage begint nog niet. Dat kan vanaf de eerste dag."))
    _must_still_be_recognised(session, placement)
    move(session, placement, PlacementState.ACTIVE, by=by)
    casework.follow_confirmed_start(session, cases.case_of(session, placement.student), by=by)


def end(session, placement, *, by):
    """The stage is finished: the seat is free again and the case can be closed."""
    placement = locked(session, placement)
    move(session, placement, PlacementState.COMPLETED, by=by)
    give_seat_back(session, placement.place)


def locked(session, placement):
    """Give back a placement under a lock, as it is now: the second waits here, and then reads what the first has done.

    So two answers that do not contradict each other are both taken, and of two that do the second hears why.
    """
    row = select(Placement).where(Placement.id == placement.id).with_for_update(of=Placement)
    return session.scalars(row.execution_options(populate_existing=True)).one()


def _must_be_one(session, student):
    """Keep a student from being merged into another meanwhile, and refuse one who was a moment ago."""
    merged_into = select(Student.merged_into_id).where(Student.id == student.id)
    if session.scalars(merged_into.with_for_update(read=True, key_share=True, of=Student)).one() is not None:
        raise Overtaken(N_("Deze student is intussen samengevoegd met een ander. Plaats die student."))


def _must_still_be_recognised(session, placement):
    """Facts may have changed since the approval: look at the company once more on the first day."""
    organisation = placement.place.organisation
    if organisation.state is not OrganisationState.VERIFIED:
        raise DomainError(N_("Het bedrijf is niet meer gecontroleerd, of tijdelijk gestopt."))
    counting = codes_counting_for(session, placement.code, placement.starts_on)
    period = (placement.starts_on, placement.ends_on)
    if not any(one.covers(*period) for one in organisation.recognitions if one.code in counting):
        raise DomainError(N_("Het bedrijf heeft geen gecontroleerde erkenning voor de hele stage."))


def _must_be_planned(placement, answered_at):
    if placement.state is not PlacementState.PLANNED or answered_at is not None:
        raise Overtaken(N_("Op dit voorstel is al geantwoord. Kijk hieronder hoe het er nu voor staat."))


def _confirm_when_both(session, placement, *, by):
    if placement.student_accepted_at and placement.employer_confirmed_at:
        move(session, placement, PlacementState.CONFIRMED, by=by)
        letters.confirmed(session, placement)


def _withdraw(session, placement, side, reason, note, *, by):
    placement = locked(session, placement)
    before, by_id = placement.state, by.id if by else None  # all that is read, before anything is half changed
    placement.withdrawn_by = side
    placement.withdrawn_at = clock.now()
    placement.withdrawn_by_id = by_id
    placement.withdraw_reason = reason.value
    placement.withdraw_note = note
    # Once the stage runs, whoever wants to stop talks with the broker first.
    begun = {} if side is WithdrawnBy.BROKER else {"only_from": {PlacementState.PLANNED, PlacementState.CONFIRMED}}
    move(session, placement, PlacementState.WITHDRAWN, by=by, why=reason.value, **begun)
    session.flush()  # a second withdrawal of the same placement is refused here, before it gives the seat back again
    give_seat_back(session, placement.place)
    case = cases.case_of(session, placement.student)
    through_others = side is not WithdrawnBy.STUDENT and reason is not BrokerReason.UNDONE
    casework.follow_lost_place(session, case, through_others=through_others, by=by)
    outbox.cancel(session, f"placement:{placement.id}:", by=by)
    letters.withdrawn(session, placement, side, before)
