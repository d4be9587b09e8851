"""The rounds of a programme, by the actions themselves: one of before that was closed, and the one of today."""

from datetime import timedelta

from sqlalchemy import select

from stagemakelaar.people.models import Student, User
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds import by_hand, comments, review, second_look
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel, Proposal, ProposalState
from stagemakelaar.rounds.queries import alternatives_for, proposals_of
from stagemakelaar.rounds.run_settings import settings_from
from stagemakelaar.seed import accounts

# What if the journey counted more and was never long? A second run in noord, to compare with.
NEARER = settings_from(weights={"learning": 40, "travel": 40, "kind": 10, "costs": 10}, most_minutes=30)
DRAWN = 3
REJECTED = ("de student wil deze plek niet", "de reis is te zwaar")


def earlier_round(session, town):
    """A round of before, closed: one run that was stopped, one that failed, one that was looked at and closed."""
    broker = town.broker()
    match_round = rounds.open_round(session, town.programme, name="Eerste ronde", by=broker)
    stopped = rounds.ask_for_run(session, match_round, by=broker, lot=town.rng.randrange(2**31))
    rounds.cancel_run(session, stopped, by=broker)
    failed = rounds.ask_for_run(session, match_round, by=broker, lot=town.rng.randrange(2**31))
    rounds.freeze_run(session, failed.id)
    rounds.run_failed(session, failed.id, failed.attempts, "de computer viel uit")
    _compute(session, town, match_round)
    rounds.close_round(session, match_round, by=broker, why="Er kwamen nog veel nieuwe plekken bij.")


def this_round(session, town):
    """The round of today: computed yesterday, a part of it decided, the rest open for whoever signs in."""
    broker, crowd = town.broker(), town.crowd
    town.programme.send_together = town.programme.slug == "zuid"  # somewhere letters wait until they are sent together
    match_round = rounds.open_round(session, town.programme, name="Ronde van deze week", by=broker)
    run = _compute(session, town, match_round)
    if town.is_noord:
        again = rounds.ask_for_run(session, match_round, by=broker, settings=NEARER, from_run=run)
        _carry_out(session, again)
    named = select(Student.id).join(User, User.id == Student.user_id).where(User.email == accounts.STUDENT2)
    ids = session.scalars(proposals_of(run.id, ProposalState.OPEN).with_only_columns(Proposal.id)).all()
    kept = set(session.scalars(select(Proposal.id).where(Proposal.run_id == run.id, Proposal.student_id.in_(named))))
    free = [number for number in ids if number not in kept]
    town.rng.shuffle(free)
    turned_down, wants_one = [], town.is_noord and crowd.approvals > 1
    decided = max(len(ids) - crowd.open_proposals, 0)
    for order, number in enumerate(free[:decided]):
        proposal = session.get(Proposal, number)
        seconds = 40 + order * 37 % 260
        if wants_one and order < crowd.approvals and _replace(session, proposal, broker, seconds):
            wants_one = False  # placed elsewhere by hand, in the stead of an approval
            continue
        if order < crowd.approvals:
            review.approve(session, proposal, by=broker, why="Past goed bij de leerwens.", seconds=seconds)
        elif (order - crowd.approvals) % 4 == 0:
            until = town.country.today + timedelta(days=7)
            review.hold(session, proposal, by=broker, reason="wacht op de school", until=until, seconds=seconds)
        else:
            turned_down.append(proposal)
            why = "De student wil eerst een gesprek."
            review.reject(session, proposal, by=broker, reason=REJECTED[seconds % 2], why=why, seconds=seconds)
    _talk(session, town, [session.get(Proposal, number) for number in sorted(kept)], turned_down)
    if town.coordinator is not None and decided:
        _second_looks(session, town, match_round)


def _replace(session, proposal, broker, seconds):
    """Choose another place than was proposed; gives back whether there is one."""
    for place, _cost, _who in alternatives_for(session, proposal)[1]:
        if review.objection_between(session, proposal.student, place) is None:
            why = "De student kent dit bedrijf al."
            by_hand.replace(
                session, proposal, place, by=broker, reason="de student vroeg erom", why=why, seconds=seconds
            )
            return True
    return False


def _talk(session, town, open_ones, turned_down):
    """Brokers ask each other something; what came of it is forced for the next computation."""
    for proposal in open_ones[:1]:
        asked, other = town.broker(), town.broker()
        done = comments.comment_on(session, proposal, text="Is de begeleider al terug van vakantie?", by=asked)
        comments.answer(session, done, text="Ja, sinds maandag.", by=other)
        comments.resolve(session, done, by=asked)
        text = "Kan de student op maandag wel? De school heeft die dag les."
        comments.answer(
            session,
            comments.comment_on(session, proposal, text=text, by=other),
            text="Ik vraag het vandaag aan de school.",
            by=asked,
        )
    for proposal in turned_down[-1:]:
        why = "De student had hier een vervelend gesprek."
        give_hint(session, proposal.student, proposal.place, level=HintLevel.NEVER, why=why, by=town.broker())


def _second_looks(session, town, match_round):
    """Some decisions were drawn for a second person; one of them was read."""
    looks = second_look.draw(session, match_round, DRAWN, by=town.coordinator, rng=town.rng)
    second_look.judge(session, looks[0], agrees=False, remark="Ik had eerst de school gebeld.", by=town.coordinator)


def _compute(session, town, match_round):
    """Ask for a run and carry it out on the spot."""
    run = rounds.ask_for_run(session, match_round, by=town.broker(), lot=town.rng.randrange(2**31))
    return _carry_out(session, run)


def _carry_out(session, run):
    rounds.freeze_run(session, run.id)
    rounds.store_outcome(session, run.id, run.attempts, rounds.replay(run))
    return run
