"""The list of students, as the broker meets it."""

import pytest

from tests.counting import statements


def test_the_list_names_students_with_their_state(desk, make):
    student = make.student(searching=True)
    page = desk.get("/studenten")
    assert page.links[student.full_name] == f"/studenten/{student.id}"
    assert "we zoeken een plek" in page.text


def test_an_empty_list_tells_where_students_sign_up(desk, broker):
    assert "/aanmelden/noord" in desk.get("/studenten").text


@pytest.mark.parametrize("text", ["ÖZDEMIR", "ozd", "özdemir samira"])
def test_searching_minds_neither_capitals_nor_accents(desk, make, text):
    from stagemakelaar.db import transaction
    from stagemakelaar.people.models import Student
    from stagemakelaar.reference.formats import folded

    student, other = make.student(), make.student()
    with transaction() as session:
        found = session.get(Student, student.id)
        found.last_name, found.sort_name = "Özdemir", folded("Özdemir Samira")
    page = desk.get(f"/studenten?zoek={text}")
    assert "Samira Özdemir" in page.links
    assert other.full_name not in page.links


def test_a_search_without_result_says_so(desk, make):
    make.student()
    assert "Geen student gevonden." in desk.get("/studenten?zoek=niemand").text


def test_the_list_can_be_narrowed_to_a_state(desk, make):
    searching, new = make.student(searching=True), make.student()
    page = desk.get("/studenten?stand=searching")
    assert searching.full_name in page.links
    assert new.full_name not in page.links


def test_the_list_asks_the_same_of_the_database_for_many(desk, make, database):
    make.student()
    desk.get("/studenten")
    with statements(database) as few:
        desk.get("/studenten")
    for _ in range(4):
        make.student()
    with statements(database) as many:
        desk.get("/studenten")
    assert len(many) == len(few)
