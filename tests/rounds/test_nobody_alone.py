"""A run alone places nobody and tells nobody; who approved stands on every placement."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import actions, review
from stagemakelaar.rounds.models import Proposal
from tests.computed import computed


def compute_alone(make, session):
    make.student(searching=True)
    make.place()
    computed(make.broker())
    numbers = [session.scalar(select(func.count()).select_from(model)) for model in (Proposal, Placement, Message)]
    assert numbers == [1, 0, 0], "a run did more than propose"


@pytest.mark.promise("P44")
def test_a_run_alone_places_nobody(make, session):
    compute_alone(make, session)


@pytest.mark.promise("P44", red=True)
def test_a_run_that_approves_what_it_found_is_caught(make, session, monkeypatch):
    store = actions.store_outcome

    def store_and_approve(session, run_id, *outcome):
        kept = store(session, run_id, *outcome)
        for proposal in session.scalars(select(Proposal)).all():
            review.approve(session, proposal, by=session.get_one(User, proposal.run.asked_by_id))
        return kept

    monkeypatch.setattr(actions, "store_outcome", store_and_approve)
    with pytest.raises(AssertionError, match="more than propose"):
        compute_alone(make, session)


@pytest.mark.promise("P44")
def test_a_placement_names_who_approved_or_is_none(make):
    student, place, broker = make.student(searching=True).id, make.place().id, make.broker()
    with pytest.raises(IntegrityError), transaction() as session:
        found = session.get(Student, student), session.get(Place, place)
        placement = placements.plan(session, *found, reasons={}, by=broker)
        session.flush()
        session.execute(text("UPDATE placement SET approved_by_id = NULL WHERE id = :id"), {"id": placement.id})
