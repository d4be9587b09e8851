"""Two runs beside each other, held against a slow plain count over the proposals themselves."""

import random
from dataclasses import replace
from datetime import date
from statistics import mean, median

import numpy as np
import pytest

from stagemakelaar.db import transaction
from stagemakelaar.matching.judgement import judge
from stagemakelaar.matching.problem import Problem
from stagemakelaar.people.models import Student
from stagemakelaar.reference.models import Qualification
from stagemakelaar.rounds import review
from stagemakelaar.rounds.comparing import Change, comparable_runs, compare, figures
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.rounds.run_settings import settings_from
from tests.computed import asked, compute, computed, opened, proposals
from tests.rows import again

TRAVEL = {"learning": 50, "travel": 50, "kind": 0, "costs": 0}
COSTS = {"learning": 50, "travel": 10, "kind": 0, "costs": 30}
CODES = ("25960", "25656", "25655")  # of niveau 2, 3 and 4
POSTCODES = ("1011 AB", "1013 AB", "1031 AB", "1054 AB", "1067 AB", "1091 AB", "1102 AB")


@pytest.fixture
def broker(make):
    return make.broker()


def town(make, seed, students=14, places=6):
    """People and places that differ in where they are, what they seek, and for how long."""
    draw = random.Random(seed)
    for _ in range(students):
        make.student(
            searching=True,
            code=draw.choice(CODES),
            postcode=draw.choice(POSTCODES),
            max_minutes=draw.choice((25, 45, 60)),
            searching_since=draw.choice((date(2026, 9, 1), date(2026, 12, 10), date(2027, 1, 20))),
        )
    for _ in range(places):
        pays = draw.choice((True, False))
        make.place(
            make.organisation(codes=CODES),
            codes=CODES,
            postcode=draw.choice(POSTCODES),
            seats=draw.choice((1, 2)),
            pays_travel=pays,
            allowance_cents=0,
        )


def second_run(match_round, run, broker, **settings):
    second = asked(match_round, broker, settings=settings_from(**settings), from_run=run)
    compute(second)
    return again(second)


def plain(run, weights=None):
    """Student → (place, points, minutes) or None, one by one, with these weights instead of the run's own."""
    facts = Problem.from_bytes(run.frozen_input)
    facts = replace(facts, weights=weights or facts.weights)
    columns = facts.pairs.candidate, facts.pairs.opening, judge(facts).fit
    points = {(student, place): fit for student, place, fit in zip(*columns, strict=True)}
    found = dict.fromkeys(facts.candidates.key.tolist())
    for one in proposals(run):
        minutes = one.facts["facts"]["minutes"]
        found[one.student_id] = (one.place_id, int(points[one.student_id, one.place_id]), minutes)
    return found


def told(session, comparison, a, b):
    """(name, key) → (a, b) of the figures."""
    return {(one.name, one.key): (one.a, one.b) for one in figures(session, comparison, a, b)}


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_what_a_plain_count_gives(make, broker, session, seed):
    town(make, seed)
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=COSTS, most_minutes=40, waiting_counts=False)
    comparison = compare(session, a, b)
    weights = Problem.from_bytes(a.frozen_input).weights
    before, after = plain(a), plain(b, weights)
    people = {student.id: student for student in session.query(Student)}
    levels = {course.code: course.niveau for course in session.query(Qualification)}
    waits = {one.student_id: one.priority_class for one in proposals(a)}
    counted = told(session, comparison, a, b)

    def pair(count):
        return count(before), count(after)

    assert counted["placed", None] == pair(lambda run: sum(spot is not None for spot in run.values()))
    for level in {2, 3, 4} & {levels[people[key].profile.code] for key in before}:
        assert counted["level", level] == pair(
            lambda run, level=level: sum(
                spot is not None and levels[people[key].profile.code] == level for key, spot in run.items()
            )
        )
    since = {key: people[key].profile.searching_since for key in before}
    classes = {date(2026, 9, 1): 1, date(2026, 12, 10): 2, date(2027, 1, 20): 3}
    assert all(classes[since[key]] == waits[key] for key in waits)
    for group in set(classes.values()) & {classes[day] for day in since.values()}:
        assert counted["waiting", group] == pair(
            lambda run, group=group: sum(spot is not None and classes[since[key]] == group for key, spot in run.items())
        )
    assert counted["longest_wait", None] == pair(
        lambda run: max(((date(2027, 2, 3) - since[key]).days // 7 for key, spot in run.items() if not spot))
    )
    assert counted["travel_median", None] == pair(lambda run: median(spot[2] for spot in run.values() if spot))
    assert counted["travel_worst", None] == pair(lambda run: max(spot[2] for spot in run.values() if spot))
    assert counted["fit_total", None] == pair(lambda run: sum(spot[1] for spot in run.values() if spot))
    assert counted["fit_lowest", None] == pair(lambda run: min(spot[1] for spot in run.values() if spot))
    assert counted["fit_mean", None] == pytest.approx(pair(lambda run: mean(s[1] for s in run.values() if s)))

    rows = {row.student: row for row in comparison.rows(comparison.order(tuple(Change)))}
    assert {key: row.a and tuple(row.a) for key, row in rows.items()} == before
    assert {key: row.b and tuple(row.b) for key, row in rows.items()} == after
    for key, row in rows.items():
        was, is_now = before[key] and before[key][0], after[key] and after[key][0]
        kind = (
            Change.SAME
            if was == is_now
            else Change.LOSES
            if is_now is None
            else Change.GAINS
            if was is None
            else Change.MOVES
        )
        assert row.change is kind
    assert comparison.counts() == {kind: sum(row.change is kind for row in rows.values()) for kind in Change}
    assert comparison.counts()[Change.MOVES] or comparison.counts()[Change.GAINS]


@pytest.mark.parametrize("seed", range(5))
def test_a_run_beside_itself_shows_nothing(make, broker, session, seed):
    town(make, seed, students=6, places=3)
    match_round, a = computed(broker)
    own = second_run(match_round, a, broker, weights=TRAVEL, most_minutes=30, waiting_counts=bool(seed % 2))
    for run in (a, own):
        comparison = compare(session, run, run)
        assert comparison.counts()[Change.SAME] == len(comparison.student) == 6
        assert not len(comparison.order((Change.LOSES, Change.GAINS, Change.MOVES)))
        assert {one.difference for one in figures(session, comparison, run, run)} <= {0, None}
        assert comparison.only_in_a == comparison.only_in_b == 0


def test_the_other_way_round_who_lost_gains(make, broker, session):
    town(make, 1)
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=COSTS, most_minutes=25)
    there, back = compare(session, a, b).counts(), compare(session, b, a).counts()
    assert (there[Change.LOSES], there[Change.GAINS]) == (back[Change.GAINS], back[Change.LOSES])
    assert there[Change.MOVES] == back[Change.MOVES]
    assert there[Change.LOSES] > 0


def test_how_long_someone_waits_is_as_it_is_also_where_the_first_did_not_count_it(make, broker, session):
    town(make, 1)
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=COSTS, waiting_counts=False)
    assert compare(session, b, a).priority_class.tolist() == compare(session, a, b).priority_class.tolist()
    assert set(compare(session, b, a).priority_class.tolist()) == {1, 2, 3}


def test_points_are_counted_with_the_weights_of_the_first(make, broker, session):
    make.student(searching=True)
    make.place(pays_travel=True)
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=TRAVEL)
    comparison = compare(session, a, b)
    assert comparison.a.fit.tolist() == comparison.b.fit.tolist() == [proposals(a)[0].fit]
    comparison = compare(session, b, a)
    assert comparison.a.fit.tolist() == comparison.b.fit.tolist() == [proposals(b)[0].fit]
    assert proposals(a)[0].fit != proposals(b)[0].fit


def test_who_was_decided_about_in_between_is_counted_apart(make, broker, session):
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=3)
    match_round, a = computed(broker)
    first, *_rest = proposals(a)
    with transaction() as writing:
        review.approve(writing, writing.get(Proposal, first.id), by=broker)
    b = asked(match_round, broker, from_run=a)
    compute(b)
    comparison = compare(session, again(a), again(b))
    assert (comparison.only_in_a, comparison.only_in_b, len(comparison.student)) == (1, 0, 2)
    assert first.student_id not in comparison.student
    assert comparison.counts()[Change.SAME] == 2


def test_who_came_later_is_counted_apart(make, broker, session):
    make.student(searching=True)
    make.place(seats=2)
    match_round, a = computed(broker)
    make.student(searching=True)
    b = asked(match_round, broker)
    compute(b)
    comparison = compare(session, a, again(b))
    assert (comparison.only_in_a, comparison.only_in_b, len(comparison.student)) == (0, 1, 1)


def test_nobody_at_all_can_be_compared(make, broker, session):
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=TRAVEL)
    comparison = compare(session, a, b)
    assert {one.a for one in figures(session, comparison, a, b)} == {0, None}
    assert comparison.rows(comparison.order(tuple(Change))) == []


def test_who_loses_stands_first_and_then_who_waits_longest(make, broker, session):
    town(make, 2, students=18)
    match_round, a = computed(broker)
    b = second_run(match_round, a, broker, weights=COSTS, most_minutes=20, waiting_counts=False)
    comparison = compare(session, a, b)
    order = comparison.order(tuple(Change))
    keys = list(zip(comparison.change[order], comparison.priority_class[order], comparison.student[order], strict=True))
    assert keys == sorted(keys)
    assert len(order) == 18
    only = comparison.order((Change.LOSES,))
    assert np.array_equal(only, order[: len(only)])


def test_only_computed_runs_can_be_compared(make, broker, session):
    match_round, run = computed(broker)
    asked(match_round, broker)
    assert [one.id for one in comparable_runs(session, match_round)] == [run.id]
    assert comparable_runs(session, opened(make.broker(programme=make.programme("zuid")))) == []
