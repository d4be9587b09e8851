"""Two brokers who merge the same two students at one moment, each the other way round, or take one merge back."""

import contextlib
import threading

import pytest

from stagemakelaar import db
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.intake import merging
from stagemakelaar.intake.models import Merge
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.places.models import Place
from tests.builders import Make
from tests.races.test_approvals import together

pytestmark = pytest.mark.promise("P06")


@pytest.fixture
def make(own_database):
    return Make()


def both(*works):
    """Do two things at once, each after both have read; what SQLite keeps waiting is not waited for."""
    read = threading.Barrier(len(works))

    def run(number):
        with transaction() as session:
            return works[number](session, read)

    return together(run, count=len(works))


def wait(read):
    with contextlib.suppress(threading.BrokenBarrierError):
        read.wait(2)


def merges(kept, gone, broker):
    def work(session, read):
        one, other, by = session.get(Student, kept), session.get(Student, gone), session.get(User, broker)
        wait(read)
        return merging.merge(session, one, other, taken=set(), by=by).id

    return work


def undoes(number, broker):
    def work(session, read):
        merge, by = session.get(Merge, number), session.get(User, broker)
        wait(read)
        return merging.undo_merge(session, merge, by=by)

    return work


def test_two_who_merge_the_same_two_leave_one(make):
    one, other, broker = make.student().id, make.student().id, make.broker().id
    db.close_session()
    results = both(merges(one, other, broker), merges(other, one, broker))
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, Overtaken) for result in results) == 1
    people = [current_session().get(Student, number) for number in (one, other)]
    assert [student.merged_into_id is None for student in people].count(True) == 1


def test_one_merge_is_taken_back_once(make):
    one, other, broker = make.student().id, make.student().id, make.broker().id
    with transaction() as session:
        number = merges(one, other, broker)(session, threading.Barrier(1))
    db.close_session()
    results = both(undoes(number, broker), undoes(number, broker))
    assert results.count(None) == 1
    assert sum(isinstance(result, Overtaken) for result in results) == 1


def places(student, place, broker):
    def work(session, read):
        found, there, by = session.get(Student, student), session.get(Place, place), session.get(User, broker)
        wait(read)
        return placements.plan(session, found, there, reasons={}, by=by).id

    return work


@pytest.mark.promise("P04", "P06")
def test_a_student_is_placed_or_merged_away(make):
    """Whoever comes second is told; no placement is left with a student who is somebody else by now."""
    one, other, broker = make.student(searching=True).id, make.student(searching=True).id, make.broker().id
    place = make.place().id
    db.close_session()
    results = both(merges(one, other, broker), places(other, place, broker))
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, DomainError) for result in results) == 1
    gone = current_session().get(Student, other)
    assert (gone.merged_into_id is None) == (live_placement_of(current_session(), gone) is not None)


@pytest.mark.promise("P06")
def test_a_merged_student_is_not_placed_by_an_old_page(make):
    one, other, broker = make.student(searching=True).id, make.student(searching=True).id, make.broker().id
    place = make.place().id
    with transaction() as session:
        merges(one, other, broker)(session, threading.Barrier(1))
    with pytest.raises(Overtaken, match="samengevoegd"), transaction() as session:
        places(other, place, broker)(session, threading.Barrier(1))
