"""Companies with recognitions and places, as their contact persons and the broker would have entered them."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from stagemakelaar.people.models import Role, User
from stagemakelaar.places.models import (
    Interest,
    InterestState,
    Membership,
    Organisation,
    OrganisationState,
    Place,
    PlaceCode,
    PlaceState,
    Recognition,
)
from stagemakelaar.places.offers import STEPS
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg
from stagemakelaar.seed import accounts, words

REGISTERED, OFFERED_PLACES, INTERESTED = 410, 400, 20  # so many days ago
# The codes that companies train for; what else stands in the register is nowhere to be had, by construction.
OFFERED = (
    "25960",
    "25724",
    "25808",
    "25774",
    "25180",
    "25641",
    "25607",
    "25656",
    "25603",
    "25741",
    "25743",
    "25829",
    "25698",
    "25604",
)
CARE = OFFERED[0]
KINDS = {
    "care": (KindOfWork.ELDERLY_CARE, KindOfWork.PEOPLE, KindOfWork.SICK_CARE, KindOfWork.CHILDREN),
    "trade": (KindOfWork.SHOP, KindOfWork.PEOPLE, KindOfWork.LOGISTICS),
    "ict": (KindOfWork.COMPUTERS, KindOfWork.OFFICE, KindOfWork.DESIGN),
    "transport": (KindOfWork.LOGISTICS, KindOfWork.VEHICLES, KindOfWork.OUTDOORS),
    "building": (KindOfWork.BUILDING, KindOfWork.MACHINES, KindOfWork.OUTDOORS),
    "food": (KindOfWork.KITCHEN, KindOfWork.HOSPITALITY, KindOfWork.PEOPLE),
    "services": (KindOfWork.OFFICE, KindOfWork.PEOPLE, KindOfWork.COMPUTERS),
    "entree": (KindOfWork.PEOPLE, KindOfWork.LOGISTICS, KindOfWork.KITCHEN),
    "craft": (KindOfWork.DESIGN, KindOfWork.MACHINES),
}
OTHER_STATES = (OrganisationState.REGISTERED, OrganisationState.SUSPENDED, OrganisationState.BLOCKED)
WHY = {OrganisationState.SUSPENDED: "Er loopt een gesprek.", OrganisationState.BLOCKED: "Bedrijf is gestopt."}
FEATURES = [feature.value for feature in Feature]


@dataclass(slots=True, frozen=True)
class Company:
    """Bedrijf: what its places need to know of it."""

    id: int
    contact_id: int
    contact_email: str
    codes: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class Spot:
    """Plek: what a student's profile and a placement need to know of a place."""

    id: int
    company: Company
    leerweg: Leerweg
    ends_on: date
    weekdays: int
    hours_per_day: int
    minimum_age: int
    late_hours: LateHours
    seats: int
    kept: int = 0  # of these, taken by the placements that are written in bulk


class Companies:
    """Bedrijven van een programma: its organisations and their places; the same seed draws the same."""

    def __init__(self, town):
        self.town, self.country, self.rng = town, town.country, town.rng
        self.spots = []  # every place that is not a draft
        self.same_sector = defaultdict(list)
        for code in OFFERED:
            self.same_sector[self.country.sectors[code]].append(code)

    @property
    def open_spots(self):
        """The places that are open today."""
        return self.spots[: self.town.crowd.open_places]

    def write(self, writer, trail):
        """Write the organisations, all but one of each other state verified, their places, and signs of interest."""
        verified = []
        for number in range(self.town.crowd.organisations):
            state = OTHER_STATES[number - 2] if 2 <= number < 2 + len(OTHER_STATES) else OrganisationState.VERIFIED
            company = self._register(writer, trail, number, state)
            if state is OrganisationState.VERIFIED:
                verified.append(company)
        self._offer_all(writer, verified)
        for remark, outcome in zip(words.REMARKS, InterestState, strict=True):
            self._interest(writer, remark, outcome)

    # --- organisations ---------------------------------------------------------------------------------------------

    def _register(self, writer, trail, number, state):
        town, country, rng = self.town, self.country, self.rng
        code = OFFERED[number % len(OFFERED)] if number else CARE
        name = f"{words.COMPANIES[country.sectors[code]][0]} {rng.choice(words.COMPANY_NAMES)}"
        registered_at = country.at(REGISTERED, town.minutes())
        is_seen = state is not OrganisationState.REGISTERED
        seen_at = country.at(REGISTERED - 3, town.minutes())
        seen_by = town.broker().id if is_seen else None
        serial = country.company()
        organisation = writer.add(
            Organisation,
            name=name,
            sort_name=folded(name),
            kvk_number=f"9{serial:07d}",
            branch_number=f"{serial:012d}",
            street=rng.choice(words.STREETS),
            house_number=str(rng.randint(1, 180)),
            postcode=town.postcode(),
            city=town.crowd.town,
            registered_with_id=town.programme.id,
            state=state,
            state_changed_at=seen_at if is_seen else registered_at,
            state_note=WHY.get(state, ""),
            verified_at=seen_at if is_seen else None,
            created_at=registered_at,
        )
        contact, email = self._contact(writer, number, organisation, registered_at)
        codes = self._codes(code)
        for own in codes:
            writer.add(
                Recognition,
                organisation_id=organisation,
                code=own,
                valid_from=country.day(-rng.randint(450, 850)),
                valid_until=country.day(570),
                proof="leerbedrijvenregister van SBB",
                checked_at=seen_at if is_seen else None,
                checked_by_id=seen_by,
                created_at=registered_at,
            )
        if state in WHY:
            trail.tell(state.value, seen_at, organisation, by=seen_by, programme=town.programme.id)
        return Company(organisation, contact, email, tuple(sorted(codes)))

    def _contact(self, writer, number, organisation, at):
        fixed = {0: accounts.EMPLOYER, 1: accounts.EMPLOYER2} if self.town.is_noord else {}
        email = fixed.get(number) or f"employer-{self.country.employer():06d}@{accounts.DOMAIN}"
        contact = self._member(writer, organisation, email, self.town.contact(), at, manages=True)
        if number == 0 and self.town.is_noord:
            self._member(writer, organisation, accounts.COLLEAGUE, "Karin de Boer", at, manages=False)
        return contact, email

    @staticmethod
    def _member(writer, organisation, email, name, at, *, manages):
        user = add_user(writer, Role.EMPLOYER, email, name, at)
        writer.add(Membership, organisation_id=organisation, user_id=user, manages=manages)
        return user

    def _codes(self, code):
        """The code itself and up to two others of the same sector."""
        same = [other for other in self.same_sector[self.country.sectors[code]] if other != code]
        return [code, *self.rng.sample(same, min(len(same), self.rng.choice((0, 1, 1, 2))))]

    def _interest(self, writer, remark, state):
        at = self.country.at(INTERESTED, self.town.minutes())
        writer.add(
            Interest,
            programme_id=self.town.programme.id,
            company=f"Winkel {self.rng.choice(words.COMPANY_NAMES)}",
            contact_name=self.town.contact(),
            email=f"interesse-{self.country.interest():04d}@{accounts.DOMAIN}",
            remark=remark,
            postcode=f"{self.town.crowd.area[0]} AB" if state is InterestState.NEW else None,
            state=state,
            state_changed_at=at,
            created_at=at,
        )

    # --- places ----------------------------------------------------------------------------------------------------

    def _offer_all(self, writer, verified):
        """The open places first, then the others: one in twenty a draft, the rest paused and closed in turn."""
        crowd, rng = self.town.crowd, self.rng
        total = crowd.open_places + crowd.other_places
        states = [PlaceState.OPEN] * crowd.open_places + [
            _state_of_other(number) for number in range(crowd.other_places)
        ]
        seats = [3 if number == 0 else rng.choice((1, 1, 1, 2, 2, 3)) for number in range(total)]
        kept = _taken_from_the_end(seats, states, crowd.kept_live)
        for number, state in enumerate(states):
            company = verified[number % len(verified)]
            spot = self._offer(writer, company, number, number // len(verified), state, seats[number], kept[number])
            if state is not PlaceState.DRAFT:
                self.spots.append(spot)

    def _offer(self, writer, company, number, nth, state, seats, kept):
        rng, country = self.rng, self.country
        sector = country.sectors[company.codes[0]]
        titles = (words.COMPANIES[sector][1], *words.OTHER_TITLES[sector])
        title = titles[nth % len(titles)]
        offered_at = country.at(OFFERED_PLACES, self.town.minutes())
        known = [process for code in company.codes for process in country.processes[code]]
        spot = Spot(
            id=0,
            company=company,
            leerweg=Leerweg.BBL if number % 7 == 6 else Leerweg.BOL,
            ends_on=country.day(330),
            weekdays=0b0011111 if number % 5 else 0b0111111,
            hours_per_day=8 if number % 3 else 7,
            minimum_age=0 if number == 0 else rng.choice((0, 0, 0, 16, 18)),
            late_hours=LateHours.EVENING if number % 9 == 4 else LateHours.NONE,
            seats=seats,
            kept=kept,
        )
        place = writer.add(
            Place,
            programme_id=self.town.programme.id,
            organisation_id=company.id,
            title=title,
            leerweg=spot.leerweg,
            starts_on=country.day(-OFFERED_PLACES),
            ends_on=spot.ends_on,
            weekdays=spot.weekdays,
            hours_per_day=spot.hours_per_day,
            seats=seats,
            free=seats - kept,
            tasks=words.COMPANIES[sector][2],
            work_processes=sorted(rng.sample(known, max(len(known) * 2 // 3, 1))) if known else [],
            kinds=[kind.value for kind in rng.sample(KINDS[sector], 2)],
            features=rng.sample(FEATURES, rng.randint(1, 6)),
            needs_vog=number % 6 == 5,
            late_hours=spot.late_hours,
            minimum_age=spot.minimum_age,
            allowance_cents=rng.choice((None, 0, 25_000, 35_000, 50_000)),
            pays_travel=rng.choice((None, True, False)),
            trainer_name=self.town.contact(),
            trainer_email=f"praktijkopleider{number}@{accounts.DOMAIN}",
            steps_done=list(STEPS),
            state=state,
            state_changed_at=offered_at,
            created_at=offered_at,
        )
        for code in company.codes:
            writer.add(PlaceCode, place_id=place, code=code)
        return replace(spot, id=place)


def add_user(writer, role, email, name, at, *, programme=None, phone=None):
    """Write an account for someone who signs in by a link; gives back its number."""
    return writer.add(User, role=role, programme_id=programme, email=email, name=name, phone=phone, created_at=at)


def _state_of_other(number):
    if number % 20 == 0:
        return PlaceState.DRAFT
    return PlaceState.PAUSED if number % 2 else PlaceState.CLOSED


def _taken_from_the_end(seats, states, wanted):
    """How many seats of each place are taken when so many are wanted: what is not open fills up first."""
    taken = [0] * len(seats)
    for number in reversed(range(len(seats))):
        if states[number] is not PlaceState.DRAFT:
            taken[number] = min(seats[number], wanted)
            wanted -= taken[number]
    if wanted:
        raise ValueError(f"{wanted} placements have no seat: a scale needs more places")
    return taken
