"""Fill an empty database at one scale: from the first broker, more than a year ago, to the round of today.

Who takes part and what happened long ago is written in bulk, as it stands today; what flows (rounds, decisions,
answers) is done by the actions themselves on the day on which it happened. Both are the same at every scale.
"""

import contextvars
import json
from contextlib import contextmanager

from sqlalchemy import select, text

from stagemakelaar import audit, clock, outbox
from stagemakelaar.casework.models import CaseState
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, User
from stagemakelaar.reference.starter import load_starter
from stagemakelaar.seed import accounts, canaries, rounds
from stagemakelaar.seed.archive import Archive
from stagemakelaar.seed.asked import ask
from stagemakelaar.seed.companies import CARE, Companies
from stagemakelaar.seed.desk import lay_on_the_desk
from stagemakelaar.seed.history import EARLY, FRESH, LATE, History
from stagemakelaar.seed.kept import Kept
from stagemakelaar.seed.lists import lists_of_yesterday
from stagemakelaar.seed.rows import writing_rows
from stagemakelaar.seed.scales import SCALES
from stagemakelaar.seed.students import Students
from stagemakelaar.seed.town import FOUNDED, Country, Town
from stagemakelaar.seed.trail import Trail

FIRST_SEARCHERS, EARLIER_ROUND = 150, 140  # so many days ago
MOST_FIRST_SEARCHERS = 8
NO_MAILBOX = "550 5.1.1 no such mailbox"
# The account `student2` has a proposal, whatever the seed: it has waited long and asks little.
EASY_TO_PLACE = {
    "age": 19,
    "days_per_week": 2,
    "must": [],
    "travel_modes": ["bike", "public_transport"],
    "max_minutes": 75,
    "has_vog": True,
}
# A student who does not search: state of the case, how many days after signing up, why.
OTHERS = (
    (CaseState.SIGNED_UP, 0, ""),
    (CaseState.INTAKE, 1, ""),
    (CaseState.PAUSED, 4, "Op vakantie tot volgende maand."),
    (CaseState.CLOSED, 3, "Heeft zelf een plek gevonden."),
)


class Filling:
    """Vulling: one programme and everyone in it."""

    def __init__(self, session, country, crowd):
        self.crowd = crowd
        self.town = Town(session, country, crowd)
        self.companies = Companies(self.town)
        self.students = Students(self.town)
        self.history = History(self.town, self.companies, self.students)
        self.archive = Archive(self.town, self.companies, self.students)
        searching = crowd.searching + crowd.approvals - self.history.returning
        self.searching = max(searching, 0) if crowd.open_places else 0
        self.first = min(self.searching // 3, MOST_FIRST_SEARCHERS)

    def long_ago(self, writer, trail):
        """The companies, who found a place before, and who searched at the time of the earlier round and still do."""
        self.companies.write(writer, trail)
        self.archive.write(writer, trail)
        for number in range(self.first):
            self._searcher(writer, trail, number, FIRST_SEARCHERS)

    def since_then(self, writer, trail):
        """All other students."""
        rng = self.town.rng
        for number in range(self.first, self.searching):
            self._searcher(writer, trail, number, rng.randint(5, 120))
        self.history.write(writer, trail)
        for number in range(self.crowd.other):
            state, changed, note = OTHERS[number % len(OTHERS)]
            ago = rng.randint(4, 30)
            self.students.write(writer, trail, ago=ago, state=state, changed=changed, note=note)

    def _searcher(self, writer, trail, number, ago):
        spots = self.companies.open_spots
        wanted = self.students.searcher(self.town.rng.choice(spots[1:]), number)
        if number == self.first and self.town.is_noord:
            spot = next(spot for spot in spots if CARE in spot.company.codes)
            wanted = self.students.fitting(spot) | EASY_TO_PLACE | {"email": accounts.STUDENT2, "code": CARE}
            ago = 110
        self.students.write(writer, trail, ago=ago, state=CaseState.SEARCHING, changed=1, **wanted)


def fill(scale, seed, today, *, canary_file=None, accounts_file=None):
    """Fill the database of this process, which must have the newest schema and no rows.

    scale           a name of `SCALES`
    today           the date of the last day that is written
    canary_file     open text file for the words of `canaries.plant`, or None
    accounts_file   open text file for a JSON line per account, or None
    """
    context = contextvars.copy_context()  # whoever asks may be known to the trail as another origin
    context.run(audit.origin.set, "system")
    context.run(fill_crowds, SCALES[scale], scale, seed, today)
    if canary_file is not None:
        with transaction() as session:
            canaries.plant(session, canary_file)
    if accounts_file is not None:
        _tell_accounts(current_session(), accounts_file)


def fill_crowds(crowds, scale, seed, today):
    """Fill the database with these crowds; the name of the scale and the seed settle who they are."""
    with transaction() as session:
        load_starter(session)
    country = Country(current_session(), scale, seed, today)
    with _days_ago(country, FOUNDED) as session:
        fillings = [Filling(session, country, crowd) for crowd in crowds]
        for known in accounts.STAFF:
            if known.programme is None:
                country.register_staff(session, known.role, known.email, known.name)
    trail = Trail()
    for filling in fillings:
        with transaction() as session, writing_rows(session) as writer:
            filling.long_ago(writer, trail)
    _act(country, fillings, trail, EARLIER_ROUND, lambda session, one: rounds.earlier_round(session, one.town))
    for filling in fillings:
        with transaction() as session, writing_rows(session) as writer:
            filling.since_then(writer, trail)
    _count_what_stands_there()
    # Day by day, the oldest first; letters leave at the end of each day.
    for days, act in (
        (EARLY, lambda session, one: one.history.plan(session, EARLY)),
        (102, lambda session, one: one.history.answer(session, early=True)),
        (98, lambda session, one: one.history.begin(session, "completed")),
        (20, lambda session, one: (one.history.begin(session, "active"), one.history.finish(session))),
        (LATE, lambda session, one: one.history.plan(session, LATE)),
        (7, lambda session, one: one.history.answer(session, early=False)),
        (3, lambda session, one: Kept(one.town).fill(session)),
        (FRESH, lambda session, one: one.history.plan(session, FRESH)),
        (2, lambda session, one: ask(session, one.town.programme.id)),
        (1, _round_of_today),
    ):
        _act(country, fillings, trail, days, act)
    with transaction() as session:
        trail.write_until(session, country.at(-1))


def _round_of_today(session, filling):
    if filling.town.is_noord:
        lists_of_yesterday(session, filling.town)
    if filling.crowd.open_proposals:
        rounds.this_round(session, filling.town)
    else:
        filling.history.rest(session)
    if filling.town.is_noord:
        lay_on_the_desk(session, filling.town)


def _act(country, fillings, trail, days, act):
    """Do the same in every programme on a day of before, after all that is told of the days before it."""
    with transaction() as session:
        trail.write_until(session, country.at(days))
    for filling in fillings:
        with _days_ago(country, days) as session:
            act(session, filling)
            if days > 1:  # the letters of yesterday wait for whoever looks today
                _deliver(session, filling.town.programme)


@contextmanager
def _days_ago(country, days):
    """One transaction at ten in the morning of a day before today."""
    with clock.standing_at(country.at(days)), transaction() as session:
        yield session


def _deliver(session, programme):
    """The letters of this day arrive; of each programme the very first letter comes back."""
    has_failed = session.scalar(
        select(Message.id).where(Message.programme_id == programme.id, Message.state == MessageState.FAILED).limit(1)
    )
    while letters := outbox.claim(session, limit=500):
        for letter in letters:
            if has_failed:
                outbox.settle_sent(session, letter.id, letter.attempts)
            else:
                outbox.settle_trouble(session, letter.id, letter.attempts, NO_MAILBOX, lasting=True)
                has_failed = True


def _count_what_stands_there():
    """Let PostgreSQL know how large its tables have become, or it would plan for empty ones."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))


def _tell_accounts(session, file):
    found = (
        select(User.email, User.role, Programme.slug, User.password_hash, User.totp_secret)
        .outerjoin(Programme, Programme.id == User.programme_id)
        .order_by(User.id)
        .execution_options(yield_per=5_000)
    )
    for email, role, slug, password_hash, totp_secret in session.execute(found):
        line = {
            "email": email,
            "role": role.value,
            "programme": slug,
            "password": accounts.PASSWORD if password_hash else None,
            "totp_secret": totp_secret,
        }
        file.write(json.dumps(line) + "\n")
