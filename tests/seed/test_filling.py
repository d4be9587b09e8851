"""The demo: the same on both databases, whole, with every state, and never among real people."""

import io
import json
from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import func, select

from stagemakelaar import clock, db
from stagemakelaar.audit.walking import walk
from stagemakelaar.casework.models import Case, CaseState, ContactMoment, HandOver, HandOverState, Task, TaskState
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.places.models import Interest, InterestState, Organisation, OrganisationState, Place, PlaceState
from stagemakelaar.rounds.models import Proposal, ProposalState, Review, Round, RoundState, Run, RunState
from stagemakelaar.seed import accounts, canaries
from stagemakelaar.seed.fingerprint import counts, fingerprint

# What is only there for a moment, or never two at once (docs/decisions/0005): not in a seed.
PASSING = {RunState.QUEUED, RunState.COMPUTING, RoundState.OPEN}
FLOWS = {
    Case: CaseState,
    Organisation: OrganisationState,
    Interest: InterestState,
    Place: PlaceState,
    Placement: PlacementState,
    Message: MessageState,
    Proposal: ProposalState,
    Round: RoundState,
    Run: RunState,
    Task: TaskState,
}
FINGERPRINTS = {}
FIELDS = {
    "user": (User, ["name"]),
    "student": (Student, ["first_name", "last_name"]),
    "profile": (Profile, ["learning_wish"]),
    "contact_moment": (ContactMoment, ["note"]),
    "placement": (Placement, ["why", "withdraw_note"]),
    "review": (Review, ["why"]),
    "interest": (Interest, ["contact_name", "remark"]),
    "place": (Place, ["trainer_name"]),
}


def test_both_databases_hold_the_same_and_the_trail_is_whole(demo, demo_engine):
    FINGERPRINTS[demo_engine.dialect.name] = fingerprint(demo)
    assert len(set(FINGERPRINTS.values())) == 1
    assert walk(demo).kind is None


@pytest.mark.parametrize(("model", "states"), FLOWS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_occurs_in_each_programme(demo, model, states):
    programme = model.registered_with_id if model is Organisation else model.programme_id
    found = defaultdict(set)
    for number, state in demo.execute(select(programme, model.state).distinct()):
        found[number].add(state)
    for number in (1, 2):
        assert set(states) - PASSING <= found[number], f"programme {number} lacks {set(states) - found[number]}"


def test_cases_were_handed_over_where_there_is_a_colleague(demo):
    found = set(demo.scalars(select(HandOver.state)))
    assert found == set(HandOverState)


def test_the_sizes_are_those_of_a_demo(demo):
    found = counts(demo)
    assert found["programme"] == 2
    assert 55 <= found["student"] <= 65
    assert found["organisation"] == 25
    assert found["place"] == 40
    assert found["placement"] == 20
    live = demo.scalar(select(func.count()).where(Placement.state.in_(LIVE)))
    assert live == 12
    under_review = select(Round.chosen_run_id)
    waiting = select(func.count()).where(Proposal.state == ProposalState.OPEN, Proposal.run_id.in_(under_review))
    assert demo.scalar(waiting) == 15


def test_seats_add_up(demo):
    count = select(Placement.place_id, func.count()).where(Placement.state.in_(LIVE)).group_by(Placement.place_id)
    live = dict(demo.execute(count).all())
    for place in demo.scalars(select(Place)):
        assert place.free + live.get(place.id, 0) == place.seats


def test_the_named_accounts_are_as_the_contract_says(demo):
    def student(email):
        return demo.scalars(select(Student).join(User).where(User.email == email)).one()

    def placement(email):
        return demo.scalars(select(Placement).where(Placement.student_id == student(email).id)).one()

    first = demo.scalars(select(Organisation).order_by(Organisation.id)).first()
    assert placement(accounts.STUDENT).state is PlacementState.PLANNED
    assert placement(accounts.STUDENT).place.organisation_id == first.id
    assert placement(accounts.MINOR).state is PlacementState.CONFIRMED
    assert placement(accounts.MINOR).place.organisation_id == first.id
    assert student(accounts.MINOR).age_on(date(2027, 2, 3)) == 16
    second = student(accounts.STUDENT2)
    assert second.profile.code == student(accounts.STUDENT).profile.code
    states = demo.scalars(select(Proposal.state).where(Proposal.student_id == second.id)).all()
    assert ProposalState.OPEN in states
    members = {member.user.email: member.manages for member in first.members}
    assert members == {accounts.EMPLOYER: True, accounts.COLLEAGUE: False}


def test_every_address_is_invented(demo):
    assert {email.split("@")[1] for email in demo.scalars(select(User.email))} == {"demo.example"}


def test_a_canary_stands_in_every_personal_field_and_once(demo, monkeypatch):
    monkeypatch.setattr(canaries, "AT_ONCE", 7)
    file = io.StringIO()
    with db.transaction() as session:
        canaries.plant(session, file)
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    words = [line["word"] for line in lines]
    assert len(words) == len(set(words)) > 400
    assert all(word.startswith("zq") for word in words)
    assert {line["resource"]: None for line in lines}.keys() == FIELDS.keys()
    for resource, (model, fields) in FIELDS.items():
        told = {(line["id"], line["field"]): line["word"] for line in lines if line["resource"] == resource}
        key = model.__mapper__.primary_key[0]
        rows = demo.execute(select(key, *(getattr(model, field) for field in fields))).all()
        assert len(told) == len(rows) * len(fields)
        for number, *texts in rows:
            for field, text in zip(fields, texts, strict=True):
                assert text.endswith(told[number, field])


def test_a_canary_tells_whose_it_is_and_of_which_programme(demo):
    file = io.StringIO()
    with db.transaction() as session:
        canaries.plant(session, file)
    found = {}
    for line in map(json.loads, file.getvalue().splitlines()):
        found.setdefault(line["resource"], {})[line["id"]] = (line["owner"], line["programme"])
    for student in demo.scalars(select(Student)):
        mine = (student.user.email, student.programme_id)
        assert found["user"][student.user_id] == found["student"][student.id] == found["profile"][student.id] == mine
    for placement in demo.scalars(select(Placement)):
        assert found["placement"][placement.id] == (placement.student.user.email, placement.programme_id)
    for review in demo.scalars(select(Review)):
        proposal = review.proposal
        assert found["review"][review.id] == (proposal.student.user.email, proposal.programme_id)
    for place in demo.scalars(select(Place)):
        manager = next(member.user for member in place.organisation.members if member.manages)
        assert found["place"][place.id] == (manager.email, place.programme_id)


def test_who_looks_around_as_a_student_or_a_company_has_time_to_answer(demo):
    known = select(Placement).join(Student).join(User).where(User.email == accounts.STUDENT)
    placement = demo.scalars(known).one()
    assert placement.state is PlacementState.PLANNED
    assert placement.answer_by_on > clock.today()


def test_places_of_one_company_have_names_of_their_own(demo):
    counted = select(func.count(), func.count(Place.title.distinct())).group_by(Place.organisation_id)
    titles = demo.execute(counted.having(func.count() < 5)).all()
    assert max(count for count, _different in titles) > 1
    assert all(count == different for count, different in titles)
