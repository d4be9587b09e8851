"""A colleague who lost app and recovery codes: one asks, a second one grants, and nothing of the old way in works."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import passwords, recovery, totp
from tests.pages import Browser

PASSWORD = "veertig-groene-fietsen"


def working(make, role=Role.BROKER, **about):
    user = make.staff(role, **about)
    with transaction() as session:
        user = session.get(User, user.id)
        user.password_hash = passwords.hash_password(PASSWORD)
        user.totp_secret = totp.demo_secret(user.email)
    return user


@pytest.fixture
def broker(make):
    return working(make)


@pytest.fixture
def admins(make, browse):
    return [browse.as_(working(make, Role.ADMIN)) for _ in range(2)]


def ask(browser, user):
    return browser.get("/accounts/app").submit(f"/accounts/app/{user.id}/vragen")


def grant(browser, user, status=303):
    form = browser.get("/accounts/app").soup.find("input", attrs={"name": "csrf_token"})
    return browser.post(f"/accounts/app/{user.id}/toestaan", {"csrf_token": form["value"]}, status=status)


@pytest.mark.promise("P22", "P24")
def test_two_administrators_together_reset_the_app_and_nothing_old_works(browse, broker, admins, session, app):
    desk = browse.as_(broker)
    with transaction() as writing:
        codes = recovery.renew(writing, writing.get(User, broker.id), by=broker)
    ask(admins[0], broker)
    desk.get("/makelaar")
    admins[1].get("/accounts/app").submit(f"/accounts/app/{broker.id}/toestaan")
    desk.get("/makelaar", status=302)
    Browser(app).get("/inloggen/medewerker").submit(email=broker.email, password=PASSWORD, status=422)
    user = session.get(User, broker.id)
    assert user.password_hash is None
    assert user.totp_secret != totp.demo_secret(broker.email)
    assert recovery.left(session, user) == 0
    kinds = [(one.kind, one.to) for one in session.scalars(select(Message).order_by(Message.id))]
    assert kinds == [("account_notice", broker.email), ("staff_invitation", broker.email)]
    assert codes


def test_who_asked_cannot_grant(broker, admins, session):
    ask(admins[0], broker)
    assert "wacht op een tweede collega" in admins[0].get("/accounts/app").text
    assert "U vroeg dit zelf" in grant(admins[0], broker, status=409).text
    assert session.get(User, broker.id).password_hash is not None


def test_nobody_asks_or_grants_for_themselves(make, browse, session):
    me = working(make, Role.ADMIN)
    other = browse.as_(working(make, Role.ADMIN))
    own = browse.as_(me)
    form = own.get("/accounts/app").values(f"/accounts/app/{other_id(session, me)}/vragen")
    own.post(f"/accounts/app/{me.id}/vragen", form, status=404)
    ask(other, me)
    grant(own, me, status=404)


def other_id(session, me):
    return session.scalars(select(User.id).where(User.role == Role.ADMIN, User.id != me.id)).one()


def test_a_coordinator_helps_brokers_of_the_own_programme_alone(make, browse, broker, session):
    mine = SimpleNamespace(id=broker.id)
    coordinator = browse.as_(working(make, Role.COORDINATOR))
    elsewhere = working(make, programme=make.programme("zuid"), email="elsewhere@demo.example")
    strangers = {elsewhere.id: elsewhere.email}
    admin = working(make, Role.ADMIN)
    strangers[admin.id] = admin.email
    second = browse.as_(admin)
    page = coordinator.get("/accounts/app")
    assert not [email for email in strangers.values() if email in page.text]
    form = page.values(f"/accounts/app/{mine.id}/vragen")
    for number in strangers:
        coordinator.post(f"/accounts/app/{number}/vragen", form, status=404)
    ask(coordinator, mine)
    grant(second, mine)
    assert session.get(User, mine.id).password_hash is None


def test_a_request_lapses_after_a_day(broker, admins, moment, browse, session):
    ask(admins[0], broker)
    moment("2027-02-04T10:00:00+01:00")
    admin = session.scalars(select(User).where(User.role == Role.ADMIN).order_by(User.id.desc())).first()
    grant(browse.as_(admin), broker, status=409)


@pytest.mark.parametrize("who", [(1, 1, None), (1, 2, 2), (1, 2, 1)])
def test_the_database_itself_wants_four_eyes(make, broker, session, who):
    ids = {1: broker.id, 2: make.staff(Role.ADMIN).id, None: None}
    user, asked, granted = (ids[one] for one in who)
    insert = text(
        "INSERT INTO factor_reset (user_id, asked_by_id, asked_at, granted_by_id, granted_at)"
        " VALUES (:user, :asked, :at, :granted, :done)"
    )
    now = clock.now().replace(tzinfo=None)
    values = {"user": user, "asked": asked, "at": now, "granted": granted, "done": now if granted else None}
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.execute(insert, values)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_after_the_question_who_one_is_the_way_leads_back_to_the_page(browse, make, broker, moment, role):
    colleague = working(make, role)
    email, number = colleague.email, broker.id
    desk = browse.as_(colleague)
    form = desk.get("/accounts/app").values(f"/accounts/app/{number}/vragen")
    moment("2027-02-03T10:16:00+01:00")
    page = desk.post(f"/accounts/app/{number}/vragen", form, status=302).follow()
    assert page.submit(one_time_code=totp.present_code(totp.demo_secret(email))[0]).location == "/accounts/app"
