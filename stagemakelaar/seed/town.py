"""A programme while it is being filled, and what all programmes have in common."""

import itertools
import random
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role
from stagemakelaar.people.signing_in.passwords import hash_password
from stagemakelaar.people.signing_in.totp import demo_secret
from stagemakelaar.reference.models import Qualification, WorkProcess
from stagemakelaar.seed import accounts, words

FOUNDED = 420  # so many days ago


class Country:
    """Land: the register, the counters for what must be unique, and the day on which the story ends."""

    def __init__(self, session, scale, seed, today):
        self.scale, self.seed, self.today = scale, seed, today
        self.password_hash = hash_password(accounts.PASSWORD)  # slow on purpose, so once
        self.sectors = {code: sector.value for code, sector in session.execute(_SECTORS)}
        self.processes = defaultdict(list)
        for code, process in session.execute(_PROCESSES):
            self.processes[code].append(process)
        for name in ("student", "employer", "company", "interest", "broker"):
            setattr(self, name, itertools.count(1).__next__)

    def at(self, days, minutes=0):
        """The moment so many days before today, at ten in the morning and so many minutes later."""
        morning = datetime.combine(self.today - timedelta(days=days), time(10), clock.AMSTERDAM).astimezone(UTC)
        return morning + timedelta(minutes=minutes)

    def day(self, days):
        """The date so many days after today; before today when negative."""
        return self.today + timedelta(days=days)

    def register_staff(self, session, role, email, name, programme=None):
        """Make an account for someone who works here, with the published password."""
        return people.register_staff(
            session,
            role=role,
            email=email,
            name=name,
            programme=programme,
            password_hash=self.password_hash,
            totp_secret=demo_secret(email),
            by=None,
        )


_SECTORS = select(Qualification.code, Qualification.sector)
_PROCESSES = select(WorkProcess.code, WorkProcess.id).order_by(WorkProcess.code, WorkProcess.number, WorkProcess.id)


class Town:
    """Stad: one programme with its brokers. It draws for itself, so that other programmes change nothing here."""

    def __init__(self, session, country, crowd):
        self.country, self.crowd = country, crowd
        words_of_the_draw = f"stagemakelaar:{country.scale}:{country.seed}:{crowd.slug}"
        self.rng = random.Random(words_of_the_draw)  # noqa: S311 - the same seed must give the same people
        self.is_noord = crowd.slug == "noord"
        self.programme = people.create_programme(
            session,
            slug=crowd.slug,
            name=f"Stagemakelaar {crowd.town}",
            kind=crowd.kind,
            email=f"{crowd.slug}@{accounts.DOMAIN}",
            phone="+31201234567",
            by=None,
        )
        session.flush()
        staff = [(one.role, one.email, one.name) for one in accounts.STAFF if one.programme == crowd.slug]
        staff += [(Role.BROKER, self._next_broker(), self.name()) for _number in range(crowd.brokers)]
        # Every programme has someone who decides, whatever the scale.
        if not any(role is Role.BROKER for role, _email, _name in staff):
            raise ValueError(f"{crowd.slug} has no broker")
        made = [country.register_staff(session, *one, self.programme) for one in staff]
        brokers = [user for user in made if user.role is Role.BROKER and not user.email.startswith("leaver@")]
        self._turns = itertools.cycle(brokers)
        self.coordinator = next((user for user in made if user.role is Role.COORDINATOR), None)

    def _next_broker(self):
        return f"broker-{self.country.broker():04d}@{accounts.DOMAIN}"

    def broker(self):
        """The brokers of the programme, in turn."""
        return next(self._turns)

    def name(self):
        """A first and a last name."""
        return f"{self.rng.choice(words.FIRST)} {self.rng.choice(words.LAST).replace('_', ' ')}"

    def contact(self):
        """The name of someone at a company."""
        return self.rng.choice(words.CONTACT).replace("_", " ")

    def postcode(self):
        """A postcode in the area."""
        rng = self.rng
        return f"{rng.choice(self.crowd.area)} {rng.choice('ABCDEGHJKL')}{rng.choice('ABCDEGHJKL')}"

    def minutes(self):
        """Some minutes of a working day, so that not everything happens at ten o'clock."""
        return self.rng.randrange(420)
