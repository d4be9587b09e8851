"""Which seats to go and get: what each would bring equals the difference of two full solves."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select

from stagemakelaar.db import current_session, transaction
from stagemakelaar.matching.problem import NO_PLACE, UNKNOWN, Openings, Pairs, Problem
from stagemakelaar.matching.solver import solve
from stagemakelaar.people.models import Student
from stagemakelaar.reference.models import Equivalent
from stagemakelaar.reference.travel import fastest_of_pairs
from stagemakelaar.reference.vocabulary import Leerweg
from stagemakelaar.rounds import hints
from stagemakelaar.rounds.columns_of import EPOCH, what_counts
from stagemakelaar.rounds.models import HintLevel, Round, RoundState, Run
from stagemakelaar.rounds.wanted import LEERWEG, gains_at, journeys_of_waiting, seats_wanted
from tests.computed import computed

AMSTERDAM, NEXT_DOOR, GRONINGEN = "1012 AB", "1016 AB", "9712 AB"
HELPENDE, OTHER = "25960", "25724"


@pytest.fixture
def broker(make):
    return make.broker()


def search_of(broker):
    _round, run = computed(broker)
    session = current_session()
    return seats_wanted(session, session.get(Run, run.id))


def placed(problem):
    return int((solve(problem).place != NO_PLACE).sum())


def with_place(search, wanted, pc4, seats, counts):
    """The same problem with a place more, as the page promises it: whoever may learn there and gets there, fits."""
    problem, new = search.problem, int(search.problem.openings.key.max(initial=0)) + 1
    people, days = problem.candidates, [(day - EPOCH).days for day in (wanted.starts_on, wanted.ends_on)]
    row = {
        "key": new,
        "organisation": new,
        "leerweg": next(number for number, leerweg in LEERWEG.items() if leerweg is wanted.leerweg),
        "starts_on": days[0],
        "ends_on": days[1],
        "weekdays": 0b1111111,
        "seats": seats,
        "hours_per_day": 8 * 60,
        "features": 2**40 - 1,
        "is_verified": True,
    }
    columns = {}
    for item in fields(Openings):
        before = getattr(problem.openings, item.name)
        if before.ndim == 1:
            columns[item.name] = np.r_[before, np.array([row.get(item.name, 0)], dtype=before.dtype)]
        else:
            columns[item.name] = before
    proofs = [(new, code, since, until) for counting, code, since, until in counts.T if counting == int(wanted.code)]
    columns["recognitions"] = np.concatenate([columns["recognitions"], np.array(proofs).reshape(-1, 4)])
    way = fastest_of_pairs(search.homes, search.modes, np.full(len(people), pc4), longest=people.max_minutes)
    known = (way.minutes != UNKNOWN) & (search.homes > 0)
    pairs = {item.name: getattr(problem.pairs, item.name) for item in fields(Pairs)}
    pairs["candidate"] = np.r_[pairs["candidate"], people.key[known]]
    pairs["opening"] = np.r_[pairs["opening"], np.full(known.sum(), new)]
    for name in ("minutes", "mode", "is_estimate"):
        pairs[name] = np.r_[pairs[name], getattr(way, name)[known].astype(pairs[name].dtype)]
    return Problem(candidates=people, openings=Openings(**columns), pairs=Pairs(**pairs), weights=problem.weights)


def test_what_every_seat_would_bring_in_the_demo_is_the_difference_of_two_full_solves(demo):
    compared = 0
    for match_round in demo.scalars(select(Round).where(Round.state == RoundState.REVIEW)):
        search = seats_wanted(current_session(), match_round.chosen_run)
        counts = what_counts(current_session(), np.unique(search.problem.candidates.code))
        before = placed(search.problem)
        for wanted in search.wanted:
            solved = [placed(with_place(search, wanted, wanted.pc4, seats, counts)) for seats in (1, 2, 3)]
            assert tuple(after - before for after in solved) == wanted.extra, wanted.key
            compared += 1
    assert compared > 5


def test_at_another_postcode_it_is_the_difference_of_two_full_solves_as_well(demo):
    match_round = demo.scalars(select(Round).where(Round.state == RoundState.REVIEW).order_by(Round.id)).first()
    search = seats_wanted(current_session(), match_round.chosen_run)
    counts = what_counts(current_session(), np.unique(search.problem.candidates.code))
    before, postcodes = placed(search.problem), np.array([1012, 1105, 1382, 9712])
    for wanted in search.wanted[:3]:
        found = gains_at(search, wanted, postcodes)
        for pc4, extra in zip(postcodes.tolist(), found.tolist(), strict=True):
            solved = [placed(with_place(search, wanted, pc4, seats, counts)) - before for seats in (1, 2, 3)]
            assert extra == solved, (wanted.key, pc4)


def test_the_first_seat_brings_one_and_a_later_one_nobody(make, broker):
    make.place(postcode=AMSTERDAM)
    for _number in range(2):
        make.student(searching=True, postcode=GRONINGEN, max_minutes=30)
    (wanted,) = search_of(broker).wanted
    assert (wanted.code, wanted.leerweg, wanted.region) == (HELPENDE, Leerweg.BOL, 97)
    assert (wanted.extra, wanted.steps) == ((1, 2, 2), (1, 1, 0))
    assert (wanted.starts_on, wanted.ends_on) == (date(2027, 4, 1), date(2027, 7, 15))
    assert (len(wanted.waiting), wanted.longest_wait, wanted.middle_wait) == (2, 30, 30)
    assert wanted.key == "25960-bol-97-2027-04"


def test_a_student_who_would_move_counts_as_well(make, broker):
    # Two live near each other; one seat is there. A new place takes either, so one more is placed, whoever moves.
    make.place(postcode=AMSTERDAM, seats=1)
    for _number in range(2):
        make.student(searching=True, postcode=NEXT_DOOR)
    (wanted,) = search_of(broker).wanted
    assert (wanted.extra, len(wanted.waiting), len(wanted.fitting)) == ((1, 1, 1), 1, 2)


def test_other_courses_ways_of_learning_regions_and_months_are_other_seats(make, broker):
    make.place(postcode=AMSTERDAM)
    away = {"searching": True, "max_minutes": 20}
    make.student(postcode=GRONINGEN, **away)
    make.student(postcode=GRONINGEN, code=OTHER, **away)
    make.student(postcode=GRONINGEN, leerweg=Leerweg.BBL, **away)
    make.student(postcode="3511 AB", **away)
    make.student(postcode=GRONINGEN, starts_on=date(2027, 5, 10), ends_on=date(2027, 9, 1), **away)
    assert {wanted.key: wanted.extra for wanted in search_of(broker).wanted} == {
        "25960-bol-97-2027-04": (1, 1, 1),
        "25724-bol-97-2027-04": (1, 1, 1),
        "25960-bbl-97-2027-04": (1, 1, 1),
        "25960-bol-35-2027-04": (1, 1, 1),
        "25960-bol-97-2027-05": (1, 1, 1),
    }


def test_a_seat_serves_who_begins_later_if_they_are_done_in_time(make, broker):
    make.place(postcode=AMSTERDAM)
    make.student(searching=True, postcode=GRONINGEN, max_minutes=20)
    make.student(searching=True, postcode=GRONINGEN, max_minutes=20, starts_on=date(2027, 5, 10))
    april = next(one for one in search_of(broker).wanted if one.starts_on.month == 4)
    assert april.extra == (1, 2, 2)


def test_a_seat_for_a_code_serves_those_for_whom_it_counts(make, broker):
    make.place(postcode=AMSTERDAM)
    with transaction() as session:
        session.add(Equivalent(code=OTHER, equivalent_code=HELPENDE))
    make.student(searching=True, postcode=GRONINGEN, max_minutes=20)
    make.student(searching=True, postcode=GRONINGEN, max_minutes=20, code=OTHER)
    found = {wanted.code: wanted.extra for wanted in search_of(broker).wanted}
    assert found == {HELPENDE: (1, 2, 2), OTHER: (1, 1, 1)}


def test_who_may_only_go_to_one_place_needs_no_other(make, broker):
    place = make.place(postcode=GRONINGEN)
    student = make.student(searching=True, max_minutes=20)
    with transaction() as session:
        hints.give_hint(
            session,
            session.get(Student, student.id),
            session.get(type(place), place.id),
            level=HintLevel.MUST,
            why="Zo afgesproken",
            by=broker,
        )
    assert search_of(broker).wanted == []


def test_under_sixteen_nobody_is_counted(make, broker):
    make.place(postcode=AMSTERDAM)
    make.student(searching=True, postcode=GRONINGEN, birth_date=date(2012, 6, 1))
    assert search_of(broker).wanted == []


def test_a_student_whose_address_is_not_known_any_more_is_left_out(make, broker):
    make.place(postcode=AMSTERDAM)
    key = make.student(searching=True, postcode=GRONINGEN).id
    assert len(search_of(broker).wanted) == 1
    current_session().rollback()
    with transaction() as session:
        session.get(Student, key).profile.postcode = None
    session = current_session()
    assert seats_wanted(session, session.scalars(select(Run)).one()).wanted == []


def test_journeys_are_those_of_who_waits(make, broker):
    make.place(postcode=AMSTERDAM)
    make.student(searching=True, postcode=GRONINGEN, max_minutes=30)
    make.student(searching=True, postcode="9718 AB", max_minutes=60)
    search = search_of(broker)
    wanted = search.wanted[0]
    near, far = journeys_of_waiting(search, wanted, np.array([9712, 1012])).tolist()
    assert near[0] == 2
    assert 0 < near[1] <= near[2] <= 60
    assert far == [0, -1, -1]


def test_who_has_a_place_wants_none(make, broker):
    make.place(seats=2)
    make.student(searching=True)
    assert search_of(broker).wanted == []
