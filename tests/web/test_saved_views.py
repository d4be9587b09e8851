"""Filters with a name: links above the list, and only for whoever made them."""

import pytest
from sqlalchemy import select

from stagemakelaar.people.models import Role
from stagemakelaar.people.saved_views import SavedView

LISTS = ["/makelaar?van=niemand", "/studenten?stand=intake", "/organisaties?stand=verified", "/plekken?stand=open"]


@pytest.mark.parametrize("address", [*LISTS, "/plaatsingen?stand=planned"])
def test_a_filter_gets_a_name_and_stands_above_its_list(desk, address):
    page = desk.get(address).submit("/weergaven", name="Mijn ochtend").follow()
    assert page.links["Mijn ochtend"] == address
    assert "Mijn ochtend staat voortaan boven deze lijst" in page.text
    shown = page.soup.find("a", attrs={"aria-current": "page", "href": address})
    assert shown.get_text() == "Mijn ochtend"
    page = desk.get(address.partition("?")[0])
    assert page.links["Mijn ochtend"] == address
    others = [other for other in LISTS if other != address]
    assert "Mijn ochtend" not in desk.get(others[0]).links


def test_page_and_order_of_words_make_no_other_filter(desk, make):
    desk.get("/studenten?van=mij&stand=intake&zoek=&pagina=3").submit("/weergaven", name="Mijn intakes")
    page = desk.get("/studenten?stand=intake&van=mij")
    assert page.soup.find("a", attrs={"aria-current": "page", "href": "/studenten?stand=intake&van=mij"})


def test_without_a_filter_there_is_nothing_to_save(desk):
    assert "Bewaar dit filter" not in desk.get("/studenten").text


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Geef de weergave een naam."), ("mijn OCHTEND", "al een weergave")]
)
def test_a_name_that_cannot_be_keeps_the_filter(desk, session, name, sentence):
    desk.get(LISTS[1]).submit("/weergaven", name="Mijn ochtend")
    page = desk.get("/studenten?stand=paused").submit("/weergaven", name=name, status=422)
    assert sentence in page.error_at("name")
    assert page.values("/weergaven")["query"] == "stand=paused"
    assert page.values("/weergaven")["name"] == name
    assert len(session.scalars(select(SavedView)).all()) == 1


def test_renaming_and_removing_leave_the_filter_on(desk, session):
    page = desk.get(LISTS[1]).submit("/weergaven", name="Mijn ochtend").follow()
    page = page.submit("/hernoemen", name="Intakes").follow()
    assert page.links["Intakes"] == LISTS[1]
    assert "Mijn ochtend" not in page.links
    page = page.submit("/verwijderen")
    assert page.location == LISTS[1]
    page = page.follow()
    assert "Intakes" not in page.links
    assert "Bewaar dit filter" in page.text
    assert session.scalars(select(SavedView)).all() == []


def test_someone_elses_view_looks_like_none(browse, desk, make, session):
    colleagues = [browse.as_(make.broker()), browse.as_(make.staff(Role.COORDINATOR))]
    colleagues.append(browse.as_(make.broker(programme=make.programme("zuid"))))
    desk.get(LISTS[1]).submit("/weergaven", name="Mijn ochtend")
    number = session.scalars(select(SavedView.id)).one()
    for colleague in colleagues:
        page = colleague.get(LISTS[1])
        assert "Mijn ochtend" not in page.links
        answer = {"csrf_token": page.values("/weergaven")["csrf_token"], "name": "Van mij"}
        for change in ("hernoemen", "verwijderen"):
            colleague.post(f"/weergaven/{number}/{change}", answer, status=404)
    assert session.scalars(select(SavedView.name)).all() == ["Mijn ochtend"]


def test_a_view_leads_to_its_own_list_and_nowhere_else(desk):
    page = desk.get(LISTS[1])
    desk.post("/weergaven", page.values("/weergaven") | {"name": "Weg", "page": "elders"}, status=400)
    answer = desk.post("/weergaven", page.values("/weergaven") | {"name": "Weg", "query": "//elders.example/?a=b"})
    assert answer.location.startswith("/studenten?")


def test_twenty_views_of_a_list_are_enough(desk):
    page = desk.get(LISTS[1])
    for number in range(20):
        page.submit("/weergaven", name=f"Weergave {number}")
    page = page.submit("/weergaven", name="Eentje nog", status=422)
    assert "U heeft al 20 weergaven van deze lijst." in page.text
