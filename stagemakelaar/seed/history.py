"""Placements by hand of before today, that ended, run or wait for an answer: made by the actions themselves."""

from dataclasses import dataclass

from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.matching.explain import explanation
from stagemakelaar.matching.solver import solve
from stagemakelaar.people.models import Student
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, EmployerReason, StudentReason
from stagemakelaar.places.models import Place
from stagemakelaar.places.queries import addressees_of
from stagemakelaar.rounds import snapshot
from stagemakelaar.seed import accounts
from stagemakelaar.seed.companies import Spot
from stagemakelaar.seed.students import Person

SIGNED_UP = 110  # so many days ago
ENDED = ("completed", "employer", "broker", "student", "completed", "completed")
FELL_THROUGH = {"student", "employer", "broker"}
EARLY, LATE, FRESH = 105, 10, 2  # days ago: ended or under way, answers are late by now, answers are still due
LIVE = ("planned", "confirmed", "active", "half")


@dataclass
class Story:
    """Verhaal: one student, the place that was found, and how it goes."""

    fate: str
    person: Person
    spot: Spot
    is_known: bool = False
    placement: object = None

    @property
    def planned(self):
        """So many days ago it was planned; the accounts of a visitor have some days left to answer."""
        return EARLY if self.is_early else FRESH if self.is_known else LATE

    @property
    def is_early(self):
        """Whether it began months ago."""
        return self.fate in {"completed", "active"}


class History:
    """Geschiedenis van een programma: by-hand placements, each brought to its own state in later steps."""

    def __init__(self, town, companies, students):
        self.town, self.companies, self.students = town, companies, students
        crowd = town.crowd
        ended, live = crowd.told_ended, crowd.told_live
        self.fates = [ENDED[n % len(ENDED)] for n in range(ended)] + [LIVE[n % len(LIVE)] for n in range(live)]
        if town.is_noord:
            self.fates[ended : ended + 2] = ["planned", "confirmed"]  # the accounts `student` and `minor`
        self.first_live = ended
        self.returning = sum(fate in FELL_THROUGH for fate in self.fates)
        self.stories = []

    def write(self, writer, trail):
        """Write the students, each with a place in mind whose seats are not taken by the others."""
        first, *others = self.companies.spots
        seats = iter([spot for spot in others for _seat in range(spot.seats - spot.kept)])
        for number, fate in enumerate(self.fates):
            named = self._named(number)
            spot = first if named else next(seats)
            wanted = self.students.fitting(spot) | self._period(fate) | named
            person = self.students.write(writer, trail, ago=SIGNED_UP, state=CaseState.SEARCHING, **wanted)
            self.stories.append(Story(fate, person, spot, is_known=bool(named) and fate == "planned"))

    def _named(self, number):
        if not self.town.is_noord:
            return {}
        who = {self.first_live: (accounts.STUDENT, 19), self.first_live + 1: (accounts.MINOR, 16)}.get(number)
        if who is None:
            return {}
        return {"email": who[0], "age": who[1], "code": "25960", "days_per_week": 3, "must": []}

    def _period(self, fate):
        first = {"completed": -98, "active": -20}.get(fate, 30)
        last = first + (70 if fate == "completed" else 98)
        return {"starts_on": self.town.country.day(first), "ends_on": self.town.country.day(last)}

    def plan(self, session, days):
        """Place by hand those whose turn it is so many days ago."""
        for story in self.stories:
            if story.planned == days:
                student, place = session.get(Student, story.person.id), session.get(Place, story.spot.id)
                story.placement = placements.plan(
                    session,
                    student,
                    place,
                    reasons=self._reasons(session, student, place),
                    why="Met student en bedrijf besproken.",
                    by=self.town.broker(),
                )
                if story.fate == "broker":  # taken back before its letters left
                    self._answer(session, story.fate, story.placement)

    @staticmethod
    def _reasons(session, student, place):
        problem = snapshot.pair_of_today(session, student, place)
        outcome = solve(problem)
        return explanation(problem, outcome, student.id) if (outcome.place >= 0).all() else {}

    def answer(self, session, *, early):
        """Let both sides answer as the story wants."""
        for story in self.stories:
            if story.is_early is early and story.placement is not None and story.placement.is_live:
                self._answer(session, story.fate, story.placement)

    def _answer(self, session, fate, placement):
        student, contact = placement.student.user, addressees_of(session, placement.place.organisation_id)[0]
        if fate in {"completed", "active", "confirmed", "half"}:
            placements.accept(session, placement, by=student)
        if fate in {"completed", "active", "confirmed"}:
            placements.confirm_capacity(session, placement, by=contact)
        if fate == "student":
            placements.decline(session, placement, reason=StudentReason.TRAVEL, by=student)
        elif fate == "employer":
            placements.refuse(session, placement, reason=EmployerReason.TRAINER_AWAY, by=contact)
        elif fate == "broker":
            reason, note = BrokerReason.DATA_WRONG, "De datums klopten niet."
            placements.withdraw(session, placement, reason=reason, note=note, by=self.town.broker())

    def begin(self, session, fate):
        """The first day has come."""
        for placement in self._of(fate):
            placements.start(session, placement, by=self.town.broker())

    def finish(self, session):
        """The last day is over, and the case is closed."""
        for placement in self._of("completed"):
            placements.end(session, placement, by=self.town.broker())
            case = case_of(session, placement.student)
            casework.close(session, case, why="Stage afgerond.", by=self.town.broker())

    def rest(self, session):
        """Without a round of today, who came back because a place fell through looks elsewhere."""
        for story in self.stories:
            if story.fate in FELL_THROUGH:
                case = case_of(session, story.placement.student)
                casework.pause(session, case, why="Zoekt nu zelf verder.", by=self.town.broker())

    def _of(self, fate):
        return [story.placement for story in self.stories if story.fate == fate]
