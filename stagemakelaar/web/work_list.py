"""What needs a broker now: one row per thing, from every room, the most urgent first, in a fixed number of queries."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case
from stagemakelaar.casework.queries import due_contacts, nobodys_cases, ready_to_search
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements import telling
from stagemakelaar.placements.models import PlacementState
from stagemakelaar.placements.queries import due_to_move, overdue_answers
from stagemakelaar.places.queries import interests_to_call, organisations_to_check, recognitions_to_check
from stagemakelaar.rounds.models import Proposal, ProposalState, Run, RunState
from stagemakelaar.rounds.queries import held_too_long, live_round

FIRST_CONTACT = timedelta(days=7)  # five working days, in short
SENT_WITHIN = timedelta(days=1)
ENOUGH = 50


class Urgency(enum.Enum):
    """Haast: why something stands where it stands in the list."""

    LATE = 0
    TODAY = 1
    WAITS = 2


URGENCIES = {
    Urgency.LATE: (lazy_gettext("te laat"), "danger"),
    Urgency.TODAY: (lazy_gettext("vandaag"), "warning"),
    Urgency.WAITS: (lazy_gettext("wacht op u"), "info"),
}


@dataclass(frozen=True)
class Thing:
    """Ding: something that waits for a broker."""

    urgency: Urgency
    who: str
    what: str
    since: date | None
    action: str
    url: str
    broker_id: int | None = None  # whose case it is; None: anybody's

    @property
    def words(self):
        """The urgency in words."""
        return URGENCIES[self.urgency][0]

    @property
    def tone(self):
        """The tone of the urgency."""
        return URGENCIES[self.urgency][1]


def things_for(session, user, *, mine=False):
    """All that waits, the most urgent and then the oldest first; (at most fifty of them, whether there are more)."""
    found = [thing for source in SOURCES for thing in source(session, user)]
    if mine:
        found = [thing for thing in found if thing.broker_id in {None, user.id}]
    found.sort(key=lambda thing: (thing.urgency.value, thing.since or clock.today(), thing.who, thing.what))
    return found[:ENOUGH], len(found) > ENOUGH


def _some(session, statement):
    return session.scalars(statement.limit(ENOUGH + 1)).unique().all()


def _new_cases(session, user):
    for case in _some(session, nobodys_cases(user)):
        since = _day(case.created_at)
        late = clock.today() - since > FIRST_CONTACT
        complete = case.student.profile.completed_at is not None
        yield Thing(
            Urgency.LATE if late else Urgency.TODAY,
            name_of(case.student),
            _("nieuwe aanmelding, profiel klaar") if complete else _("nieuwe aanmelding, profiel nog niet klaar"),
            since,
            _("Pak op"),
            url_for("students.show", student_id=case.student_id),
        )


def _ready_cases(session, user):
    for case in _some(session, ready_to_search(user)):
        yield Thing(
            Urgency.TODAY,
            name_of(case.student),
            _("profiel klaar, zoeken nog niet gestart"),
            _day(case.student.profile.completed_at),
            _("Start met zoeken"),
            url_for("students.show", student_id=case.student_id),
            case.broker_id,
        )


def _contacts(session, user):
    for contact, case in session.execute(due_contacts(user).limit(ENOUGH + 1)).unique():
        yield Thing(
            Urgency.LATE if contact.next_on < clock.today() else Urgency.TODAY,
            name_of(case.student),
            _("afgesproken contact"),
            contact.next_on,
            _("Neem contact op"),
            url_for("students.show", student_id=case.student_id),
            case.broker_id,
        )


def _answers(session, user):
    placements = _some(session, overdue_answers(user))
    brokers = _brokers_of(session, placements)
    for placement in placements:
        days = (clock.today() - placement.answer_by_on).days
        yield Thing(
            Urgency.LATE,
            name_of(placement.student),
            ngettext(
                "%(who)s: %(num)s dag over tijd", "%(who)s: %(num)s dagen over tijd", days, who=_silent(placement)
            ),
            placement.answer_by_on,
            _("Bel of herinner"),
            url_for("placements.show", placement_id=placement.id),
            brokers.get(placement.student_id),
        )


def _silent(placement):
    if placement.student_accepted_at is not None:
        return _("antwoord van %(company)s", company=placement.place.organisation.name)
    if placement.employer_confirmed_at is not None:
        return _("antwoord van de student")
    return _("antwoord van de student en %(company)s", company=placement.place.organisation.name)


def _moves(session, user):
    placements = _some(session, due_to_move(user))
    brokers = _brokers_of(session, placements)
    for placement in placements:
        begins = placement.state is PlacementState.CONFIRMED
        yield Thing(
            Urgency.TODAY,
            name_of(placement.student),
            _("de eerste dag van de stage is er") if begins else _("de laatste dag van de stage is geweest"),
            placement.starts_on if begins else placement.ends_on,
            _("Laat de stage beginnen") if begins else _("Rond de stage af"),
            url_for("placements.show", placement_id=placement.id),
            brokers.get(placement.student_id),
        )


def _held(session, user):
    for proposal in _some(session, held_too_long(user.programme_id)):
        yield Thing(
            Urgency.TODAY,
            name_of(proposal.student),
            _("voorstel dat u vasthield tot %(day)s", day=_short(proposal.held_until)),
            proposal.held_until,
            _("Beslis"),
            url_for("proposals.show", proposal_id=proposal.id),
        )


def _round(session, user):
    current = live_round(session, user.programme_id)
    if current is None:
        return
    url = url_for("rounds.show", round_id=current.id)
    waiting = session.scalar(
        select(func.count()).where(Proposal.run_id == current.chosen_run_id, Proposal.state == ProposalState.OPEN)
    )
    if waiting:
        what = ngettext("%(num)s voorstel wacht op een besluit", "%(num)s voorstellen wachten op een besluit", waiting)
        yield Thing(Urgency.WAITS, current.name, what, _day(current.state_changed_at), _("Beoordeel"), url)
    last = session.scalars(select(Run).where(Run.round_id == current.id).order_by(Run.id.desc()).limit(1)).first()
    if last is not None and last.state is RunState.FAILED:
        yield Thing(
            Urgency.TODAY, current.name, _("de berekening is mislukt"), _day(last.state_changed_at), _("Bekijk"), url
        )


def _organisations(session, user):
    for organisation in _some(session, organisations_to_check(user)):
        yield Thing(
            Urgency.WAITS,
            organisation.name,
            _("nieuw bedrijf, nog niet gecontroleerd"),
            _day(organisation.created_at),
            _("Controleer"),
            url_for("organisations.show", organisation_id=organisation.id),
        )
    for recognition in _some(session, recognitions_to_check(user)):
        yield Thing(
            Urgency.WAITS,
            recognition.organisation.name,
            _("erkenning na te kijken: %(name)s", name=recognition.qualification.name),
            _day(recognition.created_at),
            _("Kijk na"),
            url_for("organisations.show", organisation_id=recognition.organisation_id),
        )


def _interest(session, user):
    for interest in _some(session, interests_to_call(user)):
        asked = interest.call_on
        yield Thing(
            Urgency.TODAY if asked else Urgency.WAITS,
            interest.company,
            _("wil nu misschien een plek bieden") if asked else _("wil misschien een plek bieden"),
            asked or _day(interest.created_at),
            _("Bel"),
            url_for("organisations.index"),
        )


def _post(session, user):
    if not may(user, Permission.REPLAY_POST):
        return
    failed, oldest = session.execute(
        select(func.count(), func.min(Message.state_changed_at)).where(
            Message.programme_id == user.programme_id, Message.state == MessageState.FAILED
        )
    ).one()
    if failed:
        what = ngettext("%(num)s brief is niet bezorgd", "%(num)s brieven zijn niet bezorgd", failed)
        yield Thing(Urgency.TODAY, _("Post"), what, _day(oldest), _("Bekijk"), url_for("post.index"))


def _to_send(session, user):
    waiting, oldest = telling.kept_until_sent(session, user.programme_id)
    if waiting:
        yield Thing(
            Urgency.LATE if clock.now() - oldest > SENT_WITHIN else Urgency.TODAY,
            _("Brieven"),
            ngettext("%(num)s besluit wacht op zijn brieven", "%(num)s besluiten wachten op hun brieven", waiting),
            _day(oldest),
            _("Verstuur"),
            url_for("sending_out.send"),
        )


SOURCES = (
    _answers,
    _contacts,
    _new_cases,
    _ready_cases,
    _moves,
    _held,
    _to_send,
    _round,
    _organisations,
    _interest,
    _post,
)


def name_of(student):
    """How a student is named in a list; who has filled in nothing yet is known by their address."""
    return student.full_name or student.user.email


def _brokers_of(session, placements):
    """Whose case each student of these placements is."""
    students = [placement.student_id for placement in placements]
    found = select(Case.student_id, Case.broker_id).where(Case.student_id.in_(students))
    return dict(session.execute(found).all())


def _day(moment):
    return moment.astimezone(clock.AMSTERDAM).date()


def _short(day):
    return format_date(day, "d MMMM")
