"""Whether people really decide: figures for the coordinator alone, a warning, and a second look by lot."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.db import current_session, transaction
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.rounds import actions, by_hand, oversight, review, second_look
from stagemakelaar.rounds.models import Proposal, Round
from stagemakelaar.rounds.second_look import SecondLook
from tests.computed import computed, proposals
from tests.counting import statements
from tests.rows import change, number_of


@pytest.fixture
def coordinator(make):
    return make.staff(Role.COORDINATOR, name="Marleen Post")


@pytest.fixture
def crowd(make, broker):
    """`crowd(12)` gives (id of the round, ids of so many open proposals, by id)."""

    def gather(count):
        for _ in range(count):
            make.student(searching=True)
        make.place(seats=count)
        match_round, run = computed(broker)
        return match_round.id, [one.id for one in proposals(run)]

    return gather


def at(browse, user):
    """The browser of someone, whatever was asked before."""
    return browse.as_(current_session().get(User, number_of(user)))


def decide(by, numbers, verdict="approve", **told):
    for number in numbers:
        with transaction() as session:
            proposal, user = session.get(Proposal, number), session.get(User, number_of(by))
            getattr(review, verdict)(session, proposal, by=user, **told)


def draw(match_round, count, by):
    with transaction() as session:
        looks = second_look.draw(session, session.get(Round, match_round), count, by=session.get(User, number_of(by)))
        return [look.proposal_id for look in looks]


def figures(page):
    """The table per broker: name → the other cells."""
    rows = page.soup.find("caption", string="Besluiten per stagemakelaar, op naam").find_parent("table").tbody("tr")
    cells = [[" ".join(cell.get_text(" ").split()) for cell in row(["th", "td"])] for row in rows]
    return {first: rest for first, *rest in cells}


class TestFigures:
    def test_each_person_and_the_whole(self, browse, make, broker, coordinator, crowd):
        match_round, found = crowd(5)
        other = make.broker(name="Karim Aziz")
        decide(broker, found[:1], seconds=10)
        decide(broker, found[1:3], seconds=200)
        decide(other, found[3:4], "reject", reason="de reis is te zwaar", seconds=65)
        page = at(browse, coordinator).get(f"/rondes/{match_round}/toezicht")
        assert figures(page) == {
            "Fatima el Idrissi": [
                "3",
                "3 (100 procent)",
                "middelste 3 min 20 s; de helft tussen 1 min 45 s en 3 min 20 s",
                "bij 0 van 3",
            ],
            "Karim Aziz": [
                "1",
                "0 (0 procent)",
                "middelste 1 min 5 s; de helft tussen 1 min 5 s en 1 min 5 s",
                "bij 0 van 1",
            ],
        }
        assert "Besluiten die staan 4" in page.text
        assert "3 (75 procent)" in page.text
        assert "afgewezen de reis is te zwaar 1" in page.text

    def test_what_was_held_taken_back_or_closed_away_is_no_decision(self, browse, broker, coordinator, crowd, session):
        change(Programme, broker.programme_id, undo_minutes=15)
        match_round, found = crowd(4)
        decide(broker, found[:1], "hold", reason="wacht op de school", until=date(2027, 2, 10))
        decide(broker, found[1:3])
        with transaction() as now:
            undone = now.get(Proposal, found[1])
            by_hand.undo(now, undone, by=now.get(User, number_of(broker)), reason="per ongeluk")
        with transaction() as now:
            actions.close_round(now, now.get(Round, match_round), by=now.get(User, number_of(broker)), why="Klaar.")
        rows = oversight.decisions_of(session, match_round)
        assert [one.proposal_id for one in rows] == [found[2]]
        told = {
            (verdict and verdict.value, reason): count
            for verdict, reason, count in oversight.reasons_of_round(session, match_round)
        }
        assert told == {("hold", "wacht op de school"): 1, (None, "per ongeluk"): 1}

    @pytest.mark.parametrize(("approved", "rejected", "warns"), [(9, 1, True), (8, 2, False), (9, 0, False)])
    def test_a_high_share_of_enough_decisions_warns(
        self, browse, broker, coordinator, crowd, approved, rejected, warns
    ):
        match_round, found = crowd(approved + rejected)
        decide(broker, found[:approved])
        decide(broker, found[approved:], "reject", why="Te ver")
        page = at(browse, coordinator).get(f"/rondes/{match_round}/toezicht")
        assert ("procent goed zoals het was voorgesteld" in page.text) is warns

    def test_the_share_is_a_setting(self, browse, broker, coordinator, crowd, session):
        match_round, found = crowd(10)
        decide(broker, found[:6])
        decide(broker, found[6:], "reject", why="Te ver")
        desk = at(browse, coordinator)
        assert "hoog" not in desk.get(f"/rondes/{match_round}/toezicht").text
        desk.get("/instellingen").submit(status=422, warn_share="49")
        desk.get("/instellingen").submit(warn_share="60")
        assert "keurde 60 procent goed" in desk.get(f"/rondes/{match_round}/toezicht").text

    def test_seconds_that_nobody_knows_are_not_made_up(self, browse, broker, coordinator, crowd):
        match_round, found = crowd(1)
        decide(broker, found)
        assert figures(at(browse, coordinator).get(f"/rondes/{match_round}/toezicht"))["Fatima el Idrissi"][2] == (
            "niet bekend"
        )

    def test_a_broker_sees_no_figures_of_colleagues(self, browse, broker, crowd):
        match_round, _found = crowd(1)
        desk = at(browse, broker)
        desk.get(f"/rondes/{match_round}/toezicht", status=403)
        assert "Toezicht" not in desk.get(f"/rondes/{match_round}").links

    def test_a_coordinator_of_elsewhere_finds_nothing(self, browse, make, crowd):
        match_round, _found = crowd(1)
        stranger = make.staff(Role.COORDINATOR, programme=make.programme("zuid"))
        at(browse, stranger).get(f"/rondes/{match_round}/toezicht", status=404)

    def test_many_decisions_ask_as_much_as_few(self, browse, make, broker, coordinator, crowd, database):
        match_round, found = crowd(8)
        desk = at(browse, coordinator)
        address = f"/rondes/{match_round}/toezicht"

        def count():
            with statements(database) as sent:
                desk.get(address)
            return len(sent)

        decide(broker, found[:2])
        draw(match_round, 2, coordinator)
        desk.get(address)
        few = count()
        decide(make.broker(name="Karim Aziz"), found[2:], "reject", why="Te ver")
        assert count() == few


class TestSecondLook:
    @pytest.fixture
    def drawn(self, crowd, broker, coordinator):
        """(id of the round, id of the one decision that was drawn)."""
        match_round, found = crowd(2)
        decide(broker, found[:1])
        return match_round, draw(match_round, 5, coordinator)[0]

    def test_a_coordinator_draws_once_and_only_what_was_decided(self, browse, broker, coordinator, crowd, session):
        match_round, found = crowd(6)
        decide(broker, found[:4])
        page = at(browse, coordinator).get(f"/rondes/{match_round}/toezicht")
        after = page.submit("", count="3").follow()
        assert "3 besluiten zijn getrokken." in after.text
        drawn = session.scalars(select(SecondLook.proposal_id)).all()
        assert len(set(drawn) & set(found[:4])) == 3
        again = page.submit("", status=409, count="3")
        assert "In deze ronde is al getrokken." in again.text
        assert set(session.scalars(select(SecondLook.proposal_id))) == set(drawn)

    def test_nothing_decided_gives_nothing_to_draw(self, browse, coordinator, crowd):
        match_round, _found = crowd(1)
        page = at(browse, coordinator).get(f"/rondes/{match_round}/toezicht").submit("", status=422, count="3")
        assert "Er is nog niets besloten om uit te trekken." in page.error_at("count")

    def test_others_find_it_at_today_and_who_decided_does_not(self, browse, make, broker, coordinator, drawn):
        words = "besluit van Fatima el Idrissi, getrokken voor een tweede blik"
        assert words in at(browse, make.broker(name="Karim Aziz")).get("/makelaar").text
        assert words in at(browse, coordinator).get("/makelaar").text
        assert words not in at(browse, broker).get("/makelaar").text

    def test_a_colleague_agrees_and_it_is_gone_from_today(self, browse, make, coordinator, drawn):
        match_round, number = drawn
        desk = at(browse, make.broker(name="Karim Aziz"))
        page = desk.get(f"/voorstellen/{number}")
        assert "agrees" not in page.values("/tweede-blik")
        page = page.submit("/tweede-blik", agrees="eens").follow()
        assert "Karim Aziz is het eens met dit besluit" in page.text
        assert "tweede blik" not in desk.get("/makelaar").text
        assert "eens Karim Aziz" in at(browse, coordinator).get(f"/rondes/{match_round}/toezicht").text

    def test_who_disagrees_says_why_and_the_decision_stays(self, browse, coordinator, drawn, session):
        match_round, number = drawn
        before = session.get(Proposal, number).state
        page = at(browse, coordinator).get(f"/voorstellen/{number}")
        refused = page.submit("/tweede-blik", status=422, agrees="oneens")
        assert "Schrijf op wat u anders zou doen." in refused.error_at("remark")
        assert refused.title.startswith("Fout:")
        page.submit("/tweede-blik", agrees="oneens", remark="Eerst gebeld.")
        assert "Eerst gebeld." in at(browse, coordinator).get(f"/rondes/{match_round}/toezicht").text
        assert session.get(Proposal, number).state is before

    def test_who_decided_does_not_judge(self, browse, broker, drawn, session):
        _round, number = drawn
        page = at(browse, broker).get(f"/voorstellen/{number}")
        assert "Een collega kijkt ernaar." in page.text
        assert page.soup.find("form", action=f"/voorstellen/{number}/tweede-blik") is None
        with pytest.raises(Exception, match="Dit besluit nam u zelf"), transaction() as now:
            look = now.scalars(select(SecondLook)).one()
            second_look.judge(now, look, agrees=True, by=now.get(User, number_of(broker)))

    def test_of_two_who_read_it_one_is_kept(self, browse, make, coordinator, drawn, session):
        _round, number = drawn
        late = at(browse, make.broker(name="Karim Aziz")).get(f"/voorstellen/{number}")
        at(browse, coordinator).get(f"/voorstellen/{number}").submit("/tweede-blik", agrees="eens")
        lost = late.submit("/tweede-blik", status=409, agrees="oneens", remark="Nee.")
        assert "Een collega keek net al naar dit besluit." in lost.text
        assert session.scalars(select(SecondLook)).one().agrees is True

    def test_what_was_not_drawn_has_no_second_look(self, browse, make, broker, drawn, session):
        _round, number = drawn
        other = session.scalars(select(Proposal.id).where(Proposal.id != number)).first()
        desk = at(browse, make.broker(name="Karim Aziz"))
        assert "Tweede blik" not in desk.get(f"/voorstellen/{other}").text
        token = desk.get(f"/voorstellen/{number}").values("/tweede-blik")
        desk.post(f"/voorstellen/{other}/tweede-blik", token | {"agrees": "eens"}, status=404)
