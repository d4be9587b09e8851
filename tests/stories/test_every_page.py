"""Every page as people meet it: valid HTML, no barriers on a phone or a desk, also when a form comes back."""

import re
import sqlite3
from contextlib import closing
from typing import NamedTuple

import pytest
from sqlalchemy import select

from stagemakelaar import db
from stagemakelaar.people.models import User
from tests.every_page import WHO, pages_of, records_of
from tests.page_states import states_of
from tests.pages import Browser
from tests.stories.looking import DESK, PHONE, barriers
from tests.stories.served import served

pytestmark = [
    pytest.mark.needs("chromium", "axe", "java"),
    # What a page looks like does not depend on the database.
    pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True, ids=["demo"]),
]

# Letters of the table, a broker's pages in PARTS; with a + the same people's pages in other states.
PARTS = 8
REST = [*(f"b{part}" for part in range(2, PARTS + 1)), "b+", "e", "e+", "s+", "-", "c", "a", "u"]
EVERYONE = ["b1", "s", *(pytest.param(who, marks=pytest.mark.later) for who in REST)]

# Where it is all right to send nothing; every other form says what it misses.
EMPTY_IS_FINE = re.compile(
    r"/student/profiel/(gegevens|opleiding|wanneer|waar|leren|nodig)"
    r"|/bedrijf/plekken/\d+/(leren|waar|voorwaarden|begeleiding)"
    r"|/rondes/\d+/sluiten"
    r"|/mijn-gegevens/wissen"
)
CONTROL = ":is(input:not([type=hidden]), select, textarea)"
EMPTY = """form => {
    for (const control of form.elements) {
        if (control.type === 'hidden' || control.tagName === 'BUTTON' || control.tagName === 'FIELDSET') continue;
        if (control.type === 'checkbox' || control.type === 'radio') control.checked = false;
        else if (control.tagName === 'SELECT') control.selectedIndex = 0;
        else control.value = '';
    }
}"""
FIELDS = r"""form => [(form.getAttribute('action') || location.pathname).replace(/\d+/g, '0'),
    ...[...form.elements].map(control => `${control.type} ${control.name}`)].join(', ')"""

# The sheet for where npm cannot run, as soon as it has come; never both.
PLAIN = """() => new Promise(done => {
    const sheet = document.querySelector('link[rel=stylesheet]');
    sheet.onload = done;
    sheet.href = '/static/css/plain.css';
})"""

# Pages of all kinds, for what is looked at once more: the plain style sheet, and English.
VARIED = [
    ("-", "/"),
    ("-", "/bedrijven/interesse"),
    ("-", "/inloggen"),
    ("s", "/student"),
    ("s", "/student/plaatsing/{letter}"),
    ("e", "/bedrijf"),
    ("e", "/bedrijf/plekken/{own_place}/{place_step}"),
    ("b", "/makelaar"),
    ("b", "/studenten/{student}"),
    ("b", "/organisaties/{organisation}"),
    ("b", "/rondes/{round}"),
    ("b", "/voorstellen/{proposal}"),
]
DOWNLOADS = (".csv", ".pdf", ".{form}")  # files, not pages: a browser keeps them


class Site:
    """The running demo, and one window in which anyone of it can be signed in."""

    def __init__(self, app, page, axe, html_checker):
        self.app, self.page, self.axe, self.html_checker = app, page, axe, html_checker
        self.home = app.config["SETTINGS"].public_url
        self.findings = []
        self.sent = set()
        self._seen = set()
        self._cookies = {}

    def enter(self, email):
        """Be this person from now on; None is someone without an account."""
        self.page.context.clear_cookies()
        if email is None:
            return
        if email not in self._cookies:
            user = db.current_session().scalars(select(User).where(User.email == email)).one()
            self._cookies[email] = Browser(self.app).as_(user).cookie_at(self.home)
            db.close_session()
        self.page.context.add_cookies([self._cookies[email]])

    def open(self, path):
        """Go to a page, which must be valid; whether it is one to look at."""
        return self.judge(path, self.page.goto(path))

    def judge(self, name, answer):
        """Note what is wrong with the HTML of an answer; whether there is any."""
        if answer.status >= 500:
            self.findings.append(f"{name}: {answer.status}")
        if not answer.headers["content-type"].startswith("text/html"):
            return False
        self.findings += [f"{name}: {finding}" for finding in self.html_checker.findings(answer.body())]
        return True

    def look(self, name, widths=(PHONE, DESK)):
        """Note what is wrong with the page of this moment."""
        found = barriers(self.page, self.axe, widths=widths, seen=self._seen)
        self.findings += [f"{name}: {finding}" for finding in found]

    def send_empty(self, form):
        """Take everything out of a form of this page and send it; gives the answer."""
        form.evaluate(EMPTY)
        with self.page.expect_navigation() as navigation:
            form.evaluate("form => form.requestSubmit()")
        return navigation.value

    def is_new(self, form):
        """Whether no form with this address and these fields was sent; numbers in an address are not looked at."""
        told = form.evaluate(FIELDS)
        is_new = told not in self.sent
        self.sent.add(told)
        return is_new

    def forms(self):
        """The forms of this page that send what people filled in."""
        return self.page.locator("main form[method=post]").filter(has=self.page.locator(CONTROL))


@pytest.fixture
def running(settings, demo_engine, tmp_path):
    """The application behind a web server, on a copy of the demo: looking at pages writes who read which file."""
    copy = tmp_path / "demo.sqlite"
    with closing(sqlite3.connect(demo_engine.url.database)) as original, closing(sqlite3.connect(copy)) as other:
        original.backup(other)
    with served(settings, database_url=f"sqlite:///{copy}") as app:
        yield app
    db.close_session()
    db.bind(None)


@pytest.fixture
def site(running, open_window, axe, html_checker):
    """The demo in a window, as a `Site`; nothing may be wrong with what it saw."""
    window = open_window(base_url=running.config["SETTINGS"].public_url, width=PHONE)
    site = Site(running, window, axe, html_checker)
    yield site
    assert not site.findings, "\n".join(site.findings)


class Visit(NamedTuple):
    """A page to open: as whom, its name in the table (None for a page in another state), its address."""

    email: str | None
    name: str | None
    path: str


def visits_of(who):
    """What there is to see for one of EVERYONE, one person after another."""
    session = db.current_session()
    if who.endswith("+"):
        pages = [Visit(email, None, path) for email, path in states_of(session, who[0])]
    else:
        records = records_of(session)
        letter, part = who[0], who[1:]
        shown = [name for name in pages_of(letter) if not name.endswith(DOWNLOADS)]
        shown = shown[int(part) - 1 :: PARTS] if part else shown
        pages = [Visit(WHO.get(letter), name, name.format(**records)) for name in shown]
    db.close_session()
    return sorted(pages, key=lambda visit: visit.email or "")


def pages(site, who):
    """Open each page in turn; gives those that are HTML, while they stand in the window."""
    email = None
    for visit in visits_of(who):
        if visit.email != email:
            email = visit.email
            site.enter(email)
        if who == "c" and visit.name in pages_of("b"):
            # A coordinator's pages look like those of a broker, with fewer buttons.
            site.judge(visit.path, site.page.request.get(visit.path))
        elif site.open(visit.path):
            yield visit


@pytest.mark.parametrize("who", EVERYONE)
def test_nobody_meets_a_barrier_also_when_a_form_comes_back(site, who):
    accepted = []
    for page in pages(site, who):
        site.look(page.path, widths=(PHONE, DESK) if page.name else (PHONE,))
        is_sent = False
        for number in range(site.forms().count()):
            if is_sent:
                site.page.goto(page.path)
                is_sent = False
            form = site.forms().nth(number)
            # A page in another state holds the same forms again: those were sent once.
            if not site.is_new(form) and page.name is None:
                continue
            answer = site.send_empty(form)
            is_sent = True
            if answer.status == 422:
                site.judge(page.path, answer)
                site.look(f"{page.path}, sent empty", widths=(PHONE,))
            elif not EMPTY_IS_FINE.fullmatch(page.path):
                accepted.append(f"{page.path}: {answer.status}, to {site.page.url}")
    assert not accepted, "\n".join(accepted)


@pytest.mark.later
@pytest.mark.parametrize("who", ["-", "s", "e", "b"])
def test_english_and_the_plain_sheet_have_no_barriers_either(site, who):
    varied = [visit.path for visit in visits_of(who) if (who, visit.name) in VARIED]
    site.enter(WHO.get(who))
    for path in varied:
        site.open(path)
        site.page.evaluate(PLAIN)
        site.look(f"{path}, plain")
    site.page.get_by_role("button", name="English").click()
    for path in varied:
        site.open(path)
        assert site.page.locator("html").get_attribute("lang") == "en"
        site.look(f"{path}, in English", widths=(PHONE,))
