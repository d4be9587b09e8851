"""The whole story of a case, newest first: from rows, and from the trail where rows do not keep it."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from stagemakelaar import outbox
from stagemakelaar.casework import actions, tasks
from stagemakelaar.casework.models import ContactKind, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people import profiles
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.profiles import Step
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import EmployerReason
from stagemakelaar.rounds import review
from stagemakelaar.rounds.hints import give_hint, withdraw_hint
from stagemakelaar.rounds.models import Hint, HintLevel, Proposal
from tests.computed import asked, compute, computed, proposals
from tests.web.student_pages import act, on_case, plan


@pytest.fixture
def broker(make):
    """The number of a broker, as a record that outlives requests."""
    return SimpleNamespace(id=make.broker(name="Fatima").id)


@pytest.fixture
def student(make):
    """The same of a student who searches."""
    found = make.student(searching=True)
    return SimpleNamespace(id=found.id, user=SimpleNamespace(id=found.user_id))


@pytest.fixture
def desk(browse, broker):
    """The browser of the broker."""
    return browse.as_(user(broker))


def user(who):
    return current_session().get(User, who.id)


@pytest.fixture
def story(desk, student):
    """`story("taken")`: the rows of the time line as (day, what, who), newest first."""
    address = f"/studenten/{student.id}"

    def rows(soort=""):
        page = desk.get(f"{address}?soort={soort}")
        table = page.soup.select_one("#tijdlijn table")
        return [
            tuple(" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"]))
            for row in table.tbody.find_all("tr")
        ]

    return rows


def contact(student, by, held_on, **changes):
    about = {"kind": ContactKind.CALL, "held_on": held_on, "note": "Belde terug."} | changes
    on_case(student, actions.record_contact, by=by, **about)


def test_the_newest_comes_first_and_a_call_stands_at_its_own_day(student, broker, story, moment):
    contact(student, broker, date(2027, 2, 1), with_whom="moeder")
    moment("2027-02-03T10:10:00+01:00")
    on_case(student, actions.write_note, by=broker, text="Kan goed met ouderen.")
    found = story()
    assert found[0] == ("3 feb 2027", "notitie Kan goed met ouderen.", "Fatima")
    assert found[-1] == ("1 feb 2027", "telefoongesprek met moeder Belde terug.", "Fatima")
    assert ("3 feb 2027", "aangemeld", "de student") in found


def test_the_next_talk_is_told(student, broker, story):
    contact(student, broker, date(2027, 2, 3), next_on=date(2027, 2, 10))
    assert story("contact")[0][1].endswith("Belde terug. Volgend contact: 10 februari 2027.")


def test_the_steps_of_a_profile_are_one_row_per_day(student, story):
    with transaction() as session:
        own = session.get(Student, student.id)
        for step in (Step.NEEDS, Step.JOURNEY, Step.NEEDS):
            profiles.save_step(session, own, step, profiles.values_of(own, step), by=own.user)
    changed = (
        "3 feb 2027",
        "profiel gewijzigd Wat je nodig hebt, Waar je woont en hoe ver je wilt reizen",
        "de student",
    )
    assert story("profiel") == [changed, ("3 feb 2027", "profiel ingestuurd", "de student")]


def test_pausing_and_resuming_with_the_reason_of_now(student, broker, story):
    on_case(student, actions.pause, by=broker, why="Even rust")
    assert story("zaak")[0] == ("3 feb 2027", "zaak gepauzeerd Even rust", "Fatima")
    on_case(student, actions.resume, by=broker)
    assert [row[1] for row in story("zaak")[:2]] == ["zaak hervat", "zaak gepauzeerd"]


def test_closing_and_opening_again(student, broker, story):
    on_case(student, actions.close, by=broker, why="Zelf gevonden")
    assert story("zaak")[0][1] == "zaak gesloten Zelf gevonden"
    on_case(student, actions.reopen, by=broker)
    assert story("zaak")[0][1] == "zaak heropend"


def test_a_case_that_was_closed_before_the_trail_began_says_so(student, broker, story):
    from stagemakelaar.casework.models import Case, CaseState
    from tests.rows import change

    with transaction() as session:
        number = case_of(session, session.get(Student, student.id)).id
    change(Case, number, state=CaseState.CLOSED, state_note="Verhuisd")
    assert story("zaak")[0][1] == "zaak gesloten Verhuisd"


def test_tasks_from_the_day_they_were_added(student, broker, story):
    with transaction() as session:
        case, by = case_of(session, session.get(Student, student.id)), session.get(User, broker.id)
        task = tasks.add_task(session, what="Bel de school", due_on=date(2027, 2, 5), case=case, for_whom=by, by=by)
    for action, options in ((tasks.finish_task, {"outcome": "Niemand nam op."}), (tasks.reopen_task, {})):
        with transaction() as session:
            action(session, session.get(Task, task.id), by=session.get(User, broker.id), **options)
    assert [row[1] for row in story("taken")] == [
        "taak weer open: Bel de school",
        "taak gedaan: Bel de school",
        "taak: Bel de school Vóór of op 5 februari 2027, voor Fatima.",
    ]


def test_a_proposal_with_its_decision_and_its_reason(make, student, broker, story):
    make.place(make.organisation(name="De Linde"))
    _round, run = computed(user(broker))
    (proposal,) = proposals(run)
    with transaction() as session:
        found = session.get(Proposal, proposal.id)
        review.reject(session, found, why="Te ver met de fiets", by=session.get(User, broker.id))
    told = [row[1:] for row in story("voorstellen")]
    assert told[0] == ("voorstel afgewezen: Helpende in de zorg, De Linde Te ver met de fiets", "Fatima")
    assert told[1][0].startswith("voorgesteld: Helpende in de zorg, De Linde")
    assert told[1][1] == "automatisch"


def test_what_a_run_proposed_that_nobody_chose_stays_out(make, student, broker, story):
    make.place()
    match_round, _run = computed(user(broker))
    compute(asked(match_round, user(broker)))
    assert len(story("voorstellen")) == 1


def test_a_round_that_found_nothing(student, broker, story):
    computed(user(broker))
    assert story("voorstellen")[0][1] == "geen plek gevonden geen erkend bedrijf voor de opleiding"


def test_what_a_broker_wanted_and_wants_no_longer(make, student, broker, story):
    place = make.place(make.organisation(name="De Linde"))
    with transaction() as session:
        who, where, by = session.get(Student, student.id), session.merge(place), session.get(User, broker.id)
        hint = give_hint(session, who, where, level=HintLevel.RATHER, why="kent de zaak", by=by)
    with transaction() as session:
        withdraw_hint(session, session.get(Hint, hint.id), by=session.get(User, broker.id))
    assert [row[1] for row in story("voorstellen")] == [
        "voorkeur ingetrokken: Helpende in de zorg, De Linde",
        "voorkeur: liever wel, Helpende in de zorg, De Linde kent de zaak",
    ]


def test_answers_and_a_refusal_with_its_reason(make, student, broker, story):
    organisation = make.organisation(name="De Linde")
    employer = make.employer_of(organisation)
    placement = plan(student, make.place(organisation), broker)
    act(placements.accept, placement, student.user)
    act(placements.refuse, placement, employer, reason=EmployerReason.NO_CAPACITY, note="Verbouwing.")
    assert [row[1:] for row in story("plaatsingen")] == [
        ("De Linde kon toch niet het bedrijf: er is geen plek meer Verbouwing.", "Henk Smit"),
        ("de student zei ja Helpende in de zorg, De Linde", "de student"),
        ("geplaatst: Helpende in de zorg, De Linde", "Fatima"),
    ]


def test_a_letter_that_did_not_arrive_names_its_address(make, student, broker, story):
    plan(student, make.place(), broker)
    with transaction() as session:
        for letter in outbox.claim(session):
            outbox.settle_trouble(session, letter.id, letter.attempts, "550 no such mailbox", lasting=True)
    told = [row[1] for row in story("brieven")]
    assert any(text.startswith("brief niet bezorgd: voorstel aan de student Aan student") for text in told)
    assert any(text.startswith("brief niet bezorgd: vraag aan het bedrijf of er plek is") for text in told)


def test_letters_of_another_student_and_sign_in_letters_stay_out(make, student, broker, story):
    organisation = make.organisation()
    plan(student, make.place(organisation), broker)
    other = make.student(searching=True)
    plan(other, make.place(organisation), broker)
    with transaction() as session:
        assert session.query(Message).count() == 4
    assert len(story("brieven")) == 2


def test_of_a_company_that_had_many_students_only_the_letters_about_this_one_are_read(make, student, broker, desk):
    organisation = make.organisation()
    make.employer_of(organisation)
    plan(student, make.place(organisation), broker)
    for _number in range(3):
        plan(make.student(searching=True), make.place(organisation), broker)
    read = []
    note = lambda message, _context: read.append(message.key.split(":")[1])  # noqa: E731
    event.listen(Message, "load", note)
    try:
        desk.get(f"/studenten/{student.id}")
    finally:
        event.remove(Message, "load", note)
    assert len(read) == 2
    assert len(set(read)) == 1


def test_only_kinds_that_exist_are_offered_with_how_many(desk, student):
    page = desk.get(f"/studenten/{student.id}")
    assert "Alles (3)" in page.links
    assert "Zaak (2)" in page.links
    assert not any(text.startswith(("Brieven", "Notities")) for text in page.links)


def test_a_long_story_comes_in_pages_that_keep_the_filter(desk, broker, student):
    for _number in range(51):
        contact(student, broker, date(2027, 2, 1))
    page = desk.get(f"/studenten/{student.id}?soort=contact")
    assert "1 tot en met 50 van 51" in page.text
    following = page.links["Volgende →"]
    assert "soort=contact" in following
    assert "51 tot en met 51 van 51" in page.browser.get(following).text


def test_a_refused_form_still_pages_to_the_file_itself(desk, broker, student):
    for _number in range(51):
        contact(student, broker, date(2027, 2, 1))
    page = desk.get(f"/studenten/{student.id}").submit("/contact", status=422, note="")
    assert page.links["Volgende →"].startswith(f"/studenten/{student.id}?")
