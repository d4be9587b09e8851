"""A forgotten password: the same page for everyone, a link that works once, and the code is still asked."""

import re

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import invitations, passwords, totp
from tests.pages import Browser

OLD, NEW = "veertig-groene-fietsen", "lamp trein boter wolk"


@pytest.fixture
def broker(make):
    user = make.broker()
    with transaction() as session:
        user = session.get(User, user.id)
        user.password_hash = passwords.hash_password(OLD)
        user.totp_secret = totp.demo_secret(user.email)
    return user


def ask(browse, email):
    return browse.get("/inloggen/medewerker/vergeten").submit(email=email).follow()


def letters(session):
    return session.scalars(select(Message).order_by(Message.id)).all()


def link_of(session):
    return f"/inloggen/wachtwoord/{letters(session)[0].data['token']}"


def sign_in(browse, user, password, status=303):
    return browse.get("/inloggen/medewerker").submit(email=user.email, password=password, status=status)


@pytest.mark.promise("P24")
def test_a_new_password_works_and_the_code_is_still_asked(browse, broker, session):
    ask(browse, broker.email)
    page = browse.get(link_of(session)).submit(password=NEW)
    assert page.location == "/inloggen/medewerker"
    browse.get("/makelaar", status=302)
    sign_in(browse, broker, OLD, 422)
    page = sign_in(browse, broker, NEW)
    assert page.location == "/inloggen/medewerker/code"
    browse.get("/makelaar", status=302)
    page.follow().submit(code=totp.present_code(totp.demo_secret(broker.email))[0])
    browse.get("/makelaar")


@pytest.mark.promise("P25", "P29")
def test_the_link_works_once_and_opening_it_spends_nothing(browse, broker, session, moment):
    ask(browse, broker.email)
    address = link_of(session)
    for _ in range(3):
        page = browse.get(address)
    page.submit(password=NEW)
    browse.get(address, status=404)
    browse.post(address, page.values() | {"password": OLD}, status=404)
    sign_in(browse, broker, NEW)


def test_the_link_works_an_hour_and_the_newest_password_lets_others_lapse(browse, broker, session, moment):
    ask(browse, broker.email)
    ask(browse, broker.email)
    first, second = (f"/inloggen/wachtwoord/{letter.data['token']}" for letter in letters(session))
    browse.get(second).submit(password=NEW)
    browse.get(first, status=404)
    ask(browse, broker.email)
    third = f"/inloggen/wachtwoord/{letters(session)[-1].data['token']}"
    moment("2027-02-03T11:00:00+01:00")
    browse.get(third, status=404)


@pytest.mark.promise("P28")
def test_a_new_password_ends_every_session_and_is_told_by_mail(browse, broker, session):
    working = browse.as_(broker)
    working.get("/makelaar")
    ask(browse, broker.email)
    browse.get(link_of(session)).submit(password=NEW)
    assert working.get("/makelaar", status=302).location.startswith("/inloggen")
    assert [(one.kind, one.data.get("what")) for one in letters(session)][1:] == [("account_notice", "password")]


def test_the_link_is_bound_to_the_browser_that_asked(browse, broker, session, app):
    ask(browse, broker.email)
    other = Browser(app)
    page = other.get(link_of(session))
    assert "andere browser" in page.heading
    other.post(link_of(session), {"password": NEW}, status=403)
    sign_in(browse, broker, OLD)


@pytest.mark.promise("P27")
def test_the_page_is_the_same_for_every_address_and_only_the_reader_of_the_mail_learns(make, browse, broker, session):
    disabled, invited = make.broker(email="gone@demo.example"), "invited@demo.example"
    addresses = [make.student().user.email, "nobody@demo.example", invited, disabled.email, broker.email]
    with transaction() as writing:
        writing.get(User, disabled.id).disabled_at = disabled.created_at
        invitations.invite(writing, email=invited, role=Role.ADMIN, by=None)
    assert len({ask(browse, email).text for email in addresses}) == 1
    kinds = [letter.kind for letter in letters(session) if letter.kind != "staff_invitation"]
    assert kinds == [*["password_reset_none"] * 4, "password_reset"]


def test_a_password_that_is_easy_to_guess_is_refused_and_the_link_goes_on(browse, broker, session):
    ask(browse, broker.email)
    page = browse.get(link_of(session))
    for weak in ("kort", "welkom123456", f"{broker.email.split('@')[0]} is mijn naam", "Fatima el Idrissi"):
        page = page.submit(password=weak, status=422)
        assert page.error_at("password")
        assert weak not in page.response.get_data(as_text=True).replace("Minstens 12", "")
    page.submit(password=NEW)


def test_asking_is_limited_per_mailbox(browse, broker):
    for _ in range(5):
        ask(browse, broker.email)
    page = browse.get("/inloggen/medewerker/vergeten").submit(email=broker.email, status=429)
    assert page.response.headers["Retry-After"]


@pytest.mark.promise("P24")
def test_no_other_link_of_ours_chooses_a_password(make, browse, broker, session):
    browse.get("/inloggen").submit(email=make.student().user.email)
    token = letters(session)[0].data["token"]
    browse.get(f"/inloggen/wachtwoord/{token}", status=404)
    ask(browse, broker.email)
    reset = letters(session)[-1].data["token"]
    browse.get(f"/inloggen/link/{reset}", status=404)
    csrf = browse.get("/inloggen/medewerker/vergeten").values()["csrf_token"]
    browse.post(f"/inloggen/link/{reset}", {"csrf_token": csrf}, status=409)
    browse.get(f"/inloggen/uitnodiging/{reset}", status=404)


def test_a_wrong_code_beside_an_open_reset_is_just_wrong(make, browse, broker, session):
    ask(browse, broker.email)
    browse.get("/inloggen").submit(email=make.student().user.email)
    page = browse.get("/inloggen/code").submit(code="AAAA AAAA", status=422)
    assert re.search("klopt niet", page.error_at("code"))
