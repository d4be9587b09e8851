"""A case goes to a colleague and back, as both meet it."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from stagemakelaar.casework import actions
from stagemakelaar.casework.models import Case
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Role, User

WHY = "Ik ben twee weken weg."


@pytest.fixture
def people(browse, make):
    """Two brokers with their browsers."""

    def at_work(name):
        user = make.broker(name=name)
        return SimpleNamespace(id=user.id, browser=browse.as_(user))

    return SimpleNamespace(fatima=at_work("Fatima"), yusuf=at_work("Yusuf"))


@pytest.fixture
def page(make, people):
    """The address of a case that Fatima has."""
    student = make.student(searching=True)
    on_case(actions.take_on, by=people.fatima)
    return f"/studenten/{student.id}"


def on_case(action, *, by, **options):
    with transaction() as session:
        action(session, session.scalars(select(Case)).one(), by=session.get(User, by.id), **options)


def give(page, by, to, why=WHY):
    return by.browser.get(f"{page}/overdragen").submit(to=str(to.id), why=why).follow()


def holder():
    session = current_session()
    session.rollback()
    return session.scalars(select(Case)).one().broker_id


def test_the_colleague_finds_it_on_today_and_says_to_have_seen_it(people, page):
    assert "De zaak is nu van Yusuf." in give(page, people.fatima, people.yusuf).text
    assert f"overgedragen door Fatima: {WHY}" in people.yusuf.browser.get("/makelaar").text
    found = people.yusuf.browser.get(page)
    assert "Overgedragen door Fatima aan Yusuf" in found.text
    found = found.submit("/overdracht/aannemen").follow()
    assert "U heeft de zaak aangenomen." in found.text
    assert "overdracht aangenomen" in found.text
    assert "overgedragen door" not in people.yusuf.browser.get("/makelaar").text


@pytest.mark.parametrize("who", ["fatima", "yusuf"])
def test_both_can_undo_it_until_then(people, page, who):
    give(page, people.fatima, people.yusuf)
    found = getattr(people, who).browser.get(page).submit("/overdracht/teruggeven").follow()
    assert "De zaak is weer van wie hem had." in found.text
    assert "overdracht teruggegeven" in found.text
    assert holder() == people.fatima.id


def test_a_case_can_be_taken_over(people, page):
    assert people.yusuf.browser.get(page).links["Neem over of draag over"] == f"{page}/overdragen"
    found = give(page, people.yusuf, people.yusuf, why="Fatima is ziek.")
    assert "De zaak is nu van u." in found.text
    assert "overgenomen van Fatima" in found.text
    assert holder() == people.yusuf.id


def test_what_is_missing_is_said_and_what_was_typed_stays(people, page):
    found = people.fatima.browser.get(f"{page}/overdragen").submit(status=422, why="Ik ga weg.")
    assert found.errors == ["Kies een stagemakelaar."]
    assert found.values()["why"] == "Ik ga weg."
    assert found.title.startswith("Fout:")
    assert holder() == people.fatima.id


def test_who_was_second_reads_that_it_went_to_someone_else(make, people, page):
    other = make.broker(name="Els").id
    open_form = people.fatima.browser.get(f"{page}/overdragen")
    give(page, people.yusuf, people.yusuf)
    late = open_form.submit(status=409, to=str(other), why="Ik ben weg.")
    assert "intussen van iemand anders" in late.errors[0]
    assert late.values()["why"] == "Ik ben weg."
    assert "De zaak is nu van Yusuf." in late.text
    assert holder() == people.yusuf.id
    late.submit()  # now that she knows whose it is
    assert holder() == other


def test_answering_twice_is_overtaken(people, page):
    give(page, people.fatima, people.yusuf)
    first = people.yusuf.browser.get(page)
    first.submit("/overdracht/aannemen")
    assert "al aangenomen of teruggegeven" in first.submit("/overdracht/teruggeven", status=409).text
    assert holder() == people.yusuf.id


def test_only_brokers_of_the_programme_are_offered(make, people, page):
    make.broker(programme=make.programme("zuid"), name="Van elders")
    make.staff(Role.COORDINATOR, name="Marleen")
    form = people.fatima.browser.get(f"{page}/overdragen").form()
    assert [label.get_text(strip=True) for label in form.select(".sm-choice__label")] == ["Yusuf"]


def test_without_colleagues_the_page_says_so(browse, make):
    broker, student = make.broker(), make.student()
    on_case(actions.take_on, by=broker)
    assert "geen andere stagemakelaar" in browse.as_(broker).get(f"/studenten/{student.id}/overdragen").text


def test_a_closed_case_is_not_handed_over(people, page):
    found = people.fatima.browser.get(f"{page}/overdragen")
    on_case(actions.close, by=people.fatima, why="klaar")
    refused = found.submit(status=422, to=str(people.yusuf.id), why="Ik ga weg.")
    assert "gesloten" in refused.errors[0]
    people.fatima.browser.get(f"{page}/overdragen", status=302)


def test_another_programme_and_a_coordinator_stay_out(browse, make, page):
    stranger, coordinator = make.broker(programme=make.programme("zuid")), make.staff(Role.COORDINATOR)
    stranger, coordinator = browse.as_(stranger), browse.as_(coordinator)
    stranger.get(f"{page}/overdragen", status=404)
    coordinator.get(f"{page}/overdragen", status=403)
