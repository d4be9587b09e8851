"""A page asks as much of the database for many rows as for few: for the lists whose own tests do not say so."""

import itertools
from datetime import date

import pytest

from stagemakelaar import outbox
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import ContactKind, PlaceAnswer
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.intake import merging
from stagemakelaar.people.models import Role
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason
from stagemakelaar.places import actions as places
from stagemakelaar.rounds import actions as rounds
from stagemakelaar.rounds import review
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel
from tests.computed import asked, compute, computed, opened, proposals
from tests.counting import statements
from tests.rows import number_of
from tests.web.student_pages import plan


@pytest.fixture
def growth(database):
    """`growth(browser, path, more)`: how many statements the page asks before and after `more()`, twice over.

    Twice, because the first row of a kind may bring a question of its own, which the second must not bring again.
    """

    def count(browser, path):
        browser.get(path)  # what is asked once only, such as "last seen", is not the page's
        with statements(database) as sent:
            browser.get(path)
        return len(sent)

    def grow(browser, path, more):
        more()
        few = count(browser, path)
        for _ in range(3):
            more()
        return few, count(browser, path)

    return grow


def fresh(session, record):
    """A record of before a request, as it is now."""
    return session.get(type(record), number_of(record))


def again(record):
    """The same, to read after the transaction."""
    with transaction() as session:
        return fresh(session, record)


def test_companies(browse, broker, make, growth):
    def more():
        organisation = make.organisation(verified=False)
        make.place(make.organisation())
        with transaction() as session:
            programme = fresh(session, broker).programme
            email = f"interesse{number_of(organisation)}@demo.example"
            places.express_interest(session, programme=programme, company=email, contact_name="Els", email=email)

    few, many = growth(browse.as_(broker), "/organisaties", more)
    assert many == few


def test_a_company(browse, broker, make, growth):
    organisation = make.organisation(codes=("25960", "25656", "25603", "25655"))
    employer = make.employer_of(organisation)

    def more():
        with transaction() as session:
            own = fresh(session, organisation)
            email = f"collega{len(own.members)}@demo.example"
            places.invite_member(session, own, email=email, name="Petra", manages=False, by=fresh(session, employer))
        make.place(again(organisation))

    few, many = growth(browse.as_(broker), f"/organisaties/{number_of(organisation)}", more)
    assert many == few


def test_what_is_kept_about_a_company(browse, broker, make, growth):
    """With contacts, tasks for several people, placements that ended, and letters."""
    organisation = make.organisation()

    def more():
        student, place, colleague = make.student(searching=True), make.place(again(organisation)), make.broker()
        placement = plan(student, again(place), again(broker))
        with transaction() as session:
            by, about = fresh(session, broker), fresh(session, organisation)
            tasks.add_task(
                session,
                what="Bel terug",
                due_on=date(2027, 2, 5),
                organisation=about,
                for_whom=fresh(session, colleague),
                by=by,
            )
            tasks.record_organisation_contact(
                session, about, kind=ContactKind.CALL, held_on=date(2027, 2, 1), note="Druk.", by=by
            )
            ended = fresh(session, placement)
            placements.withdraw(session, ended, reason=BrokerReason.OTHER, note="Te druk.", by=by)

    few, many = growth(browse.as_(broker), f"/organisaties/{number_of(organisation)}", more)
    assert many == few


@pytest.mark.parametrize("state", ["open", "done"])
def test_tasks(browse, broker, make, growth, state):
    def more():
        student, organisation, colleague = make.student(), make.organisation(), make.broker()
        with transaction() as session:
            task = tasks.add_task(
                session,
                what="Bel terug",
                due_on=date(2027, 2, 5),
                case=case_of(session, fresh(session, student)),
                organisation=fresh(session, organisation),
                for_whom=fresh(session, colleague),
                by=fresh(session, broker),
            )
            if state == "done":
                tasks.finish_task(session, task, by=fresh(session, broker))

    few, many = growth(browse.as_(broker), f"/taken?stand={state}", more)
    assert many == few


def test_the_whole_story_of_a_case(browse, broker, make, growth):
    """With everything that can stand on the time line: places that were lost, hand-overs, tasks, notes, hints."""
    student = make.student(searching=True)

    def more():
        place, colleague = make.place(make.organisation()), make.broker()
        placement = plan(again(student), again(place), again(broker))
        with transaction() as session:
            by, other, own = fresh(session, broker), fresh(session, colleague), fresh(session, student)
            case = case_of(session, own)
            placements.withdraw(session, fresh(session, placement), reason=BrokerReason.OTHER, note="Druk.", by=by)
            casework.write_note(session, case, text="Rustig.", by=other)
            task = tasks.add_task(session, what="Bel", due_on=date(2027, 2, 5), case=case, for_whom=other, by=by)
            tasks.drop_task(session, task, why="Al gedaan.", by=other)
            casework.hand_over(session, case, to=other, why="Weg.", by=by)
            casework.pause(session, case, why="Rust.", by=other)
            casework.resume(session, case, by=other)
            give_hint(session, own, fresh(session, place), level=HintLevel.NEVER, why="te ver", by=by)

    few, many = growth(browse.as_(broker), f"/studenten/{number_of(student)}", more)
    assert many == few


def test_doubles_that_were_merged(browse, broker, make, growth):
    def more():
        kept, gone, colleague = make.student(), make.student(), make.broker()
        with transaction() as session:
            by = fresh(session, colleague)
            merging.merge(session, fresh(session, kept), fresh(session, gone), taken=set(), by=by)

    few, many = growth(browse.as_(broker), "/studenten/dubbel", more)
    assert many == few


def test_who_saw_a_file(browse, make, growth):
    student = make.student()

    def more():
        browse.as_(again(make.broker())).get(f"/studenten/{number_of(student)}")

    few, many = growth(browse.as_(again(student).user), "/student/wie-zag-mijn-gegevens", more)
    assert many == few


def test_places(browse, broker, make, growth):
    few, many = growth(browse.as_(broker), "/plekken", make.place)
    assert many == few


@pytest.mark.parametrize("page", ["", "/voorkeuren"])
def test_hints(browse, broker, make, growth, page):
    student = make.student(searching=True)

    def more():
        place = make.place()
        with transaction() as session:
            who, where = fresh(session, student), fresh(session, place)
            give_hint(session, who, where, level=HintLevel.RATHER, why="kent de zaak", by=fresh(session, broker))

    few, many = growth(browse.as_(broker), f"/studenten/{number_of(student)}{page}", more)
    assert many == few


def test_the_weights_and_their_history(browse, make, growth):
    coordinator = make.staff(Role.COORDINATOR)
    travel = itertools.count(11)

    def more():
        browse.as_(again(coordinator)).get("/instellingen").submit(travel=str(next(travel)))

    few, many = growth(browse.as_(coordinator), "/instellingen", more)
    assert many == few


def test_rounds(browse, broker, growth):
    def more():
        match_round = opened(again(broker))
        with transaction() as session:
            rounds.close_round(session, fresh(session, match_round), why="", by=fresh(session, broker))

    few, many = growth(browse.as_(broker), "/rondes", more)
    assert many == few


def test_who_is_left_without_a_place(browse, broker, make, growth):
    make.student(searching=True)
    match_round, _run = computed(broker)

    def more():
        make.student(searching=True)
        run = asked(again(match_round), again(broker))
        compute(run)
        with transaction() as session:
            by = fresh(session, broker)
            rounds.choose_run(session, fresh(session, match_round), fresh(session, run), by=by)

    few, many = growth(browse.as_(broker), f"/rondes/{number_of(match_round)}/zonder-plek", more)
    assert many == few


def test_post(browse, broker, make, growth):
    keys = iter(range(100))

    def more():
        with transaction() as session:
            outbox.promise(
                session,
                kind="student_planned",
                to="samira@demo.example",
                key=f"placement:{next(keys)}:planned:student",
                programme_id=fresh(session, broker).programme_id,
            )

    few, many = growth(browse.as_(broker), "/post", more)
    assert many == few


def test_the_file_of_a_student(browse, broker, make, growth):
    """With contacts, and with places that were proposed and turned down."""
    student = make.student(searching=True)
    match_round = opened(again(broker))

    def more():
        make.place(make.organisation())
        run = asked(again(match_round), again(broker))
        compute(run)
        with transaction() as session:
            by = fresh(session, broker)
            if number_of(run) != fresh(session, match_round).chosen_run_id:
                rounds.choose_run(session, fresh(session, match_round), fresh(session, run), by=by)
            case = case_of(session, fresh(session, student))
            casework.record_contact(
                session, case, kind=ContactKind.CALL, held_on=date(2027, 2, 1), note="Belde terug.", by=by
            )
        for proposal in proposals(run):
            with transaction() as session:
                review.reject(session, fresh(session, proposal), why="Te ver", by=fresh(session, broker))

    few, many = growth(browse.as_(broker), f"/studenten/{number_of(student)}", more)
    assert many == few


def test_the_home_of_an_employer(browse, broker, make, growth):
    organisation = make.organisation()
    employer = browse.as_(make.employer_of(organisation))

    def more():
        student, place = make.student(searching=True), make.place(again(organisation))
        plan(student, again(place), again(broker))

    few, many = growth(employer, "/bedrijf", more)
    assert many == few


@pytest.mark.parametrize(("role", "path"), [(Role.ADMIN, "/accounts"), (Role.AUDITOR, "/logboek")])
def test_accounts_and_the_trail(browse, make, growth, role, path):
    reader = browse.as_(make.staff(role))
    few, many = growth(reader, path, make.broker)
    assert many == few


def test_places_to_go_and_get_and_whom_to_call(browse, broker, make, growth):
    """With more students who wait, more companies near them, and more of each that was said."""
    match_round = opened(broker)

    def more():
        make.student(searching=True)
        company = make.organisation()
        with transaction() as session:
            by = fresh(session, broker)
            tasks.record_organisation_contact(
                session,
                fresh(session, company),
                kind=ContactKind.CALL,
                held_on=date(2027, 2, 1),
                note="",
                answer=PlaceAnswer.LATER,
                by=by,
            )
            tasks.add_task(session, what="Bel", due_on=date(2027, 3, 1), organisation=fresh(session, company), by=by)
            email = f"interesse{number_of(company)}@demo.example"
            places.express_interest(session, programme=by.programme, company=email, contact_name="Els", email=email)
        run = asked(again(match_round), again(broker))
        compute(run)
        with transaction() as session:
            by = fresh(session, broker)
            if number_of(run) != fresh(session, match_round).chosen_run_id:
                rounds.choose_run(session, fresh(session, match_round), fresh(session, run), by=by)

    for path in ("/werven", "/werven/25960-bol-10-2027-04"):
        few, many = growth(browse.as_(again(broker)), path, more)
        assert many == few, path
