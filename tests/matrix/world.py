"""The people of the matrix in a demo with a word of its own in every personal field, and requests that leave no trace.

Each request runs inside a savepoint that is taken back; a watch on the connection tells which tables it changed.
"""

import contextlib
import io
import json
import re
from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, select

from stagemakelaar import clock, db
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.intake.merging import merge
from stagemakelaar.people import signing_in
from stagemakelaar.people.actions import disable
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.saved_views import ListPage, save_view
from stagemakelaar.people.signing_in import UserSession
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import RequestKind
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel
from stagemakelaar.seed import canaries
from tests import proofs
from tests.conftest import KINDS
from tests.every_page import records_of
from tests.pages import Browser

ADDRESSES = {
    "s1": "student", "s2": "student2", "sm": "minor", "e1": "employer", "ec": "colleague", "e2": "employer2",
    "bA": "broker", "bB": "broker2", "cA": "coordinator", "ad": "admin", "au": "auditor", "dx": "leaver",
}  # fmt: skip
WORD = re.compile(r"zq[a-y]{5}")
RESTING = (CaseState.SIGNED_UP, CaseState.INTAKE, CaseState.PAUSED)
ABOUT_ONESELF = {"user_session", "attempt"}  # written at every sight of someone: no change of what the house knows

# Who may do what is the same on both databases, so one is enough where a proof is short.
databases = pytest.mark.parametrize(
    "demo_engine", KINDS if proofs.IS_FULL else KINDS[:1], indirect=True, scope="session"
)


class World:
    """Wereld: everyone of section 3, signed in, and what each may read."""

    def __init__(self, app, connection):
        self.app, self.connection, self.asked = app, connection, 0
        self.watch = Watch(connection)
        file = io.StringIO()
        with db.transaction() as session:
            self._prepare(session)
            canaries.plant(session, file)
        self.words = {line["word"]: line for line in map(json.loads, file.getvalue().splitlines())}
        session = db.current_session()
        self.records = records_of(session) | self.own
        self.users = {who: _user(session, local).id for who, local in ADDRESSES.items()}
        self.noord, self.zuid = (_user(session, local).programme_id for local in ("broker", "broker2"))
        self.cookies, self.tokens = {}, {}
        for who in self.users:
            self._sign_in(who, complete=True)
        self._sign_in("pm", complete=False, local="broker")
        self._sign_in("old", complete=True, local="broker")
        with db.transaction() as session:
            disable(session, _user(session, "leaver"), by=_user(session, "admin"))
            newest = select(UserSession).where(UserSession.user_id == self.users["bA"]).order_by(UserSession.id.desc())
            old, _half, own = session.scalars(newest).all()[:3]
            old.seen_at = clock.now() - timedelta(minutes=31)
            self.records |= {"own_session": own.id, "broker": self.users["bA"]}
        db.close_session()

    def _prepare(self, session):
        """A saved filter, a wish and a merge, which the demo does not have."""
        broker = _user(session, "broker")
        student = session.scalars(select(Student).where(Student.user_id == _user(session, "student").id)).one()
        place = select(Place).where(Place.programme_id == broker.programme_id, Place.state == PlaceState.OPEN)
        place = session.scalars(place.order_by(Place.id)).first()
        view = save_view(session, page=next(iter(ListPage)), name="Mijn lijst", query="", by=broker)
        early = select(Student).join(Case, Case.student_id == Student.id).order_by(Student.id)
        early = early.where(Student.programme_id == broker.programme_id, Case.state.in_(RESTING))
        kept, gone, twin = session.scalars(early).all()[:3]
        hint = give_hint(session, student, place, level=HintLevel.RATHER, why="Dichtbij huis.", by=broker)
        merged = merge(session, kept, gone, taken=set(), by=broker)
        asked = requests.ask(session, kind=RequestKind.ERASURE, why="", by=student.user)
        session.flush()
        self.own = {
            "request": asked.id,
            "own_request": asked.id,
            "view": view.id,
            "hint": hint.id,
            "merge": merged.id,
            "twin": twin.id,
        }

    def _sign_in(self, who, *, complete, local=None):
        with db.transaction() as session:
            user = _user(session, local or ADDRESSES[who])
            token = signing_in.open_session(session, user, complete=complete)
        browser = Browser(self.app)
        with browser.client.session_transaction() as cookie:
            cookie["who"] = token
        page = browser.client.get("/inloggen/medewerker/code" if not complete else "/hulp")
        if page.status_code == 302:
            raise AssertionError(f"{who} is not in: {page.location}")
        self.cookies[who] = browser.client.get_cookie("session").value
        self.tokens[who] = BeautifulSoup(page.data, "html.parser").find(attrs={"name": "csrf_token"})["value"]

    def ask(self, who, method, path, *, data=None, token="own", keep=False):
        """Send a request as someone, and take back what it changed; gives back an `Answer`."""
        client = self.app.test_client()
        if who in self.cookies:
            client.set_cookie("session", self.cookies[who])
        sent = None
        if method == "POST":
            value = self.tokens.get(who if token == "own" else token)
            sent = (data or {}) | ({"csrf_token": value} if value else {})
        self.asked += 1
        db.close_session()  # what is open goes before, or taking back would be out of order
        point = self.connection.begin_nested()
        self.watch.begin()
        try:
            with client.open(path, method=method, data=sent) as response:
                return Answer(response, response.get_data(), self.watch.changed(), self.watch.lines())
        finally:
            db.close_session()
            if keep:
                point.commit()
            else:
                point.rollback()

    @contextlib.contextmanager
    def kept_for_now(self):
        """What requests with `keep=True` and transactions change inside the block, is taken back after it."""
        db.close_session()
        point = self.connection.begin_nested()
        try:
            yield
        finally:
            db.close_session()
            point.rollback()

    def words_in(self, text):
        """The lines of the words in a text."""
        return [self.words[word] for word in set(WORD.findall(text)) if word in self.words]


class Answer:
    """Antwoord: what came back, which tables it changed, and the lines it left in the trail."""

    def __init__(self, response, body, changed, lines):
        self.status, self.location, self.headers = response.status_code, response.location or "", response.headers
        self.kind, self.body, self.changed, self.lines = response.content_type or "", body, changed, lines

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def soup(self):
        return BeautifulSoup(self.body, "html.parser")

    @property
    def asks_to_sign_in(self):
        return self.status == 302 and urlsplit(self.location).path == "/inloggen"

    def __repr__(self):
        return f"{self.status} {self.location} {dict(self.changed)}"


class Watch:
    """Wacht: the tables that were changed on a connection, without what a savepoint took back."""

    CHANGE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?(\w+)", re.IGNORECASE)

    def __init__(self, connection):
        self.connection, self.writes, self.points = connection, [], {}
        event.listen(connection, "after_cursor_execute", self._executed)
        event.listen(connection, "savepoint", lambda _c, name: self.points.update({name: len(self.writes)}))
        event.listen(connection, "rollback_savepoint", self._taken_back)

    def begin(self):
        self.writes = []
        self.points = {}

    def _executed(self, _connection, cursor, statement, parameters, _context, executemany):
        if found := self.CHANGE.match(statement):
            if found[1].upper() != "INSERT INTO" and cursor.rowcount == 0:
                return
            self.writes.append((found[2], statement, parameters if not executemany else list(parameters)))

    def _taken_back(self, _connection, name, _context):
        del self.writes[self.points.get(name, 0) :]

    def changed(self):
        """Table → how many statements changed it, without sessions and counted attempts."""
        found = defaultdict(int)
        for table, _statement, _parameters in self.writes:
            if table not in ABOUT_ONESELF:
                found[table] += 1
        return dict(found)

    def lines(self):
        """How many statements wrote lines in the trail."""
        return sum(table == "audit_entry" for table, *_ in self.writes)


def _user(session, local):
    return session.scalars(select(User).where(User.email == f"{local}@demo.example")).one()
