"""Sending what nobody meant to every form, and looking at what became of it: the answer, the page, and the database."""

import hashlib
import io
import json
import re
import time
import unicodedata
from dataclasses import dataclass, field

from sqlalchemy import event

from stagemakelaar import db
from stagemakelaar.seed.fingerprint import fingerprint
from tests.every_page import WHO, pages_of, records_of, signed_in
from tests.pages import Browser
from tests.served import controls_of, forms_of, values_of

# What may be written although the answer is no: the trail, the limits on guessing, and when a session was used.
NOT_STATE = {"audit_entry", "attempt", "sign_in_link", "user_session"}
MORE = {  # how these say yes
    "/account/app": 200,
    "/account/herstelcodes": 200,
    "/mijn-gegevens/downloaden": 200,
    "/inloggen/verder": 307,
}
ANSWERS = {302, 303, 400, 403, 404, 409, 413, 422, 429}
SECRETS = {"csrf_token", "version", "seal", "opened", "next", "state", "answer", "holder"}
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
TRACES = ("Traceback (most recent call last)", "sqlalchemy", "psycopg", "werkzeug.exceptions")
SECONDS = 2.0  # of this process, for one answer

# What people would fill in where a page shows an empty field; a field that is not here gets a word.
GOOD = {
    "email": "iemand.anders@demo.example",
    "trainer_email": "henk@demo.example",
    "postcode": "1011 AB",
    "kvk_number": "12345678",
    "branch_number": "000012345678",
    "phone": "06 12345678",
    "website": "https://linde.demo.example",
    "first_name": "Samira",
    "last_name": "Bouali",
    "name": "De Linde",
    "contact_name": "Henk Smit",
    "trainer_name": "Henk Smit",
    "birth_date": "2008-05-14",
    "held_on": "2027-02-02",
    "valid_from": "2025-01-01",
    "valid_until": "2028-12-31",
    "starts_on": "2027-04-01",
    "ends_on": "2027-07-15",
    "school_year": "2",
    "school_brin": "27DV",
    "days_per_week": "3",
    "hours_per_day": "8",
    "school_hours": "8",
    "seats": "2",
    "max_minutes": "45",
    "password": "veertig-groene-fietsen",
    "code": "ABCD2345",
}
A_DAY = "2027-06-01"


@dataclass
class Form:
    """A form of a page, as somebody was served it."""

    who: str
    page: str
    address: str
    controls: list
    good: dict = field(default_factory=dict)

    @property
    def key(self):
        """The same for the same form on another page, and on another database."""
        names = ",".join(sorted({control.name for control in self.controls}))
        return f"{self.who} {re.sub(r'[0-9]+', '#', self.address)} {names}"

    @property
    def fields(self):
        """One control for each field that a person or a machine could fill in."""
        return {control.name: control for control in self.controls if control.name != "csrf_token"}.values()


def filled_in(text):
    """What a careful person would send."""
    good, controls = values_of(text), list(controls_of(text))
    for control in controls:
        if (
            any(value.strip() for value in good.get(control.name, []))
            or control.how == "file"
            or control.name == "website"
        ):
            continue
        if control.how in {"radio", "checkbox"}:
            good[control.name] = [control.choices[0]]
        elif control.how == "select":
            good[control.name] = [next((one for one in control.choices if one), "")]
        elif control.how == "date":
            good[control.name] = [GOOD.get(control.name, A_DAY)]
        elif control.how != "hidden":
            good[control.name] = [GOOD.get(control.name, "Een woord")]
    return controls, good


class Trying:
    """Somebody with all windows of all roles open, inside one transaction of one database."""

    def __init__(self, app, session, connection):
        self.app, self.session, self.connection = app, session, connection
        self.records = records_of(session)
        self.clients = {who: signed_in(app, session, who).client for who in WHO} | {"-": Browser(app).client}
        self.found, self.cookies = {}, {}
        self.written, self.stored = set(), []
        event.listen(connection.engine, "before_cursor_execute", self._note)
        db.close_session()

    def close(self):
        event.remove(self.connection.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, parameters, _context, _many):
        if found := WRITES.match(statement):
            self.written.add(found[2])
            if found[2] not in NOT_STATE:
                rows = parameters if isinstance(parameters, list) else [parameters]
                self.stored += [v for row in rows for v in (row.values() if isinstance(row, dict) else row)]

    def _content(self):
        found = fingerprint(db.look_again(), without=NOT_STATE)
        db.close_session()
        return found

    # --- the forms ---------------------------------------------------------------------------------------------------

    def pages(self, *, of_all):
        """(who, page) of every page of the table: for each role that may open it, or for one of them."""
        opened = set()
        for who in self.clients:
            for path in pages_of(who):
                if of_all or path not in opened:
                    opened.add(path)
                    yield who, path

    def forms(self, pages, served=()):
        """The forms on these pages, and on what was served before as (who, page, text), that were not found yet."""
        known = len(self.found)
        for who, path in pages:
            page = path.format(**self.records)
            answer = self.clients[who].get(page, buffered=True)
            assert answer.status_code < 500, f"{page} answers {answer.status_code} to {who}"
            if answer.status_code == 200 and answer.content_type.startswith("text/html"):
                self._read(who, page, answer.get_data(as_text=True))
        for who, page, text in served:
            self._read(who, page, text)
        self.cookies = {who: client.get_cookie("session") for who, client in self.clients.items()}  # with their tokens
        db.close_session()
        return list(self.found.values())[known:]

    def _read(self, who, page, text):
        for address, form in forms_of(text, page):
            made = Form(who, page, address, *filled_in(form))
            self.found.setdefault(made.key, made)

    # --- one try -----------------------------------------------------------------------------------------------------

    def send(self, form, **how):
        """Send a form and take back what came of it; gives back an `Outcome`."""
        self.written, self.stored = set(), []
        savepoint = self.connection.begin_nested()
        client = self._client(form.who)
        began = time.process_time()
        try:
            answer = client.post(form.address, buffered=True, **how)
            spent = time.process_time() - began
            now = self._content() if answer.status_code >= 400 and self.written - NOT_STATE else None
            outcome = Outcome(answer, spent, list(self.stored))
        finally:
            db.close_session()
            savepoint.rollback()
        outcome.changed = now is not None and now != self._content()
        return outcome

    def still_opens(self, form):
        """Whether the page of this form opens for whoever had it."""
        return self._client(form.who).get(form.page, buffered=True).status_code == 200

    def _client(self, who):
        client, cookie = self.clients[who], self.cookies.get(who)
        if cookie is not None:
            client.set_cookie("session", cookie.value)
        return client


@dataclass
class Outcome:
    answer: object
    seconds: float
    stored: list
    changed: bool = False

    @property
    def status(self):
        return self.answer.status_code

    @property
    def text(self):
        return self.answer.get_data().decode(errors="replace")  # it may be a file

    @property
    def errors(self):
        """The sentences of the summary."""
        summary = re.search(r'role="alert".*?</(?:div|section)>', self.text, re.DOTALL)
        return re.findall(r'href="#([^"]*)"', summary[0]) if summary else []

    def faults(self, sent, name):
        """What is wrong with this answer, as sentences; `name` is the field that was filled in badly, if it was one."""
        if self.status not in ANSWERS and self.status != MORE.get(self.answer.request.path):
            yield f"answers {self.status}"
        if any(word in self.text for word in TRACES):
            yield "shows its inside"
        if self.changed:
            yield "changed something and said no"
        if self.seconds > SECONDS:
            yield f"took {self.seconds:.1f} seconds"
        if self.status == 422:
            yield from self._lost(sent, name)
        if self.status in {302, 303} and not (self.answer.location or "").startswith("/"):
            yield f"leads away to {self.answer.location[:60]}"
        for value in self.stored:
            if isinstance(value, str) and "\x00" in value:
                yield "stores a NUL"
            if isinstance(value, str) and len(value) < 100_000 and not unicodedata.is_normalized("NFC", value):
                yield f"stores a text that is not composed: {value[:40]!r}"

    def _lost(self, sent, name):
        if 'role="alert"' not in self.text:
            yield "refuses without a summary"
        back = {}
        for _address, form in forms_of(self.text, ""):
            for one in controls_of(form):
                back.setdefault(one.name, []).append((one.how, one.value))
        for key, values in sent.items() if isinstance(sent, dict) else ():
            if (
                not isinstance(values, list)
                or key in SECRETS
                or key not in back
                or (key == name and isinstance(values[0], bytes))
            ):
                continue
            shown = [value for _how, value in back[key] if value is not None]
            how = back[key][0][0]
            if how in {"password", "file", "hidden"} or (how in {"radio", "checkbox", "select"} and key == name):
                continue
            if any(
                isinstance(value, str) and _bare(value) and _bare(value) not in map(_bare, shown) for value in values
            ):
                yield f"loses what was typed in {key}: {values[0][:40]!r}, shows {str(shown)[:60]!r}"


def _bare(text):
    """A text as it is after a browser has shown it: one kind of line end, no blanks at the edge."""
    text = text.encode("utf-8", "replace").decode("utf-8", "replace") if isinstance(text, str) else ""
    return unicodedata.normalize("NFC", "\n".join(text.splitlines())).strip()


ODD = {  # a whole form that no browser of ours would send: what to hand to the client
    "nothing": lambda _good: {"data": {}},
    "double": lambda good: {"data": {name: values * 2 for name, values in good.items()}},
    "unknown fields": lambda good: {"data": good | dict.fromkeys(("is_admin", "id", "__class__", "state", "by"), "1")},
    "six hundred fields": lambda good: {"data": good | {f"veld{n}": "x" for n in range(600)}},
    "six hundred parts": lambda good: {
        "data": good | {f"veld{n}": "x" for n in range(600)},
        "content_type": "multipart/form-data",
    },
    "too large": lambda good: {"data": good | {next(iter(good)): "x" * 1_100_000}},
    "a file as well": lambda good: {"data": good | {"extra": (io.BytesIO(b"%PDF-1.4"), "../../x.html")}},
    "json": lambda good: {"data": json.dumps(good), "content_type": "application/json"},
    "broken parts": lambda _good: {
        "data": b"--x\r\nContent-Disposition: form-data; name=",
        "content_type": "multipart/form-data; boundary=x",
    },
    "forged": lambda good: {"data": good | {"csrf_token": ["20270203210000##" + "0" * 40]}},
}


def number_of(text, most):
    """A number below `most` that is the same for the same text, wherever it is asked."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % most
