"""What enters the matcher, and what stays outside."""

import zlib
from datetime import date, timedelta

import pytest

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.matching.eligibility import Rule, why_not
from stagemakelaar.matching.problem import NO_END
from stagemakelaar.matching.storage import MAGIC, NARROW, canonical
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, Placement, StudentReason
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceState, Recognition
from stagemakelaar.reference.models import Equivalent
from stagemakelaar.reference.queries import work_processes
from stagemakelaar.reference.vocabulary import SpecialRisks
from stagemakelaar.rounds import review, snapshot
from tests.builders import HELPENDE
from tests.computed import asked, compute, computed, opened, proposals
from tests.counting import statements
from tests.rows import change, row

OTHER = "25741"
LAST_DAY = date(2027, 7, 15)  # of the student of `make`


def frozen(by):
    """The problem of this moment."""
    run = asked(opened(by), by)
    with transaction() as session:
        return snapshot.freeze(session, session.merge(run))


def test_a_student_who_is_searching_and_an_open_place_enter(make):
    student, place = make.student(searching=True), make.place(seats=2)
    problem = frozen(make.broker())
    assert problem.candidates.key.tolist() == [student.id]
    assert problem.openings.key.tolist() == [place.id]
    assert problem.openings.seats.tolist() == [2]
    assert why_not(problem, student.id, place.id) == []


def test_the_applications_before_us_change_nothing_for_the_matcher(make):
    student, _place, broker = make.student(searching=True), make.place(), make.broker()
    run = asked(opened(broker), broker)

    def input_now():
        with transaction() as session:
            return snapshot.freeze(session, session.merge(run)).to_bytes()

    before = input_now()
    change(Profile, student.id, applied_to=14, applied_note="Ze bellen nooit terug.")
    assert input_now() == before
    change(Profile, student.id, max_minutes=44)
    assert input_now() != before


def test_who_is_not_searching_stays_outside(make):
    make.student()
    make.student(complete=False)
    assert len(frozen(make.broker()).candidates) == 0


def test_another_programme_stays_outside(make):
    south = make.programme("zuid")
    make.student(programme=south, searching=True)
    make.place(make.organisation(programme=south))
    problem = frozen(make.broker())
    assert len(problem.candidates) == len(problem.openings) == 0


@pytest.mark.parametrize("state", [PlaceState.DRAFT, PlaceState.PAUSED, PlaceState.CLOSED])
def test_a_place_that_is_not_open_stays_outside(make, state):
    make.place(state=state)
    assert len(frozen(make.broker()).openings) == 0


def test_a_full_place_stays_outside(make):
    make.place(free=0)
    assert len(frozen(make.broker()).openings) == 0


@pytest.mark.parametrize("state", [OrganisationState.REGISTERED, OrganisationState.SUSPENDED])
def test_a_company_that_is_not_verified_stays_outside(make, state):
    place = make.place()
    change(Organisation, place.organisation_id, state=state)
    assert len(frozen(make.broker()).openings) == 0


def test_a_profile_that_lost_a_fact_stays_outside_and_is_listed_as_left_out(make, session):
    from stagemakelaar.rounds.queries import left_out

    student = make.student(searching=True)
    change(Student, student.id, birth_date=None)
    broker = make.broker()
    assert len(frozen(broker).candidates) == 0
    assert [case.student_id for case in left_out(session, broker.programme_id)] == [student.id]


def test_only_a_checked_recognition_counts(make, session):
    student, place = make.student(searching=True), make.place()
    recognition = place.organisation.recognitions[0]
    change(Recognition, recognition.id, checked_at=None, checked_by_id=None)
    problem = frozen(make.broker())
    assert Rule.RECOGNISED in why_not(problem, student.id, place.id)


def test_a_recognition_counts_until_it_was_withdrawn(make):
    make.student(searching=True)
    place = make.place()
    change(Recognition, place.organisation.recognitions[0].id, withdrawn_on=date(2027, 5, 1))
    problem = frozen(make.broker())
    assert problem.openings.recognitions[0, 3] == (date(2027, 5, 1) - date(1970, 1, 1)).days


def test_a_recognition_without_end_has_no_end(make):
    make.student(searching=True)
    place = make.place()
    change(Recognition, place.organisation.recognitions[0].id, valid_until=None)
    assert frozen(make.broker()).openings.recognitions[0, 3] == NO_END


def test_an_equivalent_code_counts_in_one_direction_and_on_its_own_days(make):
    make.codes()
    student = make.student(searching=True, code=OTHER)
    place = make.place()  # for helpende
    broker = make.broker()
    with transaction() as session:
        row(session, Equivalent, code=OTHER, equivalent_code=HELPENDE, valid_from=date(2027, 1, 1), valid_until=None)
    problem = frozen(broker)
    assert why_not(problem, student.id, place.id) == []
    assert problem.openings.recognitions[:, 1:3].tolist() == [[int(OTHER), (date(2027, 1, 1) - date(1970, 1, 1)).days]]


def test_an_equivalent_code_does_not_count_the_other_way_round(make):
    make.codes()
    student = make.student(searching=True)
    place = make.place(codes=(OTHER,))
    broker = make.broker()
    with transaction() as session:
        row(session, Equivalent, code=OTHER, equivalent_code=HELPENDE)
    assert Rule.RECOGNISED in why_not(frozen(broker), student.id, place.id)


def test_a_place_is_only_for_the_codes_for_which_it_is_offered(make):
    student = make.student(searching=True)
    place = make.place(make.organisation(codes=(HELPENDE, OTHER)), codes=(OTHER,))
    assert Rule.RECOGNISED in why_not(frozen(make.broker()), student.id, place.id)


@pytest.mark.parametrize(
    ("since", "expected"),
    [(date(2026, 11, 11), 2), (date(2026, 11, 10), 1), (date(2026, 12, 23), 3), (date(2026, 12, 22), 2)],
)
def test_waiting_longer_than_six_and_twelve_weeks_makes_the_class(make, since, expected):
    make.student(searching=True, searching_since=since)
    assert frozen(make.broker()).candidates.priority_class.tolist() == [expected]


def test_who_lost_a_place_through_others_goes_first(make, session):
    student = make.student(searching=True)
    change(Case, case_of(session, student).id, has_priority=True)
    assert frozen(make.broker()).candidates.priority_class.tolist() == [0]


def test_under_sixteen_enters_marked_and_is_never_proposed(make):
    student, place = make.student(searching=True, birth_date=date(2011, 4, 2)), make.place()
    problem = frozen(make.broker())
    assert problem.candidates.is_under_16.tolist() == [True]
    assert Rule.UNDER_16 in why_not(problem, student.id, place.id)


@pytest.mark.parametrize(("born", "minor"), [(date(2009, 4, 1), False), (date(2009, 4, 2), True)])
def test_a_minor_is_under_eighteen_on_the_first_day(make, born, minor):
    make.student(searching=True, birth_date=born)
    assert frozen(make.broker()).candidates.is_minor.tolist() == [minor]


def test_a_vog_takes_four_weeks_unless_it_is_there(make):
    make.student(searching=True)
    make.student(searching=True, has_vog=True)
    ready = frozen(make.broker()).candidates.vog_ready_on.tolist()
    assert ready == [(date(2027, 3, 3) - date(1970, 1, 1)).days, 0]


def test_the_childcare_register_takes_five_weeks_unless_one_is_in_it(make):
    make.student(searching=True)
    make.student(searching=True, in_childcare_register=True)
    ready = frozen(make.broker()).candidates.register_ready_on.tolist()
    assert ready == [(date(2027, 3, 10) - date(1970, 1, 1)).days, 0]


def test_hours_and_required_work_enter_with_the_student(make, session):
    make.codes()
    first, second = [found.id for found in work_processes(session, HELPENDE)][:2]
    student = make.student(searching=True, hours_required=300, work_processes=[first, second])
    make.student(searching=True)
    change(Profile, student.id, required_processes=[second])
    people = frozen(make.broker()).candidates
    assert people.hours_required.tolist() == [300, 0]
    assert people.required.tolist() == [[student.id, second]]


def test_a_place_tells_for_which_codes_it_named_work(make, session):
    make.codes()
    own, other = work_processes(session, HELPENDE)[0].id, work_processes(session, OTHER)[0].id
    silent = make.place()
    one = make.place(work_processes=[own])
    both = make.place(make.organisation(codes=(HELPENDE, OTHER)), codes=(HELPENDE, OTHER), work_processes=[own, other])
    make.student(searching=True)
    told = frozen(make.broker()).openings.told.tolist()
    assert told == [[one.id, int(HELPENDE)], [both.id, int(OTHER)], [both.id, int(HELPENDE)]]
    assert silent.id not in {place for place, _code in told}


@pytest.mark.parametrize(
    ("risks", "expected"),
    [(None, False), (SpecialRisks.NONE, False), (SpecialRisks.SUPERVISED, False), (SpecialRisks.UNSUPERVISED, True)],
)
def test_only_unsupervised_risks_count(make, risks, expected):
    make.place(special_risks=risks)
    assert frozen(make.broker()).openings.unsupervised_risks.tolist() == [expected]


def test_a_place_may_ask_for_the_childcare_register(make):
    make.place()
    make.place(needs_register=True)
    assert frozen(make.broker()).openings.register.tolist() == [False, True]


def test_an_equivalent_counts_within_its_own_days_only(make):
    student = make.student(searching=True)
    place = make.place(codes=(OTHER,))
    with transaction() as session:
        row(session, Equivalent, code=HELPENDE, equivalent_code=OTHER, valid_until=LAST_DAY)
    assert why_not(frozen(make.broker()), student.id, place.id) == []
    with transaction() as session:
        session.get(Equivalent, (HELPENDE, OTHER)).valid_until = LAST_DAY - timedelta(days=1)
        problem = snapshot.pair_of_today(session, session.get(Student, student.id), session.get(Place, place.id))
    assert why_not(problem, student.id, place.id) == [Rule.RECOGNISED_TO_END]


def test_the_minutes_are_those_from_the_student_to_the_place_itself(make):
    make.student(searching=True)
    near = make.place(make.organisation(postcode="1012 AB"))
    elsewhere = make.place(make.organisation(postcode="9711 AB"), postcode="1013 AB")
    pairs = frozen(make.broker()).pairs
    assert pairs.opening.tolist() == [near.id, elsewhere.id]
    assert (pairs.minutes < 45).all()


def test_what_is_absurdly_far_is_not_listed(make):
    make.student(searching=True)
    make.place(make.organisation(postcode="9711 AB"))
    assert len(frozen(make.broker()).pairs) == 0


def test_a_place_that_the_student_declined_is_forbidden_and_one_that_the_broker_took_back_is_not(make, session):
    broker = make.broker()
    declined, taken_back = make.place(seats=2), make.place(seats=2)
    student = make.student(searching=True)
    for place in (declined, taken_back):
        with transaction() as now:
            placement = placements.plan(
                now, now.get(Student, student.id), now.get(Place, place.id), reasons={}, by=broker
            )
        with transaction() as now:
            placement = now.get(Placement, placement.id)
            if place is declined:
                placements.decline(now, placement, reason=StudentReason.TRAVEL, by=placement.student.user)
            else:
                placements.withdraw(now, placement, reason=BrokerReason.OTHER, note="ziek", by=broker)
    assert frozen(broker).pairs.forbidden.tolist() == [[student.id, declined.id, snapshot.STUDENT_SAID_NO]]


def test_a_proposal_that_the_broker_rejected_is_forbidden_in_the_same_round_only(make):
    broker = make.broker()
    make.student(searching=True)
    make.place()
    match_round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as session:
        review.reject(session, proposal, why="past niet", by=broker)
    second = asked(match_round, broker)
    compute(second)
    assert proposals(second) == []
    with transaction() as session:
        from stagemakelaar.rounds import actions

        actions.close_round(session, session.merge(match_round), by=broker)
    assert frozen(broker).pairs.forbidden.tolist() == []


def test_the_lot_depends_on_the_seed_and_the_student_alone(make):
    first, second = make.student(searching=True), make.student(searching=True)
    broker = make.broker()
    match_round = opened(broker)
    run = asked(match_round, broker, lot=7)
    with transaction() as session:
        both = snapshot.freeze(session, session.merge(run)).candidates.lot.tolist()
    with transaction() as session:
        casework.pause(session, case_of(session, session.get(Student, first.id)), by=broker, why="ziek")
    with transaction() as session:
        run = session.merge(run)
        alone = snapshot.freeze(session, run).candidates
        assert alone.key.tolist() == [second.id]
        assert alone.lot.tolist() == both[1:]
        run.lot = 8
        assert snapshot.freeze(session, run).candidates.lot.tolist() != both[1:]


def test_nothing_personal_is_in_the_frozen_bytes(make):
    canaries = {
        "first_name": "zqvoornaam",
        "prefix": "zqvan",
        "last_name": "zqachternaam",
        "learning_wish": "zqwens",
        "school_name": "zqschool",
        "postcode": "1011 ZQ",
        "birth_date": date(2008, 5, 14),
    }
    student = make.student(searching=True, **canaries)
    organisation = make.organisation(name="zqbedrijf", street="zqstraat", postcode="1012 ZQ")
    make.place(organisation, title="zqtitel", tasks="zqtaken", trainer_name="zqbegeleider")
    problem = frozen(make.broker())
    stored = zlib.decompress(problem.to_bytes().removeprefix(MAGIC + NARROW))
    plain = b"".join(map(bytes, canonical("problem", *problem._stored()))) + stored
    assert b"zq" not in plain.lower()
    assert student.user.email.encode() not in plain
    for number in ((canaries["birth_date"] - date(1970, 1, 1)).days, 1011, 1012, 2008):
        assert number.to_bytes(8, "little", signed=True) not in plain


def test_thawing_gives_the_very_problem(make, session):
    make.student(searching=True)
    make.place()
    _round, run = computed(make.broker())
    assert snapshot.thaw(run).input_hash == run.input_hash


def test_the_number_of_queries_does_not_grow_with_the_rows(make, database):
    broker = make.broker()
    make.student(searching=True)
    make.place()
    run = asked(opened(broker), broker)
    with transaction() as session:
        run = session.merge(run)
        with statements(database) as few:
            snapshot.freeze(session, run)
    organisation = make.organisation()
    for _ in range(4):
        make.student(searching=True)
        make.place(organisation)
    with transaction() as session:
        run = session.get(type(run), run.id)
        with statements(database) as many:
            snapshot.freeze(session, run)
    assert len(many) == len(few)
