"""Erased is gone: from every table, from every byte of the files, and after a restore as well."""

import os
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar import audit, clock, db, erasures, jobs, outbox, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.casework.models import CaseNote, CaseState
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Role, Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.places.models import Membership, PlaceState
from stagemakelaar.rights import erasing, listed, personal, requests
from stagemakelaar.rights.models import ErasedFor, Erasure, RequestKind, RequestState
from stagemakelaar.rounds import forgetting
from stagemakelaar.rounds.models import Proposal, ProposalState, Run
from stagemakelaar.schema import DatabaseKind
from tests.builders import Make
from tests.commands.conftest import calling
from tests.proofs import Invalid
from tests.rights.whole_people import bytes_of, plant, whole_employer, whole_student
from tests.rows import row


@pytest.fixture
def listing(tmp_path):
    """Where the list of erasures stands in this test."""
    return tmp_path / "erasures.jsonl"


def erase(user_id, listing, *, why=ErasedFor.REQUEST, by=None):
    """What the edge does when a coordinator grants it, and the last letter leaves."""
    with transaction() as session:
        erasing.erase(session, session.get(User, user_id), why=why, by=by)
    assert erasures.write_down(listing) == 1
    jobs.deliver(lambda letter: None, lambda message: message)


# --- gone ----------------------------------------------------------------------------------------------------------


def found_after_erasing(engine, cluster, listing, who):
    """(how many words were planted, those that are still somewhere in the files)."""
    make = Make()
    broker = make.broker()
    if who == "student":
        user_id = whole_student(make, broker).user_id
    else:
        user_id = whole_employer(make, broker, make.place(seats=1, state=PlaceState.PAUSED).organisation).id
    words = plant(user_id)
    before = bytes_of(engine, cluster, vacuum=False)
    landed = [word for word in words if word.encode() in before]
    if set(landed) != set(words):
        raise Invalid(f"these words never were in the files: {sorted(set(words) - set(landed))}")
    erase(user_id, listing)
    after = bytes_of(engine, cluster)
    return len(words), {words[word] for word in words if word.encode() in after}


def cluster_of(request, engine):
    return request.getfixturevalue("postgres_cluster") if engine.dialect.name == "postgresql" else None


@pytest.mark.promise("P36")
@pytest.mark.parametrize("who", ["student", "employer"])
def test_nothing_of_who_was_erased_is_left_in_any_byte(request, own_database, listing, who, record_property):
    planted, left = found_after_erasing(own_database, cluster_of(request, own_database), listing, who)
    record_property("words", planted)
    assert left == set()
    assert walk(look_again()).kind is None


@pytest.mark.promise("P36", red=True)
def test_a_column_that_is_forgotten_is_found(request, own_database, listing, monkeypatch):
    def forgetful(session, subject, role):
        monkeypatch.setattr(personal, "STUDENT", tuple(one for one in personal.STUDENT if one.model is not CaseNote))
        return empty(session, subject, role)

    empty = erasing._empty
    monkeypatch.setattr(erasing, "_empty", forgetful)
    _planted, left = found_after_erasing(own_database, cluster_of(request, own_database), listing, "student")
    assert left == {("case_note", "text")}


# --- what is under way ---------------------------------------------------------------------------------------------


def test_a_live_placement_ends_first_by_its_own_arrow(make, session):
    student, place, broker = make.student(searching=True), make.place(), make.broker()
    with transaction() as writing:
        planned = placements.plan(writing, writing.get(Student, student.id), place, reasons={}, by=broker)
    with pytest.raises(DomainError, match="heeft nog een plek"), transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=broker)
    assert not session.get(User, student.user_id).erased_at
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None, force=True)
    ended = session.get(Placement, planned.id)
    assert (ended.state, ended.place.free) == (PlacementState.WITHDRAWN, 1)
    assert (ended.student.full_name, case_of(session, student).state) == ("gewiste student", CaseState.CLOSED)


def test_a_line_that_was_written_twice_is_one_erasure(app, call, own_database, listing, tmp_path):
    erase(Make().student().user_id, listing)
    listing.write_text(listing.read_text() * 2)
    code, told = call("backup", "--to", str(tmp_path / "copy"))
    assert (code, told["erasures"]) == (0, 1)


def test_what_waits_ends_and_the_account_opens_nothing(make, session):
    broker = make.broker()
    student = whole_student(make, broker)
    waiting = session.scalars(select(Proposal.id).where(Proposal.student_id == student.id)).one()
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=broker)
    assert session.get(Proposal, waiting).state is ProposalState.REJECTED
    assert not session.get(User, student.user_id).is_active
    letters = session.scalars(select(Message).where(Message.user_id == student.user_id)).all()
    assert {(one.state, one.to) for one in letters} == {(MessageState.CANCELLED, outbox.NOBODY)}


def test_the_only_one_who_answers_for_open_places_stays(make):
    place, broker = make.place(), make.broker()
    user = make.employer_of(place.organisation)
    with pytest.raises(DomainError, match="de enige"), transaction() as session:
        erasing.erase(session, session.get(User, user.id), why=ErasedFor.REQUEST, by=broker)


def test_a_colleague_who_cannot_sign_in_answers_for_nothing(make):
    place = make.place()
    user, colleague = make.employer_of(place.organisation), make.employer_of(make.place().organisation)
    with transaction() as session:
        row(session, Membership, organisation_id=place.organisation_id, user_id=colleague.id, manages=True)
        assert erasing.refusal(session, session.get(User, user.id)) is None
        session.get(User, colleague.id).disabled_at = clock.now()
        session.flush()
        assert "de enige" in erasing.refusal(session, session.get(User, user.id)).message


def test_the_input_of_a_run_goes_when_its_round_is_closed_and_no_sooner(make, session):
    student = whole_student(make, make.broker())
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
        run = writing.scalars(select(Run)).one()
        run_id = run.id
        assert forgetting.forget_inputs(writing) == 0
    with transaction() as writing:
        from stagemakelaar.rounds.actions import close_round

        run = writing.get(Run, run_id)
        close_round(writing, run.round, by=make_admin(writing))
        assert forgetting.forget_inputs(writing) == 1
    assert session.get(Run, run_id).frozen_input is None
    with pytest.raises(DomainError, match="niet te herhalen"):
        forgetting.stored(current_session(), session.get(Run, run_id))


def make_admin(session):
    return session.scalars(select(User).where(User.role == Role.BROKER)).first()


# --- the list, and the person who is told --------------------------------------------------------------------------


def test_the_person_is_told_only_when_the_list_has_it(make, session, listing):
    student = make.student()
    email = student.user.email
    with transaction() as writing:
        erasure = erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
        key = f"{outbox.PARTING}{erasure.ref}:told"
    last = select(Message).where(Message.key == key)
    assert jobs.deliver(lambda letter: None, lambda message: message)["claimed"] == 0
    assert session.scalars(last).one().to == email
    assert erasures.write_down(listing) == 1
    (line,) = listed.read(listing)
    assert (line.user, line.registered) == (student.user_id, session.get(User, student.user_id).created_at)
    assert email not in listing.read_text()
    assert jobs.deliver(lambda letter: None, lambda message: message)["sent"] == 1
    sent = session.scalars(last).one()
    assert (sent.state, sent.to, sent.data) == (MessageState.SENT, outbox.NOBODY, {})
    assert erasures.write_down(listing) == 0


def test_without_a_list_that_can_be_written_nobody_is_erased(tmp_path, database):
    for path in (None, tmp_path / "no such folder" / "list"):
        with pytest.raises(DomainError, match="lijst van gewisten"):
            erasures.refuse_without_list(path)


def test_the_trail_names_nobody(make, session):
    student = make.student()
    words = [student.user.email, student.last_name]
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
    line = audit.trail_of(session, "user_account", student.user_id)[-1]
    assert (line.action, line.details["why"]) == ("student.erased", "request")
    assert not any(word in str(one.details) for one in session.scalars(select(audit.Entry)) for word in words)


# --- after a restore -----------------------------------------------------------------------------------------------


@pytest.fixture
def call(app, own_database, listing):
    """Call a command on a database of this test alone, with a list of erasures."""
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    before = app.config["SETTINGS"]
    listing.touch()
    url = own_database.url.render_as_string(hide_password=False)
    app.config["SETTINGS"] = replace(before, database_url=url, erasure_list=listing)
    yield calling(app)
    app.config["SETTINGS"] = before


def found_after_restoring(request, call, engine, listing, tmp_path):
    """Back up, erase, restore: (what restore told, the words that are still in the files)."""
    make = Make()
    user_id, path = whole_student(make, make.broker()).user_id, tmp_path / "copy"
    words = plant(user_id)
    assert call("backup", "--to", str(path))[0] == 0
    erase(user_id, listing)
    code, told = call("restore", "--from", str(path), "--replace")
    assert code == 0
    after = bytes_of(engine, cluster_of(request, engine))
    return told, {words[word] for word in words if word.encode() in after}


@pytest.mark.promise("P37")
def test_a_restore_brings_nobody_back(request, app, call, own_database, listing, tmp_path):
    told, left = found_after_restoring(request, call, own_database, listing, tmp_path)
    assert (told["erasures_applied"], left, told["audit"]["first_bad"]) == (1, set(), None)
    answer = app.test_client().get("/gezondheid/klaar")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})
    assert walk(look_again()).kind is None


@pytest.mark.promise("P37", red=True)
def test_a_restore_that_forgets_the_list_is_seen(request, app, call, own_database, listing, tmp_path, monkeypatch):
    monkeypatch.setattr(erasures, "carry_out", lambda _path: 0)
    _told, left = found_after_restoring(request, call, own_database, listing, tmp_path)
    assert ("student", "last_name") in left
    answer = app.test_client().get("/gezondheid/klaar")
    assert (answer.status_code, answer.json) == (503, {"status": "not_ready", "reasons": ["erasures"]})


def test_a_double_that_was_merged_does_not_come_back_either(make, session, listing):
    kept, double = make.student(), make.student()
    accounts = [kept.user_id, double.user_id]
    with transaction() as writing:
        writing.get(Student, double.id).merged_into_id = kept.id
    erase_all(listing, kept.user_id)
    assert [line.user for line in listed.read(listing)] == accounts
    made = [session.get(User, number).created_at for number in accounts]
    assert [line.registered for line in listed.read(listing)] == made
    assert erasures.carry_out(listing) == 0


def erase_all(listing, user_id):
    """Erase, without looking at how many lines that gives."""
    with transaction() as session:
        erasing.erase(session, session.get(User, user_id), why=ErasedFor.REQUEST, by=None)
    erasures.write_down(listing)


def test_an_erasure_whose_line_still_waits_is_not_lost_by_a_restore(call, own_database, listing, tmp_path):
    student, path = Make().student(), tmp_path / "copy"
    assert call("backup", "--to", str(path))[0] == 0
    with transaction() as session:
        erasing.erase(session, session.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
    code, told = call("restore", "--from", str(path), "--replace")
    assert (code, told["erasures_applied"], [one.user for one in listed.read(listing)]) == (0, 1, [student.user_id])


def test_the_way_back_waits_for_the_list(own_database, listing):
    student = Make().student()
    with transaction() as session:
        erasing.erase(session, session.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
    db.close_session()
    with pytest.raises(DomainError, match="nog niet op de lijst"):
        schema.migrate(own_database, "0027_signing_in")
    assert erasures.write_down(listing) == 1
    db.close_session()
    assert schema.migrate(own_database, "0027_signing_in")[1] == "0027_signing_in"


def test_half_a_line_stops_nobody_and_the_next_takes_its_place(make, session, listing):
    first, second = make.student(), make.student()
    erase_all(listing, first.user_id)
    whole = listing.read_bytes()
    listing.write_bytes(whole + b'{"ref": "ab')
    assert [line.user for line in listed.read(listing)] == [first.user_id]
    with pytest.raises(listed.BadList):
        listed.read(listing, whole=True)
    erase_all(listing, second.user_id)
    assert [line.user for line in listed.read(listing, whole=True)] == [first.user_id, second.user_id]
    assert listing.read_bytes().startswith(whole)


def test_a_whole_line_without_its_end_is_kept(make, session, listing):
    first, second = make.student(), make.student()
    erase_all(listing, first.user_id)
    listing.write_bytes(listing.read_bytes().rstrip(b"\n"))
    erase_all(listing, second.user_id)
    assert [line.user for line in listed.read(listing, whole=True)] == [first.user_id, second.user_id]


def test_a_disk_that_takes_a_part_leaves_the_list_as_it_was(make, session, listing, monkeypatch):
    first, second = make.student(), make.student()
    erase_all(listing, first.user_id)
    before, write = listing.read_bytes(), os.write
    monkeypatch.setattr(listed.os, "write", lambda file, told: write(file, told[:7]))
    with pytest.raises(OSError, match="only a part"):
        erase_all(listing, second.user_id)
    monkeypatch.undo()
    assert listing.read_bytes() == before
    assert erasures.write_down(listing) == 1


def test_a_list_that_is_gone_is_not_made_anew(make, session, listing):
    first, second = make.student(), make.student()
    erasures.refuse_without_list(listing)
    assert listing.stat().st_mode & 0o777 == 0o600
    erase_all(listing, first.user_id)
    listing.unlink()
    with pytest.raises(DomainError, match="lijst van gewisten"):
        erasures.refuse_without_list(listing)
    with pytest.raises(DomainError, match="is weg"):
        erase_all(listing, second.user_id)
    assert not listing.exists()


def test_a_number_that_is_somebody_elses_now_is_left_alone(make, session, listing, moment):
    student = make.student()
    with transaction() as writing:
        erasure = erasing.erase(writing, writing.get(User, student.user_id), why=ErasedFor.REQUEST, by=None)
        later = replace_line(erasure, user_id=make.programme().id + 10_000)
    moment("2027-02-03T10:00:01+01:00")
    other = make.student()
    listed.append(listing, [later, replace_line(erasure, ref="f" * 32, user_id=other.user_id)])
    assert erasures.carry_out(listing) == 0
    assert session.get(User, other.user_id).erased_at is None
    assert listed.not_carried_out(session, listed.read(listing)) == []


def replace_line(erasure, **changes):
    told = {name: getattr(erasure, name) for name in ("user_id", "registered_at", "why", "at")}
    return Erasure(**({"ref": "e" * 32} | told | changes))


def test_health_says_when_the_list_lost_a_line(app, call, own_database, listing):
    student = Make().student()
    erase(student.user_id, listing)
    listing.write_text("")
    answer = app.test_client().get("/gezondheid/klaar")
    assert (answer.status_code, answer.json) == (200, {"status": "degraded", "reasons": ["erasures"]})


# --- asking and deciding -------------------------------------------------------------------------------------------


def test_asking_twice_is_asking_once_and_taking_back_ends_it(make, session):
    student = make.student()
    with transaction() as writing:
        user = writing.get(User, student.user_id)
        first = requests.ask(writing, kind=RequestKind.ERASURE, by=user)
        assert requests.ask(writing, kind=RequestKind.ERASURE, by=user).id == first.id
        requests.take_back(writing, first, by=user)
    assert requests.own_request(session, student.user, first.id).state is RequestState.WITHDRAWN


@pytest.mark.parametrize(
    ("day", "last"), [("2027-01-31", "2027-02-28"), ("2028-01-30", "2028-02-29"), ("2027-12-15", "2028-01-15")]
)
def test_the_term_is_a_month(day, last):

    assert requests.a_month_after(date.fromisoformat(day)) == date.fromisoformat(last)
