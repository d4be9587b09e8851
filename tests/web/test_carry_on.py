"""A form that is sent after the session ended is not lost."""

from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.signing_in import UserSession, tidying

STEP = "/student/profiel/waar"
LATER = "2027-02-03T12:00:00+01:00"


def sign_in(browse, session, email):
    browse.get("/inloggen").submit(email=email)
    message = session.scalars(select(Message).order_by(Message.id.desc())).first()
    return browse.get(f"/inloggen/link/{message.data['token']}").submit()


def too_late(make, browse, moment):
    """A student whose session ended while the form was open, and who sent it then."""
    student = make.student()
    email = student.user.email
    inside = browse.as_(student.user)
    page = inside.get(STEP)
    moment(LATER)
    answer = page.submit(max_minutes="35", status=302)
    assert answer.location.startswith("/inloggen?next=")
    return inside, email


def test_what_was_typed_is_offered_again_and_arrives(make, browse, session, moment):
    inside, email = too_late(make, browse, moment)
    page = sign_in(inside, session, email).follow()
    assert page.heading == "Wat is ingevuld, is er nog"
    assert page.values()["max_minutes"] == "35"
    sent = page.submit(status=307)
    assert sent.location == STEP
    inside.post(STEP, page.values())
    assert inside.get(STEP).values()["max_minutes"] == "35"


def test_it_is_offered_once(make, browse, session, moment):
    inside, email = too_late(make, browse, moment)
    sign_in(inside, session, email).follow().submit(status=307)
    assert inside.get("/inloggen/verder", status=302).location == "/student"


def test_it_can_be_left_out(make, browse, session, moment):
    inside, email = too_late(make, browse, moment)
    sign_in(inside, session, email).follow().submit(_weglaten="1")
    assert inside.get("/inloggen/verder", status=302).location == "/student"
    assert inside.get(STEP).values()["max_minutes"] == "45"


def test_another_person_on_the_same_computer_does_not_get_it(make, browse, session, moment):
    inside, _email = too_late(make, browse, moment)
    other = make.student().user.email
    assert sign_in(inside, session, other).location == "/student"
    assert [row.carried for row in session.scalars(select(UserSession))] == [None, None]


def test_a_stranger_who_sends_a_form_leaves_nothing(browse, session):
    browse.post(STEP, {"max_minutes": "35"}, status=302)
    assert session.scalars(select(UserSession)).all() == []


def test_after_signing_out_nothing_is_kept(make, browse, session):
    student = make.student()
    inside = browse.as_(student.user)
    page = inside.get(STEP)
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    with inside.client.session_transaction() as cookie:
        kept = dict(cookie)
    inside.post("/uitloggen", {"csrf_token": token})
    with inside.client.session_transaction() as cookie:
        cookie.update(kept)
    page.submit(max_minutes="35", status=302)
    assert session.scalars(select(UserSession)).one().carried is None


def test_it_is_forgotten_when_the_day_is_over(make, browse, session, moment):
    too_late(make, browse, moment)
    assert session.scalars(select(UserSession)).one().carried["path"] == STEP
    moment("2027-02-04T10:00:00+01:00")
    with transaction() as writing:
        tidying.forget_old(writing)
    assert session.scalars(select(UserSession)).one().carried is None
