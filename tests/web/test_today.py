"""What waits for a broker, on one page."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Role, Student
from stagemakelaar.rounds import review
from tests.computed import computed, proposals
from tests.counting import statements


@pytest.fixture
def broker(make):
    return make.broker()


def take_on(student, broker):
    with transaction() as session:
        casework.take_on(session, case_of(session, session.get(Student, student.id)), by=broker)


def place(make, broker):
    """A student with a planned placement."""
    student = make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as session:
        return student, review.approve(session, proposal, by=broker)


def test_an_empty_day_says_so(browse, broker):
    page = browse.as_(broker).get("/makelaar")
    assert "Er wacht nu niets op u." in page.text


def test_a_new_sign_up_leads_to_the_case(browse, make, broker):
    student = make.student(complete=False)
    page = browse.as_(broker).get("/makelaar")
    assert "nieuwe aanmelding, profiel nog niet klaar" in page.text
    assert page.links[f"Pak op: {student.full_name}"] == f"/studenten/{student.id}"


def test_a_complete_profile_waits_for_the_search(browse, make, broker):
    student = make.student()
    take_on(student, broker)
    assert "profiel klaar, zoeken nog niet gestart" in browse.as_(broker).get("/makelaar").text


def test_a_company_to_check_is_listed(browse, make, broker):
    organisation = make.organisation(verified=False)
    page = browse.as_(broker).get("/makelaar")
    assert "nieuw bedrijf, nog niet gecontroleerd" in page.text
    assert "erkenning na te kijken" in page.text
    assert f"/organisaties/{organisation.id}" in page.links.values()


def test_an_answer_that_stays_away_comes_first_after_its_day(browse, make, moment, broker):
    _student, placement = place(make, broker)
    assert "over tijd" not in browse.as_(broker).get("/makelaar").text
    moment("2027-02-12T10:00:00+01:00")
    page = browse.as_(broker).get("/makelaar")
    assert "2 dagen over tijd" in page.text
    assert f"/plaatsingen/{placement.id}" in page.links.values()


def test_open_proposals_are_one_thing(browse, make, broker):
    for _ in range(3):
        make.student(searching=True)
    make.place(seats=2)
    match_round, _run = computed(broker)
    page = browse.as_(broker).get("/makelaar")
    assert "2 voorstellen wachten op een besluit" in page.text
    assert f"/rondes/{match_round.id}" in page.links.values()


def test_a_letter_that_was_not_delivered_is_told(browse, make, broker):
    place(make, broker)
    with transaction() as session:
        session.scalars(select(Message).limit(1)).one().state = MessageState.FAILED
    assert "1 brief is niet bezorgd" in browse.as_(broker).get("/makelaar").text


def test_a_planned_contact_comes_back_on_its_day(browse, make, moment, broker):
    student = make.student()
    take_on(student, broker)
    with transaction() as session:
        casework.record_contact(
            session,
            case_of(session, session.get(Student, student.id)),
            kind=ContactKind.CALL,
            held_on=date(2027, 2, 3),
            note="bellen",
            next_on=date(2027, 2, 8),
            by=broker,
        )
    assert "afgesproken contact" not in browse.as_(broker).get("/makelaar").text
    moment("2027-02-08T10:00:00+01:00")
    assert "afgesproken contact" in browse.as_(broker).get("/makelaar").text


def test_my_own_list_leaves_out_the_cases_of_others(browse, make, broker):
    student = make.student(last_name="Zqnaam")
    take_on(student, make.broker())
    assert "Zqnaam" in browse.as_(broker).get("/makelaar").text
    assert "Zqnaam" not in browse.as_(broker).get("/makelaar?van=mij").text


def test_another_programme_is_not_there(browse, make):
    make.student(last_name="Zqnaam")
    other = make.broker(programme=make.programme("zuid"))
    assert "Zqnaam" not in browse.as_(other).get("/makelaar").text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_does_no_casework_does_not_enter(browse, make, role):
    browse.as_(make.staff(role)).get("/makelaar", status=403)


def test_the_number_of_queries_does_not_grow(browse, make, database, broker):
    reader = browse.as_(broker)
    make.student()
    make.organisation(verified=False)
    reader.get("/makelaar")
    with statements(database) as few:
        reader.get("/makelaar")
    for _ in range(4):
        make.student()
        make.organisation(verified=False)
    with statements(database) as many:
        reader.get("/makelaar")
    assert len(many) == len(few)
