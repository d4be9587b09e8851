"""One's own account: browsers, address, password, app, recovery codes; and the code that is asked first."""

import pyotp
import pytest
from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.outbox import PARTING, Message
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import UserSession, passwords, recovery, totp
from stagemakelaar.places.actions import express_interest
from stagemakelaar.places.models import Interest, Place, PlaceState
from stagemakelaar.rights import erasing, personal
from stagemakelaar.rights.models import ErasedFor

PASSWORD, NEW = "veertig-groene-fietsen", "lamp trein boter wolk"
LATER = "2027-02-03T10:16:00+01:00"


@pytest.fixture
def broker(make):
    user = make.broker()
    with transaction() as session:
        user = session.get(User, user.id)
        user.password_hash = passwords.hash_password(PASSWORD)
        user.totp_secret = totp.demo_secret(user.email)
    return user


@pytest.fixture
def desk(browse, broker):
    return browse.as_(broker)


def code(email):
    return totp.present_code(totp.demo_secret(email))[0]


def letters(session):
    return session.scalars(select(Message).order_by(Message.id)).all()


def test_one_browser_can_be_signed_out_and_all_others_at_once(browse, broker, desk, session):
    others = [browse.as_(broker) for _ in range(3)]
    page = desk.get("/account")
    assert page.text.count("deze browser") == 1
    first = session.scalars(select(UserSession.id).order_by(UserSession.id)).all()[1]
    page.submit(f"/account/sessies/{first}/beeindigen")
    others[0].get("/account", status=302)
    others[1].get("/account")
    desk.get("/account").submit("/account/sessies/andere")
    others[1].get("/account", status=302)
    others[2].get("/account", status=302)
    desk.get("/account")


def test_signing_out_another_browser_asks_first_after_a_quarter(browse, broker, desk, moment):
    other = browse.as_(broker)
    moment(LATER)
    page = desk.get("/account")
    for way in ("/account/sessies/andere", "/beeindigen"):
        assert page.submit(way, status=302).location.startswith("/account/bevestigen")
    other.get("/account")


def test_anothers_session_does_not_exist(make, browse, desk, session):
    student = make.student().user
    theirs = browse.as_(student)
    number = session.scalars(select(UserSession.id).where(UserSession.user_id == student.id)).one()
    form = desk.get("/account/herstelcodes").values()
    desk.post(f"/account/sessies/{number}/beeindigen", form, status=404)
    theirs.get("/account")


@pytest.mark.promise("P28")
def test_after_a_quarter_of_an_hour_a_code_is_asked_and_the_session_gets_a_new_name(desk, broker, moment, session):
    desk.get("/account/herstelcodes")
    moment(LATER)
    page = desk.get("/account/herstelcodes", status=302).follow()
    with desk.client.session_transaction() as cookie:
        before = cookie["who"]
    page = page.submit("/account/bevestigen?next=/account/herstelcodes", one_time_code="000000", status=422)
    assert page.error_at("one_time_code")
    assert page.submit(one_time_code=code(broker.email)).location == "/account/herstelcodes"
    desk.get("/account/herstelcodes")
    with desk.client.session_transaction() as cookie:
        assert cookie["who"] != before
        cookie["who"] = before
    desk.get("/account", status=302)


def test_every_list_that_leaves_the_house_asks_first(app, desk, moment):
    moment(LATER)
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("exporting.", "report."))]
    assert len(found) >= 8
    for rule in found:
        address = rule.rule.replace("<any(xlsx, csv):form>", "csv").replace("<int:round_id>", "1")
        assert desk.get(address, status=302).location.startswith("/account/bevestigen?next=")


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("/studenten/lijst.csv?stand=searching", "/studenten?stand=searching"),
        ("/rondes/1/zonder-plek.xlsx", "/rondes/1/zonder-plek"),
        ("/rondes/1/voorstellen.csv", "/rondes/1"),
        ("/rondes/1/verslag.pdf", "/rondes/1"),
    ],
)
def test_after_the_code_a_download_leads_to_its_page_and_sent_twice_is_no_mistake(desk, broker, moment, file, page):
    moment(LATER)
    asked = desk.get(file, status=302).follow()
    assert asked.submit(one_time_code=code(broker.email)).location == page
    assert asked.submit(one_time_code=code(broker.email)).location == page
    assert "U kunt nu downloaden." in desk.get("/account").text


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/account/sessies/andere", "/account"),
        ("/account/sessies/1/beeindigen", "/account"),
        ("/account/app", "/account/app"),
        ("/account/herstelcodes", "/account/herstelcodes"),
    ],
)
def test_a_stale_button_is_answered_in_one_way(desk, address, page):
    answer = desk.post(address, {"csrf_token": "oud"}, status=303)
    assert answer.location == page
    assert "Deze pagina stond te lang open. Probeer het opnieuw." in answer.follow().text


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/account/e-mailadres", "/account"),
        ("/plekken/lijst.csv?stand=open", "/plekken?stand=open"),
        ("/mijn-gegevens/downloaden", "/mijn-gegevens/downloaden"),
        ("/studenten/niets", "/studenten"),
        ("https://elders.example", "/account"),
    ],
)
def test_the_way_back_from_the_question_is_where_one_came_from(desk, moment, asked, back):
    moment(LATER)
    assert desk.get(f"/account/bevestigen?next={asked}").links["Terug"] == back


def test_who_has_no_recovery_code_is_told_to_make_them(desk, broker):
    assert desk.get("/account").links["Maak ze nu."] == "/account/herstelcodes"
    with transaction() as session:
        recovery.renew(session, session.get(User, broker.id), by=broker)
    assert "Maak ze nu." not in desk.get("/account").links


def test_a_form_that_met_the_question_waits_and_no_code_is_kept_with_it(desk, broker, moment, session):
    form = desk.get("/account/e-mailadres").values()
    moment(LATER)
    page = desk.post("/account/e-mailadres", form | {"email": "nieuw@demo.example"}, status=302).follow()
    page = page.submit(one_time_code=code(broker.email))
    assert page.location.startswith("/inloggen/verder")
    page = page.follow()
    assert page.values()["email"] == "nieuw@demo.example"
    moment("2027-02-03T11:16:00+01:00")
    desk.post("/account/bevestigen", {"one_time_code": "123456", "x": "1"}, status=302)
    kept = [row.carried for row in session.scalars(select(UserSession)) if row.carried]
    assert "123456" not in str(kept)


def test_a_code_of_a_new_app_is_not_kept_with_the_form_that_met_the_question(desk, moment, session):
    page = desk.get("/account/app").submit("/account/app", status=200)
    moment(LATER)
    page.submit("/account/app/klaar", code="654321", status=302)
    assert "654321" not in str([row.carried for row in session.scalars(select(UserSession))])


def test_a_student_shows_it_with_a_code_by_mail_in_the_browser_that_asked(make, browse, moment, session):
    student = make.student().user
    own, other = browse.as_(student), browse.as_(student)
    moment(LATER)
    page = own.get("/account/e-mailadres", status=302).follow()
    page.submit("/account/bevestigen/mail?next=/account/e-mailadres")
    letter = letters(session)[0]
    assert (letter.kind, letter.to) == ("step_up", student.email)
    mailed = letter.data["code"]
    page = other.get("/account/e-mailadres", status=302).follow()
    page.submit("/account/bevestigen?next=/account/e-mailadres", one_time_code=mailed, status=422)
    page = own.get("/account/e-mailadres", status=302).follow()
    page.submit("/account/bevestigen?next=/account/e-mailadres", one_time_code=mailed)
    own.get("/account/e-mailadres")
    own.get("/account/wachtwoord", status=403)


def test_the_address_changes_by_the_link_in_the_new_mailbox_and_the_old_one_is_told(browse, broker, desk, session):
    old, other = broker.email, browse.as_(broker)
    desk.get("/account/e-mailadres").submit(email="nieuw@demo.example")
    letter = letters(session)[0]
    assert (letter.kind, letter.to) == ("address_confirm", "nieuw@demo.example")
    page = desk.get(f"/account/e-mailadres/{letter.data['token']}")
    assert session.get(User, broker.id).email == old
    page.submit()
    assert session.get(User, broker.id).email == "nieuw@demo.example"
    assert [(one.kind, one.to) for one in letters(session)][1:] == [("account_notice", old)]
    other.get("/account", status=302)
    desk.get(f"/account/e-mailadres/{letter.data['token']}", status=302)


@pytest.mark.promise("P36")
def test_what_stood_under_an_address_that_was_left_goes_with_the_person(make, browse, broker, session):
    place = make.place(state=PlaceState.PAUSED)
    user = make.employer_of(place.organisation)
    old, new = user.email, "nieuw@demo.example"
    with transaction() as writing:
        writing.get(Place, place.id).trainer_email = old
        interest = express_interest(
            writing, programme=writing.get(User, broker.id).programme, company="x", contact_name=user.name, email=old
        ).id
    own = browse.as_(user)
    own.get("/account/e-mailadres").submit(email=new)
    letter = next(one for one in letters(session) if one.kind == "address_confirm")
    own.get(f"/account/e-mailadres/{letter.data['token']}").submit()
    assert (session.get(Place, place.id).trainer_email, session.get(Interest, interest).email) == (new, new)
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, user.id), why=ErasedFor.REQUEST, by=None)
    assert session.get(Place, place.id).trainer_email == ""
    assert session.get(Interest, interest).contact_name == personal.ERASED
    assert not {old, new} & {one.to for one in letters(session) if not one.key.startswith(PARTING)}


def test_the_link_for_an_address_is_of_one_account(make, browse, desk, session):
    desk.get("/account/e-mailadres").submit(email="nieuw@demo.example")
    token = letters(session)[0].data["token"]
    stranger = browse.as_(make.student().user)
    stranger.get(f"/account/e-mailadres/{token}", status=302)
    form = stranger.get("/account/e-mailadres").values()
    stranger.post(f"/account/e-mailadres/{token}", form, status=303)
    assert session.scalars(select(User).where(User.email == "nieuw@demo.example")).all() == []


@pytest.mark.promise("P27")
def test_an_address_that_has_an_account_is_told_only_to_its_own_mailbox(make, desk, session):
    taken = make.student().user.email
    told = []
    for email in (taken, "free@demo.example"):
        page = desk.get("/account/e-mailadres").submit(email=email).follow()
        told.append(page.text)
    assert told[0] == told[1]
    assert [(one.kind, one.to) for one in letters(session)] == [
        ("address_taken", taken),
        ("address_confirm", "free@demo.example"),
    ]


@pytest.mark.promise("P28")
def test_another_password_needs_the_present_one_and_ends_other_sessions(browse, broker, desk, session):
    other = browse.as_(broker)
    page = desk.get("/account/wachtwoord").submit(current_password="fout", password=NEW, status=422)
    assert page.error_at("current_password")
    page = page.submit(current_password=PASSWORD, password="welkom123456", status=422)
    assert page.error_at("password")
    page.submit(current_password=PASSWORD, password=NEW)
    other.get("/account", status=302)
    desk.get("/account")
    assert passwords.is_right(session.get(User, broker.id).password_hash, NEW)
    assert [one.data["what"] for one in letters(session)] == ["password"]


def test_a_new_app_works_after_it_showed_a_code_and_not_before(browse, broker, desk, session, moment):
    other = browse.as_(broker)
    page = desk.get("/account/app").submit(status=200)
    secret = session.get(User, broker.id).totp_next
    page = page.submit("/account/app/klaar", code="000000", status=422)
    assert session.get(User, broker.id).totp_secret == totp.demo_secret(broker.email)
    shown = pyotp.TOTP(secret).at(clock.now())
    page.submit("/account/app/klaar", code=shown)
    user = session.get(User, broker.id)
    assert (user.totp_secret, user.totp_next) == (secret, None)
    other.get("/account", status=302)
    with transaction() as writing:
        assert not totp.spend_code(writing, writing.get(User, broker.id), shown)
    assert [one.data["what"] for one in letters(session)] == ["app"]


def test_new_recovery_codes_are_shown_once_and_told_by_mail(desk, broker, session):
    page = desk.get("/account/herstelcodes").submit(status=200)
    shown = [one.get_text() for one in page.soup.find_all("code")]
    assert len(shown) == 10
    with transaction() as writing:
        assert recovery.spend(writing, writing.get(User, broker.id), shown[0])
    assert "Er werken nog 9" in desk.get("/account/herstelcodes").text
    assert [one.data["what"] for one in letters(session)] == ["recovery_renewed", "recovery_used"]
