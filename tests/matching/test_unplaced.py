"""Why a student has no place: one cause, and what would change it."""

import dataclasses

import numpy as np
import pytest

from stagemakelaar.matching.eligibility import Rule, why_not
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.solver import solve
from stagemakelaar.matching.unplaced import FUNNEL, Cause, NextStep, Opener, shortages, why_unplaced
from tests.matching import cases
from tests.matching.cases import CODE, END, START


def reason(problem, candidate=1):
    return why_unplaced(problem, solve(problem))[candidate]


ONE_RULE = {
    Cause.NOT_WITHIN_REACH: ({"max_minutes": 8}, {}, Opener(Rule.TRAVEL, 12, 1, 1), NextStep.WIDEN_TRAVEL),
    Cause.PERIOD: (
        {},
        {"starts_on": START + 3, "ends_on": END - 4},
        Opener(Rule.PERIOD, 7, 1, 1),
        NextStep.SHIFT_PERIOD,
    ),
    Cause.DAYS: ({"days": 5}, {"weekdays": 0b111}, Opener(Rule.DAYS, 2, 1, 1), NextStep.OTHER_DAYS),
    Cause.LATE_HOURS: ({}, {"late_hours": 1}, Opener(Rule.LATE_HOURS, 1, 1, 1), NextStep.LATE_HOURS),
    Cause.AGE: (
        {"is_minor": True, "school_hours": 10},
        {},
        Opener(Rule.MINOR_HOURS, 2, 1, 1),
        NextStep.FEWER_HOURS,
    ),
    Cause.VOG: ({"vog_ready_on": START + 9}, {"vog": True}, Opener(Rule.VOG, 9, 1, 1), NextStep.ASK_VOG),
    Cause.CONDITION: ({"must": 7}, {"features": 2}, Opener(Rule.MUST_CONDITION, 2, 1, 1), NextStep.TALK_CONDITION),
    Cause.NO_COMPANY_FOR_CODE: ({}, {"is_verified": False}, Opener(Rule.VERIFIED, 0, 1, 1), NextStep.CHECK_RECOGNITION),
}


@pytest.mark.parametrize(("cause", "case"), ONE_RULE.items(), ids=[cause.value for cause in ONE_RULE])
def test_the_rule_that_closes_the_only_place_is_the_cause(cause, case):
    candidate, opening, opener, step = case
    found = reason(cases.one_pair(candidate, opening))
    assert found.cause is cause
    assert found.openers == (opener,)
    assert found.next_step is step
    assert found.places == 1
    assert found.broken == {opener.rule: 1}


def test_a_code_without_any_company_asks_for_a_company():
    found = reason(cases.one_pair({"code": 11_111}))
    assert (found.cause, found.next_step) == (Cause.NO_COMPANY_FOR_CODE, NextStep.WIN_COMPANY)
    assert (found.places, found.openers, found.broken) == (0, (), {})


def test_a_recognition_that_ends_early_asks_to_check_it():
    found = reason(cases.one_pair({}, {"recognitions": ((CODE, 1, END - 5),)}))
    assert found.cause is Cause.NO_COMPANY_FOR_CODE
    assert found.openers == (Opener(Rule.RECOGNISED_TO_END, 5, 1, 1),)
    assert found.next_step is NextStep.CHECK_RECOGNITION


def test_only_declined_places_left_asks_to_reconsider():
    found = reason(cases.one_pair(forbidden=[(1, 1, 0)]))
    assert (found.cause, found.next_step) == (Cause.ONLY_DECLINED, NextStep.RECONSIDER)


def test_under_sixteen_is_always_work_by_hand():
    found = reason(cases.one_pair({"is_under_16": True, "is_minor": True}, minutes=99))
    assert (found.cause, found.next_step) == (Cause.AGE, NextStep.BY_HAND)


def test_a_place_far_away_that_is_not_listed_is_not_within_reach():
    found = reason(cases.problem([{}], [{}], []))
    assert (found.cause, found.next_step, found.openers) == (Cause.NOT_WITHIN_REACH, NextStep.WIN_COMPANY, ())


def test_the_last_rule_that_closes_all_doors_is_the_cause():
    places = [{"leerweg": 1}, {}, {"ends_on": END - 1}, {"weekdays": 1}]
    found = reason(cases.problem([{}], places, [(1, 1, 9), (1, 2, 60), (1, 3, 9), (1, 4, 9)]))
    assert found.cause is Cause.DAYS
    assert [count for _, count in found.left] == [3, 2, 1, *[0] * 11]
    assert [stage for stage, _ in found.left] == [stage for stage, _ in FUNNEL]
    assert found.broken == {Rule.LEERWEG: 1, Rule.TRAVEL: 1, Rule.PERIOD: 1, Rule.DAYS: 1}


def test_what_opens_a_place_behind_the_cause_comes_before_what_opens_another():
    found = reason(cases.problem([{}], [{"weekdays": 1}, {}], [(1, 1, 9), (1, 2, 60)]))
    assert [opener.rule for opener in found.openers] == [Rule.TRAVEL, Rule.DAYS]
    assert (found.cause, found.next_step) == (Cause.DAYS, NextStep.OTHER_DAYS)


def test_travel_tells_the_least_minutes_and_what_a_little_more_would_open():
    minutes = [57, 59, 60, 61, 75, 76]
    places = [{}] * len(minutes)
    found = reason(cases.problem([{}], places, [(1, at + 1, one) for at, one in enumerate(minutes)]))
    assert found.openers == (
        Opener(Rule.TRAVEL, 12, 1, 1),
        Opener(Rule.TRAVEL, 15, 3, 3),
        Opener(Rule.TRAVEL, 30, 5, 5),
    )


def test_a_place_that_two_rules_close_is_opened_by_neither():
    found = reason(cases.one_pair({"must": 1}, {"vog": False}, minutes=99))
    assert found.openers == ()
    assert found.broken == {Rule.TRAVEL: 1, Rule.MUST_CONDITION: 1}


def test_an_opened_place_without_room_does_not_count_as_room():
    problem = cases.problem([{"max_minutes": 20}, {"priority_class": 0}], [{}], [(1, 1, 30), (2, 1, 5)])
    found = reason(problem)
    assert found.openers == (Opener(Rule.TRAVEL, 10, 1, 0),)
    assert found.next_step is NextStep.WIN_COMPANY


def test_seats_taken_names_the_group_the_shortage_and_the_classes():
    people = [{"priority_class": 0}, {"priority_class": 1}, {"priority_class": 3}, {"priority_class": 3}, {}]
    rows = [(1, 1), (2, 1), (2, 2), (3, 2), (4, 1), (5, 3)]
    problem = cases.problem(people, [{}, {}, {}], rows)
    outcome = solve(problem)
    assert outcome.place.tolist() == [1, 2, -1, -1, 3]
    found = why_unplaced(problem, outcome)[3]
    assert (found.cause, found.next_step) == (Cause.SEATS_TAKEN, NextStep.WIN_SEATS)
    assert found.taken_by_class == (0, 1, 0, 0)
    group = found.shortage
    assert (group.students, group.seats, group.short) == (4, 2, 2)
    assert group.openings == (1, 2)
    assert group.by_class == (1, 1, 0, 2)
    assert group.placed_by_class == (1, 1, 0, 0)
    assert group.unplaced == (3, 4)
    assert group.codes == (CODE,)


def test_a_place_that_was_full_before_the_round_is_a_taken_seat():
    found = reason(cases.one_pair(opening={"seats": 0}))
    assert (found.cause, found.next_step, found.shortage) == (Cause.SEATS_TAKEN, NextStep.WIN_SEATS, None)


def test_more_travel_is_the_next_step_where_it_opens_a_free_place():
    people = [{"priority_class": 3, "max_minutes": 20}, {"priority_class": 0}]
    found = reason(cases.problem(people, [{}, {}], [(1, 1, 5), (2, 1, 5), (1, 2, 29)]))
    assert found.cause is Cause.SEATS_TAKEN
    assert found.openers == (Opener(Rule.TRAVEL, 9, 1, 1),)
    assert found.next_step is NextStep.WIDEN_TRAVEL


def test_when_all_are_placed_there_is_nothing_to_tell():
    problem = cases.one_pair()
    assert why_unplaced(problem, solve(problem)) == {}
    assert shortages(problem, solve(problem)) == []


def test_nobody_is_nothing_to_tell():
    problem = cases.problem([], [{}])
    assert why_unplaced(problem, solve(problem)) == {}


@pytest.mark.parametrize("seed", range(4))
def test_every_student_without_a_place_has_a_reason_that_adds_up(seed):
    problem = cases.random_problem(seed, students=80, places=50, codes=5)
    outcome = solve(problem)
    reasons = why_unplaced(problem, outcome)
    assert sorted(reasons) == outcome.candidate[outcome.place == -1].tolist()
    for one in reasons.values():
        assert (one.shortage is not None) == (one.left[-1][1] > 0)
        assert one.shortage is None or one.candidate in one.shortage.unplaced
    for group in shortages(problem, outcome):
        assert group.short == len(group.unplaced) > 0
        assert sum(group.placed_by_class) == group.seats


@pytest.mark.parametrize("seed", range(3))
def test_more_travel_places_the_student_where_it_says_so(seed):
    """The promise behind `with_room`: with the wider limit one student more is placed."""
    problem = cases.random_problem(seed, students=60, places=40, codes=4)
    outcome = solve(problem)
    told = [
        (key, opener)
        for key, one in why_unplaced(problem, outcome).items()
        for opener in one.openers
        if opener.rule is Rule.TRAVEL
    ]
    assert told
    for key, opener in told:
        limits = problem.candidates.max_minutes + np.where(problem.candidates.key == key, opener.amount, 0)
        wider = Problem(
            candidates=dataclasses.replace(problem.candidates, max_minutes=limits),
            openings=problem.openings,
            pairs=problem.pairs,
        )
        assert solve(wider).placed == outcome.placed + (opener.with_room > 0)


@pytest.mark.parametrize("seed", range(4))
def test_reasons_count_every_place_for_the_code_one_by_one(seed):
    """As the rules say of each pair alone; of a place out of reach, what comes after travel is not told."""
    problem = cases.random_problem(seed, students=40, places=40, codes=4, size=90)
    outcome = solve(problem)
    listed = set(zip(problem.pairs.candidate.tolist(), problem.pairs.opening.tolist(), strict=True))
    first = FUNNEL[0][1]
    seen = 0
    for key, one in why_unplaced(problem, outcome).items():
        code = problem.candidates.code[problem.row_of_candidate(key)]
        rows = problem.openings.recognitions
        places = sorted(set(rows[rows[:, 1] == code, 0].tolist()))
        wrong = {place: why_not(problem, key, place) for place in places}
        assert one.places == len(places)
        told = [
            rule
            for place, rules in wrong.items()
            for rule in rules
            if (key, place) in listed or rule in first or rule is Rule.TRAVEL
        ]
        assert one.broken == {rule: told.count(rule) for rule in Rule if rule in told}
        gone = set()
        for (cause, rules), (stage, count) in zip(FUNNEL, one.left, strict=True):
            gone |= {place for place in places if set(rules) & set(wrong[place])}
            assert (stage, count) == (cause, len(places) - len(gone))
        fits = [place for place in places if not wrong[place]]
        there = problem.candidates.priority_class[np.isin(outcome.place, fits)]
        assert one.taken_by_class == tuple(np.bincount(there, minlength=4).tolist())
        seen += len(places) > sum((key, place) in listed for place in places)
    assert seen
