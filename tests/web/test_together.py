"""Many rows at once: read back first, then done for all or for none, and never twice."""

import pytest
from sqlalchemy import select

from stagemakelaar.casework.models import Case, CaseState, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, Student
from stagemakelaar.placements.models import Placement
from tests.counting import statements
from tests.rows import change
from tests.web.student_pages import plan


def cases_of(*students):
    """The numbers of the cases of these students."""
    with transaction() as session:
        return [case_of(session, session.get(Student, student.id)).id for student in students]


def asked(deed, numbers, back="/studenten?stand=signed_up"):
    """The address to which a list leads with these rows chosen."""
    return f"/studenten/samen?doen={deed}&next={back}&" + "&".join(f"kies={number}" for number in numbers)


def states(session):
    return [case.state for case in session.scalars(select(Case).order_by(Case.id))]


def test_the_list_leads_to_a_page_that_names_who_is_chosen(desk, make):
    student, other = make.student(), make.student()
    chosen, left_out = student.full_name, other.full_name
    page = desk.get("/studenten")
    (number,) = cases_of(student)
    values = page.values("/studenten/samen") | {"doen": "pauzeren", "kies": number}
    assert values["next"] == "/studenten"
    page = desk.get("/studenten/samen?" + "&".join(f"{name}={value}" for name, value in values.items()))
    assert page.heading == "Pauzeer 1 zaak"
    assert chosen in page.text
    assert left_out not in page.text


def test_looking_changes_nothing(desk, make, session):
    desk.get(asked("hervatten", cases_of(make.student())))
    desk.get(asked("overnemen", cases_of(make.student())))
    assert states(session) == [CaseState.SIGNED_UP] * 2


def test_nobody_chosen_is_said(desk, make):
    assert "nog niemand aangekruist" in desk.get("/studenten/samen?doen=pauzeren").text


def test_fifty_are_paused_and_resumed_and_lead_back_to_the_list(desk, make, session):
    numbers = cases_of(*(make.student() for _ in range(50)))
    done = desk.get(asked("pauzeren", numbers)).submit(why="Zomervakantie")
    assert done.location == "/studenten?stand=signed_up"
    assert "50 zaken staan stil." in done.follow().text
    assert set(states(session)) == {CaseState.PAUSED}
    desk.get(asked("hervatten", numbers)).submit()
    assert set(states(session)) == {CaseState.SIGNED_UP}


def test_all_or_nothing_when_one_of_fifty_cannot_any_more(desk, make, session):
    numbers = cases_of(*(make.student() for _ in range(50)))
    page = desk.get(asked("pauzeren", numbers))
    change(Case, numbers[-1], state=CaseState.CLOSED)
    page = page.submit(why="Zomervakantie", status=409)
    assert "Er is niets veranderd" in page.text
    assert "1 doet niet mee" in page.text
    assert page.soup.find("textarea").get_text().strip() == "Zomervakantie"
    assert states(session) == [CaseState.SIGNED_UP] * 49 + [CaseState.CLOSED]
    page.submit()  # the others, as the page now says
    assert states(session) == [CaseState.PAUSED] * 49 + [CaseState.CLOSED]


def test_who_cannot_is_named_with_the_reason_and_left_out(desk, make, session):
    student, paused = make.student(), make.student()
    name = paused.full_name
    numbers = cases_of(student, paused)
    change(Case, numbers[1], state=CaseState.PAUSED, paused_from=CaseState.SIGNED_UP)
    page = desk.get(asked("pauzeren", numbers))
    assert f"{name}: De zaak staat al stil of is afgerond." in page.text
    page.submit(why="Vakantie")
    assert states(session) == [CaseState.PAUSED, CaseState.PAUSED]


def test_each_student_gets_a_task_for_whoever_has_the_case(desk, make, broker, session):
    numbers = cases_of(make.student(), make.student())
    colleague = make.broker(name="Joris Blok").id
    change(Case, numbers[0], broker_id=colleague)
    desk.get(asked("taak", numbers)).submit(what="Bel de school", due_on="2027-02-10")
    tasks = session.scalars(select(Task).order_by(Task.case_id)).all()
    assert [(task.case_id, task.what, task.for_id) for task in tasks] == [
        (numbers[0], "Bel de school", colleague),
        (numbers[1], "Bel de school", None),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"what": "", "due_on": "2027-02-10"}, "what"), ({"what": "Bel", "due_on": "2027-02-01"}, "due_on")],
)
def test_a_mistake_keeps_what_was_typed_and_does_nothing(desk, make, session, values, field):
    page = desk.get(asked("taak", cases_of(make.student()))).submit(**values, status=422)
    assert page.error_at(field)
    assert page.values("/studenten/samen")["due_on"] == values["due_on"]
    assert session.scalars(select(Task)).all() == []


def test_cases_are_handed_over_and_taken_over(desk, make, broker, session):
    numbers, me = cases_of(make.student(), make.student()), broker.id
    colleague = make.broker(name="Joris Blok").id
    desk.get(asked("overdragen", numbers)).submit(to=str(colleague), why="Met verlof")
    assert {case.broker_id for case in session.scalars(select(Case))} == {colleague}
    desk.get(asked("overnemen", numbers)).submit(why="Terug van verlof")
    assert {case.broker_id for case in session.scalars(select(Case))} == {me}


@pytest.mark.parametrize("deed", ["pauzeren", "taak", "overdragen"])
def test_a_case_of_another_programme_is_not_there(desk, make, session, deed):
    own, foreign = cases_of(make.student(), make.student(programme=make.programme("zuid")))
    desk.get(asked(deed, [own, foreign]), status=404)
    page = desk.get(asked("pauzeren", [own]))
    hidden = {"csrf_token": page.values("/studenten/samen")["csrf_token"], "doen": "pauzeren", "why": "Zo maar"}
    desk.post("/studenten/samen", hidden | {"kies": [own, foreign]}, status=404)
    assert states(session) == [CaseState.SIGNED_UP] * 2


@pytest.mark.parametrize("query", ["doen=goedkeuren&kies=1", "doen=pauzeren&kies=x", "doen=pauzeren&kies=-1"])
def test_what_does_not_exist_is_not_found(desk, query):
    desk.get(f"/studenten/samen?{query}", status=404)


def test_there_is_no_deciding_in_bulk():
    """The law counts a stamp as no decision."""
    from stagemakelaar.web import placements_together, students_together

    assert set(students_together.DEEDS) == {"taak", "overdragen", "overnemen", "pauzeren", "hervatten"}
    assert set(placements_together.DEEDS) == {"herinneren"}


def test_who_does_no_casework_sees_no_boxes(browse, make):
    make.student()
    page = browse.as_(make.staff(Role.COORDINATOR)).get("/studenten")
    assert page.soup.find("input", attrs={"name": "kies"}) is None


def test_the_number_of_queries_does_not_grow(desk, make, database):
    few, many = cases_of(make.student()), cases_of(*(make.student() for _ in range(6)))
    counts = []
    for numbers in (few, few + many):
        desk.get(asked("taak", numbers))
        with statements(database) as sent:
            desk.get(asked("taak", numbers))
        counts.append(len(sent))
    assert counts[0] == counts[1]


# --- reminders -----------------------------------------------------------------------------------------------------


@pytest.fixture
def placed(make, broker):
    """Two placements of a Wednesday that wait for answers."""
    return [plan(make.student(searching=True), make.place(), broker).id for _ in range(2)]


def remind(numbers):
    return "/plaatsingen/samen?doen=herinneren&" + "&".join(f"kies={number}" for number in numbers)


def reminders(session):
    return sum("reminder" in kind for kind in session.scalars(select(Message.kind)))


def test_whoever_has_not_answered_is_reminded_once(browse, broker, session, moment, placed):
    moment("2027-02-05T10:00:00+01:00")
    desk = browse.as_(broker)
    page = desk.get(remind(placed))
    assert "nog niet eerder herinnerd" in page.text
    page.submit()
    assert reminders(session) == 4
    page = page.submit(status=409)  # the same page once more: the second press of a double click
    assert reminders(session) == 4
    assert "Herinneren kan weer op 9-2-2027" in page.text
    assert "Voor niemand die u aankruiste kan dit nu." in page.text


def test_one_that_was_just_reminded_is_left_out(browse, broker, session, moment, placed):
    moment("2027-02-05T10:00:00+01:00")
    desk = browse.as_(broker)
    desk.get(remind(placed[:1])).submit()
    desk.get(remind(placed)).submit()
    assert reminders(session) == 4
    assert session.scalars(select(Placement.reminded_at)).all().count(None) == 0


def test_the_list_can_be_narrowed_to_late_answers(browse, broker, session, moment, placed):
    change(Placement, placed[0], answer_by_on=session.get(Placement, placed[0]).starts_on)
    moment("2027-02-12T10:00:00+01:00")
    page = browse.as_(broker).get("/plaatsingen?antwoord=laat")
    assert f"/plaatsingen/{placed[1]}" in page.links.values()
    assert f"/plaatsingen/{placed[0]}" not in page.links.values()
    assert "te laat (1)" in page.text
