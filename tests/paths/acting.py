"""How a step goes: sent as it was served, or forged; and time passes, and buttons are pressed twice.

What the model does not allow is sent all the same: then nothing may change.
"""

from types import SimpleNamespace as Thing

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from stagemakelaar import clock
from tests.paths.agreeing import Agreeing
from tests.paths.model import LIVE, Model

SOME = st.integers(0, 11)
WHY = "Zo is het besproken."
LATEST = "2027-10-01"
SPANS = st.sampled_from(({"minutes": 31}, {"days": 1}, {"days": 14}))
DONE = {302, 303}


class Acting(Agreeing):
    """One example: a world, a model of it, and how a step goes."""

    world_of = None  # a function that makes the world of an example; the tests set it

    def __init__(self):
        super().__init__()
        self.w, self.model = self.world_of(), Model()
        self.seen, self.new_seats = self.w.facts(), 1
        for case in self.seen.case_file:
            facts = {"state": case.state.value, "broker": case.broker_id, "complete": True}
            self.model.cases[case.student_id] = Thing(**facts, id=case.id, resumes=None, waiting=None)
        for place in self.seen.place:
            self.model.places[place.id] = Thing(state="open", seats=place.seats)
        self.watched, self.old_tab, self.reads = next(iter(self.model.cases)), None, None

    # --- how a step goes -----------------------------------------------------------------------------------------

    def step(self, who, page, address, *, allowed, then=lambda: None, **values):
        """Do it, and let the model follow if it is allowed; if not, nothing may come of it."""
        status = self.w.send(who, page, address, **values)
        self.old_tab = (who, address, dict(self.w.last_sent), allowed)
        if allowed:
            assert status in DONE, f"{address} {values}: {status}, but it may: {self.w.told()}"
            then()
        return status

    def one(self, items, number, lawful=None):
        """One of these; four times in five one with which it may be done."""
        items = sorted(items)
        good = [item for item in items if lawful is None or lawful(item)]
        chosen = good if good and number % 5 else items
        return chosen[number % len(chosen)]

    def a_broker(self, number):
        return self.w.town.brokers[number % 2]

    # --- time and old tabs ---------------------------------------------------------------------------------------

    @precondition(lambda self: clock.today().isoformat() < LATEST)
    @rule(span=SPANS)
    def later(self, span):
        self.w.later(**span)
        for placement in self.model.placements.values():
            placement.told = placement.told or placement.state in LIVE
        self.everything_waiting_is_sent()
        self.old_tab = None  # a form is good for twelve hours, and its session for less

    def everything_waiting_is_sent(self):
        for placement in self.model.placements.values():
            placement.sent = placement.sent or (placement.told and placement.state in LIVE)

    @precondition(lambda self: self.old_tab and self.old_tab[3])
    @rule()
    def press_twice(self):
        """The button is pressed once more: what was done is not done twice."""
        who, address, values, _allowed = self.old_tab
        before = self.w.outline()
        self.w.press(who, address, values)
        after = self.w.outline()
        assert before == after, f"{address} did something the second time: {set(after) ^ set(before)}"
