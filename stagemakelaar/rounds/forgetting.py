"""A student who is erased leaves the rounds: nothing waits for them, and no later computation knows them.

The frozen input of a run holds numbers and what counted of each student. While its round is under way everyone else's
proposals are explained from it, so it stays until the round is closed; then it goes, and the run says that it cannot be
repeated. What was decided about the others, and why, stands in their proposals.
"""

from sqlalchemy import or_, select

from stagemakelaar import audit
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move
from stagemakelaar.people.models import Student, User
from stagemakelaar.rounds.models import Proposal, ProposalState, Round, RoundState, Run, RunState, Unplaced

FORGOTTEN = N_(
    "De gegevens van deze berekening zijn gewist, omdat een student uit deze ronde gewist is. Ze is niet te herhalen."
)


def stored(session, run):
    """The frozen input and the outcome of a computed run, as bytes; raises DomainError when they were erased."""
    row = session.execute(select(Run.frozen_input, Run.outcome).where(Run.id == run.id)).one()
    if row.frozen_input is None:
        raise DomainError(FORGOTTEN)
    return row


def is_forgotten(session, run):
    """Whether what a run was given, and what came out, were erased."""
    return session.scalar(select(Run.frozen_input.is_(None)).where(Run.id == run.id))


def refuse_while_computing(session, programme_id):
    """Refuse when a run is being computed: it would bring back whoever is in it. Who asks for one meanwhile waits."""
    rounds = select(Round).where(Round.programme_id == programme_id, Round.state != RoundState.CLOSED)
    session.scalars(rounds.with_for_update(of=Round, key_share=True)).all()  # as `locked_round` does
    under_way = (Run.programme_id == programme_id, Run.state.in_((RunState.QUEUED, RunState.COMPUTING)))
    if session.scalar(select(Run.id).where(*under_way).limit(1)) is not None:
        raise DomainError(N_("Er wordt nu gerekend in uw programma. Wacht tot dat klaar is."))


def turn_down_all(session, student_ids, *, by, why="erased"):
    """Turn down what still waits for these students; no review is written, as nobody judged the proposals."""
    waiting = session.scalars(
        select(Proposal)
        .where(Proposal.student_id.in_(student_ids), Proposal.state.in_((ProposalState.OPEN, ProposalState.HELD)))
        .order_by(Proposal.id)
        .with_for_update(of=Proposal)
    ).all()
    for proposal in waiting:
        if proposal.state is ProposalState.HELD:
            proposal.held_until = None
            move(session, proposal, ProposalState.OPEN, by=by)
        move(session, proposal, ProposalState.REJECTED, by=by, why=why)


def gone_from(programme_id):
    """A statement of the numbers of the students of a programme who take part in nothing: erased, or as they asked."""
    return (
        select(Student.id)
        .join(User, User.id == Student.user_id)
        .where(
            Student.programme_id == programme_id,
            or_(User.erased_at.is_not(None), Student.is_limited),
        )
    )


def limited_in(programme_id):
    """A statement of the numbers of those of them who asked it and are still known: in order."""
    return select(Student.id).where(Student.programme_id == programme_id, Student.is_limited).order_by(Student.id)


def forget_inputs(session):
    """Empty the runs of closed rounds in which somebody erased took part; gives back how many."""
    erased = select(Student.id).join(User, User.id == Student.user_id).where(User.erased_at.is_not(None))
    about = or_(
        Run.id.in_(select(Proposal.run_id).where(Proposal.student_id.in_(erased))),
        Run.id.in_(select(Unplaced.run_id).where(Unplaced.student_id.in_(erased))),
    )
    runs = session.scalars(
        select(Run)
        .join(Round, Round.id == Run.round_id)
        .where(Round.state == RoundState.CLOSED, Run.frozen_input.is_not(None), about)
        .order_by(Run.id)
        .with_for_update(of=Run)
    ).all()
    for run in runs:
        run.frozen_input = run.outcome = None
        audit.record(session, "run.input_erased", run, by=None)
    return len(runs)
