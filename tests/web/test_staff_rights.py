"""Rights of staff: two administrators change them together, everyone's are looked at again in time, and it is told."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from stagemakelaar import audit, clock
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people import staff_rights
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import links
from stagemakelaar.people.signing_in.models import SignInLink
from tests.web.test_factor_resets import working


@pytest.fixture
def broker(make):
    return working(make).id


@pytest.fixture
def admins(make, browse):
    return [browse.as_(working(make, Role.ADMIN)) for _ in range(2)]


def ask(browser, number, status=303, **fields):
    return browser.get(f"/accounts/{number}/rechten").submit("", status=status, **fields)


def change_of(session, number):
    return session.scalars(select(staff_rights.RightsChange).where(staff_rights.RightsChange.user_id == number)).one()


def act(browser, path, status=303):
    form = browser.get("/accounts/app").soup.find("input", attrs={"name": "csrf_token"})
    return browser.post(path, {"csrf_token": form["value"]}, status=status)


@pytest.mark.promise("P22")
def test_a_role_changes_when_a_second_administrator_grants_it_and_then_at_once(browse, broker, admins, session):
    desk = browse.as_(session.get(User, broker))
    ask(admins[0], broker, role="coordinator", programme="noord")
    change = change_of(session, broker).id
    assert session.get(User, broker).role is Role.BROKER
    desk.get("/makelaar")
    assert "U vroeg dit zelf" in act(admins[0], f"/accounts/rechten/{change}/toestaan", status=409).text
    page = admins[1].get("/accounts/rechten")
    assert "Wacht op een tweede beheerder" in page.text
    page.submit(f"/accounts/rechten/{change}/toestaan")
    user = session.get(User, broker)
    assert user.role is Role.COORDINATOR
    desk.get("/makelaar", status=302)
    assert session.scalars(select(Message)).one().data["what"] == "rights"
    lines = [line.action for line in audit.trail_of(session, "user_account", broker) if line.action.startswith("staff")]
    assert lines == ["staff.registered", "staff.rights_asked", "staff.rights_changed"]
    act(admins[1], f"/accounts/rechten/{change}/toestaan", status=409)


def test_a_new_administrator_gets_no_letter_before_a_second_one_grants_it(admins, session):
    admins[0].get("/accounts/uitnodigen").submit(name="Bea Beheer", email="bea@demo.example", role="admin")
    user = session.scalars(select(User).where(User.email == "bea@demo.example")).one()
    number, change = user.id, change_of(session, user.id).id
    assert (user.is_active, session.scalars(select(Message)).all()) == (False, [])
    act(admins[0], f"/accounts/{number}/inschakelen", status=409)
    assert not session.get(User, number).is_active
    act(admins[1], f"/accounts/rechten/{change}/toestaan")
    assert session.get(User, number).is_active
    assert [one.kind for one in session.scalars(select(Message))] == ["staff_invitation"]


def test_an_administrator_who_was_closed_opens_by_two(make, admins, session):
    third, _fourth = (working(make, Role.ADMIN).id for _ in range(2))
    act(admins[0], f"/accounts/{third}/uitschakelen")
    act(admins[0], f"/accounts/{third}/inschakelen")
    assert not session.get(User, third).is_active
    act(admins[1], f"/accounts/rechten/{change_of(session, third).id}/toestaan")
    assert session.get(User, third).is_active


def test_what_nobody_grants_lapses_after_a_week_and_can_be_turned_down(admins, broker, session, make, browse, moment):
    ask(admins[0], broker, role="auditor")
    first = change_of(session, broker).id
    ask(admins[1], broker, status=422, role="admin")
    act(admins[1], f"/accounts/rechten/{first}/afwijzen")
    act(admins[1], f"/accounts/rechten/{first}/toestaan", status=409)
    ask(admins[0], broker, role="admin")
    moment("2027-02-10T10:30:00+01:00")
    admin = browse.as_(working(make, Role.ADMIN))
    last = session.scalars(select(staff_rights.RightsChange.id).order_by(staff_rights.RightsChange.id.desc())).first()
    act(admin, f"/accounts/rechten/{last}/toestaan", status=409)
    assert session.get(User, broker).role is Role.BROKER


def test_nobody_changes_their_own_rights_and_a_student_has_none(make, browse, session):
    me = working(make, Role.ADMIN)
    number, student = me.id, make.student().user_id
    mine = browse.as_(me)
    for path in (f"/accounts/{number}/rechten", f"/accounts/{student}/rechten"):
        mine.get(path, status=404)
    act(mine, f"/accounts/{number}/nagekeken", status=409)
    act(mine, f"/accounts/{student}/nagekeken", status=404)


def test_a_broker_has_a_programme_and_the_same_role_is_no_change(broker, admins, session):
    page = ask(admins[0], broker, status=422, role="coordinator", programme="")
    assert page.error_at("programme")
    assert ask(admins[0], broker, status=422, role="broker", programme="noord").error_at("role")


@pytest.mark.parametrize("who", [(1, 1, None), (1, 2, 2), (1, 2, 1)])
def test_the_database_itself_wants_four_eyes(make, broker, who):
    ids = {1: broker, 2: make.staff(Role.ADMIN).id, None: None}
    user, asked, granted = (ids[one] for one in who)
    insert = text(
        "INSERT INTO rights_change (user_id, role, enables, asked_by_id, asked_at, granted_by_id, granted_at)"
        " VALUES (:user, 'admin', :no, :asked, :at, :granted, :done)"
    )
    now = clock.now().replace(tzinfo=None)
    values = {
        "user": user,
        "asked": asked,
        "at": now,
        "granted": granted,
        "done": now if granted else None,
        "no": False,
    }
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.execute(insert, values)


def test_rights_are_due_after_a_quarter_or_a_year_until_somebody_looked(make, browse, session, moment):
    special, plain = working(make, Role.COORDINATOR, name="Marleen Post").id, working(make, name="Joris Blok").id
    first = working(make, Role.ADMIN, name="Wim Sluis").id

    def due():
        return {user.id for user in session.scalars(staff_rights.accounts_to_review(due=True)).unique()}

    assert due() == set()
    moment("2027-05-04T10:00:00+02:00")  # the day after
    session.rollback()
    assert due() == {special, first}
    admin = browse.as_(session.get(User, first))
    page = admin.get("/accounts/rechten?nakijken=nodig")
    assert ("Marleen Post" in page.text, "Joris Blok" in page.text) == (True, False)
    page.submit(f"/accounts/{special}/nagekeken?nakijken=nodig")
    assert due() == {first}
    told = admin.get("/accounts/rechten").text
    assert "door Wim Sluis" in told
    assert "weer op 4 aug 2027" in told
    moment("2028-02-04T10:00:00+01:00")
    session.rollback()
    assert due() == {special, plain, first}


def test_reading_the_lists_leaves_a_line_and_the_auditor_reads_without_buttons(make, browse, broker, session):
    admin, auditor = browse.as_(working(make, Role.ADMIN)), browse.as_(working(make, Role.AUDITOR))
    admin.get("/accounts")
    page = auditor.get("/accounts/rechten")
    assert "Nagekeken:" not in page.text
    read = select(audit.Entry).where(audit.Entry.action == "staff.read").order_by(audit.Entry.seq)
    assert [(line.actor_role, line.details) for line in session.scalars(read)] == [
        ("admin", {"page": "accounts"}),
        ("auditor", {"page": "rights"}),
    ]
    auditor.get("/accounts", status=403)


# --- signing somebody out ------------------------------------------------------------------------------------------


def test_an_administrator_ends_the_sessions_of_anyone_and_sees_nobody(make, browse, session):
    student = make.student()
    number, email = student.user_id, student.user.email
    theirs = browse.as_(student.user)
    me = working(make, Role.ADMIN)
    admin, mine = browse.as_(me), me.email
    theirs.get("/student")
    with transaction() as writing:
        asked = links.ask(writing, email=email, browser="of somebody else").id
    known = admin.get("/accounts/uitloggen").submit("", email=email).follow()
    unknown = admin.get("/accounts/uitloggen").submit("", email="niemand@demo.example").follow()
    assert known.text == unknown.text
    theirs.get("/student", status=302)
    assert session.get(SignInLink, asked).used_at, "a letter that was asked for before would open the door again"
    letter = session.scalars(select(Message).where(Message.kind == "account_notice")).one()
    assert (letter.to, letter.data["what"]) == (email, "signed_out")
    ended = select(audit.Entry).where(audit.Entry.action == "sessions.ended").order_by(audit.Entry.seq)
    assert [(line.object_id, line.result, line.details) for line in session.scalars(ended)] == [
        (number, "done", {}),
        (None, "refused", {}),
    ]
    own = admin.get("/accounts/uitloggen").submit("", email=mine, status=422)
    assert "uw eigen adres" in own.text
    browse.as_(make.broker()).get("/accounts/uitloggen", status=403)
