"""Who may enter: what the matrix (tests/matrix) does not say. Its table is the one to look things up in."""

import re

import pytest
from sqlalchemy import select

from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.people.signing_in import UserSession
from stagemakelaar.places.models import Membership, Organisation, Place
from stagemakelaar.seed import accounts
from stagemakelaar.seed.fingerprint import fingerprint
from tests.every_page import ROWS, WHO, pages_of, records_of, signed_in
from tests.pages import Browser


@pytest.fixture
def records(demo):
    """An id of a record in noord for each name in the table."""
    return records_of(demo)


def ask(browser, method, path):
    return browser.client.open(path, method=method)


def content(demo):
    """All rows but the sessions, which begin when a test signs in, and the trail, which also notes refusals."""
    return fingerprint(demo, without={UserSession.__tablename__, "audit_entry", "attempt"})


def test_the_table_names_every_page_and_nothing_else(app):
    told = {(method, re.sub(r"\{\w+\}", "<>", path.replace("/noord", "/{slug}"))) for method, path, _who in ROWS}
    real = {
        (method, re.sub(r"<[^>]+>", "<>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert told == real


@pytest.mark.parametrize("who", WHO)
def test_own_pages_really_open(app, demo, records, who):
    browser = signed_in(app, demo, who)
    for path in pages_of(who):
        answer = ask(browser, "GET", path.format(**records))
        assert answer.status_code in {200, 302, 303, 409}, f"{who} {path}: {answer.status_code}"
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        if who != "anonymous" and is_page and "Content-Disposition" not in answer.headers:
            assert b'action="/uitloggen"' in answer.data, f"{who} {path}: no way to sign out"


# Whoever may enter the page, but whose record it is not: as if it did not exist.
FOREIGN = [
    ("student2", "/student/plaatsing/{letter}"),
    ("employer2", "/bedrijf/plaatsingen/{letter}"),
    ("employer2", "/bedrijf/plaatsingen/{letter}/afzeggen"),
    ("employer2", "/bedrijf/plekken/{own_place}"),
    ("employer2", "/bedrijf/plekken/{own_place}/wanneer"),
    ("broker2", "/studenten/{student}"),
    ("broker2", "/studenten/{student}/pauzeren"),
    ("broker2", "/studenten/{student}/voorkeuren"),
    ("broker2", "/studenten/{student}/voorkeuren/{place}"),
    ("broker2", "/studenten/{student}/overdragen"),
    ("broker2", "/taken/{task}/vervalt"),
    ("broker2", "/organisaties/{organisation}"),
    ("broker2", "/organisaties/{organisation}/stopzetten"),
    ("broker2", "/plekken/{place}"),
    ("broker2", "/plekken/{place}/wanneer"),
    ("broker2", "/werven/{need}/bedrijven/{organisation}"),
    ("broker2", "/rondes/{round}"),
    ("broker2", "/rondes/{round}/wat-ontbreekt"),
    ("broker2", "/rondes/{round}/zonder-plek"),
    ("broker2", "/rondes/{round}/sluiten"),
    ("broker2", "/voorstellen/{proposal}"),
    ("broker2", "/voorstellen/{proposal}/andere-plek/{place}"),
    ("broker2", "/voorstellen/{proposal}/terugdraaien"),
    ("broker2", "/voorstellen/{proposal}/opmerkingen"),
    ("broker2", "/opmerkingen/{comment}/antwoord"),
    ("broker2", "/rondes/{round}/wijzigingen"),
    ("broker2", "/rondes/{round}/wijzigingen/terugdraaien"),
    ("broker2", "/wijzigingen/{hand_change}/terugdraaien"),
    ("broker2", "/studenten/{student}/plaatsen"),
    ("broker2", "/studenten/{student}/plaatsen/{place}"),
    ("broker2", "/plaatsingen/{placement}"),
    ("broker2", "/plaatsingen/{placement}/terugtrekken"),
    ("broker2", "/plaatsingen/{placement}/namens/student"),
]


@pytest.mark.parametrize(("local", "path"), FOREIGN)
def test_another_ones_record_looks_like_none(app, demo, records, local, path):
    user = demo.scalars(select(User).where(User.email == f"{local}@demo.example")).one()
    browser = Browser(app).as_(user)
    foreign = ask(browser, "GET", path.format(**records))
    nobody = ask(browser, "GET", re.sub(r"\{\w+\}", "999999", path))
    assert foreign.status_code == nobody.status_code == 404

    def without_tokens(answer):
        text = re.sub(r'name="csrf_token"[^>]*>', "", answer.get_data(as_text=True))
        return re.sub(r'value="/[^"]*\d+[^"]*"', "", text)

    assert without_tokens(foreign) == without_tokens(nobody)


def test_a_disabled_account_is_a_stranger_at_its_next_request(app, demo):
    from stagemakelaar.db import transaction
    from stagemakelaar.people.actions import disable

    leaver = demo.scalars(select(User).where(User.email == "leaver@demo.example")).one()
    browser = Browser(app).as_(leaver)
    browser.get("/makelaar")
    with transaction() as session:
        admin = session.scalars(select(User).where(User.role == Role.ADMIN)).first()
        disable(session, session.get(User, leaver.id), by=admin)
    assert browser.get("/makelaar", status=302).location.startswith("/inloggen")


def test_a_colleague_without_rights_reads_but_may_not_answer(app, demo, records):
    colleague = demo.scalars(select(User).where(User.email == accounts.COLLEAGUE)).one()
    browser = Browser(app).as_(colleague)
    page = browser.get("/bedrijf/plaatsingen/{letter}".format(**records))
    student = demo.get(Student, records["student"])
    assert student.last_name not in page.response.get_data(as_text=True)
    before = content(demo)
    answer = browser.client.post("/bedrijf/plaatsingen/{letter}/antwoord".format(**records), data={"answer": "yes"})
    assert answer.status_code in {403, 404, 422, 400}
    assert content(demo) == before


def test_every_organisation_of_the_demo_has_someone_who_answers(demo):
    managed = set(demo.scalars(select(Membership.organisation_id).where(Membership.manages)))
    assert set(demo.scalars(select(Organisation.id))) == managed
    assert set(demo.scalars(select(Place.organisation_id))) <= managed
