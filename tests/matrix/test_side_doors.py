"""P20: what somebody may not know of a person, no output of theirs depends on: no count, order, filter or sentence.

All that is hidden is given another value, for everybody at once; whoever may not read it must get the same pages as
before, to the letter. A figure of a small group, an order by a name, a sum or the difference between two filters would
show. Which filters a page listens to stands in a table by hand; any other name changes nothing, as it is not looked at.
"""

import enum
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import ImmutableMultiDict

from stagemakelaar.casework.models import Case, CaseNote, ContactMoment
from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rights import own_file
from stagemakelaar.rounds.models import Proposal, Review, Round, RoundState, Unplaced
from stagemakelaar.web import employer_words, filtering, layout
from tests import proofs
from tests.matrix.reading import text_in
from tests.matrix.table import ROWS, answers
from tests.matrix.world import databases

pytestmark = databases

# Who sees nothing of the students of noord; another student; and companies, before they know a name.
OUTSIDE, ANOTHER, COMPANIES = ("an", "bB", "ad", "au"), ("s1",), ("e1", "ec", "e2")
# What a company may know: what a stage is about and when, and for which courses somebody still seeks a place.
COMPANIES_KNOW = {"profile", "case_file.state"}
NAMED = (PlacementState.CONFIRMED, PlacementState.ACTIVE, PlacementState.COMPLETED)
PUBLIC = {rule for method, rule, resource, _letter in ROWS if method == "GET" and resource == "public"}
POST_OF_THE_DEMO = "/demo/post"  # everybody's letters, in a demo alone
LARGE = 424242

# Address: the names that the page looks for behind the question mark, and by what it can be put in order.
FILTERS = """
/makelaar                        haast soort van /
/studenten                       stand van zoek volgorde / naam sinds
/studenten/lijst.{form}          stand van zoek volgorde / naam sinds
/taken                           stand van /
/organisaties                    stand zoek volgorde / naam plaats
/organisaties/lijst.{form}       stand zoek volgorde / naam plaats
/plekken                         opleiding stand volgorde / bedrijf einde naam vrij
/plekken/lijst.{form}            opleiding stand volgorde / bedrijf einde naam vrij
/werven                          opleiding regio vanaf /
/werven/{need}                   groep /
/plaatsingen                     antwoord stand van volgorde / antwoord begin naam
/plaatsingen/lijst.{form}        antwoord stand van volgorde / antwoord begin naam
/post                            brief stand /
/post/lijst.{form}               brief stand /
/rondes/{round}                  stand /
/rondes/{round}/voorstellen.{form} stand /
/rondes/{round}/vergelijken      a b toon /
/rondes/{round}/wijzigingen      voorkeur /
/rondes/{round}/andere-instellingen vanaf /
/plekken/importeren/{place_list} overwrite stand /
/logboek                         handeling /
/accounts/rechten                nakijken /
"""
# What leads back or on, and what a form begins with: of no list.
WAYS = {"next", "pagina", "terug", "na", "sinds", "doen", "kies", "noteer"}
OF_LISTS = {"lists", "letters", "rounds", "round", "trail", "accounts", "requests"}


@pytest.fixture(autouse=True)
def no_number_in_the_menu(monkeypatch):
    monkeypatch.setattr(layout, "count_for", lambda *_asked: 0)  # which costs more than all else


def pages_for(who):
    """The pages that somebody may read; where the proof is short, those that are everybody's once."""
    rows = [rule for method, rule, *cell in ROWS if method == "GET" and answers(who, *cell) == "in"]
    rows.remove(POST_OF_THE_DEMO)
    return rows if who == "an" or proofs.IS_FULL else [rule for rule in rows if rule not in PUBLIC]


def read_by(world, people):
    """(who, address) → all there is to read, without what differs at each request."""
    return {
        (who, rule): _plain(world.ask(who, "GET", rule.format(**world.records)))
        for who in people
        for rule in pages_for(who)
    }


def _plain(answer):
    text = re.sub(r'name="csrf_token"[^>]*', "", f"{answer.status}\n{text_in(answer)}")
    return re.sub(r"(?m)^Set-Cookie: .*$", "", text)


def hidden_from(world, people):
    """The students of noord of whom these people may know nothing, or no name."""
    students = select(Student.id).where(Student.programme_id == world.noord)
    if people == ANOTHER:
        students = students.where(Student.user_id != world.users["s1"])
    if people == COMPANIES:
        students = students.where(Student.id.not_in(select(Placement.student_id).where(Placement.state.in_(NAMED))))
    return set(current_session().scalars(students))


def depends_on_hidden(world, people):
    """The pages that read otherwise once what is hidden has other values, and the columns that got one."""
    students = hidden_from(world, people)
    before = read_by(world, people)
    with world.kept_for_now():
        changed = change_all(students, but=COMPANIES_KNOW if people == COMPANIES else ())
        after = read_by(world, people)
    return {page for page, text in before.items() if text != after[page]}, changed, len(before) * 2


def change_all(students, *, but):
    """Give every plain column of the rows about students another value; gives back table.column of each."""
    cases = select(Case.id).where(Case.student_id.in_(students))
    proposals = select(Proposal.id).where(Proposal.student_id.in_(students))
    about = {
        User: User.id.in_(select(Student.user_id).where(Student.id.in_(students))),
        Student: Student.id.in_(students),
        Profile: Profile.student_id.in_(students),
        Case: Case.student_id.in_(students),
        CaseNote: CaseNote.case_id.in_(cases),
        ContactMoment: ContactMoment.case_id.in_(cases),
        Proposal: Proposal.id.in_(proposals),
        Review: Review.proposal_id.in_(proposals),
        Unplaced: Unplaced.student_id.in_(students),
    }
    changed = set()
    with transaction() as session:
        for model, whose in about.items():
            for column in model.__table__.columns:
                name = f"{model.__tablename__}.{column.name}"
                skipped = column.foreign_keys or column.primary_key or column.name in {"role", "version"}
                if not skipped and not {name, model.__tablename__} & set(but) and _change(session, column, whose):
                    changed.add(name)
    return changed


def _change(session, column, whose):
    """How many rows took another value in a column; some may not have another one than theirs."""
    (key,) = column.table.primary_key.columns
    count = 0
    for number, value in session.execute(select(key, column).where(whose, column.is_not(None))).all():
        for other in _others(column, value, number):
            try:
                with session.begin_nested():
                    session.execute(update(column.table).where(key == number).values({column.name: other}))
            except IntegrityError:
                continue
            count += 1
            break
    return count


def _others(column, value, number):
    if isinstance(value, enum.Enum):
        return [one for one in type(value) if one is not value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, date):
        return [value + timedelta(days=1), value - timedelta(days=1)]
    return [f"{number}b{value}"[: column.type.length]] if isinstance(value, str) else []


@pytest.mark.promise("P20")
@pytest.mark.parametrize("people", [OUTSIDE, ANOTHER, COMPANIES], ids=["outside", "another student", "companies"])
def test_no_page_depends_on_what_its_reader_may_not_know(world, people, record_property):
    differ, changed, requests = depends_on_hidden(world, people)
    assert {"user_account.name", "student.birth_date", "case_file.has_priority", "unplaced.cause"} <= changed
    if people != COMPANIES:
        assert {"profile.postcode", "case_file.state", "proposal.fit"} <= changed
    assert differ == set()
    record_property("requests", requests)
    record_property("columns", len(changed))


@pytest.mark.promise("P20", red=True)
def test_a_figure_of_a_few_is_seen(world, monkeypatch):
    monkeypatch.setattr(employer_words, "FEWEST", 1)
    differ, _changed, _requests = depends_on_hidden(world, COMPANIES)
    assert {rule for _who, rule in differ} == {"/bedrijf"}


def own_file_of_who_found_nothing(world):
    """All there is in the file and on the pages of a student without a place, once the numbers of a run are LARGE."""
    chosen = select(Round.chosen_run_id).where(Round.programme_id == world.noord, Round.state == RoundState.REVIEW)
    left = select(Unplaced.id, Student.user_id).join(Student, Student.id == Unplaced.student_id)
    number, user_id = current_session().execute(left.where(Unplaced.run_id.in_(chosen))).first()
    email = current_session().get(User, user_id).email
    world._sign_in("left over", complete=True, local=email.partition("@")[0])
    few = {"students": LARGE, "short": LARGE, "seats": 2, "openings": [1], "codes": ["25180"]}
    with world.kept_for_now():
        with transaction() as session:
            found = session.get(Unplaced, number)
            found.facts = found.facts | {"shortage": few, "taken_by_class": [LARGE, 0, 0, 0]}
        paths = ["/student", "/student/gegevens", "/student/profiel"]
        told = "".join(text_in(world.ask("left over", "GET", path)) for path in paths)
        answer = world.ask("left over", "POST", "/mijn-gegevens/downloaden")
        assert answer.status == 200
        return told + text_in(answer)


@pytest.mark.promise("P20")
def test_a_student_reads_no_number_of_others(world):
    told = own_file_of_who_found_nothing(world)
    assert '"cause"' in told  # why nothing was found is theirs
    assert str(LARGE) not in told


@pytest.mark.promise("P20", red=True)
def test_a_number_of_others_in_somebodys_file_is_seen(world, monkeypatch):
    monkeypatch.setattr(own_file, "COUNTS_OF_OTHERS", frozenset())
    assert str(LARGE) in own_file_of_who_found_nothing(world)


def listened_to(world, monkeypatch, who):
    """Address → (names that a page looked for behind the question mark, what it can be put in order by)."""
    asked, orders = set(), set()

    class Noted(ImmutableMultiDict):
        """What stands behind the question mark; every name that is looked for is noted."""

        def get(self, key, *rest, **named):
            asked.add(key)
            return super().get(key, *rest, **named)

        def getlist(self, key, *rest, **named):
            asked.add(key)
            return super().getlist(key, *rest, **named)

        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

        def __contains__(self, key):
            asked.add(key)
            return super().__contains__(key)

    honest = filtering.Sorting.asked

    def noted(**columns):
        sorting = honest(**columns)
        orders.update(sorting.columns)
        return sorting

    monkeypatch.setattr(filtering.Sorting, "asked", noted)
    monkeypatch.setattr(world.app.request_class, "parameter_storage_class", Noted)
    found = {}
    for rule in (rule for rule in pages_for(who) if proofs.IS_FULL or RESOURCES[rule] in OF_LISTS):
        asked.clear()
        orders.clear()
        world.ask(who, "GET", rule.format(**world.records))
        found[rule] = (asked - WAYS, set(orders))
    return found


RESOURCES = {rule: resource for method, rule, resource, _letter in ROWS if method == "GET"}
# What a form of one record is filled in with beforehand.
FILLED_IN = {"programma", "opleiding", "leerweg", "tot", "vanaf", "interesse", "withdrawn_on", "soort"}


def unforeseen(found):
    """(address, what it listens to and does not stand in the table)."""
    table = {}
    for line in filter(None, FILTERS.splitlines()):
        names, _bar, orders = line.rpartition(" /")
        rule, *names = names.split()
        table[rule] = (set(names), set(orders.split()))
    for rule, (names, orders) in found.items():
        may, by = table.get(rule, (FILLED_IN if RESOURCES[rule] not in OF_LISTS else set(), set()))
        if more := (names - may) | (orders - by):
            yield rule, more


@pytest.mark.promise("P20")
@pytest.mark.parametrize("who", ["bA", "au", "ad", "e1", "s1"] if proofs.IS_FULL else ["bA", "au", "ad"])
def test_a_page_listens_to_no_filter_but_those_of_the_table(world, monkeypatch, who):
    found = listened_to(world, monkeypatch, who)
    assert list(unforeseen(found)) == []
    if who == "bA":
        assert {"stand", "van", "zoek"} <= found["/studenten"][0]
        assert found["/studenten"][1] == {"naam", "sinds"}


@pytest.mark.promise("P20", red=True)
def test_an_order_by_what_is_hidden_is_seen(world, monkeypatch):
    honest = filtering.Sorting.asked
    monkeypatch.setattr(filtering.Sorting, "asked", lambda **columns: honest(**columns, geboren=Student.birth_date))
    told = dict(unforeseen(listened_to(world, monkeypatch, "bA")))
    assert told["/studenten"] == {"geboren"}
