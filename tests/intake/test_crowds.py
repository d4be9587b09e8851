"""Very many students with one date of birth: the same are found as if each was held against each, with less work."""

import itertools
from datetime import date, timedelta
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.intake import alike, crowds, merging
from stagemakelaar.intake.lines import Outcome
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.reference.formats import folded
from tests.counting import statements
from tests.intake.test_students import tried
from tests.rows import change
from tests.short import examples

PARTS = (
    "sam",
    "samira",
    "samir",
    "vries",
    "de",
    "de vries",
    "bouali",
    "boualli",
    "el",
    "jansen",
    "janssen",
    "aaaaaaaaab",
)
ONE = st.lists(st.sampled_from(PARTS) | st.text("abcmno 1-éłжß", max_size=6), max_size=4).map(" ".join)


def plainly(name, other):
    """As the letters were compared before there were crowds."""
    one, two = " ".join(sorted(name.split())), " ".join(sorted(other.split()))
    return SequenceMatcher(None, one, two, autojunk=False).ratio() >= 0.8


def ordered(names):
    return list(dict.fromkeys(crowds.in_order(folded(name)) for name in names))


@settings(max_examples=examples(short=100, full=3000))
@given(st.lists(ONE, max_size=crowds.MOST_COMPARED), st.lists(ONE, min_size=1, max_size=8))
def test_in_a_crowd_the_same_names_are_found_as_by_comparing_all(names, others):
    names, others = ordered(names), ordered(others)
    found = crowds.Crowd(names).like(others)
    assert found == [[name for name in names if plainly(other, name)] for other in others]


def test_each_of_a_crowd_is_compared_with_the_most_likely_alone(monkeypatch):
    names = [f"student {number:04}" for number in range(400)]
    compared = []

    def counting(name, other):
        compared.append((name, other))
        return plainly(name, other)

    monkeypatch.setattr(crowds, "_is_near", counting)
    found = crowds.Crowd(names).like(names)
    assert all(name in others for name, others in zip(names, found, strict=True)), "who has the same name is found"
    assert len(compared) <= crowds.MOST_COMPARED * len(names)


NAMES = [("Samira", "Bouali"), ("Samira", "Boualli"), ("Samir", "Bouali"), ("Samira", "Bouali"), ("Sam", "Jansen")]
NAMES += [("Sam", "Janssen"), ("Thomas", "Bakker"), ("Samira", "el Bouali")]


@pytest.fixture
def born_together(make):
    return [make.student(first_name=first, last_name=last) for first, last in NAMES]


def test_the_pairs_of_a_crowd_are_those_of_a_few(make, born_together, session, monkeypatch):
    make.student(first_name="Samira", last_name="Bouali", birth_date=date(2005, 5, 5))
    programme, apart, broker = born_together[0].programme_id, [one.id for one in born_together[:2]], make.broker().id
    with transaction() as writing:
        both = [writing.get(Student, number) for number in apart]
        merging.keep_apart(writing, *both, by=writing.get(User, broker))
    few = alike.pairs_alike(session, programme)
    monkeypatch.setattr(alike, "CROWD", 1)
    assert alike.pairs_alike(session, programme) == few
    assert len(few) > 5
    assert tuple(apart) not in few


def test_a_crowd_with_one_name_is_offered_as_far_as_somebody_reads(make, session, monkeypatch):
    students = [make.student(first_name="Sam", last_name="Bos") for _ in range(6)]
    monkeypatch.setattr(alike, "CROWD", 1)
    monkeypatch.setattr(alike, "MOST_OFFERED", 2)
    offered = alike.pairs_alike(session, students[0].programme_id)
    numbers = [one.id for one in students]
    assert offered == [(one, other) for place, one in enumerate(numbers) for other in numbers[place + 1 : place + 3]]
    columns = ["e-mailadres", "voornaam", "achternaam", "geboortedatum"]
    row = ["nieuw@school.example", "Sam", "Bos", students[0].birth_date.isoformat()]
    _trial, (line,) = tried(session, students[0], columns, row)
    assert [number for number, _name in line.alike] == numbers[:2]


def test_the_same_name_comes_before_one_that_is_near_it(make, session, monkeypatch):
    near = [make.student(first_name="Sam", last_name=f"Bosm{sign}") for sign in "abc"]
    same = make.student(first_name="Sam", last_name="Bosm")
    monkeypatch.setattr(alike, "MOST_OFFERED", 1)
    columns = ["e-mailadres", "voornaam", "achternaam", "geboortedatum"]
    row = ["nieuw@school.example", "Sam", "Bosm", same.birth_date.isoformat()]
    _trial, (line,) = tried(session, near[0], columns, row)
    assert (line.outcome, [number for number, _name in line.alike]) == (Outcome.NEW, [same.id])


def test_a_telephone_number_that_a_crowd_has_tells_nothing(make, session, monkeypatch):
    students = [make.student(first_name=name, birth_date=date(2008, 1, 1 + day)) for day, name in enumerate("abc")]
    for student in students:
        change(User, student.user_id, phone="0612345678")
    programme = students[0].programme_id
    assert len(alike.pairs_alike(session, programme)) == 3
    monkeypatch.setattr(alike, "CROWD", 2)
    assert alike.pairs_alike(session, programme) == []
    row = {"telefoon": "0612345678", "voornaam": "d"}
    assert alike.Known(session, programme).alike([(2, row)]) == {}
    monkeypatch.setattr(alike, "CROWD", 3)
    assert [number for number, _name in alike.Known(session, programme).alike([(2, row)])[2]] == [
        one.id for one in students
    ]


def test_whose_data_is_only_kept_is_named_to_nobody_who_tries_a_list(make, session, moment):
    kept = make.student(first_name="Sam", last_name="Bos")
    columns = ["e-mailadres", "voornaam", "achternaam", "geboortedatum"]
    row = ["nieuw@school.example", "Sam", "Bos", kept.birth_date.isoformat()]
    assert [number for number, _name in tried(session, kept, columns, row)[1][0].alike] == [kept.id]
    change(Student, kept.id, restricted_at=clock.now())
    assert tried(session, kept, columns, row)[1][0].alike == ()


def test_of_many_crowds_no_more_is_asked_than_of_one(make, session, engine, monkeypatch):
    """More crowds than one statement could name one by one, and a row on its own in each."""
    programme = make.programme().id
    common = {"programme_id": programme, "created_at": clock.now()}
    account = common | {"role": Role.STUDENT}
    named = common | {"first_name": "Sam", "last_name": "Bos", "sort_name": "bos sam"}
    people = {5000 + number: date(2005, 1, 1) + timedelta(days=number // 3) for number in range(3_003)}
    with transaction() as writing:
        writing.execute(insert(User), [account | {"id": one, "email": f"{one}@demo.example"} for one in people])
        born = [named | {"id": one, "user_id": one, "birth_date": day} for one, day in people.items()]
        writing.execute(insert(Student), born)
    monkeypatch.setattr(alike, "CROWD", 2)
    with statements(engine) as asked:
        found = alike.pairs_alike(session, programme)
    assert len(asked) == 3
    numbers = sorted(people)
    trios = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    assert found == [pair for trio in trios for pair in itertools.combinations(trio, 2)]
