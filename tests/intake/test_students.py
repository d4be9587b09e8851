"""A list of students against what we know: who is who, what is taken over, and what a student filled in."""

import pytest
from sqlalchemy import event, func, select

from stagemakelaar.db import transaction
from stagemakelaar.files.tables import as_bytes
from stagemakelaar.intake.lines import Outcome, Trial
from stagemakelaar.intake.models import UploadKind
from stagemakelaar.intake.students import read_students
from stagemakelaar.intake.uploads import carry_out_file
from stagemakelaar.people.given import Kept
from stagemakelaar.people.models import Student
from tests.rows import again
from tests.web.student_pages import plan


def tried(session, student, columns, *rows, overwrite=False):
    """Try rows in the programme of a student; gives back (trial, lines)."""
    trial = Trial("lijst.csv")
    content = as_bytes(columns, rows)
    return trial, list(read_students(session, student.programme_id, content, trial, overwrite=overwrite))


def carried_out(student, columns, *rows, overwrite=False):
    with transaction() as session:
        return carry_out_file(
            session, UploadKind.STUDENTS, student.programme_id, "l.csv", as_bytes(columns, rows), overwrite=overwrite
        )


def test_a_number_is_noted_at_the_student_with_the_address_and_names_them_from_then_on(make, session):
    sam = make.student()
    carried_out(sam, ["studentnummer", "e-mailadres"], ["77", sam.user.email.upper()])
    assert again(sam).school_number == "77"
    trial, (line,) = tried(session, sam, ["studentnummer", "school"], ["77", "ROC West"])
    assert (line.known, trial.complaints.total) == (sam.id, 0)


def test_another_number_at_a_known_address_is_refused(make, session):
    sam = make.student()
    columns = ["studentnummer", "e-mailadres"]
    carried_out(sam, columns, ["77", sam.user.email])
    trial, lines = tried(session, sam, columns, ["78", sam.user.email])
    assert (lines, trial.complaints.shown[0].column) == ([], "studentnummer")


def test_two_rows_about_one_student_are_refused_also_when_each_names_them_otherwise(make, session):
    sam = make.student()
    carried_out(sam, ["studentnummer", "e-mailadres"], ["77", sam.user.email])
    trial, _lines = tried(session, sam, ["studentnummer", "e-mailadres"], ["77", ""], ["", sam.user.email])
    assert [complaint.row for complaint in trial.complaints.shown] == [3]


def test_an_address_is_never_changed_by_a_list_and_it_says_so(make, session):
    sam = make.student()
    carried_out(sam, ["studentnummer", "e-mailadres"], ["77", sam.user.email])
    _trial, (line,) = tried(session, sam, ["studentnummer", "e-mailadres"], ["77", "ander@school.example"])
    assert (line.outcome, line.changes[0].kept) == (Outcome.SAME, Kept.SIGNS_IN)


def test_what_a_student_filled_in_stays_and_the_list_says_so(make, session):
    sam = make.student(steps_done=["opleiding"], school_name="ROC Oost")
    columns, row = ["e-mailadres", "school"], [sam.user.email, "ROC West"]
    trial, (line,) = tried(session, sam, columns, row)
    assert (line.outcome, line.changes[0].kept, trial.has_work) == (Outcome.SAME, Kept.FILLED_IN, False)
    carried_out(sam, columns, row)
    assert again(sam).profile.school_name == "ROC Oost"


def test_what_a_student_filled_in_is_taken_over_when_a_broker_asks_for_it(make, session):
    sam = make.student(steps_done=["opleiding"], school_name="ROC Oost")
    carried_out(sam, ["e-mailadres", "school"], [sam.user.email, "ROC West"], overwrite=True)
    assert again(sam).profile.school_name == "ROC West"


def test_what_is_still_empty_is_filled_in_and_an_empty_cell_says_nothing(make, session):
    sam = make.student(steps_done=["opleiding"], school_name="")
    first_name = sam.first_name
    carried_out(sam, ["e-mailadres", "voornaam", "school"], [sam.user.email, "", "ROC West"])
    assert (again(sam).profile.school_name, again(sam).first_name) == ("ROC West", first_name)


def test_the_terms_of_a_student_with_a_place_stand_whatever_the_list_says(make, session):
    sam = make.student(searching=True)
    plan(sam, make.place(), make.broker())
    _trial, (line,) = tried(session, sam, ["e-mailadres", "eind"], [sam.user.email, "2027-12-30"], overwrite=True)
    assert (line.outcome, line.changes[0].kept) == (Outcome.SAME, Kept.PLACED)


def test_a_new_student_who_is_like_one_that_is_known_is_told(make, session):
    sam = make.student()
    columns = ["e-mailadres", "voornaam", "achternaam", "geboortedatum"]
    row = ["nieuw@school.example", sam.first_name, f"{sam.last_name}n", sam.birth_date.isoformat()]
    _trial, (line,) = tried(session, sam, columns, row)
    assert [number for number, _name in line.alike] == [sam.id]
    _trial, (line,) = tried(session, sam, columns, [*row[:3], "2005-05-05"])
    assert line.alike == ()


def test_somebody_elses_student_is_not_named_nor_changed(make, session):
    sam = make.student()
    other = make.student(programme=make.programme("zuid"))
    trial, lines = tried(session, sam, ["e-mailadres", "school"], [other.user.email, "ROC West"])
    assert (lines, trial.complaints.shown[0].column) == ([], "e_mailadres")


def test_rules_judge_only_what_would_change(make, session, moment):
    sam = make.student()
    row = [sam.user.email, sam.profile.starts_on.isoformat()]
    moment("2028-02-03T10:00:00+01:00")
    trial, (line,) = tried(session, sam, ["e-mailadres", "begin"], row)
    assert (line.outcome, trial.complaints.total) == (Outcome.SAME, 0)
    trial, _lines = tried(session, sam, ["e-mailadres", "begin"], [row[0], "2027-12-01"], overwrite=True)
    assert trial.complaints.shown[0].column == "begin"


@pytest.mark.parametrize("rows", [20, 400])
def test_statements_do_not_grow_with_the_rows(make, session, database, rows):
    sam = make.student()
    columns = ["studentnummer", "e-mailadres", "voornaam", "achternaam", "geboortedatum", "opleidingscode"]
    lines = [[f"{n}", f"s{n}@school.example", "Sam", f"Vries {n}", "2008-03-14", "25960"] for n in range(rows)]
    counted = []
    event.listen(database, "before_cursor_execute", lambda *args: counted.append(args[2]))
    carried_out(sam, columns, *lines)
    assert session.scalar(select(func.count()).select_from(Student).where(Student.school_number.is_not(None))) == rows
    assert len([text for text in counted if not text.startswith("INSERT")]) < 15
    if database.dialect.name == "postgresql":  # SQLite gives numbers back for one new row at a time
        assert len(counted) < 25
