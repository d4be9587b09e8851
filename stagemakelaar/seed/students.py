"""Students with complete profiles: most fit a place that exists, some by construction fit none."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from stagemakelaar.casework.models import Case, CaseState, ContactKind, ContactMoment
from stagemakelaar.people import profiles
from stagemakelaar.people.models import Profile, Role, Student
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg
from stagemakelaar.seed import accounts, words
from stagemakelaar.seed.companies import add_user

NOWHERE = ("25721", "25732", "25695", "27038", "25633", "27031")  # codes that no company here is recognised for
ONE_IN_UNPLACEABLE = 7  # about 15 %
WEEKEND = 0b1100000
STEPS = [step.value for step in profiles.Step]
KINDS = [kind.value for kind in KindOfWork]
FEATURES = [feature.value for feature in Feature]
FILLED = (
    "code",
    "leerweg",
    "school_name",
    "school_year",
    "starts_on",
    "ends_on",
    "days_per_week",
    "weekdays",
    "school_hours",
    "late_hours",
    "postcode",
    "travel_modes",
    "max_minutes",
    "learning_wish",
    "work_processes",
    "kinds",
    "must",
    "wishes",
    "has_vog",
    "searching_since",
)
EMPTY = dict.fromkeys(FILLED) | {
    "school_name": "",
    "weekdays": 0,
    "late_hours": LateHours.NONE,
    "travel_modes": [],
    "learning_wish": "",
    "work_processes": [],
    "kinds": [],
    "must": [],
    "wishes": [],
    "has_vog": False,
}


@dataclass(slots=True, frozen=True)
class Person:
    """Persoon: a student that was written, with what a placement copies."""

    id: int
    user_id: int
    email: str
    profile: dict


class Students:
    """Studenten van een programma."""

    def __init__(self, town):
        self.town, self.country, self.rng = town, town.country, town.rng

    def write(self, writer, trail, *, ago, state, changed=0, note="", email=None, age=None, **wanted):
        """Write a student with a case, as they stand today; what is not wanted in the profile is drawn.

        ago         so many days ago they signed up
        state       of the case; one that is signed up has an empty profile and no broker yet
        changed     so many days after that it got this state
        """
        town, rng, is_new = self.town, self.rng, state is CaseState.SIGNED_UP
        minutes = town.minutes()
        age = age or rng.choice((17, 17, 18, 18, 19, 20, 22))
        signed_up_at = self.country.at(ago, minutes)
        email = email or f"student-{self.country.student():06d}@{accounts.DOMAIN}"
        first, prefix, last = _parts_of(town.name())
        full = " ".join(part for part in (first, prefix, last) if part)
        phone = f"+316{rng.randint(10_000_000, 59_999_999)}"
        programme = town.programme.id
        user = add_user(writer, Role.STUDENT, email, full, signed_up_at, programme=programme, phone=phone)
        student = writer.add(
            Student,
            user_id=user,
            programme_id=programme,
            first_name=first,
            prefix=prefix,
            last_name=last,
            sort_name=folded(f"{last} {prefix} {first}"),
            birth_date=self.country.day(-age * 365 - rng.randint(30, 300)),
            created_at=signed_up_at,
        )
        profile = EMPTY if is_new else self._profile(ago, wanted)
        writer.add(
            Profile,
            student_id=student,
            **profile,
            steps_done=[] if is_new else STEPS,
            completed_at=None if is_new else signed_up_at,
        )
        broker = None if is_new else town.broker()
        case = writer.add(
            Case,
            student_id=student,
            programme_id=programme,
            broker_id=None if broker is None else broker.id,
            state=state,
            paused_from=CaseState.SEARCHING if state is CaseState.PAUSED else None,
            state_note=note,
            state_changed_at=self.country.at(ago - changed, minutes),
            created_at=signed_up_at,
        )
        if broker is not None and rng.random() < 0.4:
            self._contact(writer, case, broker, ago - 1, minutes)
        trail.tell("registered", signed_up_at, student, by=user, programme=programme)
        return Person(student, user, email, profile)

    def _contact(self, writer, case, broker, ago, minutes):
        writer.add(
            ContactMoment,
            case_id=case,
            kind=ContactKind.CALL,
            held_on=self.country.day(-ago),
            note=self.rng.choice(words.NOTES),
            by_id=broker.id,
            created_at=self.country.at(ago, minutes),
        )

    def _profile(self, ago, wanted):
        rng, crowd, country = self.rng, self.town.crowd, self.country
        code = wanted.get("code") or rng.choice(("25960", "25724", "25808"))
        known = country.processes[code]
        starts_on = wanted.get("starts_on") or country.day(60)
        return {
            "code": code,
            "leerweg": Leerweg.BOL,
            "school_name": words.SCHOOLS.get(crowd.slug, f"ROC {crowd.town}"),
            "school_year": rng.randint(1, 3),
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=rng.choice((70, 98, 126))),
            "days_per_week": rng.choice((2, 3, 3, 4)),
            "weekdays": 0b0011111,
            "school_hours": 8,
            "late_hours": rng.choice((LateHours.NONE, LateHours.NONE, LateHours.EVENING)),
            "postcode": self.town.postcode(),
            "travel_modes": rng.choice((["bike"], ["bike", "public_transport"], ["public_transport"], ["e_bike"])),
            "max_minutes": rng.choice((40, 45, 60, 60, 75)),
            "learning_wish": rng.choice(words.WISHES),
            "work_processes": rng.sample(known, min(len(known), 3)),
            "kinds": rng.sample(KINDS, 3),
            "must": [rng.choice(FEATURES)] if rng.random() < 0.1 else [],
            "wishes": rng.sample(FEATURES, 2),
            "has_vog": rng.random() < 0.3,
            "searching_since": country.day(-ago),
        } | wanted

    # --- what they want --------------------------------------------------------------------------------------------

    def searcher(self, spot, number):
        """What someone wants who would fit a place; every seventh fits none, each in another way."""
        wanted = self.fitting(spot)
        if number % ONE_IN_UNPLACEABLE == 4:
            wanted |= self._fitting_nowhere(number // ONE_IN_UNPLACEABLE, spot)
        return wanted

    def fitting(self, spot):
        """What someone wants who would fit a place."""
        starts_on = self.country.day(self.rng.randint(35, 75))
        wanted = {"code": self.rng.choice(spot.company.codes), "leerweg": spot.leerweg, "starts_on": starts_on}
        if spot.minimum_age:
            wanted["age"] = self.rng.choice((18, 19, 20))
        if spot.late_hours is not LateHours.NONE:
            wanted["late_hours"] = spot.late_hours
        return wanted

    def _fitting_nowhere(self, kind, spot):
        ways = (
            {"code": self.rng.choice(NOWHERE)},
            {"travel_modes": ["walk"], "max_minutes": 10, "postcode": "1135 AB"},
            {"weekdays": WEEKEND, "days_per_week": 2},
            {"starts_on": spot.ends_on - timedelta(days=20), "ends_on": spot.ends_on + timedelta(days=60)},
        )
        return ways[kind % len(ways)]


@cache
def _parts_of(name):
    """First name, prefix and last name."""
    first, last = name.split(" ", 1)
    prefix = next((part for part in words.PREFIXES if last.startswith(f"{part} ")), "")
    return first, prefix, last.removeprefix(prefix).strip()
