"""Whether people really decide: how often a proposal is approved as it stands, how long each took, who looked further.

For the coordinator alone: with few people a figure is soon a person. What counts is the decision that stands; what was
taken back, held, or rejected because the round was closed says nothing about how people decide.
"""

from collections import Counter
from statistics import median, quantiles
from typing import NamedTuple

from sqlalchemy import func, or_, select

from stagemakelaar.people.models import User
from stagemakelaar.rounds.actions import AT_CLOSING
from stagemakelaar.rounds.models import Proposal, Review, Run, Verdict
from stagemakelaar.rounds.queries import IS_LISTED, STANDS

ENOUGH = 10  # decisions; of fewer a share says nothing
DECISIVE = (Verdict.APPROVE, Verdict.REJECT)


class Figures(NamedTuple):
    """Cijfers over besluiten: seconds are None where nobody's time is known."""

    decided: int
    approved: int
    looked_further: int  # decisions before which another place was opened
    known: int  # decisions of which it is known whether one was
    median: float | None
    low: float | None  # the middle half of the decisions took from `low` to `high` seconds
    high: float | None

    @property
    def share(self):
        """Approved as proposed, in whole percents of what was decided."""
        return self.approved * 100 // self.decided if self.decided else 0

    def is_high(self, warn_share):
        """Whether, of enough decisions, at least so many percents approved what was proposed."""
        return self.decided >= ENOUGH and self.approved * 100 >= warn_share * self.decided


def decisions_of(session, round_id):
    """The decisions that stand in a round: rows of (proposal_id, by_id, name, verdict, seconds, alternatives)."""
    wanted = (Review.proposal_id, Review.by_id, User.name, Review.verdict, Review.seconds, Review.alternatives)
    return session.execute(_standing(round_id, *wanted).order_by(Review.id)).all()


def figures_of(decisions):
    """The `Figures` of decisions."""
    seconds = sorted(one.seconds for one in decisions if one.seconds is not None)
    known = [one.alternatives for one in decisions if one.alternatives is not None]
    low, _middle, high = quantiles(seconds, n=4, method="inclusive") if len(seconds) > 1 else seconds * 3 or [None] * 3
    return Figures(
        decided=len(decisions),
        approved=sum(one.verdict is Verdict.APPROVE for one in decisions),
        looked_further=sum(count > 0 for count in known),
        known=len(known),
        median=median(seconds) if seconds else None,
        low=low,
        high=high,
    )


def per_person(decisions):
    """The `Figures` of each person who decided, by name: pairs of a name and figures."""
    found = {}
    for one in decisions:
        found.setdefault((one.name, one.by_id), []).append(one)
    return [(name, figures_of(own)) for (name, _id), own in sorted(found.items())]


def reasons_of_round(session, round_id):
    """How often each reason was given: rows of (verdict, reason, count), None for own words alone; most frequent first.

    A decision that was taken back counts with verdict None and the reason for that.
    """
    given = (
        _reviews(round_id, Review.verdict, Review.reason, func.count())
        .where(Review.verdict != Verdict.APPROVE, _by_a_person())
        .group_by(Review.verdict, Review.reason)
    )
    undone = (
        _reviews(round_id, Review.undone_reason, func.count())
        .where(Review.undone_reason.is_not(None))
        .group_by(Review.undone_reason)
    )
    counts = Counter({(verdict, reason): count for verdict, reason, count in session.execute(given)})
    counts.update({(None, reason): count for reason, count in session.execute(undone)})
    order = [*Verdict, None]
    rows = [(verdict, reason, count) for (verdict, reason), count in counts.items()]
    return sorted(rows, key=lambda row: (order.index(row[0]), -row[2], row[1] or ""))


def _standing(round_id, *columns):
    return _reviews(round_id, *columns).where(STANDS, Review.verdict.in_(DECISIVE), _by_a_person())


def _reviews(round_id, *columns):
    return (
        select(*columns)
        .select_from(Review)
        .join(Proposal, Proposal.id == Review.proposal_id)
        .join(Run, Run.id == Proposal.run_id)
        .join(User, User.id == Review.by_id)
        .where(Run.round_id == round_id, IS_LISTED)
    )


def _by_a_person():
    return or_(Review.reason.is_(None), Review.reason != AT_CLOSING)
