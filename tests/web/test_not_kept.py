"""Pages about people stay nowhere: no answer may be kept, whoever asks and however it ends."""

import re

import pytest

from tests.every_page import ROWS, WHO, pages_of, records_of, signed_in
from tests.pages import Browser

pytestmark = [
    pytest.mark.promise("P23"),
    # What a browser may keep has nothing to do with the kind of database.
    pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True),
]


def kept(browser, method, paths):
    """The addresses whose answer may be kept."""
    answers = {path: browser.client.open(path, method=method).headers.get("Cache-Control") for path in paths}
    return {path: told for path, told in answers.items() if told != "no-store"}


@pytest.mark.parametrize("who", WHO)
def test_no_page_of_who_is_signed_in_may_be_kept(app, demo, demo_engine, who):
    records = records_of(demo)
    paths = [path.format(**records) for path in pages_of(who)]
    assert len(paths) >= 3
    assert kept(signed_in(app, demo, who), "GET", paths) == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_that_a_stranger_is_told_may_be_kept(app, demo, demo_engine, method):
    paths = {re.sub(r"\{\w+\}", "1", path) for asked, path, _who in ROWS if asked == method}
    assert kept(Browser(app), method, paths | {"/bestaat-niet"}) == {}


@pytest.mark.promise("P23", red=True)
def test_a_page_that_may_be_kept_would_be_seen(app, demo, demo_engine, monkeypatch):
    def forgetful(response):
        response.headers["Cache-Control"] = "private, max-age=60"
        return response

    monkeypatch.setitem(app.after_request_funcs, None, [forgetful])
    assert kept(Browser(app), "GET", ["/inloggen/link/abc"]) == {"/inloggen/link/abc": "private, max-age=60"}
