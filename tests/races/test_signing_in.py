"""One-time secrets, tried by many at the same moment."""

import threading

import pytest
from sqlalchemy import func, select

from stagemakelaar import db
from stagemakelaar.db import transaction
from stagemakelaar.errors import TooOften
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import Attempt, LinkPurpose, limits, links, totp
from tests.builders import Make

pytestmark = pytest.mark.promise("P25", "P26")

MANY = 12


@pytest.fixture
def at_once(own_database):
    """Call something in many threads from one starting line; gives back what each got, or its exception."""

    def called(what):
        line, outcomes = threading.Barrier(MANY), []

        def run():
            try:
                line.wait(10)
                with transaction() as session:
                    outcome = what(session)
            except Exception as wrong:  # noqa: BLE001 - the losers are counted
                outcome = wrong
            finally:
                db.close_session()
            outcomes.append(outcome)

        threads = [threading.Thread(target=run) for _ in range(MANY)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return outcomes

    return called


def asked():
    with transaction() as session:
        links.ask(session, email="new@demo.example", browser="b", purpose=LinkPurpose.STUDENT)
    return db.current_session().scalars(select(Message)).one().data


def test_one_link_lets_in_one(at_once):
    token = asked()["token"]
    outcomes = at_once(lambda session: links.spend_link(session, token, "b") is not None)
    assert outcomes.count(True) == 1
    assert outcomes.count(False) == MANY - 1


def test_one_code_lets_in_one_and_never_more_than_five_tries_are_made(at_once):
    code = asked()["code"]
    outcomes = at_once(lambda session: links.spend_code(session, code, "b") is not None)
    assert outcomes.count(True) == 1


def test_one_code_of_the_second_factor_lets_in_one(at_once):
    user = Make().broker()
    user_id = user.id
    with transaction() as session:
        session.get(User, user_id).totp_secret = secret = totp.new_secret()
    code = totp.present_code(secret)[0]
    outcomes = at_once(lambda session: totp.spend_code(session, session.get(User, user_id), code))
    assert outcomes.count(True) == 1
    assert outcomes.count(False) == MANY - 1


def test_a_limit_holds_exactly_when_many_try_at_once(at_once):
    outcomes = at_once(lambda session: limits.take(session, password_account="someone"))
    assert sum(isinstance(outcome, TooOften) for outcome in outcomes) == MANY - 10
    assert db.current_session().scalar(select(func.count()).select_from(Attempt)) == 10
