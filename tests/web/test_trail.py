from datetime import timedelta

from sqlalchemy import select

from stagemakelaar.audit import Entry
from stagemakelaar.people.models import Role
from stagemakelaar.people.signing_in import limits
from tests.rows import number_of


def test_the_trail_shows_numbers_and_no_names(browse, make):
    student = make.student(last_name="Zqachternaam")
    organisation = make.organisation(name="Zqbedrijf")
    number = organisation.kvk_number
    page = browse.as_(make.staff(Role.AUDITOR, name="Zqauditor")).get("/logboek")
    assert f"student {number_of(student)}" in page.text
    for word in ("Zqachternaam", "Zqbedrijf", "@", number):
        assert word not in page.text


def test_the_newest_line_stands_first_and_an_action_can_be_chosen(browse, make):
    make.student()
    me = browse.as_(make.staff(Role.AUDITOR))
    numbers = [int(cell.get_text()) for cell in me.get("/logboek").soup.main.select("tbody th")]
    assert numbers == sorted(numbers, reverse=True)
    page = me.get("/logboek?handeling=student.registered")
    rows = page.soup.main.select("tbody tr")
    assert len(rows) == 1
    assert "student.registered" in rows[0].get_text()
    assert len(me.get("/logboek?handeling=nonsense").soup.main.select("tbody tr")) == len(numbers)


def test_refusals_of_one_account_come_into_the_trail_so_many_times_an_hour(browse, make, session, moment, monkeypatch):
    monkeypatch.setitem(limits.RULES, "refused_account", ((2, timedelta(hours=1)),))
    me = browse.as_(make.broker())

    def noted():
        return len(session.scalars(select(Entry).where(Entry.action == "page.refused")).all())

    for _time in range(3):
        me.get("/logboek", status=403)
    assert noted() == 2
    browse.as_(make.broker()).get("/logboek", status=403)
    assert noted() == 3


def test_others_are_kept_out(browse, make):
    browse.get("/logboek", status=302)
    browse.as_(make.broker()).get("/logboek", status=403)
    browse.as_(make.staff(Role.COORDINATOR)).get("/logboek", status=403)
