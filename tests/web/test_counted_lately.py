"""The number beside "Vandaag" may be some seconds old for what colleagues did, never for what one did oneself."""

import pytest

from stagemakelaar.web.work_list import listing


@pytest.fixture(autouse=True)
def lately(monkeypatch):
    monkeypatch.setattr(listing, "LATELY", 30.0)
    monkeypatch.setattr(listing, "_shared", {})


def number_for(browser):
    """The number beside "Vandaag" on a page that does not count by itself; 0 where there is none."""
    link = browser.get("/taken").soup.select_one('nav a[href="/makelaar"]')
    return int("".join(sign for sign in link.text if sign.isdigit()) or 0)


def test_colleagues_share_what_was_counted_a_moment_ago(browse, make, broker):
    mine, theirs = browse.as_(broker), browse.as_(make.broker(email="colleague@demo.example"))
    assert number_for(mine) == 0
    make.student(complete=False)
    assert (number_for(mine), number_for(theirs)) == (0, 0)


def test_the_page_that_shows_it_all_counts_anew_and_tells_the_others(browse, make, broker):
    mine, theirs = browse.as_(broker), browse.as_(make.broker(email="colleague@demo.example"))
    assert number_for(mine) == 0
    make.student(complete=False)
    mine.get("/makelaar")
    assert (number_for(mine), number_for(theirs)) == (1, 1)


def test_another_programme_has_numbers_of_its_own(browse, make, broker):
    mine = browse.as_(broker)
    theirs = browse.as_(make.broker(programme=make.programme("zuid"), email="stranger@demo.example"))
    make.student(complete=False)
    assert (number_for(mine), number_for(theirs)) == (1, 0)


def test_after_half_a_minute_it_is_counted_again(browse, make, broker, monkeypatch):
    mine = browse.as_(broker)
    assert number_for(mine) == 0
    make.student(complete=False)
    passed = listing.monotonic() + 31
    monkeypatch.setattr(listing, "monotonic", lambda: passed)
    assert number_for(mine) == 1


def test_who_did_something_is_told_the_present_and_for_as_long_as_others_may_not_know(browse, make, broker, moment):
    student = make.student(complete=False)
    mine, theirs = browse.as_(broker), browse.as_(make.broker(email="colleague@demo.example"))
    assert (number_for(mine), number_for(theirs)) == (1, 1)
    mine.get(f"/studenten/{student.id}").submit("oppakken")
    assert (number_for(mine), number_for(theirs)) == (0, 0)  # what one counts anew, all are told
    make.student(complete=False)
    assert number_for(mine) == 1
    moment("2027-02-03T10:00:31+01:00")
    make.student(complete=False)
    assert number_for(mine) == 1
