"""Which places to go and get, and how many students more each would place."""

import pytest

from stagemakelaar.db import current_session
from stagemakelaar.rounds.acquisition import groups_short, seats_worth_asking
from stagemakelaar.rounds.models import Run
from tests.computed import computed

AMSTERDAM, GRONINGEN = "1012 AB", "9712 AB"


@pytest.fixture
def broker(make):
    return make.broker()


def run_of(broker):
    _round, run = computed(broker)
    return current_session().get(Run, run.id)


def test_a_group_that_is_short_is_named_with_its_course_and_places(make, broker):
    place = make.place(seats=1).id
    for _number in range(3):
        make.student(searching=True)
    (group,) = groups_short(current_session(), run_of(broker))
    assert (group.shortage.students, group.shortage.seats, group.shortage.short) == (3, 1, 2)
    assert [one.id for one in group.places] == [place]
    assert [course.niveau for course in group.courses] == [2]


def test_a_seat_more_helps_where_others_wait(make, broker):
    full = make.place(seats=1).id
    make.place(postcode=GRONINGEN)
    for _number in range(2):
        make.student(searching=True)
    (more,) = seats_worth_asking(current_session(), run_of(broker))
    assert (more.place.id, more.extra) == (full, 1)


def test_who_has_a_place_needs_no_seat(make, broker):
    make.place(seats=2)
    make.student(searching=True)
    run = run_of(broker)
    session = current_session()
    assert (groups_short(session, run), seats_worth_asking(session, run)) == ([], [])
