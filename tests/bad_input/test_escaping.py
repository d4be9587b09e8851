"""Hostile text in every column that people type in, on every page and in every letter: it is shown as the text it is.

In short every second page is opened, by one of those who may; in full each, by each of them, and in its other states.
"""

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Enum, String, select, text

from stagemakelaar import db
from stagemakelaar.db import Base
from stagemakelaar.letters import Writer
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from tests.conftest import KINDS
from tests.every_page import WHO
from tests.page_states import states_of
from tests.pages import Browser
from tests.proofs import IS_FULL, times

# What nobody types, or what is of a fixed form before it is kept.
NOT_TYPED = """
attempt.subject audit_entry.actor_role audit_entry.action audit_entry.object_type audit_entry.result audit_entry.origin
audit_entry.previous audit_entry.hash erasure.ref message.key message.kind message.recipient message.language
message.message_id programme.slug qualification.code qualification.search_name equivalent.code
equivalent.equivalent_code interest.postcode organisation.sort_name organisation.kvk_number organisation.branch_number
organisation.postcode user_account.email user_account.language user_account.password_hash user_account.totp_secret
user_account.totp_next work_process.code work_process.number organisation_contact.code place.postcode
recognition.code recovery_code.code_hash saved_view.query sign_in_link.email sign_in_link.token_hash
sign_in_link.code_hash sign_in_link.browser_hash student.sort_name user_session.token_hash place_code.code
placement.code placement.withdraw_reason profile.code profile.school_brin profile.postcode run.input_hash
run.outcome_hash run.engine unplaced.cause review.reason review.undone_reason programme.phone interest.phone
user_account.phone programme.email place.trainer_email
"""
COLUMNS = sorted(
    f"{table.name}.{column.name}"
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, String) and not isinstance(column.type, Enum)
)
MACHINE = set(NOT_TYPED.split())
TYPED = [column for column in COLUMNS if column not in MACHINE]
MARK = re.compile(r"&#34;&gt;&lt;b zq(\d+)&gt;&#39;zq\{\{1000-1\}\}")


def hostile(number):
    """A text that shows by itself where it was not taken as text: as a tag, out of a quote, or as a template."""
    return f"\"><b zq{number}>'zq{{{{1000-1}}}}"


def bare(page):
    """Where such a text, or a part of it, was taken for something else."""
    return re.findall(r".{0,60}(?:<b zq|'zq|zq999).{0,20}", page)


@pytest.fixture
def hostile_demo(trying):
    """The demo, with such a text in every row of every column that people type in."""
    for number, column in enumerate(TYPED):
        table, name = column.split(".")
        apart = " || id" if column == "student.school_number" else ""  # no two students have the same
        trying.connection.execute(text(f"UPDATE {table} SET {name} = :it{apart}"), {"it": hostile(number)})
    db.close_session()
    return trying


def test_every_column_of_text_is_typed_by_people_or_not():
    assert set(COLUMNS) >= MACHINE


def opened(trying):
    """(address, what it shows) of every page."""
    for who, path in list(trying.pages(of_all=IS_FULL))[:: times(short=2, full=1)]:
        page = path.format(**trying.records)
        yield page, trying.clients[who].get(page, buffered=True)
    for who in WHO if IS_FULL else ():
        for email, page in states_of(trying.session, who):
            user = trying.session.scalars(select(User).where(User.email == email)).one()
            yield page, Browser(trying.app).as_(user).client.get(page, buffered=True)


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", KINDS[:1], indirect=True)
def test_hostile_text_is_shown_as_text_on_every_page(hostile_demo, record_property):
    wrong, seen, pages = [], set(), 0
    for page, answer in opened(hostile_demo):
        assert answer.status_code < 500, page
        if answer.content_type.startswith("text/html"):
            shown = answer.get_data(as_text=True)
            wrong += [f"{page}: {found}" for found in bare(shown)]
            seen |= {TYPED[int(number)] for number in MARK.findall(shown)}
            pages += 1
    record_property("pages", pages)
    record_property("columns shown", len(seen))
    assert wrong == []
    unseen = set(TYPED) - seen
    assert len(unseen) < len(TYPED) * times(short=2, full=1) // 3, unseen


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", KINDS[:1], indirect=True)
def test_hostile_text_is_shown_as_text_in_every_letter(hostile_demo):
    session = hostile_demo.session
    letters = {message.kind: message for message in session.scalars(select(Message).order_by(Message.id))}
    assert len(letters) > 5
    for message in letters.values():
        if message.data:  # what it said was not emptied yet
            letter = Writer(hostile_demo.app)(message)
            page = BeautifulSoup(letter.get_body(preferencelist=("html",)).get_content(), "html.parser")
            assert hostile(TYPED.index("programme.name")) in page.get_text(), message.kind
            assert not [tag for tag in page.find_all() if any("zq" in name for name in tag.attrs)]
            assert letter["To"] == message.to


@pytest.mark.promise("BAD", red=True)
@pytest.mark.parametrize("demo_engine", KINDS[:1], indirect=True)
def test_a_page_that_takes_text_for_mark_up_is_seen(hostile_demo, app, monkeypatch):
    page, client = "/studenten", hostile_demo.clients["b"]
    assert bare(client.get(page).get_data(as_text=True)) == []
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    for kept in ("cache", "bytecode_cache"):
        monkeypatch.setattr(app.jinja_env, kept, None)
    assert bare(client.get(page).get_data(as_text=True))
