"""Who is only kept stands in no list, number, download or chain of somebody else, unless a stage of theirs goes on."""

import csv
from datetime import date
from types import SimpleNamespace

import pytest

from stagemakelaar import outbox
from stagemakelaar.casework.actions import hand_over, record_contact
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.casework.queries import case_of
from stagemakelaar.casework.tasks import add_task
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.intake import merging
from stagemakelaar.intake.models import Merge
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rights import requests
from stagemakelaar.rights.models import DataRequest, RequestKind
from stagemakelaar.rounds import comments, forgetting, review, second_look
from stagemakelaar.rounds.changes import as_computed, as_it_is_now
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HintLevel, Proposal, Round, Run
from stagemakelaar.rounds.oversight import decisions_of
from stagemakelaar.rounds.queries import alternatives_for, count_by_state, count_causes, unplaced_of
from tests.computed import asked, compute, computed, proposals

RESTRICTION, OBJECTION = RequestKind.RESTRICTION, RequestKind.OBJECTION
WAITS = "/makelaar?van=allen&soort="


def lists_with(pages, paths, name):
    """Which of these pages and downloads hold a name."""
    answers = {path: pages.client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path for path, answer in answers.items() if name in answer.get_data(as_text=True)}


# --- a stage that goes on ------------------------------------------------------------------------------------------

OF_A_STAGE = {"/plaatsingen", "/plaatsingen/lijst.csv", "/taken", *(WAITS + one for one in ("contact", "taak", "post"))}
OF_A_STAGE |= {WAITS + "overgedragen", "/bedrijf"}
OF_THE_SEARCH = {"/studenten", "/studenten/lijst.csv"}


@pytest.fixture
def on_stage(make, session, browse, moment):
    """A stage that runs since seven weeks, with all that can wait in it: student, placement, and who looks."""
    student, place, broker = make.student(searching=True, last_name="Zwaluw"), make.place(), make.broker()
    colleague, employer = make.broker(name="Karim Aziz"), make.employer_of(place.organisation)
    number, first = student.id, date(2027, 2, 3)
    with transaction() as writing:
        student, place = writing.get(Student, number), writing.get(Place, place.id)
        student.profile.starts_on = first
        by = writing.merge(broker, load=False)
        placement = placements.plan(writing, student, place, reasons={}, by=by)
        placements.accept(writing, placement, by=student.user)
        placements.confirm_capacity(writing, placement, by=by)
        placements.start(writing, placement, by=by)
        case = case_of(writing, student)
        record_contact(
            writing, case, kind=ContactKind.CALL, held_on=first, note="Goed.", next_on=date(2027, 2, 10), by=by
        )
        add_task(writing, what="Bellen", due_on=date(2027, 2, 10), case=case, by=by)
        hand_over(writing, case, to=writing.merge(colleague, load=False), why="Verlof.", by=by)
        letter = outbox.claim(writing)[0].id
        outbox.settle_trouble(writing, letter, 1, "550 onbekend adres", lasting=True)
        found = placement.id
    moment("2027-03-24T10:00:00+01:00")
    return SimpleNamespace(
        student=number,
        placement=found,
        broker=browse.as_(session.get(User, colleague.id)),
        employer=browse.as_(session.get(User, employer.id)),
    )


def where(stage):
    """Which lists of broker and company hold the student."""
    found = lists_with(stage.broker, (OF_A_STAGE | OF_THE_SEARCH) - {"/bedrijf"}, "Zwaluw")
    return found | lists_with(stage.employer, {"/bedrijf"}, "Zwaluw")


def letters_in_the_post(stage, session):
    """Which letters to the student the download of the post holds."""
    address = session.get(Student, stage.student).user.email
    rows = csv.reader(stage.broker.client.get("/post/lijst.csv").get_data(as_text=True).splitlines(), delimiter=";")
    return {row[0] for row in rows if address in row}


def number_in_the_menu(stage):
    link = stage.broker.get("/taken").soup.select_one('nav a[href="/makelaar"]')
    return int("".join(sign for sign in link.text if sign.isdigit()) or 0)


def test_what_belongs_to_a_stage_goes_on_until_it_is_over_and_then_no_list_has_the_student(on_stage, session, granted):
    assert where(on_stage) == OF_A_STAGE | OF_THE_SEARCH
    granted(session.get(Student, on_stage.student), RESTRICTION)
    assert where(on_stage) == OF_A_STAGE
    assert len(letters_in_the_post(on_stage, session)) > 1
    waiting = number_in_the_menu(on_stage)
    with transaction() as writing:
        placements.end(writing, writing.get(Placement, on_stage.placement), by=None)
    assert where(on_stage) == set()
    assert letters_in_the_post(on_stage, session) == {"antwoord op een verzoek over eigen gegevens"}
    assert waiting - number_in_the_menu(on_stage) == 4  # talk, task, letter, hand-over


def test_with_whom_nobody_spoke_for_long_is_listed_while_the_stage_runs_alone(make, session, browse, granted, moment):
    student, place, broker = make.student(searching=True, last_name="Specht"), make.place(), make.broker()
    number = student.id
    with transaction() as writing:
        student = writing.get(Student, number)
        student.profile.starts_on = date(2027, 2, 3)
        by = writing.merge(broker, load=False)
        placement = placements.plan(writing, student, writing.get(Place, place.id), reasons={}, by=by)
        placements.accept(writing, placement, by=student.user)
        placements.confirm_capacity(writing, placement, by=by)
        placements.start(writing, placement, by=by)
        runs = placement.id
    granted(session.get(Student, number), RESTRICTION)
    moment("2027-03-24T10:00:00+01:00")
    pages = browse.as_(session.get(User, broker.id))
    assert lists_with(pages, [WAITS + "stil"], "Specht")
    with transaction() as writing:
        placements.end(writing, writing.get(Placement, runs), by=None)
    assert not lists_with(pages, [WAITS + "stil"], "Specht")


# --- rounds --------------------------------------------------------------------------------------------------------


@pytest.fixture
def round_of_two(make, session, browse, coordinator):
    """Two students who could change places, of whom one was turned down, remarked on, wished for and drawn."""
    leaves, stays = (make.student(searching=True, last_name=name) for name in ("Zwaluw", "Merel"))
    places = make.place(make.organisation(name="De Linde"), pays_travel=True), make.place()
    broker, numbers = make.broker(), (leaves.id, stays.id)
    match_round, run = computed(broker)
    compute(asked(match_round, broker, lot=8, from_run=run))
    of = {one.student_id: one.id for one in proposals(run)}
    with transaction() as writing:
        by, own = writing.merge(broker, load=False), writing.get(Proposal, of[numbers[0]])
        wish = {"level": HintLevel.MUST, "why": "Dichtbij.", "by": by}
        give_hint(writing, writing.get(Student, numbers[0]), writing.get(Place, places[0].id), **wish)
        comments.comment_on(writing, own, text="Weet iemand meer?", by=by)
        review.reject(writing, own, by=by, why="Te ver.", seconds=9)
        drawn = second_look.draw(writing, writing.get(Round, match_round.id), 1, by=writing.get(User, coordinator.id))
        assert [one.proposal_id for one in drawn] == [own.id]
    return SimpleNamespace(
        leaves=numbers[0],
        run=run.id,
        round=match_round.id,
        other=of[numbers[1]],
        pages=browse.as_(session.get(User, coordinator.id)),
    )


def lists_of(two):
    """The lists that a restriction and an objection both close, and those that a restriction alone does.

    The page of the round says of who objected that they take no part.
    """
    here = f"/rondes/{two.round}"
    computed_of = {f"/voorstellen/{two.other}", f"{here}/vergelijken?toon=alle", f"{here}/voorstellen.csv"}
    by_hand = {here, f"{here}/wijzigingen", f"{here}/wijzigingen/terugdraaien", f"{here}/toezicht"}
    return computed_of, by_hand | {WAITS + "opmerkingen", WAITS + "tweede-blik"}


@pytest.mark.parametrize("kind", [RESTRICTION, OBJECTION])
def test_no_page_about_a_round_has_them_and_nobody_moves_them(round_of_two, session, granted, kind):
    two = round_of_two
    computed_of, by_hand = lists_of(two)
    assert lists_with(two.pages, computed_of | by_hand, "Zwaluw") == computed_of | by_hand
    granted(session.get(Student, two.leaves), kind)
    assert lists_with(two.pages, computed_of | by_hand, "Zwaluw") == (set() if kind is RESTRICTION else by_hand)
    assert "Trek besluiten" not in two.pages.get(f"/rondes/{two.round}/toezicht").text, "it was drawn already"


def figures(session, two):
    run = session.get(Run, two.run)
    told = (as_computed(session, run).placed, as_it_is_now(session, run).placed)
    others = alternatives_for(session, session.get(Proposal, two.other))[0]
    return (*told, sum(count_by_state(session, run.id).values()), len(decisions_of(session, two.round)), others)


@pytest.mark.parametrize("kind", [RESTRICTION, OBJECTION])
def test_no_figure_of_a_round_counts_them_and_the_seat_stays_out_of_the_reckoning(round_of_two, session, granted, kind):
    assert figures(session, round_of_two) == (2, 1, 2, 1, 1)
    granted(session.get(Student, round_of_two.leaves), kind)
    assert figures(session, round_of_two) == (1, 1, 1, 0, 0)
    own = next(one for one in proposals(SimpleNamespace(id=round_of_two.run)) if one.student_id == round_of_two.leaves)
    assert round_of_two.pages.get(f"/voorstellen/{own.id}").status == 200  # whose own page still opens


@pytest.mark.parametrize("kind", [RESTRICTION, OBJECTION])
def test_who_stayed_without_a_place_is_no_cause_any_more(make, session, granted, kind):
    student, broker = make.student(searching=True), make.broker()
    number = student.id
    _round, run = computed(broker)
    assert (len(count_causes(session, run.id)), len(session.scalars(unplaced_of(run.id)).all())) == (1, 1)
    granted(session.get(Student, number), kind)
    assert (count_causes(session, run.id), session.scalars(unplaced_of(run.id)).all()) == ([], [])


def test_what_was_computed_of_a_double_is_theirs_and_stays_so(make, session, browse, granted, coordinator):
    """A double keeps the proposals that it had; with what was asked it cannot come loose."""
    student, double, broker = make.student(), make.student(searching=True, last_name="Zwaluw"), make.broker()
    numbers = student.id, double.id
    make.place()
    match_round, run = computed(broker)
    paths = [f"/rondes/{match_round.id}", f"/rondes/{match_round.id}/vergelijken?toon=alle", "/studenten/dubbel"]
    compute(asked(match_round, broker, lot=8, from_run=run))
    with transaction() as writing:
        by, people = writing.merge(broker, load=False), [writing.get(Student, number) for number in numbers]
        forgetting.turn_down_all(writing, numbers, by=by)
        merge = merging.merge(writing, *people, taken=[], by=by).id
    pages = browse.as_(session.get(User, coordinator.id))
    assert lists_with(pages, paths, "Zwaluw") == set(paths)
    held = granted(session.get(Student, numbers[0]), RESTRICTION)
    assert lists_with(pages, paths, "Zwaluw") == set()
    with pytest.raises(DomainError), transaction() as writing:
        merging.undo_merge(writing, writing.get(Merge, merge), by=writing.get(User, coordinator.id))
    with transaction() as writing:
        requests.end(writing, writing.get(DataRequest, held), by=writing.get(Student, numbers[0]).user)
    assert lists_with(pages, paths, "Zwaluw") == set(paths)
