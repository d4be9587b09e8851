"""What ought to happen: who may do what when, and what follows from it. It knows no database and no pages."""

from types import SimpleNamespace as Thing

LIVE = {"planned", "confirmed", "active"}


class Model:
    def __init__(self):
        self.cases, self.places, self.placements, self.proposals, self.changes, self.runs = {}, {}, {}, {}, {}, {}
        self.round = self.chosen = None  # the state of the round that is live, and the run that is decided about
        self.coming = []  # what must have been added by now, until it is known under which number

    def live(self, student):
        return next((one for one in self.placements.values() if one.student == student and one.state in LIVE), None)

    def free(self, place):
        return self.places[place].seats - sum(o.place == place and o.state in LIVE for o in self.placements.values())

    def fits(self, student, place):
        said_no = any((o.student, o.place, o.ended_by) == (student, place, "student") for o in self.placements.values())
        can = self.cases[student].state == "searching" and self.places[place].state == "open"
        return can and not said_no and self.live(student) is None and self.free(place) > 0

    def may_decide(self, proposal):
        return proposal.state == "open" and proposal.run == self.chosen

    def may_undo(self, proposal):
        is_made = proposal.state == "approved" and not proposal.undone and proposal.run == self.chosen
        return is_made and self.is_silent(self.placements[proposal.made])

    def may_undo_change(self, change):
        if change.undone or (change.kind != "placed" and change.run != self.chosen):
            return False
        return self.live(change.student) is None if change.kind == "rejected" else self.is_silent(self.made_by(change))

    def made_by(self, change):
        return self.placements[change.made]

    def is_silent(self, placement):
        return placement.state == "planned" and not (placement.accepted or placement.confirmed or placement.sent)

    def may_stop(self, case, student):
        return case.state in {"signed_up", "intake", "searching", "aftercare"} and self.live(student) is None

    # --- what follows ------------------------------------------------------------------------------------------------

    def plan(self, student, place, proposal=None, change=None):
        self.cases[student].state = "placed"
        made = Thing(student=student, place=place, state="planned", accepted=False, confirmed=False, told=False)
        made.sent, made.ended_by, made.proposal, made.change, made.was_settled = False, None, proposal, change, False
        self.coming.append(made)

    def note(self, kind, student, proposal=None):
        """What was changed by hand while proposals are decided about is kept."""
        change = Thing(kind=kind, run=self.chosen, student=student, proposal=proposal, made=None, undone=False)
        self.coming += [change] if self.chosen else []
        return change

    def propose_again(self, proposal):
        proposal.undone = True
        again = {"run": proposal.run, "student": proposal.student, "place": proposal.place}
        self.coming.append(Thing(**again, state="open", made=None, undone=False))

    def answer(self, placement, side):
        setattr(placement, side, True)
        placement.told = True
        if placement.accepted and placement.confirmed:
            placement.state, placement.was_settled = "confirmed", True

    def end(self, placement, by):
        placement.state, placement.ended_by = "withdrawn", by
        self.lead(placement.student, "searching")

    def lead(self, student, to):
        case = self.cases[student]
        setattr(case, "resumes" if case.state == "paused" else "state", to)

    def begin_work(self, case):
        case.state = "intake" if case.state == "signed_up" else case.state

    def give(self, case, to, by):
        giver, case.broker = case.broker, to
        case.waiting = None if to == by else Thing(to=to, giver=giver)
        if to == by:
            self.begin_work(case)

    def close_round(self):
        self.round = self.chosen = None
        for proposal in self.proposals.values():
            proposal.state = "rejected" if proposal.state in {"open", "held"} else proposal.state
        self.runs = {run: "cancelled" if state == "queued" else state for run, state in self.runs.items()}
