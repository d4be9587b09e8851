"""The machine: each step is one thing that somebody does in a browser, allowed or not; after it all must agree."""

import io
import re
from types import SimpleNamespace as Thing

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from stagemakelaar import clock
from tests.builders import HELPENDE
from tests.paths.acting import DONE, LATEST, SOME, WHY
from tests.paths.deciding import Deciding

PROFILE = {
    "gegevens": {"first_name": "Ömer", "last_name": "Kaya", "birth_date": "2008-05-14"},
    "opleiding": {"code": HELPENDE, "leerweg": "bol", "school_name": "ROC", "school_year": "1"},
    "wanneer": {
        "starts_on": "2027-12-06",
        "ends_on": "2028-01-28",
        "days_per_week": "3",
        "school_hours": "8",
        "weekdays": ["monday", "tuesday", "friday"],
        "late_hours": "none",
    },
    "waar": {"postcode": "1011ab", "travel_modes": ["bike"], "max_minutes": "45"},
    "leren": {"learning_wish": "Rustig blijven als het druk is."},
    "nodig": {},
    "controleren": {},
}
OFFER = {
    "leren": {},
    "wanneer": {
        "starts_on": "2027-01-01",
        "ends_on": "2028-12-31",
        "hours_per_day": "8",
        "seats": "1",
        "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "late_hours": "none",
    },
    "waar": {},
    "voorwaarden": {},
    "begeleiding": {"trainer_name": "Henk Smit"},
}


class Machine(Deciding):
    """All steps; these about cases, and about who comes and what is offered."""

    # --- cases ---------------------------------------------------------------------------------------------------

    @rule(number=SOME, change=st.sampled_from(("zoeken", "hervatten", "heropenen")), broker=SOME)
    def press(self, number, change, broker):
        may = {
            "zoeken": lambda case: case.state in {"signed_up", "intake"} and case.complete,
            "hervatten": lambda case: case.state == "paused",
            "heropenen": lambda case: case.state == "closed",
        }[change]
        student = self.one(self.model.cases, number, lambda one: may(self.model.cases[one]))
        case, page = self.model.cases[student], f"/studenten/{student}"

        def then():
            case.state = case.resumes if change == "hervatten" else "searching"

        self.step(self.a_broker(broker), page, f"{page}/{change}", allowed=may(case), then=then)
        self.watched = student

    @rule(number=SOME, change=st.sampled_from(("pauzeren", "sluiten")), broker=SOME)
    def stop(self, number, change, broker):
        def may(student):
            case = self.model.cases[student]
            return (
                self.model.may_stop(case, student) if change == "sluiten" else (case.state not in {"paused", "closed"})
            )

        student = self.one(self.model.cases, number, may)
        case, page = self.model.cases[student], f"/studenten/{student}/{change}"

        def then():
            case.resumes, case.state = case.state, "paused" if change == "pauzeren" else "closed"

        self.step(self.a_broker(broker), page, page, allowed=may(student), then=then, why=WHY)
        self.watched = student

    @rule(number=SOME, broker=SOME)
    def take_on(self, number, broker):
        student, by = self.one(self.model.cases, number), self.a_broker(broker)
        case, page = self.model.cases[student], f"/studenten/{student}"

        def then():
            case.broker, case.waiting = by, None
            self.model.begin_work(case)

        self.step(by, page, f"{page}/oppakken", allowed=case.broker in {None, by}, then=then)

    @rule(number=SOME, broker=SOME, to=SOME)
    def hand_over(self, number, broker, to):
        def may(student):
            return self.model.cases[student].state != "closed" and self.model.cases[student].broker != to

        by, to = self.a_broker(broker), self.a_broker(to)
        student = self.one(self.model.cases, number, may)
        case, page = self.model.cases[student], f"/studenten/{student}/overdragen"
        then = lambda: self.model.give(case, to, by)  # noqa: E731
        sent = {"to": str(to), "why": WHY} | ({} if case.state != "closed" else {"holder": str(case.broker or "")})
        self.step(by, page, page, allowed=may(student), then=then, **sent)

    @rule(number=SOME, broker=SOME, answer=st.sampled_from(("aannemen", "teruggeven")))
    def answer_hand_over(self, number, broker, answer):
        student = self.one(self.model.cases, number, lambda one: self.model.cases[one].waiting)
        case, page, by = self.model.cases[student], f"/studenten/{student}", self.a_broker(broker)
        waiting = case.waiting

        def then():
            case.waiting = None
            if answer == "aannemen":
                self.model.begin_work(case)
            else:
                case.broker = waiting.giver

        allowed = waiting is not None and (answer == "teruggeven" or waiting.to == by)
        self.step(by, page, f"{page}/overdracht/{answer}", allowed=allowed, then=then)

    # --- who comes and what is offered -----------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.cases) < 5)
    @rule()
    def register(self):
        client, email = self.w.stranger(), "omer@demo.example"
        token = self.w.token_of(client.get("/aanmelden/noord"))
        assert client.post("/aanmelden/noord", data={"email": email, "csrf_token": token}).status_code in DONE
        self.w.deliver()
        self.everything_waiting_is_sent()
        link = re.search(r"/inloggen/link/\S+", self.w.letters[-1].get_body(("plain",)).get_content())[0]
        token = self.w.token_of(client.get(link))
        assert client.post(link, data={"csrf_token": token}).status_code in DONE
        self.newcomer()

    def newcomer(self):
        """Somebody who was not there before; the profile is still to be filled in."""
        case = self.w.facts().case_file[-1]
        facts = {"state": "signed_up", "broker": None, "complete": False, "resumes": None, "waiting": None}
        self.model.cases[case.student_id] = Thing(**facts, id=case.id)
        self.watched = case.student_id
        self.w.know(case.student_id)

    @precondition(lambda self: len(self.model.cases) < 5)
    @rule(broker=SOME)
    def bring_in_a_list(self, broker):
        by, page = self.a_broker(broker), "/studenten/importeren"
        rows = "studentnummer;e-mailadres;voornaam;achternaam\n0123456;noor@demo.example;Noor;Bakker\n"
        file = (io.BytesIO(rows.encode()), "lijst.csv")
        self.step(by, page, page, allowed=True, file=file)
        shown = self.w.answer.location
        self.step(by, shown, f"{shown}/doorvoeren", allowed=True, then=self.newcomer)
        self.old_tab = None

    @precondition(lambda self: any(not case.complete for case in self.model.cases.values()))
    @rule()
    def fill_in_the_profile(self):
        student = next(one for one, case in self.model.cases.items() if not case.complete)
        if clock.today().isoformat() > LATEST:
            return
        for step, values in PROFILE.items():
            page = f"/student/profiel/{step}"
            self.step(self.user(student), page, page, allowed=True, **values)
        self.model.cases[student].complete = True
        self.watched, self.old_tab = student, None

    @precondition(lambda self: len(self.model.places) < 4)
    @rule(number=SOME)
    def offer_a_place(self, number):
        by, page = self.one(self.w.town.employers.values(), number), "/bedrijf/plekken/nieuw"
        work = {"title": "Linnenkamer", "tasks": "Je vouwt.", "codes": [HELPENDE], "leerweg": "bol"}
        self.step(by, page, page, allowed=True, **work)
        place = self.w.facts().place[-1].id
        page = f"/bedrijf/plekken/{place}"
        for step, values in OFFER.items():
            self.step(by, f"{page}/{step}", f"{page}/{step}", allowed=True, **values)
        self.step(by, f"{page}/controleren", f"{page}/openen", allowed=True)
        self.model.places[place] = Thing(state="open", seats=1)
        self.old_tab = None

    PLACE = {
        "pauzeren": ({"open"}, "paused"),
        "openen": ({"paused"}, "open"),
        "sluiten": ({"open", "paused"}, "closed"),
    }

    @rule(number=SOME, change=st.sampled_from(("pauzeren", "openen", "openen", "sluiten")), broker=SOME)
    def change_a_place(self, number, change, broker):
        before, after = self.PLACE[change]
        open_now = sum(place.state == "open" for place in self.model.places.values())
        place = self.one(self.model.places, number, lambda one: self.model.places[one].state in before)
        found, page = self.model.places[place], f"/plekken/{place}"
        if change != "openen" and open_now < 3:  # the town must have something to give
            return
        then = lambda: setattr(found, "state", after)  # noqa: E731
        self.step(self.a_broker(broker), page, f"{page}/{change}", allowed=found.state in before, then=then)

    @rule(number=SOME, seats=st.integers(1, 3), broker=SOME)
    def change_seats(self, number, seats, broker):
        place = self.one(self.model.places, number)
        found, page = self.model.places[place], f"/plekken/{place}/wanneer"
        in_use = found.seats - self.model.free(place)
        then = lambda: setattr(found, "seats", seats)  # noqa: E731
        times = OFFER["wanneer"] | {"seats": str(seats)}
        allowed = seats >= in_use and found.state != "closed"
        self.step(self.a_broker(broker), page, page, allowed=allowed, then=then, **times)
