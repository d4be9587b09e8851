"""What brokers ask and answer each other about a proposal. Nobody outside the programme's staff reads it here."""

from sqlalchemy import func, select, update

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.people.queries import RESTRICTED
from stagemakelaar.rounds.models import Comment, Proposal, Round, RoundState, Run


def comment_on(session, proposal, *, text, by):
    """Say something about a proposal. It stays open until somebody says that it is done. Gives back the `Comment`."""
    return _write(session, proposal, text, by=by)


def answer(session, comment, *, text, by):
    """Answer a comment. Gives back the answer."""
    comment = _locked(session, comment)
    if comment.answers_id is not None:
        raise DomainError(N_("Antwoord op de opmerking zelf, niet op een antwoord."))
    if comment.resolved_at is not None:
        raise Overtaken(N_("Deze opmerking is intussen afgehandeld. Open haar eerst weer."))
    return _write(session, comment.proposal, text, by=by, answers=comment)


def resolve(session, comment, *, by):
    """Say that a comment is done."""
    comment = _locked(session, comment)
    if comment.answers_id is not None:
        raise DomainError(N_("Een antwoord wordt niet apart afgehandeld."))
    if comment.resolved_at is not None:
        raise Overtaken(N_("Deze opmerking is al afgehandeld."))
    comment.resolved_at, comment.resolved_by_id = clock.now(), by.id
    session.flush()
    audit.record(session, "comment.resolved", comment, by=by, proposal=comment.proposal_id)


def open_again(session, comment, *, by):
    """Say that a comment is not done after all."""
    comment = _locked(session, comment)
    if comment.resolved_at is None:
        raise Overtaken(N_("Deze opmerking staat al open."))
    comment.resolved_at = comment.resolved_by_id = None
    session.flush()
    audit.record(session, "comment.opened_again", comment, by=by, proposal=comment.proposal_id)


def move_to(session, proposal, other):
    """Let the comments go along to the proposal that takes the place of another."""
    session.execute(update(Comment).where(Comment.proposal_id == proposal.id).values(proposal_id=other.id))


# --- what can be asked ---------------------------------------------------------------------------------------------


def threads_about(session, proposal):
    """The comments on a proposal, the oldest first: a list of (comment, its answers)."""
    found = session.scalars(select(Comment).where(Comment.proposal_id == proposal.id).order_by(Comment.id)).all()
    answers = {}
    for one in found:
        answers.setdefault(one.answers_id, []).append(one)
    return [(one, answers.get(one.id, [])) for one in answers.get(None, [])]


def comment_for(session, user, comment_id):
    """One comment of the programme; raises NotFound for another's and for nobody's."""
    found = session.scalars(
        select(Comment).where(Comment.id == comment_id, Comment.programme_id == user.programme_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def count_open(session, run_id):
    """How many comments on each proposal of a run are open: a table from proposal to number, without zeros."""
    counted = (
        select(Comment.proposal_id, func.count())
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(Proposal.run_id == run_id, *_IS_OPEN)
        .group_by(Comment.proposal_id)
    )
    return dict(session.execute(counted).all())


def waiting_comments(programme_id):
    """A statement of the proposals in the live round of a programme on which a comment is open, with those comments."""
    return (
        select(Proposal)
        .join(Comment, Comment.proposal_id == Proposal.id)
        .join(Run, Run.id == Proposal.run_id)
        .join(Round, Round.id == Run.round_id)
        .where(Proposal.programme_id == programme_id, Round.state != RoundState.CLOSED, *_IS_OPEN)
        .where(Proposal.student_id.not_in(RESTRICTED))
    )


_IS_OPEN = (Comment.answers_id.is_(None), Comment.resolved_at.is_(None))


def _write(session, proposal, text, *, by, answers=None):
    if not text.strip():
        raise DomainError(N_("Schrijf op wat u wilt zeggen."), field="text")
    if proposal.programme_id != by.programme_id:
        raise DomainError(N_("Dit voorstel hoort bij een ander programma."))
    comment = Comment(
        programme_id=proposal.programme_id,
        proposal_id=proposal.id,
        answers_id=answers.id if answers else None,
        text=text.strip(),
        by_id=by.id,
        at=clock.now(),
    )
    session.add(comment)
    session.flush()
    audit.record(session, "comment.written", comment, by=by, proposal=proposal.id, answers=comment.answers_id)
    return comment


def _locked(session, comment):
    return session.scalars(
        select(Comment)
        .where(Comment.id == comment.id)
        .with_for_update(of=Comment)
        .execution_options(populate_existing=True)
    ).one()
