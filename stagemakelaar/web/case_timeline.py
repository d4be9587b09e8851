"""The whole story of a case on one time line, newest first: who did what on which day.

It is read from the rows themselves; where a row does not keep who or when (a task that was ticked off, a case that
paused), from the trail. Nothing is stored a second time. The number of questions is fixed, however long the story.
"""

import enum
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar import clock, labels
from stagemakelaar.audit.asking import trail_about
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.story import kept_about
from stagemakelaar.matching.explain import Cause
from stagemakelaar.outbox import MessageState, letters_between
from stagemakelaar.people.profiles import Step
from stagemakelaar.people.queries import names_of
from stagemakelaar.placements.models import PlacementState, WithdrawnBy
from stagemakelaar.places.queries import members_at
from stagemakelaar.rounds.about_student import said_about
from stagemakelaar.rounds.models import Verdict
from stagemakelaar.web.case_words import day_of
from stagemakelaar.web.letter_words import letter_of
from stagemakelaar.web.placement_words import ended_because


class Kind(enum.Enum):
    """Soort: what the time line can be narrowed to; the value is its name in the address."""

    CONTACT = "contact"
    NOTE = "notities"
    TASK = "taken"
    PROPOSAL = "voorstellen"
    PLACEMENT = "plaatsingen"
    LETTER = "brieven"
    CASE = "zaak"
    PROFILE = "profiel"


KINDS = {
    Kind.CONTACT: _l("Contact"),
    Kind.NOTE: _l("Notities"),
    Kind.TASK: _l("Taken"),
    Kind.PROPOSAL: _l("Voorstellen"),
    Kind.PLACEMENT: _l("Plaatsingen"),
    Kind.LETTER: _l("Brieven"),
    Kind.CASE: _l("Zaak"),
    Kind.PROFILE: _l("Profiel"),
}


@dataclass(frozen=True)
class Event:
    """Gebeurtenis: one row of the time line."""

    at: datetime
    kind: Kind
    what: str
    by: int | None = None  # number of an account; None: nobody, the program did it
    more: str = ""
    url: str = ""
    day: date | None = None  # when that is not the day of `at`
    who: str = ""

    @property
    def when(self):
        """The day to show."""
        return self.day or clock.day_of(self.at)


def story_of(session, case, placements):
    """All that happened in a case, newest first; `placements` are those of its student."""
    student = case.student
    said, kept = said_about(session, student), kept_about(session, case)
    letters = letters_between(
        session,
        student.user_id,
        members_at(session, {placement.place.organisation_id for placement in placements}),
        placements={placement.id for placement in placements},
    )
    lines = trail_about(
        session,
        {
            "student": [student.id],
            "case_file": [case.id],
            "placement": [placement.id for placement in placements],
            "task": [task.id for task in kept.tasks],
            "hand_over": [given.id for given in kept.hand_overs],
        },
        FROM_THE_TRAIL,
    )
    events = [
        *_beginning(case),
        *_profile(lines),
        *_case(case, lines),
        *_said(said),
        *_placements(placements, lines, {proposal.placement_id for proposal in said.proposals}),
        *_letters(letters),
        *_kept(kept),
        *_tasks(kept.tasks, lines),
        *_hand_overs(kept.hand_overs, lines),
    ]
    events.sort(key=lambda event: event.at)
    return _named(session, student, reversed(events))


def _named(session, student, events):
    events = list(events)
    names = names_of(session, {event.by for event in events if event.by is not None})
    names[student.user_id] = _("de student")
    return [replace(event, who=names.get(event.by, "") if event.by else _("automatisch")) for event in events]


# --- the student and the case --------------------------------------------------------------------------------------

FROM_THE_TRAIL = [
    "profile.saved",
    "case_file.taken_on",
    *(f"case_file.{state.value}" for state in CaseState),
    "placement.active",
    "placement.completed",
    "task.open",
    "task.done",
    "task.dropped",
    "hand_over.accepted",
    "hand_over.returned",
]


def _beginning(case):
    student = case.student
    yield Event(case.created_at, Kind.CASE, _("aangemeld"), student.user_id)
    completed_at = student.profile.completed_at
    if completed_at is not None:
        yield Event(completed_at, Kind.PROFILE, _("profiel ingestuurd"), student.user_id)


def _profile(lines):
    """One event for each day and each person, with the parts of the profile that were saved."""
    saved = {}
    for line in lines:
        if line.action == "profile.saved":
            steps, _last = saved.setdefault((clock.day_of(line.at), line.actor_id), ({}, None))
            steps[Step(line.details["step"])] = None
            saved[clock.day_of(line.at), line.actor_id] = steps, line.at
    for (_day, by), (steps, at) in saved.items():
        parts = ", ".join(str(labels.label(step)) for step in steps)
        yield Event(at, Kind.PROFILE, _("profiel gewijzigd"), by, more=parts)


def _case(case, lines):
    own = [line for line in lines if line.object_type == "case_file"]
    events = [
        (line, what) for line in own if (what := _step_of_case(line.action.partition(".")[2], line.details)) is not None
    ]
    rests = case.state in {CaseState.PAUSED, CaseState.CLOSED}
    last = max((line.seq for line, _what in events if line.action == f"case_file.{case.state.value}"), default=None)
    for line, what in events:
        yield Event(line.at, Kind.CASE, what, line.actor_id, more=case.state_note if rests and line.seq == last else "")
    if rests and last is None:  # from before the trail
        what = _step_of_case(case.state.value, {})
        yield Event(case.state_changed_at, Kind.CASE, what, case.broker_id, more=case.state_note)


def _step_of_case(to, details):
    before = details.get("before")
    if to in _RESTS:
        return str(_RESTS[to])
    if before in {CaseState.PAUSED.value, CaseState.CLOSED.value}:
        return _("zaak hervat") if before == CaseState.PAUSED.value else _("zaak heropend")
    if to == CaseState.SEARCHING.value:
        return _("zoeken gestart") if before in {"signed_up", "intake"} else _("zoekt weer een plek")
    return None


_RESTS = {
    "taken_on": _l("zaak opgepakt"),
    CaseState.PAUSED.value: _l("zaak gepauzeerd"),
    CaseState.CLOSED.value: _l("zaak gesloten"),
}


def _hand_overs(hand_overs, lines):
    ends = {(line.object_id, line.action): line for line in lines if line.object_type == "hand_over"}
    for given in hand_overs:
        names = {"giver": given.giver.name if given.giver else _("niemand"), "receiver": given.receiver.name}
        if given.by_id == given.to_id:
            yield Event(given.created_at, Kind.CASE, _("overgenomen van %(giver)s", **names), given.by_id, given.why)
            continue
        what = _("overgedragen van %(giver)s aan %(receiver)s", **names)
        yield Event(given.created_at, Kind.CASE, what, given.by_id, given.why)
        for action, words in (
            ("hand_over.accepted", _("overdracht aangenomen")),
            ("hand_over.returned", _("overdracht teruggegeven")),
        ):
            line = ends.get((given.id, action))
            if line is not None:
                yield Event(line.at, Kind.CASE, words, line.actor_id)


# --- proposals and placements --------------------------------------------------------------------------------------

DECIDED = {
    Verdict.APPROVE: _l("voorstel goedgekeurd: %(place)s"),
    Verdict.REJECT: _l("voorstel afgewezen: %(place)s"),
    Verdict.HOLD: _l("voorstel vastgehouden: %(place)s"),
}


def _said(said):
    places = {proposal.id: proposal.place for proposal in said.proposals}
    for proposal in said.proposals:
        yield Event(
            proposal.created_at,
            Kind.PROPOSAL,
            _("voorgesteld: %(place)s", place=_at(proposal.place)),
            more=proposal.run.round.name,
            url=url_for("proposals.show", proposal_id=proposal.id),
        )
    for review in said.reviews:
        place = places[review.proposal_id]
        what = str(DECIDED[review.verdict]) % {"place": _at(place)}
        url = url_for("proposals.show", proposal_id=review.proposal_id)
        more = ". ".join(part.rstrip(".") for part in (review.reason, review.why) if part)
        yield Event(review.at, Kind.PROPOSAL, what, review.by_id, more, url)
    for cause, found_at in said.unplaced:
        yield Event(found_at, Kind.PROPOSAL, _("geen plek gevonden"), more=str(labels.label(Cause(cause))))
    for hint in said.hints:
        what = _("voorkeur: %(level)s, %(place)s", level=labels.label(hint.level), place=_at(hint.place))
        yield Event(hint.at, Kind.PROPOSAL, what, hint.by_id, hint.why)
        if hint.withdrawn_at is not None:
            what = _("voorkeur ingetrokken: %(place)s", place=_at(hint.place))
            yield Event(hint.withdrawn_at, Kind.PROPOSAL, what, hint.withdrawn_by_id)


def _placements(placements, lines, proposed):
    moved = {(line.object_id, line.action): line for line in lines if line.object_type == "placement"}
    for placement in placements:
        url = url_for("placements.show", placement_id=placement.id)

        def event(at, what, by, more="", url=url):
            return Event(at, Kind.PLACEMENT, what, by, more, url)

        why = "" if placement.id in proposed else placement.why  # what came of a proposal stands at the decision
        where = _at(placement.place)
        yield event(placement.created_at, _("geplaatst: %(place)s", place=where), placement.approved_by_id, why)
        if placement.student_accepted_at:
            by = placement.student_answered_by_id
            yield event(placement.student_accepted_at, _("de student zei ja"), by, where)
        if placement.employer_confirmed_at:
            by = placement.employer_answered_by_id
            yield event(placement.employer_confirmed_at, _("het bedrijf bevestigde"), by, where)
        for state in (PlacementState.ACTIVE, PlacementState.COMPLETED):
            line = moved.get((placement.id, f"placement.{state.value}"))
            if line is not None:
                what = _("de stage begon") if state is PlacementState.ACTIVE else _("de stage is afgerond")
                yield event(line.at, what, line.actor_id, where)
        if placement.state is PlacementState.WITHDRAWN:
            more = " ".join(part for part in (ended_because(placement), placement.withdraw_note) if part)
            yield event(placement.withdrawn_at, _ended(placement), placement.withdrawn_by_id, more)


def _ended(placement):
    company = placement.place.organisation.name
    if placement.withdrawn_by is WithdrawnBy.STUDENT:
        return _("de student wilde %(company)s niet", company=company)
    if placement.withdrawn_by is WithdrawnBy.EMPLOYER:
        return _("%(company)s kon toch niet", company=company)
    return _("plaatsing bij %(company)s teruggetrokken", company=company)


def _at(place):
    return f"{place.title}, {place.organisation.name}"


# --- letters, and what we noted ourselves --------------------------------------------------------------------------

BECAME = {
    MessageState.QUEUED: _l("brief wacht op verzending: %(letter)s"),
    MessageState.SENT: _l("brief verzonden: %(letter)s"),
    MessageState.FAILED: _l("brief niet bezorgd: %(letter)s"),
    MessageState.CANCELLED: _l("brief niet meer nodig: %(letter)s"),
}


def _letters(letters):
    for message in letters:
        what = str(BECAME[message.state]) % {"letter": letter_of(message).kind}
        more = _("Aan %(address)s.", address=message.to) if message.state is MessageState.FAILED else ""
        yield Event(message.sent_at or message.state_changed_at, Kind.LETTER, what, more=more)


def _kept(kept):
    for contact in kept.contacts:
        kind = str(labels.label(contact.kind))
        what = _("%(kind)s met %(name)s", kind=kind, name=contact.with_whom) if contact.with_whom else kind
        more = contact.note
        if contact.next_on:
            more = _("%(note)s Volgend contact: %(day)s.", note=more, day=day_of(contact.next_on)).strip()
        yield Event(_moment_of(contact), Kind.CONTACT, what, contact.by_id, more, day=contact.held_on)
    for note in kept.notes:
        yield Event(note.created_at, Kind.NOTE, _("notitie"), note.by_id, note.text)


def _moment_of(contact):
    """When a contact was, for its place in the order; only its day is known when it was noted later."""
    if clock.day_of(contact.created_at) == contact.held_on:
        return contact.created_at
    return datetime.combine(contact.held_on, time(12), clock.AMSTERDAM)


def _tasks(tasks, lines):
    known = {task.id: task for task in tasks}
    for task in tasks:
        more = _("Vóór of op %(day)s", day=day_of(task.due_on))
        if task.for_whom is not None:
            more = _("%(until)s, voor %(name)s", until=more, name=task.for_whom.name)
        yield Event(task.created_at, Kind.TASK, _("taak: %(what)s", what=task.what), task.by_id, f"{more}.")
    moves = [line for line in lines if line.object_type == "task"]
    last = {line.object_id: line.seq for line in moves}
    for line in moves:
        task = known[line.object_id]
        what = str(TICKED[line.action.partition(".")[2]]) % {"what": task.what}
        more = task.outcome if line.seq == last[task.id] else ""
        yield Event(line.at, Kind.TASK, what, line.actor_id, more)


TICKED = {
    "done": _l("taak gedaan: %(what)s"),
    "dropped": _l("taak niet meer nodig: %(what)s"),
    "open": _l("taak weer open: %(what)s"),
}
