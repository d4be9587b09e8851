"""What a broker wants for a pair: given, replaced, withdrawn, followed from run to run."""

import pytest
from sqlalchemy.exc import IntegrityError

from stagemakelaar import audit
from stagemakelaar.clock import now
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, NotFound, Overtaken
from stagemakelaar.matching.eligibility import why_not
from stagemakelaar.matching.scoring import HINT, MUST, NEVER, RATHER, RATHER_NOT
from stagemakelaar.people.models import Student
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rounds import review, snapshot
from stagemakelaar.rounds.hints import LEVELS, give_hint, hint_for, hints_about, hints_of, withdraw_hint
from stagemakelaar.rounds.models import Hint, HintLevel
from tests.computed import asked, compute, computed, opened, proposals


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def student(make):
    return make.student(searching=True)


def give(student, place, by, level=HintLevel.RATHER, why="kent het bedrijf"):
    with transaction() as session:
        return give_hint(
            session, session.get(Student, student.id), session.get(Place, place.id), level=level, why=why, by=by
        )


def withdraw(hint, by):
    with transaction() as session:
        withdraw_hint(session, session.get(Hint, hint.id), by=by)


def test_a_hint_is_kept_with_who_when_and_why(student, broker, make, session):
    place = make.place()
    give(student, place, broker)
    (hint,) = hints_about(session, student)
    assert (hint.place_id, hint.level, hint.by_id) == (place.id, HintLevel.RATHER, broker.id)
    assert hint.why == "kent het bedrijf"
    assert hint.at == now()
    assert hint.withdrawn_at is None


def test_a_second_hint_about_the_same_pair_takes_the_place_of_the_first(student, broker, make, session):
    place = make.place()
    first = give(student, place, broker)
    second = give(student, place, broker, HintLevel.NEVER)
    assert [hint.id for hint in hints_about(session, student)] == [second.id]
    assert session.get(Hint, first.id).withdrawn_by_id == broker.id


def test_the_database_keeps_two_live_hints_about_a_pair_apart(student, broker, make):
    place = make.place()
    given = give(student, place, broker)
    with pytest.raises(IntegrityError), transaction() as session:
        kept = session.get(Hint, given.id)
        columns = ("programme_id", "student_id", "place_id", "level", "why", "by_id", "at")
        session.execute(Hint.__table__.insert().values({name: getattr(kept, name) for name in columns}))


def test_withdrawn_is_withdrawn_once(student, broker, make, session):
    hint = give(student, make.place(), broker)
    withdraw(hint, broker)
    assert hints_about(session, student) == []
    with pytest.raises(Overtaken):
        withdraw(hint, broker)


def test_both_acts_stand_in_the_trail(student, broker, make, session):
    place = make.place()
    withdraw(give(student, place, broker, HintLevel.MUST), broker)
    lines = {line.action: line for line in session.query(audit.Entry) if line.action.startswith("hint.")}
    assert set(lines) == {"hint.given", "hint.withdrawn"}
    assert lines["hint.given"].object_id == student.id
    assert lines["hint.given"].details["level"] == "must"
    assert lines["hint.withdrawn"].details["place"] == place.id
    assert {line.programme_id for line in lines.values()} == {student.programme_id}


def test_a_hint_owes_a_reason(student, broker, make):
    with pytest.raises(DomainError) as refused:
        give(student, make.place(), broker, why="  ")
    assert refused.value.field == "why"


def test_a_place_of_another_programme_is_refused(student, broker, make):
    elsewhere = make.place(make.organisation(programme=make.programme("zuid")))
    with pytest.raises(DomainError) as refused:
        give(student, elsewhere, broker)
    assert refused.value.field == "place"


@pytest.mark.parametrize("state", [PlaceState.DRAFT, PlaceState.CLOSED])
def test_a_place_that_is_not_offered_is_refused(student, broker, make, state):
    with pytest.raises(DomainError):
        give(student, make.place(state=state), broker)


def test_a_hint_is_found_in_its_own_programme_only(student, broker, make, session):
    hint = give(student, make.place(), broker)
    assert hint_for(session, broker, student.id, hint.id).id == hint.id
    for user, number in ((make.broker(programme=make.programme("zuid")), student.id), (broker, student.id + 1)):
        with pytest.raises(NotFound):
            hint_for(session, user, number, hint.id)


def test_the_matcher_is_told_what_is_wanted_now(student, broker, make, session):
    places = [make.place() for _ in HintLevel]
    for place, level in zip(places, HintLevel, strict=True):
        give(student, place, broker, level)
    withdraw(give(make.student(searching=True), places[0], broker), broker)
    expected = [(student.id, place.id, LEVELS[level]) for place, level in zip(places, HintLevel, strict=True)]
    assert hints_of(session, student.programme_id) == sorted(expected)
    assert list(LEVELS.values()) == [MUST, RATHER, RATHER_NOT, NEVER]
    run = asked(opened(broker), broker)
    with transaction() as writing:
        problem = snapshot.freeze(writing, writing.merge(run))
    assert problem.pairs.hints.tolist() == sorted(map(list, expected))


def test_every_run_follows_it_until_it_is_withdrawn(student, broker, make):
    make.place()
    wanted = make.place(make.organisation(postcode="1018 AB"))  # farther than the other
    match_round, run = computed(broker)
    assert proposals(run)[0].place_id != wanted.id
    hint = give(student, wanted, broker, HintLevel.MUST)
    for expected in (True, True):
        run = asked(match_round, broker)
        compute(run)
        assert (proposals(run)[0].place_id == wanted.id) is expected
    withdraw(hint, broker)
    run = asked(match_round, broker)
    compute(run)
    assert proposals(run)[0].place_id != wanted.id


def test_the_points_stand_with_the_proposal(student, broker, make):
    place = make.place()
    give(student, place, broker, HintLevel.RATHER)
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    assert proposal.facts["agreed"] == HINT
    assert proposal.fit == sum(part["points"] or 0 for part in proposal.facts["parts"]) + HINT


def test_a_place_that_closed_leaves_a_tied_student_without(student, broker, make):
    place = make.place()
    make.place()
    give(student, place, broker, HintLevel.MUST)
    with transaction() as session:
        session.get(Place, place.id).state = PlaceState.PAUSED
    _round, run = computed(broker)
    assert proposals(run) == []


@pytest.mark.parametrize(("level", "rule"), [(HintLevel.NEVER, "never"), (HintLevel.MUST, "elsewhere")])
def test_what_was_ruled_out_after_the_run_cannot_be_approved(student, broker, make, level, rule):
    place, other = make.place(), make.place(make.organisation(postcode="1018 AB"))
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    assert proposal.place_id == place.id
    give(student, other if level is HintLevel.MUST else place, broker, level)
    with transaction() as session:
        problem = snapshot.pair_of_today(session, session.get(Student, student.id), session.get(Place, place.id))
        assert [one.value for one in why_not(problem, student.id, place.id)] == [rule]
    with pytest.raises(DomainError, match="Trek dat eerst in"), transaction() as session:
        review.approve(session, session.merge(proposal), by=broker)
