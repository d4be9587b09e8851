"""Signing in and up by mail, as people meet it."""

import pytest
from sqlalchemy import func, select

from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.people.signing_in import UserSession
from tests.pages import Browser


def letter(session):
    return session.scalars(select(Message).order_by(Message.id.desc())).first()


def ask(browse, email, path="/inloggen", **more):
    return browse.get(path).submit(email=email, **more)


def test_a_student_signs_in_with_the_link(make, browse, session):
    student = make.student()
    page = ask(browse, student.user.email).follow()
    assert page.heading == "Kijk in je mail"
    page = browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert page.location == "/student"
    assert browse.get("/inloggen", status=302).location == "/student"


def test_opening_the_link_changes_nothing(make, browse, session):
    ask(browse, make.student().user.email)
    token = letter(session).data["token"]
    for _ in range(3):
        browse.get(f"/inloggen/link/{token}")
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0
    assert browse.get(f"/inloggen/link/{token}").submit().location == "/student"


def test_a_link_is_not_spent_without_the_token_of_the_form(make, browse, session):
    ask(browse, make.student().user.email)
    address = f"/inloggen/link/{letter(session).data['token']}"
    assert browse.post(address, {}).location == address
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


def test_a_link_opened_in_another_browser_says_so(make, browse, session, app):
    from tests.pages import Browser

    ask(browse, make.student().user.email)
    page = Browser(app).get(f"/inloggen/link/{letter(session).data['token']}")
    assert page.heading == "Deze link hoort bij een andere browser"


def test_a_used_link_says_that_it_does_not_work_any_more(make, browse, session):
    ask(browse, make.student().user.email)
    address = f"/inloggen/link/{letter(session).data['token']}"
    browse.get(address).submit()
    assert browse.get(address, status=404).heading == "Deze link werkt niet meer"


def test_a_student_signs_in_with_the_code(make, browse, session):
    page = ask(browse, make.student().user.email).follow()
    assert page.submit(code=letter(session).data["code"].lower()).location == "/student"


def test_a_wrong_code_is_explained_and_kept(make, browse, session):
    page = ask(browse, make.student().user.email).follow().submit(code="WRONG", status=422)
    assert "klopt niet" in page.error_at("code")
    assert page.values()["code"] == "WRONG"


def test_a_wrong_code_is_in_the_trail_where_a_letter_was_asked_for(make, browse, app, session):
    page = ask(browse, make.student().user.email).follow()
    page.submit(code="WRONG", status=422)
    stranger = Browser(app)  # asked for nothing
    token = stranger.get("/inloggen").values()["csrf_token"]
    stranger.post("/inloggen/code", {"csrf_token": token, "code": "WRONG"}, status=422)
    refused = session.scalars(select(Entry).where(Entry.action == "sign_in.code_refused")).all()
    assert [(line.result, line.object_type) for line in refused] == [("refused", "sign_in_link")]


def test_the_cookie_does_not_tell_the_address(make, browse):
    email = make.student().user.email
    assert email in ask(browse, email).follow().text
    with browse.client.session_transaction() as cookie:
        assert "browser" in cookie
        assert email not in str(dict(cookie))


def test_five_wrong_codes_spend_the_code(make, browse, session):
    page = ask(browse, make.student().user.email).follow()
    for _ in range(5):
        page = page.submit(code="WRONG", status=422)
    page.submit(code=letter(session).data["code"], status=422)


@pytest.mark.parametrize("path", ["/inloggen", "/aanmelden/noord"])
def test_nobody_can_see_who_has_an_account(make, browse, app, path):
    from tests.pages import Browser

    make.programme()
    told = set()
    for email in (make.student().user.email, make.broker().email, "n0body@demo.example"):
        browser = Browser(app)
        page = ask(browser, email, path).follow()
        told.add((page.status, page.text.replace(email, "…")))
    assert len(told) == 1


def test_staff_cannot_come_in_by_a_link(make, browse, session):
    ask(browse, make.broker().email)
    assert letter(session).kind == "sign_in_staff"
    assert letter(session).data == {}


def test_who_became_staff_meanwhile_does_not_come_in_by_an_old_link(make, browse, session):
    make.programme()
    ask(browse, "nieuw@demo.example", "/aanmelden/noord")
    token = letter(session).data["token"]
    make.staff(Role.ADMIN, email="nieuw@demo.example")
    browse.get(f"/inloggen/link/{token}").submit(status=409)
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


def test_a_stranger_becomes_a_student_by_signing_up(make, browse, session):
    programme = make.programme()
    ask(browse, "Nieuw@Demo.example", "/aanmelden/noord")
    assert session.scalar(select(func.count()).select_from(User)) == 0
    page = browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert page.location == "/student"
    student = session.scalars(select(Student)).one()
    assert (student.user.email, student.programme_id) == ("nieuw@demo.example", programme.id)


def test_who_has_an_account_just_signs_in_by_signing_up(make, browse, session):
    student = make.student()
    ask(browse, student.user.email, "/aanmelden/noord")
    browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert session.scalar(select(func.count()).select_from(Student)) == 1


def test_a_company_signs_up(make, browse, session):
    make.programme()
    ask(browse, "bakker@demo.example", "/bedrijven/aanmelden", programme="noord")
    page = browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert page.location == "/bedrijf"
    assert session.scalars(select(User)).one().role is Role.EMPLOYER


def test_a_company_says_where_it_offers_places(make, browse):
    make.programme()
    make.programme("zuid")
    page = browse.get("/bedrijven/aanmelden").submit(email="bakker@demo.example", status=422)
    assert page.errors == ["Kies bij wie u plekken wilt aanbieden."]
    assert page.values()["email"] == "bakker@demo.example"


def test_an_unknown_programme_does_not_exist(browse):
    browse.get("/aanmelden/nergens", status=404)


def test_an_address_that_is_none_comes_back_with_a_sentence(browse):
    page = browse.get("/inloggen").submit(email="samira apestaart school", status=422)
    assert page.title.startswith("Fout:")
    assert page.values()["email"] == "samira apestaart school"


def test_after_signing_in_the_page_that_was_asked_for_opens(make, browse, session):
    student = make.student()
    page = browse.get("/student/gegevens?a=1", status=302).follow()
    page.submit(email=student.user.email)
    page = browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert page.location == "/student/gegevens?a=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/bestaat-niet"])
def test_signing_in_never_leads_elsewhere(make, browse, session, elsewhere):
    page = browse.get("/inloggen")
    page.submit(email=make.student().user.email, next=elsewhere)
    page = browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    assert page.location == "/student"


def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page(browse):
    assert "next=" in browse.post("/voorstellen/87/besluit", status=302).location
    from stagemakelaar.web.own_paths import own_path

    with browse.app.test_request_context():
        assert own_path("/voorstellen/87/besluit") == "/voorstellen/87"


def test_signing_out_ends_the_session_everywhere(make, browse, session):
    inside = browse.as_(make.student().user)
    stolen = inside.client.get_cookie("session").value
    page = inside.get("/student")
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    gone = inside.post("/uitloggen", {"csrf_token": token})
    assert '"storage"' in gone.response.headers["Clear-Site-Data"]
    inside.client.set_cookie("session", stolen)
    assert inside.get("/student", status=302).location.startswith("/inloggen")


def test_signing_out_needs_the_token_of_the_form(make, browse):
    inside = browse.as_(make.student().user)
    inside.post("/uitloggen", status=400)
    inside.get("/student")


def test_a_disabled_account_is_a_stranger_at_the_next_request(make, browse):
    student, admin = make.student(), make.staff(Role.ADMIN)
    inside = browse.as_(student.user)
    inside.get("/student")
    with transaction() as session:
        people.disable(session, session.get(User, student.user_id), by=admin)
    assert inside.get("/student", status=302).location.startswith("/inloggen")


def test_a_disabled_account_gets_a_letter_without_a_link(make, browse, session):
    student, admin = make.student(), make.staff(Role.ADMIN)
    with transaction() as writing:
        people.disable(writing, writing.get(User, student.user_id), by=admin)
    ask(browse, student.user.email)
    assert (letter(session).kind, letter(session).data) == ("sign_in_unknown", {})


def test_a_new_cookie_is_given_at_signing_in(make, browse, session):
    ask(browse, make.student().user.email)
    browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    with browse.client.session_transaction() as cookie:
        assert set(cookie) <= {"who", "language", "csrf", "_flashes", "acted"}


def test_the_sixth_letter_within_a_quarter_is_refused(make, browse, session):
    email = make.student().user.email
    for _ in range(5):
        ask(browse, email)
    page = browse.get("/inloggen").submit(email=email, status=429)
    assert int(page.response.headers["Retry-After"]) > 0
    assert session.scalar(select(func.count()).select_from(Message)) == 5


def test_a_browser_that_signed_in_before_has_tries_of_its_own(make, browse, session, app):
    from tests.pages import Browser

    email = make.student().user.email
    ask(browse, email)
    browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    stranger = Browser(app)
    for _ in range(4):
        ask(stranger, email)
    stranger.get("/inloggen").submit(email=email, status=429)
    page = browse.get("/student")
    browse.post("/uitloggen", {"csrf_token": page.soup.find("input", attrs={"name": "csrf_token"})["value"]})
    ask(browse, email)


def test_the_trail_says_where_an_act_came_from(make, browse, session):
    ask(browse, make.student().user.email)
    browse.get(f"/inloggen/link/{letter(session).data['token']}").submit()
    entry = session.scalars(select(Entry).where(Entry.action == "session.opened")).one()
    assert entry.origin == "127.0.0.0/24"  # the network: a line is kept for ever
