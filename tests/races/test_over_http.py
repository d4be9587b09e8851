"""Many at once, over HTTP, at a service of several processes: the database settles who was first, others are told."""

import threading
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import inspect, select, text

from stagemakelaar import db
from stagemakelaar.audit import GENESIS, Entry
from stagemakelaar.casework.models import Case, CaseState, ContactMoment
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import LIVE, Placement, PlacementState
from stagemakelaar.places.models import Place
from stagemakelaar.places.seats import change_seats
from stagemakelaar.rounds.models import Proposal, ProposalState, Review, Run
from tests.builders import Make
from tests.computed import computed, proposals
from tests.processes.fixtures import open_pages
from tests.processes.house import Desk
from tests.proofs import times
from tests.races.test_approvals import count, must_add_up, together
from tests.rows import change

DONE, LOST = (302, 303), 409
CALL = {"kind": "call", "held_on": "2027-02-03", "with_whom": "Samira", "note": "Zij belde zelf terug."}


@pytest.fixture
def make(own_database):
    return Make()


@pytest.fixture
def crowd(app, house, make):
    """`crowd(students, seats)` gives (proposals, place, desks): a desk for each of so many brokers."""

    def build(students, seats, brokers):
        people = [make.broker(name=f"Makelaar {number}") for number in range(min(brokers, 4))]
        for _ in range(students):
            make.student(searching=True)
        place = make.place(seats=max(students, seats)).id
        _round, run = computed(people[0])
        found = [one.id for one in proposals(run)]
        with transaction() as session:
            change_seats(session, session.get(Place, place), seats)
        page = f"/voorstellen/{found[0]}"
        ids = [person.id for person in people]
        desks = [Desk(house, app, current_session().get(User, number), page) for number in ids]
        db.close_session()
        house.wait_until_it_answers()
        return found, place, [desks[number % len(desks)] for number in range(brokers)]

    return build


def statuses(results):
    wrong = [one for one in results if isinstance(one, Exception)]
    assert not wrong, wrong
    return Counter(one[0] for one in results)


def done(results):
    return sum(statuses(results)[status] for status in DONE)


def chain_is_whole():
    """Each line of the trail has one successor, and the first one none before it."""
    lines = current_session().execute(select(Entry.previous, Entry.hash).order_by(Entry.seq)).all()
    return lines[0].previous == GENESIS and all(one.hash == other.previous for one, other in pairwise(lines))


# --- seats and students --------------------------------------------------------------------------------------------


def fill(crowd, seats):
    """Four times as many approvals as seats, at once; gives back how many were told that it was done."""
    found, place, desks = crowd(4 * seats, seats, 4 * seats)
    results = together(lambda number: desks[number].decide(found[number]), len(desks))
    db.close_session()
    won = done(results)
    assert won == seats, "a seat too many, or one left"
    assert statuses(results)[LOST] == 3 * seats
    assert count(Proposal, Proposal.state == ProposalState.APPROVED) == seats
    assert (count(Message), count(Review)) == (2 * seats, seats)
    must_add_up(place, seats)
    assert chain_is_whole()


@pytest.mark.promise("P05", "P33")
@pytest.mark.parametrize("seats", times(short=[2], full=[1, 3, 10]))
def test_a_place_is_filled_exactly(crowd, seats):
    fill(crowd, seats)


@pytest.mark.promise("P05", red=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_a_seat_that_is_not_taken_is_caught(crowd, house):
    house.close()
    house.start("pages", **{"break": "takes_no_seat"})
    with pytest.raises(AssertionError, match="a seat too many"):
        fill(crowd, 1)


@pytest.mark.promise("P33", red=True)
def test_a_line_with_two_successors_is_caught(make):
    make.broker()
    with transaction() as session:
        last = session.scalars(select(Entry).order_by(Entry.seq.desc()).limit(1)).one()
        told = {column.name: getattr(last, column.name) for column in Entry.__table__.columns}
        session.add(Entry(**told | {"seq": last.seq + 1, "hash": "f" * 64}))
    assert not chain_is_whole()


@pytest.mark.promise("P05")
def test_approving_among_withdrawals_and_fewer_seats(crowd, make):
    """After every step free and taken make the seats; someone looks all the while."""
    found, place, desks = crowd(8, 4, 8)
    first = [desks[number].decide(found[number]) for number in range(4)]
    assert done(first) == 4
    taken = current_session().scalars(select(Placement.id).order_by(Placement.id)).all()
    db.close_session()
    looked, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            session = current_session()
            row = session.execute(select(Place.seats, Place.free).where(Place.id == place)).one()
            looked.append(row.free >= 0 and row.free <= row.seats)
            db.close_session()
            stop.wait(0.01)

    def work(number):
        if number < 3:
            return desks[number].send(f"/plaatsingen/{taken[number]}/terugtrekken", reason="other", note="x")
        if number == 3:
            with transaction() as session:
                change_seats(session, session.get(Place, place), 1)  # far below what is in use, most of the time
            return (303, None, "")
        return desks[number].decide(found[number])

    looker = threading.Thread(target=look)
    looker.start()
    results = together(work, 8)
    stop.set()
    looker.join()
    assert all(looked)
    assert [one[0] for one in results[:3] if isinstance(one, tuple)] == [302] * 3
    session = current_session()
    now = session.get(Place, place)
    must_add_up(place, now.seats)
    # liveness: whoever still wants a seat gets what is left, and no more
    left = now.free
    db.close_session()
    again = together(lambda number: desks[number].decide(found[number]), 8)
    still = statuses(again)
    assert still[302] + still[303] == min(left, 8 - 4 - done([one for one in results[4:] if isinstance(one, tuple)]))
    must_add_up(place, now.seats)


def place_everywhere(crowd, make, brokers):
    """One student at as many places, by different brokers, through different processes, at once."""
    found, _place, desks = crowd(1, 1, brokers)
    student = current_session().get(Proposal, found[0]).student_id
    places = [make.place().id for _ in range(brokers)]
    db.close_session()
    results = together(
        lambda number: desks[number].send(f"/studenten/{student}/plaatsen/{places[number]}", why="Past goed."), brokers
    )
    assert count(Placement, Placement.state.in_(LIVE)) == 1, "placed twice"
    assert statuses(results) == {302: 1, LOST: brokers - 1}
    assert sum(one.free for one in current_session().scalars(select(Place).where(Place.id.in_(places)))) == brokers - 1


@pytest.mark.promise("P04")
@pytest.mark.parametrize("brokers", times(short=[4], full=[2, 4, 20, 50]))
def test_one_student_is_placed_once(crowd, make, brokers):
    place_everywhere(crowd, make, brokers)
    indexes = inspect(current_session().connection()).get_indexes("placement")
    assert [one["unique"] for one in indexes if one["name"] == "uq_placement_live_student"] == [1]


@pytest.mark.promise("P04", red=True, by_chance=True)
@pytest.mark.parametrize(
    "own_database", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)
def test_without_the_index_a_student_is_placed_twice(crowd, make, house):
    """Where writers wait for each other, as on SQLite, the second reads what the first did: only here it shows."""
    with transaction() as session:
        session.execute(text("DROP INDEX uq_placement_live_student"))
    db.close_session()
    house.close()
    open_pages(house, **{"break": "looks_and_then_places"})
    with pytest.raises(AssertionError, match="placed twice"):
        place_everywhere(crowd, make, 4)


# --- one decision --------------------------------------------------------------------------------------------------


def approve_and_reject(crowd, brokers):
    found, place, desks = crowd(1, 1, brokers)

    def press(number):
        return desks[number].decide(found[0], "reject" if number % 2 else "approve", why="Te ver.")

    results = together(press, brokers)
    assert statuses(results) == {302: 1, LOST: brokers - 1}, "decided twice"
    first = current_session().scalars(select(Review)).one()
    how = {"approve": "goedgekeurd", "reject": "afgewezen"}[first.verdict.value]
    names = (f"{first.by.name} heeft dit voorstel al {how}, vandaag om", f"U heeft dit voorstel al {how}, vandaag om")
    assert all(any(name in text for name in names) for status, _url, text in results if status == LOST)
    approved = first.verdict.value == "approve"
    assert (count(Placement), count(Message)) == ((1, 2) if approved else (0, 0))
    must_add_up(place, 1)
    return found[0], desks


@pytest.mark.promise("P06")
@pytest.mark.parametrize("brokers", times(short=[4], full=[2, 4, 20, 50]))
def test_approved_and_rejected_at_once(crowd, brokers):
    proposal, desks = approve_and_reject(crowd, brokers)
    # a double click, and the form of this morning
    later = [desks[0].decide(proposal, "reject", why="Toch niet."), desks[1].decide(proposal)]
    assert [one[0] for one in later] == [LOST, LOST]
    assert count(Review) == 1


@pytest.mark.promise("P06", red=True, by_chance=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_who_decides_again_is_caught(crowd, house):
    house.close()
    house.start("pages", **{"break": "decides_again"})
    with pytest.raises(AssertionError, match="decided twice"):
        approve_and_reject(crowd, 4)


# --- two who do the same, or the opposite, to one record -----------------------------------------------------------


@pytest.mark.promise("P06")
def test_a_case_is_put_to_rest_and_a_placement_withdrawn_once(crowd):
    found, place, desks = crowd(2, 2, 2)
    assert desks[0].decide(found[0])[0] == 302
    session = current_session()
    placement = session.scalars(select(Placement)).one().id
    student = session.get(Proposal, found[1]).student_id
    db.close_session()

    results = together(lambda n: desks[n].send(f"/studenten/{student}/pauzeren", why=f"Ziek, zegt {n}."), 2)
    assert statuses(results) == {302: 1, LOST: 1}
    text = next(text for status, _url, text in results if status == LOST)
    assert "veranderde de stand van deze zaak al, vandaag om" in text
    assert "Ziek, zegt" in text
    case = current_session().scalars(select(Case).where(Case.student_id == student)).one()
    assert (case.state, case.paused_from) == (CaseState.PAUSED, CaseState.SEARCHING)
    db.close_session()

    address = f"/plaatsingen/{placement}/terugtrekken"
    results = together(lambda n: desks[n].send(address, reason="other", note=f"Het bedrijf belde {n}."), 2)
    assert statuses(results) == {302: 1, LOST: 1}
    text = next(text for status, _url, text in results if status == LOST)
    assert "Deze plaatsing is al teruggetrokken door Makelaar" in text
    assert "Het bedrijf belde" in text
    must_add_up(place, 2)


@pytest.fixture
def planned(crowd):
    """A planned placement of the first of two proposals: (its id, desks)."""
    found, _place, desks = crowd(1, 1, 2)
    assert desks[0].decide(found[0])[0] == 302
    number = current_session().scalars(select(Placement.id)).one()
    db.close_session()
    return number, desks


@pytest.mark.promise("P06")
def test_an_answer_noted_while_the_student_answers_keeps_what_was_typed(planned):
    number, desks = planned

    def answer(who):
        if who == 0:
            with transaction() as session:
                placement = session.get(Placement, number)
                placements.accept(session, placement, by=placement.student.user)
            return (302, None, "")
        return desks[1].send(f"/plaatsingen/{number}/namens/student", answer="ja", **CALL)

    results = together(answer, 2)
    assert results[1][0] in {302, LOST} if isinstance(results[1], tuple) else False
    if results[1][0] == LOST:
        assert CALL["note"] in results[1][2]
        assert count(ContactMoment) == 0
    # and the other way round, which is always the second one
    status, _url, text = desks[0].send(f"/plaatsingen/{number}/namens/student", answer="ja", **CALL)
    assert (status, CALL["note"] in text) == (LOST, True)


@pytest.mark.promise("P06")
def test_two_yeses_at_once_confirm(planned):
    number, desks = planned
    sides = ("student", "bedrijf")
    results = together(lambda n: desks[n].send(f"/plaatsingen/{number}/namens/{sides[n]}", answer="ja", **CALL), 2)
    assert statuses(results) == {302: 2}
    assert current_session().get(Placement, number).state is PlacementState.CONFIRMED


@pytest.mark.promise("P06", "P46")
def test_a_stage_begins_or_is_withdrawn(planned):
    number, desks = planned
    for side in ("student", "bedrijf"):
        assert desks[0].send(f"/plaatsingen/{number}/namens/{side}", answer="ja", **CALL)[0] == 302
    change(Placement, number, starts_on=date(2027, 2, 3))
    addresses = (f"/plaatsingen/{number}/beginnen", f"/plaatsingen/{number}/terugtrekken")
    results = together(lambda n: desks[n].send(addresses[n], reason="other", note="x"), 2)
    placement = current_session().get(Placement, number)
    case = case_of(current_session(), placement.student)
    # a stage that runs may still be withdrawn, but nothing begins that was withdrawn
    assert placement.state is PlacementState.WITHDRAWN
    assert statuses(results) in ({302: 2}, {302: 1, LOST: 1})
    assert (case.state, placement.place.free) == (CaseState.SEARCHING, placement.place.seats)


@pytest.mark.promise("P06")
def test_of_two_runs_asked_at_once_one_is_computed(crowd):
    _found, _place, desks = crowd(1, 1, 2)
    number = current_session().scalars(select(Run.round_id)).one()
    before = count(Run)
    db.close_session()
    results = together(lambda n: desks[n].send(f"/rondes/{number}/berekenen"), 2)
    assert statuses(results) == {302: 1, LOST: 1}
    assert count(Run) == before + 1
