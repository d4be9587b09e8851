"""A case that goes from one broker to another, and back; and notes about it."""

import pytest
from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.casework import actions
from stagemakelaar.casework.models import Case, CaseNote, CaseState, HandOver, HandOverState
from stagemakelaar.casework.queries import brokers_of, case_of, handed_to, nobodys_cases, waiting_hand_over
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError, IllegalMove
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role, User
from stagemakelaar.placements.queries import ONLY_KEPT
from tests.rows import again


@pytest.fixture
def broker(make):
    return make.broker(name="Fatima")


@pytest.fixture
def colleague(make):
    return make.broker(name="Yusuf")


@pytest.fixture
def case(make, session, broker):
    """A case that the broker has taken on."""
    found = case_of(session, make.student())
    with transaction() as writing:
        actions.take_on(writing, writing.get(Case, found.id), by=broker)
    return found


def given(case, to, by, why="Ik ben twee weken weg."):
    with transaction() as session:
        return actions.hand_over(session, session.get(Case, case.id), to=session.get(User, to.id), why=why, by=by)


def on(record, action, by):
    with transaction() as session:
        action(session, session.get(type(record), record.id), by=by)


def waiting_for(session, user):
    return [one.id for one in session.scalars(handed_to(user, ONLY_KEPT))]


def test_the_case_is_the_colleagues_at_once_and_waits_to_be_seen(session, case, broker, colleague):
    handed = given(case, colleague, broker)
    assert again(case).broker_id == colleague.id
    assert waiting_for(session, colleague) == [handed.id]
    assert (handed.giver.name, handed.why) == ("Fatima", "Ik ben twee weken weg.")
    line = audit.trail_of(session, "hand_over", handed.id)[-1]
    assert line.details == {"case": case.id, "before": broker.id, "to": colleague.id}
    assert line.programme_id == case.programme_id


def test_who_left_the_programme_reads_nothing_of_its_students(make, session, case, broker, colleague):
    given(case, colleague, broker)
    elsewhere = make.programme("zuid").id
    with transaction() as writing:
        writing.get(User, colleague.id).programme_id = elsewhere
    assert waiting_for(session, session.get(User, colleague.id)) == []


def test_whoever_accepts_has_it_off_the_list_for_good(session, case, broker, colleague):
    handed = given(case, colleague, broker)
    on(handed, actions.accept_hand_over, colleague)
    assert waiting_for(session, colleague) == []
    with pytest.raises(IllegalMove):
        on(handed, actions.hand_back, broker)
    assert again(case).broker_id == colleague.id


def test_nobody_accepts_for_a_colleague(case, broker, colleague):
    with pytest.raises(DomainError, match="aan een collega"):
        on(given(case, colleague, broker), actions.accept_hand_over, broker)


@pytest.mark.parametrize("who", ["broker", "colleague"])
def test_handing_back_undoes_it(session, case, broker, colleague, who):
    handed = given(case, colleague, broker)
    on(handed, actions.hand_back, {"broker": broker, "colleague": colleague}[who])
    assert again(case).broker_id == broker.id
    assert waiting_hand_over(session, case) is None


def test_a_case_of_nobody_goes_back_to_nobody(make, session, broker, colleague):
    new = case_of(session, make.student())
    handed = given(new, colleague, broker)
    assert session.scalars(nobodys_cases(broker)).all() == []
    on(handed, actions.hand_back, colleague)
    assert [one.id for one in session.scalars(nobodys_cases(broker))] == [new.id]


def test_a_new_case_goes_to_intake_when_it_is_accepted(make, session, broker, colleague):
    new = case_of(session, make.student())
    handed = given(new, colleague, broker)
    assert again(new).state is CaseState.SIGNED_UP
    on(handed, actions.accept_hand_over, colleague)
    assert again(new).state is CaseState.INTAKE


def test_taking_over_is_accepted_by_doing_so(session, case, broker, colleague):
    handed = given(case, colleague, colleague, why="Fatima is ziek.")
    assert again(handed).state is HandOverState.ACCEPTED
    assert waiting_for(session, colleague) == []


def test_handing_on_what_one_was_given_accepts_it(make, case, broker, colleague):
    first = given(case, colleague, broker)
    second = given(case, make.broker(name="Els"), colleague)
    assert again(first).state is HandOverState.ACCEPTED
    assert again(second).giver.name == "Yusuf"


def test_handing_it_to_someone_else_after_all_takes_the_first_back(session, make, case, broker, colleague):
    first, other = given(case, colleague, broker), make.broker(name="Els")
    given(case, other, broker)
    assert again(first).state is HandOverState.RETURNED
    assert waiting_for(session, other) != []


def test_taking_a_case_on_settles_what_waited(session, case, broker, colleague):
    first = given(case, colleague, broker)
    on(case, actions.take_on, colleague)
    assert again(first).state is HandOverState.ACCEPTED
    assert again(case).broker_id == colleague.id


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ({"programme": "zuid"}, "to"),
        ({"role": Role.COORDINATOR}, "to"),
        ({"disabled": True}, "to"),
        ({"same": True}, "to"),
    ],
)
def test_only_a_colleague_who_works_on_cases_can_have_it(make, case, broker, to, field):
    if to.get("same"):
        other = broker
    else:
        programme = make.programme(to["programme"]) if "programme" in to else None
        other = make.staff(to.get("role", Role.BROKER), programme=programme)
    if to.get("disabled"):
        with transaction() as session:
            people.disable(session, session.get(User, other.id), by=None)
    with pytest.raises(DomainError) as refusal:
        given(case, other, broker)
    assert refusal.value.field == field
    assert again(case).broker_id == broker.id


def test_it_owes_a_word_of_explanation(case, broker, colleague):
    with pytest.raises(DomainError) as refusal:
        given(case, colleague, broker, why="  ")
    assert refusal.value.field == "why"


def test_a_closed_case_stays_where_it_is(session, case, broker, colleague):
    with transaction() as writing:
        actions.close(writing, writing.get(Case, case.id), by=broker, why="klaar")
    with pytest.raises(DomainError, match="gesloten"):
        given(case, colleague, broker)
    assert session.scalars(select(HandOver)).all() == []


def test_brokers_who_left_are_not_offered(make, session, broker, colleague):
    with transaction() as writing:
        people.disable(writing, writing.get(User, colleague.id), by=None)
    assert [user.name for user in brokers_of(session, broker.programme_id)] == ["Fatima"]


def test_a_note_is_kept_with_who_and_when(session, case, broker):
    with transaction() as writing:
        actions.write_note(writing, writing.get(Case, case.id), text=" Kan goed met ouderen. ", by=broker)
    note = session.scalars(select(CaseNote)).one()
    assert (note.text, note.by_id) == ("Kan goed met ouderen.", broker.id)
    with pytest.raises(DomainError), transaction() as writing:
        actions.write_note(writing, writing.get(Case, case.id), text=" ", by=broker)
