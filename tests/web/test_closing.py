"""Closing accounts of staff: at once, by one; nobody gets rid of all others, or is stuck with a bad one."""

import pytest
from sqlalchemy import select

from stagemakelaar import audit, jobs
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message
from stagemakelaar.people import closing, staff_rights
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import passwords
from tests.commands.conftest import call  # noqa: F401 - a fixture
from tests.pages import Browser
from tests.web.test_factor_resets import PASSWORD, working
from tests.web.test_staff_rights import act, ask, change_of

LATER = "2027-02-10T10:00:01+01:00"  # a week and a second
FRESH = "bea@demo.example"


@pytest.fixture
def first(make):
    return working(make, Role.ADMIN, name="Wim Sluis").id


@pytest.fixture
def second(make):
    return working(make, Role.ADMIN, name="Noor Kade").id


@pytest.fixture
def admin(browse, session, first):
    return browse.as_(session.get(User, first))


def close(browser, number, status=303):
    return act(browser, f"/accounts/{number}/uitschakelen", status=status)


def works(session, number):
    session.rollback()
    return session.get(User, number).is_active


def newest(session):
    return session.scalars(select(staff_rights.RightsChange).order_by(staff_rights.RightsChange.id.desc())).first()


def told(session, number):
    return [line.action for line in audit.trail_of(session, "user_account", number) if line.action[:5] in ACCOUNT]


ACCOUNT = ("staff", "accou")


# --- too few would be left -----------------------------------------------------------------------------------------


def test_of_four_administrators_one_is_closed_for_good_by_one(make, admin, second, session, moment):
    for _ in range(2):
        working(make, Role.ADMIN)
    close(admin, second)
    assert (works(session, second), newest(session)) == (False, None)
    moment(LATER)
    jobs.tidy()
    assert not works(session, second)


def test_of_three_none_gets_rid_of_a_second_alone(make, browse, admin, second, session, moment):
    third = working(make, Role.ADMIN).id
    close(admin, second)
    assert (works(session, second), newest(session).closes) == (False, True)
    close(admin, third)
    moment(LATER)
    jobs.tidy()
    assert works(session, second)
    assert works(session, third)


@pytest.mark.both_databases
def test_the_only_other_administrator_is_stopped_at_once_and_for_a_week(browse, admin, second, session, moment, app):
    other = browse.as_(session.get(User, second))
    other.get("/accounts")
    email = session.get(User, second).email
    page = close(admin, second).follow()
    assert "werkt weer na 10 feb" in page.text
    other.get("/accounts", status=302)
    letter = session.scalars(select(Message)).one()
    assert (letter.to, letter.data["what"]) == (email, "stopped")
    moment("2027-02-10T09:59:59+01:00")
    jobs.tidy()
    assert not works(session, second)
    moment(LATER)
    jobs.tidy()
    assert works(session, second)
    Browser(app).get("/inloggen/medewerker").submit(email=email, password=PASSWORD, status=422)
    assert [one.data["what"] for one in session.scalars(select(Message).order_by(Message.id))] == [
        "stopped",
        "reopened",
    ]
    assert told(session, second)[1:] == ["account.disabled", "staff.stopped", "staff.rights_lapsed", "account.enabled"]


def test_a_stop_that_came_to_nothing_is_not_begun_again_by_the_same_person(
    browse, admin, first, second, session, moment
):
    close(admin, second)
    act(admin, f"/accounts/rechten/{newest(session).id}/afwijzen")
    assert works(session, second)
    assert passwords.is_right(session.get(User, second).password_hash, PASSWORD)
    assert "kort geleden" in close(admin, second, status=409).text
    assert works(session, second)
    close(browse.as_(session.get(User, second)), first)
    assert not works(session, first)
    moment("2027-05-05T10:00:00+02:00")
    jobs.tidy()
    close(browse.as_(session.get(User, first)), second)
    assert not works(session, second)


def test_a_second_administrator_who_came_since_confirms_a_stop(make, browse, admin, second, session, moment):
    close(admin, second)
    change = newest(session).id
    assert "U vroeg dit zelf" in act(admin, f"/accounts/rechten/{change}/toestaan", status=409).text
    third = browse.as_(working(make, Role.ADMIN))
    assert "blijft uitgeschakeld" in third.get("/accounts/rechten").text
    act(third, f"/accounts/rechten/{change}/toestaan")
    moment(LATER)
    jobs.tidy()
    assert not works(session, second)
    assert told(session, second)[-1] == "staff.stop_confirmed"


def test_who_is_stopped_stays_so_and_an_administrator_without_password_does_not_count(make, admin, second, session):
    make.staff(Role.ADMIN, name="Nooit Gekomen")
    close(admin, second)
    act(admin, f"/accounts/{second}/inschakelen", status=409)
    assert (works(session, second), newest(session).closes) == (False, True)


@pytest.mark.parametrize("how", ["open", "role"])
def test_whoever_stopped_somebody_does_not_make_it_last_by_asking_something_when_the_week_is_over(
    browse, admin, first, second, session, moment, programme, how
):
    close(admin, second)
    moment(LATER)
    admin = browse.as_(session.get(User, first))
    if how == "open":
        act(admin, f"/accounts/{second}/inschakelen")
    else:
        ask(admin, second, role="broker", programme="noord")
    jobs.tidy()
    assert works(session, second)
    assert not passwords.is_right(session.get(User, second).password_hash, PASSWORD)


def test_whoever_stopped_somebody_does_not_close_them_for_good_by_pressing_again(admin, second, session, moment):
    close(admin, second)
    assert "al uitgeschakeld" in close(admin, second, status=409).text
    moment(LATER)
    jobs.tidy()
    assert works(session, second)


def test_what_a_closed_administrator_asked_is_granted_by_nobody(make, browse, admin, second, session):
    broker = working(make).id
    ask(browse.as_(session.get(User, second)), broker, role="admin")
    change = change_of(session, broker).id
    working(make, Role.ADMIN)
    close(admin, second)
    act(admin, f"/accounts/rechten/{change}/toestaan", status=409)
    assert session.get(User, broker).role is Role.BROKER


def test_a_closed_administrator_closes_nobody_also_at_the_same_moment(make, first, second, session):
    third = working(make, Role.ADMIN).id
    with transaction() as writing:
        closing.close(writing, second, by=writing.get(User, first))
    with pytest.raises(DomainError), transaction() as writing:
        closing.close(writing, third, by=writing.get(User, second))
    assert works(session, third)


# --- by whoever has the server -------------------------------------------------------------------------------------


def test_from_the_server_the_only_other_administrator_is_closed_for_good(call, admin, second, session, moment):  # noqa: F811
    email = session.get(User, second).email
    close(admin, second)
    code, found = call("account", "close", email)
    assert (code, found["administrators"]) == (0, 1)
    moment(LATER)
    jobs.tidy()
    assert not works(session, second)
    line = audit.trail_of(session, "user_account", second)[-1]
    assert (line.action, line.actor_id, line.actor_role) == ("account.disabled", None, "system")


def test_from_the_server_an_administrator_who_was_shut_out_is_let_in_again(call, browse, admin, first, second, session):  # noqa: F811
    emails = {number: session.get(User, number).email for number in (first, second)}
    close(admin, second)
    assert call("account", "open", emails[second])[0] == 0
    assert call("account", "open", emails[second])[0] == 3
    assert call("account", "close", emails[first])[0] == 0
    assert (works(session, first), works(session, second)) == (False, True)
    assert session.scalars(staff_rights.waiting()).unique().all() == []
    admin.get("/accounts", status=302)


def test_from_the_server_an_administrator_gets_another_role(call, browse, second, first, session, make):  # noqa: F811
    make.programme()
    email = session.get(User, second).email
    other = browse.as_(session.get(User, second))
    assert call("account", "role", email, "--role", "broker")[0] == 3
    assert call("account", "role", email, "--role", "broker", "--programme", "noord")[0] == 0
    other.get("/accounts", status=302)
    session.rollback()
    assert session.get(User, second).role is Role.BROKER
    line = audit.trail_of(session, "user_account", second)[-1]
    assert (line.action, line.actor_id, line.details["role_before"]) == ("staff.rights_changed", None, "admin")
    assert session.scalars(select(Message)).one().data["what"] == "rights_by_server"
    assert call("account", "role", email, "--role", "broker", "--programme", "noord")[0] == 3


def test_another_role_from_the_server_leaves_a_stop_as_it_is_and_asks_nobody_to_sign_in(
    call,  # noqa: F811
    admin,
    second,
    session,
    moment,
):
    email = session.get(User, second).email
    close(admin, second)
    assert call("account", "role", email, "--role", "auditor")[0] == 0
    assert [one.data["what"] for one in session.scalars(select(Message))] == ["stopped"]
    moment(LATER)
    jobs.tidy()
    assert works(session, second)
    assert session.get(User, second).role is Role.AUDITOR


def test_who_is_stopped_is_not_told_to_sign_in_when_new_rights_are_granted(make, browse, admin, second, session):
    ask(browse.as_(make.staff(Role.ADMIN, name="Zonder Wachtwoord")), second, role=Role.AUDITOR.value)
    change = newest(session).id
    close(admin, second)
    act(admin, f"/accounts/rechten/{change}/toestaan")
    assert (works(session, second), session.get(User, second).role) == (False, Role.AUDITOR)
    assert [one.data["what"] for one in session.scalars(select(Message))] == ["stopped"]


def test_from_the_server_nobody_but_staff_is_touched(call, make, session):  # noqa: F811
    student = make.student()
    email, number = student.user.email, student.user_id
    for words in (("close", email), ("open", email), ("role", email, "--role", "auditor")):
        assert call("account", *words)[0] == 3
    assert works(session, number)


# --- invitations that came to nothing ------------------------------------------------------------------------------


def invite(browser, status=303, **fields):
    return browser.get("/accounts/uitnodigen").submit(name="Bea Beheer", email=FRESH, status=status, **fields)


def of_bea(session):
    session.rollback()
    return session.scalars(select(User).where(User.email == FRESH)).one_or_none()


@pytest.fixture
def programme(make):
    return make.programme()


def test_a_new_administrator_who_was_turned_down_can_be_invited_as_something_else(
    browse, admin, second, session, programme
):
    invite(admin, role="admin")
    number = of_bea(session).id
    act(browse.as_(session.get(User, second)), f"/accounts/rechten/{newest(session).id}/afwijzen")
    assert of_bea(session) is None
    assert told(session, number) == [
        "staff.registered", "staff.rights_asked", "staff.rights_dropped", "staff.invitation_ended"
    ]  # fmt: skip
    page = admin.get("/accounts")
    assert "vervallen" not in page.text
    act(admin, f"/accounts/{number}/inschakelen", status=404)
    invite(admin, role="broker", programme="noord")
    assert (of_bea(session).role, of_bea(session).id == number) == (Role.BROKER, False)


@pytest.mark.parametrize("tidied", [True, False])
def test_a_new_administrator_whom_nobody_granted_in_time_can_be_invited_again(
    browse, first, second, session, moment, programme, tidied
):
    invite(browse.as_(session.get(User, first)), role="admin")
    number = of_bea(session).id
    moment(LATER)
    if tidied:
        jobs.tidy()
        assert of_bea(session) is None
    invite(browse.as_(session.get(User, second)), role="admin")
    assert of_bea(session).id != number
    assert session.scalars(staff_rights.waiting()).unique().one().user_id == of_bea(session).id


def test_an_invitation_is_withdrawn_by_closing_its_account_and_its_link_is_dead(admin, second, session, programme, app):
    invite(admin, role="broker", programme="noord")
    number = of_bea(session).id
    token = session.scalars(select(Message)).one().data["token"]
    Browser(app).get(f"/inloggen/uitnodiging/{token}")
    close(admin, number)
    assert of_bea(session) is None
    page = Browser(app).get(f"/inloggen/uitnodiging/{token}", status=404)
    assert "Bea" not in page.text
    invite(admin, role="auditor")
    assert of_bea(session).role is Role.AUDITOR


def test_who_worked_here_keeps_the_address_when_opening_again_is_turned_down(make, browse, admin, second, session):
    third, _fourth = (working(make, Role.ADMIN).id for _ in range(2))
    email = session.get(User, third).email
    close(admin, third)
    act(admin, f"/accounts/{third}/inschakelen")
    act(browse.as_(session.get(User, second)), f"/accounts/rechten/{newest(session).id}/afwijzen")
    assert (works(session, third), session.get(User, third).email) == (False, email)


def test_the_list_of_accounts_says_so_when_there_are_hardly_administrators(make, admin, second):
    working(make, Role.ADMIN)
    assert "hoogstens drie beheerders" in admin.get("/accounts").text
    working(make, Role.ADMIN)
    assert "hoogstens drie beheerders" not in admin.get("/accounts").text
