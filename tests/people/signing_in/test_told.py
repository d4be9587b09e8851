"""P34: every way in and every try at it has its line in the trail, and none of them holds what opens a door."""

import pytest
from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.audit import Entry
from stagemakelaar.people.signing_in import totp
from tests import proofs
from tests.conftest import KINDS
from tests.pages import Browser
from tests.people.signing_in.test_proofs import NEW, PASSWORD, broker, latest, present, with_password  # noqa: F401

pytestmark = pytest.mark.parametrize("engine", KINDS if proofs.IS_FULL else KINDS[:1], indirect=True, scope="session")
WRONG = "verkeerd-wachtwoord-zq"


def in_every_way(app, make, email, session, moment):
    """Go in by password and code, by link and by a new password, and fail at each; gives back what was secret."""
    student, secrets = make.student().user.email, {PASSWORD, NEW, WRONG, totp.demo_secret(email)}
    desk = Browser(app)
    with_password(desk, email, WRONG)
    with_password(desk, email)
    desk.get("/inloggen/medewerker/code").submit(code="000000", status=422)
    moment("2027-02-03T10:01:00+01:00")
    secrets.add(present(email))
    desk.get("/inloggen/medewerker/code").submit(code=present(email))
    desk.client.post("/uitloggen", data=desk.get("/account/herstelcodes").values())
    at_home = Browser(app)
    page = at_home.get("/inloggen").submit(email=student).follow()
    secrets |= {latest(session).data["token"], latest(session).data["code"]}
    page.submit(code="ABCDEFGH", status=422)
    at_home.get(f"/inloggen/link/{latest(session).data['token']}").submit()
    elsewhere = Browser(app)
    elsewhere.get("/inloggen/medewerker/vergeten").submit(email=email)
    token = latest(session).data["token"]
    secrets.add(token)
    elsewhere.get(f"/inloggen/wachtwoord/{token}").submit(password=NEW)
    return secrets


def told(session):
    session.rollback()
    lines = session.scalars(select(Entry).order_by(Entry.seq)).all()
    return lines, "\n".join(str({name: getattr(line, name) for name in audit.CHAINED}) for line in lines)


@pytest.mark.promise("P34")
def test_each_way_in_is_told_and_nothing_that_opens_a_door(app, make, broker, session, moment):  # noqa: F811
    email, number = broker.email, broker.id
    secrets = in_every_way(app, make, email, session, moment)
    lines, text = told(session)
    due = ["sign_in.refused", "session.opened", "sign_in.code_refused", "session.ended", "sign_in.link_used"]
    assert set(due) | {"password.reset_asked", "password.changed"} <= {line.action for line in lines}
    assert {line.result for line in lines if line.action.endswith("refused")} == {"refused"}
    refused = [line for line in lines if line.action == "sign_in.refused"]
    assert [(line.object_type, line.object_id) for line in refused] == [("user_account", number)]
    assert {secret for secret in secrets if secret in text} == set()


@pytest.mark.promise("P34", red=True)
def test_a_line_with_what_was_typed_is_seen(app, make, broker, session, moment, monkeypatch):  # noqa: F811
    honest = audit.record

    def repeats(writing, action, *more, **about):
        typed = {"typed": WRONG} if action == "sign_in.refused" else {}
        return honest(writing, action, *more, **about, **typed)

    monkeypatch.setattr(audit, "record", repeats)
    in_every_way(app, make, broker.email, session, moment)
    assert WRONG in told(session)[1]
