"""Where a student stands, in every state: what happens now, who acts, by when, and the road so far."""

from datetime import date

from stagemakelaar import clock
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.db import transaction
from stagemakelaar.people.models import User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, EmployerReason, Placement, StudentReason
from stagemakelaar.rounds.models import Round, RoundState, Run, RunState, Unplaced
from tests.rows import row
from tests.web.student_pages import act, on_case, road, status

LATER = "2027-02-11T10:00:00+01:00"  # the day after the last day to answer


class TestWhereIStand:
    def test_an_empty_profile_asks_the_student_to_fill_it_in(self, browse, make):
        page = browse.as_(make.student(complete=False).user).get("/student")
        assert status(page) == [
            "Maak je profiel af.",
            "Nu ben jij aan zet: we kunnen pas zoeken als je profiel klaar is.",
        ]
        assert page.links["Ga verder met je profiel"] == "/student/profiel"

    def test_a_profile_that_is_in_waits_for_the_broker_until_a_day(self, browse, make):
        page = browse.as_(make.student().user).get("/student")
        assert status(page)[0] == "Je profiel is binnen."
        assert "Je stagemakelaar neemt contact met je op, uiterlijk woensdag 10 februari." in page.text

    def test_a_day_that_passed_is_said_to_be_our_mistake(self, browse, make, moment):
        student = make.student()
        moment(LATER)
        assert (
            "Je had uiterlijk woensdag 10 februari iets moeten horen." in browse.as_(student.user).get("/student").text
        )

    def test_an_intake_names_the_broker(self, browse, make, broker):
        student = make.student()
        on_case(student, casework.take_on, by=broker)
        assert (
            "Fatima bespreekt met je wat je zoekt, uiterlijk woensdag 17 februari."
            in browse.as_(student.user).get("/student").text
        )

    def test_a_noted_next_contact_is_the_day_that_is_promised(self, own, student, broker):
        on_case(
            student,
            casework.record_contact,
            by=broker,
            kind=ContactKind.CALL,
            held_on=date(2027, 2, 2),
            note="",
            next_on=date(2027, 2, 5),
        )
        assert "Je krijgt uiterlijk vrijdag 5 februari bericht" in own.get("/student").text

    def test_a_plan_asks_the_student_to_answer_before_a_day(self, own, planned):
        page = own.get("/student")
        assert status(page) == [
            "We hebben een plek voor je gevonden.",
            "Nu ben jij aan zet: laat uiterlijk woensdag 10 februari weten of je deze plek wilt.",
        ]
        assert page.links["Bekijk de plek"] == f"/student/plaatsing/{planned.id}"

    def test_an_answer_that_is_late_can_still_be_given(self, own, planned, moment):
        own.get("/student")
        moment("2027-02-03T10:30:00+01:00")
        with transaction() as session:
            session.get(Placement, planned.id).answer_by_on = date(2027, 2, 2)
        assert "Dat kan nog steeds: doe het vandaag." in own.get("/student").text

    def test_after_a_yes_the_company_acts(self, own, student, planned):
        act(placements.accept, planned, student.user)
        assert status(own.get("/student"))[1].startswith(
            "Nu is het bedrijf aan zet: het laat uiterlijk woensdag 10 februari"
        )

    def test_two_answers_settle_it(self, own, student, planned, broker):
        act(placements.accept, planned, student.user)
        act(placements.confirm_capacity, planned, broker)
        page = own.get("/student")
        assert status(page)[0] == "Je stage gaat door."
        assert "Je begint op donderdag 1 april bij De Linde." in page.text

    def test_a_running_stage_says_until_when(self, own, student, planned, broker, moment, session):
        act(placements.accept, planned, student.user)
        act(placements.confirm_capacity, planned, broker)
        moment("2027-04-01T09:00:00+02:00")
        act(placements.start, planned, broker)
        # sessions do not live for two months: sign in again
        again = own.as_(session.get(User, student.user_id))
        assert "Je werkt tot en met donderdag 15 juli bij De Linde." in again.get("/student").text
        act(placements.end, planned, broker)
        assert status(again.get("/student"))[0] == "Je stage is klaar."

    def test_a_refusal_by_the_company_is_not_the_students_fault(self, own, planned, broker):
        act(placements.refuse, planned, broker, reason=EmployerReason.NO_CAPACITY)
        page = own.get("/student")
        assert status(page)[0] == "De Linde heeft toch geen plek."
        assert "Dat ligt niet aan jou. Je gaat vooraan in de rij." in page.text

    def test_a_withdrawal_by_the_broker_is_not_the_students_fault(self, own, planned, broker):
        act(placements.withdraw, planned, broker, reason=BrokerReason.DATA_WRONG, note="De dagen klopten niet.")
        page = own.get("/student")
        assert "Dat ligt niet aan jou." in page.text
        assert "De dagen klopten niet." not in page.text

    def test_after_a_no_the_search_goes_on(self, own, student, planned):
        act(placements.decline, planned, student.user, reason=StudentReason.TRAVEL)
        page = own.get("/student")
        assert status(page)[0] == "We zoeken verder."
        assert "Je wachttijd telt gewoon door." in page.text
        assert "niet veilig" not in page.text

    def test_after_an_unsafe_place_help_is_offered(self, own, student, planned):
        act(placements.decline, planned, student.user, reason=StudentReason.UNSAFE)
        page = own.get("/student")
        assert "Je voelde je niet veilig. Praat erover" in page.text
        assert page.links["Hier vind je hulp"] == "/hulp#veilig"

    def test_a_pause_says_how_to_go_on(self, own, student, broker):
        on_case(student, casework.pause, by=broker, why="vakantie")
        page = own.get("/student")
        assert status(page) == [
            "Je zoektocht staat even stil.",
            "Wil je weer verder? Bel of mail ons, dan gaan we meteen door.",
        ]
        assert "vakantie" not in page.text

    def test_a_closed_case_says_how_to_begin_again(self, own, student, broker):
        on_case(student, casework.close, by=broker, why="plek gevonden")
        assert status(own.get("/student"))[0] == "We zoeken niet meer voor je."

    def test_what_the_last_run_found_is_told_without_others(self, own, student, make, broker):
        now = clock.now()
        with transaction() as session:
            fixed = {"programme_id": student.programme_id, "created_at": now, "state_changed_at": now}
            match_round = row(session, Round, name="Voorjaar", opened_by_id=broker.id, state=RoundState.OPEN, **fixed)
            run = row(
                session,
                Run,
                round_id=match_round.id,
                asked_by_id=broker.id,
                lot=1,
                outcome_hash="x",
                finished_at=now,
                state=RunState.COMPUTED,
                **fixed,
            )
            match_round.chosen_run_id = run.id
            facts = {"next_step": "widen_travel", "shortage": {"students": 12, "seats": 9, "short": 3}}
            row(
                session,
                Unplaced,
                run_id=run.id,
                student_id=student.id,
                priority_class=3,
                cause="not_within_reach",
                facts=facts,
            )
        page = own.get("/student")
        assert "Er is nog geen plek die binnen jouw reistijd ligt. Kun je verder reizen?" in page.text
        assert "studenten" not in page.text

    def test_everybody_can_ring_someone(self, browse, make):
        page = browse.as_(make.student().user).get("/student")
        assert page.links["020 123 4567"] == "tel:+31201234567"
        assert page.links["noord@demo.example"] == "mailto:noord@demo.example"


class TestTheRoad:
    def test_the_first_step_is_the_profile(self, browse, make):
        steps = road(browse.as_(make.student(complete=False).user).get("/student"))
        assert steps[:2] == [("done", "Je hebt je aangemeld"), ("current", "Je vult je profiel in")]

    def test_one_step_is_the_present_one_in_every_state(self, own, student, planned, broker):
        seen = [road(own.get("/student"))]
        act(placements.accept, planned, student.user)
        seen.append(road(own.get("/student")))
        act(placements.confirm_capacity, planned, broker)
        seen.append(road(own.get("/student")))
        present = [[text for state, text in steps if state == "current"] for steps in seen]
        assert present == [
            ["Voorstel: Helpende in de zorg bij De Linde"],
            ["Het bedrijf bevestigt"],
            ["Kennismaken en overeenkomst tekenen"],
        ]

    def test_a_place_that_was_lost_stays_on_it(self, own, planned, broker):
        act(placements.refuse, planned, broker, reason=EmployerReason.NO_CAPACITY)
        assert ("done", "Plek bij De Linde: ging niet door") in road(own.get("/student"))
