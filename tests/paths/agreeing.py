"""What must be so after every step: the database, the letters, the trail and the pages say what the model says."""

import re

from hypothesis.stateful import RuleBasedStateMachine, invariant

from stagemakelaar.placements.models import LIVE as LIVE_STATES
from tests.paths.model import LIVE
from tests.paths.world import FLOWS


class Agreeing(RuleBasedStateMachine):
    """The half of the machine that looks."""

    def employer_of(self, place):
        return self.w.town.employers[self.w.organisation_of(place)]

    def user(self, student):
        return self.w.users[student]

    # --- what must be so after every step --------------------------------------------------------------------------

    @invariant()
    def all_agree(self):
        before, now = self.seen, self.w.facts()
        self.adopt(now)
        self.seats_add_up(now)
        self.states_are_those_of_the_model(now)
        self.moves_are_in_the_trail(before, now)
        self.letters_match(now)
        self.pages_say_so()
        self.seen = now

    def adopt(self, now):
        """What the model says must have been added, and what was: the same."""
        for table, known in (("placement", self.model.placements), ("proposal", self.model.proposals)):
            for row in getattr(now, table):
                if row.id not in known:
                    known[row.id] = self.expected(row.student_id, row.place_id, table)
        for row in now.change:
            if row.id not in self.model.changes:
                self.model.changes[row.id] = self.expected_change(row)
        for number, one in self.model.placements.items():
            if one.proposal:
                self.model.proposals[one.proposal].made, one.proposal = number, None
            if one.change:
                one.change.made, one.change = number, None
        assert self.model.coming == [], f"did not come: {self.model.coming}"

    def expected(self, student, place, table):
        for one in self.model.coming:
            is_it = hasattr(one, "place") and (one.student, one.place) == (student, place)
            if is_it and hasattr(one, "told") == (table == "placement"):
                self.model.coming.remove(one)
                return one
        raise AssertionError(f"nobody asked for a {table} of {student} at {place}")

    def expected_change(self, row):
        for one in self.model.coming:
            if hasattr(one, "kind") and (one.kind, one.student) == (row.kind.value, row.student_id):
                self.model.coming.remove(one)
                return one
        raise AssertionError(f"nobody asked for this change: {row}")

    def seats_add_up(self, now):
        live = [one for one in now.placement if one.state in LIVE_STATES]
        for place in now.place:
            taken = sum(one.place_id == place.id for one in live)
            assert place.free == place.seats - taken >= 0, f"{place} with {taken} taken"
        students = [one.student_id for one in live]
        assert len(students) == len(set(students)), "two live placements for one student"
        assert all(one.approved_by_id for one in now.placement)

    def states_are_those_of_the_model(self, now):
        model = self.model
        assert {one.student_id: one.state.value for one in now.case_file} == {
            student: case.state for student, case in model.cases.items()
        }
        for case in now.case_file:
            known = model.cases[case.student_id]
            assert case.broker_id == known.broker, f"{case}: {known}"
            assert now.waiting.get(case.id) == (known.waiting.to if known.waiting else None), f"{case}: {known}"
        assert {
            one.id: (one.state.value, bool(one.student_accepted_at), bool(one.employer_confirmed_at))
            for one in now.placement
        } == {number: (one.state, one.accepted, one.confirmed) for number, one in model.placements.items()}
        for table, known in (("proposal", model.proposals), ("place", model.places)):
            rows = {one.id: one.state.value for one in getattr(now, table)}
            assert rows == {number: one.state for number, one in known.items()}, table
        assert {one.id: one.seats for one in now.place} == {number: one.seats for number, one in model.places.items()}
        assert {one.id: one.state.value for one in now.run} == model.runs
        live = [one for one in now.round if one.state.value != "closed"]
        assert [one.state.value for one in live] == ([model.round] if model.round else [])
        assert [one.chosen_run_id for one in live if one.chosen_run_id] == ([model.chosen] if model.chosen else [])
        assert {one.id for one in now.change if one.undone_at} == {n for n, one in model.changes.items() if one.undone}

    def moves_are_in_the_trail(self, before, now):
        at = {(table, row.id): row.state for table in FLOWS for row in getattr(before, table)}
        ends = {(table, row.id): row.state for table in FLOWS for row in getattr(now, table)}
        for table, number, start, to in self.w.moves_since(before.trail):
            kind = type(ends[table, number])
            state = at.get((table, number), kind(start))
            assert state.value == start, f"{table} {number} left {start}, but was {state}"
            assert kind(to) in FLOWS[table][state], f"{table} {number}: no arrow from {start} to {to}"
            at[table, number] = kind(to)
        for record, state in ends.items():
            assert at.get(record, state) is state, f"{record} is {state} and the trail does not say how"

    def letters_match(self, now):
        letters = {one.key: one.state.value for one in now.message if one.key.startswith("placement:")}
        for number, one in self.model.placements.items():
            for side in ("student", "employer"):
                told = "sent" if one.sent else "queued" if one.state in LIVE | {"completed"} else "cancelled"
                assert letters.pop(f"placement:{number}:planned:{side}") == told, f"{side} about {number}: {one}"
                settled = letters.pop(f"placement:{number}:confirmed:{side}", None)
                assert (settled is not None) == one.was_settled, f"{side} about {number}: {settled} {one}"
                gone = letters.pop(f"placement:{number}:withdrawn:{side}", None)
                owed = one.state == "withdrawn" and one.sent and one.ended_by not in {side, "undone"}
                assert (gone is not None) == owed, f"{side} about {number}: {gone} {one}"
                assert not (one.state == "withdrawn" and settled == "queued"), "news that is no longer true"
        assert letters == {}, f"nobody asked for {letters}"

    # --- what is read --------------------------------------------------------------------------------------------

    def pages_say_so(self):
        student = self.watched
        _status, text = self.w.get(self.user(student), "/student")
        title = re.search(r'class="[^"]*sm-now[^"]*".*?<h2[^>]*>(.*?)</h2>', text, re.DOTALL)[1].strip()
        assert title == self.title_for(student), f"{title!r}, not {self.title_for(student)!r}"
        if self.reads is not None:
            number, self.reads = self.reads, None
            self.employer_reads(number)

    def title_for(self, student):  # noqa: PLR0911 - one sentence for each of nine situations
        told = [one for _n, one in sorted(self.model.placements.items()) if one.student == student and one.told]
        case, last = self.model.cases[student], told[-1] if told else None
        live = next((one for one in told if one.state in LIVE), None)
        if live is not None:
            planned = "Jij hebt ja gezegd." if live.accepted else "We hebben een plek voor je gevonden."
            return {"planned": planned, "confirmed": "Je stage gaat door.", "active": "Je stage loopt."}[live.state]
        if last is not None and last.state == "completed" and case.state != "searching":
            return "Je stage is klaar."
        if case.state == "paused":
            return "Je zoektocht staat even stil."
        if case.state == "closed":
            return "We zoeken niet meer voor je."
        if case.state in {"signed_up", "intake"} and not case.complete:
            return "Maak je profiel af."
        if case.state in {"signed_up", "intake"}:
            return {"signed_up": "Je profiel is binnen.", "intake": "We leren je kennen."}[case.state]
        if last is None or last.state != "withdrawn":
            return "We zoeken een plek voor je."
        company = self.w.name_of(last.place)
        if last.ended_by == "employer":
            return f"{company} heeft toch geen plek."
        return "We zoeken verder." if last.ended_by == "student" else f"De plek bij {company} gaat niet door."

    def employer_reads(self, number):
        """A name is there from the moment that both said yes, and not after it was called off."""
        placement = self.model.placements[number]
        status, text = self.w.get(self.employer_of(placement.place), f"/bedrijf/plaatsingen/{number}")
        assert (status == 200) == placement.told, f"{status}: {placement}"
        knows = placement.state in {"confirmed", "active", "completed"}
        assert (self.w.last_name(placement.student) in text) == (knows and placement.told), f"{placement}"
