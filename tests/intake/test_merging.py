"""One person registered twice: what moves, what is taken over, what only one can have, and taking it back."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.audit import trail_of
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case, CaseState, ContactKind
from stagemakelaar.casework.queries import case_of, cases_found, handed_to
from stagemakelaar.db import Base, transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.intake import merging
from stagemakelaar.intake.alike import is_alike, pairs_alike
from stagemakelaar.intake.models import Merge
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import BrokerReason
from stagemakelaar.placements.queries import ONLY_KEPT
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.hints import give_hint, hints_about, withdraw_hint
from stagemakelaar.rounds.models import Hint, HintLevel
from tests.rows import again, change
from tests.web.student_pages import act, plan

# What points at a student or a case and does not move with a merge.
STAYS = {
    "case_file.student_id",  # each has one
    "profile.student_id",
    "proposal.student_id",  # what was computed about a record
    "unplaced.student_id",
    "hand_change.student_id",
    "hand_over.case_id",  # about the broker of that case
    "student.merged_into_id",
    "merge.kept_id",
    "merge.gone_id",
    "apart.first_id",
    "apart.second_id",
}


@pytest.fixture
def broker(make):
    return make.broker()


@pytest.fixture
def kept(make):
    return make.student(first_name="Samira", last_name="Bouali", school_name="ROC Oost")


@pytest.fixture
def gone(make):
    return make.student(first_name="Samira", last_name="Boualli", school_name="ROC West", complete=False)


def merged(kept, gone, broker, *taken):
    with transaction() as session:
        people = [session.get(Student, one.id) for one in (kept, gone)]
        return merging.merge(session, *people, taken=set(taken), by=session.get(User, broker.id)).id


def undone(number, broker):
    with transaction() as session:
        merging.undo_merge(session, session.get(Merge, number), by=session.get(User, broker.id))


def noted(student, broker):
    with transaction() as session:
        case = case_of(session, session.get(Student, student.id))
        by = session.get(User, broker.id)
        contact = casework.record_contact(
            session, case, kind=ContactKind.CALL, held_on=date(2027, 2, 1), note="gebeld", by=by
        )
        session.flush()
        return contact.id


def contacts_of(session, student):
    return [contact.id for contact in case_of(session, again(student)).contacts]


def test_contacts_move_and_the_other_leaves_every_list_and_cannot_sign_in(kept, gone, broker, session):
    contact = noted(gone, broker)
    merged(kept, gone, broker)
    assert contacts_of(session, kept) == [contact]
    assert (again(gone).merged_into_id, again(gone).user.is_active) == (kept.id, False)
    assert [case.student_id for case in session.scalars(cases_found(broker)).unique()] == [kept.id]
    assert case_of(session, again(gone)).state is CaseState.PAUSED


def test_only_the_chosen_values_are_taken_over_and_addresses_change_places(kept, gone, broker):
    emails = kept.user.email, gone.user.email
    merged(kept, gone, broker, "last_name", "email", "school_name")
    assert (again(kept).full_name, again(kept).user.name) == ("Samira Boualli", "Samira Boualli")
    assert again(kept).sort_name == "boualli samira"
    assert (again(kept).user.email, again(gone).user.email) == emails[::-1]


def test_a_merge_that_is_undone_leaves_both_as_they_were(kept, gone, broker, session):
    contact, before = noted(gone, broker), [merging.compared(one) for one in (kept, gone)]
    number = merged(kept, gone, broker, "last_name", "email", "birth_date", "phone")
    undone(number, broker)
    assert [merging.compared(again(one)) for one in (kept, gone)] == before
    assert (contacts_of(session, kept), contacts_of(session, gone)) == ([], [contact])
    assert (again(gone).merged_into_id, again(gone).user.is_active) == (None, True)
    assert case_of(session, again(gone)).state is CaseState.SIGNED_UP
    with pytest.raises(Overtaken):
        undone(number, broker)


def test_what_changed_after_the_merge_stays_when_it_is_undone(kept, gone, broker):
    number = merged(kept, gone, broker, "last_name")
    with transaction() as session:
        session.get(Student, kept.id).last_name = "Nieuw"
    undone(number, broker)
    assert again(kept).last_name == "Nieuw"


def test_a_hand_over_of_the_other_waits_for_nobody_until_they_are_apart_again(make, kept, gone, broker, session):
    colleague = make.broker(name="Yusuf")
    with transaction() as writing:
        people = {"to": writing.get(User, colleague.id), "by": writing.get(User, broker.id)}
        case = case_of(writing, writing.get(Student, gone.id))
        given = casework.hand_over(writing, case, why="Ik ben weg.", **people).id
    assert [one.id for one in session.scalars(handed_to(colleague, ONLY_KEPT))] == [given]
    number = merged(kept, gone, broker)
    assert session.scalars(handed_to(colleague, ONLY_KEPT)).all() == []
    undone(number, broker)
    assert [one.id for one in session.scalars(handed_to(colleague, ONLY_KEPT))] == [given]


def wanted(student, place, level, broker):
    with transaction() as session:
        about = session.get(Student, student.id), session.get(Place, place.id)
        return give_hint(session, *about, level=level, why="Gevraagd.", by=session.get(User, broker.id)).id


def hints(session, student):
    return [hint.id for hint in hints_about(session, again(student))]


def test_what_a_broker_wants_moves_and_comes_back(make, kept, gone, broker, session):
    one, other, third = (make.place(title=title) for title in "abc")
    mine = wanted(kept, one, HintLevel.RATHER, broker)
    same = wanted(gone, one, HintLevel.RATHER, broker)
    never = wanted(gone, other, HintLevel.NEVER, broker)
    past = wanted(gone, third, HintLevel.MUST, broker)
    with transaction() as writing:
        withdraw_hint(writing, writing.get(Hint, past), by=writing.get(User, broker.id))
    number = merged(kept, gone, broker)
    assert (hints(session, kept), hints(session, gone)) == ([mine, never], [same])
    undone(number, broker)
    assert (hints(session, kept), hints(session, gone)) == ([mine], [same, never])


def test_what_contradicts_is_settled_first(make, kept, gone, broker):
    place = make.place(title="Keukenhulp")
    wanted(kept, place, HintLevel.RATHER, broker)
    wanted(gone, place, HintLevel.NEVER, broker)
    with pytest.raises(DomainError, match="Keukenhulp") as refusal:
        merged(kept, gone, broker)
    assert refusal.value.field == "keep"
    assert again(gone).merged_into_id is None


@pytest.mark.parametrize(
    ("mine", "lost_since", "after"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_who_comes_first_in_line_stays_so(make, kept, gone, broker, session, mine, lost_since, after):
    change(Case, case_of(session, gone).id, has_priority=True)
    change(Case, case_of(session, kept).id, has_priority=mine, state=CaseState.SEARCHING)
    number = merged(kept, gone, broker)
    assert case_of(session, again(kept)).has_priority
    if lost_since:
        lost = plan(kept, make.place(), broker)
        act(placements.withdraw, lost, broker, reason=BrokerReason.OTHER, note="x")
    undone(number, broker)
    assert case_of(session, again(kept)).has_priority is after
    assert case_of(session, again(gone)).has_priority


def test_who_has_a_place_is_the_one_that_stays(make, broker, kept):
    placed = make.student(searching=True)
    placement = plan(placed, make.place(), broker)
    with pytest.raises(DomainError):
        merged(kept, placed, broker)
    assert again(placed).merged_into_id is None
    merged(placed, kept, broker)
    assert again(placement).student_id == placed.id


def test_nobody_is_merged_twice_or_with_themselves_or_with_another_programme(make, kept, gone, broker):
    with pytest.raises(DomainError):
        merged(kept, kept, broker)
    with pytest.raises(DomainError):
        merged(kept, make.student(programme=make.programme("zuid")), broker)
    merged(kept, gone, broker)
    with pytest.raises(Overtaken):
        merged(kept, gone, broker)


def test_a_merge_is_in_the_trail_of_both_without_what_was_filled_in(kept, gone, broker, session):
    merged(kept, gone, broker, "last_name")
    line = trail_of(session, "student", kept.id)[-1]
    assert (line.action, line.details["gone"], line.details["fields"]) == ("student.merged", gone.id, ["last_name"])
    assert "Boualli" not in str(line.details)
    assert trail_of(session, "student", gone.id)[-1].action == "student.merged_away"


def test_every_column_that_points_at_a_student_or_a_case_is_thought_of():
    moves = {f"{model.__tablename__}.{column}" for model, column in merging.MOVES.values()}
    found = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {Student.__tablename__, Case.__tablename__}
    }
    assert found == moves | STAYS


def test_pairs_that_are_alike_are_offered_until_they_are_told_apart(make, kept, gone, broker, session):
    make.student(first_name="Thomas", last_name="Bouali")
    make.student(first_name="Samira", last_name="Bouali", birth_date=date(2005, 5, 5))
    assert pairs_alike(session, kept.programme_id) == [(kept.id, gone.id)]
    with transaction() as writing:
        both = [writing.get(Student, one.id) for one in (gone, kept)]
        merging.keep_apart(writing, *both, by=writing.get(User, broker.id))
    assert pairs_alike(session, kept.programme_id) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("vries de sam", "de vries sam", True),
        ("janssen noor", "jansen noor", True),
        ("bouali samira", "bakker thomas", False),
        ("el idrissi fatima", "el amrani yassin", False),
    ],
)
def test_names_are_alike_whatever_the_order_of_their_parts(one, other, alike):
    assert is_alike(one, other) is alike


def test_the_pages_lead_from_a_pair_to_one_student_and_back(browse, kept, gone, broker, session):
    one, other, pages = kept.id, gone.id, browse.as_(broker)
    page = pages.get("/studenten/dubbel")
    page = pages.get(next(url for text, url in page.links.items() if text.startswith("Vergelijk")))
    page.submit(f"/{other}", keep=str(one), of_last_name=str(other))
    assert session.get(Student, one).last_name == "Boualli"
    assert pages.get(f"/studenten/{other}", status=302).location == f"/studenten/{one}"
    number = session.scalars(select(Merge.id)).one()
    pages.get("/studenten/dubbel").submit(f"/{number}/terugdraaien")
    assert session.get(Student, one).last_name == "Bouali"
    page = pages.get(f"/studenten/dubbel/{one}/{other}")
    page.submit("/apart")
    assert "Er zijn geen studenten die op elkaar lijken." in pages.get("/studenten/dubbel").text


def test_a_refusal_is_told_at_the_choice_and_what_was_chosen_stays(make, browse, broker, kept):
    placed = make.student(searching=True)
    one, other = kept.id, placed.id
    plan(placed, make.place(), broker)
    page = browse.as_(broker).get(f"/studenten/dubbel/{one}/{other}")
    assert page.values(f"/{other}")["keep"] == str(other)
    page = page.submit(f"/{other}", keep=str(one), status=422)
    assert "Laat die student blijven" in page.error_at("keep")
    assert page.values(f"/{other}")["keep"] == str(one)
