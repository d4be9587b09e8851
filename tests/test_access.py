"""Who may enter which page: written by hand, in other words than the policy, so that neither can slip unnoticed.

A row is a page and the letters of who may enter it: s student, e employer, b broker, c programme coordinator,
a administrator, u auditor; * is anyone, also without an account. What is not in the table may not exist.
"""

import re

import pytest
from sqlalchemy import select

from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.people.signing_in import UserSession
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Organisation, Place, Recognition
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run
from stagemakelaar.seed import accounts
from stagemakelaar.seed.fingerprint import fingerprint
from tests.pages import Browser

PAGES = """
GET  /                                                              *
GET  /.well-known/security.txt                                      *
GET  /privacy                                                       *
GET  /toegankelijkheid                                              *
GET  /hulp                                                          *
POST /taal                                                          *
GET  /gezondheid/leeft                                              *
GET  /gezondheid/klaar                                              *
GET  /demo/post                                                     *
GET  /aanmelden                                                     *
GET  /aanmelden/noord                                               *
POST /aanmelden/noord                                               *
GET  /bedrijven                                                     *
GET  /bedrijven/aanmelden                                           *
POST /bedrijven/aanmelden                                           *
GET  /bedrijven/interesse                                           *
POST /bedrijven/interesse                                           *
GET  /bedrijven/interesse/bedankt                                   *
GET  /inloggen                                                      *
POST /inloggen                                                      *
GET  /inloggen/code                                                 *
POST /inloggen/code                                                 *
GET  /inloggen/link/{token}                                         *
POST /inloggen/link/{token}                                         *
GET  /inloggen/medewerker                                           *
POST /inloggen/medewerker                                           *
GET  /inloggen/medewerker/code                                      *
POST /inloggen/medewerker/code                                      *
GET  /inloggen/uitnodiging/{token}                                  *
POST /inloggen/uitnodiging/{token}                                  *
GET  /inloggen/verder                                                sebcau
POST /inloggen/verder                                               sebcau
POST /uitloggen                                                     *

GET  /student                                                       s
GET  /student/gegevens                                              s
GET  /student/plaatsing/{letter}                                    s
POST /student/plaatsing/{letter}/antwoord                           s
GET  /student/profiel                                               s
GET  /student/profiel/{step}                                        s
POST /student/profiel/{step}                                        s
GET  /student/profiel/controleren                                   s
POST /student/profiel/controleren                                   s

GET  /bedrijf                                                       e
POST /bedrijf/collegas                                              e
POST /bedrijf/collegas/{colleague}/verwijderen                      e
GET  /bedrijf/erkenningen                                           e
POST /bedrijf/erkenningen                                           e
GET  /bedrijf/gegevens                                              e
POST /bedrijf/gegevens                                              e
GET  /bedrijf/gegevens/wijzigen                                     e
POST /bedrijf/gegevens/wijzigen                                     e
GET  /bedrijf/plaatsingen/{letter}                                  e
GET  /bedrijf/plaatsingen/{letter}/afzeggen                         e
POST /bedrijf/plaatsingen/{letter}/antwoord                         e
GET  /bedrijf/plekken/nieuw                                         e
POST /bedrijf/plekken/nieuw                                         e
GET  /bedrijf/plekken/{own_place}                                   e
GET  /bedrijf/plekken/{own_place}/{place_step}                      e
POST /bedrijf/plekken/{own_place}/{place_step}                      e
GET  /bedrijf/plekken/{own_place}/controleren                       e
POST /bedrijf/plekken/{own_place}/openen                            e
POST /bedrijf/plekken/{own_place}/pauzeren                          e
GET  /bedrijf/plekken/{own_place}/sluiten                           e
POST /bedrijf/plekken/{own_place}/sluiten                           e

GET  /makelaar                                                      bc
GET  /studenten                                                     bc
GET  /studenten/{student}                                           bc
POST /studenten/{student}/{press}                                   b
GET  /studenten/{student}/{stop}                                    b
POST /studenten/{student}/{stop}                                    b
POST /studenten/{student}/contact                                   b
GET  /organisaties                                                  bc
GET  /organisaties/{organisation}                                   bc
GET  /organisaties/{organisation}/{verdict}                         bc
POST /organisaties/{organisation}/{verdict}                         bc
GET  /organisaties/{organisation}/erkenningen/{recognition}         bc
POST /organisaties/{organisation}/erkenningen/{recognition}         bc
GET  /organisaties/{organisation}/erkenningen/nieuw                 bc
POST /organisaties/{organisation}/erkenningen/nieuw                 bc
GET  /organisaties/{organisation}/plekken/nieuw                     bc
POST /organisaties/{organisation}/plekken/nieuw                     bc
POST /organisaties/interesse/{interest}/{outcome}                   b
GET  /organisaties/nieuw                                            bc
POST /organisaties/nieuw                                            bc
GET  /plekken                                                       bc
GET  /plekken/{place}                                               bc
GET  /plekken/{place}/{place_step}                                  bc
POST /plekken/{place}/{place_step}                                  bc
GET  /plekken/{place}/controleren                                   bc
POST /plekken/{place}/openen                                        bc
POST /plekken/{place}/pauzeren                                      bc
GET  /plekken/{place}/sluiten                                       bc
POST /plekken/{place}/sluiten                                       bc
GET  /rondes                                                        bc
POST /rondes                                                        bc
GET  /rondes/{round}                                                bc
GET  /rondes/{round}/zonder-plek                                    bc
POST /rondes/{round}/berekenen                                      bc
POST /rondes/{round}/berekeningen/{run}/kiezen                      bc
POST /rondes/{round}/berekeningen/{run}/stoppen                     bc
GET  /rondes/{round}/sluiten                                        bc
POST /rondes/{round}/sluiten                                        bc
GET  /voorstellen/{proposal}                                        bc
POST /voorstellen/{proposal}/besluit                                bc
POST /voorstellen/{held}/oppakken                                   bc
GET  /plaatsingen                                                   bc
GET  /plaatsingen/{placement}                                       bc
POST /plaatsingen/{placement}/{change}                              bc
GET  /plaatsingen/{placement}/namens/{side}                         b
POST /plaatsingen/{placement}/namens/{side}                         b
GET  /plaatsingen/{placement}/terugtrekken                          bc
POST /plaatsingen/{placement}/terugtrekken                          bc
GET  /post                                                          bc
POST /post/{message}/opnieuw                                        bc
GET  /instellingen                                                  c
POST /instellingen                                                  c
GET  /accounts                                                      a
GET  /accounts/uitnodigen                                           a
POST /accounts/uitnodigen                                           a
POST /accounts/{account}/inschakelen                                a
POST /accounts/{account}/uitschakelen                               a
GET  /logboek                                                       u
"""
ROWS = [tuple(line.split()) for line in PAGES.split("\n") if line.strip()]
WHO = {
    "s": accounts.STUDENT,
    "e": accounts.EMPLOYER,
    "b": "broker@demo.example",
    "c": "coordinator@demo.example",
    "a": "admin@demo.example",
    "u": "auditor@demo.example",
}
WORDS = {
    "step": "waar",
    "place_step": "wanneer",
    "press": "oppakken",
    "stop": "pauzeren",
    "verdict": "stopzetten",
    "outcome": "contact",
    "change": "beginnen",
    "side": "student",
    "token": "een-token-dat-niet-bestaat",
}


@pytest.fixture
def records(demo):
    """An id of a record in noord for each name in the table."""

    def first(statement):
        return demo.scalars(statement).first()

    student = first(select(Student).join(User).where(User.email == accounts.STUDENT))
    placement = first(select(Placement).where(Placement.student_id == student.id))
    place, organisation = placement.place, placement.place.organisation
    noord = student.programme_id
    review = first(select(Round).where(Round.programme_id == noord, Round.state == RoundState.REVIEW))
    proposals = select(Proposal).where(Proposal.run_id == review.chosen_run_id)
    from stagemakelaar.outbox import Message, MessageState

    return WORDS | {
        "letter": placement.id,
        "placement": placement.id,
        "own_place": place.id,
        "place": place.id,
        "student": student.id,
        "organisation": organisation.id,
        "colleague": first(
            select(Membership.id).where(Membership.organisation_id == organisation.id, ~Membership.manages)
        ),
        "recognition": first(select(Recognition.id).where(Recognition.organisation_id == organisation.id)),
        "interest": first(select(Interest.id).where(Interest.programme_id == noord)),
        "round": review.id,
        "run": first(select(Run.id).where(Run.round_id == review.id)),
        "proposal": first(proposals.where(Proposal.state == ProposalState.OPEN)).id,
        "held": first(proposals.where(Proposal.state == ProposalState.HELD)).id,
        "message": first(select(Message.id).where(Message.programme_id == noord, Message.state == MessageState.FAILED)),
        "account": first(select(User.id).where(User.email == "leaver@demo.example")),
    }


def signed_in(app, demo, who):
    user = demo.scalars(select(User).where(User.email == WHO[who])).one()
    return Browser(app).as_(user)


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


@pytest.mark.parametrize("who", [*WHO, "-"])
def test_each_role_enters_its_own_pages_and_no_others(app, demo, records, who):
    browser = Browser(app) if who == "-" else signed_in(app, demo, who)
    before = content(demo)
    wrong = []
    for method, path, allowed in ROWS:
        if path == "/uitloggen":
            continue  # it would end the session of the others
        answer = ask(browser, method, path.format(**records))
        closed = answer.status_code == 403 or (answer.location or "").startswith("/inloggen?next=")
        if closed == (allowed == "*" or who in allowed):
            wrong.append(f"{who} {method} {path}: {answer.status_code} {answer.location or ''}")
        elif not closed and answer.status_code >= 500:
            wrong.append(f"{who} {method} {path}: {answer.status_code}")
    assert wrong == []
    # Every POST went without a token, so nothing may have changed, also where the role may enter.
    assert content(demo) == before


@pytest.mark.parametrize("who", WHO)
def test_own_pages_really_open(app, demo, records, who):
    browser = signed_in(app, demo, who)
    for method, path, allowed in ROWS:
        if method == "GET" and who in allowed:
            answer = ask(browser, method, path.format(**records))
            assert answer.status_code in {200, 302, 303, 409}, f"{who} {path}: {answer.status_code}"


# Whoever may enter the page, but whose record it is not: as if it did not exist.
FOREIGN = [
    ("student2", "/student/plaatsing/{letter}"),
    ("employer2", "/bedrijf/plaatsingen/{letter}"),
    ("employer2", "/bedrijf/plaatsingen/{letter}/afzeggen"),
    ("employer2", "/bedrijf/plekken/{own_place}"),
    ("employer2", "/bedrijf/plekken/{own_place}/wanneer"),
    ("broker2", "/studenten/{student}"),
    ("broker2", "/studenten/{student}/pauzeren"),
    ("broker2", "/organisaties/{organisation}"),
    ("broker2", "/organisaties/{organisation}/stopzetten"),
    ("broker2", "/plekken/{place}"),
    ("broker2", "/plekken/{place}/wanneer"),
    ("broker2", "/rondes/{round}"),
    ("broker2", "/rondes/{round}/zonder-plek"),
    ("broker2", "/rondes/{round}/sluiten"),
    ("broker2", "/voorstellen/{proposal}"),
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
