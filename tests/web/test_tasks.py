"""Tasks: added on a page, ticked off with one press, let go with a reason, and the list of them all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import Case, Task, TaskState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.places.models import Organisation
from tests.rows import number_of


def again(user):
    """Someone of before a request, to sign in anew."""
    return current_session().get(User, number_of(user))


@pytest.fixture
def broker(make):
    return make.broker(name="Fatima")


def added(by, *, student=None, organisation=None, **changes):
    """The number of a task, made by the action."""
    with transaction() as session:
        by = session.get(User, number_of(by))
        about = {
            "case": session.get(Case, case_of(session, session.get(Student, number_of(student))).id)
            if student
            else None,
            "organisation": session.get(Organisation, number_of(organisation)) if organisation else None,
        }
        task = tasks.add_task(
            session, by=by, **{"what": "Bel de school", "due_on": clock.today(), "for_whom": by} | about | changes
        )
        session.flush()
        return task.id


def the_task(session):
    session.rollback()
    return session.scalars(select(Task)).one()


@pytest.mark.parametrize("about", ["studenten", "organisaties"])
def test_a_task_is_added_on_the_page_it_is_about(desk, make, session, broker, about):
    record = make.student() if about == "studenten" else make.organisation()
    page = desk.get(f"/{about}/{record.id}")
    assert page.values("/taken")["due_on"] == "2027-02-10"
    page = page.submit("/taken", what="Bel de school", for_whom=str(broker.id))
    assert page.location == f"/{about}/{record.id}#taken"
    assert "Bel de school" in page.follow().text
    task = the_task(session)
    assert (task.due_on.isoformat(), task.for_id, task.state) == ("2027-02-10", broker.id, TaskState.OPEN)


@pytest.mark.parametrize("about", ["studenten", "organisaties"])
def test_what_is_wrong_is_said_on_the_same_page_and_what_was_typed_stays(desk, make, session, about):
    record = make.student() if about == "studenten" else make.organisation()
    page = desk.get(f"/{about}/{record.id}").submit("/taken", status=422, what="Bel de school", due_on="2027-02-01")
    assert "Kies vandaag of een dag daarna." in page.error_at("due_on")
    assert page.values("/taken")["what"] == "Bel de school"
    assert page.title.startswith("Fout:")
    assert session.scalars(select(Task)).all() == []


def test_one_press_ticks_it_off_and_another_opens_it_again(desk, make, session, broker):
    student = make.student()
    task = added(broker, student=student)
    page = desk.get(f"/studenten/{student.id}").submit(f"/taken/{task}/gedaan").follow()
    assert "taak gedaan: Bel de school" in page.text
    assert the_task(session).state is TaskState.DONE
    page.submit(f"/taken/{task}/heropenen")
    assert the_task(session).state is TaskState.OPEN


def test_the_list_comes_back_as_it_was_filtered(desk, make, broker):
    task = added(broker, student=make.student())
    answer = desk.get("/taken?van=mij").submit(f"/taken/{task}/gedaan")
    assert answer.location == "/taken?van=mij&stand=open"
    answer = desk.get("/taken?van=mij&stand=done").submit(f"/taken/{task}/heropenen")
    assert answer.location == "/taken?van=mij&stand=done"


def test_letting_go_owes_a_reason(desk, make, session, broker):
    student = make.student()
    task = added(broker, student=student)
    link = next(url for url in desk.get(f"/studenten/{student.id}").links.values() if url.endswith("/vervalt"))
    refused = desk.get(link).submit(status=422, why=" ")
    assert refused.error_at("why")
    page = refused.submit(why="De school belde zelf.").follow()
    assert "taak niet meer nodig: Bel de school De school belde zelf." in page.text
    assert the_task(session).state is TaskState.DROPPED
    desk.get(f"/taken/{task}/vervalt", status=302)


def test_a_task_that_was_ticked_off_meanwhile_is_not_dropped(desk, make, session, broker):
    task = added(broker, student=make.student())
    page = desk.get(f"/taken/{task}/vervalt")
    desk.get("/taken").submit(f"/taken/{task}/gedaan")
    late = page.submit(status=409, why="Toch niet.")
    assert "intussen veranderd" in late.errors[0]
    assert late.values()["why"] == "Toch niet."
    assert the_task(session).state is TaskState.DONE


def test_the_list_narrows_to_mine_and_to_a_state(desk, make, broker):
    added(broker, student=make.student(), what="Voor mij")
    added(broker, organisation=make.organisation(), what="Voor niemand", for_whom=None)
    everything, mine = desk.get("/taken"), desk.get("/taken?van=mij")
    assert "Voor mij" in everything.text
    assert "Voor niemand" in everything.text
    assert "Voor niemand" not in mine.text
    assert "Geen taak gevonden." in desk.get("/taken?stand=done").text


def test_what_is_late_says_so(browse, make, moment, broker):
    added(broker, student=make.student())
    assert "te laat" not in browse.as_(broker).get("/taken").text
    moment("2027-02-04T10:00:00+01:00")
    assert "te laat" in browse.as_(again(broker)).get("/taken").text


def test_the_first_day_says_where_tasks_come_from(desk):
    assert "Een taak maakt u bij een student of een bedrijf." in desk.get("/taken").text


def test_tasks_of_another_programme_are_not_there(browse, make, broker):
    task = added(broker, student=make.student())
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    assert "Bel de school" not in stranger.get("/taken").text
    stranger.get(f"/taken/{task}/vervalt", status=404)
    stranger.post(f"/taken/{task}/gedaan", status=404)


def test_a_company_of_two_programmes_shows_each_its_own_tasks(browse, make, broker):
    organisation, zuid = make.organisation(), make.programme("zuid")
    make.place(organisation, programme_id=zuid.id)
    stranger, address = make.broker(programme=zuid), f"/organisaties/{organisation.id}"
    added(broker, organisation=organisation)
    assert "Bel de school" in browse.as_(broker).get(address).text
    assert "Bel de school" not in browse.as_(again(stranger)).get(address).text


def test_a_coordinator_reads_the_list_and_presses_nothing(browse, make, broker):
    task = added(broker, student=make.student())
    page = browse.as_(make.staff(Role.COORDINATOR)).get("/taken")
    assert "Bel de school" in page.text
    assert not page.soup.main.find_all("form", method="post")
    page.browser.post(f"/taken/{task}/gedaan", status=403)


def test_a_button_without_our_token_does_nothing(desk, make, session, broker):
    task = added(broker, student=make.student(), due_on=clock.today() + timedelta(days=1))
    desk.post(f"/taken/{task}/gedaan", status=400)
    assert the_task(session).state is TaskState.OPEN
