"""My data as a file: everything of mine is in it, and nothing of another."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from stagemakelaar import audit, clock
from stagemakelaar.casework import tasks
from stagemakelaar.casework.models import CaseState, ContactKind, ContactMoment, OrganisationContact
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.labels import label
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.people.signing_in import addresses, links
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import PlaceState
from stagemakelaar.rights import erasing, own_file, personal
from stagemakelaar.rights.models import ErasedFor
from stagemakelaar.rounds import review
from tests.computed import computed, proposals
from tests.rights.whole_people import plant, whole_employer, whole_student
from tests.rows import change, row


def files_of(browser):
    """The page and the data of a download."""
    page = browser.get("/mijn-gegevens/downloaden")
    answer = browser.client.post("/mijn-gegevens/downloaden", data=page.values("/mijn-gegevens/downloaden"))
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    return packed.read("mijn-gegevens.html").decode(), json.loads(packed.read("mijn-gegevens.json"))


def test_a_student_finds_every_word_and_none_of_another(make, browse, session):
    broker = make.broker()
    others_words = plant(make.student().user_id, in_lists=False)
    user_id = whole_student(make, broker).user_id
    words = plant(user_id, in_lists=False)
    page, data = files_of(browse.as_(session.get(User, user_id)))
    told = page + json.dumps(data)
    secret = {word for word, (table, name) in words.items() if name in own_file.SECRETS or table in own_file.OF_OTHERS}
    assert {words[word] for word in words.keys() - secret if word not in told} == set()
    assert {words[word] for word in secret if word in told} == set()
    assert {others_words[word] for word in others_words if word in told} == set()
    readable = {
        ("case_note", "text"),
        ("contact_moment", "note"),
        ("student", "last_name"),
        ("profile", "learning_wish"),
    }
    assert {words[word] for word in words if words[word] in readable and word not in page} == set()
    line = session.scalars(select(audit.Entry).where(audit.Entry.action == "own_file.downloaded")).one()
    assert (line.actor_id, line.object_id) == (user_id, user_id)


def test_a_company_finds_its_own_person_and_no_student(make, browse, session):
    broker = make.broker()
    students_words = plant(make.student().user_id, in_lists=False)
    user_id = whole_employer(make, broker, make.place().organisation).id
    words = plant(user_id, in_lists=False)
    _page, data = files_of(browse.as_(session.get(User, user_id)))
    told = json.dumps(data)
    brokers = {model.__tablename__ for model in own_file.FOUND_BY_NAME}
    wanted = {word for word, (table, name) in words.items() if name not in own_file.SECRETS and table not in brokers}
    assert {words[word] for word in wanted if word not in told} == set()
    assert {words[word] for word in words if words[word][0] in brokers and word in told} == set()
    assert {students_words[word] for word in students_words if word in told} == set()


def test_a_name_that_a_company_chose_opens_nothing_of_others(make, session):
    """A manager names a colleague like somebody else: what is kept about that other is not theirs to read."""
    broker, place, case = make.broker(), make.place(), case_of(session, make.student())
    user = make.employer_of(place.organisation)
    with transaction() as writing:
        writing.get(User, user.id).name = "Fatima Yilmaz"
        told = {"kind": ContactKind.CALL, "held_on": clock.today(), "by_id": broker.id, "created_at": clock.now()}
        row(writing, ContactMoment, case_id=case.id, with_whom="Fatima Yilmaz, mentor", note="geheim", **told)
        row(
            writing, OrganisationContact, organisation_id=place.organisation_id, programme_id=broker.programme_id,
            with_whom="de balie", note="Fatima Yilmaz komt afspraken niet na", **told,
        )  # fmt: skip
        what = "Fatima Yilmaz niet meer vragen"
        tasks.add_task(
            writing, what=what, due_on=clock.today(), organisation=place.organisation, for_whom=broker, by=broker
        )
    held = own_file.rows_about(session, session.get(User, user.id))
    assert held.keys() & {model.__tablename__ for model in own_file.FOUND_BY_NAME} == set()
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, user.id), why=ErasedFor.REQUEST, by=None, force=True)
    assert session.scalars(select(ContactMoment)).one().with_whom == "Fatima Yilmaz, mentor"


def test_of_a_talk_about_a_student_placed_there_only_the_name_is_given_and_only_the_name_goes(make, session):
    broker, place = make.broker(), make.place(state=PlaceState.PAUSED)
    user = session.get(User, whole_employer(make, broker, place.organisation).id)
    with transaction() as writing:
        case_id = writing.scalars(select(ContactMoment.case_id)).one()
        told = {"kind": ContactKind.CALL, "held_on": clock.today(), "by_id": broker.id, "created_at": clock.now()}
        for whom in (f"{user.name} en Ria", user.name.upper()):
            row(writing, ContactMoment, case_id=case_id, with_whom=whom, note="over de student", **told)
    told = own_file.rows_about(session, user)["contact_moment"]
    assert [one["with_whom"] for one in told] == [user.name]
    assert "over de student" not in json.dumps(told)
    with transaction() as writing:
        erasing.erase(writing, writing.get(User, user.id), why=ErasedFor.REQUEST, by=None, force=True)
    left = session.scalars(select(ContactMoment).order_by(ContactMoment.id)).all()
    assert [one.with_whom for one in left] == ["", "en Ria", ""]


def test_a_letter_with_a_secret_that_has_not_left_is_not_in_the_file(make, session):
    student = make.student()
    with transaction() as writing:
        links.ask(writing, email=student.user.email, browser="of this test")
        addresses.ask(writing, writing.get(User, student.user_id), email="nieuw@example.nl")
    held = own_file.rows_about(session, session.get(User, student.user_id))
    secrets = [word for one in session.scalars(select(Message)) for word in one.data.values() if isinstance(word, str)]
    assert len(secrets) == 3
    assert [word for word in secrets if word in json.dumps(held)] == []


def test_a_column_that_is_left_out_is_missed(make, browse, session, monkeypatch):
    user_id = whole_student(make, make.broker()).user_id
    words = plant(user_id, in_lists=False)
    left = tuple(one for one in personal.STUDENT if one.model is not Placement)
    monkeypatch.setattr(personal, "STUDENT", left)
    page, data = files_of(browse.as_(session.get(User, user_id)))
    assert ("placement", "why") in {words[word] for word in words if word not in page + json.dumps(data)}


@pytest.fixture
def unheard(make, broker, session):
    """A student who was placed a moment ago by a decision that can still be taken back."""
    change(Programme, broker.programme_id, undo_minutes=15)
    student = make.student(searching=True)
    make.place(title="De verzwegen plek")
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    with transaction() as writing:
        review.approve(writing, proposal, by=broker)
    return session.get(User, student.user_id)


def test_a_decision_that_can_still_be_taken_back_is_told_to_nobody(unheard, browse, moment):
    page, data = files_of(browse.as_(unheard))
    assert {"placement", "review", "message", "proposal"} & data["held"].keys() == set()
    assert {one["state"] for one in data["held"]["case_file"]} == {"searching"}
    assert [one["state"] for one in data["proposals"]] == ["open"]
    assert f"<dd>{label(CaseState.SEARCHING)}</dd>" in page
    moment("2027-02-03T11:20:00+01:00")
    page, data = files_of(browse.as_(unheard))
    assert {"placement", "review", "message", "proposal"} <= data["held"].keys()
    assert {one["state"] for one in data["held"]["case_file"]} == {"placed"}
    assert [one["state"] for one in data["proposals"]] == ["approved"]


def test_words_on_a_placement_that_goes_on_are_no_trouble(unheard, browse, session, moment):
    moment("2027-02-03T11:20:00+01:00")
    change(Placement, session.scalars(select(Placement.id)).one(), withdraw_note="zqnote")
    page, _data = files_of(browse.as_(unheard))
    assert "De verzwegen plek" in page
    assert "zqnote" not in page  # nobody ended it


def test_a_stale_page_says_so_and_gives_nothing(make, browse):
    own = browse.as_(make.student().user)
    page = own.post("/mijn-gegevens/downloaden", {"csrf_token": "oud"}, status=303).follow()
    assert "Deze pagina stond te lang open. Probeer het opnieuw." in page.text


def test_the_page_has_a_way_back(make, browse):
    assert browse.as_(make.student().user).get("/mijn-gegevens/downloaden").links["Terug"] == "/account"


def test_staff_get_their_account(make, browse, session):
    admin = make.staff(Role.ADMIN, name="Anna de Beheerder")
    page, data = files_of(browse.as_(admin))
    assert "Anna de Beheerder" in page
    assert set(data["held"]) == {"user_account", "user_session"}
    assert "token_hash" not in json.dumps(data)
