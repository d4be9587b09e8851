"""Who is signed in, asked at every request."""

from sqlalchemy import select

from stagemakelaar.people.signing_in import UserSession


def seen_at(session):
    return session.scalars(select(UserSession)).one().seen_at.isoformat()


def test_last_seen_is_written_at_most_once_a_minute(make, browse, session, moment):
    inside = browse.as_(make.student().user)
    moment("2027-02-03T10:00:59+01:00")
    inside.get("/student")
    assert seen_at(session) == "2027-02-03T09:00:00+00:00"
    moment("2027-02-03T10:01:30+01:00")
    inside.get("/student")
    assert seen_at(session) == "2027-02-03T09:01:30+00:00"


def test_a_session_goes_on_as_long_as_it_is_used(make, browse, moment):
    inside = browse.as_(make.student().user)
    for minute in (50, 100, 150):
        moment(f"2027-02-03T{10 + minute // 60}:{minute % 60:02d}:00+01:00")
        inside.get("/student")
    moment("2027-02-03T13:31:00+01:00")
    assert inside.get("/student", status=302).location.startswith("/inloggen")


def test_a_forged_cookie_is_nobody(make, browse):
    make.student()
    browse.client.set_cookie("session", "eyJ3aG8iOiJ4In0.made-up.signature")
    browse.get("/student", status=302)


def test_a_cookie_with_another_secret_is_nobody(make, browse):
    make.student()
    with browse.client.session_transaction() as cookie:
        cookie["who"] = "made up"
    browse.get("/student", status=302)


def test_another_role_works_at_the_next_request(make, browse, session):
    from stagemakelaar.db import transaction
    from stagemakelaar.people.models import Role, User

    broker_id = make.broker().id
    inside = browse.as_(session.get(User, broker_id))
    inside.get("/studenten")
    with transaction() as writing:
        writing.get(User, broker_id).role = Role.ADMIN
    inside.get("/studenten", status=403)
