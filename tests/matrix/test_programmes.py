"""A programme never meets another: not on a page, in a list, a search, a file, a header or a refusal."""

import pytest
from sqlalchemy import or_, select

from stagemakelaar.casework import queries as cases
from stagemakelaar.casework.models import Case
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Membership, Organisation, Place
from stagemakelaar.rounds.models import Proposal
from tests import proofs
from tests.matrix.reading import text_in, walk
from tests.matrix.world import databases

pytestmark = databases


def of_others(world):
    """The words that noord may not meet: of zuid, and of people at companies with which noord has nothing to do."""
    session = current_session()
    ours = select(Place.organisation_id).where(Place.programme_id == world.noord)
    known = select(User.email).join(Membership, Membership.user_id == User.id).join(Membership.organisation)
    known = set(
        session.scalars(known.where(or_(Organisation.registered_with_id == world.noord, Organisation.id.in_(ours))))
    )
    members = set(session.scalars(select(User.email).join(Membership, Membership.user_id == User.id)))
    return {
        word
        for word, line in world.words.items()
        if line["programme"] == world.zuid
        or (line["programme"] is None and line["owner"] in members and line["owner"] not in known)
    }


def strangers_in(world, answers, forbidden):
    """(address, what was met) for each answer in which something stands that noord may not meet."""
    for address, answer in answers:
        if met := [line for line in world.words_in(text_in(answer)) if line["word"] in forbidden]:
            yield address, sorted({(line["resource"], line["field"]) for line in met})
        if answer.status >= 500:
            yield address, answer.status


@pytest.mark.promise("P18")
@pytest.mark.parametrize("who", ["bA", "cA"] if proofs.IS_FULL else ["bA"])
def test_whoever_follows_every_link_meets_nobody_of_another_programme(world, who, record_property):
    answers = list(
        walk(
            world,
            who,
            starts=["/makelaar", "/studenten?zoek=a", "/plekken", "/organisaties", "/rondes", "/post", "/versturen"],
            most=proofs.times(short=45, full=4_000),
            per_kind=proofs.times(short=1, full=40),
        )
    )
    record_property("pages", len(answers))
    assert len(answers) >= proofs.times(short=30, full=300)
    assert list(strangers_in(world, answers, of_others(world))) == []
    own = {line["word"] for line in world.words.values() if line["programme"] == world.noord}
    assert any(line["word"] in own for _path, answer in answers for line in world.words_in(text_in(answer)))


@pytest.mark.promise("P18")
def test_files_hold_the_own_programme_and_all_of_it(world):
    session = current_session()
    forbidden = of_others(world)
    wanted = {
        "/studenten/lijst.csv": select(Case.id)
        .join(Student, Student.id == Case.student_id)
        .where(
            Case.programme_id == world.noord,
            Student.merged_into_id.is_(None),
            Student.restricted_at.is_(None),  # whose data is only kept
        ),
        "/plaatsingen/lijst.csv": select(Placement.id).where(Placement.programme_id == world.noord),
        "/plekken/lijst.csv": select(Place.id).where(Place.programme_id == world.noord),
    }
    expected = {path: len(session.scalars(found).all()) for path, found in wanted.items()}
    files = {path: world.ask("bA", "GET", path) for path in expected}
    assert {path: len(file.text.splitlines()) - 1 for path, file in files.items()} == expected
    paths = [
        "/studenten/lijst.xlsx",
        "/post/lijst.xlsx",
        "/rondes/{round}/verslag.pdf",
        "/rondes/{round}/zonder-plek.csv",
    ]
    files |= {path: world.ask("bA", "GET", path.format(**world.records)) for path in paths}
    assert {file.status for file in files.values()} == {200}
    assert list(strangers_in(world, files.items(), forbidden)) == []


@pytest.mark.promise("P18")
def test_who_searches_for_another_programmes_words_finds_nothing(world):
    session = current_session()
    theirs = session.scalars(select(Student).where(Student.programme_id == world.zuid)).first()
    words = [line["word"] for line in world.words.values() if line["programme"] == world.zuid]
    words = words[:: len(words) // proofs.times(short=3, full=60)]
    for word in [*words, theirs.user.email, theirs.school_number or "zq"]:
        for path in ("/studenten?zoek=", "/plaatsingen?zoek=", "/plekken?zoek=", "/organisaties?zoek="):
            answer = world.ask("bA", "GET", path + word)
            met = [line for line in world.words_in(text_in(answer)) if line["programme"] == world.zuid]
            assert [line for line in met if line["word"] != word] == [], path


@pytest.mark.promise("P18")
def test_another_programmes_numbers_in_a_form_refuse_the_whole(world):
    pages = {}
    for path, model, deed in (("/studenten/samen", Case, "taak"), ("/plaatsingen/samen", Placement, "herinneren")):
        own, foreign = (
            current_session().scalars(select(model.id).where(model.programme_id == programme)).first()
            for programme in (world.noord, world.zuid)
        )
        for numbers in ([foreign], [own, foreign]):
            for method in ("GET", "POST"):
                asked = {"doen": deed, "kies": [str(number) for number in numbers]}
                path_asked = path + "?" + "&".join([f"doen={deed}", *(f"kies={number}" for number in numbers)])
                pages[method, path_asked] = world.ask("bA", method, path_asked, data=asked)
    session = current_session()
    proposal = session.scalars(select(Proposal.id).where(Proposal.programme_id == world.noord)).first()
    their_place = session.scalars(select(Place.id).where(Place.programme_id == world.zuid)).first()
    their_student = session.scalars(select(Student.id).where(Student.programme_id == world.zuid)).first()
    for path in (
        f"/voorstellen/{proposal}/andere-plek/{their_place}",
        f"/studenten/{world.records['student']}/plaatsen/{their_place}",
        f"/studenten/{world.records['student']}/voorkeuren/{their_place}",
        f"/studenten/dubbel/{world.records['student']}/{their_student}",
        f"/studenten/dubbel/{their_student}/{world.records['student']}",
    ):
        for method in ("GET", "POST"):
            pages[method, path] = world.ask("bA", method, path, data={"why": "Omdat het kan."})
    assert {asked: answer.status for asked, answer in pages.items()} == dict.fromkeys(pages, 404)
    assert all(set(answer.changed) <= {"audit_entry"} for answer in pages.values())


@pytest.mark.promise("P18", red=True)
def test_a_list_that_forgets_the_programme_is_seen(world, monkeypatch):
    whole = select(Case).join(Case.student).order_by(Student.sort_name)
    monkeypatch.setattr(cases, "cases_visible_to", lambda _user: whole)
    answers = [("/studenten", world.ask("bA", "GET", "/studenten"))]
    assert list(strangers_in(world, answers, of_others(world))) != []
