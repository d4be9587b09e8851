"""P34: the trail is complete: each kind of change has its line, with who did what to which record, when and from where.

Every address to which a form can be sent stands in `changes.py`, by hand, with the action that the trail must tell. The
forms are filled in as a person would, and sent. No line holds a secret, nor a word that was typed.
"""

import re

import pytest
from sqlalchemy import func, select

from stagemakelaar import audit, clock
from stagemakelaar.audit import Entry
from stagemakelaar.db import current_session
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.web import layout
from tests import proofs
from tests.matrix.changes import BEFORE, DATA, NO_ACT, PAGE, PICKED, Before, changes
from tests.matrix.filling import WORDS, filled_in, form_at
from tests.matrix.table import ROWS
from tests.matrix.world import databases
from tests.people.signing_in.test_proofs import NEW, PASSWORD

POSTS = {rule for method, rule, resource, _letter in ROWS if method == "POST" and resource != "public"}


def send(world, who, rule, records, **more):
    """The answer to a form as it was served, filled in and sent."""
    page, path = PAGE[rule], rule.format(**records)
    form = form_at(world, who, page.format(**records), path) if page else None
    fixed = DATA.get(rule, {})
    data = (filled_in(form) if form else {}) | (fixed() if callable(fixed) else fixed) | more
    return world.ask(who, "POST", path, data=data, keep=True)


class Told:
    """Verteld: what the trail tells of a change, and the secrets that were in it."""

    def __init__(self, world, who, rule):
        records, before = dict(world.records), BEFORE.get(rule, Before([]))
        for other, first, *more in before.sends:
            answer = send(world, other, first, records, **(more[0] if more else {}))
            assert answer.status in (200, 302, 303), f"{first} before {rule}: {answer}"
            for name, model in before.newest.items():
                records[name] = current_session().scalar(select(func.max(model.id)))
        if rule in PICKED:
            records |= PICKED[rule](world)
        last, letters = (current_session().scalar(select(func.max(one))) for one in (Entry.seq, Message.id))
        self.answer = send(world, who, rule, records)
        self.lines = current_session().scalars(select(Entry).where(Entry.seq > last).order_by(Entry.seq)).all()
        self.user = current_session().get(User, world.users[who])
        told = current_session().scalars(select(Message).where(Message.id > letters)).all()
        self.secrets = {letter.data[name] for letter in told for name in ("token", "code") if name in letter.data}
        self.secrets |= {self.user.totp_next, self.user.totp_secret} - {None}
        self.secrets |= set(re.findall(r"\b[A-Z0-9]{4,}(?:-[A-Z0-9]{4,}){2,}\b", self.answer.text))

    @property
    def text(self):
        return "\n".join(str({name: getattr(line, name) for name in audit.CHAINED}) for line in self.lines)


def faults_of(world, who, rule, action):
    """What the trail does not tell of a change, and what it should not; the lines are taken back."""
    with world.kept_for_now():
        told = Told(world, who, rule)
        actions = [line.action for line in told.lines]
        if action not in actions:
            yield f"{who} {rule}: {told.answer}; {actions} tells no {action}"
        yield from (f"{rule}: {fault}" for line in told.lines if (fault := wrong_with(told.user, line)))
        typed = {word for word in TYPED if word in told.text.casefold()}
        spoken = {line["word"] for line in world.words_in(told.text)}
        if leaked := typed | spoken | {one for one in told.secrets if one in told.text}:
            yield f"{rule}: {leaked} stands in the trail"


TYPED = {"zqafs", "zqnam", "zqcon", "zqtra", "zqlist", "zqweergave", "zqanders", "zqronde", "school.example"}
TYPED |= {PASSWORD, NEW}


def wrong_with(user, line):
    """What is wrong with who, what, which record, when and from where, or None."""
    told = (line.result, line.origin, line.at, line.actor_id, line.actor_role)
    due = ("done", "127.0.0.0/24", clock.now(), user.id, user.role.value)
    if told != due:
        return f"{line.action} tells {told}, not {due}"
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+", line.action):
        return f"{line.action} is no action"
    named = line.object_type and line.object_id
    if not named and not any(isinstance(value, int) for value in line.details.values()):
        return f"{line.action} names no record"
    return None


@pytest.fixture(autouse=True)
def no_number_in_the_menu(monkeypatch):
    monkeypatch.setattr(layout, "count_for", lambda *_asked: 0)  # which costs more than all else


@pytest.mark.promise("P34")
def test_every_address_of_a_form_stands_in_the_table():
    told = {rule for _who, rule, *_rest in changes()}
    assert told | NO_ACT == POSTS
    assert told & NO_ACT == set()


@pytest.mark.promise("P34")
@databases
def test_what_is_called_no_act_changes_nothing_but_a_letter(world):
    for who, rule in (("s1", "/account/bevestigen/mail"), ("bA", "/inloggen/verder")):
        answer = world.ask(who, "POST", rule)
        assert (rule in NO_ACT, answer.status in (302, 303)) == (True, True), f"{rule}: {answer}"
        assert set(answer.changed) <= {"message", "sign_in_link"}, f"{rule}: {answer}"


@pytest.mark.promise("P34")
@databases
def test_every_change_has_its_line_and_no_line_has_a_secret(world, record_property):
    rows = [(who, rule, action) for who, rule, action, _page in changes()]
    rows = rows if proofs.IS_FULL else rows[::4]
    faults = [fault for row in rows for fault in faults_of(world, *row)]
    assert faults == [], "\n".join(faults)
    record_property("changes", len(rows))


@pytest.mark.promise("P34")
@databases
def test_a_reading_a_download_and_a_refusal_say_who_and_from_where(world):
    paths = {
        "/studenten/{student}": ("student.read", "done"),
        "/studenten/lijst.csv": ("export", "done"),
        "/accounts": ("page.refused", "refused"),
    }
    with world.kept_for_now():
        for path, due in paths.items():
            world.ask("bA", "GET", path.format(**world.records), keep=True)
            line = current_session().scalars(select(Entry).order_by(Entry.seq.desc())).first()
            assert (line.action, line.result) == due
            assert (line.actor_id, line.actor_role, line.origin) == (world.users["bA"], "broker", "127.0.0.0/24")
            assert line.at == clock.now()


NOTE = ("bA", "/studenten/{student}/notities", "case_note.written")


@pytest.mark.promise("P34", red=True)
@databases
def test_a_change_that_forgets_its_line_is_seen(world, monkeypatch):
    honest = audit.record

    def forgets(session, action, *more, **about):
        return None if action == NOTE[2] else honest(session, action, *more, **about)

    monkeypatch.setattr(audit, "record", forgets)
    assert [fault for fault in faults_of(world, *NOTE) if "tells no case_note.written" in fault]


@pytest.mark.promise("P34", red=True)
@databases
def test_a_line_that_repeats_what_was_typed_is_seen(world, monkeypatch):
    honest = audit.record
    monkeypatch.setattr(audit, "record", lambda *asked, **about: honest(*asked, **about, text=WORDS))
    assert [fault for fault in faults_of(world, *NOTE) if "stands in the trail" in fault]
