"""Proofs about getting in and being thrown out, over HTTP, each seen red on a planted break."""

import hashlib
import itertools
import re

import pytest
from sqlalchemy import func, select

from stagemakelaar.db import transaction
from stagemakelaar.errors import TooOften
from stagemakelaar.letters import Writer
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import limits, links, passwords, resets, totp
from stagemakelaar.web import staff_entry
from tests import proofs
from tests.counting import statements
from tests.every_page import ROWS
from tests.pages import Browser

PASSWORD, NEW = "veertig-groene-fietsen", "lamp trein boter wolk"


@pytest.fixture
def broker(make):
    user = make.broker()
    with transaction() as session:
        user = session.get(User, user.id)
        user.password_hash = passwords.hash_password(PASSWORD)
        user.totp_secret = totp.demo_secret(user.email)
    return user


def present(email):
    return totp.present_code(totp.demo_secret(email))[0]


def with_password(browse, email, password=PASSWORD):
    return browse.client.post(
        "/inloggen/medewerker",
        data=browse.get("/inloggen/medewerker").values() | {"email": email, "password": password},
    )


def latest(session):
    return session.scalars(select(Message).order_by(Message.id.desc())).first()


# --- P24: no page of staff without the second factor ---------------------------------------------------------------


def personal_bytes(browse, broker, session):
    """How many pages of staff open after each way in that leaves the second factor out."""
    shown = []
    email, number = broker.email, broker.id
    with_password(browse, email)
    shown.append(browse)
    reset = Browser(browse.app)
    reset.get("/inloggen/medewerker/vergeten").submit(email=email)
    reset.get(f"/inloggen/wachtwoord/{latest(session).data['token']}").submit(password=NEW)
    shown.append(reset)
    mailed = Browser(browse.app)
    mailed.get("/inloggen").submit(email=email)
    shown.append(mailed)
    known = Browser(browse.app)
    with_password(known, email, NEW)
    known.get("/inloggen/medewerker/code").submit(code=present(email))
    form = known.get("/account/herstelcodes").values()
    known.client.post("/uitloggen", data=form)
    with_password(known, email, NEW)
    shown.append(known)
    paths = [path for method, path, who in ROWS if method == "GET" and "b" in who and "{" not in path]
    assert len(paths) > 15
    assert number
    return [path for browser in shown for path in paths if browser.client.get(path).status_code == 200]


@pytest.mark.promise("P24")
def test_no_way_in_without_the_second_factor_shows_anything(browse, broker, session):
    assert personal_bytes(browse, broker, session) == []


@pytest.mark.promise("P24", red=True)
def test_a_session_that_skips_the_second_factor_is_seen(browse, broker, session, monkeypatch):
    opens = staff_entry.open_session
    monkeypatch.setattr(
        staff_entry, "open_session", lambda session, user, complete=True, **more: opens(session, user, **more)
    )
    with_password(browse, broker.email)
    assert browse.client.get("/makelaar").status_code == 200


# --- P26: guessing -------------------------------------------------------------------------------------------------


def guesses_that_count(session, moment, *, accounts, tries):
    """So many guesses per account within five minutes, each with an address of its own; how many were looked at."""
    looked = 0
    for number in range(accounts):
        for attempt in range(tries):
            try:
                with transaction() as writing:
                    limits.take(
                        writing,
                        password_account=f"a{number}@demo.example",
                        password_address=f"10.{number % 250}.{attempt % 250}.{attempt // 250}",
                        password_total="everyone",
                    )
                looked += 1
            except TooOften:
                continue
    return looked


@pytest.mark.promise("P26")
def test_guesses_over_many_accounts_and_addresses_stay_under_the_limits(database, session, moment, record_property):
    accounts, tries = proofs.times(short=12, full=500), 20
    looked = guesses_that_count(session, moment, accounts=accounts, tries=tries)
    record_property("guesses", accounts * tries)
    record_property("looked_at", looked)
    assert looked == min(accounts * 10, 1000)


@pytest.mark.promise("P26", red=True)
def test_a_limit_that_forgets_is_seen(database, session, moment, monkeypatch):
    monkeypatch.setattr(limits, "_refuse_when_full", lambda *_args: None)
    assert guesses_that_count(session, moment, accounts=2, tries=12) > 20


@pytest.mark.promise("P26")
def test_the_victim_gets_in_from_a_known_browser_while_others_guess(browse, broker, app, moment):
    email = broker.email
    with_password(browse, email)
    browse.get("/inloggen/medewerker/code").submit(code=present(email))
    moment("2027-02-03T10:01:00+01:00")
    stranger = Browser(app)
    answers = {with_password(stranger, email, "verkeerd").status_code for _ in range(11)}
    assert answers == {422, 429}
    browse.client.post("/uitloggen", data=browse.get("/account/herstelcodes").values())
    browse.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert with_password(browse, email).status_code == 303


# --- P27: nobody can learn who has an account ----------------------------------------------------------------------


def seen_by_a_stranger(app, path, email, then=None):
    """What someone without an account sees of a request for this address: all but what is random in every answer."""
    browser = Browser(app)
    values = browser.get(path).values() | {"email": email}
    if "password" in values:
        values["password"] = "iets anders dan dat"
    hashed = []
    fits = passwords.is_right
    passwords.is_right = lambda kept, typed: (hashed.append(1), fits(kept, typed))[1]
    try:
        answer = browser.client.post(path, data=values)
    finally:
        passwords.is_right = fits
    page = browser.client.get(answer.location) if answer.status_code in (302, 303) else answer
    text = re.sub(r'name="csrf_token"[^>]*>', "", page.get_data(as_text=True)).replace(email, "ADDRESS")
    headers = tuple(sorted(name for name, _value in answer.headers))
    return (
        answer.status_code,
        answer.location,
        headers,
        len(text),
        hashlib.sha256(text.encode()).hexdigest(),
        len(hashed),
    )


WAYS = (
    "/inloggen",
    "/inloggen/medewerker",
    "/inloggen/medewerker/vergeten",
    "/aanmelden/noord",
    "/bedrijven/aanmelden",
)


@pytest.mark.promise("P27")
@pytest.mark.parametrize("path", WAYS)
def test_a_stranger_sees_the_same_for_every_address(make, app, database, broker, session, path):
    student = make.student().user.email
    addresses = [student, broker.email, "nobody000000@demo.example"]
    before = [session.scalar(select(func.count()).select_from(Message))]
    seen = set()
    Browser(app).get(path)  # the first request of a process asks more, whoever sends it
    for email in addresses:
        # as long as one another, so that a length says something; what is asked of the database takes time
        with statements(database) as asked:
            told = seen_by_a_stranger(app, path, email)
        seen.add((*told, len(asked)))
        before.append(session.scalar(select(func.count()).select_from(Message)))
    assert len(seen) == 1, seen
    assert len({after - earlier for earlier, after in itertools.pairwise(before)}) == 1


@pytest.mark.promise("P27", red=True)
def test_a_sign_in_that_hashes_only_for_accounts_is_seen(app, broker, monkeypatch):
    fits = staff_entry.fits
    monkeypatch.setattr(staff_entry, "fits", lambda kept, *rest: kept is not None and fits(kept, *rest))
    known = seen_by_a_stranger(app, "/inloggen/medewerker", broker.email)
    assert known != seen_by_a_stranger(app, "/inloggen/medewerker", "nobody@demo.example")


# --- P28: sessions -------------------------------------------------------------------------------------------------


def cookies_that_still_work(browse, broker, app):
    """Cookies of before that open something after they should be worth nothing."""
    email, alive = broker.email, []

    def try_cookie(name, value):
        other = Browser(app)
        other.client.set_cookie("session", value)
        if other.client.get("/makelaar").status_code == 200:
            alive.append(name)

    fixed = browse.get("/inloggen/medewerker") and browse.client.get_cookie("session").value
    with_password(browse, email)
    half = browse.client.get_cookie("session").value
    browse.get("/inloggen/medewerker/code").submit(code=present(email))
    whole = browse.client.get_cookie("session").value
    try_cookie("set before signing in", fixed)
    try_cookie("between password and code", half)
    browse.client.post("/uitloggen", data=browse.get("/account/herstelcodes").values())
    try_cookie("after signing out", whole)
    return alive


@pytest.mark.promise("P28")
def test_no_cookie_of_before_is_worth_anything(browse, broker, app):
    assert cookies_that_still_work(browse, broker, app) == []


@pytest.mark.promise("P28", red=True)
def test_signing_out_only_in_the_browser_is_seen(browse, broker, app, monkeypatch):
    from stagemakelaar.web import signing_in

    monkeypatch.setattr(signing_in, "end_session", lambda *_args, **_kwargs: None)
    assert cookies_that_still_work(browse, broker, app) == ["after signing out"]


# --- P29: links ----------------------------------------------------------------------------------------------------

FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "Forwarded": "host=evil.example",
    "X-Original-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
}


def letters_after_forged_headers(app, session, email):
    """The letters that were promised on requests with forged headers; a forged Host is refused outright."""
    browser = Browser(app)
    for path in ("/inloggen", "/inloggen/medewerker/vergeten"):
        form = browser.get(path).values() | {"email": email}
        assert browser.client.post(path, data=form, headers={"Host": "evil.example"}).status_code == 400
        assert browser.client.post(path, data=form, headers=FORGED).status_code == 303
    return [Writer(app)(message).as_string() for message in session.scalars(select(Message).order_by(Message.id))]


@pytest.mark.promise("P29")
def test_letters_name_our_own_host_whatever_a_request_says(app, broker, session):
    written = letters_after_forged_headers(app, session, broker.email)
    assert len(written) == 2
    assert not [one for one in written if "evil" in one]
    assert all("http://127.0.0.1:5000/inloggen" in one.replace("=\n", "") for one in written)


@pytest.mark.promise("P29", red=True)
def test_a_letter_that_believes_the_request_is_seen(app, broker, session, monkeypatch):
    from flask import request

    ask = resets.ask

    def believing(writing, **about):
        link = ask(writing, **about)
        latest(writing).data = {**latest(writing).data, "token": request.headers.get("X-Forwarded-Host", "")}
        return link

    monkeypatch.setattr(resets, "ask", believing)
    assert [one for one in letters_after_forged_headers(app, session, broker.email) if "evil" in one]


@pytest.mark.promise("P29")
def test_a_scanner_spends_nothing_and_no_bearer_stands_in_the_log(make, browse, session, capfd, broker):
    student, staff = make.student().user.email, broker.email
    browse.get("/inloggen").submit(email=student)
    sign_in = latest(session).data["token"]
    browse.get("/inloggen/medewerker/vergeten").submit(email=staff)
    reset = latest(session).data["token"]
    for path in (f"/inloggen/link/{sign_in}", f"/inloggen/wachtwoord/{reset}"):
        for _ in range(3):
            browse.client.head(path)
            answer = browse.client.get(path)
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
    assert links.live_link(session, sign_in) is not None
    assert resets.asked(session, reset) is not None
    told = "".join(capfd.readouterr())
    assert sign_in not in told
    assert reset not in told
