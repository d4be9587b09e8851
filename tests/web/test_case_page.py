"""The file of one student, as the broker meets it."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.casework.models import Case, CaseState, ContactKind, ContactMoment, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.people.models import Role
from tests.computed import computed, proposals


def state_of(session, student):
    return case_of(session, student).state


def test_the_file_tells_limits_apart_from_wishes(desk, make):
    student = make.student(must=["lift"], wishes=["quiet_place"], learning_wish="Ouderen helpen")
    page = desk.get(f"/studenten/{student.id}")
    limits, rest = page.text.split("Wensen: hiermee kiest de berekening")
    assert "een lift" in limits
    assert "een rustige werkplek" in rest
    assert "Ouderen helpen" in rest
    assert "hoogstens 45 minuten: fiets" in limits


def test_reading_a_file_is_noted(desk, make, session, broker):
    reader, student = broker.id, make.student().id
    desk.get(f"/studenten/{student}")
    entry = session.scalars(select(Entry).where(Entry.action == "student.read")).one()
    assert (entry.actor_id, entry.object_id) == (reader, student)


def test_a_student_of_another_programme_is_not_there(browse, make, session):
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    address = f"/studenten/{make.student().id}"
    stranger.get(address, status=404)
    stranger.post(f"{address}/oppakken", status=404)
    assert session.scalars(select(Entry).where(Entry.action == "student.read")).first() is None


def test_from_new_to_searching(desk, make, session, broker):
    student = make.student()
    page = desk.get(f"/studenten/{student.id}").submit("/oppakken").follow()
    assert f"U bent nu de stagemakelaar van {student.full_name}." in page.text
    page = page.submit("/zoeken").follow()
    assert "Zoekt sinds 4 januari 2027 (30 dagen)" in page.text
    case = case_of(session, student)
    assert (case.state, case.broker_id) == (CaseState.SEARCHING, broker.id)


def test_the_search_cannot_start_without_a_profile(desk, make):
    student = make.student(complete=False)
    page = desk.get(f"/studenten/{student.id}").submit("/oppakken").follow()
    assert "het profiel is nog niet klaar" in page.text
    assert "Start met zoeken" not in page.text


def test_a_button_without_our_token_does_nothing(desk, make, session):
    student = make.student()
    address = f"/studenten/{student.id}/oppakken"
    desk.post(address, status=400)
    assert session.scalars(select(Case)).one().broker_id is None


def test_pausing_owes_a_reason_and_resuming_comes_back(desk, make, session):
    student = make.student(searching=True)
    page = desk.get(f"/studenten/{student.id}/pauzeren")
    refused = page.submit(status=422, why=" ")
    assert refused.error_at("why")
    page = refused.submit(why="Even rust").follow()
    assert "Reden: Even rust." in page.text
    assert state_of(session, student) is CaseState.PAUSED
    page.submit("/hervatten")
    assert state_of(session, student) is CaseState.SEARCHING


def test_closing_and_opening_again(desk, make, session):
    student = make.student(searching=True)
    page = desk.get(f"/studenten/{student.id}/sluiten").submit(why="Zelf gevonden").follow()
    assert state_of(session, student) is CaseState.CLOSED
    page.submit("/heropenen")
    assert state_of(session, student) is CaseState.SEARCHING


def test_a_contact_is_noted_in_one_form(desk, make, session, broker):
    student = make.student()
    page = desk.get(f"/studenten/{student.id}")
    values = {"kind": "call", "held_on": "2027-02-03", "note": "Wil graag in de zorg.", "next_on": "2027-02-10"}
    page = page.submit("/contact", **values).follow()
    assert "Wil graag in de zorg." in page.text
    assert "Volgend contact: 10 februari 2027" in page.text
    assert session.scalars(select(Case)).one().contacts[0].by_id == broker.id


def test_a_contact_in_the_future_is_refused_and_kept(desk, make):
    page = desk.get(f"/studenten/{make.student().id}")
    page = page.submit("/contact", status=422, kind="call", held_on="2027-02-04", note="Wil in de zorg.")
    assert "Deze dag is nog niet geweest" in page.error_at("held_on")
    assert page.values("/contact")["note"] == "Wil in de zorg."
    assert page.title.startswith("Fout:")


def test_a_coordinator_reads_and_changes_nothing(browse, make):
    desk = browse.as_(make.staff(Role.COORDINATOR))
    student = make.student()
    page = desk.get(f"/studenten/{student.id}")
    assert not page.soup.main.find_all("form")
    desk.post(f"/studenten/{student.id}/oppakken", status=403)


def test_why_there_is_no_place_stands_in_the_file(desk, make, broker):
    student = make.student(searching=True)
    computed(broker)
    page = desk.get(f"/studenten/{student.id}")
    assert "Er is nog geen erkend bedrijf met een plek voor deze opleiding." in page.text


def test_proposals_stand_in_the_file(desk, make, broker):
    make.student(searching=True)
    make.place()
    _round, run = computed(broker)
    (proposal,) = proposals(run)
    page = desk.get(f"/studenten/{proposal.student_id}")
    assert f"/voorstellen/{proposal.id}" in page.links.values()


# --- a call in one line --------------------------------------------------------------------------------------------


def test_a_call_takes_one_line_and_enter(desk, make, session, broker):
    """Only the words are typed; all else is as the page was served."""
    student = make.student()
    answer = desk.get(f"/studenten/{student.id}").submit("/contact", note="Wil graag in de zorg.")
    contact = session.scalars(select(ContactMoment)).one()
    assert (contact.kind, contact.held_on, contact.next_on) == (ContactKind.CALL, date(2027, 2, 3), None)
    again = answer.follow()
    assert "Het contact is genoteerd." in again.text
    assert again.soup.find("input", attrs={"name": "note"}).has_attr("autofocus")


def test_a_page_that_was_only_opened_leaves_the_cursor_alone(desk, make):
    page = desk.get(f"/studenten/{make.student().id}")
    assert not page.soup.find_all(attrs={"autofocus": True})


@pytest.mark.parametrize(("again", "day"), [("week", date(2027, 2, 10)), ("twee-weken", date(2027, 2, 17))])
def test_the_next_call_is_one_press_away(desk, make, session, again, day):
    desk.get(f"/studenten/{make.student().id}").submit("/contact", note="Belt terug.", again=again)
    assert session.scalars(select(ContactMoment.next_on)).one() == day


@pytest.mark.parametrize(
    ("values", "day"), [({}, date(2027, 2, 10)), ({"next_on": "2027-02-05"}, date(2027, 2, 5))], ids=["week", "day"]
)
def test_what_follows_from_a_call_becomes_a_task(desk, make, session, broker, values, day):
    by, student = broker.id, make.student()
    page = desk.get(f"/studenten/{student.id}").submit("/contact", note="Zoekt een vog.", todo="Stuur uitleg", **values)
    assert "Het contact en de taak zijn genoteerd." in page.follow().text
    task = session.scalars(select(Task)).one()
    assert (task.what, task.due_on, task.for_id) == ("Stuur uitleg", day, by)


def test_a_refused_call_makes_no_task(desk, make, session):
    page = desk.get(f"/studenten/{make.student().id}")
    refused = page.submit("/contact", status=422, note="Belde.", held_on="2027-02-04", todo="Stuur uitleg")
    assert refused.values("/contact")["todo"] == "Stuur uitleg"
    assert session.scalars(select(Task)).all() == []


def test_a_note_is_kept_and_an_empty_one_is_not(desk, make, session):
    page = desk.get(f"/studenten/{make.student().id}")
    assert page.submit("/notities", status=422, text=" ").error_at("text")
    page = page.submit("/notities", text="Kan goed met ouderen.").follow()
    assert "Kan goed met ouderen." in page.text
    assert "De student ziet dit niet vanzelf, maar mag ernaar vragen" in page.text


def test_a_student_does_not_read_notes_but_learns_that_they_exist(browse, desk, make):
    student = make.student()
    own, address = browse.as_(student.user), f"/studenten/{student.id}"
    desk.get(address).submit("/notities", text="Kan goed met ouderen.")
    page = own.get("/student/gegevens")
    assert "Kan goed met ouderen." not in page.text
    assert "Die staan in het bestand onderaan." in page.text


def test_the_file_tells_of_applications_before_us(desk, make):
    student = make.student(applied_to=14, applied_note="Ze bellen nooit terug.")
    assert "14 bedrijven: Ze bellen nooit terug." in desk.get(f"/studenten/{student.id}").text


@pytest.mark.parametrize("about", ["studenten", "organisaties"])
def test_a_name_of_whom_one_spoke_that_is_too_long_is_said_and_stays(desk, make, about):
    record = make.student() if about == "studenten" else make.organisation()
    name = "Henk " * 20 + "Smit"
    page = desk.get(f"/{about}/{record.id}").submit("/contact", status=422, note="Druk.", with_whom=name)
    assert "100" in page.error_at("with_whom")
    assert page.values("/contact")["with_whom"] == name
