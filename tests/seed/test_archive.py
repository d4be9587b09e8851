"""What is written in bulk is what the actions would have left: sizes, seats, states, letters and a whole trail."""

import itertools
from collections import Counter

import pytest
from sqlalchemy import func, select

from stagemakelaar.audit import Entry
from stagemakelaar.audit.walking import walk
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.outbox import Message
from stagemakelaar.people import profiles
from stagemakelaar.people.models import Student
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.places.models import Organisation, Place, PlaceState
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run
from stagemakelaar.seed.fingerprint import counts, fingerprint
from tests.seed.conftest import SMALL
from tests.seed.test_filling import FLOWS, PASSING

FINGERPRINTS = {}


def total(name):
    return sum(getattr(crowd, name) for crowd in SMALL)


def of_each(session, counted, *conditions):
    """Number of rows per programme, in the order of the crowds."""
    found = session.execute(select(counted, func.count()).where(*conditions).group_by(counted)).all()
    return [count for _programme, count in sorted(found)]


def test_both_databases_hold_the_same_and_the_trail_is_whole(bulk, bulk_engine):
    FINGERPRINTS[bulk_engine.dialect.name] = fingerprint(bulk)
    assert len(set(FINGERPRINTS.values())) == 1
    count, _head, first_bad, _kind = walk(bulk)
    assert first_bad is None
    assert count == bulk.scalar(select(func.count()).select_from(Entry)) > 500


def test_the_sizes_are_those_of_the_crowd(bulk):
    found = counts(bulk)
    assert found["organisation"] == total("organisations")
    assert found["place"] == total("open_places") + total("other_places")
    assert found["placement"] == total("history")
    assert of_each(bulk, Place.programme_id, Place.state == PlaceState.OPEN) == [c.open_places for c in SMALL]
    assert of_each(bulk, Placement.programme_id, Placement.state.in_(LIVE)) == [c.live for c in SMALL]
    assert of_each(bulk, Case.programme_id, Case.state == CaseState.SEARCHING) == [c.searching for c in SMALL]
    is_open = (Proposal.state == ProposalState.OPEN) & Proposal.run_id.in_(select(Round.chosen_run_id))
    assert of_each(bulk, Proposal.programme_id, is_open) == [c.open_proposals for c in SMALL]


@pytest.mark.parametrize(("model", "states"), FLOWS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_occurs_in_each_programme(bulk, model, states):
    programme = model.registered_with_id if model is Organisation else model.programme_id
    for number in (1, 2):
        found = set(bulk.scalars(select(model.state).where(programme == number).distinct()))
        assert set(states) - PASSING <= found


def test_seats_add_up_and_nobody_is_placed_twice(bulk):
    live = bulk.execute(select(Placement.place_id, Placement.student_id).where(Placement.state.in_(LIVE))).all()
    used = Counter(place for place, _student in live)
    for number, free, seats in bulk.execute(select(Place.id, Place.free, Place.seats)):
        assert free + used[number] == seats
    assert len({student for _place, student in live}) == len(live)


def test_a_case_stands_where_its_placements_brought_it(bulk):
    placed = {
        PlacementState.PLANNED: {CaseState.PLACED},
        PlacementState.CONFIRMED: {CaseState.PLACED},
        PlacementState.ACTIVE: {CaseState.AFTERCARE},
    }
    for case in bulk.scalars(select(Case)):
        states = set(bulk.scalars(select(Placement.state).where(Placement.student_id == case.student_id)))
        live = states & set(LIVE)
        if live:
            assert case.state in placed[live.pop()]
        else:
            assert case.state not in {CaseState.PLACED, CaseState.AFTERCARE}


def test_the_terms_of_a_placement_are_those_of_its_student_and_place(bulk):
    for placement in bulk.scalars(select(Placement)):
        profile, place = placement.student.profile, placement.place
        assert placement.programme_id == placement.student.programme_id == place.programme_id
        assert placement.code == profile.code
        assert placement.code in {row.code for row in place.codes}
        assert placement.approved_by.programme_id == placement.programme_id
        if placement.state is not PlacementState.WITHDRAWN:
            assert (placement.starts_on, placement.ends_on) == (profile.starts_on, profile.ends_on)
            assert placement.leerweg is place.leerweg
        assert placement.created_at <= placement.state_changed_at


def test_every_placement_has_the_letters_that_asked_both_sides(bulk):
    keys = set(bulk.scalars(select(Message.key)))
    for number in bulk.scalars(select(Placement.id)):
        assert {f"placement:{number}:planned:student", f"placement:{number}:planned:employer"} <= keys


def test_the_trail_tells_each_state_of_a_placement_and_who_decided(bulk):
    lines = bulk.execute(
        select(Entry.object_id, Entry.action, Entry.actor_id, Entry.at)
        .where(Entry.object_type == "placement", Entry.result == "done")
        .order_by(Entry.seq)
    ).all()
    told, decided = {}, {}
    for number, action, actor, at in lines:
        told.setdefault(number, []).append((action.removeprefix("placement."), at))
        if action == "placement.planned":
            decided[number] = actor
    for placement in bulk.scalars(select(Placement)):
        steps = [step for step, _at in told[placement.id]]
        assert steps[0] == "planned"
        assert placement.state.value in steps
        assert decided[placement.id] == placement.approved_by_id
        moments = [at for _step, at in told[placement.id]]
        assert moments == sorted(moments)


def test_lines_follow_each_other_in_time(bulk):
    moments = bulk.scalars(select(Entry.at).order_by(Entry.seq)).all()
    late = [now for before, now in itertools.pairwise(moments) if now < before]
    assert late == []


def test_who_searches_could_have_handed_in_that_profile(bulk):
    searching = select(Student).join(Case).where(Case.state == CaseState.SEARCHING)
    students = bulk.scalars(searching).all()
    assert all(profiles.missing(student) == [] for student in students)
    wrong = [student.id for student in students if profiles.objections(bulk, student)]
    assert wrong == []


def test_about_one_in_seven_fits_nowhere(bulk):
    runs = bulk.scalars(select(Run).join(Round, Round.chosen_run_id == Run.id).where(Round.state == RoundState.REVIEW))
    for run in runs:
        assert 0.75 <= run.proposed / run.students <= 0.92
