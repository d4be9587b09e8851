"""Delivery and computing: three beats, and nothing lost between them."""

import signal
import subprocess
import sys

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from stagemakelaar import jobs
from stagemakelaar.audit import Entry
from stagemakelaar.db import look_again, transaction
from stagemakelaar.jobs import NotEver, NotNow, deliver
from stagemakelaar.matching.stages import Stage
from stagemakelaar.outbox import Message, MessageState, promise
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds.models import Proposal, Run, RunState, Unplaced


@pytest.fixture
def post(session):
    """A post office that is a list: `post.refuse(address, trouble)`, `post.deliver()`."""

    class Post:
        def __init__(self):
            self.sent, self.refusals = [], {}

        def promise(self, *names):
            for name in names:
                with transaction() as writing:
                    promise(writing, kind="student_planned", to=f"{name}@demo.example", key=f"test:{name}")

        def refuse(self, name, trouble):
            self.refusals[f"{name}@demo.example"] = trouble

        def deliver(self, limit=20, render=lambda message: message.to):
            def send(letter):
                if letter in self.refusals:
                    raise self.refusals[letter]
                self.sent.append(letter.partition("@")[0])

            return deliver(send, render, limit)

        def state(self, name):
            return session.scalars(select(Message).where(Message.key == f"test:{name}")).one()

    return Post()


def test_what_is_due_is_sent_once(post):
    post.promise("a", "b")
    assert post.deliver()["sent"] == 2
    assert post.deliver()["claimed"] == 0
    assert post.sent == ["a", "b"]
    assert post.state("a").state is MessageState.SENT


def test_a_database_that_went_away_is_no_fault_of_the_letter(post):
    post.promise("a", "b", "c")

    def render(message):
        if message.to.startswith("b"):
            raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))
        return message.to

    with pytest.raises(OperationalError):
        post.deliver(render=render)
    assert post.sent == ["a"]
    for name in ("b", "c"):
        one = post.state(name)
        assert (one.attempts, one.leased_until, one.trouble) == (0, None, None)
    assert post.deliver()["sent"] == 2  # at once, and not after a pause
    assert post.sent == ["a", "b", "c"]


def test_a_refusal_for_good_is_seen_and_not_tried_again(post):
    post.promise("a")
    post.refuse("a", NotEver("550 no such mailbox"))
    assert post.deliver()["failed"] == 1
    assert post.state("a").state is MessageState.FAILED
    assert post.state("a").trouble == "550 no such mailbox"
    assert post.deliver()["claimed"] == 0


def test_a_refusal_for_now_is_tried_again_after_a_growing_pause(post, moment):
    post.promise("a")
    post.refuse("a", NotNow("451 later"))
    assert post.deliver()["retry"] == 1
    assert post.deliver()["claimed"] == 0
    moment("2027-02-03T10:00:21+01:00")
    post.deliver()
    assert (post.state("a").due_at - post.state("a").state_changed_at).total_seconds() == 21 + 40
    post.refusals.clear()
    moment("2027-02-03T10:02:00+01:00")
    assert post.deliver()["sent"] == 1


def test_one_poisoned_letter_holds_up_nobody(post):
    post.promise("a", "poison", "b")
    post.refuse("poison", ZeroDivisionError("our own mistake"))
    counts = post.deliver()
    assert (counts["sent"], counts["retry"]) == (2, 1)
    assert post.sent == ["a", "b"]
    assert post.state("poison").trouble == "ZeroDivisionError"


def test_when_the_host_is_away_the_rest_is_not_tried_in_vain(post):
    post.promise("a", "b", "c")
    post.refuse("a", NotNow("no connection", host_is_away=True))
    counts = post.deliver()
    assert (counts["retry"], counts["sent"], post.sent) == (3, 0, [])


def test_a_letter_that_another_worker_took_over_is_not_settled_twice(post, session):
    post.promise("a")
    with transaction() as writing:
        claimed = writing.scalars(select(Message)).one()
        claimed.attempts = 7

    def send_and_lose_the_lease(_letter):
        with transaction() as writing:
            writing.scalars(select(Message)).one().attempts += 1

    counts = deliver(send_and_lose_the_lease, lambda message: message.to)
    assert counts["sent"] == 0
    assert post.state("a").state is MessageState.QUEUED


def test_what_a_slow_host_left_no_time_for_was_never_offered(post, monkeypatch):
    post.promise("a", "b")
    monkeypatch.setattr(jobs, "LONGEST_BATCH", -1)
    post.deliver()
    assert post.sent == []
    assert {(post.state(name).attempts, post.state(name).leased_until) for name in "ab"} == {(0, None)}


def test_a_lease_is_renewed_before_sending_and_what_another_took_is_left_alone(post, session, monkeypatch):
    post.promise("a", "b")
    monkeypatch.setattr(jobs, "FRESH", -1)

    def send(letter):
        post.sent.append(letter)
        with transaction() as writing:  # meanwhile another worker takes the second one over
            writing.scalars(select(Message).where(Message.key == "test:b")).one().attempts += 1

    deliver(send, lambda message: message.to)
    assert post.sent == ["a@demo.example"]
    assert (post.state("a").state, post.state("b").state) == (MessageState.SENT, MessageState.QUEUED)


def test_looking_for_work_writes_nothing(post, session, database):
    from stagemakelaar import db

    while db.wait_for_commit(0):
        pass
    post.deliver()
    assert not db.wait_for_commit(0)


def asked_run(make, students=2, seats=1):
    place = make.place(seats=seats)
    for _ in range(students):
        make.student(searching=True)
    broker = make.broker()
    with transaction() as session:
        match_round = rounds.open_round(session, make_programme(session), name="Voorjaar", by=broker)
        return rounds.ask_for_run(session, match_round, by=broker, lot=7).id, place


def make_programme(session):
    from stagemakelaar.people.queries import programme_called

    return programme_called(session, "noord")


def test_a_waiting_run_is_computed_in_a_process_of_its_own(make, session):
    run_id, _place = asked_run(make)
    assert jobs.take_up_runs() == [run_id]
    run = session.get(Run, run_id)
    assert run.state is RunState.COMPUTED
    assert (run.students, run.seats, run.proposed) == (2, 1, 1)
    assert len(session.scalars(select(Proposal)).all()) == 1


def test_a_run_is_computed_once(make, session):
    run_id, _place = asked_run(make)
    jobs.take_up_runs()
    assert jobs.compute_run(run_id) is False


def test_a_run_whose_worker_died_is_taken_up_again(make, session, moment):
    run_id, _place = asked_run(make)
    with transaction() as writing:
        rounds.freeze_run(writing, run_id)
    assert jobs.take_up_runs() == []
    moment("2027-02-03T10:02:01+01:00")
    assert jobs.take_up_runs() == [run_id]
    assert session.get(Run, run_id).attempts == 2


def test_a_broken_input_fails_the_run_where_the_broker_sees_it(make, session):
    run_id, _place = asked_run(make)
    with transaction() as writing:
        writing.get(Run, run_id).frozen_input = b"not a problem"
    jobs.take_up_runs()
    run = session.get(Run, run_id)
    assert run.state is RunState.FAILED
    assert run.trouble


def child_that(monkeypatch, code):
    """Let another program stand in for the child process: what it does with its folder is up to the test."""
    real = subprocess.Popen
    started = []

    def start(command, **options):
        started.append(real([sys.executable, "-c", code, command[-1]], **options))
        return started[-1]

    monkeypatch.setattr(jobs.subprocess, "Popen", start)
    monkeypatch.setattr(jobs, "LOOK", 0.2)
    return started


SOLVES_FOR_EVER = """
import sys, time
from stagemakelaar.matching.stages import Stage
from stagemakelaar.solving import Progress
Progress(sys.argv[1]).tell(Stage.SOLVING, 43)
time.sleep(90)
"""


def test_a_run_that_is_stopped_ends_its_child_and_keeps_nothing(make, session, monkeypatch):
    run_id, _place = asked_run(make)
    children = child_that(monkeypatch, SOLVES_FOR_EVER)
    monkeypatch.setattr(jobs, "RENEW", 1000)  # not by chance, when it gives its next sign of life
    seen = []

    def stop():
        run = look_again().get(Run, run_id)
        if run.stage is not None and not seen:
            seen.append((run.stage, run.share))
            with transaction() as writing:
                rounds.cancel_run(writing, writing.get(Run, run_id), by=None)
        return False

    assert jobs.compute_run(run_id, stop=stop) is False
    assert seen == [(Stage.SOLVING, 43)]
    assert [child.poll() for child in children] == [-signal.SIGTERM]
    assert session.get(Run, run_id).state is RunState.CANCELLED
    assert session.scalars(select(Proposal)).all() == []


ANSWERS_WRONGLY = """
import sys
import numpy as np
from dataclasses import replace
from stagemakelaar.matching import checks, solver
solve = solver.solve
def wrongly(problem, **options):
    best = solve(problem, **options)
    nobody, nothing = np.full(len(best.place), -1), np.zeros(len(best.place), dtype=int)
    return replace(best, place=nobody, fit=nothing, parts=np.full_like(best.parts, -1))
solver.solve = wrongly
from stagemakelaar.solving import solve_in
solve_in(sys.argv[1])
"""


def test_an_outcome_that_cannot_be_certified_fails_the_run_and_is_shown_nowhere(make, session, monkeypatch):
    run_id, _place = asked_run(make)
    child_that(monkeypatch, ANSWERS_WRONGLY)
    assert jobs.compute_run(run_id) is True
    run = session.get(Run, run_id)
    assert (run.state, run.trouble) == (RunState.FAILED, "a better outcome exists")
    assert (run.outcome, run.proposed, run.round.chosen_run_id) == (None, None, None)
    assert session.scalars(select(Proposal)).all() == session.scalars(select(Unplaced)).all() == []


def test_how_far_a_run_is_writes_no_line_in_the_trail_and_holds_up_nobody(make, session):
    run_id, _place = asked_run(make)
    with transaction() as writing:
        rounds.freeze_run(writing, run_id)
    run = session.get(Run, run_id)
    before = len(session.scalars(select(Entry)).all())
    with transaction() as writing:
        assert rounds.still_computing(writing, run_id, 1, (Stage.CHECKING, 0))
        version = run.version
        rounds.cancel_run(writing, writing.get(Run, run_id), by=None)
    assert session.get(Run, run_id).version == version + 1
    assert len(session.scalars(select(Entry)).all()) == before + 1


def test_a_stopping_worker_leaves_the_run_to_the_next(make, session):
    run_id, _place = asked_run(make)
    assert jobs.compute_run(run_id, stop=lambda: True) is False
    assert session.get(Run, run_id).state is RunState.COMPUTING
