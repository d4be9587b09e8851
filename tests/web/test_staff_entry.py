"""The entry of staff: password, code, invitation."""

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import RecoveryCode, invitations, passwords, recovery, totp
from stagemakelaar.people.signing_in.sessions import end_sessions_of
from tests.pages import Browser

PASSWORD = "veertig-groene-fietsen"


@pytest.fixture
def broker(make):
    """A broker who can sign in."""
    user = make.broker()
    with transaction() as session:
        user = session.get(User, user.id)
        user.password_hash = passwords.hash_password(PASSWORD)
        user.totp_secret = totp.demo_secret(user.email)
    return user


def code(user, shift=0):
    return pyotp.TOTP(totp.demo_secret(user.email)).generate_otp(int(clock.now().timestamp()) // 30 + shift)


def with_password(browse, user, password=PASSWORD, status=303):
    return browse.get("/inloggen/medewerker").submit(email=user.email, password=password, status=status)


def test_a_broker_signs_in_with_password_and_code(browse, broker):
    page = with_password(browse, broker)
    assert page.location == "/inloggen/medewerker/code"
    assert page.follow().submit(code=code(broker)).location == "/makelaar"
    browse.get("/makelaar")


def test_a_password_that_was_hashed_at_another_cost_is_hashed_anew_once(browse, broker, session):
    old = PasswordHasher(time_cost=2, memory_cost=24, parallelism=1).hash(PASSWORD)
    with transaction() as writing:
        writing.get(User, broker.id).password_hash = old
    kept = set()
    for _ in range(2):
        with_password(browse, broker)
        session.expire_all()
        kept.add(session.get(User, broker.id).password_hash)
    assert old not in kept
    assert len(kept) == 1
    assert passwords.is_right(kept.pop(), PASSWORD)


def test_between_password_and_code_nothing_else_is_open(browse, broker):
    with_password(browse, broker)
    for path in ("/makelaar", "/studenten", "/rondes", "/accounts"):
        assert browse.get(path, status=302).location.startswith("/inloggen")


def test_between_password_and_code_signing_out_is_open(browse, broker):
    page = with_password(browse, broker).follow()
    browse.post("/uitloggen", {"csrf_token": page.values()["csrf_token"]})
    assert browse.get("/inloggen/medewerker/code", status=302).location == "/inloggen/medewerker"


def test_every_failure_reads_the_same(make, browse, broker):
    told = {
        with_password(browse, broker, "verkeerd wachtwoord", 422).text,
        with_password(browse, make.student().user, PASSWORD, 422).text,
        with_password(browse, make.staff(Role.ADMIN), PASSWORD, 422).text,
        browse.get("/inloggen/medewerker").submit(email="geen adres", password=PASSWORD, status=422).text,
        browse.get("/inloggen/medewerker").submit(email="n@demo.example", password="\x00", status=422).text,
    }
    assert len(told) == 1


def test_a_refused_sign_in_is_in_the_trail(browse, broker, session):
    with_password(browse, broker, "verkeerd", 422)
    entry = session.scalars(select(Entry).where(Entry.action == "sign_in.refused")).one()
    assert (entry.object_id, entry.result) == (broker.id, "refused")


def test_a_code_does_not_work_twice(browse, broker, app):
    used = code(broker)
    with_password(browse, broker).follow().submit(code=used)
    page = with_password(Browser(app), broker).follow().submit(code=used, status=422)
    assert "al gebruikt" in page.error_at("code")


def test_the_session_gets_a_new_name_at_the_second_step(browse, broker):
    page = with_password(browse, broker).follow()
    with browse.client.session_transaction() as cookie:
        before = cookie["who"]
    page.submit(code=code(broker))
    with browse.client.session_transaction() as cookie:
        assert cookie["who"] != before


def test_the_eleventh_password_is_refused_even_when_it_is_right(browse, broker):
    for _ in range(10):
        with_password(browse, broker, "verkeerd", 422)
    page = with_password(browse, broker, status=429)
    assert page.response.headers["Retry-After"]


def test_the_sixth_code_is_refused_even_when_it_is_right(browse, broker):
    page = with_password(browse, broker).follow()
    for _ in range(5):
        page = page.submit(code="000000", status=422)
    page.submit(code=code(broker), status=429)


def test_a_disabled_account_does_not_get_past_the_password(make, browse, broker):
    from stagemakelaar.people import actions as people

    admin = make.staff(Role.ADMIN)
    with transaction() as session:
        people.disable(session, session.get(User, broker.id), by=admin)
    with_password(browse, broker, status=422)


def test_an_invited_colleague_finishes_the_account_and_signs_in(browse, session, moment):
    with transaction() as writing:
        user = invitations.invite(writing, email="nieuw@demo.example", role=Role.ADMIN, by=None)
    token = session.scalars(select(Message)).one().data["token"]
    page = browse.get(f"/inloggen/uitnodiging/{token}")
    assert page.soup.find("svg", class_="segno")
    secret = user.totp_secret
    page = page.submit(
        name="Wim Sluis", password="lamp trein boter wolk", code=pyotp.TOTP(secret).at(clock.now()), status=200
    )
    assert page.links["Inloggen"] == "/inloggen/medewerker"
    assert len(page.soup.find_all("code")) == 10
    moment("2027-02-03T10:01:00+01:00")
    page = with_password(browse, user, "lamp trein boter wolk").follow()
    assert page.submit(code=pyotp.TOTP(secret).at(clock.now())).location == "/accounts"
    browse.get(f"/inloggen/uitnodiging/{token}", status=404)


def test_a_weak_password_is_explained_and_the_name_kept(browse, session):
    with transaction() as writing:
        invitations.invite(writing, email="nieuw@demo.example", role=Role.ADMIN, by=None)
    token = session.scalars(select(Message)).one().data["token"]
    page = browse.get(f"/inloggen/uitnodiging/{token}")
    page = page.submit(name="Wim Sluis", password="kort", code="123456", status=422)
    assert "12 tekens" in page.error_at("password")
    assert page.values()["name"] == "Wim Sluis"


def test_an_invitation_is_no_way_in_by_the_link_page(browse, session):
    with transaction() as writing:
        invitations.invite(writing, email="nieuw@demo.example", role=Role.ADMIN, by=None)
    browse.get(f"/inloggen/link/{session.scalars(select(Message)).one().data['token']}", status=404)


@pytest.fixture
def codes(broker):
    """The recovery codes of the broker."""
    with transaction() as session:
        return recovery.renew(session, session.get(User, broker.id), by=broker)


def test_a_recovery_code_stands_in_for_the_app_once_and_its_owner_hears_of_it(browse, broker, codes, app, session):
    page = with_password(browse, broker).follow().browser.get("/inloggen/medewerker/herstelcode")
    assert page.submit(code=recovery.in_groups(codes[3]).lower()).location == "/makelaar"
    letter = session.scalars(select(Message)).one()
    assert (letter.kind, letter.to, letter.data["what"], letter.data["left"]) == (
        "account_notice",
        broker.email,
        "recovery_used",
        9,
    )
    other = Browser(app)
    with_password(other, broker)
    page = other.get("/inloggen/medewerker/herstelcode").submit(code=codes[3], status=422)
    assert "al gebruikt" in page.error_at("code")
    page.submit(code=codes[4])


def test_recovery_codes_and_codes_of_the_app_share_one_limit(browse, broker, codes):
    page = with_password(browse, broker).follow()
    for _ in range(3):
        page = page.submit(code="000000", status=422)
    page = browse.get("/inloggen/medewerker/herstelcode")
    for _ in range(2):
        page = page.submit(code="A" * 26, status=422)
    page.submit(code=codes[0], status=429)


def test_a_recovery_code_is_of_one_account_and_needs_the_password_first(make, browse, broker, codes):
    assert browse.get("/inloggen/medewerker/herstelcode", status=302).location == "/inloggen/medewerker"
    browse.post("/inloggen/medewerker/herstelcode", {"code": codes[0]}, status=303)
    browse.get("/makelaar", status=302)
    other = make.broker(email="other@demo.example")
    with transaction() as session:
        other = session.get(User, other.id)
        other.password_hash = passwords.hash_password(PASSWORD)
    with_password(browse, other)
    browse.get("/inloggen/medewerker/herstelcode").submit(code=codes[0], status=422)


def test_who_renews_has_ten_codes_and_the_old_ones_are_dead(browse, broker, codes, session):
    with transaction() as writing:
        fresh = recovery.renew(writing, writing.get(User, broker.id), by=broker)
    assert len(set(fresh) | set(codes)) == 20
    assert recovery.left(session, broker) == 10
    with transaction() as writing:
        assert not recovery.spend(writing, broker, codes[0])


def test_the_database_keeps_no_recovery_code(browse, broker, codes, session):
    kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(kept) == 10
    assert not set(kept) & set(codes)


def test_the_second_time_in_a_new_browser_is_told_by_mail(browse, broker, app, session, moment):
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
    with_password(browse, broker).follow().submit(code=code(broker))
    assert session.scalars(select(Message)).all() == []  # the first time, every browser is new
    moment("2027-02-03T10:01:00+01:00")
    with transaction() as writing:
        end_sessions_of(writing, broker)
    with_password(browse, broker).follow().submit(code=code(broker))
    assert session.scalars(select(Message)).all() == []
    moment("2027-02-03T10:02:00+01:00")
    other = Browser(app)
    other.client.environ_base["HTTP_USER_AGENT"] = agent["User-Agent"]
    with_password(other, broker).follow().submit(code=code(broker))
    letter = session.scalars(select(Message)).one()
    assert (letter.data["what"], letter.data["browser"]) == ("new_browser", "Firefox, Windows")
