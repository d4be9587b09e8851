"""Tasks with a day, and contacts with companies."""

from datetime import timedelta

import pytest

from stagemakelaar import clock
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import Case, ContactKind, PlaceAnswer, Task, TaskState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove, NotFound
from stagemakelaar.placements.queries import ONLY_KEPT
from stagemakelaar.places.models import Organisation


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def case(make, session, broker):
    return case_of(session, make.student())


def added(case, broker, **changes):
    with transaction() as session:
        about = {"case": session.get(Case, case.id), "what": "Bel de school", "due_on": clock.today()}
        return tasks.add_task(session, by=broker, **about | changes)


def test_a_task_stands_in_the_list_of_its_day(session, case, broker):
    today = added(case, broker)
    added(case, broker, due_on=clock.today() + timedelta(days=1))
    found = session.execute(tasks.due_tasks(broker, ONLY_KEPT)).all()
    assert [(task.id, about.id) for task, about in found] == [(today.id, case.id)]


def test_what_is_done_or_dropped_leaves_the_list_and_can_come_back(session, case, broker):
    task = added(case, broker)
    with transaction() as now:
        tasks.finish_task(now, now.get(Task, task.id), outcome=" Maandag terug ", by=broker)
    assert session.execute(tasks.due_tasks(broker, ONLY_KEPT)).all() == []
    assert session.get(Task, task.id).outcome == "Maandag terug"
    with transaction() as now:
        tasks.reopen_task(now, now.get(Task, task.id), by=broker)
        tasks.drop_task(now, now.get(Task, task.id), why="De school belde zelf", by=broker)
    found = session.get(Task, task.id)
    assert (found.state, found.outcome) == (TaskState.DROPPED, "De school belde zelf")


def test_a_task_is_ticked_off_once(case, broker):
    task = added(case, broker)
    with transaction() as now:
        tasks.finish_task(now, now.get(Task, task.id), by=broker)
    with pytest.raises(IllegalMove), transaction() as now:
        tasks.finish_task(now, now.get(Task, task.id), by=broker)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"what": "  "}, "what"), ({"what": "x" * 201}, "what"), ({"due_on": None}, "due_on")],
)
def test_what_a_task_lacks_is_said_at_its_field(case, broker, changes, field):
    with pytest.raises(DomainError) as refusal:
        added(case, broker, **changes)
    assert refusal.value.field == field


def test_a_task_cannot_be_due_before_today(case, broker):
    with pytest.raises(DomainError) as refusal:
        added(case, broker, due_on=clock.today() - timedelta(days=1))
    assert refusal.value.field == "due_on"


def test_a_dropped_task_owes_a_reason(case, broker):
    task = added(case, broker)
    with pytest.raises(DomainError), transaction() as now:
        tasks.drop_task(now, now.get(Task, task.id), why=" ", by=broker)


def test_another_programme_sees_no_task_and_gets_none(make, session, case, broker):
    other = make.broker(programme=make.programme("zuid"))
    task = added(case, broker)
    with pytest.raises(NotFound):
        tasks.task_for(session, other, task.id)
    with pytest.raises(NotFound):
        added(case, other)
    with pytest.raises(DomainError):
        added(case, broker, for_whom=other)


def test_contacts_with_a_company_are_kept_per_programme(make, session, broker):
    other = make.broker(programme=make.programme("zuid"))
    company = make.organisation()
    with transaction() as now:
        tasks.record_organisation_contact(
            now,
            now.get(Organisation, company.id),
            kind=ContactKind.CALL,
            held_on=clock.today(),
            with_whom="Jan",
            note="Belt volgende week terug",
            by=broker,
        )
    assert [one.with_whom for one in session.scalars(tasks.contacts_with(broker, company))] == ["Jan"]
    assert session.scalars(tasks.contacts_with(other, company)).all() == []
    with pytest.raises(DomainError), transaction() as now:
        tasks.record_organisation_contact(
            now,
            now.get(Organisation, company.id),
            kind=ContactKind.CALL,
            held_on=clock.today() + timedelta(days=1),
            note="",
            by=broker,
        )


def test_what_a_company_answered_is_kept_with_the_course_that_was_asked_for(make, session, broker):
    company = make.organisation()
    with transaction() as now:
        tasks.record_organisation_contact(
            now,
            now.get(Organisation, company.id),
            kind=ContactKind.CALL,
            held_on=clock.today(),
            note="",
            answer=PlaceAnswer.NO,
            code="25960",
            by=broker,
        )
    (contact,) = session.scalars(tasks.contacts_with(broker, company)).all()
    assert (contact.answer, contact.code) == (PlaceAnswer.NO, "25960")
