import pytest

from stagemakelaar.db import transaction
from stagemakelaar.placements import actions
from stagemakelaar.places.models import Place, PlaceState
from tests.rows import number_of


@pytest.fixture
def me(browse, broker):
    return browse.as_(broker)


def test_places_are_filtered_by_state_and_course(me, make):
    make.place(title="Helpende plek")
    make.place(title="Kokplek", codes=("25180",), state=PlaceState.PAUSED)
    assert {"Helpende plek", "Kokplek"} <= set(me.get("/plekken").links)
    assert "Kokplek" not in me.get("/plekken?stand=open").text
    page = me.get("/plekken?opleiding=25180")
    assert "Kokplek" in page.text
    assert "Helpende plek" not in page.links
    assert "geen plekken die hieraan voldoen" in me.get("/plekken?stand=closed").text
    me.get("/plekken?opleiding=%00", status=400)


def test_a_place_shows_who_sits_there_and_how_full_it_is(me, make, broker):
    place, student = make.place(seats=3), make.student(searching=True)
    with transaction() as session:
        student = session.get(type(student), number_of(student))
        actions.plan(session, student, session.get(Place, number_of(place)), reasons={}, by=broker)
    page = me.get(f"/plekken/{number_of(place)}")
    assert student.full_name in page.text
    assert "1 van 3 bezet" in page.text


def test_a_broker_changes_pauses_and_closes_on_behalf(me, make, session):
    place = make.place()
    me.get(f"/plekken/{number_of(place)}/begeleiding").submit(trainer_name="Joke")
    assert session.get(Place, number_of(place)).trainer_name == "Joke"
    me.get(f"/plekken/{number_of(place)}").submit("/pauzeren")
    session.expire_all()
    assert session.get(Place, number_of(place)).state is PlaceState.PAUSED
    me.get(f"/plekken/{number_of(place)}/sluiten").submit()
    session.expire_all()
    assert session.get(Place, number_of(place)).state is PlaceState.CLOSED


def test_a_place_of_another_programme_is_not_found(me, make):
    zuid = make.programme("zuid")
    place = make.place(make.organisation(programme=zuid), title="Zuiderplek")
    assert "Zuiderplek" not in me.get("/plekken").text
    for step in ("", "/werk", "/controleren", "/sluiten"):
        me.get(f"/plekken/{number_of(place)}{step}", status=404)


def test_a_place_of_an_organisation_that_is_not_trusted_says_so(me, make):
    place = make.place(make.organisation(verified=False))
    assert "doet niet mee zolang" in me.get(f"/plekken/{number_of(place)}").text
