from datetime import date

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.people import actions as people
from stagemakelaar.places import actions
from stagemakelaar.places.models import Organisation, OrganisationState, Recognition
from stagemakelaar.places.queries import organisation_of
from tests.builders import HELPENDE
from tests.rows import number_of

COMPANY = {
    "name": "Zorgcentrum De Linde",
    "kvk_number": "1234 5678",
    "branch_number": "000037178598",
    "postcode": "1012ab",
    "city": "Amsterdam",
}


@pytest.fixture
def newcomer(make):
    make.programme()
    with transaction() as session:
        return people.register_employer(session, email="vers@demo.example", by=None)


@pytest.fixture
def colleague(make):
    def of(organisation):
        by = make.employer_of(organisation)
        with transaction() as session:
            own = session.get(Organisation, number_of(organisation))
            return actions.invite_member(
                session, own, email="collega@demo.example", name="Petra", manages=False, by=by
            ).user

    return of


# --- the organisation ----------------------------------------------------------------------------------------------


def test_who_is_new_tells_about_the_company_first_and_then_its_recognitions(browse, newcomer, session):
    me = browse.as_(newcomer)
    page = me.get("/bedrijf", status=302).follow()
    assert page.heading == "Vertel over uw bedrijf"
    after = page.submit(**COMPANY)
    assert after.location == "/bedrijf/erkenningen"
    organisation = organisation_of(session, newcomer)
    assert (organisation.kvk_number, organisation.branch_number) == ("12345678", "000037178598")
    assert organisation.state is OrganisationState.REGISTERED
    assert "uiterlijk maandag 8 februari" in me.get("/bedrijf").text


def test_a_company_that_is_known_already_is_refused_in_words(browse, newcomer, make, session):
    make.organisation(kvk_number="12345678", branch_number="000037178598")
    page = browse.as_(newcomer).get("/bedrijf/gegevens").submit(status=422, **COMPANY)
    assert "staat al bij ons" in page.error_at("branch_number")
    assert page.values()["name"] == "Zorgcentrum De Linde"
    assert organisation_of(session, newcomer) is None


def test_wrong_numbers_come_back_as_typed(browse, newcomer):
    page = browse.as_(newcomer).get("/bedrijf/gegevens").submit(status=422, kvk_number="12", branch_number="34")
    assert "acht cijfers" in page.error_at("kvk_number")
    assert "twaalf cijfers" in page.error_at("branch_number")
    assert page.values()["kvk_number"] == "12"


def test_an_employer_changes_the_name_and_never_the_numbers(browse, make, session):
    organisation = make.organisation(kvk_number="11111111")
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf/gegevens/wijzigen")
    assert "kvk_number" not in page.values()
    page.submit(name="De Nieuwe Linde", kvk_number="99999999")
    found = session.get(Organisation, number_of(organisation))
    assert (found.name, found.kvk_number) == ("De Nieuwe Linde", "11111111")


def test_a_colleague_reads_the_organisation_and_changes_nothing(browse, make, colleague):
    organisation = make.organisation()
    me = browse.as_(colleague(organisation))
    assert organisation.name in me.get("/bedrijf/gegevens").text
    me.get("/bedrijf/gegevens/wijzigen", status=403)
    me.post("/bedrijf/collegas", {"name": "X", "email": "x@demo.example"}, status=403)
    me.post("/bedrijf/erkenningen", {"course": HELPENDE}, status=403)


def test_a_colleague_is_added_and_removed(browse, make, session):
    organisation = make.organisation()
    me = browse.as_(make.employer_of(organisation))
    page = me.get("/bedrijf/gegevens").submit("/bedrijf/collegas", name="Petra", email="petra@demo.example").follow()
    assert "petra@demo.example" in page.text
    session.expire_all()
    members = session.get(Organisation, number_of(organisation)).members
    petra = next(member.id for member in members if member.user.name == "Petra")
    page = page.submit(f"/bedrijf/collegas/{petra}/verwijderen").follow()
    assert "petra@demo.example" not in page.text


def test_a_member_of_another_organisation_cannot_be_removed(browse, make):
    mine, other = make.organisation(), make.organisation()
    stranger = other.members[0].id
    me = browse.as_(make.employer_of(mine))
    token = me.get("/bedrijf/gegevens").values("/bedrijf/collegas")["csrf_token"]
    me.post(f"/bedrijf/collegas/{stranger}/verwijderen", {"csrf_token": token}, status=404)


# --- recognitions --------------------------------------------------------------------------------------------------


def test_a_recognition_is_found_by_a_few_words(browse, make, session):
    organisation = make.organisation(codes=())
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf/erkenningen")
    page.submit(course="helpende zorg", valid_from="1-1-2026")
    found = session.query(Recognition).one()
    assert (found.code, found.valid_from, found.valid_until) == (HELPENDE, date(2026, 1, 1), None)
    assert not found.is_checked


def test_words_that_fit_several_courses_bring_a_choice_and_keep_the_rest(browse, make, session):
    organisation = make.organisation(codes=())
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf/erkenningen")
    page = page.submit(status=422, course="zorg", valid_from="2026-01-01")
    assert "Kies welke u bedoelt" in page.error_at("code")
    assert page.values()["valid_from"] == "2026-01-01"
    page.submit(code=HELPENDE)
    assert session.query(Recognition).one().code == HELPENDE


@pytest.mark.parametrize("typed", ["xyzzy", "99999", "zorg\x00", "%", "١٢٣٤٥"])
def test_words_that_fit_nothing_are_told_and_nothing_breaks(browse, make, session, typed):
    organisation = make.organisation(codes=())
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf/erkenningen")
    page = page.submit(status=422, course=typed, valid_from="2026-01-01")
    assert page.error_at("course")
    assert session.query(Recognition).count() == 0


def test_a_date_that_does_not_exist_comes_back_as_typed(browse, make):
    organisation = make.organisation(codes=())
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf/erkenningen")
    page = page.submit(status=422, course=HELPENDE, valid_from="31-2-2026")
    assert "datum" in page.error_at("valid_from")
    assert page.values()["valid_from"] == "31-2-2026"


# --- home ----------------------------------------------------------------------------------------------------------


def test_home_without_places_says_what_to_do(browse, make):
    page = browse.as_(make.employer_of(make.organisation())).get("/bedrijf")
    assert "nog geen leerplaatsen" in page.text
    assert page.links["Leerplaats aanbieden"] == "/bedrijf/plekken/nieuw"


def test_home_lists_own_places_and_nobody_elses(browse, make):
    mine = make.place(title="Mijn leerplaats")
    make.place(title="Andermans leerplaats")
    page = browse.as_(make.employer_of(mine.organisation)).get("/bedrijf")
    assert "Mijn leerplaats" in page.text
    assert "Andermans" not in page.text


def test_home_says_that_an_organisation_was_stopped_without_the_reason(browse, make):
    organisation = make.organisation(state=OrganisationState.SUSPENDED, state_note="Onveilige trap")
    page = browse.as_(make.employer_of(organisation)).get("/bedrijf")
    assert "nu even niet mee" in page.text
    assert "trap" not in page.text


@pytest.mark.parametrize("path", ["/bedrijf", "/bedrijf/gegevens", "/bedrijf/erkenningen", "/bedrijf/plekken/nieuw"])
def test_others_are_kept_out(browse, make, path):
    browse.get(path, status=302)
    browse.as_(make.broker()).get(path, status=403)
    browse.as_(make.student().user).get(path, status=403)
