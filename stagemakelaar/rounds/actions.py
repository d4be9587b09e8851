"""What can be done with rounds and runs. Computing itself happens elsewhere, between two transactions:

with transaction() as session:
    frozen = actions.freeze_run(session, run_id)       # queued → computing, or None when there is nothing to do
problem = Problem.from_bytes(frozen)
outcome = solve(problem)                               # and objections(problem, outcome) must be empty
found = findings(problem, outcome)                     # the explanations, which take time as well
with transaction() as session:
    actions.store_outcome(session, run_id, attempt, outcome, found)
"""

import json
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from stagemakelaar import audit, clock
from stagemakelaar.db import insert_many
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.matching.findings import Findings, findings
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.solver import solve
from stagemakelaar.rounds import snapshot
from stagemakelaar.rounds.models import (
    Proposal,
    ProposalState,
    Review,
    Round,
    RoundState,
    Run,
    RunState,
    Unplaced,
    Verdict,
)
from stagemakelaar.rounds.queries import live_round, locked_round, run_under_way
from stagemakelaar.rounds.run_settings import RunSettings

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3  # a run that takes its worker down with it is not tried for ever
LARGEST_LOT = 2**31 - 1
AT_CLOSING = N_("De ronde is gesloten.")


def open_round(session, programme, *, name, by):
    """Open a round in a programme, which has one live round at a time."""
    if not name.strip():
        raise DomainError(N_("Geef de ronde een naam."), field="name")
    if live_round(session, programme.id) is not None:
        raise DomainError(N_("Er loopt al een ronde. Sluit die eerst."), field="name")
    now = clock.now()
    match_round = Round(
        programme_id=programme.id,
        name=name.strip(),
        opened_by_id=by.id,
        state=RoundState.OPEN,
        state_changed_at=now,
        created_at=now,
    )
    session.add(match_round)
    audit.record(session, "round.opened", match_round, by=by)
    session.flush()
    return match_round


def ask_for_run(session, match_round, *, by, lot=None, settings=None, from_run=None):
    """Ask for a computation. The lot is drawn here, once, and kept, so that the run can be repeated.

    settings : `RunSettings` of its own; None: as the programme computes, or as the earlier run was computed
    from_run : a computed run of this round, whose facts and lot are used again; None: the facts of now
    """
    match_round = locked_round(session, match_round.id)  # of two who ask at once the second finds the first one's run
    if match_round.state is RoundState.CLOSED:
        raise DomainError(N_("Deze ronde is gesloten. Open een nieuwe ronde."))
    if run_under_way(session, match_round) is not None:
        raise Overtaken(N_("Er wordt al gerekend voor deze ronde. Wacht tot dat klaar is."))
    if from_run is not None:
        if from_run.round_id != match_round.id or from_run.state is not RunState.COMPUTED:
            raise DomainError(N_("Kies een berekening van deze ronde die klaar is."), field="from_run")
        settings = RunSettings.of(from_run) if settings is None else settings
        lot = from_run.lot
    now = clock.now()
    run = Run(
        round_id=match_round.id,
        programme_id=match_round.programme_id,
        asked_by_id=by.id,
        from_run_id=from_run.id if from_run is not None else None,
        settings=settings.stored if settings is not None else {},
        lot=secrets.randbelow(LARGEST_LOT) if lot is None else lot,
        state=RunState.QUEUED,
        state_changed_at=now,
        created_at=now,
    )
    session.add(run)
    audit.record(
        session, "run.asked", run, by=by, round=match_round.id, settings=run.settings, from_run=run.from_run_id
    )
    session.flush()
    return run


# --- what the worker does ------------------------------------------------------------------------------------------


def freeze_run(session, run_id):
    """Take up a queued run under a lease and give back its frozen input; None when there is nothing to take up.

    A run that was taken up before keeps the input that was frozen then. The attempt to name later is `run.attempts`.
    """
    run = _locked(session, run_id)
    if run is None or run.state is not RunState.QUEUED:
        return None
    run.attempts += 1
    run.leased_until = clock.now() + LEASE
    run.started_at = clock.now()
    run.stage = run.share = None
    if run.frozen_input is None:
        earlier = session.get(Run, run.from_run_id) if run.from_run_id is not None else None
        facts = snapshot.freeze(session, run) if earlier is None else snapshot.freeze_again(session, run, earlier)
        run.frozen_input = facts.to_bytes()
        run.input_hash = RunSettings.of(run).applied_to(facts).input_hash
        run.students = len(facts.candidates)
        run.seats = int(facts.openings.seats.sum())
    move(session, run, RunState.COMPUTING, by=None, attempt=run.attempts, input=run.input_hash)
    session.flush()
    return snapshot.thaw(run).to_bytes() if run.settings else run.frozen_input


def still_computing(session, run_id, attempt, progress=None):
    """Say that a computation is still going on, and how far it is: (stage, percents).

    False when it is not ours any more and may stop. This is written often and decides nothing: no line in the trail.
    """
    stage, share = progress or (None, None)
    told = session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == RunState.COMPUTING, Run.attempts == attempt)
        .values(leased_until=clock.now() + LEASE, stage=stage, share=share)
        .execution_options(synchronize_session=False)
    )
    return told.rowcount == 1


def is_computing(session, run_id, attempt):
    """Whether a computation is still ours, without writing anything."""
    ours = select(Run.id).where(Run.id == run_id, Run.state == RunState.COMPUTING, Run.attempts == attempt)
    return session.scalar(ours) is not None


def store_outcome(session, run_id, attempt, outcome, found=None):
    """Keep what a run found, unless it was cancelled or another worker has taken over; gives back whether it was kept.

    A first computed run is chosen by itself and brings its round to review. Nothing is placed and no one is told.
    """
    match_round = locked_round(session, session.scalar(select(Run.round_id).where(Run.id == run_id)))
    run = _still_ours(session, run_id, attempt)
    if run is None:
        return False
    if found is None:
        found = findings(snapshot.thaw(run), outcome)
    if not RunSettings.of(run).waiting_counts:
        found = _with_their_waiting(run, found)
    now = clock.now()
    fixed = {"run_id": run.id, "programme_id": run.programme_id}
    fixed |= {"state": ProposalState.OPEN, "state_changed_at": now, "created_at": now, "version": 1}
    insert_many(session, Proposal.__table__, found.proposals, **fixed)
    insert_many(session, Unplaced.__table__, found.unplaced, run_id=run.id)
    run.proposed = len(found.proposals)
    run.outcome = outcome.to_bytes()
    run.outcome_hash = outcome.outcome_hash
    run.engine = outcome.engine
    run.finished_at = now
    run.leased_until = None
    move(session, run, RunState.COMPUTED, by=None, outcome=run.outcome_hash, proposed=run.proposed)
    if match_round.state is RoundState.OPEN:
        match_round.chosen_run_id = run.id
        move(session, match_round, RoundState.REVIEW, by=None, run=run.id)
    session.flush()
    return True


def run_failed(session, run_id, attempt, trouble):
    """Note that a computation came to nothing, so that the broker sees it and can ask again."""
    run = _still_ours(session, run_id, attempt)
    if run is None:
        return False
    _fail(session, run, trouble)
    return True


def queue_lapsed_runs(session):
    """Put runs whose worker went silent back in the queue, or give up after some attempts; gives back their ids."""
    lapsed = session.scalars(
        select(Run)
        .where(Run.state == RunState.COMPUTING, Run.leased_until < clock.now())
        .order_by(Run.id)
        .with_for_update(skip_locked=True, of=Run)
    ).all()
    for run in lapsed:
        if run.attempts >= MOST_ATTEMPTS:
            _fail(session, run, "the lease ran out too often")
        else:
            run.leased_until = None
            move(session, run, RunState.QUEUED, by=None, attempt=run.attempts)
    return [run.id for run in lapsed if run.state is RunState.QUEUED]


def replay(run):
    """Compute a stored run once more from its frozen input; gives back the outcome, whose hash must be the same."""
    return solve(snapshot.thaw(run), engine=run.engine or "auto")


# --- what people do ------------------------------------------------------------------------------------------------


def cancel_run(session, run, *, by):
    """Stop a run that waits or is being computed; what a worker still finds is thrown away."""
    run.leased_until = None
    move(session, run, RunState.CANCELLED, by=by)


def choose_run(session, match_round, run, *, by):
    """Say which run is looked at; proposals of another run cannot be decided meanwhile."""
    match_round = locked_round(session, match_round.id)
    if run.round_id != match_round.id or run.state is not RunState.COMPUTED:
        raise DomainError(N_("Deze berekening is nog niet klaar. Kies een andere."))
    if match_round.state is not RoundState.REVIEW:
        raise DomainError(N_("In deze ronde valt nu niets te kiezen."))
    match_round.chosen_run_id = run.id
    audit.record(session, "round.run_chosen", match_round, by=by, run=run.id)


def close_round(session, match_round, *, by, why=""):
    """Close a round. What was not decided is rejected, with that reason, and whoever searches enters the next one."""
    match_round = locked_round(session, match_round.id)
    for run in session.scalars(select(Run).where(Run.round_id == match_round.id)):
        if run.state in {RunState.QUEUED, RunState.COMPUTING}:
            cancel_run(session, run, by=by)
    left = session.scalars(
        select(Proposal)
        .join(Run, Run.id == Proposal.run_id)
        .where(Run.round_id == match_round.id, Proposal.state.in_((ProposalState.OPEN, ProposalState.HELD)))
        .order_by(Proposal.id)
        .with_for_update(of=Proposal)
    ).all()
    for proposal in left:
        if proposal.state is ProposalState.HELD:
            proposal.held_until = None
            move(session, proposal, ProposalState.OPEN, by=by)
        move(session, proposal, ProposalState.REJECTED, by=by, why="round_closed")
        closing = {"verdict": Verdict.REJECT, "reason": AT_CLOSING, "why": why.strip()}
        session.add(Review(proposal_id=proposal.id, by_id=by.id, at=clock.now(), **closing))
    move(session, match_round, RoundState.CLOSED, by=by, rejected=len(left))
    session.flush()
    return len(left)


# --- inside --------------------------------------------------------------------------------------------------------


def _locked(session, run_id):
    return session.scalars(
        select(Run).where(Run.id == run_id).with_for_update(of=Run).execution_options(populate_existing=True)
    ).first()


def _with_their_waiting(run, found):
    """What a run found in which waiting did not count, with the class of each student as it is."""
    people = Problem.from_bytes(run.frozen_input).candidates
    own = dict(zip(people.key.tolist(), people.priority_class.tolist(), strict=True))
    proposals, unplaced = [], []
    for row in found.proposals:
        told, priority_class = _as_values(row["facts"]), own[row["student_id"]]
        told["facts"]["priority_class"] = priority_class
        proposals.append(row | {"priority_class": priority_class, "facts": told})
    for row in found.unplaced:
        told = _as_values(row["facts"]) | {"taken_by_class": []}  # by class nobody was ahead
        unplaced.append(row | {"priority_class": own[row["student_id"]], "facts": told})
    return Findings(tuple(proposals), tuple(unplaced))


def _as_values(facts):
    return json.loads(facts) if isinstance(facts, str) else facts


def _still_ours(session, run_id, attempt):
    run = _locked(session, run_id)
    return run if run is not None and run.state is RunState.COMPUTING and run.attempts == attempt else None


def _fail(session, run, trouble):
    run.trouble = str(trouble)[:500]
    run.leased_until = None
    run.finished_at = clock.now()
    move(session, run, RunState.FAILED, by=None)
