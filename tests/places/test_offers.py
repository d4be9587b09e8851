from datetime import date

import pytest

from stagemakelaar import audit
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove, Overtaken
from stagemakelaar.places import offers
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceState
from stagemakelaar.places.queries import open_places
from stagemakelaar.places.seats import take_seat
from stagemakelaar.reference.vocabulary import WORKDAYS, KindOfWork, LateHours, Leerweg, SpecialRisks
from tests.builders import HELPENDE

TIMES = {
    "starts_on": date(2027, 3, 1),
    "ends_on": date(2027, 7, 1),
    "weekdays": WORKDAYS,
    "hours_per_day": 8,
    "seats": 2,
    "late_hours": LateHours.NONE,
}


@pytest.fixture
def organisation(make):
    return make.organisation()


@pytest.fixture
def employer(make, organisation):
    return make.employer_of(organisation)


@pytest.fixture
def draft(organisation, employer):
    with transaction() as session:
        own = session.get(Organisation, organisation.id)
        return offers.draft_place(session, own, programme_id=own.registered_with_id, by=employer)


def act(action, place, by, **values):
    with transaction() as session:
        return action(session, session.get(Place, place.id), by=by, **values)


def describe(place, by, **changes):
    facts = {"title": "Helpende", "tasks": "", "codes": [HELPENDE], "leerweg": Leerweg.BOL} | changes
    act(offers.describe_work, place, by, **facts)


def fresh(session, place):
    return session.get(Place, place.id)


def test_a_draft_is_seen_by_no_round(draft, session):
    assert draft.state is PlaceState.DRAFT
    assert open_places(session, draft.programme_id) == []


def test_a_place_opens_after_the_two_steps_that_matter(draft, employer, session):
    describe(draft, employer)
    act(offers.set_times, draft, employer, **TIMES)
    act(offers.open_place, draft, employer)
    assert [place.id for place in open_places(session, draft.programme_id)] == [draft.id]
    assert fresh(session, draft).steps_done == ["werk", "wanneer"]


@pytest.mark.parametrize(
    ("skip", "field"), [("werk", "title"), ("codes", "codes"), ("wanneer", "starts_on"), ("erkenning", "codes")]
)
def test_what_is_lacking_is_told_at_its_field(draft, employer, skip, field, session):
    if skip != "werk":
        codes = {"codes": [], "erkenning": ["25180"]}.get(skip, [HELPENDE])
        describe(draft, employer, codes=codes)
    if skip != "wanneer":
        act(offers.set_times, draft, employer, **TIMES)
    with pytest.raises(DomainError) as refusal:
        act(offers.open_place, draft, employer)
    assert refusal.value.field == field
    assert fresh(session, draft).state is PlaceState.DRAFT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2027, 3, 1)}, "ends_on"),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2027, 2, 3)}, "ends_on"),
        ({"starts_on": date(2072, 3, 1), "ends_on": date(2072, 7, 1)}, "starts_on"),
        ({"ends_on": date(2072, 7, 1)}, "ends_on"),
        ({"weekdays": 0}, "weekdays"),
    ],
)
def test_a_period_that_cannot_be_is_refused_at_its_field(draft, employer, changes, field):
    with pytest.raises(DomainError) as refusal:
        act(offers.set_times, draft, employer, **(TIMES | changes))
    assert refusal.value.field == field


def test_seats_never_go_below_what_is_in_use(make, session):
    place = make.place(seats=3)
    employer = make.employer_of(place.organisation)
    with transaction() as writing:
        for _seat in range(2):
            take_seat(writing, writing.get(Place, place.id))
    with pytest.raises(Overtaken) as refusal:
        act(offers.set_times, place, employer, **(TIMES | {"seats": 1}))
    assert refusal.value.field == "seats"
    assert (fresh(session, place).seats, fresh(session, place).free) == (3, 1)
    act(offers.set_times, place, employer, **(TIMES | {"seats": 5}))
    assert (fresh(session, place).seats, fresh(session, place).free) == (5, 3)


def test_a_change_of_seats_keeps_the_rest_of_the_screen(draft, employer, session):
    act(offers.set_times, draft, employer, **(TIMES | {"seats": 7, "hours_per_day": 6}))
    assert (fresh(session, draft).seats, fresh(session, draft).hours_per_day) == (7, 6)
    assert fresh(session, draft).starts_on == TIMES["starts_on"]


def test_an_open_place_cannot_be_made_incomplete(make, session):
    place = make.place()
    with pytest.raises(DomainError) as refusal:
        describe(place, make.employer_of(place.organisation), codes=["25180"])
    assert refusal.value.field == "codes"
    assert [row.code for row in fresh(session, place).codes] == [HELPENDE]


def test_changing_the_courses_keeps_those_that_stay(draft, employer, session):
    describe(draft, employer, codes=[HELPENDE, "25180"])
    describe(draft, employer, codes=["25180", "25182"])
    assert [row.code for row in fresh(session, draft).codes] == ["25180", "25182"]


def test_work_processes_of_another_course_are_left_out(draft, employer, session):
    from stagemakelaar.reference.models import WorkProcess

    own = session.query(WorkProcess).filter_by(code=HELPENDE).first().id
    other = session.query(WorkProcess).filter(WorkProcess.code != HELPENDE).first().id
    describe(draft, employer)
    act(offers.describe_learning, draft, employer, kinds=[KindOfWork.PEOPLE], work_processes=[own, other])
    assert fresh(session, draft).work_processes == [own]
    assert fresh(session, draft).kinds == ["people"]


def test_a_paused_place_takes_no_part_and_can_come_back(make, session):
    place = make.place()
    employer = make.employer_of(place.organisation)
    act(offers.pause_place, place, employer)
    assert open_places(session, place.programme_id) == []
    act(offers.open_place, place, employer)
    assert len(open_places(session, place.programme_id)) == 1


def test_a_closed_place_stays_closed(make):
    place = make.place()
    employer = make.employer_of(place.organisation)
    act(offers.close_place, place, employer)
    with pytest.raises(IllegalMove):
        act(offers.open_place, place, employer)


@pytest.mark.parametrize("state", [OrganisationState.SUSPENDED, OrganisationState.BLOCKED])
def test_an_organisation_that_was_stopped_opens_nothing(make, state):
    place = make.place(make.organisation(state=state), state=PlaceState.PAUSED)
    with pytest.raises(DomainError, match="doet nu niet mee"):
        act(offers.open_place, place, make.employer_of(place.organisation))


def test_a_draft_can_be_thrown_away_and_an_open_place_cannot(make, draft, employer, session):
    act(offers.discard_draft, draft, employer)
    assert session.get(Place, draft.id) is None
    place = make.place()
    with pytest.raises(DomainError):
        act(offers.discard_draft, place, employer)


def test_every_step_leaves_a_line_in_the_trail(draft, employer, session):
    describe(draft, employer)
    act(offers.set_location, draft, employer, postcode="1011 AB")
    act(offers.set_guidance, draft, employer, trainer_name="Jan", trainer_email="")
    act(
        offers.set_conditions,
        draft,
        employer,
        needs_vog=True,
        minimum_age=18,
        allowance_cents=0,
        pays_travel=None,
        features=[],
        needs_register=True,
        special_risks=SpecialRisks.SUPERVISED,
    )
    kept = session.get(Place, draft.id)
    assert (kept.needs_register, kept.special_risks) == (True, SpecialRisks.SUPERVISED)
    lines = audit.trail_of(session, "place", draft.id)
    assert [line.details.get("step") for line in lines] == [None, "werk", "waar", "begeleiding", "voorwaarden"]
