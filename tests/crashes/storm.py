"""kill -9 at random moments under load: brokers approve over HTTP, workers deliver, and one process after another dies.

The brokers note what they were told is done. Afterwards `must_be_whole` compares that, what the database holds, and
what came in at the post office.
"""

import contextlib
import os
import queue
import random
import signal
import threading
import time
from collections import Counter

import psycopg
from sqlalchemy import func, select

from stagemakelaar import db
from stagemakelaar.audit import Entry
from stagemakelaar.audit.walking import walk
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.db import current_session
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.models import Proposal, ProposalState, Review
from tests.processes.fixtures import open_pages
from tests.proofs import Invalid

WORKER, PAGES, DATABASE = "worker", "pages", "database"
SHARE = {WORKER: 0.6, PAGES: 0.2, DATABASE: 0.2}


class Storm:
    """Load, and kills among it. `cluster` is the PostgreSQL server, or None on SQLite."""

    def __init__(self, house, desks, proposals, post_office, *, cluster=None, workers=4, carrier="thread", broken=None):
        self.house, self.post_office, self.cluster, self.carrier = house, post_office, cluster, carrier
        self.rng = random.Random(9)
        self.broken = {"break": broken} if broken else {}
        self.acknowledged, self.strange = set(), []
        self.landed = Counter()  # kills that fell inside a transaction, or while a letter was in hand
        self.kills, self.processes_killed = Counter(), 0
        self._left = queue.Queue()
        for number in proposals:
            self._left.put(number)
        self._stop = threading.Event()
        open_pages(house, **self.broken)
        self._workers = workers
        for what in ("celery", "beat") if carrier == "celery" else (WORKER,) * workers:
            self._start(what)
        house.wait_until_it_answers()
        self._load = [threading.Thread(target=self._approve, args=(desk,), daemon=True) for desk in desks]

    def _start(self, what):
        self.house.start(what, **self.broken, **({"processes": self._workers} if what == "celery" else {}))

    # --- load ---

    def _approve(self, desk):
        while not self._stop.is_set():
            try:
                number = self._left.get(timeout=0.1)
            except queue.Empty:
                return
            try:
                status, url, text = desk.decide(number)
            except Exception:  # noqa: BLE001 - whoever answered died; nobody knows what became of it
                status, url, text = 0, None, ""
            if status == 302 and url.startswith("/voorstellen/"):
                self.acknowledged.add(number)
            elif status == 409 and "al goedgekeurd" in text:
                self.acknowledged.add(number)  # saved, and nobody lived to say so
            elif status in {0, 409, 502, 503, 500}:
                self._left.put(number)
                time.sleep(0.05)
            else:
                self.strange.append((status, url, text[:300]))

    def _moved(self):
        return len(self.acknowledged) + len(self.post_office.letters)

    # --- kills ---

    def rage(self, kills):
        """Kill so many times, each after something was done since the last; then let what is left be delivered."""
        kinds = [kind for kind, share in SHARE.items() for _ in range(round(kills * share))]
        self.rng.shuffle(kinds)
        for thread in self._load:
            thread.start()
        for kind in kinds:
            if not self._wait_for_more():
                break
            time.sleep(self.rng.uniform(0, 0.05))
            writing, in_hand = getattr(self, f"_kill_{kind}")()
            self.kills[kind] += 1
            self.landed["writing"] += writing
            self.landed["in hand"] += in_hand
        self._stop.set()
        for thread in self._load:
            thread.join(150)
        return self

    def _wait_for_more(self, seconds=130):  # a little more than recovery may take
        before, end = self._moved(), time.monotonic() + seconds
        while self._moved() <= before:
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def _killed(self, *pids):
        self.processes_killed += len(pids)
        return self.house.kill(*pids)

    def _of_kind(self, *kinds):
        return [pid for pid, what in self.house.alive.items() if what in kinds]

    def _kill_worker(self):
        if self.carrier == "celery":
            master = self._of_kind("celery")[0]
            children = self.house.children(master)
            return self._killed(self._busiest(children)) if children else (False, False)
        seen = self._killed(self._busiest(self._of_kind(WORKER)))
        self._start(WORKER)
        return seen

    def _busiest(self, workers):
        """One that has a letter in hand, if there is any: whoever naps has nothing to lose."""
        return self.rng.choice([pid for pid in workers if self.house.holds_a_letter(pid)] or workers)

    def _kill_pages(self):
        victims = self._of_kind("pages", "gunicorn")
        master = self.rng.choice(victims)
        children, what = self.house.children(master), self.house.alive[master]
        if children and self.rng.random() < 0.7:
            return self._killed(self.rng.choice(children))  # its master starts another
        seen = self._killed(master, *children)
        self._start(what)
        return seen

    def _kill_database(self):
        if self.cluster is None:  # the database is a file, and every process a part of it: all at once
            everyone = list(self.house.alive.items())
            seen = self._killed(*[child for pid, _what in everyone for child in (pid, *self.house.children(pid))])
            for _pid, what in everyone:
                self._start(what)
            return seen
        self.processes_killed += 1
        if self.rng.random() < 0.7 and (victim := self._writing_backend()):
            os.kill(victim, signal.SIGKILL)  # the server takes all down and recovers
            return True, False
        self.cluster.halt(self.rng.choice([signal.SIGKILL, signal.SIGQUIT]))
        end = time.monotonic() + 30
        while True:
            try:
                self.cluster.start()
            except RuntimeError:  # what it left behind is still going away
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return False, False

    def _writing_backend(self):
        """A process of the database that holds a transaction which has written something; it stands still then."""
        name = self.house.database.rsplit("/", 1)[1].split("?")[0]
        inside = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_xid IS NOT NULL"
        end = time.monotonic() + 2
        # The server may still be going down from the kill before.
        with contextlib.suppress(psycopg.OperationalError), contextlib.closing(self._line()) as line:
            while time.monotonic() < end:
                for (pid,) in line.execute(inside, (name,)).fetchall():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
                        if (pid,) in line.execute(inside, (name,)).fetchall():
                            return pid
                        os.kill(pid, signal.SIGCONT)
                time.sleep(0.002)
        return None

    def _line(self):
        """A connection to a server that may still be recovering from the last kill."""
        end = time.monotonic() + 60
        while True:
            try:
                return self.cluster.connect()
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def wait_until_delivered(self, seconds):
        """Until nothing waits any more; who died holding letters is replaced when their lease is over."""
        end = time.monotonic() + seconds
        while count(Message, Message.state == MessageState.QUEUED):
            if time.monotonic() > end:
                break
            time.sleep(0.1)

    def figures(self):
        return {
            "kills": dict(self.kills),
            "landed": dict(self.landed),
            "acknowledged": len(self.acknowledged),
            "letters": len(self.post_office.letters),
            "repeats": len(self.post_office.letters) - len({one.message_id for one in self.post_office.letters}),
        }


def count(model, *conditions):
    db.close_session()
    found = current_session().scalar(select(func.count()).select_from(model).where(*conditions))
    db.close_session()
    return found


def must_have_landed(storm, kills, inside):
    """A proof in which too little was hit is no proof."""
    if sum(storm.kills.values()) < kills or storm.landed["writing"] < inside:
        raise Invalid(f"asked {kills} kills, {inside} inside a transaction; got {storm.kills}, {storm.landed}")


def must_be_whole(storm):
    """Compare what brokers were told, what the database holds and what the post office received."""
    assert storm.strange == []
    session = current_session()
    approved = set(session.scalars(select(Proposal.id).where(Proposal.state == ProposalState.APPROVED)))
    lost = storm.acknowledged - approved
    assert not lost, f"lost after it was confirmed: {lost}"

    placements = set(session.scalars(select(Placement.id)))
    led_to = Counter(session.scalars(select(Proposal.placement_id).where(Proposal.state == ProposalState.APPROVED)))
    assert led_to == Counter(placements), "half an approval: proposals and placements"
    assert Counter(session.scalars(select(Review.proposal_id))) == Counter(approved), "half an approval: reviews"
    for action, about in (("placement.planned", placements), ("proposal.approved", approved)):
        told = session.scalars(select(Entry.object_id).where(Entry.action == action))
        assert Counter(told) == Counter(about), f"half an approval: {action} in the trail"
    placed = session.scalar(select(func.count()).select_from(Case).where(Case.state == CaseState.PLACED))
    assert placed == len(placements), "half an approval: cases"
    taken = session.scalar(select(func.sum(Place.seats - Place.free)))
    assert taken == len(placements), "half an approval: seats"
    assert walk(session).first_bad is None

    promised = {one.key: one for one in session.scalars(select(Message))}
    due = {f"placement:{number}:planned:{side}" for number in placements for side in ("student", "employer")}
    assert set(promised) == due, "half an approval: letters"
    never = [one for one in promised.values() if one.state is not MessageState.SENT]
    assert never == [], f"letters that never left: {_told_of(never)}; {storm.house.told()}"
    must_have_arrived({one.message_id for one in promised.values()}, storm.post_office.letters)
    repeats = storm.figures()["repeats"]
    assert repeats <= storm.processes_killed, "more repeats than faults"


def _told_of(letters):
    return [(one.state.value, one.attempts, one.due_at, one.leased_until, one.trouble) for one in letters[:5]]


def must_have_arrived(promised, letters):
    """Each letter came, none that was not promised, and a repeat can be recognised."""
    received = {(_own_part(one.message_id), one.text()) for one in letters}
    promised = {_own_part(message_id) for message_id in promised}
    ids = Counter(message_id for message_id, _text in received)
    assert not promised - set(ids), f"letters were lost: {promised - set(ids)}"
    assert not set(ids) - promised, f"letters were invented: {set(ids) - promised}"
    assert set(ids.values()) <= {1}, "a repeat has the same Message-ID and another text"


def _own_part(message_id):
    """A Message-ID without the host, which is put in when a letter is written."""
    return message_id.partition("@")[0]
