"""Compute a run of the open round, or recompute a stored one. Decides nothing and tells nobody."""

import time
from collections import Counter

import click
from flask_babel import gettext as _

from stagemakelaar import jobs
from stagemakelaar.commands.frame import DONE, FOUND_WRONG, Occupied, command
from stagemakelaar.db import close_session, current_session, transaction
from stagemakelaar.errors import N_, DomainError, NotFound
from stagemakelaar.matching import Outcome, objections
from stagemakelaar.matching.findings import findings
from stagemakelaar.people.models import User
from stagemakelaar.people.queries import programme_called
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds import snapshot
from stagemakelaar.rounds.models import Round, Run, RunState
from stagemakelaar.rounds.queries import live_round, run_under_way

LOOK_AGAIN = 0.5


@command(
    "match",
    click.option("--programme", "slug", metavar="SLUG", help="Bereken de open ronde van dit programma."),
    click.option("--round", "round_id", type=int, help="Deze ronde, als het niet de open ronde is."),
    click.option(
        "--from-run", "from_id", type=int, metavar="RUN", help="Met de gegevens en instellingen van deze berekening."
    ),
    click.option("--replay", "run_id", type=int, metavar="RUN", help="Reken een bewaarde berekening na."),
    help="Bereken de open ronde van een programma, of reken een berekening na.",
)
def match(told, slug, round_id, from_id, run_id):
    """Compute, or compute again."""
    if (slug is None) == (run_id is None):
        raise click.UsageError(_("Geef --programme of --replay op, een van de twee."))
    return _replay(told, run_id) if run_id is not None else _compute(told, slug, round_id, from_id)


def _compute(told, slug, round_id, from_id):
    session = current_session()
    programme = programme_called(session, slug)
    match_round = session.get(Round, round_id) if round_id is not None else live_round(session, programme.id)
    if match_round is None or match_round.programme_id != programme.id:
        raise DomainError(N_("Er is geen open ronde in dit programma."))
    if run_under_way(session, match_round) is not None:
        raise Occupied(_("Er wordt al gerekend voor deze ronde."))
    with transaction() as session:
        match_round = session.get_one(Round, match_round.id)
        from_run = session.get(Run, from_id) if from_id is not None else None
        if from_id is not None and from_run is None:
            raise NotFound
        by = session.get_one(User, match_round.opened_by_id)
        run = rounds.ask_for_run(session, match_round, by=by, from_run=from_run)
    jobs.compute_run(run.id)
    run = _finished(run.id)
    if run.state is not RunState.COMPUTED:
        told.note(round=run.round_id, run=run.id, objections=[run.trouble or run.state.value])
        told.say(_("De berekening is niet gelukt."))
        return FOUND_WRONG
    return _tell(told, run, snapshot.thaw(run), Outcome.from_bytes(run.outcome))


def _finished(run_id):
    """The run when it is done; a worker beside us may have taken it up first."""
    while True:
        run = current_session().get(Run, run_id)
        if run.state not in {RunState.QUEUED, RunState.COMPUTING}:
            return run
        close_session()
        time.sleep(LOOK_AGAIN)


def _replay(told, run_id):
    run = current_session().get(Run, run_id)
    if run is None or run.state is not RunState.COMPUTED:
        raise NotFound
    outcome = rounds.replay(run)
    same = outcome.outcome_hash == run.outcome_hash
    told.note(same=same)
    told.say(_("De uitkomst is dezelfde.") if same else _("De uitkomst is anders dan toen."))
    code = _tell(told, run, snapshot.thaw(run), outcome)
    return code if same else FOUND_WRONG


def _tell(told, run, problem, outcome):
    wrong = objections(problem, outcome)
    unmatched = Counter(row["cause"] for row in findings(problem, outcome).unplaced)
    told.note(
        round=run.round_id,
        run=run.id,
        input_hash=problem.input_hash,
        outcome_hash=outcome.outcome_hash,
        solver=outcome.engine,
        students=len(problem.candidates),
        seats=int(problem.openings.seats.sum()),
        proposed=outcome.placed,
        unmatched=dict(sorted(unmatched.items())),
        objections=wrong,
    )
    told.say(
        _(
            "%(proposed)s van %(students)s studenten hebben een voorstel.",
            proposed=outcome.placed,
            students=len(problem.candidates),
        )
    )
    return FOUND_WRONG if wrong else DONE
