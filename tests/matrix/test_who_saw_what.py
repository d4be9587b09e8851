"""P35: what students read about who saw their file, is what was read: held against the answers, and against the trail.

Everyone who is no student opens every page. In what comes back stand words that are one student's alone; so who was
told about whom is known from the answers, and not from what the house says of itself.
"""

from collections import defaultdict
from contextlib import nullcontext

import pytest
from babel.dates import format_date
from sqlalchemy import or_, select

from stagemakelaar import clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.rounds.models import Proposal
from stagemakelaar.web import case_page, layout, who_saw
from tests import proofs
from tests.matrix.reading import text_in
from tests.matrix.table import ROWS, answers
from tests.matrix.world import databases

pytestmark = databases

PAGE = "/student/wie-zag-mijn-gegevens"
OF_THE_FILE = {"profile", "contact_moment", "placement", "review"}  # a name alone, as in a list, is no file
READERS = ("bA", "cA", "bB", "e1", "ec", "e2", "ad", "au")
A_LIST = "een lijst met studenten, misschien ook jij"
# What the student reads that was opened, by what the address begins with and ends in; first come, first served.
OPENED = [
    ("/voorstellen/", "", "een voorstel voor jou"),
    ("/plaatsingen/{", "", "je plaatsing"),
    ("/bedrijf/plaatsingen/", "", "je plaatsing"),
    ("/studenten/{student}", "/{place}", "of een plek bij je past"),
    ("", "", "je dossier"),
]
ABOUT_ONE = {"student", "case", "doubles", "proposal", "placement", "company-placement", "request", "lists-brought-in"}


@pytest.fixture(autouse=True)
def no_number_in_the_menu(monkeypatch):
    monkeypatch.setattr(layout, "count_for", lambda *_asked: 0)  # which costs more than all else


def rows_for(who, *, method):
    """The pages that this person may enter; where the proof is short, those about one student and the downloads."""
    rows = [row for row in ROWS if row[0] == method and row[2] != "public" and answers(who, *row[2:]) == "in"]
    if proofs.IS_FULL:
        return rows
    rows = [row for row in rows if row[2] in ABOUT_ONE or _is_download(row[1])]
    return rows if who in ("bA", "e1") else rows[::5]


def _is_download(rule):
    return rule.endswith((".{form}", ".pdf"))


def opened_by(rule):
    if _is_download(rule):
        return A_LIST
    return next(words for start, end, words in OPENED if rule.startswith(start) and rule.endswith(end))


class Read:
    """Gelezen: an answer; of whom something of the file stands in it, of whom anything at all, and who was noted."""

    def __init__(self, world, students, who, method, rule, *, keep):
        path = rule.format(**world.records)
        with nullcontext() if keep else world.kept_for_now():
            last = current_session().scalars(select(Entry.seq).order_by(Entry.seq.desc())).first()
            answer = world.ask(who, method, path, keep=True)
            lines = current_session().scalars(select(Entry).where(Entry.seq > last)).all()
            self.noted = {line.object_id for line in lines if line.action == "student.read"}
            self.downloads = [line.details["list"] for line in lines if line.action == "export"]
        found = [line for line in world.words_in(text_in(answer)) if line["owner"] in students]
        self.who, self.rule, self.told = who, rule, f"{who} {method} {path}: {answer}"
        self.file = {students[line["owner"]] for line in found if line["resource"] in OF_THE_FILE}
        self.any = {students[line["owner"]] for line in found}

    def fault(self, behind):
        """What is wrong with what was noted, as a sentence, or None; `behind`: who is meant where no name stands."""
        if _is_download(self.rule):
            return f"{self.told}: nobody is told of this list" if self.any and not self.downloads else None
        if missed := self.file - self.noted:
            return f"{self.told}: of {missed} more than a name, and not noted"
        if invented := self.noted - self.any - behind:
            return f"{self.told}: noted of {invented}, who are not on it"
        return None


def students_of(world):
    """Address → number, of every student."""
    rows = select(User.email, Student.id).join(Student, Student.user_id == User.id)
    return dict(current_session().execute(rows).all())


def readings(world, *, method, keep, readers=READERS):
    """Every page of one method, opened by everyone who may."""
    students = students_of(world)
    return [
        Read(world, students, who, method, rule, keep=keep)
        for who in readers
        for _method, rule, *_cell in rows_for(who, method=method)
    ]


def faults_in(world, found):
    placed = current_session().get(Placement, world.records["placement"]).student_id
    return [fault for one in found if (fault := one.fault({placed}))]


@pytest.mark.promise("P35", "P34")
def test_a_form_that_comes_back_with_somebodys_file_around_it_is_a_reading(world, record_property):
    found = readings(world, method="POST", keep=False)
    assert sum(bool(one.file) for one in found) >= 5
    assert faults_in(world, found) == []
    record_property("requests", len(found))


def page_of(world, number):
    """What a student reads: how many lines, and {(day, who, what was opened)}."""
    count, found, address = 0, set(), PAGE
    while address:
        page = world.ask(f"student {number}", "GET", address).soup
        for row in page.select("tbody tr"):
            day, reader, opened = (" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"]))
            parts = opened.replace(A_LIST, "LIST").split(", ")
            found |= {(day, reader, part.replace("LIST", A_LIST)) for part in parts}
            count += 1
        further = page.find("a", rel="next")
        address = further["href"] if further else None
    return count, found


def let_in(world, numbers):
    for number in numbers:
        email = current_session().get(Student, number).user.email
        world._sign_in(f"student {number}", complete=True, local=email.partition("@")[0])


def about_whom(world):
    """The students whom the records of the matrix are about: some whose file many open, and two of whom nobody does."""
    named = {world.records[name] for name in ("student", "twin")}
    proposals = [world.records[name] for name in ("proposal", "drawn")]
    named |= set(current_session().scalars(select(Proposal.student_id).where(Proposal.id.in_(proposals))))
    rest = select(Student.id).where(Student.programme_id == world.noord, Student.id.not_in(named)).limit(2)
    return named | set(current_session().scalars(rest))


def named(world, who):
    """What a student calls this reader; a company has no name as long as the placement is not settled."""
    user = current_session().get(User, world.users[who])
    words = {"broker": "stagemakelaar", "coordinator": "coördinator"}
    if user.role.value == "employer":
        return "een bedrijf (leerbedrijf)"
    return f"{user.name} ({words[user.role.value]})"


def in_the_trail(number):
    """(day, account) of every line about one student, and of every list since they signed up."""
    student = current_session().get(Student, number)
    listed = (Entry.action == "export") & (Entry.programme_id == student.programme_id)
    listed &= Entry.at >= student.created_at
    read = (Entry.action == "student.read") & (Entry.object_id == number)
    lines = current_session().scalars(select(Entry).where(or_(listed, read))).all()
    told = [line for line in lines if line.details.get("list") not in ("bedrijven", "plekken")]
    return {(format_date(clock.day_of(line.at), "d MMMM y", "nl"), line.actor_id) for line in told}


@pytest.mark.promise("P35", "P34")
def test_what_students_read_is_what_was_read(world, record_property):
    """Page by page nothing is missed; then the page of the student has exactly that, and as many lines as the trail."""
    today = format_date(clock.today(), "d MMMM y", "nl")
    here = select(Student.id).where(Student.programme_id == world.noord, Student.merged_into_id.is_(None))
    noord = set(current_session().scalars(here))
    looking = noord if proofs.IS_FULL else about_whom(world)
    let_in(world, looking)
    with world.kept_for_now():
        before = {number: page_of(world, number)[1] for number in looking}
        found = readings(world, method="GET", keep=True)
        assert sum(bool(one.noted) for one in found) >= 12
        assert faults_in(world, found) == []
        expected = defaultdict(set)
        for one in found:
            of_list = noord if _is_download(one.rule) and one.any and one.who in ("bA", "cA") else set()
            for number in one.noted | of_list:
                expected[number].add((today, named(world, one.who), opened_by(one.rule)))
        for number in looking:
            lines, page = page_of(world, number)
            assert page == before[number] | expected[number], number
            assert lines == len(in_the_trail(number)), number
    record_property("requests", len(found))
    record_property("students", len(looking))


@pytest.mark.promise("P35", "P34", red=True)
def test_a_page_that_forgets_to_note_its_reader_is_seen(world, monkeypatch):
    monkeypatch.setattr(case_page, "note_reading", lambda find, **_where: find())
    faults = faults_in(world, readings(world, method="GET", keep=False, readers=["bA"]))
    assert len(faults) == 1, faults
    assert "more than a name" in faults[0]


@pytest.mark.promise("P35", red=True)
def test_a_student_who_is_not_told_of_the_company_is_seen(world, monkeypatch):
    honest = who_saw.readings_of
    number = world.records["student"]
    let_in(world, [number])
    with world.kept_for_now():
        before = page_of(world, number)
        assert world.ask("e1", "GET", f"/bedrijf/plaatsingen/{world.records['placement']}", keep=True).status == 200
        whole = page_of(world, number)
        monkeypatch.setattr(
            who_saw, "readings_of", lambda *asked: [line for line in honest(*asked) if line.actor_role != "employer"]
        )
        assert page_of(world, number) == before != whole
