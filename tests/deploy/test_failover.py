"""The first database is lost, its standby takes over: what a broker was told is decided is there, and work goes on."""

import os
import signal
import threading
import time

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from stagemakelaar import db, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.errors import DomainError
from stagemakelaar.people.models import User
from stagemakelaar.placements.models import LIVE, Placement
from stagemakelaar.placements.queries import places_out_of_step
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import Proposal, ProposalState
from tests.builders import Make
from tests.computed import computed, proposals
from tests.proofs import Invalid
from tests.waiting import until

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.promise("P40")]

STUDENTS = 60
PACE = 0.04  # seconds between two decisions, so that some are left when the plug is pulled


@pytest.fixture
def pair(app):
    """A cluster that takes writes and its standby."""
    from tests.services.postgres import PostgresCluster

    first = PostgresCluster(durable=True)
    second = None
    try:
        second = PostgresCluster(durable=True, follows=first)
        yield first, second
    finally:
        for cluster in (second, first):
            if cluster is not None:
                cluster.stop()


def wait_for_each_commit(first, standbys):
    """Switch on (or, with an empty name, off) that a commit waits for its copy."""
    with first.connect() as connection:
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{standbys}'")
        connection.execute("SELECT pg_reload_conf()")
    if standbys:
        assert until(lambda: asked(first, "SELECT sync_state FROM pg_stat_replication") in {"sync", "quorum"})


def asked(cluster, question):
    with cluster.connect() as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def failed_over(first, second):
    """Approve one after the other while the first is cut off and killed.

    Gives back (proposals of which somebody was told that they are decided, longest wait in seconds, engine).
    """
    url = f"postgresql://postgres@/postgres?host={first.folder},{second.folder}&target_session_attrs=read-write"
    engine = db.make_engine(url)
    schema.migrate(engine)
    db.bind(engine)
    make = Make()
    broker = make.broker()
    for _ in range(STUDENTS):
        make.student(searching=True)
    make.place(seats=STUDENTS)
    _round, run = computed(broker)
    waiting, told, gaps = [one.id for one in proposals(run)], [], [0.0]
    db.close_session()

    def work():
        last = time.monotonic()
        while waiting:
            try:
                with db.transaction() as session:
                    review.approve(session, session.get(Proposal, waiting[0]), by=session.get(User, broker.id))
                told.append(waiting.pop(0))
            except DomainError:
                waiting.pop(0)  # decided by the try of which nobody heard the end
            except DBAPIError:
                time.sleep(0.05)
                continue
            finally:
                db.close_session()
            gaps.append(time.monotonic() - last)
            time.sleep(PACE)
            last = time.monotonic()

    worker = threading.Thread(target=work)
    worker.start()
    assert until(lambda: len(told) >= STUDENTS // 4)
    sender = asked(first, "SELECT pid FROM pg_stat_replication")
    os.kill(sender, signal.SIGSTOP)  # the line between the two is cut
    time.sleep(1)
    first.halt(signal.SIGKILL)
    before = len(told)
    os.kill(sender, signal.SIGKILL)
    second.promote()
    worker.join(60)
    if before == STUDENTS:
        raise Invalid("all was decided before the first database was killed")
    assert not worker.is_alive(), "nobody could decide anything within a minute"
    return told, max(gaps), engine


def lost(told):
    """How many decisions of which somebody was told are not there."""
    kept = db.current_session().scalars(
        select(Proposal.id)
        .join(Placement, Placement.id == Proposal.placement_id)
        .where(Placement.state.in_(LIVE), Proposal.state == ProposalState.APPROVED, Proposal.id.in_(told))
    )
    return len(told) - len(set(kept))


def test_what_was_told_is_there_after_a_failover(pair, record_property):
    first, second = pair
    wait_for_each_commit(first, "*")
    told, gap, engine = failed_over(first, second)
    try:
        session = db.current_session()
        assert lost(told) == 0
        assert places_out_of_step(session) == 0
        decided = select(func.count()).where(Proposal.state == ProposalState.APPROVED)
        assert session.scalar(decided) == STUDENTS
        assert walk(session).kind is None
        assert gap < 60
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is False
        record_property("told", len(told))
        record_property("seconds_away", round(gap, 1))
    finally:
        db.close_session()
        db.bind(None)
        engine.dispose()


@pytest.mark.promise("P40", red=True)
def test_without_waiting_for_the_standby_decisions_are_lost(pair):
    first, second = pair
    wait_for_each_commit(first, "")
    told, _gap, engine = failed_over(first, second)
    try:
        assert lost(told) > 0
    finally:
        db.close_session()
        db.bind(None)
        engine.dispose()
