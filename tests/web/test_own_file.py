"""My data as a file: everything of mine is in it, and nothing of another."""

import io
import json
import zipfile

from sqlalchemy import select

from stagemakelaar import audit
from stagemakelaar.people.models import Role, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.rights import own_file, personal
from tests.rights.whole_people import plant, whole_employer, whole_student


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
    wanted = {word for word, (_table, name) in words.items() if name not in own_file.SECRETS}
    assert {words[word] for word in wanted if word not in told} == set()
    assert {students_words[word] for word in students_words if word in told} == set()


def test_a_column_that_is_left_out_is_missed(make, browse, session, monkeypatch):
    user_id = whole_student(make, make.broker()).user_id
    words = plant(user_id, in_lists=False)
    left = tuple(one for one in personal.STUDENT if one.model is not Placement)
    monkeypatch.setattr(personal, "STUDENT", left)
    page, data = files_of(browse.as_(session.get(User, user_id)))
    assert ("placement", "why") in {words[word] for word in words if word not in page + json.dumps(data)}


def test_staff_get_their_account(make, browse, session):
    admin = make.staff(Role.ADMIN, name="Anna de Beheerder")
    page, data = files_of(browse.as_(admin))
    assert "Anna de Beheerder" in page
    assert set(data["held"]) == {"user_account", "user_session"}
    assert "token_hash" not in json.dumps(data)
