"""What every visit checks of every page must itself be able to fail."""

import pytest
from flask import Flask

from tests.pages import Browser

GOOD = (
    '<!doctype html><html lang="nl"><title>Zo</title>'
    '<main><h1>Zo</h1><label for="a">A</label><input id="a"></main></html>'
)


def visited(html):
    app = Flask("pages")
    app.add_url_rule("/", "page", lambda: html)
    return Browser(app).get("/")


def test_a_page_that_is_well_made_is_read():
    assert visited(GOOD).heading == "Zo"


@pytest.mark.parametrize(
    ("there", "instead", "what"),
    [
        (' lang="nl"', "", "no language"),
        ("<h1>Zo</h1>", "", "0 h1"),
        ("<h1>Zo</h1>", "<h1>Zo</h1><h1>Ook</h1>", "2 h1"),
        ("<h1>", '<h1 id="a">', "repeats an id"),
        (' for="a"', "", "no label"),
        ("<h1>", '<h1 style="color: red">', "inline style"),
    ],
)
def test_what_is_wrong_with_a_page_is_seen(there, instead, what):
    with pytest.raises(AssertionError, match=what):
        visited(GOOD.replace(there, instead))


@pytest.mark.parametrize("field", ['<label>A<input id="a"></label>', '<input aria-label="A">', '<input type="hidden">'])
def test_a_field_may_be_named_in_other_ways(field):
    assert visited(GOOD.replace('<label for="a">A</label><input id="a">', field)).heading == "Zo"
