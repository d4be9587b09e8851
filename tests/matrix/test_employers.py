"""What a company learns of a student: by the state of the placement, on every page and in every letter; no more."""

from dataclasses import replace

import pytest
from babel.dates import format_date
from sqlalchemy import select

from stagemakelaar.db import current_session
from stagemakelaar.errors import NotFound
from stagemakelaar.letters import Writer
from stagemakelaar.outbox import Message
from stagemakelaar.placements.models import Placement
from stagemakelaar.placements.queries import placement_at
from stagemakelaar.places.models import Membership
from stagemakelaar.web import employer_placements
from tests import proofs
from tests.matrix.reading import text_in
from tests.matrix.world import databases

pytestmark = databases

# What may be known, by the state of the placement, as section 3 draws it.
NOTHING, NAME, HOW = frozenset(), frozenset({"name"}), frozenset({"name", "reach"})
KNOWN = {"planned": NOTHING, "confirmed": HOW, "active": HOW, "completed": NAME, "withdrawn": NOTHING}


def placements_by_state(session):
    """Per state: the numbers of the placements that the company was told of; where the proof is short, the last."""
    found = {}
    for placement in session.scalars(select(Placement).order_by(Placement.id)):
        try:
            placement_at(session, placement.place.organisation, placement.id)
        except NotFound:
            continue
        found.setdefault(placement.state.value, []).append(placement.id)
    return {state: rows if proofs.IS_FULL else rows[-1:] for state, rows in found.items()}


def facts_of(world, session, student):
    """Name of a fact → the texts by which it would show."""
    user = student.user
    own = [line for line in world.words.values() if line["owner"] == user.email]
    names = {line["word"] for line in own if line["resource"] in ("user", "student")}
    born, profile = student.birth_date, student.profile
    return {
        "name": names | {line["word"] for line in own if line["resource"] == "profile"},
        "reach": {user.email, *([user.phone, user.phone.removeprefix("+31")] if user.phone else [])},
        "never": {
            *({born.isoformat(), f"{born:%d-%m-%Y}", format_date(born, "d MMMM y", "nl")} if born else ()),
            *([profile.postcode] if profile.postcode else ()),
            *([student.school_number] if student.school_number else ()),
            *(line["word"] for line in own if line["resource"] in ("contact_moment", "review", "placement")),
        },
    }


def shown(facts, text):
    """The names of the facts that stand in a text."""
    return {name for name, texts in facts.items() if any(one in text for one in texts)}


def pages_for(world, number, manages):
    """What a member of the company sees of a placement: its own page, and everything that the company's pages hold."""
    session = current_session()
    organisation = session.get(Placement, number).place.organisation_id
    member = select(Membership).where(Membership.organisation_id == organisation)
    member = session.scalars(member.where(Membership.manages == manages)).first()
    if member is None:
        return []
    who = f"member {member.user_id}"
    if who not in world.cookies:
        world._sign_in(who, complete=True, local=member.user.email.partition("@")[0])
    paths = [f"/bedrijf/plaatsingen/{number}", "/bedrijf", f"/bedrijf/plaatsingen/{number}/afzeggen"]
    return [(path, world.ask(who, "GET", path)) for path in (paths if manages else paths[:2])]


def too_much(world, state, number):
    """(address, what a company reads of the student and should not), and whether the page of the placement opened."""
    session = current_session()
    student = session.get(Placement, number).student
    facts = facts_of(world, session, student)
    everywhere = session.scalars(select(Placement.state).where(Placement.student_id == student.id)).all()
    for manages in (True, False):
        for path, answer in pages_for(world, number, manages):
            may = KNOWN[state] if manages else NOTHING
            if path == "/bedrijf" and manages:
                may = frozenset().union(*(KNOWN[one.value] for one in everywhere))
            if more := shown(facts, text_in(answer)) - may:
                yield path, manages, more
            if answer.status >= 400 and "afzeggen" not in path:
                yield path, manages, answer.status


@pytest.mark.promise("P19")
def test_a_company_reads_of_a_student_what_the_state_allows(world, record_property):
    by_state = placements_by_state(current_session())
    assert set(by_state) == set(KNOWN)
    wrong, opened = [], set()
    for state, numbers in by_state.items():
        for number in numbers:
            wrong += [(state, *one) for one in too_much(world, state, number)]
            facts = facts_of(world, current_session(), current_session().get(Placement, number).student)
            _path, page = pages_for(world, number, manages=True)[0]
            opened |= {(state, fact) for fact in shown(facts, page.text)}
    assert wrong == []
    assert {(state, fact) for state, may in KNOWN.items() for fact in may} <= opened  # and what may be read, is there
    record_property("requests", world.asked)


@pytest.mark.promise("P16", "P19")
def test_no_letter_tells_of_a_person_more_than_its_reader_knows(world, record_property):
    session = current_session()
    letters, write = {}, Writer(world.app)
    for message in session.scalars(select(Message).where(Message.kind.like("%\\_%", escape="\\")).order_by(Message.id)):
        letters.setdefault(message.kind, []).append(message)
    written, wrong = 0, []
    for kind, messages in letters.items():
        for message in messages if proofs.IS_FULL else messages[-2:]:
            if "token" in message.data:
                continue
            letter = write(message)
            text = letter.as_string() + "".join(
                part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"
            )
            written += 1
            wrong += [(kind, line) for line in world.words_in(text) if line["owner"] != message.to]
            if "placement" in message.data:
                student = session.get(Placement, message.data["placement"]).student
                own = message.to == student.user.email
                facts = facts_of(world, session, student)
                wrong += [(kind, more) for more in shown(facts, text) - ({"name", "reach"} if own else set())]
            wrong += [(kind, mark) for mark in ("<img", "url(", "/inloggen/link/") if mark in text]
    assert wrong == []
    assert written >= len(letters) - 3
    record_property("letters", written)


@pytest.mark.promise("P19", red=True)
def test_a_name_that_opens_too_early_is_seen(world, monkeypatch):
    honest = employer_placements.seen_by_employer

    def tells(session, placement, **how):
        return replace(honest(session, placement, **how), name=placement.student.full_name)

    monkeypatch.setattr(employer_placements, "seen_by_employer", tells)
    (planned,) = placements_by_state(current_session())["planned"][:1]
    monkeypatch.setattr(employer_placements, "seen_by_employer", tells)
    assert list(too_much(world, "planned", planned)) != []
