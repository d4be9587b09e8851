"""The whole service for a story: web server, worker, mail over SMTP, on a database of its own, in a real browser."""

import re
import time

import pytest

from stagemakelaar import db
from stagemakelaar.worker import Relay
from tests.stories.looking import SIDEWAYS
from tests.stories.served import served

MOST_RELOADS = 5
RELOADED = re.compile("net::ERR_ABORTED|Execution context was destroyed")
LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+")


@pytest.fixture
def service(settings, own_database, post_office):
    """The address of a running service whose letters go to `post_office`; it is stopped at the end."""
    database_url = own_database.url.render_as_string(hide_password=False)
    smtp_url = f"smtp://{post_office.host}:{post_office.port}?tls=none"
    with served(settings, database_url=database_url, smtp_url=smtp_url) as app:
        relay = Relay(app).start()
        yield app.config["SETTINGS"].public_url
        relay.stop()
    db.close_session()
    db.bind(own_database, join_transaction_mode="conditional_savepoint")


class Visitor:
    """Someone in a browser of their own: opens pages, fills in forms, presses buttons, and reads their mail."""

    def __init__(self, page, post_office, axe):
        self.page, self.post_office, self.axe = page, post_office, axe
        self.barriers = []

    def go(self, path):
        """Open a page of the service."""
        self._also_when_it_reloads(lambda: self.page.goto(path))
        self.look()

    def look(self):
        """What a person with a phone or a screen reader would stumble over on the page of this moment."""
        if self.axe is None:
            return
        wide, found = self._also_when_it_reloads(lambda: (self.page.evaluate(SIDEWAYS), self.axe(self.page)))
        if wide or found:
            self.barriers.append((self.page.url, "scrolls sideways" if wide else found))

    def _also_when_it_reloads(self, deed):
        """Do something with a page. One on which a run computes reloads itself meanwhile: then once more."""
        from playwright.sync_api import Error

        for _reload in range(MOST_RELOADS):
            try:
                return deed()
            except Error as error:
                if not RELOADED.search(error.message):
                    raise
                self.page.wait_for_load_state()
        return deed()

    def fill(self, **fields):
        """Type into fields, tick boxes (a list of values), choose (True for a box on its own)."""
        for name, value in fields.items():
            control = self.page.locator(f'main [name="{name}"]')
            kind = control.first.get_attribute("type")
            if kind in {"radio", "checkbox"} and value is not True:
                for one in value if isinstance(value, list) else [value]:
                    self.page.locator(f'main [name="{name}"][value="{one}"]').check()
            elif kind == "checkbox":
                control.check()
            elif control.first.evaluate("element => element.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def click(self, control):
        """Click what leads to another page, and look at that page once it is there."""
        with self.page.expect_navigation():
            control.click()
        self.look()

    def press(self, words):
        """Press a button of the main part, by its words."""
        self.click(self.page.locator("main").get_by_role("button", name=words, exact=True))

    def follow(self, words):
        """Follow a link of the main part, by its words."""
        self.click(self.page.locator("main").get_by_role("link", name=words).first)

    def reads(self, words):
        """Whether the main part says this."""
        return words in self.page.locator("main").inner_text()

    def mail(self, address, about):
        """The text of the newest letter to an address in which these words stand; waits for it."""
        patience = time.monotonic() + 30
        while time.monotonic() < patience:
            for letter in reversed(self.post_office.letters_to(address)):
                if about in letter.text():
                    return letter.text()
            time.sleep(0.2)
        raise AssertionError(f"no letter to {address} says {about!r}")

    def open_link_from_mail(self, address):
        """Open the sign-in link that arrived for an address, and press its button."""
        text = self.mail(address, "/inloggen/link/")
        self.go(next(link for link in LINK.findall(text) if "/inloggen/link/" in link))
        self.click(self.page.locator("main form button[type=submit]").first)


@pytest.fixture
def visitor(open_window, post_office, axe, service, own_database):
    """`visitor(width=360)` gives someone in a browser of their own."""
    visitors = []
    # What a page looks like does not depend on the database: barriers are sought on the one of the two that CI runs.
    axe = axe if own_database.dialect.name == "postgresql" else None

    def arrive(width=1280):
        visitors.append(Visitor(open_window(base_url=service, width=width), post_office, axe))
        return visitors[-1]

    yield arrive
    assert [barrier for one in visitors for barrier in one.barriers] == []
