"""The reviewed round as a PDF: it can be read aloud, says what was decided, and takes nothing typed for markup."""

import re

import pytest
from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.people.models import User
from stagemakelaar.rounds.models import Proposal, ProposalState, Unplaced
from tests.every_page import records_of, signed_in
from tests.pdf_text import text_of
from tests.rows import change

CANARY = '#eval("1+1") $x^2$ *Zoë* <a> \\ @Çelik'


def squeezed(text):
    """Without blanks: a long name goes on at the next line."""
    return re.sub(r"\s", "", text)


@pytest.fixture
def number(demo):
    return records_of(demo)["round"]


@pytest.fixture
def report(app, demo, number):
    def made():
        answer = signed_in(app, demo, "b").client.get(f"/rondes/{number}/verslag.pdf")
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        return answer.data

    return made


def test_it_is_tagged_has_a_language_a_title_and_asks_to_be_accessible(report):
    pdf = report()
    assert pdf.startswith(b"%PDF-")
    for marker in (b"/MarkInfo<</Marked true", b"/StructTreeRoot", b"/Lang(nl)", b"/Title(Verslag van", b"pdfuaid"):
        assert marker in pdf


def test_it_says_what_was_decided_by_whom_and_who_stayed_without(report, demo, number):
    told = squeezed(text_of(report()))
    run = demo.scalars(select(Proposal.run_id).where(Proposal.id == records_of(demo)["proposal"])).one()
    for proposal in demo.scalars(select(Proposal).where(Proposal.run_id == run)).unique():
        assert squeezed(proposal.student.full_name) in told
        assert squeezed(proposal.place.title) in told
        if proposal.state is ProposalState.APPROVED:
            assert squeezed("Past goed bij de leerwens.") in told
    for one in demo.scalars(select(Unplaced).where(Unplaced.run_id == run)).unique():
        assert squeezed(one.student.full_name) in told
    assert squeezed("goedgekeurd door") in told


def test_what_people_typed_is_shown_as_it_is(report, demo):
    proposal = demo.get(Proposal, records_of(demo)["proposal"])
    change(User, proposal.student.user_id, name=CANARY)
    assert squeezed(CANARY) in squeezed(text_of(report()))


def test_it_is_in_the_trail(report, demo, number):
    report()
    entry = demo.scalars(select(Entry).where(Entry.action == "export")).one()
    assert (entry.details["list"], entry.details["round"]) == ("verslag", number)


@pytest.mark.parametrize(
    ("name", "shown"), [("李明", "□□"), ("Anna 💙", "Anna□"), ("አበበ", "□□□"), ("Sanne \u0007", "Sanne□")]
)
def test_a_sign_that_no_font_has_is_a_square_and_all_else_stands(report, demo, name, shown):
    proposal = demo.get(Proposal, records_of(demo)["proposal"])
    user, title = proposal.student.user_id, proposal.place.title
    change(User, user, name=f"Van {name} Çelik")
    told = squeezed(text_of(report()))
    assert f"Van{shown}Çelik" in told
    assert squeezed(title) in told
