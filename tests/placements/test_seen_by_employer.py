"""The table of what an organisation may see, written out by hand a second time."""

from dataclasses import fields
from datetime import timedelta

import pytest

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.placements import actions
from stagemakelaar.placements.models import BrokerReason, Placement
from stagemakelaar.placements.seen_by_employer import Seen, seen_by_employer
from stagemakelaar.places.models import Place

DATES = {"id", "state", "starts_on", "ends_on", "place_id", "place_title"}
TERMS = {
    "awaits_answer",
    "answer_by_on",
    "qualification",
    "niveau",
    "leerweg",
    "weekdays",
    "days_per_week",
    "hours_per_day",
    "needs_vog",
    "is_computed",
}
IDENTITY = {"name", "is_minor", "school", "learning_wish"}
REACH = {"email", "phone"}

TABLE = [
    ("planned", True, DATES | TERMS),
    ("planned", False, DATES | TERMS),
    ("confirmed", True, DATES | TERMS | {"confirmed_at"} | IDENTITY | REACH),
    ("confirmed", False, DATES | TERMS | {"confirmed_at"}),
    ("active", True, DATES | TERMS | {"confirmed_at"} | IDENTITY | REACH),
    ("active", False, DATES | TERMS | {"confirmed_at"}),
    ("completed", True, DATES | TERMS | {"confirmed_at"} | IDENTITY),
    ("completed", False, DATES | TERMS | {"confirmed_at"}),
    ("withdrawn", True, DATES),
    ("withdrawn", False, DATES),
]


@pytest.fixture
def brought_to(make, moment):
    """A placement in a state, reached by the actions that lead there."""
    broker, place = make.broker(), make.place(needs_vog=True)
    employer = make.employer_of(place.organisation)
    student = make.student(searching=True, learning_wish="praten met ouderen")

    def do(state):
        with transaction() as session:
            student.user.phone = "+31612345678"
            placement = actions.plan(session, student, session.get(Place, place.id), reasons={}, by=broker)
            number = placement.id
        if state == "planned":
            return placement
        with transaction() as session:
            placement = session.get(Placement, number)
            actions.accept(session, placement, by=student.user)
            actions.confirm_capacity(session, placement, by=employer)
            if state == "withdrawn":
                actions.withdraw(session, placement, reason=BrokerReason.OTHER, note="x", by=broker)
        if state in {"active", "completed"}:
            moment(f"{placement.starts_on + timedelta(days=1)}T09:00:00+02:00")
            with transaction() as session:
                actions.start(session, session.get(Placement, number), by=broker)
        if state == "completed":
            with transaction() as session:
                actions.end(session, session.get(Placement, number), by=broker)
        return placement

    return do


@pytest.mark.parametrize(("state", "manages", "allowed"), TABLE)
def test_each_state_shows_what_it_may_and_nothing_else(brought_to, session, state, manages, allowed):
    placement = brought_to(state)
    assert placement.state.value == state
    seen = seen_by_employer(session, placement, manages=manages)
    shown = {field.name for field in fields(seen) if getattr(seen, field.name) not in (None, (), "")}
    shown -= {"awaits_answer"} if state == "withdrawn" else set()
    assert shown == allowed


def test_nothing_that_is_never_told_has_a_place_to_stand():
    names = {field.name for field in fields(Seen)}
    assert names & {"birth_date", "age", "postcode", "must", "wishes", "reasons", "note", "why", "student"} == set()


@pytest.mark.parametrize(("born", "is_minor"), [("2009-04-01", False), ("2009-04-02", True)])
def test_the_rules_for_the_young_hold_for_who_is_not_eighteen_on_the_first_day(brought_to, session, born, is_minor):
    placement = brought_to("confirmed")
    with transaction():
        placement.student.birth_date = clock.today().fromisoformat(born)
    assert seen_by_employer(session, placement, manages=True).is_minor is is_minor


def test_what_is_to_be_learnt_is_read_before_and_after(brought_to, session):
    from stagemakelaar.reference.models import WorkProcess

    placement = brought_to("planned")
    process = session.query(WorkProcess).filter_by(code=placement.code).first()
    with transaction():
        placement.student.profile.work_processes = [process.id]
    assert seen_by_employer(session, placement, manages=True).to_learn == (process.title,)
