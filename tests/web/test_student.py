"""The student's own pages: the letter and its two answers, all that is kept about me."""

from datetime import date, timedelta

import pytest

from stagemakelaar import audit, clock, outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import CaseState, ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, EmployerReason, Placement, PlacementState, StudentReason
from stagemakelaar.places.models import Place
from tests.web.student_pages import act, answer_forms, letter_of, no, on_case, plan, status, yes
from tests.web.test_explanations import EXPLAINED


class TestTheLetter:
    def test_it_says_that_a_computer_proposed_and_a_person_decided(self, own, planned):
        with transaction() as session:
            session.get(Placement, planned.id).reasons = EXPLAINED
        page = letter_of(own, planned)
        assert page.heading == "Helpende in de zorg bij De Linde"
        assert "door een computer uitgerekend. Een stagemakelaar heeft het bekeken en besloten" in page.text

    def test_what_was_found_by_hand_has_no_reasons_and_no_computer(self, own, planned):
        page = letter_of(own, planned)
        assert "Deze plek past, want" not in page.text
        assert "De computer heeft daarbij niet gekozen." in page.text

    def test_an_old_letter_says_nothing_of_the_new_one(self, own, make, student, planned, broker):
        act(placements.refuse, planned, broker, reason=EmployerReason.NO_CAPACITY)
        plan(student, make.place(), broker)
        assert status(letter_of(own, planned)) == [
            "Deze plek gaat niet door.",
            "Dat ligt niet aan jou. Je gaat vooraan in de rij.",
        ]

    def test_with_figures_it_gives_reasons_and_no_points(self, own, planned):
        with transaction() as session:
            session.get(Placement, planned.id).reasons = EXPLAINED
        page = letter_of(own, planned)
        assert (
            "Deze plek past, want: je werkt op dagen waarop jij kunt: maandag, dinsdag, woensdag, donderdag en vrijdag;"
            in page.text
        )
        assert "het is 25 minuten fietsen van je huis" in page.text
        assert "punten" not in page.text
        assert "/ 50" not in page.text

    def test_a_hidden_address_stays_hidden(self, own, make, student, broker):
        place = make.place(make.organisation(hides_address=True, street="Geheimstraat"))
        hidden = plan(student, place, broker)
        page = letter_of(own, hidden)
        assert "Geheimstraat" not in page.text
        assert "Het adres hoor je van je stagemakelaar." in page.text

    def test_another_students_letter_does_not_exist(self, browse, make, planned):
        address = f"/student/plaatsing/{planned.id}"
        other = browse.as_(make.student().user)
        other.get(address, status=404)
        other.get("/student/plaatsing/999999", status=404)

    def test_another_students_letter_cannot_be_answered(self, browse, make, planned, session):
        number = planned.id
        other = browse.as_(make.student().user)
        other.post(f"/student/plaatsing/{number}/antwoord", {"answer": "accept"}, status=404)
        assert session.get(Placement, number).student_accepted_at is None


class TestYes:
    def test_a_yes_is_kept_and_the_company_acts(self, own, planned, session):
        after = yes(letter_of(own, planned)).follow()
        assert session.get(Placement, planned.id).student_accepted_at is not None
        assert "Je hebt ja gezegd. Nu is het bedrijf aan zet." in after.text
        assert answer_forms(after) == ["decline"]

    def test_the_second_answer_settles_it(self, own, planned, broker, session):
        page = letter_of(own, planned)
        act(placements.confirm_capacity, planned, broker)
        after = yes(page).follow()
        assert session.get(Placement, planned.id).state is PlacementState.CONFIRMED
        assert "Je stage gaat door." in after.text

    def test_a_second_click_is_told_that_it_was_answered(self, own, planned):
        page = letter_of(own, planned)
        yes(page)
        told = yes(page, status=409)
        assert told.errors == ["Op dit voorstel is al geantwoord. Kijk hieronder hoe het er nu voor staat."]
        assert status(told)[0] == "Jij hebt ja gezegd."

    def test_a_yes_to_what_was_withdrawn_is_told(self, own, planned, broker, session):
        page = letter_of(own, planned)
        act(placements.withdraw, planned, broker, reason=BrokerReason.OTHER, note="vergissing")
        told = yes(page, status=409)
        assert "Deze plek gaat niet door." in told.text
        assert answer_forms(told) == []

    def test_a_yes_without_a_token_is_refused(self, own, planned, session):
        page = own.post(f"/student/plaatsing/{planned.id}/antwoord", {"answer": "accept", "version": "1"}, status=422)
        assert session.get(Placement, planned.id).student_accepted_at is None
        assert "stond te lang open" in page.errors[0]


class TestNo:
    def test_a_no_with_a_reason_frees_the_seat_and_keeps_the_waiting_time(self, own, planned, student, session):
        no(letter_of(own, planned), reason="travel", note="Te ver in de winter.").follow()
        gone = session.get(Placement, planned.id)
        assert (gone.state, gone.withdraw_reason, gone.withdraw_note) == (
            PlacementState.WITHDRAWN,
            "travel",
            "Te ver in de winter.",
        )
        assert session.get(Place, gone.place_id).free == 1
        case = case_of(session, session.get(Student, student.id))
        assert (case.state, case.has_priority) == (CaseState.SEARCHING, False)

    def test_a_no_without_a_reason_is_explained_at_the_field(self, own, planned, session):
        refused = no(letter_of(own, planned), note="Liever niet", status=422)
        assert refused.error_at("reason") == "Fout: Kies waarom je deze plek niet wilt."
        assert refused.soup.find("textarea", attrs={"name": "note"}).get_text(strip=True) == "Liever niet"
        assert refused.soup.find("details").has_attr("open")
        assert session.get(Placement, planned.id).state is PlacementState.PLANNED

    def test_an_unsafe_place_leads_to_help(self, own, planned):
        after = no(letter_of(own, planned), reason="unsafe")
        assert after.location == "/hulp#veilig"

    def test_a_no_after_a_yes_is_possible_until_the_stage_begins(self, own, planned, session):
        yes(letter_of(own, planned))
        no(letter_of(own, planned), reason="found_a_place")
        assert session.get(Placement, planned.id).state is PlacementState.WITHDRAWN

    def test_an_old_page_cannot_undo_a_yes(self, own, planned, session):
        before = letter_of(own, planned)
        yes(letter_of(own, planned))
        no(before, reason="travel", status=409)
        assert session.get(Placement, planned.id).state is PlacementState.PLANNED


class TestMyData:
    def test_everything_that_was_filled_in_is_there(self, own, student):
        page = own.get("/student/gegevens")
        for told in (
            student.user.email,
            student.full_name,
            "14 mei 2008",
            "Helpende Zorg en Welzijn",
            "1011 AB",
            "45 minuten",
        ):
            assert told in page.text, told

    def test_notes_of_talks_are_there(self, own, student, broker):
        on_case(
            student,
            casework.record_contact,
            by=broker,
            kind=ContactKind.CALL,
            held_on=date(2027, 2, 2),
            note="Wil graag met ouderen werken.",
        )
        page = own.get("/student/gegevens")
        assert "Telefoongesprek op 2 februari 2027" in page.text
        assert "Wil graag met ouderen werken." in page.text

    def test_places_answers_and_letters_are_there(self, own, student, planned):
        act(placements.decline, planned, student.user, reason=StudentReason.COSTS, note="Te duur")
        page = own.get("/student/gegevens")
        for told in ("gaat niet door", "de kosten", "Te duur", "We hebben een plek voor je gevonden"):
            assert told in page.text, told

    def test_the_letter_that_lets_someone_in_is_not_listed(self, own, student):
        with transaction() as session:
            outbox.promise(
                session,
                kind="sign_in",
                to="x@demo.example",
                key="sign_in:1",
                user=student.user,
                expires_at=clock.now() + timedelta(minutes=10),
            )
        assert "We hebben je nog geen berichten gestuurd." in own.get("/student/gegevens").text

    def test_who_opened_the_file_is_there(self, own, student, broker):
        with transaction() as session:
            audit.record(session, "student.read", session.get(Student, student.id), by=session.get(User, broker.id))
        page = own.get("/student/gegevens")
        assert "3 februari 2027: Fatima el Idrissi (stagemakelaar)" in page.text
        assert "/student/wie-zag-mijn-gegevens" in page.links.values()

    def test_an_empty_file_says_so(self, browse, make):
        page = browse.as_(make.student(complete=False, first_name="", last_name="", birth_date=None).user).get(
            "/student/gegevens"
        )
        for told in ("Je hebt nog geen plek aangeboden gekregen.", "Nog niemand opende je dossier.", "niet ingevuld"):
            assert told in page.text

    def test_the_language_can_be_changed(self, own, student, session):
        own.get("/student/gegevens").submit("/taal", language="en")
        assert session.get(User, student.user_id).language == "en"


@pytest.mark.parametrize("path", ["/student", "/student/gegevens"])
def test_only_students_come_here(browse, make, path):
    browse.as_(make.broker()).get(path, status=403)
    assert browse.get(path, status=303).location.startswith("/inloggen")


def test_names_of_people_are_text_and_nothing_else(browse, make):
    student = make.student(first_name="<b>Bo</b>", last_name="{{7*7}}")
    page = browse.as_(student.user).get("/student/gegevens")
    assert "<b>Bo</b> {{7*7}}" in page.text
