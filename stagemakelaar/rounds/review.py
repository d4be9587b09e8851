"""A person decides. Each decision looks at the facts of this moment once more, is taken once, and says why."""

from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.matching.eligibility import Rule, why_not
from stagemakelaar.people.reasons import Act, in_one, must_say
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.places.models import OrganisationState, PlaceState
from stagemakelaar.rounds import changes, snapshot
from stagemakelaar.rounds.models import ChangeKind, Proposal, ProposalState, Review, RoundState, Verdict

REFUSALS = {
    Rule.RECOGNISED: N_("Het bedrijf heeft op de eerste dag geen gecontroleerde erkenning voor deze opleiding."),
    Rule.RECOGNISED_TO_END: N_("De erkenning van het bedrijf stopt voordat de stage klaar is."),
    Rule.LEERWEG: N_("De leerweg van de student en die van de plek verschillen nu."),
    Rule.VERIFIED: N_("Het bedrijf is niet meer gecontroleerd, of tijdelijk gestopt."),
    Rule.TRAVEL: N_("De reis is nu langer dan de student wil."),
    Rule.PERIOD: N_("De plek is niet meer open in de hele stageperiode."),
    Rule.DAYS: N_("De dagen van de student en de plek passen niet meer bij elkaar."),
    Rule.HOURS: N_("In deze periode haalt de student op deze plek zijn uren niet."),
    Rule.PROCESSES: N_("Werk dat de student moet leren, kan op deze plek niet."),
    Rule.LATE_HOURS: N_("De plek vraagt om avond- of nachtwerk dat de student niet kan doen."),
    Rule.MINOR_NIGHT: N_("Deze student is nog geen 18 en mag hier 's nachts niet werken."),
    Rule.MINOR_HOURS: N_("Deze student is nog geen 18 en zou met school erbij te veel uren werken."),
    Rule.DANGEROUS_WORK: N_("Deze student is nog geen 18, en bij dit gevaarlijke werk is geen vast toezicht."),
    Rule.UNDER_16: N_("Deze student is nog geen 16. Zoek samen met de ouders naar een plek."),
    Rule.MINIMUM_AGE: N_("Deze student is te jong voor deze plek."),
    Rule.VOG: N_("Voor deze plek is een VOG nodig, en die kan er niet op tijd zijn."),
    Rule.REGISTER: N_("De student staat niet op tijd in het Personenregister Kinderopvang."),
    Rule.MUST_CONDITION: N_("De plek mist iets dat de student nodig heeft."),
    Rule.NOT_AGAIN: N_("De student heeft deze plek eerder niet gewild."),
    Rule.NEVER: N_("Een stagemakelaar gaf op: deze student nooit op deze plek. Trek dat eerst in."),
    Rule.ELSEWHERE: N_("Een stagemakelaar gaf op: deze student alleen op een andere plek. Trek dat eerst in."),
    Rule.SEATS: N_("Er is geen plek meer vrij."),
}
OPENED = "proposal.alternative_opened"  # a line of the trail
ALREADY_PLACED = N_("Deze student heeft intussen al een plek.")
TAKEN = {REFUSALS[Rule.SEATS], ALREADY_PLACED}  # someone else was first: that is no mistake in the form


def approve(session, proposal, *, by, why="", seconds=None, version=None):
    """Place the student as proposed, if everything that the proposal rests on is still so. Gives back the placement."""
    proposal = _take_up(session, proposal, by=by, version=version)
    may_decide_about_run(proposal, by=by)
    if (objection := objection_of_today(session, proposal)) is not None:
        raise (Overtaken if objection in TAKEN else DomainError)(objection)
    placement = placements.plan(
        session, proposal.student, proposal.place, reasons=proposal.facts, by=by, why=why.strip()
    )
    proposal.placement_id = placement.id
    move(session, proposal, ProposalState.APPROVED, by=by, placement=placement.id)
    _note(session, proposal, Verdict.APPROVE, by=by, why=why, seconds=seconds)
    return placement


def may_decide_about_run(proposal, *, by):
    """Refuse whoever asked for the computation, in a programme where two people must look."""
    if proposal.run.round.programme.four_eyes and proposal.run.asked_by_id == by.id:
        raise DomainError(N_("U vroeg deze berekening zelf aan. In uw programma keurt dan een collega goed."))


def reject(session, proposal, *, by, why="", reason=None, seconds=None, version=None):
    """Turn a proposal down, with a reason; this round does not come to the same pair again."""
    otherwise = N_("Kies waarom u dit voorstel afwijst, of schrijf het op.")
    must_say(proposal.run.round.programme, Act.REJECT, reason=reason, why=why, otherwise=otherwise)
    proposal = turn_down(session, proposal, by=by, why=why, reason=reason, seconds=seconds, version=version)
    said = {"by": by, "why": in_one(reason, why), "proposal": proposal}
    changes.note(session, ChangeKind.REJECTED, proposal.run, proposal.student, proposal.place, **said)


def turn_down(session, proposal, *, by, why, reason, seconds=None, version=None):
    """The same, for a reason that was looked at before; alone or as one half of another. Gives back the proposal."""
    proposal = _take_up(session, proposal, by=by, version=version)
    move(session, proposal, ProposalState.REJECTED, by=by)
    _note(session, proposal, Verdict.REJECT, by=by, why=why, reason=reason, seconds=seconds)
    return proposal


def hold(session, proposal, *, by, until, why="", reason=None, seconds=None, version=None):
    """Leave a decision for later, with a reason and a day on which it comes back."""
    otherwise = N_("Kies waar u op wacht, of schrijf het op.")
    must_say(proposal.run.round.programme, Act.HOLD, reason=reason, why=why, otherwise=otherwise)
    if until is None or until <= clock.today():
        raise DomainError(N_("Kies een dag na vandaag."), field="held_until")
    proposal = _take_up(session, proposal, by=by, version=version)
    proposal.held_until = until
    move(session, proposal, ProposalState.HELD, by=by)
    _note(session, proposal, Verdict.HOLD, by=by, why=why, reason=reason, seconds=seconds)


def release(session, proposal, *, by):
    """Take a held proposal up again, so that it can be decided."""
    proposal = locked(session, proposal.id)
    proposal.held_until = None
    move(session, proposal, ProposalState.OPEN, by=by)


def objection_of_today(session, proposal):
    """The first thing that no longer is as the proposal supposes, as a sentence to translate; None when all is well."""
    student, place = proposal.student, proposal.place
    if not student.programme_id == place.programme_id == proposal.programme_id:
        return N_("De student en de plek horen niet meer bij hetzelfde programma.")
    return objection_between(session, student, place)


def objection_between(session, student, place):
    """What forbids it today that this student is placed here, as a sentence to translate; None when all is well."""
    return next(iter(objections_between(session, student, place)), None)


def objections_between(session, student, place):
    """All that forbids it today, the most telling first: sentences to translate."""
    # Read before the placement: of whom a colleague places in this moment, the case tells it no earlier than that does.
    is_searching = case_of(session, student).state is CaseState.SEARCHING
    if live_placement_of(session, student) is not None:
        return [ALREADY_PLACED]
    if student.restricted_at is not None:
        return [N_("Deze student vroeg om even niets met de gegevens te doen.")]
    if not is_searching:
        return [N_("Voor deze student wordt nu niet gezocht.")]
    if place.organisation.state is OrganisationState.VERIFIED and place.state is not PlaceState.OPEN:
        return [N_("Deze plek staat niet meer open.")]
    return _broken_rules(session, student, place)


def _broken_rules(session, student, place):
    """Put the pair before the matcher's own hard rules once more, as both are now."""
    problem = snapshot.pair_of_today(session, student, place)
    if problem is None:
        return [N_("Het profiel van de student is niet meer compleet.")]
    if not len(problem.openings):
        return [N_("De gegevens van de plek zijn niet meer compleet.")]
    return [REFUSALS[rule] for rule in why_not(problem, student.id, place.id)]


def _take_up(session, proposal, *, by, version):
    """Lock the proposal and make sure that it is still the one that was looked at, undecided and in the chosen run."""
    proposal = locked(session, proposal.id)
    if proposal.state in {ProposalState.APPROVED, ProposalState.REJECTED}:
        raise Overtaken(N_("Over dit voorstel is al besloten. Kijk eerst wat er gebeurd is."))
    if proposal.state is ProposalState.HELD:
        raise Overtaken(N_("Dit voorstel wordt vastgehouden. Pak het eerst weer op."))
    if version is not None and proposal.version != version:
        raise Overtaken(N_("Dit voorstel is veranderd terwijl de pagina open stond. Kijk het opnieuw na."))
    match_round = proposal.run.round
    if match_round.state is not RoundState.REVIEW or match_round.chosen_run_id != proposal.run_id:
        raise DomainError(N_("Dit voorstel hoort bij een andere berekening dan die nu beoordeeld wordt."))
    if proposal.programme_id != by.programme_id:
        raise DomainError(N_("Dit voorstel hoort bij een ander programma."))
    return proposal


def locked(session, proposal_id):
    """Give back a proposal under a lock: the second waits here, and then reads what the first has done."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.id == proposal_id)
        .with_for_update(of=Proposal)
        .execution_options(populate_existing=True)
    ).one()


def alternatives_opened(session, proposal, *, by):
    """How many other places for this student someone has opened, as the trail tells."""
    told = select(audit.Entry.details).where(
        audit.Entry.action == OPENED,
        audit.Entry.object_type == Proposal.__tablename__,
        audit.Entry.object_id == proposal.id,
        audit.Entry.actor_id == by.id,
    )
    return len({details["place"] for details in session.scalars(told)})


def _note(session, proposal, verdict, *, by, why, reason=None, seconds=None):
    review = Review(
        proposal_id=proposal.id,
        verdict=verdict,
        reason=reason or None,
        why=why.strip(),
        seconds=seconds,
        alternatives=alternatives_opened(session, proposal, by=by),
        by_id=by.id,
        at=clock.now(),
    )
    session.add(review)
    session.flush()
    audit.record(session, f"proposal.{verdict.value}", proposal, by=by, student=proposal.student_id)
