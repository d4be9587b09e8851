"""A student whose data is only kept, or with whom the computer may not reckon: what holds, and how it ends."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select, true

from stagemakelaar import clock
from stagemakelaar.casework import queries
from stagemakelaar.casework.actions import RESTRICTED, close, pause, reopen, resume
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.casework.queries import case_of, cases_found
from stagemakelaar.casework.tasks import add_task
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.flow import move
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason, Placement
from stagemakelaar.retention import soon_due
from stagemakelaar.rights import limits, requests
from stagemakelaar.rights.models import DataRequest, RequestKind, RequestState
from stagemakelaar.rounds import by_hand, review
from stagemakelaar.rounds import queries as round_queries
from stagemakelaar.rounds.models import Proposal, ProposalState
from stagemakelaar.rounds.queries import count_taking_part, left_out
from stagemakelaar.rounds.review import objections_between
from tests.computed import asked, compute, computed, proposals

RESTRICTION, OBJECTION = RequestKind.RESTRICTION, RequestKind.OBJECTION


def in_a_run(session, student):
    return count_taking_part(session, student.programme_id)[0]


def test_who_is_restricted_is_in_no_run_and_no_list_and_the_case_rests(make, session, granted):
    student, place, broker = make.student(searching=True), make.place(), make.broker()
    assert (in_a_run(session, student), len(session.scalars(cases_found(broker)).all())) == (1, 1)
    granted(student, RESTRICTION)
    case = case_of(session, student)
    assert (case.state, case.paused_from, case.state_note) == (CaseState.PAUSED, CaseState.SEARCHING, RESTRICTED)
    assert (in_a_run(session, student), session.scalars(cases_found(broker)).all()) == (0, [])
    assert objections_between(session, session.get(Student, student.id), place)
    for again in (resume, reopen):
        with pytest.raises(DomainError), transaction() as writing:
            again(writing, writing.get(Case, case.id), by=broker)


def test_who_objects_is_in_no_run_and_still_searched_for_by_hand(make, session, granted):
    student, place, broker = make.student(searching=True), make.place(), make.broker()
    granted(student, OBJECTION)
    assert in_a_run(session, student) == 0
    assert case_of(session, student).state is CaseState.SEARCHING
    assert len(session.scalars(cases_found(broker)).all()) == 1
    assert objections_between(session, session.get(Student, student.id), place) == []


def test_a_stage_goes_on_and_one_that_is_lost_meanwhile_is_not_searched_for_anew(make, session, granted):
    student, place, broker = make.student(searching=True), make.place(), make.broker()
    with transaction() as writing:
        one = placements.plan(
            writing, writing.get(Student, student.id), writing.merge(place, load=False), reasons={}, by=broker
        )
        number = one.id
    granted(student, RESTRICTION)
    assert case_of(session, student).state is CaseState.PLACED
    with transaction() as writing:
        placements.withdraw(
            writing, writing.get(Placement, number), reason=BrokerReason.OTHER, note="Brand.", by=broker
        )
    case = case_of(session, student)
    assert (case.state, case.paused_from) == (CaseState.PAUSED, CaseState.SEARCHING)


def test_it_ends_a_week_after_a_letter_and_the_search_goes_on(make, session, granted, coordinator, moment):
    student = make.student(searching=True)
    number = granted(student, RESTRICTION)
    with pytest.raises(DomainError), transaction() as writing:
        requests.announce_end(writing, writing.get(DataRequest, number), why=" ", by=coordinator)
    with transaction() as writing:
        requests.announce_end(writing, writing.get(DataRequest, number), why="Nagekeken.", by=coordinator)
    letter = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert (letter.kind, letter.to, letter.data["day"]) == (
        "student_restriction_ends",
        student.user.email,
        "2027-02-10",
    )
    with transaction() as writing:
        assert limits.end_due(writing) == 0
    moment("2027-02-10T08:00:00+01:00")
    with transaction() as writing:
        assert limits.end_due(writing) == 1
        assert limits.end_due(writing) == 0
    assert case_of(session, student).state is CaseState.SEARCHING
    assert in_a_run(session, student) == 1
    assert not session.get(DataRequest, number).is_in_force


@pytest.mark.parametrize("has_left", [False, True])
def test_an_end_that_was_announced_can_be_taken_back(make, session, granted, coordinator, moment, has_left):
    student = make.student(searching=True)
    number = granted(student, RESTRICTION)
    with transaction() as writing:
        requests.announce_end(writing, writing.get(DataRequest, number), why="Verbeterd.", by=coordinator)
    letters = select(Message).where(Message.key.startswith(f"data_request:{number}:")).order_by(Message.id)
    if has_left:
        with transaction() as writing:
            letter = writing.scalars(letters).all()[-1]
            letter.sent_at = clock.now()
            move(writing, letter, MessageState.SENT, by=None)
    with transaction() as writing:
        requests.keep_on(writing, writing.get(DataRequest, number), by=coordinator)
    last = session.scalars(letters).all()[-1]
    told = ("student_request_decided", MessageState.QUEUED)
    taken_back = ("student_restriction_ends", MessageState.CANCELLED)
    assert (last.kind, last.state) == (told if has_left else taken_back)
    moment("2027-03-03T10:00:00+01:00")
    with transaction() as writing:
        assert limits.end_due(writing) == 0
    with transaction() as writing:
        requests.announce_end(writing, writing.get(DataRequest, number), why="Nu echt.", by=coordinator)
    with pytest.raises(DomainError), transaction() as writing:
        requests.announce_end(writing, writing.get(DataRequest, number), why="Nog eens.", by=coordinator)


@pytest.mark.parametrize("kind", limits.LIMITS)
def test_the_student_ends_it_at_once_and_may_ask_anew(make, session, granted, kind):
    student = make.student(searching=True)
    number = granted(student, kind)
    with pytest.raises(Overtaken):
        granted(student, kind)
    with transaction() as writing:
        requests.end(writing, writing.get(DataRequest, number), by=writing.get(User, student.user_id))
    assert in_a_run(session, student) == 1
    with pytest.raises(Overtaken), transaction() as writing:
        requests.end(writing, writing.get(DataRequest, number), by=writing.get(User, student.user_id))
    granted(student, kind)
    assert in_a_run(session, student) == 0


def test_a_pause_of_before_stays_one(make, session, granted):
    student, broker = make.student(searching=True), make.broker()
    with transaction() as writing:
        pause(writing, case_of(writing, student), why="Op vakantie.", by=broker)
    number = granted(student, RESTRICTION)
    with transaction() as writing:
        requests.end(writing, writing.get(DataRequest, number), by=writing.get(User, student.user_id))
    assert case_of(session, student).state is CaseState.PAUSED


def test_what_is_only_kept_is_not_erased_when_its_time_is_over(make, session, granted, moment):
    student, broker = make.student(), make.broker()
    with transaction() as writing:
        close(writing, case_of(writing, student), why="Klaar.", by=broker)
    number = granted(student, RESTRICTION)
    moment("2028-03-03T10:00:00+01:00")
    assert soon_due(session) == []
    with transaction() as writing:
        requests.end(writing, writing.get(DataRequest, number), by=writing.get(User, student.user_id))
    assert soon_due(session) == []  # the time begins anew
    moment("2029-03-03T10:00:00+01:00")
    assert len(soon_due(session)) == 1


def test_nobody_is_erased_while_it_is_not_decided_whether_the_data_is_kept(make, session, coordinator, moment):
    student, broker = make.student(), make.broker()
    with transaction() as writing:
        close(writing, case_of(writing, student), why="Klaar.", by=broker)
    moment("2028-03-03T10:00:00+01:00")
    assert len(soon_due(session)) == 1
    with transaction() as writing:
        asker = writing.get(User, student.user_id)
        number = requests.ask(writing, kind=RESTRICTION, why="Ik dien een klacht in.", by=asker).id
    assert soon_due(session) == []
    with transaction() as writing:
        requests.refuse(writing, writing.get(DataRequest, number), answer="Dat hoeft niet.", by=coordinator)
    assert len(soon_due(session)) == 1


def test_what_was_asked_beside_an_erasure_ends_with_it(make, session, granted, coordinator):
    student = make.student(searching=True)
    held = granted(student, RESTRICTION)
    with transaction() as writing:
        asker = writing.get(User, student.user_id)
        waits = requests.ask(writing, kind=OBJECTION, why="Liever niet.", by=asker).id
        requests.grant(writing, requests.ask(writing, kind=RequestKind.ERASURE, by=asker), by=coordinator)
    assert not session.get(DataRequest, held).is_in_force
    assert session.get(DataRequest, waits).state is RequestState.WITHDRAWN


def test_who_objects_is_told_to_the_broker_and_a_decision_taken_back_proposes_nobody(make, session, granted):
    student, broker = make.student(searching=True), make.broker()
    make.place()
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as writing:
        review.reject(writing, writing.get(Proposal, proposal.id), by=broker, why="Nee.", seconds=3)
    granted(student, OBJECTION)
    assert [case.student_id for case in left_out(session, student.programme_id)] == [student.id]
    with transaction() as writing:
        again = by_hand.reopen(writing, writing.get(Proposal, proposal.id), by=broker)
        assert again.state is ProposalState.REJECTED


@pytest.mark.parametrize("kind", limits.LIMITS)
def test_it_wants_a_sentence_and_an_answer_and_is_for_students(make, session, coordinator, kind):
    student, employer = make.student(), make.employer_of(make.organisation())
    for who, why in ((student.user, " "), (employer, "Ik wil dit.")):
        with pytest.raises(DomainError), transaction() as writing:
            requests.ask(writing, kind=kind, why=why, by=writing.get(User, who.id))
    with transaction() as writing:
        number = requests.ask(writing, kind=kind, why="Ik wil dit.", by=writing.get(User, student.user_id)).id
    with pytest.raises(DomainError), transaction() as writing:
        requests.grant(writing, writing.get(DataRequest, number), answer="", by=coordinator)
    told = [(one.kind, one.to) for one in session.scalars(select(Message))]
    assert ("staff_request", "noord@demo.example") in told


def test_who_is_restricted_can_still_be_erased(make, session, granted, coordinator):
    student = make.student(searching=True)
    granted(student, RESTRICTION)
    with transaction() as writing:
        asked = requests.ask(writing, kind=RequestKind.ERASURE, by=writing.get(User, student.user_id))
        requests.grant(writing, asked, by=coordinator)
    assert session.get(User, student.user_id).erased_at
    assert case_of(session, student).state is CaseState.CLOSED


# --- lists and rounds ----------------------------------------------------------------------------------------------


def lists_with(pages, match_round, name):
    """Which lists and downloads of a broker hold a name."""
    paths = (
        "/studenten",
        "/studenten/lijst.csv",
        f"/rondes/{match_round.id}",
        f"/rondes/{match_round.id}/voorstellen.csv",
        f"/rondes/{match_round.id}/zonder-plek",
        f"/rondes/{match_round.id}/zonder-plek.csv",
        "/taken",
        "/makelaar?van=allen",
    )
    answers = {path: pages.client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path for path, answer in answers.items() if name in answer.get_data(as_text=True)}


@pytest.fixture
def round_of_two(make, browse):
    """A computed round with a proposal for one student and none for another, both with a task for today."""
    placed = make.student(searching=True, last_name="Zwaluw", searching_since=date(2026, 10, 1))
    make.student(searching=True, last_name="Merel")
    make.place(seats=1)
    broker = make.broker()
    number, pages = placed.id, browse.as_(broker)
    match_round, run = computed(broker)
    with transaction() as session:
        case, by = case_of(session, session.get(Student, number)), session.merge(broker)
        add_task(session, what="Bellen", due_on=clock.today(), case=case, by=by)
    return number, pages, *(SimpleNamespace(id=one.id) for one in (match_round, run)), broker.id


def test_no_list_and_no_download_holds_who_is_restricted_and_no_later_run_does(round_of_two, session, granted):
    number, pages, match_round, run, broker = round_of_two
    before = lists_with(pages, match_round, "Zwaluw")
    assert before == {
        "/studenten", "/studenten/lijst.csv", f"/rondes/{match_round.id}",
        f"/rondes/{match_round.id}/voorstellen.csv", "/taken", "/makelaar?van=allen",
    }  # fmt: skip
    granted(session.get(Student, number), RESTRICTION)
    assert lists_with(pages, match_round, "Zwaluw") == set()
    assert [one.state for one in proposals(run) if one.student_id == number] == [ProposalState.REJECTED]
    again = asked(match_round, session.get(User, broker), from_run=run)
    compute(again)
    assert number not in {one.student_id for one in proposals(again)}


def test_a_list_that_forgets_to_leave_them_out_would_be_seen(round_of_two, session, granted, monkeypatch):
    number, pages, match_round, _run, _broker = round_of_two
    granted(session.get(Student, number), RESTRICTION)
    monkeypatch.setattr(queries, "_listed", queries.cases_visible_to)
    monkeypatch.setattr(round_queries, "IS_LISTED", true())
    assert {"/studenten", "/studenten/lijst.csv", f"/rondes/{match_round.id}/voorstellen.csv"} <= lists_with(
        pages, match_round, "Zwaluw"
    )
