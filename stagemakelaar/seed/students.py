"""Students with complete profiles: most fit a place that exists, some by construction fit none."""

from datetime import timedelta

from stagemakelaar import clock
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.people import profiles
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.queries import work_processes
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg
from stagemakelaar.seed import accounts, words

NOWHERE = ("25721", "25732", "25695", "27038", "25633", "27031")  # codes that no company here is recognised for
UNPLACEABLE = 0.15
WEEKEND = 0b1100000
STEPS = [step.value for step in profiles.Step]


class Students:
    """Studenten van een programma."""

    def __init__(self, session, town, numbers):
        self.session, self.town, self.rng, self.numbers = session, town, town.rng, numbers

    def sign_up(self, *, email=None, complete=True, **profile):
        """Sign a student up; `profile` has the fields that matter, the rest is drawn."""
        rng, session = self.rng, self.session
        email = email or f"student-{self.numbers.student():06d}@{accounts.DOMAIN}"
        student = casework.sign_up(session, programme=self.town.programme, email=email)
        first, last = rng.choice(words.FIRST), rng.choice(words.LAST).replace("_", " ")
        prefix = next((part for part in words.PREFIXES if last.startswith(f"{part} ")), "")
        student.first_name, student.prefix, student.last_name = first, prefix, last.removeprefix(prefix).strip()
        student.sort_name = folded(f"{student.last_name} {prefix} {first}")
        age = profile.pop("age", None) or rng.choice((17, 17, 18, 18, 19, 20, 22))
        student.birth_date = self.town.today - timedelta(days=age * 365 + rng.randint(30, 300))
        student.user.name = student.full_name
        student.user.phone = f"+316{rng.randint(10_000_000, 59_999_999)}"
        if complete:
            self._fill(student, profile)
            profiles.complete(session, student, by=student.user)
        return student

    def _fill(self, student, given):
        rng, today = self.rng, clock.today()
        code = given.get("code") or rng.choice(("25960", "25724", "25808"))
        known = [process.id for process in work_processes(self.session, code)]
        starts_on = given.get("starts_on") or self.town.today + timedelta(days=60)
        drawn = {
            "code": code,
            "leerweg": Leerweg.BOL,
            "school_name": words.SCHOOLS[self.town.crowd.slug],
            "school_year": rng.randint(1, 3),
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=rng.choice((70, 98, 126))),
            "days_per_week": rng.choice((2, 3, 3, 4)),
            "weekdays": 0b0011111,
            "school_hours": 8,
            "late_hours": rng.choice((LateHours.NONE, LateHours.NONE, LateHours.EVENING)),
            "postcode": f"{rng.choice(self.town.crowd.area)} {rng.choice('ABCDEGHJKL')}{rng.choice('ABCDEGHJKL')}",
            "travel_modes": rng.choice((["bike"], ["bike", "public_transport"], ["public_transport"], ["e_bike"])),
            "max_minutes": rng.choice((40, 45, 60, 60, 75)),
            "learning_wish": rng.choice(words.WISHES),
            "work_processes": rng.sample(known, min(len(known), 3)),
            "kinds": [kind.value for kind in rng.sample(list(KindOfWork), 3)],
            "must": [rng.choice(list(Feature)).value] if rng.random() < 0.1 else [],
            "wishes": [feature.value for feature in rng.sample(list(Feature), 2)],
            "has_vog": rng.random() < 0.3,
            "searching_since": given.get("searching_since") or today,
        }
        profile = student.profile
        for name, value in (drawn | given).items():
            setattr(profile, name, value)
        profile.steps_done = list(STEPS)

    def take_on(self, student, *, search=True):
        """Let a broker take the case on, talk, and start searching."""
        case, broker = case_of(self.session, student), self.town.broker()
        casework.take_on(self.session, case, by=broker)
        if self.rng.random() < 0.4:
            casework.record_contact(
                self.session,
                case,
                kind=ContactKind.CALL,
                held_on=clock.today(),
                note=self.rng.choice(words.NOTES),
                by=broker,
            )
        if search:
            casework.start_searching(self.session, case, by=broker)

    def searcher(self, place, number, **more):
        """A student who would fit a place; every seventh fits none, each in another way."""
        wanted = self._fitting(place) | more
        if number % round(1 / UNPLACEABLE) == 4:
            wanted |= self._fitting_nowhere(number // round(1 / UNPLACEABLE), place)
        return wanted

    def _fitting(self, place):
        codes = [row.code for row in place.codes]
        starts_on = self.town.today + timedelta(days=self.rng.randint(35, 75))
        wanted = {"code": self.rng.choice(codes), "leerweg": place.leerweg, "starts_on": starts_on}
        if place.minimum_age:
            wanted["age"] = self.rng.choice((18, 19, 20))
        if place.late_hours is not LateHours.NONE:
            wanted["late_hours"] = place.late_hours
        return wanted

    def _fitting_nowhere(self, kind, place):
        ways = (
            {"code": self.rng.choice(NOWHERE)},
            {"travel_modes": ["walk"], "max_minutes": 10, "postcode": "1135 AB"},
            {"weekdays": WEEKEND, "days_per_week": 2},
            {"starts_on": place.ends_on - timedelta(days=20), "ends_on": place.ends_on + timedelta(days=60)},
        )
        return ways[kind % len(ways)]
