"""P21: another's record and no record look the same: to the letter in body and headers, and by the clock."""

import re
from time import process_time

import pytest
from sqlalchemy import func, select

from stagemakelaar.db import current_session
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Proposal, Round
from stagemakelaar.web import case_page
from tests import proofs
from tests.matrix.reading import text_in
from tests.matrix.world import databases
from tests.same_time import told_apart

pytestmark = databases

# Who, the page, and of what a number stands in it.
PAGES = {
    "/studenten/{}": ("bB", Student),
    "/studenten/{}/voorkeuren": ("bB", Student),
    "/voorstellen/{}": ("bB", Proposal),
    "/plaatsingen/{}": ("bB", Placement),
    "/plekken/{}": ("bB", Place),
    "/rondes/{}": ("bB", Round),
    "/verzoeken/{}": ("bB", DataRequest),
    "/student/plaatsing/{}": ("s2", Placement),
    "/bedrijf/plekken/{}": ("e2", Place),
    "/bedrijf/plaatsingen/{}": ("e2", Placement),
}
TIMED = list(PAGES) if proofs.IS_FULL else ["/studenten/{}", "/bedrijf/plekken/{}"]


def numbers(world, path):
    """Of a record that is another's, and of none."""
    name = {Student: "student", Proposal: "proposal", Placement: "placement", Place: "place", Round: "round"}
    _who, model = PAGES[path]
    theirs = world.records[name.get(model, "request")]
    return theirs, max(current_session().scalar(select(func.max(model.id))) + 1, 10 ** (len(str(theirs)) - 1))


def plain(answer, number):
    text = re.sub(r'name="csrf_token"[^>]*', "", f"{answer.status}\n{text_in(answer)}")
    text = re.sub(r"(?m)^(Set-Cookie|Content-Length): .*$|[Rr]eferentie:? \w+", "", text)
    return re.sub(rf"/{number}\b", "/NUMBER", text)


@pytest.mark.promise("P21", "P20")
@pytest.mark.parametrize("path", PAGES)
def test_anothers_record_and_none_give_one_answer(world, path):
    who, _model = PAGES[path]
    theirs, none = numbers(world, path)
    answers = [world.ask(who, "GET", path.format(number)) for number in (theirs, none)]
    assert [answer.status for answer in answers] == [404, 404]
    assert plain(answers[0], theirs) == plain(answers[1], none)
    assert answers[0].lines == answers[1].lines


def asker(world, path):
    """Asks for the page of another's record (0) or of none (1), and takes back what was written."""
    who, _model = PAGES[path]
    paths = [path.format(number) for number in numbers(world, path)]
    client = world.app.test_client()
    client.set_cookie("session", world.cookies[who])

    def ask(kind, _number):
        answer = client.get(paths[kind])
        assert answer.status_code == 404

    return ask


@pytest.mark.promise("P21")
@pytest.mark.parametrize("path", TIMED)
def test_anothers_record_takes_as_long_as_none(world, path, record_property):
    with world.kept_for_now():
        assert told_apart(asker(world, path), record_property, comparisons=2 * len(TIMED)) is None


@pytest.mark.promise("P21", red=True)
def test_a_page_that_looks_before_it_asks_whose_is_seen(world, monkeypatch, record_property):
    honest = case_page.case_for

    def looks_first(session, user, student_id):
        begun = process_time()
        if session.get(Student, student_id) is not None:
            while process_time() - begun < 0.01:  # what a page costs that gathers all before it asks whose it is
                session.execute(select(func.count()).select_from(User)).all()
        return honest(session, user, student_id)

    monkeypatch.setattr(case_page, "case_for", looks_first)
    with world.kept_for_now():
        assert "apart" in told_apart(asker(world, "/studenten/{}"), record_property, pairs=12)
