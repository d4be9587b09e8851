"""The entry of staff: password, code, invitation."""

import pyotp
import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import invitations, passwords, totp

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
    from tests.pages import Browser

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
    page = page.submit(name="Wim Sluis", password="lamp trein boter wolk", code=pyotp.TOTP(secret).at(clock.now()))
    assert page.location == "/inloggen/medewerker"
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
