"""The word that a student who searches was promised: what the student reads and what the broker's list says agree."""

from datetime import date
from types import SimpleNamespace

import pytest

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.db import current_session
from stagemakelaar.people.models import User
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.rounds.word import NEXT_WORD, _first_day_within
from tests.computed import asked, compute, computed, opened
from tests.web.student_pages import on_case

# Ten working days after tests begin, and the day after that.
LAST, AFTER = "2027-02-17T17:00:00+01:00", "2027-02-18T09:00:00+01:00"


@pytest.fixture
def broker(make):
    return make.broker()


def seeking(make):
    """Someone who searches; what a test asks of them is read now, since a page closes what it read."""
    student = make.student(searching=True)
    return SimpleNamespace(id=student.id, full_name=student.full_name, user_id=student.user_id)


@pytest.fixture
def student(make, broker):
    return seeking(make)


@pytest.fixture
def is_late(browse, broker):
    """Whether the student reads that word did not come, and the broker that it is due: both, or neither."""

    broker_id = broker.id

    def asks(student):
        reads = "Je had uiterlijk" in browse.as_(current_session().get(User, student.user_id)).get("/student").text
        page = browse.as_(current_session().get(User, broker_id)).get("/makelaar?soort=bericht")
        listed = student.full_name in page.text
        assert reads == listed
        assert not listed or "kreeg geen bericht op de beloofde dag" in page.text
        return listed

    return asks


def spoken(student, broker, day, next_on=None):
    said = {"kind": ContactKind.CALL, "note": "", "by": broker}
    on_case(student, casework.record_contact, held_on=day, next_on=next_on, **said)


def test_who_searches_hears_within_ten_working_days(is_late, student, moment):
    moment(LAST)
    assert not is_late(student)
    moment(AFTER)
    assert is_late(student)


def test_a_talk_is_word_and_its_term_begins_anew(is_late, student, broker, moment):
    moment(AFTER)
    spoken(student, broker, date(2027, 2, 17))
    assert not is_late(student)
    moment("2027-03-04T09:00:00+01:00")
    assert is_late(student)


def test_a_talk_that_is_planned_is_waited_for_and_no_longer(is_late, student, broker, moment):
    spoken(student, broker, date(2027, 2, 3), next_on=date(2027, 2, 19))
    moment(AFTER)
    assert not is_late(student)
    moment("2027-02-20T09:00:00+01:00")
    assert is_late(student)


@pytest.mark.parametrize("places", [0, 1])
def test_a_chosen_round_is_word_for_whoever_took_part(is_late, make, student, broker, moment, places):
    moment("2027-02-16T09:00:00+01:00")
    for _ in range(places):
        make.place()
    computed(broker)
    newcomer = seeking(make)
    moment("2027-03-02T09:00:00+01:00")
    assert not is_late(student)
    assert not is_late(newcomer)
    moment("2027-03-03T09:00:00+01:00")
    assert is_late(student)


def test_a_round_that_came_before_is_no_word(is_late, make, student, broker, moment):
    computed(broker)
    moment("2027-02-04T09:00:00+01:00")
    newcomer = seeking(make)
    moment(AFTER)
    assert is_late(student)
    assert not is_late(newcomer)


def test_who_stands_still_waits_for_nobody(is_late, student, broker, moment):
    on_case(student, casework.close, by=broker, why="elders")
    moment(AFTER)
    assert not is_late(student)


def test_another_programme_has_its_own_rounds_and_list(browse, make, student, broker, moment):
    moment("2027-02-16T09:00:00+01:00")
    elsewhere = make.broker(programme=make.programme("zuid"))
    make.student(programme=make.programme("zuid"), searching=True)
    compute(asked(opened(elsewhere), elsewhere))
    moment(AFTER)
    assert student.full_name in browse.as_(broker).get("/makelaar?soort=bericht").text
    assert student.full_name not in browse.as_(elsewhere).get("/makelaar?soort=bericht").text


@pytest.mark.parametrize("today", [date(2027, 2, 18), date(2027, 3, 29), date(2027, 5, 6), date(2026, 12, 26)])
def test_the_first_day_within_a_term_is_the_edge(today):
    first = _first_day_within(NEXT_WORD, today)
    assert working_days_from(first, NEXT_WORD) >= today
    assert all(working_days_from(date.fromordinal(first.toordinal() - n), NEXT_WORD) < today for n in range(1, 8))
