"""The trail gone over from the shell, with and without a head that was mailed before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from stagemakelaar import audit, clock, jobs, retention
from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role
from stagemakelaar.rights.listed import BadList


@pytest.fixture
def mailed_head(make, session):
    """Today's head, as an auditor finds it in the mail."""
    make.staff(Role.AUDITOR, email="auditor@demo.example")
    jobs.tidy()
    return session.scalars(select(Message)).one().data["head"]


def test_a_whole_trail_is_exit_zero(call, make, session):
    make.broker()
    code, told = call("audit", "verify")
    last = session.scalars(select(Entry).order_by(Entry.seq.desc())).first()
    assert (code, told["command"], told["entries"], told["first_bad"], told["kind"]) == (
        (0, "audit verify", last.seq, None, None)
    )
    assert told["head"] == f"{last.seq}:{last.hash}"


def test_the_mailed_head_still_stands_in_a_longer_trail(call, mailed_head, make):
    make.broker()
    code, told = call("audit", "verify", "--head", mailed_head)
    assert (code, told["kind"]) == (0, None)


def test_a_head_that_is_not_there_is_exit_one(call, mailed_head):
    seq, _colon, line_hash = mailed_head.partition(":")
    code, told = call("audit", "verify", "--head", f"{seq}:{line_hash[::-1]}")
    assert (code, told["kind"], told["first_bad"]) == (1, "head", int(seq))
    code, told = call("audit", "verify", "--head", f"{int(seq) + 5}:{line_hash}")
    assert (code, told["kind"], told["first_bad"]) == (1, "cut", int(seq) + 1)


@pytest.mark.parametrize("head", ["12", "x:" + "a" * 64, "12:" + "g" * 64, "12:abc", ":"])
def test_a_head_that_nobody_mailed_is_exit_two(app, database, head):
    assert app.test_cli_runner().invoke(args=["audit", "verify", "--head", head]).exit_code == 2


def test_without_json_it_says_where_it_broke(call, app, mailed_head):
    seq, _colon, line_hash = mailed_head.partition(":")
    head = f"{seq}:{line_hash[::-1]}"
    result = app.test_cli_runner().invoke(args=["audit", "verify", "--head", head])
    assert result.stdout == f"Regel {seq} is niet meer die van toen: het logboek is opnieuw geschreven.\n"


def test_a_list_of_erasures_that_cannot_be_read_does_not_silence_the_trail(make, session, tmp_path):
    make.staff(Role.AUDITOR, email="auditor@demo.example")
    broken = tmp_path / "erasures.jsonl"
    broken.write_text("not a line\n")
    with pytest.raises(BadList):
        jobs.tidy(broken)
    assert session.scalars(select(Message)).one().kind == "audit_head"


def test_nobody_is_erased_by_the_clock_while_the_list_cannot_be_written(database, tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(retention, "run", ran.append)
    with pytest.raises(DomainError, match="niet te schrijven"):
        jobs.tidy(tmp_path / "not mounted" / "erasures.jsonl")
    jobs.tidy(tmp_path / "erasures.jsonl")
    assert ran == [tmp_path / "erasures.jsonl"]


def test_every_auditor_gets_the_head_once_a_day(make, session, mailed_head, moment):
    second = make.staff(Role.AUDITOR, email="auditor2@demo.example")
    jobs.tidy()
    jobs.tidy()
    sent = session.scalars(select(Message).where(Message.kind == "audit_head")).all()
    assert [message.to for message in sent] == ["auditor@demo.example", second.email]
    moment((clock.now() + timedelta(days=1)).isoformat())
    jobs.tidy()
    session.rollback()
    sent = session.scalars(select(Message).where(Message.kind == "audit_head")).all()
    assert len(sent) == 4


def test_whoever_left_gets_no_head(make, session):
    left = make.staff(Role.AUDITOR)
    with transaction() as now:
        now.get(type(left), left.id).disabled_at = clock.now()
        audit.record(now, "user.disabled", left, by=None)
    jobs.tidy()
    assert session.scalars(select(Message)).all() == []
