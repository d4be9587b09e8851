"""A browser without a screen, and pages as people see them: headings, links, fields, errors, buttons.

Every visit checks what must hold on each page: one h1, a title, a language, unique ids, a label for each field.
"""

from dataclasses import dataclass
from functools import cached_property

from bs4 import BeautifulSoup
from lxml.html import document_fromstring

from stagemakelaar.db import transaction
from stagemakelaar.people import signing_in


class Browser:
    """A client of the application; `as_(user)` gives another one that is signed in."""

    def __init__(self, app, client=None):
        self.app = app
        self.client = client or app.test_client()

    def as_(self, user):
        """A browser of its own in which this user is signed in, as after the whole way in."""
        other = Browser(self.app)
        with transaction() as session:
            token = signing_in.open_session(session, user)
        with other.client.session_transaction() as cookie:
            cookie.update(signing_in_cookie(user, token))
        return other

    def cookie_at(self, address):
        """What a window of a real browser needs to be signed in as this one, at the address of a service."""
        return {"name": "session", "value": self.client.get_cookie("session").value, "url": address}

    def get(self, path, *, status=200):
        """Open a page; the status must be what the test expects."""
        return self._page(self.client.get(path), status)

    def post(self, path, data=None, *, status=303):
        """Send values to an address as they are; use `Page.submit` to send a form as it was served."""
        return self._page(self.client.post(path, data=data or {}), status)

    def _page(self, response, status):
        expected = (302, 303) if status in (302, 303) else (status,)
        if response.status_code not in expected:
            page = Page(self, response)
            raise AssertionError(f"{response.request.path}: {response.status_code}, not {status}: {page.told()}")
        return Page(self, response, check=True)


def signing_in_cookie(user, token):
    """What the cookie of a signed-in user holds."""
    from stagemakelaar.web import signed_in

    return signed_in.cookie_of(user, token)


@dataclass
class Page:
    """What came back."""

    browser: Browser
    response: object
    check: bool = False

    def __post_init__(self):
        if self.check and self.is_html:
            self._must_be_well_made()

    @property
    def is_html(self):
        return self.response.content_type.startswith("text/html") and self.status not in (302, 303)

    @property
    def status(self):
        return self.response.status_code

    @property
    def location(self):
        """Where a redirect leads."""
        return self.response.headers.get("Location")

    def follow(self):
        """Go where a redirect leads."""
        return self.browser.get(self.location)

    @cached_property
    def soup(self):
        # A parser in C takes a third of the time of html.parser.
        return BeautifulSoup(self.response.get_data(as_text=True), "lxml")

    @property
    def text(self):
        """All words of the main part, with single blanks."""
        main = self.soup.find("main") or self.soup
        return " ".join(main.get_text(" ").split())

    @property
    def heading(self):
        return " ".join(self.soup.h1.get_text().split())

    @property
    def title(self):
        return " ".join(self.soup.title.get_text().split())

    @property
    def links(self):
        """Text → address of the links in the main part."""
        return {" ".join(a.get_text().split()): a["href"] for a in self.soup.main.find_all("a", href=True)}

    @property
    def errors(self):
        """The sentences of the error summary."""
        summary = self.soup.find(attrs={"role": "alert"})
        return [" ".join(item.get_text().split()) for item in summary.find_all("li")] if summary else []

    def error_at(self, field):
        """The sentence at a field, or None."""
        control = self.soup.find(attrs={"name": field})
        if control is None:
            raise AssertionError(f"no field {field}")
        for name in (control.get("aria-describedby") or self._group_of(control)).split():
            spot = self.soup.find(id=name)
            if spot is not None and "error" in name:
                return " ".join(spot.get_text().split())
        return None

    @staticmethod
    def _group_of(control):
        group = control.find_parent("fieldset")
        return (group.get("aria-describedby") or "") if group else ""

    def form(self, action=None):
        """The form of the main part that goes to this address (its end is enough); the only one when not told."""
        forms = list(self.soup.main.find_all("form"))
        if action is not None:
            forms = [form for form in forms if (form.get("action") or self.response.request.path).endswith(action)]
        if len(forms) != 1:
            raise AssertionError(f"{len(forms)} forms for {action}: {[form.get('action') for form in forms]}")
        return forms[0]

    def values(self, action=None):
        """What the form would send as it was served: name → value, or a list where there are several."""
        values = {}
        for control in self.form(action).find_all(["input", "textarea", "select"]):
            for value in _value_of(control):
                values.setdefault(control["name"], []).append(value)
        return {name: found[0] if len(found) == 1 else found for name, found in values.items()}

    def submit(self, action=None, *, status=303, **changes):
        """Send a form as a person would: the values as served, with these changed (None leaves one out)."""
        values = self.values(action) | changes
        address = self.form(action).get("action") or self.response.request.full_path
        values = {name: value for name, value in values.items() if value is not None}
        return self.browser.post(address, values, status=status)

    def told(self):
        """The page in one line, for a message about a failure."""
        if not self.is_html:
            return f"→ {self.location}"
        return f"{self.heading if self.soup.h1 else ''} {self.errors} {self.text[:300]}"

    def _must_be_well_made(self):
        # Every page of every test comes here; read by a parser in C, which takes a tenth of the time.
        path, page = self.response.request.path, document_fromstring(self.response.get_data(as_text=True))
        assert page.get("lang"), f"{path} has no language"
        headings = page.xpath("//h1")
        assert len(headings) == 1, f"{path} has {len(headings)} h1"
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), f"{path} repeats an id: {sorted(i for i in ids if ids.count(i) > 1)}"
        labelled = set(page.xpath("//label/@for"))
        for control in page.iter("input", "textarea", "select"):
            if control.get("type") in ("hidden", "submit"):
                continue
            has_label = control.get("id") in labelled or next(control.iterancestors("label"), None) is not None
            assert has_label or control.get("aria-label"), f"{path}: field {control.get('name')} has no label"
        assert not page.xpath("//*[@style]"), f"{path} has inline style"


def _value_of(control):
    if control.name == "textarea":
        return [control.get_text().replace("\r\n", "\n").removeprefix("\n")]
    if control.name == "select":
        chosen = [option for option in control.find_all("option") if option.has_attr("selected")]
        chosen = chosen or ([] if control.has_attr("multiple") else control.find_all("option")[:1])
        return [option.get("value", option.get_text()) for option in chosen]
    kind = control.get("type", "text")
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.has_attr("checked") else []
    return [] if kind in ("submit", "button", "file") else [control.get("value", "")]
