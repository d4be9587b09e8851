"""What can be asked about rounds, runs and proposals, limited to what a user may see."""

from sqlalchemy import and_, func, not_, or_, select, tuple_
from sqlalchemy.orm import aliased

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.errors import NotFound
from stagemakelaar.matching.explain import alternatives, other_openings
from stagemakelaar.matching.leaving import without
from stagemakelaar.matching.problem import Outcome, Problem
from stagemakelaar.people.models import Profile, Student
from stagemakelaar.placements.models import LIVE, Placement
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceState
from stagemakelaar.rounds.at_hand import AtHand
from stagemakelaar.rounds.forgetting import is_forgotten, limited_in, stored
from stagemakelaar.rounds.models import Proposal, ProposalState, Review, Round, RoundState, Run, RunState, Unplaced
from stagemakelaar.rounds.run_settings import RunSettings

# What the matcher cannot do without. A profile that lost one of these is shown as not taking part, never dropped.
IS_READY = (
    Profile.completed_at.is_not(None),
    Profile.code.is_not(None),
    Profile.leerweg.is_not(None),
    Profile.starts_on.is_not(None),
    Profile.ends_on.is_not(None),
    Profile.days_per_week.is_not(None),
    Profile.max_minutes.is_not(None),
    Profile.postcode.is_not(None),
    Student.birth_date.is_not(None),
)
NOT_YET = (RunState.QUEUED, RunState.COMPUTING)
_Later, _Who = aliased(Proposal), aliased(Student)
# Of a student with a restriction or an objection no list and no figure of a round says anything.
IS_LISTED = ~select(_Who.id).where(_Who.id == Proposal.student_id, _Who.is_limited).correlate(Proposal).exists()
STANDS = ~select(_Later.id).where(_Later.previous_id == Proposal.id).exists()
# Computed runs, by their pairs: 70 to 100 bytes each with what pages reckon with, so 150 MB in a process at most.
_at_hand = AtHand(1_500_000, weight=lambda found: len(found[0].pairs))


def takes_part(programme_id):
    """The conditions on a student, profile and case under which someone enters a round of this programme."""
    has_live_placement = select(Placement.id).where(Placement.student_id == Student.id, Placement.state.in_(LIVE))
    return (
        Case.programme_id == programme_id,
        Case.state == CaseState.SEARCHING,
        not_(Student.is_limited),
        not_(has_live_placement.exists()),
        *IS_READY,
    )


def left_out(session, programme_id):
    """The cases that are searching but do not take part: something in the profile is missing, or they objected."""
    return session.scalars(
        select(Case)
        .join(Case.student)
        .join(Student.profile)
        .where(Case.programme_id == programme_id, Case.state == CaseState.SEARCHING)
        .where(or_(*(not_(condition) for condition in IS_READY), Student.is_limited))
        .where(Student.restricted_at.is_(None))
        .order_by(Student.sort_name, Student.id)
    ).all()


def count_taking_part(session, programme_id):
    """How many students and free seats a run would have now."""
    students = session.scalar(
        select(func.count())
        .select_from(Student)
        .join(Profile, Profile.student_id == Student.id)
        .join(Case, Case.student_id == Student.id)
        .where(*takes_part(programme_id))
    )
    return students, session.scalar(_free_seats(programme_id)) or 0


def _free_seats(programme_id):
    return (
        select(func.sum(Place.free))
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(
            Place.programme_id == programme_id,
            Place.state == PlaceState.OPEN,
            Organisation.state == OrganisationState.VERIFIED,
        )
    )


# --- rounds and runs -----------------------------------------------------------------------------------------------


def rounds_visible_to(user):
    """A statement of the rounds in a staff member's programme, the newest first."""
    return select(Round).where(Round.programme_id == user.programme_id).order_by(Round.id.desc())


def round_for(session, user, round_id):
    """One round of the programme; raises NotFound for another's and for nobody's."""
    return _one(session, rounds_visible_to(user).where(Round.id == round_id))


def locked_round(session, round_id):
    """Give back a round under a lock: the second waits here, and then reads what the first has done.

    It is taken before the lock of a run or a proposal, and lets others add rows that point at the round.
    """
    return session.scalars(
        select(Round)
        .where(Round.id == round_id)
        .with_for_update(of=Round, key_share=True)
        .execution_options(populate_existing=True)
    ).first()


def run_for(session, user, run_id):
    """One run of the programme; raises NotFound for another's and for nobody's."""
    return _one(session, select(Run).where(Run.id == run_id, Run.programme_id == user.programme_id))


def live_round(session, programme_id):
    """The round of a programme that is not closed, or None."""
    return session.scalars(
        select(Round).where(Round.programme_id == programme_id, Round.state != RoundState.CLOSED)
    ).first()


def run_under_review(session, programme_id):
    """The run that is being decided about in a programme, or None."""
    return session.scalars(
        select(Run)
        .join(Round, Round.chosen_run_id == Run.id)
        .where(Round.programme_id == programme_id, Round.state == RoundState.REVIEW)
    ).first()


def last_computed_run(session, programme_id):
    """The run under review in a programme, or else the last that was computed; None before the first."""
    return session.scalars(
        select(Run)
        .outerjoin(Round, and_(Round.chosen_run_id == Run.id, Round.state == RoundState.REVIEW))
        .where(Run.programme_id == programme_id, Run.state == RunState.COMPUTED, Run.frozen_input.is_not(None))
        .order_by(Round.id.is_(None), Run.id.desc())
        .limit(1)
    ).first()


def run_under_way(session, match_round):
    """The run of a round that waits or is being computed, or None."""
    return session.scalars(
        select(Run).where(Run.round_id == match_round.id, Run.state.in_(NOT_YET)).order_by(Run.id)
    ).first()


# --- proposals -----------------------------------------------------------------------------------------------------


def proposals_of(run_id, state=None):
    """A statement of the proposals of a run, by name of the student: an order that favours no one's proposal.

    What was decided and taken back is left out: another proposal stands in its place.
    """
    found = select(Proposal).join(Proposal.student).where(Proposal.run_id == run_id, STANDS, IS_LISTED)
    if state is not None:
        found = found.where(Proposal.state == state)
    return found.order_by(Student.sort_name, Proposal.id)


def count_by_state(session, run_id):
    """How many proposals of a run stand where: a table from each state to a number."""
    here = (Proposal.run_id == run_id, STANDS, IS_LISTED)
    counted = select(Proposal.state, func.count()).where(*here).group_by(Proposal.state)
    return dict.fromkeys(ProposalState, 0) | dict(session.execute(counted).all())


def first_open(session, run):
    """The id of the first proposal of a run that waits for a decision, or None."""
    return session.scalar(proposals_of(run.id, ProposalState.OPEN).with_only_columns(Proposal.id).limit(1))


def count_undecided(session, match_round):
    """How many proposals of a round, of whichever run, nobody has decided about."""
    undecided = (ProposalState.OPEN, ProposalState.HELD)
    return session.scalar(
        select(func.count())
        .select_from(Proposal)
        .join(Run, Run.id == Proposal.run_id)
        .where(Run.round_id == match_round.id, Proposal.state.in_(undecided))
    )


def proposal_for(session, user, proposal_id):
    """One proposal of the programme; raises NotFound for another's and for nobody's."""
    return _one(session, select(Proposal).where(Proposal.id == proposal_id, Proposal.programme_id == user.programme_id))


def neighbours(session, proposal):
    """The ids of the proposals before and after this one in the list of its run; None at an end."""
    here = (proposal.student.sort_name, proposal.id)
    place_in_list = tuple_(Student.sort_name, Proposal.id)
    others = select(Proposal.id).join(Proposal.student).where(Proposal.run_id == proposal.run_id, STANDS, IS_LISTED)
    before = others.where(place_in_list < here).order_by(Student.sort_name.desc(), Proposal.id.desc())
    after = others.where(place_in_list > here).order_by(Student.sort_name, Proposal.id)
    return session.scalar(before.limit(1)), session.scalar(after.limit(1))


def next_open(session, proposal):
    """The id of the proposal to decide after this one: the next open one by name, else the first; None without any."""
    here = (proposal.student.sort_name, proposal.id)
    waiting = proposals_of(proposal.run_id, ProposalState.OPEN).with_only_columns(Proposal.id).limit(1)
    return session.scalar(waiting.where(tuple_(Student.sort_name, Proposal.id) > here)) or session.scalar(waiting)


def last_review(session, proposal_id):
    """The latest decision about a proposal, or None."""
    return session.scalars(
        select(Review).where(Review.proposal_id == proposal_id).order_by(Review.id.desc()).limit(1)
    ).first()


def proposal_that_led_to(session, placement):
    """The proposal from which a placement came, or None when it was made by hand."""
    return session.scalars(select(Proposal).where(Proposal.placement_id == placement.id)).first()


def proposals_about(session, student):
    """All proposals for a student, the newest first."""
    return session.scalars(
        select(Proposal).where(Proposal.student_id == student.id).order_by(Proposal.id.desc()).limit(50)
    ).all()


def held_too_long(programme_id):
    """A statement of the proposals that were held until a day that has come."""
    return (
        select(Proposal)
        .join(Run, Run.id == Proposal.run_id)
        .join(Round, Round.chosen_run_id == Run.id)
        .where(
            Proposal.programme_id == programme_id,
            Proposal.state == ProposalState.HELD,
            Proposal.held_until <= clock.today(),
            Round.state == RoundState.REVIEW,
        )
        .order_by(Proposal.held_until, Proposal.id)
    )


def unplaced_of(run_id):
    """A statement of the students for whom a run found nothing, first in line first, then by name."""
    return (
        select(Unplaced)
        .join(Unplaced.student)
        .where(Unplaced.run_id == run_id, not_(Student.is_limited))
        .order_by(Unplaced.priority_class, Student.sort_name, Unplaced.id)
    )


def count_causes(session, run_id):
    """How many students of a run stayed without a place for each cause, the most frequent first."""
    counted = (
        select(Unplaced.cause, func.count())
        .join(Unplaced.student)
        .where(Unplaced.run_id == run_id, not_(Student.is_limited))
        .group_by(Unplaced.cause)
        .order_by(func.count().desc(), Unplaced.cause)
    )
    return session.execute(counted).all()


def causes_for_codes(session, programme_id, codes):
    """Why students of these codes stayed without a place in the round under review: (code, cause, how many).

    The most frequent come first. Who has found a place since does not count any more.
    """
    counted = (
        select(Profile.code, Unplaced.cause, func.count())
        .join(Student, Student.id == Unplaced.student_id)
        .join(Profile, Profile.student_id == Unplaced.student_id)
        .join(Case, Case.student_id == Unplaced.student_id)
        .join(Round, Round.chosen_run_id == Unplaced.run_id)
        .where(
            Round.programme_id == programme_id,
            Round.state == RoundState.REVIEW,
            Case.state == CaseState.SEARCHING,
            Profile.code.in_(codes),
            not_(Student.is_limited),
        )
        .group_by(Profile.code, Unplaced.cause)
        .order_by(func.count().desc(), Profile.code, Unplaced.cause)
    )
    return session.execute(counted).all()


# --- what else was possible ----------------------------------------------------------------------------------------


def alternatives_for(session, proposal, most=None):
    """The other places that this student could have had: how many, and of the first `most` by name a list of (place,
    Alternative, {key: student who would move}).

    The order says nothing about which is best; what each would cost is exact. None when the run was emptied since, or
    when the student asked that nobody reckons.
    """
    if proposal.student.is_limited or is_forgotten(session, proposal.run):
        return 0, []
    problem, outcome = computed(session, proposal.run)
    others = other_openings(problem, outcome, proposal.student_id).tolist()
    by_name = (Organisation.sort_name, Place.title, Place.id)
    named = select(*by_name).join(Organisation, Organisation.id == Place.organisation_id).where(Place.id.in_(others))
    ordered = [row.id for row in sorted(session.execute(named))]
    shown = ordered[:most]
    found = {other.opening: other for other in alternatives(problem, outcome, proposal.student_id, among=shown)}
    moved = {move.candidate for key in shown for move in found[key].moves}
    places = {place.id: place for place in session.scalars(select(Place).where(Place.id.in_(shown)))}
    students = {student.id: student for student in session.scalars(select(Student).where(Student.id.in_(moved)))}
    return len(ordered), [(places[key], found[key], students) for key in shown]


def computed(session, run):
    """The problem and the outcome of a computed run, without who must not be reckoned with since, and their seats.

    Equal hash and equal people, equal content: they are kept for the next page.
    """
    apart = session.scalars(limited_in(run.programme_id)).all()

    def unpacked():
        kept = stored(session, run)
        problem = RunSettings.of(run).applied_to(Problem.from_bytes(kept.frozen_input))
        return without(problem, Outcome.from_bytes(kept.outcome), apart)

    return _at_hand.of((run.outcome_hash, tuple(apart)), unpacked)


def _one(session, statement):
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound
    return found
