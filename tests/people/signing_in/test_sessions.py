"""Sessions on the server."""

import pytest

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.errors import Overtaken
from stagemakelaar.people import actions as people
from stagemakelaar.people.models import Role, User
from stagemakelaar.people.signing_in import open_session, sessions


def opened(user, **changes):
    with transaction() as session:
        return open_session(session, user, **changes)


def seen(token):
    with transaction() as session:
        sessions.note_seen(session, sessions.session_of(session, token).id)


def test_a_session_belongs_to_who_signed_in(make, session):
    student = make.student()
    assert sessions.session_of(session, opened(student.user)).user_id == student.user_id


def test_a_made_up_secret_opens_nothing(make, session):
    opened(make.student().user)
    assert sessions.session_of(session, "made up") is None


def test_who_was_signed_out_elsewhere_a_moment_ago_is_told_so(make, session):
    token = opened(make.broker())
    with transaction() as writing:
        found = sessions.session_of(writing, token)
        sessions.end_one(writing, found.user, found.id)
    with pytest.raises(Overtaken), transaction() as writing:
        sessions.confirm(writing, token)


@pytest.mark.parametrize(
    ("role", "minutes"), [(Role.BROKER, 30), (None, 60)], ids=["staff: half an hour", "students: an hour"]
)
def test_a_session_ends_when_nothing_happens(make, session, moment, role, minutes):
    user = make.staff(role) if role else make.student().user
    token = opened(user)
    moment(f"2027-02-03T10:{minutes - 1:02d}:59+01:00")
    assert sessions.session_of(session, token) is not None
    moment(f"2027-02-03T{10 + minutes // 60}:{minutes % 60:02d}:00+01:00")
    assert sessions.session_of(session, token) is None


def test_a_session_of_staff_ends_after_eight_hours_of_work(make, session, moment):
    token = opened(make.broker())
    for hour in range(10, 18):
        for minute in (0, 20, 40):
            moment(f"2027-02-03T{hour}:{minute:02d}:00+01:00")
            seen(token)
    moment("2027-02-03T18:00:00+01:00")
    assert sessions.session_of(session, token) is None


def test_a_disabled_account_has_no_session_from_that_moment(make, session):
    user, admin = make.student().user, make.staff(Role.ADMIN)
    token = opened(user)
    with transaction() as writing:
        people.disable(writing, user, by=admin)
    assert sessions.session_of(session, token) is None
    with transaction() as writing:
        people.enable(writing, user, by=admin)
    assert sessions.session_of(session, token) is None


def test_a_session_that_was_left_open_does_not_help_a_disabled_account(make, session):
    user_id = make.student().user_id
    token = opened(session.get(User, user_id))
    with transaction() as writing:
        writing.get(User, user_id).disabled_at = clock.now()
    assert sessions.session_of(session, token) is None


def test_signing_out_cannot_be_undone_by_a_slow_request(make, session):
    user = make.student().user
    token = opened(user)
    found = sessions.session_of(session, token).id
    with transaction() as writing:
        sessions.end_session(writing, token, by=user)
    with transaction() as writing:
        sessions.note_seen(writing, found)
    assert sessions.session_of(session, token) is None


def test_between_password_and_code_there_are_ten_minutes(make, session, moment):
    token = opened(make.broker(), complete=False)
    assert sessions.session_of(session, token).is_complete is False
    moment("2027-02-03T10:10:00+01:00")
    assert sessions.session_of(session, token) is None
