"""A button on a page that stood open too long, or that somebody else was before: a sentence, and the way on."""

import pytest

from stagemakelaar.casework import actions
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def desk(browse, broker):
    return browse.as_(broker)


def test_a_page_that_stood_open_too_long_says_so_and_leads_back(desk, make):
    address = f"/studenten/{make.student().id}"
    page = desk.get(address)
    old = page.submit("/oppakken", status=400, csrf_token="20270101000000##" + "0" * 40)
    assert "Deze pagina stond te lang open." in old.text
    assert old.links["Terug"] == address
    assert page.submit("/oppakken").location == address


def test_whoever_was_overtaken_is_led_back_as_well(desk, make, broker):
    student = make.student()
    page = desk.get(f"/studenten/{student.id}").submit("/oppakken").follow()
    with transaction() as session:
        actions.start_searching(session, case_of(session, student), by=broker)
    late = page.submit("/zoeken", status=409)
    assert late.links["Terug"] == f"/studenten/{student.id}"


def test_a_button_leads_back_to_the_list_from_which_it_was_pressed(desk, make):
    student = make.student()
    sent = {"next": "/studenten?stand=signed_up"}
    assert desk.post(f"/studenten/{student.id}/oppakken", sent, status=400).links["Terug"] == sent["next"]
