import pytest

from stagemakelaar.db import transaction
from stagemakelaar.people.models import Programme, Role
from stagemakelaar.places import actions
from stagemakelaar.places.models import (
    Interest,
    InterestState,
    Organisation,
    OrganisationState,
    Place,
    PlaceState,
    Recognition,
)
from tests.builders import HELPENDE
from tests.rows import number_of


@pytest.fixture
def me(browse, broker):
    return browse.as_(broker)


@pytest.fixture
def interest(make):
    programme = make.programme()
    with transaction() as session:
        return actions.express_interest(
            session,
            programme=session.get(Programme, programme.id),
            company="Café De Zwaan",
            contact_name="Ans",
            email="ans@demo.example",
        )


def test_new_organisations_stand_first_and_a_filter_stands_in_the_address(me, make):
    make.organisation(name="Aap")
    make.organisation(name="Zebra", verified=False)
    page = me.get("/organisaties")
    assert page.text.index("Zebra") < page.text.index("Aap")
    page = me.get("/organisaties?stand=verified")
    assert "Aap" in page.text
    assert "Zebra" not in page.text
    assert "geen bedrijven die bij dit filter passen" in me.get("/organisaties?stand=blocked").text
    assert "Zebra" in me.get("/organisaties?stand=nonsense").text


def test_a_list_holds_fifty_and_says_how_many_there_are(me, make):
    for _number in range(51):
        make.organisation(codes=())
    page = me.get("/organisaties")
    assert "1 tot en met 50 van 51" in page.text
    page = me.get(page.links["Volgende →"])
    assert "51 tot en met 51 van 51" in page.text
    for number in ("0", "-1", "99", "x", "9" * 30):
        me.get(f"/organisaties?pagina={number}")


def test_a_broker_sees_nothing_of_another_programme(me, make):
    zuid = make.programme("zuid")
    other = make.organisation(programme=zuid, name="Zuiderzorg")
    recognition = other.recognitions[0].id
    for path in ("", "/goedkeuren", "/erkenningen/nieuw", "/plekken/nieuw", f"/erkenningen/{recognition}"):
        me.get(f"/organisaties/{number_of(other)}{path}", status=404)
    assert "Zuiderzorg" not in me.get("/organisaties").text


def test_approving_owes_what_was_checked(me, make, session):
    organisation = make.organisation(verified=False)
    page = me.get(f"/organisaties/{number_of(organisation)}")
    page = me.get(page.links["Goedkeuren"]).submit(status=422, note="gebeld")
    assert page.error_at("checked")
    assert page.values()["note"] == "gebeld"
    page.submit(checked=["telephone", "trade_register"])
    assert session.get(Organisation, number_of(organisation)).state is OrganisationState.VERIFIED


def test_stopping_owes_a_reason_and_says_who_is_placed_there(me, make, session):
    organisation = make.organisation()
    page = me.get(f"/organisaties/{number_of(organisation)}/stopzetten").submit(status=422)
    assert page.error_at("why")
    page = page.submit(why="Onveilige trap").follow()
    assert "Onveilige trap" in page.text
    assert session.get(Organisation, number_of(organisation)).state is OrganisationState.SUSPENDED


def test_a_decision_that_is_no_longer_possible_is_refused(me, make):
    organisation = make.organisation(state=OrganisationState.BLOCKED)
    page = me.get(f"/organisaties/{number_of(organisation)}/goedkeuren")
    page.submit(status=409, checked=["visit"])


def test_a_recognition_is_checked_with_its_proof(me, make, session):
    organisation = make.organisation(verified=False)
    recognition = organisation.recognitions[0]
    page = me.get(f"/organisaties/{number_of(organisation)}")
    assert "na te kijken" in page.text
    page = me.get(f"/organisaties/{number_of(organisation)}/erkenningen/{number_of(recognition)}")
    forms = page.soup.main.find_all("form")
    values = {"csrf_token": forms[0].find(attrs={"name": "csrf_token"})["value"], "valid_until": "2028-12-31"}
    page = me.post(page.response.request.path, values | {"proof": ""}, status=422)
    assert page.error_at("proof")
    me.post(page.response.request.path, values | {"proof": "stagemarkt.nl"})
    found = session.get(Recognition, number_of(recognition))
    assert (found.is_checked, found.proof) == (True, "stagemarkt.nl")


def test_a_recognition_is_withdrawn_with_a_date(me, make, session):
    organisation = make.organisation()
    recognition = organisation.recognitions[0]
    page = me.get(f"/organisaties/{number_of(organisation)}/erkenningen/{number_of(recognition)}")
    token = page.soup.main.find(attrs={"name": "csrf_token"})["value"]
    path = page.response.request.path
    page = me.post(path, {"csrf_token": token, "withdrawn_on": ""}, status=422)
    assert page.error_at("withdrawn_on")
    me.post(path, {"csrf_token": token, "withdrawn_on": "1-3-2027"})
    assert session.get(Recognition, number_of(recognition)).withdrawn_on.isoformat() == "2027-03-01"


def test_a_recognition_of_another_organisation_is_not_found(me, make):
    one, two = make.organisation(), make.organisation()
    me.get(f"/organisaties/{one.id}/erkenningen/{two.recognitions[0].id}", status=404)


def test_an_organisation_and_its_place_are_entered_on_behalf(me, make, session):
    make.codes()
    page = me.get("/organisaties/nieuw")
    page = page.submit(
        name="De Linde",
        kvk_number="12345678",
        branch_number="000037178598",
        postcode="1012AB",
        city="Amsterdam",
        contact_name="Henk",
        contact_email="henk@demo.example",
    ).follow()
    assert "henk@demo.example" in page.text
    organisation = session.query(Organisation).one()
    page = me.get(f"/organisaties/{number_of(organisation)}/erkenningen/nieuw")
    page.submit(course=HELPENDE, valid_from="2026-01-01")
    page = me.get(f"/organisaties/{number_of(organisation)}/plekken/nieuw").submit(title="Helpende").follow()
    place = session.query(Place).one()
    me.get(f"/plekken/{number_of(place)}/wanneer").submit(starts_on="2027-04-01", ends_on="2027-07-01")
    me.get(f"/plekken/{number_of(place)}/controleren").submit("/openen")
    session.expire_all()
    assert session.get(Place, number_of(place)).state is PlaceState.OPEN


def test_a_contact_that_cannot_be_stores_nothing(me, make, session):
    student = make.student()
    page = me.get("/organisaties/nieuw").submit(
        status=422,
        name="De Linde",
        kvk_number="12345678",
        branch_number="000037178598",
        postcode="1012AB",
        city="Amsterdam",
        contact_email=student.user.email,
    )
    assert page.error_at("contact_email")
    assert session.query(Organisation).count() == 0


def test_interest_is_followed_up(me, interest, session):
    page = me.get("/organisaties").submit("/contact").follow()
    assert session.get(Interest, number_of(interest)).state is InterestState.CONTACTED
    page.submit("/vervallen").follow()
    session.expire_all()
    assert session.get(Interest, number_of(interest)).state is InterestState.DROPPED
    assert "Café De Zwaan" not in me.get("/organisaties").text


def test_interest_of_another_programme_is_not_found(browse, make, interest):
    other = browse.as_(make.broker(programme=make.programme("zuid")))
    assert "Zwaan" not in other.get("/organisaties").text
    other.post(f"/organisaties/interesse/{number_of(interest)}/contact", {}, status=404)


def test_a_coordinator_approves_companies_and_leaves_the_calling_to_brokers(browse, make, interest):
    coordinator = make.staff(Role.COORDINATOR)
    organisation = make.organisation(verified=False)
    me = browse.as_(coordinator)
    page = me.get("/organisaties")
    assert "Café De Zwaan" in page.text
    assert "Contact gehad" not in page.text
    page = me.get(f"/organisaties/{number_of(organisation)}")
    me.get(page.links["Goedkeuren"]).submit(checked=["visit"])
    me.post(f"/organisaties/interesse/{number_of(interest)}/contact", {}, status=403)


@pytest.mark.parametrize("path", ["/organisaties", "/organisaties/nieuw", "/plekken"])
def test_others_are_kept_out(browse, make, path):
    browse.get(path, status=302)
    browse.as_(make.employer_of(make.organisation())).get(path, status=403)
    browse.as_(make.staff(Role.AUDITOR)).get(path, status=403)


def test_the_number_of_queries_does_not_grow_with_the_list(me, make, engine):
    from sqlalchemy import event

    from stagemakelaar.db import current_session

    def count():
        seen = []
        connection = current_session().get_bind()
        event.listen(connection, "before_cursor_execute", lambda *_given: seen.append(1))
        me.get("/organisaties")
        me.get("/plekken")
        return len(seen)

    make.place()
    few = count()
    for _number in range(5):
        make.place()
    more = count()
    # the listener of the first count still hears the second
    assert more <= few  # what is counted lately may be asked anew in between
