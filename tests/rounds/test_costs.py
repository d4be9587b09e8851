"""What the desk announces for a change by hand is what it costs: the difference of two rounds computed in full."""

from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Student
from stagemakelaar.places.models import Place
from stagemakelaar.rounds import by_hand, review
from stagemakelaar.rounds.changes import changes_of
from stagemakelaar.rounds.costs import cost_of_hint, cost_of_placing, costs_of
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel, Proposal, Run
from stagemakelaar.rounds.queries import run_under_review
from tests.computed import asked, compute, computed, proposals
from tests.rows import again
from tests.short import examples

WAITS = (date(2026, 2, 2), date(2026, 11, 2), date(2027, 1, 25))  # in other waiting bands
NEAR, FAR = "1012 AB", "1102 AA"
# The programmes of the examples, one each: what one example leaves behind is no part of the next.
PEOPLE = st.lists(st.tuples(st.sampled_from(WAITS), st.sampled_from((30, 45, 45))), min_size=3, max_size=5)
PLACES = st.lists(
    st.tuples(st.sampled_from((NEAR, FAR)), st.booleans(), st.sampled_from((1, 1, 2))), min_size=2, max_size=3
)
by_database = settings(
    deadline=None,
    max_examples=examples(short=8, full=20),
    phases=[Phase.generate],  # making an example smaller would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def town(make, people, places):
    """A programme with these students and places, computed: (broker, round, run, students, places)."""
    make.towns = getattr(make, "towns", 0) + 1
    programme = make.programme(f"stad{make.towns}")
    broker = make.broker(programme=programme)
    students = [
        make.student(programme=programme, searching=True, searching_since=since, max_minutes=minutes)
        for since, minutes in people
    ]
    spots = [
        make.place(make.organisation(programme=programme), postcode=postcode, pays_travel=pays or None, seats=seats)
        for postcode, pays, seats in places
    ]
    match_round, run = computed(broker)
    return broker, match_round, run, students, spots


def computed_anew(match_round, broker):
    """The (placed, total fit) of the round as it would be computed now."""
    outcome = compute(asked(match_round, broker))
    return outcome.placed, outcome.total_fit


@by_database
@given(people=PEOPLE, places=PLACES, pick=st.data())
def test_a_student_put_on_a_place_costs_what_was_announced(make, people, places, pick):
    broker, match_round, _run, students, spots = town(make, people, places)
    student = pick.draw(st.sampled_from(students), label="student")
    place = pick.draw(st.sampled_from(spots), label="place")
    with transaction() as session:
        student, place = session.get(Student, student.id), session.get(Place, place.id)
        cost = cost_of_placing(session, run_under_review(session, broker.programme_id), student, place)
        objection = review.objection_between(session, student, place)
    assert (cost is None) == (objection is not None)
    if cost is None:
        return
    before = computed_anew(match_round, broker)
    with transaction() as session:
        student, place = session.get(Student, student.id), session.get(Place, place.id)
        by_hand.place_student(session, student, place, by=broker, why="gemeten")
    after = computed_anew(match_round, broker)  # without this student and without this seat
    announced = cost.alternative
    assert announced.placed == after[0] + 1 - before[0]
    assert announced.total_fit == after[1] + announced.fit - before[1]
    with transaction() as session:
        (noted,) = session.scalars(changes_of(match_round))
        told = costs_of(session, [noted])[noted.id]
    assert told.alternative == announced


@by_database
@given(people=PEOPLE, places=PLACES, pick=st.data())
def test_a_rejection_costs_what_is_told_of_it(make, people, places, pick):
    broker, match_round, run, _students, _spots = town(make, people, places)
    found = proposals(run)
    if not found:
        return
    before = computed_anew(match_round, broker)
    with transaction() as session:
        proposal = session.get(Proposal, pick.draw(st.sampled_from(found), label="proposal").id)
        review.reject(session, proposal, by=broker, why="gemeten")
    after = computed_anew(match_round, broker)
    with transaction() as session:
        (noted,) = session.scalars(changes_of(match_round))
        told = costs_of(session, [noted])[noted.id].alternative
    assert (told.placed, told.total_fit) == (after[0] - before[0], after[1] - before[1])


def test_what_a_hint_cost_is_what_the_round_finds_without_it(make):
    broker, match_round, _run, students, spots = town(make, [(WAITS[2], 45)] * 2, [(NEAR, True, 1), (NEAR, False, 1)])
    free = computed_anew(match_round, broker)
    with transaction() as session:
        student, place = session.get(Student, students[0].id), session.get(Place, spots[0].id)
        hint = give_hint(session, student, place, level=HintLevel.NEVER, why="ruzie", by=broker)
        other = give_hint(
            session, student, session.get(Place, spots[1].id), level=HintLevel.NEVER, why="ver", by=broker
        )
    run = asked(match_round, broker)
    bound = compute(run)
    assert bound.placed == free[0] - 1
    session = current_session()
    run = again(run)
    assert cost_of_hint(session, run, again(hint))[0] == cost_of_hint(session, run, again(other))[0] == -1
    first = session.get(Run, _run.id)
    assert cost_of_hint(session, first, again(hint)) is None


def test_what_took_no_part_has_no_cost(make):
    broker, _match_round, _run, students, _spots = town(make, [(WAITS[0], 45)], [(NEAR, True, 1)])
    late = make.place(make.organisation(programme=make.programme(f"stad{make.towns}")))
    session = current_session()
    student, place = session.get(Student, students[0].id), session.get(Place, late.id)
    assert cost_of_placing(session, run_under_review(session, broker.programme_id), student, place) is None
