"""Fill an empty database at one scale: from the first broker, half a year ago, to the round of today."""

import itertools
import json
import random
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from sqlalchemy import select

from stagemakelaar import clock, outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in.passwords import hash_password
from stagemakelaar.people.signing_in.totp import demo_secret
from stagemakelaar.reference.starter import load_starter
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal, ProposalState
from stagemakelaar.rounds.queries import proposals_of
from stagemakelaar.seed import accounts, canaries, words
from stagemakelaar.seed.companies import Companies
from stagemakelaar.seed.history import History
from stagemakelaar.seed.scales import SCALES
from stagemakelaar.seed.students import Students

NO_MAILBOX = "550 5.1.1 no such mailbox"


class Numbers:
    """Nummers: counters over all programmes, for what must be unique in the country."""

    def __init__(self):
        for name in ("student", "employer", "company", "branch", "interest", "broker"):
            setattr(self, name, itertools.count(1).__next__)


class Town:
    """Stad: one programme while it is being filled."""

    def __init__(self, session, crowd, rng, password_hash, numbers, *, today):
        self.session, self.crowd, self.rng, self.today = session, crowd, rng, today
        # of the proposals of today's round, so many are approved at once
        self.approvals = max(crowd.live // 4, 1) if crowd.open_proposals else 0
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
        self.brokers = []
        for known in accounts.STAFF:
            if known.programme == crowd.slug:
                self._staff(known.role, known.email, known.name, password_hash)
        for _number in range(crowd.brokers):
            email = f"broker-{numbers.broker():04d}@{accounts.DOMAIN}"
            name = f"{rng.choice(words.FIRST)} {rng.choice(words.LAST).replace('_', ' ')}"
            self._staff(Role.BROKER, email, name, password_hash)
        self.companies = Companies(session, self, numbers)
        self.students = Students(session, self, numbers)
        self.history = History(session, self, approvals=self.approvals)
        self._turns = itertools.count()

    def _staff(self, role, email, name, password_hash):
        user = people.register_staff(
            self.session,
            role=role,
            email=email,
            name=name,
            programme=self.programme,
            password_hash=password_hash,
            totp_secret=demo_secret(email),
            by=None,
        )
        if role is Role.BROKER and not email.startswith("leaver@"):
            self.brokers.append(user)

    def broker(self):
        """The brokers of the programme, in turn."""
        return self.brokers[next(self._turns) % len(self.brokers)]

    def newcomers(self, wave):
        """A sixth of those who search today, signed up and taken on on this day."""
        open_places = self.companies.places[: self.crowd.open_places]
        wanted = max(self.crowd.searching + self.approvals - self.history.returning, 0) if open_places else 0
        for number in range(wanted * wave // 6, wanted * (wave + 1) // 6):
            place = self.rng.choice(open_places[1:])
            profile = self.students.searcher(place, number, searching_since=clock.today())
            if number == 0 and self.crowd.slug == "noord":
                place = next(place for place in open_places if "25960" in {row.code for row in place.codes})
                profile = self.students.searcher(place, number) | {"searching_since": clock.today()}
                profile |= {"email": accounts.STUDENT2, "code": "25960", "age": 19, "days_per_week": 2}
            self.students.take_on(self.students.sign_up(**profile))


def fill(scale, seed, today, *, canary_file=None, accounts_file=None):
    """Fill the database of this process, which must have the newest schema and no rows.

    today           the date of the last day that is written
    canary_file     open text file for the words of `canaries.plant`, or None
    accounts_file   open text file for a JSON line per account, or None
    """
    rng = random.Random(f"stagemakelaar:{scale}:{seed}")  # noqa: S311 - the same seed must give the same people
    password_hash = hash_password(accounts.PASSWORD)

    with _days_ago(today, 180) as session:
        load_starter(session)
        numbers = Numbers()
        towns = [Town(session, crowd, rng, password_hash, numbers, today=today) for crowd in SCALES[scale]]
        _staff_without_programme(session, password_hash)
    # Day by day, the oldest first. Each line is one transaction; letters leave at its end.
    for ago, acts in (
        (170, [lambda town: town.companies.register_all()]),
        (130, [lambda town: town.companies.offer_all()]),
        (120, [lambda town: town.newcomers(0)]),
        (110, [lambda town: town.history.sign_up_all()]),
        (105, [lambda town: town.history.plan(early=True)]),
        (102, [lambda town: town.history.answer(early=True)]),
        (100, [lambda town: town.newcomers(1)]),
        (98, [lambda town: town.history.begin("completed")]),
        (60, [lambda town: town.newcomers(2)]),
        (30, [lambda town: town.newcomers(3)]),
        (20, [lambda town: town.history.begin("active"), lambda town: town.history.finish()]),
        (15, [lambda town: town.newcomers(4)]),
        (10, [lambda town: town.history.plan(early=False)]),
        (7, [lambda town: town.history.answer(early=False)]),
        (5, [lambda town: town.newcomers(5)]),
        (4, [others, lambda town: town.companies.close_the_rest(), earlier_round]),
    ):
        with _days_ago(today, ago) as session:
            for town in towns:
                for act in acts:
                    act(town)
            _deliver(session, towns)
    with _days_ago(today, 1) as session:
        for town in towns:
            if town.crowd.open_proposals:
                this_round(town)
        if canary_file is not None:
            canaries.plant(session, canary_file)
    if accounts_file is not None:
        _tell_accounts(current_session(), accounts_file)


@contextmanager
def _days_ago(today, days):
    """One transaction at ten in the morning of a day before today."""
    moment = datetime.combine(today - timedelta(days=days), time(10), clock.AMSTERDAM)
    with clock.standing_at(moment), transaction() as session:
        yield session


def _staff_without_programme(session, password_hash):
    for known in accounts.STAFF:
        if known.programme is None:
            people.register_staff(
                session,
                role=known.role,
                email=known.email,
                name=known.name,
                password_hash=password_hash,
                totp_secret=demo_secret(known.email),
                by=None,
            )


def others(town):
    """Students who do not search: new, in talk, paused, and a case that was closed early."""
    session = town.session
    for number in range(town.crowd.other):
        kind = number % 4
        student = town.students.sign_up(complete=kind != 0)
        if kind == 0:
            continue
        town.students.take_on(student, search=kind == 2)
        case = case_of(session, student)
        if kind == 2:
            casework.pause(session, case, why="Op vakantie tot volgende maand.", by=town.broker())
        elif kind == 3:
            casework.close(session, case, why="Heeft zelf een plek gevonden.", by=town.broker())
    if not town.crowd.open_proposals:  # without a round of today, who came back looks elsewhere
        for student in town.history.returned():
            casework.pause(session, case_of(session, student), why="Zoekt nu zelf verder.", by=town.broker())


def earlier_round(town):
    """A round of before, closed: one run that was stopped, one that failed, one that was looked at and closed."""
    session, broker = town.session, town.broker()
    match_round = rounds.open_round(session, town.programme, name="Eerste ronde", by=broker)
    stopped = rounds.ask_for_run(session, match_round, by=broker, lot=town.rng.randrange(2**31))
    rounds.cancel_run(session, stopped, by=broker)
    failed = rounds.ask_for_run(session, match_round, by=broker, lot=town.rng.randrange(2**31))
    rounds.freeze_run(session, failed.id)
    rounds.run_failed(session, failed.id, failed.attempts, "de computer viel uit")
    compute(town, match_round)
    rounds.close_round(session, match_round, by=broker, why="Er kwamen nog veel nieuwe plekken bij.")


def this_round(town):
    """The round of today: computed yesterday, a part of it decided, the rest open for whoever signs in."""
    session, broker = town.session, town.broker()
    match_round = rounds.open_round(session, town.programme, name="Ronde van deze week", by=broker)
    run = compute(town, match_round)
    proposals = session.scalars(proposals_of(run.id).where(Proposal.state == ProposalState.OPEN)).unique().all()
    free = [proposal for proposal in proposals if proposal.student.user.email != accounts.STUDENT2]
    town.rng.shuffle(free)
    for proposal in free[: town.approvals]:
        review.approve(session, proposal, by=broker, why="Past goed bij de leerwens.")
    for number, proposal in enumerate(free[town.approvals :]):
        if number >= len(proposals) - town.approvals - town.crowd.open_proposals:
            break
        if number % 4 == 0:
            review.hold(session, proposal, by=broker, why="Wacht op de school.", until=town.today + timedelta(days=7))
        else:
            review.reject(session, proposal, by=broker, why="De student wil eerst een gesprek.")


def compute(town, match_round):
    """Ask for a run and carry it out on the spot."""
    session = town.session
    run = rounds.ask_for_run(session, match_round, by=town.broker(), lot=town.rng.randrange(2**31))
    rounds.freeze_run(session, run.id)
    rounds.store_outcome(session, run.id, run.attempts, rounds.replay(run))
    return run


def _deliver(session, towns):
    """The letters of this day arrive; of each programme the very first letter comes back."""
    refused = {town.programme.id for town in towns} - set(
        session.scalars(select(Message.programme_id).where(Message.state == MessageState.FAILED))
    )
    while letters := outbox.claim(session, limit=500):
        for letter in letters:
            if letter.programme_id in refused:
                refused.discard(letter.programme_id)
                outbox.settle_trouble(session, letter.id, letter.attempts, NO_MAILBOX, lasting=True)
            else:
                outbox.settle_sent(session, letter.id, letter.attempts)


def _tell_accounts(session, file):
    for user in session.scalars(select(User).order_by(User.id)):
        line = {
            "email": user.email,
            "role": user.role.value,
            "programme": user.programme.slug if user.programme else None,
            "password": accounts.PASSWORD if user.is_staff else None,
            "totp_secret": user.totp_secret,
        }
        file.write(json.dumps(line) + "\n")
