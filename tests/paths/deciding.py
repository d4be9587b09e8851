"""Rounds, decisions and answers: what brokers, students and companies do about places."""

from types import SimpleNamespace as Thing

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from stagemakelaar import clock
from tests.paths.acting import SOME, WHY, Acting
from tests.paths.model import LIVE


class Deciding(Acting):
    """The steps about proposals and placements."""

    # --- rounds --------------------------------------------------------------------------------------------------

    @rule(broker=SOME)
    def open_round(self, broker):
        then = lambda: setattr(self.model, "round", "open")  # noqa: E731
        self.step(
            self.a_broker(broker), "/rondes", "/rondes", allowed=self.model.round is None, then=then, name="Ronde"
        )

    def round_page(self):
        return f"/rondes/{self.seen.round[-1].id}"

    @precondition(lambda self: self.seen.round)
    @rule(broker=SOME, by_itself=st.booleans())
    def compute(self, broker, by_itself):
        allowed = self.model.round is not None and "queued" not in self.model.runs.values()
        page = self.round_page()

        def then():
            self.model.runs[self.w.facts().run[-1].id] = "queued"

        self.step(self.a_broker(broker), page, f"{page}/berekenen", allowed=allowed, then=then)
        if by_itself:
            self.work()

    @precondition(lambda self: "queued" in self.model.runs.values())
    @rule()
    def work(self):
        """The worker computes what waits: whoever searches may be proposed where there is room, once."""
        self.w.compute()
        self.old_tab = None  # asking once more is another question by now
        known = set(self.model.proposals)
        for run, state in list(self.model.runs.items()):
            if state == "queued":
                self.model.runs[run] = "computed"
                if self.model.round == "open":
                    self.model.round, self.model.chosen = "review", run
        new = [one for one in self.w.facts().proposal if one.id not in known]
        for one in new:
            assert self.model.fits(one.student_id, one.place_id), f"proposed, but does not fit: {one}"
            assert self.model.cases[one.student_id].complete
            facts = {"run": one.run_id, "student": one.student_id, "place": one.place_id, "state": "open"}
            self.model.proposals[one.id] = Thing(**facts, made=None, undone=False)
        students, places = [one.student_id for one in new], [one.place_id for one in new]
        assert len(students) == len(set(students)), "proposed twice in one run"
        assert all(places.count(place) <= self.model.free(place) for place in places), "more proposed than is free"

    @precondition(lambda self: self.model.runs)
    @rule(number=SOME, change=st.sampled_from(("kiezen", "stoppen")), broker=SOME)
    def change_a_run(self, number, change, broker):
        run = self.one(self.model.runs, number)
        state, page = self.model.runs[run], self.round_page()
        is_last = run in self.runs_of_this_round()
        if not is_last and change == "kiezen":
            return

        def then():
            if change == "kiezen":
                self.model.chosen = run
            else:
                self.model.runs[run] = "cancelled"

        allowed = (state == "computed" and self.model.round == "review") if change == "kiezen" else state == "queued"
        self.step(self.a_broker(broker), page, f"{page}/berekeningen/{run}/{change}", allowed=allowed, then=then)

    def runs_of_this_round(self):
        return {run.id for run in self.seen.run if run.round_id == self.seen.round[-1].id}

    @precondition(lambda self: self.seen.round)
    @rule(broker=SOME, often=SOME)
    def close_round(self, broker, often):
        if often % 3:  # rounds may live for a while
            return
        page = f"{self.round_page()}/sluiten"
        then, allowed = self.model.close_round, self.model.round is not None
        self.step(self.a_broker(broker), page, page, allowed=allowed, then=then)

    # --- decisions -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.proposals)
    @rule(number=SOME, verdict=st.sampled_from(("approve", "approve", "approve", "reject", "hold")), broker=SOME)
    def decide(self, number, verdict, broker):
        model = self.model

        def may(number):
            one = model.proposals[number]
            return model.may_decide(one) and (verdict != "approve" or model.fits(one.student, one.place))

        chosen = self.one(model.proposals, number, may)
        proposal, page = model.proposals[chosen], f"/voorstellen/{chosen}"

        def then():
            proposal.state = {"approve": "approved", "reject": "rejected", "hold": "held"}[verdict]
            if verdict == "approve":
                model.plan(proposal.student, proposal.place, proposal=chosen)
            if verdict == "reject":
                model.note("rejected", proposal.student, chosen)

        sent = {"verdict": verdict, "why": WHY, "version": "1"}
        if verdict == "hold":
            sent["held_until"] = (clock.today().replace(year=clock.today().year + 1, day=1)).isoformat()
        self.step(self.a_broker(broker), page, f"{page}/besluit", allowed=may(chosen), then=then, **sent)
        self.watched = proposal.student

    @precondition(lambda self: self.model.proposals)
    @rule(number=SOME, broker=SOME)
    def release(self, number, broker):
        held = lambda one: self.model.proposals[one].state == "held"  # noqa: E731
        chosen = self.one(self.model.proposals, number, held)
        proposal, page = self.model.proposals[chosen], f"/voorstellen/{chosen}"
        then = lambda: setattr(proposal, "state", "open")  # noqa: E731
        self.step(self.a_broker(broker), page, f"{page}/oppakken", allowed=held(chosen), then=then)

    @precondition(lambda self: self.model.proposals)
    @rule(number=SOME, other=SOME, broker=SOME)
    def choose_another_place(self, number, other, broker):
        model = self.model
        chosen = self.one(model.proposals, number, lambda one: model.may_decide(model.proposals[one]))
        proposal = model.proposals[chosen]
        place = self.one(model.places, other, lambda one: one != proposal.place and model.fits(proposal.student, one))
        page = f"/voorstellen/{chosen}/andere-plek/{place}"
        allowed = model.may_decide(proposal) and place != proposal.place and model.fits(proposal.student, place)

        def then():
            proposal.state = "rejected"
            model.plan(proposal.student, place, change=model.note("replaced", proposal.student, chosen))

        self.step(self.a_broker(broker), page, page, allowed=allowed, then=then, why=WHY, version="1")
        self.watched = proposal.student

    @rule(number=SOME, other=SOME, broker=SOME)
    def place_by_hand(self, number, other, broker):
        model = self.model
        student = self.one(model.cases, number, lambda one: model.cases[one].state == "searching")
        place = self.one(model.places, other, lambda one: model.fits(student, one))
        page, allowed = f"/studenten/{student}/plaatsen/{place}", model.fits(student, place)

        def then():
            model.plan(student, place, change=model.note("placed", student))

        self.step(self.a_broker(broker), page, page, allowed=allowed, then=then, why=WHY)
        self.watched = student

    @precondition(lambda self: any(one.state == "approved" for one in self.model.proposals.values()))
    @rule(number=SOME, broker=SOME)
    def undo(self, number, broker):
        may = lambda one: self.model.may_undo(self.model.proposals[one])  # noqa: E731
        chosen = self.one(self.model.proposals, number, may)
        proposal, page = self.model.proposals[chosen], f"/voorstellen/{chosen}/terugdraaien"

        def then():
            self.model.end(self.model.placements[proposal.made], "undone")
            self.model.propose_again(proposal)

        self.step(self.a_broker(broker), page, page, allowed=may(chosen), then=then, why=WHY)
        self.watched = proposal.student

    @precondition(lambda self: self.model.changes)
    @rule(number=SOME, broker=SOME)
    def undo_a_change(self, number, broker):
        may = lambda one: self.model.may_undo_change(self.model.changes[one])  # noqa: E731
        chosen = self.one(self.model.changes, number, may)
        change, page = self.model.changes[chosen], f"/wijzigingen/{chosen}/terugdraaien"

        def then():
            change.undone = True
            if change.made:
                self.model.end(self.model.made_by(change), "undone")
            if change.proposal:
                self.model.propose_again(self.model.proposals[change.proposal])

        self.step(self.a_broker(broker), page, page, allowed=may(chosen), then=then, why=WHY)
        self.watched = change.student

    # --- answers -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.placements)
    @rule(number=SOME, side=st.sampled_from(("accepted", "confirmed")), yes=st.sampled_from((True, True, False)))
    def answer(self, number, side, yes):
        model = self.model

        def may(one):
            it = model.placements[one]
            if not it.told:
                return False
            return it.state in {"planned", "confirmed"} if not yes else it.state == "planned" and not getattr(it, side)

        chosen = self.one(model.placements, number, may)
        placement, by_student = model.placements[chosen], side == "accepted"
        who = self.user(placement.student) if by_student else self.employer_of(placement.place)
        page = f"/student/plaatsing/{chosen}" if by_student else f"/bedrijf/plaatsingen/{chosen}"
        words = {True: ("decline", "accept"), False: ("refuse", "confirm")}[by_student]
        sent = {"answer": words[yes], "trainer_name": "Henk Smit"}
        if not by_student:
            sent["state"] = placement.state
        if not yes:
            sent |= {"reason": "travel" if by_student else "no_capacity"}

        def then():
            model.answer(placement, side) if yes else model.end(placement, "student" if by_student else "employer")

        version = str(self.w.version_of(chosen))
        self.step(who, page, f"{page}/antwoord", allowed=may(chosen), then=then, version=version, **sent)
        self.watched, self.reads = placement.student, chosen

    @precondition(lambda self: self.model.placements)
    @rule(number=SOME, side=st.sampled_from(("accepted", "confirmed")), yes=st.booleans(), broker=SOME)
    def answer_on_behalf(self, number, side, yes, broker):
        def may(one):
            it = self.model.placements[one]
            return it.state == "planned" and not getattr(it, side)

        chosen = self.one(self.model.placements, number, may)
        placement, by_student = self.model.placements[chosen], side == "accepted"
        page = f"/plaatsingen/{chosen}/namens/{'student' if by_student else 'bedrijf'}"
        sent = {"answer": "ja" if yes else "nee", "kind": "call", "with_whom": "Sam", "note": WHY}
        sent |= {"held_on": clock.today().isoformat(), "reason": "travel" if by_student else "no_capacity"}

        def then():
            if yes:
                self.model.answer(placement, side)
            else:
                self.model.end(placement, "student" if by_student else "employer")

        self.step(self.a_broker(broker), page, page, allowed=may(chosen), then=then, **sent)
        self.watched, self.reads = placement.student, chosen

    @precondition(lambda self: self.model.placements)
    @rule(number=SOME, broker=SOME)
    def withdraw(self, number, broker):
        may = lambda one: self.model.placements[one].state in LIVE  # noqa: E731
        chosen = self.one(self.model.placements, number, may)
        placement, page = self.model.placements[chosen], f"/plaatsingen/{chosen}/terugtrekken"
        then = lambda: self.model.end(placement, "broker")  # noqa: E731
        sent = {"reason": "data_wrong", "note": WHY}
        self.step(self.a_broker(broker), page, page, allowed=may(chosen), then=then, **sent)
        self.watched, self.reads = placement.student, chosen

    @precondition(lambda self: any(one.was_settled for one in self.model.placements.values()))
    @rule(number=SOME, change=st.sampled_from(("beginnen", "afronden")), broker=SOME)
    def begin_or_end(self, number, change, broker):
        def may(one):
            it = self.model.placements[one]
            if change == "afronden":
                return it.state == "active"
            return it.state == "confirmed" and self.w.starts_on(one) <= clock.today()

        chosen = self.one(self.model.placements, number, may)
        placement, page = self.model.placements[chosen], f"/plaatsingen/{chosen}"

        def then():
            placement.state = "active" if change == "beginnen" else "completed"
            if change == "beginnen":
                self.model.lead(placement.student, "aftercare")

        self.step(self.a_broker(broker), page, f"{page}/{change}", allowed=may(chosen), then=then)
        self.watched, self.reads = placement.student, chosen
