"""What waits in the cases of students: sign-ups, talks, tasks, answers, first and last days."""

from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, ContactMoment, HandOver, Task
from stagemakelaar.casework.queries import (
    due_contacts,
    handed_to,
    last_contact_on,
    long_silent,
    nobodys_cases,
    ready_to_search,
)
from stagemakelaar.casework.tasks import due_tasks
from stagemakelaar.people.models import Profile
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.placements.queries import ONLY_KEPT, due_to_move, lying_still, overdue_answers
from stagemakelaar.rounds.word import without_word
from stagemakelaar.web.work_list.things import Source, Urgency, Words, name_of, rows

FIRST_CONTACT = timedelta(days=7)  # five working days, in short


def _late_if(condition):
    return case((condition, Urgency.LATE.value), else_=Urgency.TODAY.value)


def _file_of(student_id, anchor=None):
    """The page of a case; whoever comes to note a call finds the cursor where it is noted."""
    noting = 1 if anchor == "contact" else None
    return url_for("students.show", student_id=student_id, noteer=noting, _anchor=anchor)


def _with_brokers(statement):
    """A statement of placements, joined to the cases of their students."""
    return statement.join(Case, Case.student_id == Placement.student_id)


def _records(session, model, numbers, *options):
    return session.scalars(select(model).where(model.id.in_(numbers)).options(*options)).unique()


# --- cases ---------------------------------------------------------------------------------------------------------


def _new_wait(user):
    late = Case.created_at < clock.start_of(clock.today() - FIRST_CONTACT)
    return rows(nobodys_cases(user), Case.id, since=Case.created_at, urgency=_late_if(late))


def _new_tell(session, user, numbers):
    works = may(user, Permission.WORK_CASES)
    for found in _records(session, Case, numbers):
        complete = found.student.profile.completed_at is not None
        take_on = url_for("students.press", student_id=found.student_id, change="oppakken")
        yield (
            found.id,
            Words(
                name_of(found.student),
                _("nieuwe aanmelding, profiel klaar") if complete else _("nieuwe aanmelding, profiel nog niet klaar"),
                clock.day_of(found.created_at),
                _("Pak op") if works else _("Bekijk"),
                _file_of(found.student_id),
                press=take_on if works else None,
            ),
        )


def _handed_wait(user):
    return rows(handed_to(user, ONLY_KEPT), HandOver.id, since=HandOver.created_at, broker=HandOver.to_id)


def _handed_tell(session, _user, numbers):
    for given in _records(session, HandOver, numbers, joinedload(HandOver.case)):
        yield (
            given.id,
            Words(
                name_of(given.case.student),
                _("overgedragen door %(name)s: %(why)s", name=given.by.name, why=given.why),
                clock.day_of(given.created_at),
                _("Lees de zaak"),
                _file_of(given.case.student_id),
            ),
        )


def _ready_wait(user):
    return rows(ready_to_search(user), Case.id, since=Profile.completed_at, broker=Case.broker_id)


def _ready_tell(session, _user, numbers):
    for found in _records(session, Case, numbers):
        yield (
            found.id,
            Words(
                name_of(found.student),
                _("profiel klaar, zoeken nog niet gestart"),
                clock.day_of(found.student.profile.completed_at),
                _("Start met zoeken"),
                _file_of(found.student_id),
            ),
        )


def _contact_wait(user):
    return rows(
        due_contacts(user, ONLY_KEPT),
        ContactMoment.id,
        since=ContactMoment.next_on,
        urgency=_late_if(ContactMoment.next_on < clock.today()),
        broker=Case.broker_id,
    )


def _contact_tell(session, _user, numbers):
    found = select(ContactMoment, Case).join(Case, Case.id == ContactMoment.case_id)
    for contact, of_case in session.execute(found.where(ContactMoment.id.in_(numbers))).unique():
        yield contact.id, _to_contact(of_case, contact.next_on, _("afgesproken contact"))


def _spoken_since(statement, urgency):
    """The rows of a statement of cases, by the last talk or else since the case stands where it stands."""
    since = func.coalesce(last_contact_on(), func.date(Case.state_changed_at))
    return rows(statement, Case.id, since=since, urgency=urgency, broker=Case.broker_id)


def _silent_wait(user):
    return _spoken_since(long_silent(user, ONLY_KEPT), Urgency.WAITS)


def _silent_tell(session, _user, numbers):
    for of_case, last in _with_last_contact(session, numbers):
        what = _("de stage loopt, en al zes weken geen contact") if last else _("de stage loopt, en nog geen contact")
        yield of_case.id, _to_contact(of_case, last, what)


def _without_word_wait(user):
    return _spoken_since(without_word(user, ONLY_KEPT), Urgency.LATE)


def _without_word_tell(session, _user, numbers):
    for of_case, last in _with_last_contact(session, numbers):
        yield of_case.id, _to_contact(of_case, last, _("zoekt een plek, en kreeg geen bericht op de beloofde dag"))


def _with_last_contact(session, numbers):
    return session.execute(select(Case, last_contact_on()).where(Case.id.in_(numbers))).unique()


def _to_contact(of_case, last, what):
    return Words(
        name_of(of_case.student),
        what,
        last or clock.day_of(of_case.state_changed_at),
        _("Neem contact op"),
        _file_of(of_case.student_id, "contact"),
    )


def _still_wait(user):
    return rows(lying_still(user.programme_id), Case.id, since=Case.state_changed_at, broker=Case.broker_id)


def _still_tell(session, _user, numbers):
    for found in _records(session, Case, numbers):
        yield (
            found.id,
            Words(
                name_of(found.student),
                _("er gebeurt al lang niets: sluit de zaak, of noteer waarom ze open blijft"),
                clock.day_of(found.state_changed_at),
                _("Bekijk de zaak"),
                _file_of(found.student_id),
            ),
        )


def _task_wait(user):
    return rows(
        due_tasks(user, ONLY_KEPT),
        Task.id,
        since=Task.due_on,
        urgency=_late_if(Task.due_on < clock.today()),
        broker=func.coalesce(Task.for_id, Case.broker_id),
    )


def _task_tell(session, _user, numbers):
    for task in _records(session, Task, numbers, joinedload(Task.case), joinedload(Task.organisation)):
        if task.case is not None:
            who, url = name_of(task.case.student), _file_of(task.case.student_id, "taken")
        else:
            who = task.organisation.name
            url = url_for("organisations.show", organisation_id=task.organisation_id, _anchor="taken")
        yield task.id, Words(who, _("taak: %(what)s", what=task.what), task.due_on, _("Doe de taak"), url)


# --- placements ----------------------------------------------------------------------------------------------------


def _answer_wait(user):
    return rows(
        _with_brokers(overdue_answers(user)),
        Placement.id,
        since=Placement.answer_by_on,
        urgency=Urgency.LATE,
        broker=Case.broker_id,
    )


def _answer_tell(session, _user, numbers):
    for placement in _records(session, Placement, numbers):
        days = (clock.today() - placement.answer_by_on).days
        yield (
            placement.id,
            Words(
                name_of(placement.student),
                ngettext(
                    "%(who)s: %(num)s dag over tijd", "%(who)s: %(num)s dagen over tijd", days, who=_silent(placement)
                ),
                placement.answer_by_on,
                _("Bel of herinner"),
                url_for("placements.show", placement_id=placement.id),
            ),
        )


def _silent(placement):
    if placement.student_accepted_at is not None:
        return _("antwoord van %(company)s", company=placement.place.organisation.name)
    if placement.employer_confirmed_at is not None:
        return _("antwoord van de student")
    return _("antwoord van de student en %(company)s", company=placement.place.organisation.name)


def _move_wait(user):
    begins = Placement.state == PlacementState.CONFIRMED
    since = case((begins, Placement.starts_on), else_=Placement.ends_on)
    return rows(_with_brokers(due_to_move(user)), Placement.id, since=since, broker=Case.broker_id)


def _move_tell(session, _user, numbers):
    for placement in _records(session, Placement, numbers):
        begins = placement.state is PlacementState.CONFIRMED
        yield (
            placement.id,
            Words(
                name_of(placement.student),
                _("de eerste dag van de stage is er") if begins else _("de laatste dag van de stage is geweest"),
                placement.starts_on if begins else placement.ends_on,
                _("Laat de stage beginnen") if begins else _("Rond de stage af"),
                url_for("placements.show", placement_id=placement.id),
            ),
        )


SOURCES = (
    Source("antwoord", _l("antwoord dat uitblijft"), _answer_wait, _answer_tell),
    Source("contact", _l("afgesproken contact"), _contact_wait, _contact_tell),
    Source("bericht", _l("beloofd bericht dat uitblijft"), _without_word_wait, _without_word_tell),
    Source("taak", _l("taak"), _task_wait, _task_tell),
    Source("aanmelding", _l("nieuwe aanmelding"), _new_wait, _new_tell),
    Source("overgedragen", _l("zaak die u is overgedragen"), _handed_wait, _handed_tell, is_personal=True),
    Source("zoeken", _l("profiel klaar om te zoeken"), _ready_wait, _ready_tell),
    Source("stage", _l("stage die begint of eindigt"), _move_wait, _move_tell),
    Source("slaapt", _l("zaak waarin niets gebeurt"), _still_wait, _still_tell),
    Source("stil", _l("lang geen contact"), _silent_wait, _silent_tell),
)
