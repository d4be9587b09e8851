"""Forms that are served only when something went before: a mailed link, a letter that waits, a second window."""

import io
from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import clock, db
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.outbox import Message
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.signing_in import UserSession
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.places.models import Place, PlaceState
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState
from stagemakelaar.rounds.second_look import SecondLook
from stagemakelaar.seed import accounts
from stagemakelaar.seed.accounts import PASSWORD
from tests.bad_input.trying import filled_in
from tests.every_page import WHO
from tests.pages import Browser, Page
from tests.served import forms_of

STUDENTS = (
    b"studentnummer;e-mailadres;voornaam;achternaam;geboortedatum\n0123456;sam@school.example;Sam;Vries;2008-03-14\n"
)


class Halfway:
    """Presses what must be pressed first; `pages` are those on which forms then appear, `served` what came at once."""

    def __init__(self, trying):
        self.trying, self.clients, self.records = trying, trying.clients, trying.records
        self.pages, self.served = [], []

    def press(self, who, page, end, **changes):
        """Fill in the form of a page that goes to this address, with care, and send it."""
        client = self.clients[who]
        served = client.get(page)
        found = [form for form in forms_of(served.get_data(as_text=True), page) if form[0].split("?")[0].endswith(end)]
        assert found, f"{page} has no form for {end} ({served.status_code})"
        address, text = found[0]
        answer = client.post(address, data=filled_in(text)[1] | changes)
        assert answer.status_code in {200, 302, 303}, (
            f"{address} answers {answer.status_code}: {Page(None, answer).told()}"
        )
        return answer

    def show(self, who, *pages):
        self.pages += [(who, page) for page in pages]

    def mailed(self):
        """The token in the last letter."""
        with db.transaction() as session:
            return session.scalars(select(Message).order_by(Message.id.desc())).first().data["token"]

    def window(self, name, email=None, **session_is):
        """Another window: of somebody who is signed in, with a session that is so, or of nobody."""
        browser = Browser(self.trying.app)
        if email:
            with db.transaction() as session:
                user = session.scalars(select(User).where(User.email == email)).one()
            browser = browser.as_(user)
            if session_is:
                with db.transaction() as session:
                    last = select(UserSession.id).order_by(UserSession.id.desc()).limit(1).scalar_subquery()
                    session.execute(update(UserSession).where(UserSession.id == last).values(**session_is))
        self.clients[name] = browser.client
        return browser.client

    def everything(self):
        self.on_the_way_in()
        self.of_students_and_companies()
        self.of_rights()
        self.in_accounts()
        self.in_lists()
        self.in_rounds()
        return self

    def on_the_way_in(self):
        self.window("link")
        self.press("link", "/inloggen", "/inloggen", email=accounts.STUDENT)
        self.show("link", "/inloggen/code", f"/inloggen/link/{self.mailed()}")
        self.window("password")
        self.press("password", "/inloggen/medewerker", "/medewerker", email=WHO["b"], password=PASSWORD)
        self.show("password", "/inloggen/medewerker/code", "/inloggen/medewerker/herstelcode")
        self.window("forgotten")
        self.press("forgotten", "/inloggen/medewerker/vergeten", "/vergeten", email=WHO["b"])
        self.show("forgotten", f"/inloggen/wachtwoord/{self.mailed()}")
        self.press("a", "/accounts/uitnodigen", "/uitnodigen", role="auditor", email="nieuw@demo.example")
        self.show("-", f"/inloggen/uitnodiging/{self.mailed()}")

    def in_accounts(self):
        self.window("second", WHO["b"])
        self.show("b", "/account")
        for who in ("s", "b"):
            self.window(f"late {who}", WHO[who], confirmed_at=None)
            self.show(f"late {who}", "/account/bevestigen")
        self.press("s", "/account/e-mailadres", "/e-mailadres", email="ander@demo.example")
        self.show("s", f"/account/e-mailadres/{self.mailed()}")
        self.window("carried", WHO["s"], carried={"path": "/student/profiel/waar", "values": [["max_minutes", "35"]]})
        self.show("carried", "/inloggen/verder")
        self.served.append(("b", "/account/app", self.press("b", "/account/app", "/app").get_data(as_text=True)))
        self.press("s", "/mijn-gegevens/wissen", "/wissen")
        self.show("s", "/mijn-gegevens/wissen")
        self.press("c", "/accounts/app", "/vragen")
        self.show("a", "/accounts/app")
        self.press("a", "/accounts", f"/{self.records['account']}/uitschakelen")
        self.show("a", "/accounts")

    def of_students_and_companies(self):
        with db.transaction() as session:
            noord = session.get(Student, self.records["student"]).programme_id
            cases = select(Case).where(Case.programme_id == noord).order_by(Case.id)
            fresh = session.scalars(cases.where(Case.state == CaseState.SIGNED_UP)).first().student
            waiting = select(Proposal.student_id).where(Proposal.state.in_([ProposalState.OPEN, ProposalState.HELD]))
            seeking = cases.where(Case.state == CaseState.SEARCHING, Case.student_id.not_in(waiting))
            searching, other, third, alone = (case.student for case in session.scalars(seeking.limit(4)))
            place = session.scalars(select(Place.id).where(Place.programme_id == noord, Place.state == PlaceState.OPEN))
            place, emails = place.first(), (fresh.user.email, searching.user.email)
            self.another = alone.user.email
            planned = select(Placement).where(
                Placement.programme_id == noord, Placement.id != self.records["placement"]
            )
            planned, silent = session.scalars(planned.where(Placement.state == PlacementState.PLANNED).limit(2)).all()
            silent.told_from = clock.now() - timedelta(days=30)
            searching, other, third = searching.id, other.id, third.id
            planned, lost, self.silent = planned.id, planned.student_id, silent.id
        for name, email in zip(("fresh", "searching"), emails, strict=True):
            self.window(name, email)
            steps = ("gegevens", "opleiding", "wanneer", "waar", "leren", "nodig", "controleren")
            self.show(name, *(f"/student/profiel/{step}" for step in steps))
        with db.transaction() as session:
            admin = session.scalars(select(User).where(User.email == WHO["a"])).one()
            people.register_employer(session, email="nieuw-bedrijf@demo.example", by=admin)
        self.window("company", "nieuw-bedrijf@demo.example")
        self.show("company", "/bedrijf/gegevens")
        self.show("b", f"/studenten/{searching}/plaatsen/{place}")
        self.press("b", f"/plaatsingen/{planned}/terugtrekken", "/terugtrekken")
        self.show("b", f"/studenten/{lost}/plaatsen")
        self.press("b", f"/studenten/{lost}/voorkeuren/{place}", f"/{place}")
        self.show("b", f"/studenten/{lost}/voorkeuren")
        self.press("b", "/studenten/{student}/overdragen".format(**self.records), "/overdragen")
        self.show("b", "/studenten/{student}")
        self.press("b", f"/studenten/dubbel/{other}/{third}", f"/{third}")
        self.show("b", "/studenten/dubbel", "/post", "/post?stand=failed")
        self.searching = searching

    def of_rights(self):
        self.window("other", self.another)
        self.press("other", "/mijn-gegevens/beperken", "/beperken")
        with db.transaction() as session:
            asked = session.scalars(select(DataRequest.id).order_by(DataRequest.id.desc())).first()
        self.press("c", f"/verzoeken/{asked}", "/besluit", verdict="grant")
        self.show("other", "/mijn-gegevens/beperken")
        page = f"/verzoeken/{asked}"
        self.served.append(
            ("c", page, self.clients["c"].get(page).get_data(as_text=True))
        )  # before an end is announced
        self.press("c", page, "/opheffen")
        self.show("c", page, "/verzoeken/{request}")

    def in_lists(self):
        searching = self.searching
        self.press("b", "/studenten?zoek=a", "/weergaven", name="De mijne")
        self.show("b", "/studenten?zoek=a", "/studenten?zoek=b")
        for deed in ("taak", "overdragen", "overnemen", "pauzeren", "hervatten"):
            self.show("b", f"/studenten/samen?doen={deed}&kies={searching}")
        self.show("b", f"/plaatsingen/samen?doen=herinneren&kies={self.silent}")
        upload = self.press("b", "/studenten/importeren", "/importeren", file=(io.BytesIO(STUDENTS), "lijst.csv"))
        self.show("b", upload.location)

    def in_rounds(self):
        records = self.records
        review = "/rondes/{round}".format(**records)
        with db.transaction() as session:
            noord = session.get(Round, records["round"]).programme_id
            rounds = select(Round.id).where(Round.programme_id == noord)
            undrawn = session.scalars(rounds.where(Round.id != records["round"])).all()
            places = select(Place.id).where(Place.state == PlaceState.OPEN, Place.free > 0).order_by(Place.id)
            places = session.scalars(places.where(Place.programme_id == noord))
            others = [f"/voorstellen/{records['proposal']}/andere-plek/{place}" for place in places]
            looks = select(SecondLook.proposal_id).where(SecondLook.looked_at.is_(None)).order_by(SecondLook.id)
            drawn = [f"/voorstellen/{number}" for number in session.scalars(looks)]
            late = session.get(Message, records["message"])
            late.state_changed_at = clock.now()
            run = session.get(Proposal, records["proposal"]).run_id
            mine = select(Proposal.id).where(Proposal.run_id == run, Proposal.id != records["proposal"])
            approved = session.scalars(mine.where(Proposal.state == ProposalState.OPEN)).first()
        self.press("c", "/instellingen", "/instellingen", undo_minutes="30")
        self.press("c", f"/voorstellen/{approved}", "/besluit", verdict="approve")
        self.show("c", f"/voorstellen/{approved}/terugdraaien", "/versturen")
        self.show("b", "/voorstellen/{held}", *drawn)
        self.show("c", *drawn)
        self.show("c", next(page for page in others if b'name="why"' in self.clients["c"].get(page).data))
        self.press("b", review, "/berekenen")
        self.show("b", review)
        self.window("zuid", "broker2@demo.example")
        with db.transaction() as session:
            zuids = session.scalars(select(User).where(User.email == "broker2@demo.example")).one().programme_id
            live = session.scalars(
                select(Round.id).where(Round.programme_id == zuids, Round.state != RoundState.CLOSED)
            ).first()
        if live:
            self.press("zuid", f"/rondes/{live}/sluiten", "/sluiten")
        self.show("zuid", "/rondes")
        self.show("c", *(f"/rondes/{number}/toezicht" for number in undrawn))
