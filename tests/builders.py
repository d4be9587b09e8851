"""People and places for tests: valid by default, so that a test names only what matters to it.

Everything is made by the actions of the house, inside a transaction of its own.
"""

import itertools
from datetime import date

from sqlalchemy import select

from stagemakelaar import clock
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Programme, ProgrammeKind, Role, Student
from stagemakelaar.places.models import (
    Membership,
    Organisation,
    OrganisationState,
    Place,
    PlaceCode,
    PlaceState,
    Recognition,
)
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.starter import load_starter
from stagemakelaar.reference.vocabulary import LateHours, Leerweg

HELPENDE = "25960"  # Helpende Zorg en Welzijn, niveau 2
WORKDAYS = 0b0011111


class Make:
    """One of these per test; numbers keep what must be unique apart."""

    def __init__(self):
        self._numbers = itertools.count(1)

    def codes(self):
        """The starter list of qualifications, once."""
        session = current_session()
        if session.scalar(select(Qualification.code).limit(1)) is None:
            with transaction() as session:
                load_starter(session)

    def programme(self, slug="noord", **changes):
        """A programme with this name in its address; the same one when it is asked for twice."""
        found = current_session().scalars(select(Programme).where(Programme.slug == slug)).first()
        if found is None:
            self.codes()
            with transaction() as session:
                found = people.create_programme(
                    session,
                    slug=slug,
                    name=f"Stagemakelaar {slug.title()}",
                    kind=ProgrammeKind.MUNICIPALITY,
                    email=f"{slug}@demo.example",
                    phone="+31201234567",
                    by=None,
                )
        if changes:
            with transaction() as session:
                found = session.get(Programme, found.id)
                _change(found, changes)
        return found

    def staff(self, role=Role.BROKER, *, programme=None, name="Fatima el Idrissi", email=None):
        """Someone who works here; a broker unless told otherwise."""
        belongs = role in {Role.BROKER, Role.COORDINATOR}
        programme = programme or (self.programme() if belongs else None)
        with transaction() as session:
            return people.register_staff(
                session,
                role=role,
                email=email or f"{role.value}{next(self._numbers)}@demo.example",
                name=name,
                programme=programme,
                by=None,
            )

    def broker(self, **changes):
        """A broker of noord."""
        return self.staff(Role.BROKER, **changes)

    def student(self, *, programme=None, complete=True, searching=False, **changes):
        """A student with a complete profile who seeks a place as helpende zorg en welzijn; `searching` enters rounds.

        `changes` go to the student or the profile, wherever the name belongs.
        """
        number = next(self._numbers)
        programme = programme or self.programme()
        with transaction() as session:
            student = casework.sign_up(session, programme=programme, email=f"student{number}@demo.example")
            _change(
                student,
                {"first_name": "Samira", "last_name": f"Bouali {number}", "birth_date": date(2008, 5, 14)},
            )
            if complete:
                _change(
                    student.profile,
                    {
                        "code": HELPENDE,
                        "leerweg": Leerweg.BOL,
                        "school_name": "ROC van de Demo",
                        "school_year": 1,
                        "starts_on": date(2027, 4, 1),
                        "ends_on": date(2027, 7, 15),
                        "days_per_week": 3,
                        "weekdays": WORKDAYS,
                        "school_hours": 16,
                        "postcode": "1011 AB",
                        "travel_modes": ["bike"],
                        "max_minutes": 45,
                        "searching_since": date(2027, 1, 4),
                        "completed_at": clock.now(),
                    },
                )
            own = {name: value for name, value in changes.items() if hasattr(Student, name)}
            _change(student, own)
            _change(student.profile, {name: value for name, value in changes.items() if name not in own})
            student.sort_name = f"{student.last_name} {student.first_name}".casefold()
            student.user.name = student.full_name
        if searching:
            self.search(student)
        return student

    def search(self, student, by=None):
        """Let a student's case take part in rounds."""
        with transaction() as session:
            case = case_of(session, student)
            casework.start_searching(session, session.get(Case, case.id), by=by)

    def organisation(self, *, programme=None, verified=True, codes=(HELPENDE,), **changes):
        """A verified organisation with checked recognitions and one contact person who manages it."""
        from tests.rows import row

        number = next(self._numbers)
        programme = programme or self.programme()
        now = clock.now()
        facts = {
            "name": f"Zorgcentrum De Linde {number}",
            "kvk_number": f"{10_000_000 + number}",
            "branch_number": f"{number:012d}",
            "street": "Lindelaan",
            "house_number": str(number),
            "postcode": "1012 AB",
            "city": "Amsterdam",
            "registered_with_id": programme.id,
            "created_at": now,
            "state_changed_at": now,
            "verified_at": now if verified else None,
            "state": OrganisationState.VERIFIED if verified else OrganisationState.REGISTERED,
        } | changes
        facts["sort_name"] = facts["name"].casefold()
        checker = self.broker(programme=programme) if verified and codes else None
        with transaction() as session:
            user = people.register_employer(session, email=f"employer{number}@demo.example", by=None)
            user.name = "Henk Smit"
            organisation = row(session, Organisation, **facts)
            row(session, Membership, organisation_id=organisation.id, user_id=user.id, manages=True)
            for code in codes:
                row(
                    session,
                    Recognition,
                    organisation_id=organisation.id,
                    code=code,
                    valid_from=date(2025, 1, 1),
                    valid_until=date(2028, 12, 31),
                    proof="s-bb.nl",
                    checked_at=now if checker else None,
                    checked_by_id=checker.id if checker else None,
                    created_at=now,
                )
        return organisation

    def employer_of(self, organisation):
        """The account of the contact person who manages an organisation."""
        return (
            current_session()
            .scalars(select(Membership).where(Membership.organisation_id == organisation.id, Membership.manages))
            .first()
            .user
        )

    def place(self, organisation=None, *, codes=(HELPENDE,), seats=1, state=PlaceState.OPEN, **changes):
        """An open place with a free seat that fits the student of `student()`."""
        from tests.rows import row

        organisation = organisation or self.organisation(codes=codes)
        now = clock.now()
        facts = {
            "programme_id": organisation.registered_with_id,
            "organisation_id": organisation.id,
            "title": "Helpende in de zorg",
            "leerweg": Leerweg.BOL,
            "starts_on": date(2027, 1, 1),
            "ends_on": date(2027, 12, 31),
            "weekdays": WORKDAYS,
            "hours_per_day": 8,
            "seats": seats,
            "free": seats,
            "late_hours": LateHours.NONE,
            "state": state,
            "state_changed_at": now,
            "created_at": now,
        } | changes
        with transaction() as session:
            place = row(session, Place, **facts)
            for code in codes:
                row(session, PlaceCode, place_id=place.id, code=code)
            session.refresh(place)
        return place


def _change(record, changes):
    for name, value in changes.items():
        if not hasattr(type(record), name):
            raise TypeError(f"{type(record).__name__} has no {name}")
        setattr(record, name, value)
