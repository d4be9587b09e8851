"""A person decides, on the facts of that moment, and once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, IllegalMove, Overtaken
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import EmployerReason, Placement, PlacementState, StudentReason
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceState, Recognition
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal, ProposalState, Verdict
from tests.computed import asked, compute, computed, proposals
from tests.rows import again, change


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def proposal(make, broker):
    """An open proposal in a chosen run."""
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    return proposals(run)[0]


def approve(proposal, by, **changes):
    with transaction() as session:
        return review.approve(session, proposal, by=by, **changes)


def counted(model):
    return current_session().scalar(select(func.count()).select_from(model))


def test_an_approval_places_the_student_and_asks_both_sides(proposal, broker):
    placement = again(approve(proposal, broker, why="  gesproken met Samira "))
    decided = again(proposal)
    assert (decided.state, decided.placement_id) == (ProposalState.APPROVED, placement.id)
    assert (placement.state, placement.approved_by_id, placement.why) == (
        PlacementState.PLANNED,
        broker.id,
        "gesproken met Samira",
    )
    assert placement.place.free == 0
    assert case_of(current_session(), placement.student).state is CaseState.PLACED
    keys = current_session().scalars(select(Message.key)).all()
    assert sorted(keys) == [f"placement:{placement.id}:planned:{who}" for who in ("employer", "student")]


def test_a_decision_is_noted_with_who_when_and_why(proposal, broker):
    approve(proposal, broker, why="past goed")
    (noted,) = again(proposal).reviews
    assert (noted.verdict, noted.by_id, noted.why) == (Verdict.APPROVE, broker.id, "past goed")


def test_a_second_approval_is_overtaken_and_changes_nothing(make, proposal, broker):
    approve(proposal, broker)
    with pytest.raises(Overtaken):
        approve(proposal, make.broker())
    assert (counted(Placement), counted(Message), len(again(proposal).reviews)) == (1, 2, 1)


def test_an_old_form_is_overtaken(proposal, broker):
    old = proposal.version
    with transaction() as session:
        review.hold(session, proposal, by=broker, why="bellen", until=date(2027, 2, 10))
    with transaction() as session:
        review.release(session, proposal, by=broker)
    with pytest.raises(Overtaken):
        approve(proposal, broker, version=old)
    approve(proposal, broker, version=again(proposal).version)


@pytest.mark.parametrize("why", ["", "  "])
def test_a_rejection_without_reason_is_explained_at_the_field(proposal, broker, why):
    with pytest.raises(DomainError) as refusal, transaction() as session:
        review.reject(session, proposal, by=broker, why=why)
    assert refusal.value.field == "why"
    assert again(proposal).state is ProposalState.OPEN


def test_a_rejection_places_nobody(proposal, broker):
    with transaction() as session:
        review.reject(session, proposal, by=broker, why="te ver")
    assert again(proposal).state is ProposalState.REJECTED
    assert (counted(Placement), counted(Message)) == (0, 0)
    with pytest.raises(Overtaken):
        approve(proposal, broker)


@pytest.mark.parametrize(("why", "until", "field"), [("", date(2027, 2, 10), "why"), ("x", None, "held_until")])
def test_holding_needs_a_reason_and_a_day(proposal, broker, why, until, field):
    with pytest.raises(DomainError) as refusal, transaction() as session:
        review.hold(session, proposal, by=broker, why=why, until=until)
    assert refusal.value.field == field


def test_holding_until_today_is_refused(proposal, broker):
    with pytest.raises(DomainError) as refusal, transaction() as session:
        review.hold(session, proposal, by=broker, why="x", until=date(2027, 2, 3))
    assert refusal.value.field == "held_until"


def test_a_held_proposal_is_decided_after_it_was_taken_up_again(proposal, broker):
    with transaction() as session:
        review.hold(session, proposal, by=broker, why="bellen", until=date(2027, 2, 10))
    assert again(proposal).held_until == date(2027, 2, 10)
    with pytest.raises(Overtaken):
        approve(proposal, broker)
    with transaction() as session:
        review.release(session, proposal, by=broker)
    assert again(proposal).held_until is None
    approve(proposal, broker)


def test_only_what_is_held_can_be_released(proposal, broker):
    with pytest.raises(IllegalMove), transaction() as session:
        review.release(session, proposal, by=broker)


def test_with_four_eyes_who_asked_for_the_run_does_not_approve(make, proposal, broker):
    change(Programme, broker.programme_id, four_eyes=True)
    with pytest.raises(DomainError):
        approve(proposal, broker)
    approve(proposal, make.broker())


def test_a_broker_of_another_programme_decides_nothing(make, proposal):
    with pytest.raises(DomainError):
        approve(proposal, make.broker(programme=make.programme("zuid")))
    assert counted(Placement) == 0


# --- what changed between computing and deciding -------------------------------------------------------------------


def _pause_case(proposal):
    with transaction() as session:
        casework.pause(session, case_of(session, session.get(Student, proposal.student_id)), by=None, why="ziek")


def _change_profile(proposal, **values):
    with transaction() as session:
        profile = session.get(Student, proposal.student_id).profile
        for name, value in values.items():
            setattr(profile, name, value)


def _recognition(proposal):
    return current_session().get(Place, proposal.place_id).organisation.recognitions[0]


CHANGES = {
    "case_paused": (_pause_case, "wordt nu niet gezocht"),
    "profile_open": (lambda p: _change_profile(p, completed_at=None), "profiel van de student is niet meer compleet"),
    "place_paused": (lambda p: change(Place, p.place_id, state=PlaceState.PAUSED), "staat niet meer open"),
    "no_seat": (lambda p: change(Place, p.place_id, free=0), "geen plek meer vrij"),
    "suspended": (
        lambda p: change(Organisation, _recognition(p).organisation_id, state=OrganisationState.SUSPENDED),
        "niet meer gecontroleerd",
    ),
    "recognition_unchecked": (
        lambda p: change(Recognition, _recognition(p).id, checked_at=None, checked_by_id=None),
        "geen gecontroleerde erkenning",
    ),
    "recognition_ends": (
        lambda p: change(Recognition, _recognition(p).id, valid_until=date(2027, 7, 1)),
        "erkenning van het bedrijf stopt",
    ),
    "place_starts_later": (lambda p: change(Place, p.place_id, starts_on=date(2027, 5, 1)), "hele stageperiode"),
    "student_stays_longer": (lambda p: _change_profile(p, ends_on=date(2028, 2, 1)), "hele stageperiode"),
    "other_days": (lambda p: change(Place, p.place_id, weekdays=0b0000011), "dagen van de student"),
    "minimum_age": (
        lambda p: (
            change(Place, p.place_id, minimum_age=18),
            change(Student, p.student_id, birth_date=date(2010, 1, 1)),
        ),
        "te jong",
    ),
    "minor_long_day": (
        lambda p: (
            change(Place, p.place_id, hours_per_day=10),
            change(Student, p.student_id, birth_date=date(2010, 1, 1)),
        ),
        "te veel uren",
    ),
    "too_far": (lambda p: change(Place, p.place_id, postcode="9711 AB"), "reis is nu langer"),
    "vog": (
        lambda p: (
            change(Place, p.place_id, needs_vog=True),
            _change_profile(p, starts_on=date(2027, 2, 15)),
        ),
        "VOG",
    ),
    "condition": (lambda p: _change_profile(p, must=["lift"]), "mist iets"),
    "path": (lambda p: _change_profile(p, leerweg=type(p.student.profile.leerweg).BBL), "leerweg"),
}


@pytest.mark.promise("P46")
@pytest.mark.parametrize("name", CHANGES)
def test_a_fact_that_changed_since_is_named_and_nothing_happens(proposal, broker, name):
    alter, words = CHANGES[name]
    alter(proposal)
    with pytest.raises(DomainError) as refusal:
        approve(again(proposal), broker)
    assert words in str(refusal.value)
    assert refusal.value.field is None
    assert (counted(Placement), counted(Message)) == (0, 0)
    assert again(proposal).state is ProposalState.OPEN


@pytest.mark.promise("P46", red=True)
def test_an_approval_that_looks_at_no_fact_again_is_caught(proposal, broker, monkeypatch):
    monkeypatch.setattr(review, "objection_of_today", lambda *_facts: None)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_fact_that_changed_since_is_named_and_nothing_happens(proposal, broker, "recognition_ends")


@pytest.mark.promise("P46")
def test_a_place_of_another_programme_is_refused(make, proposal, broker):
    south = make.programme("zuid")
    change(Place, proposal.place_id, programme_id=south.id)
    with pytest.raises(DomainError, match="hetzelfde programma"):
        approve(again(proposal), broker)


def test_a_student_who_was_placed_by_hand_is_refused(make, proposal, broker):
    other = make.place()
    with transaction() as session:
        student, place = session.get(Student, proposal.student_id), session.get(Place, other.id)
        placements.plan(session, student, place, reasons={}, by=broker, why="gebeld")
    with pytest.raises(DomainError, match="al een plek"):
        approve(again(proposal), broker)


def test_who_is_second_by_a_moment_reads_that_the_student_has_a_place(make, proposal, broker, monkeypatch):
    """A colleague places the student between the looks that this decision takes."""
    other, case_before = make.place(), review.case_of

    def placed_meanwhile(session, student):
        monkeypatch.setattr(review, "case_of", case_before)
        placements.plan(session, student, session.get(Place, other.id), reasons={}, by=broker, why="gebeld")
        return case_before(session, student)

    monkeypatch.setattr(review, "case_of", placed_meanwhile)
    with pytest.raises(Overtaken, match="al een plek"):
        approve(again(proposal), broker)


# --- what follows --------------------------------------------------------------------------------------------------


def test_after_a_decline_the_next_run_proposes_another_place(make, broker):
    make.student(searching=True)
    organisation = make.organisation()
    places = {make.place(organisation).id, make.place(organisation).id}
    match_round, run = computed(broker)
    placement = approve(proposals(run)[0], broker)
    with transaction() as session:
        placement = session.get(Placement, placement.id)
        placements.decline(session, placement, reason=StudentReason.WORK, by=placement.student.user)
    assert counted(Proposal) == 1
    second = asked(match_round, broker)
    compute(second)
    (proposal,) = proposals(second)
    assert proposal.place_id in places - {placement.place_id}
    assert proposal.priority_class == 3


def test_after_a_refusal_by_the_company_the_student_goes_first(make, broker):
    make.student(searching=True)
    make.place()
    match_round, run = computed(broker)
    placement = approve(proposals(run)[0], broker)
    with transaction() as session:
        placement = session.get(Placement, placement.id)
        placements.refuse(session, placement, reason=EmployerReason.TRAINER_AWAY, by=None)
    second = asked(match_round, broker)
    compute(second)
    assert proposals(second)[0].priority_class == 0
