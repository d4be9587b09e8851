"""Rounds for tests: opened, computed and stored as the worker would do it, without a worker."""

from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.matching.checks import objections
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.solver import solve
from stagemakelaar.people.models import Programme
from stagemakelaar.rounds import actions
from stagemakelaar.rounds.models import Proposal, Round, Run


def opened(by, name="Ronde voorjaar"):
    """A round in the programme of this broker."""
    with transaction() as session:
        return actions.open_round(session, session.get(Programme, by.programme_id), name=name, by=by)


def asked(match_round, by, lot=7, *, settings=None, from_run=None):
    """A run that waits."""
    with transaction() as session:
        earlier = session.get(Run, from_run.id) if from_run is not None else None
        return actions.ask_for_run(
            session, session.get(Round, match_round.id), by=by, lot=lot, settings=settings, from_run=earlier
        )


def compute(run):
    """Compute a run in the three beats of a worker; gives back the outcome."""
    with transaction() as session:
        frozen = actions.freeze_run(session, run.id)
        attempt = session.get(Run, run.id).attempts
    problem = Problem.from_bytes(frozen)
    outcome = solve(problem)
    assert objections(problem, outcome) == []
    with transaction() as session:
        assert actions.store_outcome(session, run.id, attempt, outcome)
    return outcome


def computed(by, lot=7):
    """A round in review, with one computed run; gives back (round, run)."""
    match_round = opened(by)
    run = asked(match_round, by, lot)
    compute(run)
    with transaction() as session:  # what was read here stays readable after a request of the test
        return session.get(Round, match_round.id), session.get(Run, run.id)


def proposals(run):
    """The proposals of a run, by id."""
    with transaction() as session:
        return session.scalars(select(Proposal).where(Proposal.run_id == run.id).order_by(Proposal.id)).all()
