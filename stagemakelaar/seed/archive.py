"""Placements of before, written in bulk with what the real actions would have left: seats, cases, letters, trail.

Only the letters that asked both sides are written; and of the explanation nothing, as with a placement by hand.
"""

import hashlib
from collections import defaultdict
from datetime import timedelta

from stagemakelaar.casework.models import CaseState
from stagemakelaar.clock import AMSTERDAM
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.placements.models import (
    BrokerReason,
    EmployerReason,
    Placement,
    PlacementState,
    StudentReason,
    WithdrawnBy,
)

# Of ten live placements: how far each is.
LIVE = [PlacementState.PLANNED] + [PlacementState.CONFIRMED] * 2 + [PlacementState.ACTIVE] * 7
CASES = {
    PlacementState.PLANNED: CaseState.PLACED,
    PlacementState.CONFIRMED: CaseState.PLACED,
    PlacementState.ACTIVE: CaseState.AFTERCARE,
    PlacementState.COMPLETED: CaseState.CLOSED,
}
# How a first attempt fell through: who ended it, why, and the name of the line in the trail.
LOST = (
    (WithdrawnBy.STUDENT, StudentReason.TRAVEL, "declined"),
    (WithdrawnBy.EMPLOYER, EmployerReason.TRAINER_AWAY, "refused"),
    (WithdrawnBy.BROKER, BrokerReason.DATA_WRONG, "taken back"),
)
ANSWERS_TAKE = 3  # days
WHY = "Met student en bedrijf besproken."


class Archive:
    """Archief van een programma: students who found a place before, each with the road to it."""

    def __init__(self, town, companies, students):
        self.town, self.country, self.rng = town, town.country, town.rng
        self.companies, self.students = companies, students
        self.by_code = defaultdict(list)
        for spot in companies.spots:
            for code in spot.company.codes:
                self.by_code[code].append(spot)

    def write(self, writer, trail):
        """Write the live placements at the seats that were kept for them, then the completed ones, anywhere."""
        crowd, spots = self.town.crowd, self.companies.spots
        kept = [spot for spot in spots for _seat in range(spot.kept)]
        for number, spot in enumerate(kept):
            self._placed(writer, trail, spot, LIVE[number % len(LIVE)], number, is_second=number < crowd.kept_lost)
        for number in range(len(kept), len(kept) + crowd.kept_completed):
            is_second = number < crowd.kept_lost
            self._placed(writer, trail, self.rng.choice(spots), PlacementState.COMPLETED, number, is_second=is_second)

    def _placed(self, writer, trail, spot, state, number, *, is_second):
        """A student and the placement that was found; `is_second` when an earlier one fell through."""
        decided, begins, lasts = self._days(state)
        signed_up = decided + (60 if is_second else self.rng.randint(15, 40))
        starts_on = self.country.day(begins)
        period = {"starts_on": starts_on, "ends_on": starts_on + timedelta(days=lasts)}
        changed = {PlacementState.ACTIVE: begins, PlacementState.COMPLETED: begins + lasts}.get(state, -decided)
        person = self.students.write(
            writer,
            trail,
            ago=signed_up,
            state=CASES[state],
            changed=signed_up + changed,
            note="Stage afgerond." if state is PlacementState.COMPLETED else "",
            **(self.students.fitting(spot) | period),
        )
        if is_second:
            self._lost(writer, trail, person, spot, decided + 20, LOST[number % len(LOST)])
        self._place(writer, trail, person, spot, decided, state)

    def _days(self, state):
        """Days since the decision, days until the first day (negative: since), and how many days it lasts."""
        rng = self.rng
        if state is PlacementState.PLANNED:
            return rng.randint(1, 2), rng.randint(35, 75), rng.choice((70, 98, 126))
        if state is PlacementState.CONFIRMED:
            return rng.randint(8, 20), rng.randint(10, 60), rng.choice((70, 98, 126))
        begins = -rng.randint(10, 60) if state is PlacementState.ACTIVE else -rng.randint(150, 310)
        return rng.randint(20, 40) - begins, begins, rng.choice((98, 126))

    def _lost(self, writer, trail, person, spot, decided, how):
        side, reason, line = how
        others = [other for other in self.by_code[person.profile["code"]][:50] if other.company != spot.company]
        other = self.rng.choice(others) if others else spot
        broker = self.town.broker()
        by = {
            WithdrawnBy.STUDENT: person.user_id,
            WithdrawnBy.EMPLOYER: other.company.contact_id,
            WithdrawnBy.BROKER: broker.id,
        }[side]
        minutes = self.town.minutes()
        at = self.country.at(decided - ANSWERS_TAKE, minutes)
        ended = {
            "withdrawn_by": side,
            "withdrawn_at": at,
            "withdrawn_by_id": by,
            "withdraw_reason": reason.value,
            "withdraw_note": "De datums klopten niet." if side is WithdrawnBy.BROKER else "",
        }
        asked_at = self.country.at(decided, minutes)
        placement = self._row(writer, trail, person, other, broker, asked_at, PlacementState.WITHDRAWN, at, **ended)
        trail.tell(line, at, placement, by=by, programme=self.town.programme.id)

    def _place(self, writer, trail, person, spot, decided, state):
        country, broker, minutes = self.country, self.town.broker(), self.town.minutes()
        programme, contact = self.town.programme.id, spot.company.contact_id
        answered = country.at(decided - ANSWERS_TAKE, minutes)
        begun = country.at((country.today - person.profile["starts_on"]).days, minutes)
        ended = country.at((country.today - person.profile["ends_on"]).days, minutes)
        reached = {
            PlacementState.PLANNED: country.at(decided, minutes),
            PlacementState.CONFIRMED: answered,
            PlacementState.ACTIVE: begun,
            PlacementState.COMPLETED: ended,
        }
        answers = {}
        if state is not PlacementState.PLANNED:
            answers = {
                "student_accepted_at": answered,
                "student_answered_by_id": person.user_id,
                "employer_confirmed_at": answered,
                "employer_answered_by_id": contact,
            }
        asked_at = reached[PlacementState.PLANNED]
        placement = self._row(writer, trail, person, spot, broker, asked_at, state, reached[state], **answers)
        for passed, by in (
            (PlacementState.CONFIRMED, contact),
            (PlacementState.ACTIVE, broker.id),
            (PlacementState.COMPLETED, broker.id),
        ):
            if list(CASES).index(passed) <= list(CASES).index(state):
                trail.tell(passed.value, reached[passed], placement, by=by, programme=programme)

    def _row(self, writer, trail, person, spot, broker, at, state, changed_at, **own):
        """A placement as it was decided, with the two letters that asked for an answer."""
        profile, programme = person.profile, self.town.programme.id
        answer_by = at.astimezone(AMSTERDAM).date() + timedelta(days=7)
        nothing = {
            "student_accepted_at": None,
            "student_answered_by_id": None,
            "employer_confirmed_at": None,
            "employer_answered_by_id": None,
            "withdrawn_by": None,
            "withdrawn_at": None,
            "withdrawn_by_id": None,
            "withdraw_reason": None,
            "withdraw_note": "",
        }
        placement = writer.add(
            Placement,
            programme_id=programme,
            student_id=person.id,
            place_id=spot.id,
            code=profile["code"],
            leerweg=profile["leerweg"],
            starts_on=profile["starts_on"],
            ends_on=profile["ends_on"],
            weekdays=profile["weekdays"] & spot.weekdays,
            days_per_week=profile["days_per_week"],
            hours_per_day=spot.hours_per_day,
            approved_by_id=broker.id,
            why=WHY,
            answer_by_on=answer_by,
            state=state,
            state_changed_at=changed_at,
            created_at=at,
            **(nothing | own),
        )
        trail.tell("planned", at, placement, by=broker.id, programme=programme, student=person.id, place=spot.id)
        data = {
            "placement": placement,
            "starts_on": profile["starts_on"].isoformat(),
            "programme": self.town.programme.name,
            "programme_phone": self.town.programme.phone,
            "answer_by": answer_by.isoformat(),
        }
        company = spot.company
        for side, to, user in (
            ("student", person.email, person.user_id),
            ("employer", company.contact_email, company.contact_id),
        ):
            self._letter(writer, f"placement:{placement}:planned:{side}", f"{side}_planned", to, user, at, data)
        return placement

    def _letter(self, writer, key, kind, to, user, at, data):
        writer.add(
            Message,
            key=key,
            kind=kind,
            recipient=to,
            user_id=user,
            programme_id=self.town.programme.id,
            data=data,
            message_id=f"<{hashlib.sha256(f'{key}|{to}'.encode()).hexdigest()[:32]}@stagemakelaar>",
            state=MessageState.SENT,
            created_at=at,
            state_changed_at=at,
            due_at=at,
            attempts=1,
            sent_at=at,
        )
