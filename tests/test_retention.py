"""The time to keep people is over: warned two weeks ahead, then gone by itself, and never a day early."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar import audit, clock, jobs, outbox, retention
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case
from stagemakelaar.casework.queries import case_of
from stagemakelaar.casework.tasks import add_task
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements.queries import lying_still
from stagemakelaar.places.models import Interest, InterestState
from stagemakelaar.rights import erasing, listed
from tests.proofs import Invalid
from tests.rows import row

CLOSED = "2027-02-03T10:00:00+01:00"


@pytest.fixture
def listing(tmp_path):
    return tmp_path / "erasures.jsonl"


def closed_on(make, moment, day):
    """A student whose case was closed at a moment; the number of the account."""
    moment(day)
    student = make.student()
    with transaction() as session:
        casework.close(session, session.get(Case, case_of(session, student).id), by=None, why="klaar")
    return student.user_id


def erased():
    return set(current_session().scalars(select(User.id).where(User.erased_at.is_not(None))))


def run_on(moment, listing, day):
    """A night of the worker: what is due, and the letters."""
    moment(day)
    told = retention.run(listing)
    jobs.deliver(lambda letter: None, lambda message: message)
    return told


def each_night(moment, listing, first, last):
    """Run every night between two days; day → who was erased in it."""
    gone, found = erased(), {}
    for number in range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1):
        day = date.fromordinal(number)
        run_on(moment, listing, f"{day}T00:01:00")  # a minute after midnight in Amsterdam, also when the clocks change
        now = erased()
        if now - gone:
            found[day.isoformat()] = now - gone
        gone = now
    return found


# Closed at this moment → the day on which it goes, one year later by the calendar in the Netherlands.
CASES = {
    "an ordinary day": ("2027-06-15T12:00:00+02:00", "2028-06-15"),
    "closed on a leap day": ("2028-02-29T12:00:00+01:00", "2029-03-01"),
    "a year over a leap day": ("2027-03-01T12:00:00+01:00", "2028-03-01"),
    "closed in the night in which summer begins": ("2027-03-28T03:30:00+02:00", "2028-03-28"),
    "gone in the night in which summer begins": ("2027-03-26T23:59:00+01:00", "2028-03-26"),
    "closed in the hour that comes twice": ("2027-10-31T02:30:00+01:00", "2028-10-31"),
    "gone in the night in which winter begins": ("2027-10-29T00:00:30+02:00", "2028-10-29"),
}


def nights_around(make, moment, listing, closed, due):
    """Warned two weeks before, then the nights around the last day: (what went when, the account)."""
    mine = closed_on(make, moment, closed)
    day = date.fromisoformat(due)
    for ahead in (15, 14):
        run_on(moment, listing, f"{date.fromordinal(day.toordinal() - ahead)}T00:01:00")
    first, last = (date.fromordinal(day.toordinal() + step).isoformat() for step in (-1, 1))
    return each_night(moment, listing, first, last), mine


@pytest.mark.promise("P38")
@pytest.mark.parametrize("name", CASES)
def test_a_year_is_a_year_of_the_calendar(make, moment, listing, name):
    closed, due = CASES[name]
    gone, mine = nights_around(make, moment, listing, closed, due)
    assert [day for day, who in gone.items() if mine in who] == [due]


@pytest.mark.promise("P38", red=True)
def test_a_year_of_365_days_is_seen(make, moment, listing, monkeypatch):
    from datetime import timedelta

    monkeypatch.setattr(retention, "months_after", lambda day, months: day + timedelta(days=365 * months // 12))
    gone, mine = nights_around(make, moment, listing, *CASES["a year over a leap day"])
    if not any(mine in who for who in gone.values()) and mine not in erased():
        raise Invalid("nobody was erased at all")
    assert [day for day, who in gone.items() if mine in who] != ["2028-03-01"]


@pytest.mark.promise("P38")
def test_exactly_who_is_due_goes_and_a_second_run_does_nothing(make, moment, session, listing, record_property):
    old = [closed_on(make, moment, CLOSED) for _one in range(3)]
    young, open_case = closed_on(make, moment, "2027-08-01T10:00:00"), make.student().user_id
    warned = run_on(moment, listing, "2028-01-20T03:00:00")
    assert (warned["warned"], warned["anonymised"], warned["kept"]) == (3, 0, {})
    letters = session.scalars(select(Message).where(Message.kind == "student_retention")).all()
    assert {(one.user_id, one.data["day"]) for one in letters} == {(one, "2028-02-03") for one in old}
    early = run_on(moment, listing, "2028-02-02T23:59:00")
    assert (early["warned"], early["anonymised"], early["kept"]) == (0, 0, {"warned": 3})
    moment("2028-02-03T00:01:00")
    dry = retention.run(listing, dry=True)
    assert erased() == set()
    done = run_on(moment, listing, "2028-02-03T00:01:00")
    assert dry == done
    assert (done["anonymised"], erased()) == (3, set(old))
    assert {young, open_case} & erased() == set()
    assert {line.user for line in listed.read(listing)} == set(old)
    lines = session.scalars(select(audit.Entry).where(audit.Entry.action == "retention.anonymised")).all()
    assert [line.details["accounts"] for line in lines] == [old]
    assert session.scalars(select(audit.Entry).where(audit.Entry.action == "student.erased")).all() == []
    before = audit.last_line(session)
    again = run_on(moment, listing, "2028-02-03T02:00:00")
    assert (again["warned"], again["anonymised"], again["deleted"]) == (0, 0, {})
    assert audit.last_line(session) == before
    record_property("erased", len(old))


def test_who_was_not_warned_in_time_stays_two_weeks_longer(make, moment, listing):
    mine = closed_on(make, moment, CLOSED)
    assert run_on(moment, listing, "2028-05-01T10:00:00")["warned"] == 1  # the worker was off for months
    assert each_night(moment, listing, "2028-05-13", "2028-05-15") == {"2028-05-15": {mine}}


def refuse_for_good(_letter):
    raise jobs.NotEver("550 no such mailbox")


def test_who_was_never_sent_the_warning_is_not_taken_out(make, moment, listing):
    mine = closed_on(make, moment, CLOSED)
    moment("2028-01-20T03:00:00")
    assert retention.run(listing)["warned"] == 1
    moment("2028-02-20T03:00:00")
    again = retention.run(listing)
    assert (again["warned"], again["anonymised"], again["kept"]) == (0, 0, {"warned": 1})
    jobs.deliver(lambda letter: None, lambda message: message)  # the mail host was away for a month
    assert each_night(moment, listing, "2028-03-03", "2028-03-06") == {"2028-03-05": {mine}}


def test_a_warning_that_no_mail_host_takes_counts_from_when_we_gave_up(make, moment, listing):
    mine = closed_on(make, moment, CLOSED)
    moment("2028-01-20T03:00:00")
    retention.run(listing)
    moment("2028-01-24T03:00:00")
    assert jobs.deliver(refuse_for_good, lambda message: message)["failed"] == 1
    assert each_night(moment, listing, "2028-02-02", "2028-02-08") == {"2028-02-07": {mine}}


def test_what_is_wrong_with_one_person_keeps_nobody_else(make, moment, session, listing, monkeypatch):
    poison, mine = (closed_on(make, moment, CLOSED) for _one in range(2))
    run_on(moment, listing, "2028-01-20T03:00:00")
    whole = erasing._empty

    def fragile(session, subject, role):
        if poison in subject.users:
            audit.record(session, "half.done", by=None)
            raise ZeroDivisionError
        return whole(session, subject, role)

    monkeypatch.setattr(erasing, "_empty", fragile)
    told = run_on(moment, listing, "2028-02-03T03:00:00")
    assert (told["anonymised"], told["kept"], erased()) == (1, {"failed": 1}, {mine})
    assert session.scalars(select(audit.Entry).where(audit.Entry.action == "half.done")).all() == []


def test_a_case_that_was_opened_and_closed_meanwhile_is_not_due(make, moment, session, listing):
    mine = closed_on(make, moment, CLOSED)
    run_on(moment, listing, "2028-01-20T03:00:00")
    moment("2028-02-03T03:00:00")
    due = retention.soon_due(session)
    with transaction() as writing:
        case = writing.get(Case, due[0].case_id)
        casework.reopen(writing, case, by=None)
        casework.close(writing, case, by=None, why="klaar")
    assert retention._take_out(due, {}) == 0
    assert mine not in erased()


def test_the_trail_names_those_who_were_warned_and_nobody_twice(make, moment, session):
    first = closed_on(make, moment, CLOSED)
    moment("2028-01-20T03:00:00")
    assert retention._warn(retention.soon_due(session)) == 1
    second = closed_on(make, moment, CLOSED)
    moment("2028-01-20T04:00:00")
    assert retention._warn(retention.soon_due(session)) == 1
    assert retention._warn(retention.soon_due(session)) == 0
    lines = session.scalars(select(audit.Entry).where(audit.Entry.action == "retention.warned")).all()
    assert [line.details["accounts"] for line in lines] == [[first], [second]]


def test_who_searches_again_is_kept(make, moment, listing, session):
    mine = closed_on(make, moment, CLOSED)
    run_on(moment, listing, "2028-01-20T03:00:00")
    with transaction() as writing:
        student = writing.scalars(select(Student).where(Student.user_id == mine)).one()
        casework.reopen(writing, writing.get(Case, case_of(writing, student).id), by=None)
    assert run_on(moment, listing, "2028-02-03T03:00:00")["anonymised"] == 0
    assert session.get(User, mine).erased_at is None


def test_a_programme_keeps_as_long_as_it_says(make, moment, listing):
    make.programme(keep_months=6)
    mine = closed_on(make, moment, CLOSED)
    run_on(moment, listing, "2027-07-20T03:00:00")
    assert each_night(moment, listing, "2027-08-02", "2027-08-03") == {"2027-08-03": {mine}}


def test_what_letters_said_goes_after_three_months_and_interest_after_a_year(make, moment, listing, session):
    programme, now = make.programme(), clock.now()
    with transaction() as writing:
        letter = outbox.promise(writing, kind="x", to="a@demo.example", key="x:1", programme_id=programme.id, word="x")
        outbox.cancel(writing, "x:1", by=None)
        told = {"programme_id": programme.id, "company": "x", "contact_name": "x", "email": "x@demo.example"}
        told |= {"state_changed_at": now, "created_at": now}
        row(writing, Interest, **told, state=InterestState.DROPPED)
        row(writing, Interest, **told, state=InterestState.NEW)
        number = letter.id
    assert run_on(moment, listing, "2027-05-04T09:00:00")["deleted"] == {}
    assert run_on(moment, listing, "2027-05-05T09:00:00")["deleted"] == {"message": 1}
    assert session.get(Message, number).data == {}
    assert run_on(moment, listing, "2028-02-04T09:00:00")["deleted"] == {"interest": 1}
    assert [one.state for one in session.scalars(select(Interest))] == [InterestState.NEW]


def test_the_address_of_a_stranger_goes_with_what_the_letter_said(make, moment, session, listing):
    broker = make.broker()
    with transaction() as writing:
        outbox.promise(writing, kind="sign_in_unknown", to="stranger@demo.example", key="a")
        outbox.promise(writing, kind="x", to="refused@demo.example", key="b", user=broker, word="x")
    jobs.deliver(lambda message: message.key == "a" or refuse_for_good(message), lambda message: message)
    before = {one.key: one.message_id for one in session.scalars(select(Message))}
    assert run_on(moment, listing, "2027-05-04T09:00:00")["deleted"] == {}
    moment("2027-05-05T09:00:00")
    assert retention.run(listing, dry=True)["deleted"] == {"message": 2}
    assert run_on(moment, listing, "2027-05-05T09:00:00")["deleted"] == {"message": 2}
    found = {one.key: (one.to, one.data, one.message_id) for one in session.scalars(select(Message))}
    assert found == {"a": (outbox.NOBODY, {}, ""), "b": ("refused@demo.example", {}, before["b"])}
    assert run_on(moment, listing, "2027-05-06T09:00:00")["deleted"] == {}
    refused = session.scalars(select(Message).where(Message.key == "b")).one()
    with pytest.raises(DomainError, match="te oud"), transaction() as writing:
        outbox.queue_again(writing, writing.get(Message, refused.id), by=None)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2027-01-31", 1, "2027-03-01"),
        ("2027-11-30", 3, "2028-03-01"),
        ("2027-12-31", 12, "2028-12-31"),
        ("2027-03-01", -12, "2026-03-01"),
        ("2027-12-31", 2, "2028-03-01"),
    ],
)
def test_months_are_those_of_the_calendar(day, months, then):
    assert retention.months_after(date.fromisoformat(day), months) == date.fromisoformat(then)


# --- cases that nobody closes --------------------------------------------------------------------------------------


def still(programme):
    return [one.student_id for one in current_session().scalars(lying_still(programme.id)).unique()]


def test_an_open_case_in_which_nothing_happens_waits_on_the_work_list_and_is_never_erased(
    make, browse, moment, listing
):
    moment("2027-02-03T10:00:00+01:00")
    student, broker = make.student(), make.broker()
    number, user_id = student.id, student.user_id
    programme = make.programme()
    moment("2028-02-02T10:00:00+01:00")
    assert still(programme) == []
    moment("2028-02-05T10:00:00+01:00")
    assert still(programme) == [number]
    assert retention.run(listing)["kept"] == {"still": 1}
    assert user_id not in erased()
    page = browse.as_(broker).get("/makelaar?soort=slaapt&van=allen")
    assert "er gebeurt al lang niets" in page.text
    assert f"/studenten/{number}" in page.links.values()


@pytest.mark.parametrize("sign", ["note", "task", "signed_in", "closed", "restricted"])
def test_whatever_happens_in_a_case_takes_it_from_that_list(make, moment, sign):
    moment("2027-02-03T10:00:00+01:00")
    student, broker, programme = make.student(), make.broker(), make.programme()
    number, user_id = student.id, student.user_id
    moment("2028-02-05T10:00:00+01:00")
    with transaction() as session:
        case = case_of(session, session.get(Student, number))
        if sign == "note":
            casework.write_note(session, case, text="Wil na de zomer verder.", by=broker)
        elif sign == "task":
            add_task(session, what="Bellen", due_on=clock.today(), case=case, by=broker)
        elif sign == "signed_in":
            session.get(User, user_id).signed_in_at = clock.now()
        elif sign == "closed":
            casework.close(session, case, by=broker, why="klaar")
        else:
            session.get(Student, number).restricted_at = clock.now()
    assert still(programme) == []
