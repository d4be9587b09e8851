"""What waits in the round under review: proposals to decide about, and a computation that went wrong."""

from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import joinedload

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.db import UtcDateTime, when_asked
from stagemakelaar.placements import telling
from stagemakelaar.placements.models import Placement
from stagemakelaar.rounds.comments import waiting_comments
from stagemakelaar.rounds.models import Comment, Proposal, ProposalState, Round, RoundState, Run, RunState
from stagemakelaar.rounds.queries import IS_LISTED, STANDS, held_too_long
from stagemakelaar.rounds.repairs import lost_places
from stagemakelaar.rounds.second_look import SecondLook, open_looks
from stagemakelaar.web.work_list.things import Source, Urgency, Words, name_of, rows, short

SENT_WITHIN = timedelta(days=1)


def _held_wait(user):
    held = held_too_long(user.programme_id).join(Case, Case.student_id == Proposal.student_id)
    return rows(held, Proposal.id, since=Proposal.held_until, broker=Case.broker_id)


def _held_tell(session, _user, numbers):
    for proposal in session.scalars(select(Proposal).where(Proposal.id.in_(numbers))).unique():
        yield (
            proposal.id,
            Words(
                name_of(proposal.student),
                _("voorstel dat u vasthield tot %(day)s", day=short(proposal.held_until)),
                proposal.held_until,
                _("Beslis"),
                url_for("proposals.show", proposal_id=proposal.id),
            ),
        )


def _open_wait(user):
    is_open = (Proposal.run_id == Round.chosen_run_id, Proposal.state == ProposalState.OPEN)
    waiting = exists().where(*is_open, STANDS, IS_LISTED)
    reviewed = select(Round).where(Round.programme_id == user.programme_id, Round.state == RoundState.REVIEW, waiting)
    return rows(reviewed, Round.id, since=Round.state_changed_at, urgency=Urgency.WAITS)


def _open_tell(session, _user, numbers):
    found = (
        select(Round, func.count())
        .join(Proposal, Proposal.run_id == Round.chosen_run_id)
        .where(Round.id.in_(numbers), Proposal.state == ProposalState.OPEN, STANDS, IS_LISTED)
        .group_by(Round.id)
    )
    for match_round, waiting in session.execute(found):
        yield (
            match_round.id,
            Words(
                match_round.name,
                ngettext(
                    "%(num)s voorstel wacht op een besluit", "%(num)s voorstellen wachten op een besluit", waiting
                ),
                clock.day_of(match_round.state_changed_at),
                _("Beoordeel"),
                url_for("rounds.show", round_id=match_round.id),
            ),
        )


def _comments_wait(user):
    asked = waiting_comments(user.programme_id).join(Case, Case.student_id == Proposal.student_id)
    each = asked.group_by(Proposal.id, Case.broker_id)
    return rows(each, Proposal.id, since=func.min(Comment.at), urgency=Urgency.WAITS, broker=Case.broker_id)


def _comments_tell(session, user, numbers):
    asked = waiting_comments(user.programme_id).where(Proposal.id.in_(numbers)).group_by(Proposal.id)
    counted = asked.with_only_columns(Proposal.id, func.count(), func.min(Comment.at), maintain_column_froms=True)
    found = {number: counts for number, *counts in session.execute(counted)}
    for proposal in session.scalars(select(Proposal).where(Proposal.id.in_(found))).unique():
        number, since = found[proposal.id]
        yield (
            proposal.id,
            Words(
                name_of(proposal.student),
                ngettext(
                    "%(num)s opmerking open over het voorstel", "%(num)s opmerkingen open over het voorstel", number
                ),
                clock.day_of(since),
                _("Lees en antwoord"),
                url_for("comments.index", proposal_id=proposal.id),
            ),
        )


def _lost_wait(user):
    lost = lost_places(user.programme_id)  # joins the cases
    return rows(lost, Placement.id, since=Placement.withdrawn_at, broker=Case.broker_id)


def _lost_tell(session, _user, numbers):
    for placement in session.scalars(select(Placement).where(Placement.id.in_(numbers))).unique():
        yield (
            placement.id,
            Words(
                name_of(placement.student),
                _("de plek bij %(company)s ging niet door", company=placement.place.organisation.name),
                clock.day_of(placement.withdrawn_at),
                _("Kies de volgende stap"),
                url_for("by_hand.choose", student_id=placement.student_id),
            ),
        )


def _failed_wait(user):
    last = select(func.max(Run.id)).where(Run.round_id == Round.id).correlate(Round).scalar_subquery()
    failed = (
        select(Run)
        .join(Round, Round.id == Run.round_id)
        .where(
            Round.programme_id == user.programme_id,
            Round.state != RoundState.CLOSED,
            Run.state == RunState.FAILED,
            Run.id == last,
        )
    )
    return rows(failed, Run.id, since=Run.state_changed_at)


def _failed_tell(session, _user, numbers):
    for run in session.scalars(select(Run).where(Run.id.in_(numbers)).options(joinedload(Run.round))):
        yield (
            run.id,
            Words(
                run.round.name,
                _("de berekening is mislukt"),
                clock.day_of(run.state_changed_at),
                _("Bekijk"),
                url_for("rounds.show", round_id=run.round_id),
            ),
        )


def _send_wait(user):
    kept = telling.waiting(user.programme_id).where(Placement.told_from == telling.WHEN_SENT)
    oldest = func.min(Placement.created_at)
    long_ago = when_asked("sent_before", lambda: clock.now() - SENT_WITHIN, UtcDateTime())
    late = case((oldest < long_ago, Urgency.LATE.value), else_=Urgency.TODAY.value)
    return rows(kept.group_by(Placement.programme_id), Placement.programme_id, since=oldest, urgency=late)


def _send_tell(session, user, numbers):
    waiting, oldest = telling.kept_until_sent(session, user.programme_id)
    for number in numbers:
        yield (
            number,
            Words(
                _("Brieven"),
                ngettext("%(num)s besluit wacht op zijn brieven", "%(num)s besluiten wachten op hun brieven", waiting),
                clock.day_of(oldest),
                _("Verstuur"),
                url_for("sending_out.send"),
            ),
        )


def _look_wait(user):
    return rows(open_looks(user), SecondLook.id, since=SecondLook.drawn_at, urgency=Urgency.WAITS)


def _look_tell(session, _user, numbers):
    for look in session.scalars(select(SecondLook).where(SecondLook.id.in_(numbers))).unique():
        yield (
            look.id,
            Words(
                name_of(look.proposal.student),
                _("besluit van %(name)s, getrokken voor een tweede blik", name=look.decided_by.name),
                clock.day_of(look.drawn_at),
                _("Kijk mee"),
                url_for("proposals.show", proposal_id=look.proposal_id, _anchor="tweede-blik"),
            ),
        )


SOURCES = (
    Source("weggevallen", _l("weggevallen plek"), _lost_wait, _lost_tell),
    Source("vastgehouden", _l("vastgehouden voorstel"), _held_wait, _held_tell),
    Source("brieven", _l("brieven om te versturen"), _send_wait, _send_tell),
    Source("opmerkingen", _l("opmerkingen over een voorstel"), _comments_wait, _comments_tell),
    Source("voorstellen", _l("voorstellen om te beoordelen"), _open_wait, _open_tell),
    Source("tweede-blik", _l("besluit om mee te kijken"), _look_wait, _look_tell, is_personal=True),
    Source("berekening", _l("mislukte berekening"), _failed_wait, _failed_tell),
)
