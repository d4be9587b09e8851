"""A list of students, tried and carried out. Both read the file in the same way; only the second writes.

A student is known by the school's number, or else by the mail address. An address is what someone signs in with: a list
may give one to a new student and never changes one.
"""

import array

from stagemakelaar import audit, clock
from stagemakelaar.casework.actions import new_case
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.files.lists import FIELD_OF_STUDENT, STUDENTS
from stagemakelaar.intake import alike as looking_alike
from stagemakelaar.intake.lines import Change, Line, Outcome, batches_of
from stagemakelaar.people.given import (
    Kept,
    accounts_with,
    differences,
    refusals,
    student_given,
    students_numbered,
    students_with_accounts,
    take_over,
)
from stagemakelaar.people.models import Role
from stagemakelaar.placements.queries import placed_among
from stagemakelaar.reference.queries import qualifications_with

COLUMN_OF = {name: column for column, name in FIELD_OF_STUDENT.items()}


def read_students(session, programme_id, data, trial, *, overwrite=False, writer=None):
    """Yield the `Line` of every row of a list in bytes that can be carried out; the rest goes into `trial`.

    overwrite   take over what a student filled in and what the list says otherwise
    writer      a `StudentWriter`, to carry it out at the same time
    """
    seen: dict = {}
    # Who is alike is for whoever reads what a list would do.
    others = looking_alike.Known(session, programme_id) if writer is None else None
    for batch in batches_of(trial, data, STUDENTS):
        known = _Known(session, programme_id, batch, others)
        for number, row in batch:
            if _is_double(seen, number, row, trial):
                continue
            try:
                line, student, values = _line(known, number, row, overwrite)
                _must_be_once(seen, number, line)
            except DomainError as refusal:
                trial.complaints.add_refusal(trial.name, number, refusal.field, refusal)
                continue
            wrong = list(refusals(session, values, student)) if values else []
            for fault in wrong:
                trial.complaints.add_refusal(trial.name, number, COLUMN_OF.get(fault.field), fault)
            if wrong:
                continue
            trial.note(line)
            if writer is not None and not trial.complaints.total:
                writer.put(line, student, row, values)
            yield line
        if writer is not None:
            writer.flush()


class StudentWriter:
    """Schrijver: puts the rows of a list in the database, some hundreds at a time, and remembers only their numbers."""

    def __init__(self, session, programme_id, *, by):
        self._session, self._programme_id, self._by = session, programme_id, by
        self._cases, self._changed = [], []
        self._done = {"student.imported": array.array("q"), "student.updated_from_list": array.array("q")}

    def put(self, line, student, row, values):
        """Take one row over."""
        number = row.get("studentnummer")
        if line.outcome is Outcome.NEW:
            student = student_given(self._programme_id, row["e_mailadres"], values, school_number=number)
            self._cases.append(new_case(student))
        elif line.outcome is Outcome.CHANGED:
            take_over(student, values, school_number=number)
            self._changed.append(student)

    def flush(self):
        """Write what was taken over and let go of it."""
        self._session.add_all(self._cases)
        self._session.flush()
        self._done["student.imported"].extend(case.student_id for case in self._cases)
        self._done["student.updated_from_list"].extend(student.id for student in self._changed)
        self._cases, self._changed = [], []

    def write_trail(self):
        """Write a line in the trail about every student, as the last thing of a transaction."""
        common = {
            "at": clock.now(),
            "actor_id": getattr(self._by, "id", None),
            "actor_role": self._by.role.value if self._by is not None else "system",
            "object_type": "student",
            "programme_id": self._programme_id,
            "details": {},
        }
        audit.write_many(
            self._session,
            (common | {"action": action, "object_id": one} for action, ids in self._done.items() for one in ids),
        )


class _Known:
    """What we know of the students in some hundreds of rows, in a handful of statements."""

    def __init__(self, session, programme_id, batch, others):
        rows = [row for _number, row in batch]
        numbers = [row["studentnummer"] for row in rows if "studentnummer" in row]
        self.programme_id = programme_id
        self.by_number = students_numbered(session, programme_id, numbers)
        self.accounts = accounts_with(session, [row["e_mailadres"] for row in rows if "e_mailadres" in row])
        students = students_with_accounts(session, self.accounts.values())
        self.by_email = {email: students.get(user.id) for email, user in self.accounts.items()}
        known = [student for student in (*self.by_number.values(), *students.values()) if student is not None]
        self.placed = placed_among(session, {student.id for student in known})
        self.courses = qualifications_with(session, {row.get("opleidingscode") for row in rows})  # held for the rules
        new = [(number, row) for number, row in batch if row.get("studentnummer") not in self.by_number]
        new = [(number, row) for number, row in new if row.get("e_mailadres") not in self.accounts]
        self.alike = others.alike(new) if others is not None else {}

    def of(self, row):
        """The student that a row is about, or None for a new one. Raises DomainError when that cannot be told."""
        number, email = row.get("studentnummer"), row.get("e_mailadres")
        if number is None and email is None:
            raise DomainError(N_("Vul een studentnummer of een e-mailadres in."), field="studentnummer")
        student = self.by_number.get(number)
        if student is not None:
            return self._must_be_here(student, "studentnummer")
        if email is None:
            raise DomainError(
                N_("Dit studentnummer kennen we nog niet. Vul voor een nieuwe student ook een e-mailadres in."),
                field="e_mailadres",
            )
        user = self.accounts.get(email)
        if user is None:
            return None
        student = self.by_email[email]
        if user.role is not Role.STUDENT or student is None or student.programme_id != self.programme_id:
            raise DomainError(N_("Met dit e-mailadres kan dat niet. Kies een ander adres."), field="e_mailadres")
        if number is not None and student.school_number not in (None, number):
            raise DomainError(
                N_("Bij dit e-mailadres hoort een ander studentnummer. Kijk na welk van de twee klopt."),
                field="studentnummer",
            )
        return self._must_be_here(student, "e_mailadres")

    @staticmethod
    def _must_be_here(student, column):
        if student.merged_into_id is not None:
            raise DomainError(
                N_("Deze student is samengevoegd met een ander. Gebruik de gegevens die daar staan."), field=column
            )
        return student


def _line(known, number, row, overwrite):
    """What a row would do, to whom, and the values to be written: field → value."""
    student = known.of(row)
    given = {name: row[column] for column, name in FIELD_OF_STUDENT.items() if column in row}
    who = " ".join(row[name] for name in ("voornaam", "tussenvoegsel", "achternaam") if name in row)
    if student is None:
        alike = tuple(known.alike.get(number, ()))
        return Line(number, Outcome.NEW, who or row["e_mailadres"], alike=alike), None, given
    found = differences(student, given, overwrite=overwrite, is_placed=student.id in known.placed)
    changes = [Change(COLUMN_OF[one.field], one.before, one.after, one.kept) for one in found]
    numbered = row.get("studentnummer")
    if numbered is not None and numbered != student.school_number:
        changes.insert(0, Change("studentnummer", student.school_number, numbered))
    email = row.get("e_mailadres")
    if email is not None and email != student.user.email:
        changes.append(Change("e_mailadres", student.user.email, email, Kept.SIGNS_IN))
    changing = any(change.kept is None for change in changes)
    line = Line(
        number,
        Outcome.CHANGED if changing else Outcome.SAME,
        student.full_name or who or student.user.email,
        student.id,
        tuple(changes),
    )
    return line, student, {one.field: one.after for one in found if one.kept is None}


def _is_double(seen, number, row, trial):
    """Note a number or an address that an earlier row has as well."""
    for column in ("studentnummer", "e_mailadres"):
        if column not in row:
            continue
        key = (column, row[column])
        if key in seen:
            trial.complaints.add(
                trial.name,
                number,
                column,
                N_("Dit staat ook in rij %(first)s. Laat één van de twee staan."),
                first=seen[key],
            )
            return True
        seen[key] = number
    return False


def _must_be_once(seen, number, line):
    """Refuse a second row about one student, who was named by number in the one and by address in the other."""
    if line.known is not None and seen.setdefault(line.known, number) != number:
        raise DomainError(
            N_("Rij %(first)s gaat over dezelfde student. Laat één van de twee staan."), first=seen[line.known]
        )
