"""What takes longer than a click. Each job is safe to run twice, and none holds a transaction while it works.

Delivering: claim under a lease, send, settle. Computing: take up under a lease and freeze, solve in a process of its
own (SciPy would hold the interpreter and freeze every page), store. Who loses its lease cannot overwrite its successor.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import structlog
from sqlalchemy import select

from stagemakelaar import audit, clock, erasures, outbox, retention
from stagemakelaar.db import DATABASE_AWAY, close_session, current_session, look_again, transaction
from stagemakelaar.outbox import MessageState
from stagemakelaar.people import staff_rights
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in.tidying import forget_old
from stagemakelaar.rights import limits
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Run, RunState

log = structlog.get_logger()

LONGEST_BATCH = 12  # seconds, after which the rest of a batch is given back
FRESH = 5  # seconds after which the lease of a letter is renewed before it is sent
HOLD_EVERY = 10.0  # seconds between renewals while a mail host makes up its mind
# Seconds after which another worker may have a letter, since ours hangs. Longer than a whole talk with a mail host may
# take (sending.py); the lease of a worker that died ends in seconds all the same, as nobody renews it.
HOLD_FOR = 360.0
TICK = 0.1  # seconds between looks at the child, or at a database that is away
REMEMBER = 15  # seconds in which a letter that left is noted after all, when the database is away
LOOK = 1.0  # seconds between looks whether a run was cancelled, and at most one line of progress in each
RENEW = 20  # seconds between signs of life of a computation that does not move
LONGEST_SOLVE = 1800  # seconds
HANDED_DOWN = ("PATH", "HOME", "LANG", "TMPDIR", "NUMBA_CACHE_DIR", "STAGEMAKELAAR_COMPILED")  # to the child
# Columns of millions come and go all the time; without this the C library (glibc) hands each back to the system and
# asks for it again, and a country takes half as long again.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_TOP_PAD_": "100000000"}


class NotNow(Exception):
    """Nu niet: the mail host did not take a letter, and may do so later."""

    def __init__(self, told, *, host_is_away=False):
        super().__init__(told)
        self.host_is_away = host_is_away


class NotEver(Exception):
    """Nooit: this letter will not be taken, however often it is offered."""


class MatcherBroken(Exception):
    """The second opinion has objections to an outcome, or the solver came to nothing."""


# --- letters -------------------------------------------------------------------------------------------------------


def deliver(send, render, limit=20):
    """Send up to `limit` due letters; gives back how many were claimed, sent, will be retried, failed.

    `render(message)` makes a letter of a row; `send(letter)` hands it over or raises NotNow or NotEver. Whatever a
    single letter does wrong, the others leave.
    """
    counts = Counter(claimed=0, sent=0, retry=0, failed=0)
    if not outbox.has_work(current_session()):
        return counts
    with transaction() as session:
        # The numbers of the attempts are taken now: the rows are read anew later, and may be another worker's by then.
        claimed = [(message, message.id, message.attempts) for message in outbox.claim(session, limit)]
    counts["claimed"] = len(claimed)
    began = monotonic()
    away = None
    for place, (message, message_id, attempt) in enumerate(claimed):
        if monotonic() - began > LONGEST_BATCH:
            _give_back(claimed[place:])
            break
        try:
            if monotonic() - began > FRESH and not _still_ours(message_id, attempt):
                continue
            trouble = away or _send_one(send, render, message, message_id, attempt)
        except DATABASE_AWAY:
            _when_it_answers(_give_back, claimed[place:])  # none of these was offered to anyone
            raise
        if isinstance(trouble, NotNow) and trouble.host_is_away:
            away = trouble
            counts["away"] += 1
        _settle(message_id, attempt, trouble, counts)
    log.info("delivered", **counts)
    return counts


def _give_back(claimed):
    with transaction() as session:
        outbox.give_back(session, [(message_id, attempt) for _message, message_id, attempt in claimed])


def _still_ours(message_id, attempt):
    with transaction() as session:
        return outbox.hold_longer(session, message_id, attempt)


@contextmanager
def _held(message_id, attempt):
    """Keep the lease of a letter while it is being sent, so that nobody sends it as well."""
    done = threading.Event()

    def renew():
        end = monotonic() + HOLD_FOR
        while not done.wait(HOLD_EVERY) and monotonic() < end:
            try:
                _still_ours(message_id, attempt)
            except Exception:
                log.exception("letter_not_held", message=message_id)
            finally:
                close_session()

    holding = threading.Thread(target=renew, name="holding", daemon=True)
    holding.start()
    try:
        yield
    finally:
        done.set()
        holding.join()


def _send_one(send, render, message, message_id, attempt):
    try:
        letter = render(message)
        with _held(message_id, attempt):
            send(letter)
    except (NotNow, NotEver) as trouble:
        return trouble
    except DATABASE_AWAY:  # while it was written, which is no fault of the letter: a pause would keep it for minutes
        raise
    except Exception as wrong:
        # Our own mistake in one letter: it is tried again with growing pauses, and ends where the broker sees it.
        log.exception("letter_broken", message=message_id)
        return NotNow(type(wrong).__name__)
    return None


def _settle(message_id, attempt, trouble, counts):
    """Note what became of a letter: what is forgotten now is sent twice."""
    _when_it_answers(_note, message_id, attempt, trouble, counts)


def _when_it_answers(act, *about):
    """Do something with the database; one that restarts is waited for."""
    until = monotonic() + REMEMBER
    while True:
        try:
            return act(*about)
        except DATABASE_AWAY as away:
            if monotonic() > until:
                raise
            log.warning("database_waited_for", act=act.__name__, kind=type(away).__name__)
            sleep(TICK)


def _note(message_id, attempt, trouble, counts):
    with transaction() as session:
        if trouble is None:
            noted = outbox.settle_sent(session, message_id, attempt)
        else:
            lasting = isinstance(trouble, NotEver)
            state = outbox.settle_trouble(session, message_id, attempt, str(trouble), lasting=lasting)
    if trouble is None:
        counts["sent"] += noted
    elif state is not None:
        told = {MessageState.FAILED: "failed", MessageState.CANCELLED: "cancelled"}
        counts[told.get(state, "retry")] += 1
        log.warning("letter_not_taken", message=message_id, attempt=attempt, lasting=state is MessageState.FAILED)


def tidy(erasure_list=None):
    """What is done now and then: forget what signing in left behind, finish erasures that were interrupted, and mail
    the head of the trail once a day.

    The head goes first: whatever is wrong with the list of erasures, or with one person, must not silence the trail.
    """
    with transaction() as session:
        forget_old(session)
        limits.end_due(session)
        staff_rights.end_lapsed(session)
    _mail_head_of_trail()
    if erasure_list is not None:
        erasures.finish(erasure_list)
        erasures.refuse_without_list(erasure_list)
        retention.run(erasure_list)


def _mail_head_of_trail():
    """Promise every auditor today's head of the trail, so that there is a copy that no one here can change."""
    session = current_session()
    auditors = select(User).where(User.role == Role.AUDITOR, User.disabled_at.is_(None))
    keys = {f"audit:{clock.today()}:head:{auditor.id}": auditor for auditor in session.scalars(auditors)}
    if not keys or len(outbox.promised_already(session, keys)) == len(keys):
        return
    with transaction() as session:
        head = audit.head(session)
        done = outbox.promised_already(session, keys)
        for key, auditor in keys.items():
            if key not in done:
                day = clock.today().isoformat()
                outbox.promise(session, kind="audit_head", to=auditor.email, key=key, user=auditor, day=day, head=head)


# --- runs ----------------------------------------------------------------------------------------------------------


def take_up_runs(*, stop=lambda: False):
    """Compute every run that waits, one after another; gives back their ids."""
    if current_session().scalar(_lapsed().limit(1)) is not None:
        with transaction() as session:
            rounds.queue_lapsed_runs(session)
    waiting = (
        current_session()
        .scalars(select(Run.id).where(Run.state == RunState.QUEUED).order_by(Run.created_at, Run.id))
        .all()
    )
    done = []
    for run_id in waiting:
        if stop():
            break
        if compute_run(run_id, stop=stop):
            done.append(run_id)
    return done


def _lapsed():
    return select(Run.id).where(Run.state == RunState.COMPUTING, Run.leased_until < clock.now())


def compute_run(run_id, *, stop=lambda: False):
    """Take up one run, solve it, and keep what was found; whether this worker did so."""
    with transaction() as session:
        frozen = rounds.freeze_run(session, run_id)
        attempt = session.get_one(Run, run_id).attempts if frozen is not None else None
    if frozen is None:
        return False
    log.info("computing", run=run_id, attempt=attempt)
    try:
        answer = _solve_elsewhere(frozen, Watch(run_id, attempt), stop)
    except MatcherBroken as broken:
        log.exception("run_failed", run=run_id, attempt=attempt)
        with transaction() as session:
            rounds.run_failed(session, run_id, attempt, str(broken))
        return True
    if answer is None:  # cancelled, taken over, or we are stopping: the lease tells the next worker
        return False
    with transaction() as session:
        kept = rounds.store_outcome(session, run_id, attempt, *answer)
    log.info("computed", run=run_id, attempt=attempt, kept=kept)
    return kept


class Watch:
    """Wacht: looks now and then whether anyone still waits for a computation, and writes how far it is."""

    def __init__(self, run_id, attempt):
        self._run_id, self._attempt = run_id, attempt
        self._looked = self._written = monotonic()
        self._told = None

    def goes_on(self, progress):
        """Whether to go on; `progress` is (stage, percents) or None."""
        now = monotonic()
        if now - self._looked < LOOK:
            return True
        self._looked = now
        if progress == self._told and now - self._written < RENEW:
            return rounds.is_computing(look_again(), self._run_id, self._attempt)
        self._told, self._written = progress, now
        with transaction() as session:
            return rounds.still_computing(session, self._run_id, self._attempt, progress)


def _solve_elsewhere(frozen, watch, stop):
    """Solve in a child process; (outcome, findings), or None when it was stopped because nobody waits for it."""
    from stagemakelaar.solving import read_answer, read_progress

    with tempfile.TemporaryDirectory(prefix="stagemakelaar-") as name:
        folder = Path(name)
        (folder / "question").write_bytes(frozen)
        with _child(folder) as child:
            if not _wait_for(child, lambda: watch.goes_on(read_progress(folder)), stop):
                return None
        if child.returncode != 0:
            raise MatcherBroken(f"the solver ended with {child.returncode}")
        outcome, found, wrong = read_answer(folder)
    if wrong:
        raise MatcherBroken("; ".join(wrong[:5]))
    return outcome, found


def _wait_for(child, may_go_on, stop):
    """Wait until the child is done; False when it may as well be stopped."""
    began = monotonic()
    while not stop():
        try:
            child.wait(timeout=TICK)
        except subprocess.TimeoutExpired:
            if monotonic() - began > LONGEST_SOLVE:
                raise MatcherBroken("it took too long") from None
            if not may_go_on():
                return False
        else:
            return True
    return False


@contextmanager
def _child(folder):
    root = Path(__file__).parent.parent
    environment = KEEP_MEMORY | {name: os.environ[name] for name in HANDED_DOWN if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 - our own module, no shell, no input of users among the words
        [sys.executable, "-m", "stagemakelaar.solving", str(folder)], cwd=root, env=environment
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
