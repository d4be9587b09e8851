"""What is to be done before a day, and with whom of a company was spoken."""

from sqlalchemy import or_, select

from stagemakelaar import audit, clock
from stagemakelaar.casework.actions import refuse_future
from stagemakelaar.casework.models import Case, OrganisationContact, Task, TaskState
from stagemakelaar.errors import N_, DomainError, NotFound
from stagemakelaar.flow import move

LONGEST = 200


def add_task(session, *, what, due_on, case=None, organisation=None, for_whom=None, by):
    """Note something to do before a day, about a student's case, a company, or both. Gives back the task."""
    what = what.strip()
    if not what:
        raise DomainError(N_("Schrijf op wat er moet gebeuren."), field="what")
    if len(what) > LONGEST:
        raise DomainError(N_("Maak het korter: hoogstens 200 tekens."), field="what")
    if due_on is None or due_on < clock.today():
        raise DomainError(N_("Kies vandaag of een dag daarna."), field="due_on")
    if case is not None and case.programme_id != by.programme_id:
        raise NotFound
    if for_whom is not None and for_whom.programme_id != by.programme_id:
        raise DomainError(N_("Kies iemand van uw eigen programma."), field="for_whom")
    now = clock.now()
    task = Task(
        programme_id=by.programme_id,
        case_id=case.id if case is not None else None,
        organisation_id=organisation.id if organisation is not None else None,
        what=what,
        due_on=due_on,
        for_id=for_whom.id if for_whom is not None else None,
        for_whom=for_whom,
        by_id=by.id,
        by=by,
        state=TaskState.OPEN,
        state_changed_at=now,
        created_at=now,
    )
    session.add(task)
    audit.record(session, "task.added", task, by=by, programme_id=task.programme_id)
    return task


def finish_task(session, task, *, by, outcome=""):
    """Tick a task off, with what came of it if there is something to say."""
    task.outcome = outcome.strip()
    move(session, task, TaskState.DONE, by=by)


def drop_task(session, task, *, by, why):
    """Let a task go without doing it, with the reason."""
    if not why.strip():
        raise DomainError(N_("Schrijf op waarom dit niet meer hoeft."), field="why")
    task.outcome = why.strip()
    move(session, task, TaskState.DROPPED, by=by)


def reopen_task(session, task, *, by):
    """Put a task back on the list: it was ticked off or dropped too soon."""
    task.outcome = ""
    move(session, task, TaskState.OPEN, by=by)


def record_organisation_contact(
    session, organisation, *, kind, held_on, note, with_whom="", answer=None, code=None, by
):
    """Note a call, a visit or a talk with a company, for the programme of whoever notes it.

    answer, code    what they said to the question for a place, and for which course; None when it was not asked
    """
    refuse_future(held_on)
    contact = OrganisationContact(
        organisation_id=organisation.id,
        programme_id=by.programme_id,
        kind=kind,
        held_on=held_on,
        with_whom=with_whom,
        note=note,
        answer=answer,
        code=code,
        by_id=by.id,
        by=by,
        created_at=clock.now(),
    )
    session.add(contact)
    said = {"answer": answer.value} if answer else {}
    audit.record(session, "organisation_contact.noted", contact, by=by, programme_id=by.programme_id, **said)
    return contact


# --- what can be asked ---------------------------------------------------------------------------------------------


def tasks_visible_to(user):
    """A statement of the tasks of the user's programme, what is due first first."""
    return select(Task).where(Task.programme_id == user.programme_id).order_by(Task.due_on, Task.id)


def tasks_listed(user, only_kept):
    """The same, without those about students of whom nothing may be done (as in `casework.queries`)."""
    resting = select(Case.id).where(Case.student_id.in_(only_kept))
    return tasks_visible_to(user).where(or_(Task.case_id.is_(None), Task.case_id.not_in(resting)))


def task_for(session, user, task_id):
    """One task if this user may see it; raises NotFound for another programme's and for nobody's."""
    task = session.scalars(tasks_visible_to(user).where(Task.id == task_id)).first()
    if task is None:
        raise NotFound
    return task


def due_tasks(user, only_kept):
    """A statement of (task, case or None) for what should be done today or earlier, the oldest first."""
    return (
        select(Task, Case)
        .outerjoin(Case, Case.id == Task.case_id)
        .where(
            Task.programme_id == user.programme_id,
            Task.state == TaskState.OPEN,
            Task.due_on <= clock.today(),
            or_(Task.case_id.is_(None), Case.student_id.not_in(only_kept)),
        )
        .order_by(Task.due_on, Task.id)
    )


def tasks_about(user, *, case=None, organisation=None):
    """A statement of the tasks about a case or a company, open ones first, in the user's programme."""
    found = tasks_visible_to(user)
    if case is not None:
        found = found.where(Task.case_id == case.id)
    if organisation is not None:
        found = found.where(Task.organisation_id == organisation.id)
    return found.order_by(None).order_by(Task.state != TaskState.OPEN, Task.due_on, Task.id)


def contacts_with(user, organisation):
    """A statement of the contacts of the user's programme with a company, the newest first."""
    return (
        select(OrganisationContact)
        .where(
            OrganisationContact.organisation_id == organisation.id,
            OrganisationContact.programme_id == user.programme_id,
        )
        .order_by(OrganisationContact.held_on.desc(), OrganisationContact.id.desc())
    )
