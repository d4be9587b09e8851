"""What happened before today: placements that ended, run or wait for an answer, and a round that was closed."""

from dataclasses import dataclass
from datetime import timedelta

from stagemakelaar import clock
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.queries import case_of
from stagemakelaar.matching.explain import explanation
from stagemakelaar.matching.solver import solve
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, EmployerReason, StudentReason
from stagemakelaar.rounds import snapshot
from stagemakelaar.seed import accounts
from stagemakelaar.seed.companies import manager_of

ENDED = ("completed", "employer", "broker", "student", "completed", "completed")
FELL_THROUGH = {"student", "employer", "broker"}
LIVE = ("planned", "confirmed", "active", "half")


@dataclass
class Story:
    """Verhaal: one student, the place that was found, and how it goes."""

    fate: str
    student: object
    place: object
    placement: object = None

    @property
    def is_early(self):
        """Whether it began months ago."""
        return self.fate in {"completed", "active"}


class History:
    """Geschiedenis van een programma: by-hand placements of before, each brought to its own state in later steps."""

    def __init__(self, session, town, *, approvals):
        self.session, self.town, self.companies, self.students = session, town, town.companies, town.students
        crowd = town.crowd
        live = crowd.live - approvals
        ended = crowd.history - crowd.live
        self.fates = [ENDED[n % len(ENDED)] for n in range(ended)] + [LIVE[n % len(LIVE)] for n in range(live)]
        if crowd.slug == "noord":
            self.fates[ended : ended + 2] = ["planned", "confirmed"]  # the accounts `student` and `minor`
        self.first_live = ended
        self.returning = sum(fate in FELL_THROUGH for fate in self.fates)
        self.stories = []

    def sign_up_all(self):
        """Sign up, each with a place in mind whose seats are not taken by the others."""
        places = iter([place for place in self.companies.places for _seat in range(place.seats)])
        first = self.companies.places[0]
        rest = iter([place for place in places if place is not first])
        for number, fate in enumerate(self.fates):
            named = self._named(number)
            place = first if named else next(rest)
            wanted = self.students.searcher(place, 0) | self._period(fate)
            student = self.students.sign_up(**(wanted | named))
            self.students.take_on(student)
            self.stories.append(Story(fate, student, place))

    def _named(self, number):
        if self.town.crowd.slug != "noord":
            return {}
        who = {self.first_live: (accounts.STUDENT, 19), self.first_live + 1: (accounts.MINOR, 16)}.get(number)
        if who is None:
            return {}
        return {"email": who[0], "age": who[1], "code": "25960", "days_per_week": 3, "must": []}

    @staticmethod
    def _period(fate):
        """Days are counted from the sign-up, 110 days ago."""
        today = clock.today()
        first = today + timedelta(days=12 if fate == "completed" else 90 if fate == "active" else 140)
        return {"starts_on": first, "ends_on": first + timedelta(days=70 if fate == "completed" else 98)}

    def plan(self, *, early):
        """Place by hand those whose turn it is."""
        for story in self.stories:
            if story.is_early is early:
                self.session.refresh(story.place)
                story.placement = placements.plan(
                    self.session,
                    story.student,
                    story.place,
                    reasons=self._reasons(story.student, story.place),
                    why="Met student en bedrijf besproken.",
                    by=self.town.broker(),
                )
                if story.fate == "broker":  # taken back before its letters left
                    self._answer(story.fate, story.placement)

    def _reasons(self, student, place):
        problem = snapshot.pair_of_today(self.session, student, place)
        outcome = solve(problem)
        return explanation(problem, outcome, student.id) if (outcome.place >= 0).all() else {}

    def answer(self, *, early):
        """Let both sides answer as the story wants."""
        for story in self.stories:
            if story.is_early is early and story.placement.is_live:
                self._answer(story.fate, story.placement)

    def _answer(self, fate, placement):
        student, contact = placement.student.user, manager_of(placement.place.organisation)
        if fate in {"completed", "active", "confirmed", "half"}:
            placements.accept(self.session, placement, by=student)
        if fate in {"completed", "active", "confirmed"}:
            placements.confirm_capacity(self.session, placement, by=contact)
        if fate == "student":
            placements.decline(self.session, placement, reason=StudentReason.TRAVEL, by=student)
        elif fate == "employer":
            placements.refuse(self.session, placement, reason=EmployerReason.TRAINER_AWAY, by=contact)
        elif fate == "broker":
            reason, note = BrokerReason.DATA_WRONG, "De datums klopten niet."
            placements.withdraw(self.session, placement, reason=reason, note=note, by=self.town.broker())

    def begin(self, fate):
        """The first day has come."""
        for placement in self._of(fate):
            placements.start(self.session, placement, by=self.town.broker())

    def finish(self):
        """The last day is over, and the case is closed."""
        for placement in self._of("completed"):
            placements.end(self.session, placement, by=self.town.broker())
            case = case_of(self.session, placement.student)
            casework.close(self.session, case, why="Stage afgerond.", by=self.town.broker())

    def returned(self):
        """The students who are searching again because their place fell through."""
        return [story.student for story in self.stories if story.fate in FELL_THROUGH]

    def _of(self, fate):
        return [story.placement for story in self.stories if story.fate == fate]
