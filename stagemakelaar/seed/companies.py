"""Companies with recognitions and places, as their contact persons and the broker would have entered them."""

from datetime import timedelta

from stagemakelaar import clock
from stagemakelaar.people import actions as people
from stagemakelaar.places import actions, offers, recognitions
from stagemakelaar.places.models import Evidence, InterestState, OrganisationState
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.queries import work_processes
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg
from stagemakelaar.seed import accounts, words

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


def manager_of(organisation):
    """The account that answers for an organisation."""
    return next(member.user for member in organisation.members if member.manages)


class Companies:
    """Bedrijven van een programma: its organisations and their places; the same seed draws the same."""

    def __init__(self, session, town, numbers):
        self.session, self.town, self.rng, self.numbers = session, town, town.rng, numbers
        self.verified = []
        self.places = []

    def register_all(self):
        """Register every organisation; all but one of each other state are verified and have checked recognitions."""
        for number in range(self.town.crowd.organisations):
            state = OTHER_STATES[number - 2] if 2 <= number < 2 + len(OTHER_STATES) else OrganisationState.VERIFIED
            self._register(number, state)
        for text, outcome in zip(words.REMARKS, InterestState, strict=False):
            self._interest(text, outcome)

    def _register(self, number, state):
        rng, session, town = self.rng, self.session, self.town
        code = OFFERED[number % len(OFFERED)] if number else CARE
        sector = session.get(Qualification, code).sector.value
        contact = self._contact(number)
        organisation = actions.register_organisation(
            session,
            name=f"{words.COMPANIES[sector][0]} {rng.choice(words.COMPANY_NAMES)}",
            kvk_number=f"9{self.numbers.company():07d}",
            branch_number=f"{self.numbers.branch():012d}",
            postcode=f"{rng.choice(town.crowd.area)} {rng.choice('ABCDEGHJKL')}{rng.choice('ABCDEGHJKL')}",
            street=rng.choice(words.STREETS),
            house_number=str(rng.randint(1, 180)),
            city=town.crowd.town,
            programme=town.programme,
            contact=contact,
            by=contact,
        )
        if number == 0 and town.crowd.slug == "noord":
            colleague = people.register_employer(session, email=accounts.COLLEAGUE, by=contact)
            colleague.name = "Karin de Boer"
            actions.add_member(session, organisation, colleague, manages=False, by=contact)
        today = clock.today()
        for own in self._codes(code, sector):
            recognition = recognitions.add_recognition(
                session,
                organisation,
                code=own,
                valid_from=today - timedelta(days=rng.randint(100, 700)),
                valid_until=today + timedelta(days=740),
                proof="leerbedrijvenregister van SBB",
                by=contact,
            )
            if state is not OrganisationState.REGISTERED:
                recognitions.check_recognition(
                    session, recognition, valid_until=recognition.valid_until, by=town.broker()
                )
        if state is not OrganisationState.REGISTERED:
            actions.verify_organisation(session, organisation, checked=list(Evidence), by=town.broker())
        if state is OrganisationState.SUSPENDED:
            actions.suspend_organisation(session, organisation, why="Er loopt een gesprek.", by=town.broker())
        elif state is OrganisationState.BLOCKED:
            actions.block_organisation(session, organisation, why="Bedrijf is gestopt.", by=town.broker())
        elif state is OrganisationState.VERIFIED:
            self.verified.append(organisation)

    def _contact(self, number):
        fixed = {0: accounts.EMPLOYER, 1: accounts.EMPLOYER2} if self.town.crowd.slug == "noord" else {}
        email = fixed.get(number) or f"employer-{self.numbers.employer():06d}@{accounts.DOMAIN}"
        user = people.register_employer(self.session, email=email, by=None)
        user.name = self.rng.choice(words.CONTACT).replace("_", " ")
        return user

    def _codes(self, code, sector):
        """The code itself and up to two others of the same sector."""
        same = [other for other in OFFERED if other != code and self._sector(other) == sector]
        return [code, *self.rng.sample(same, min(len(same), self.rng.choice((0, 1, 1, 2))))]

    def _sector(self, code):
        return self.session.get(Qualification, code).sector.value

    def _interest(self, remark, state):
        interest = actions.express_interest(
            self.session,
            programme=self.town.programme,
            company=f"Winkel {self.rng.choice(words.COMPANY_NAMES)}",
            contact_name=self.rng.choice(words.CONTACT).replace("_", " "),
            email=f"interesse-{self.numbers.interest():04d}@{accounts.DOMAIN}",
            remark=remark,
        )
        if state is not InterestState.NEW:
            actions.follow_up_interest(self.session, interest, state, by=self.town.broker())

    def offer_all(self):
        """Offer the open places and the others, organisation after organisation; one in twenty stays a draft."""
        crowd = self.town.crowd
        total = crowd.open_places + crowd.other_places
        for number in range(total):
            organisation = self.verified[number % len(self.verified)]
            is_draft = number >= crowd.open_places and (number - crowd.open_places) % 20 == 0
            place = self._offer(organisation, number)
            if not is_draft:
                offers.open_place(self.session, place, by=manager_of(organisation))
                self.places.append(place)

    def close_the_rest(self):
        """Pause and close, in turn, what should not be open today."""
        for number, place in enumerate(self.places[self.town.crowd.open_places :]):
            act = offers.pause_place if number % 2 else offers.close_place
            act(self.session, place, by=manager_of(place.organisation))

    def _offer(self, organisation, number):
        rng, session = self.rng, self.session
        by = manager_of(organisation)
        codes = [recognition.code for recognition in organisation.recognitions]
        sector = self._sector(codes[0])
        today = clock.today()
        place = offers.draft_place(session, organisation, programme_id=self.town.programme.id, by=by)
        session.flush()  # what is not said yet gets its default
        offers.describe_work(
            session,
            place,
            title=words.COMPANIES[sector][1],
            tasks=words.COMPANIES[sector][2],
            codes=codes,
            leerweg=Leerweg.BBL if number % 7 == 6 else Leerweg.BOL,
            by=by,
        )
        known = [process.id for code in codes for process in work_processes(session, code)]
        offers.describe_learning(
            session,
            place,
            kinds=rng.sample(KINDS[sector], 2),
            work_processes=rng.sample(known, max(len(known) * 2 // 3, 1)) if known else [],
            by=by,
        )
        offers.set_times(
            session,
            place,
            starts_on=today - timedelta(days=20),
            ends_on=today + timedelta(days=460),
            weekdays=0b0011111 if number % 5 else 0b0111111,
            hours_per_day=8 if number % 3 else 7,
            seats=3 if number == 0 else rng.choice((1, 1, 1, 2, 2, 3)),
            late_hours=LateHours.EVENING if number % 9 == 4 else LateHours.NONE,
            by=by,
        )
        offers.set_location(session, place, postcode=None, by=by)
        offers.set_conditions(
            session,
            place,
            needs_vog=number % 6 == 5,
            minimum_age=0 if number == 0 else rng.choice((0, 0, 0, 16, 18)),
            allowance_cents=rng.choice((None, 0, 25_000, 35_000, 50_000)),
            pays_travel=rng.choice((None, True, False)),
            features=rng.sample(list(Feature), rng.randint(1, 6)),
            by=by,
        )
        offers.set_guidance(
            session,
            place,
            trainer_name=rng.choice(words.CONTACT).replace("_", " "),
            trainer_email=f"praktijkopleider{number}@{accounts.DOMAIN}",
            by=by,
        )
        return place
