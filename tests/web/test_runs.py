"""Runs beside each other on screen: asked for with other settings, compared, chosen, taken over by hand."""

from datetime import date

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.placements.models import Placement
from stagemakelaar.rounds import actions, review
from stagemakelaar.rounds.models import Proposal, Round, Run
from stagemakelaar.rounds.run_settings import settings_from
from tests.computed import asked, compute, computed, opened, proposals
from tests.counting import statements

NEAR, FAR = "1011 AB", "1067 AB"
USUAL = {"learning": 50, "travel": 30, "kind": 10, "costs": 10}


def newest(session):
    return session.scalars(select(Run).order_by(Run.id.desc())).first()


@pytest.fixture
def two_runs(make, broker):
    """Who waits longer and lives far away has the only seat, until nobody travels far: (round, first, second)."""
    make.student(searching=True, first_name="Ver", last_name="Weg", postcode=FAR, searching_since=date(2026, 9, 1))
    make.student(searching=True, first_name="Dicht", last_name="Bij", postcode=NEAR)
    make.place(make.organisation(name="De Linde"), postcode=NEAR)
    match_round, first = computed(broker)
    second = asked(match_round, broker, settings=settings_from(weights=USUAL, most_minutes=10), from_run=first)
    compute(second)
    return match_round.id, first.id, second.id


class TestAsking:
    def test_a_run_is_asked_with_other_settings_on_the_same_facts(self, desk, make, broker, session):
        make.student(searching=True)
        make.place()
        match_round, first = computed(broker)
        number = first.id
        page = desk.get(desk.get(f"/rondes/{match_round.id}").links["Reken met andere instellingen"])
        assert page.values()["facts"] == str(number)
        assert (page.values()["learning"], page.values()["most_minutes"]) == ("50", "")
        page = page.submit(learning="40", travel="40", most_minutes="25", waiting_counts=None).follow()
        run = newest(session)
        assert run.from_run_id == number
        assert run.settings == {
            "weights": {"learning": 40, "travel": 40, "kind": 10, "costs": 10},
            "most_minutes": 25,
            "waiting_counts": False,
        }
        told = "weging leerwens 40, reistijd 40, soort werk 10, vergoeding 10; reis hoogstens 25 minuten;"
        assert f"{told} wachttijd telt niet; gegevens van berekening {number}" in page.text

    def test_the_facts_of_now_are_a_choice_too(self, desk, make, broker, session):
        make.student(searching=True)
        match_round, _first = computed(broker)
        desk.get(f"/rondes/{match_round.id}/andere-instellingen").submit(most_minutes="25")
        assert newest(session).from_run_id is None
        assert newest(session).settings["most_minutes"] == 25

    def test_it_begins_with_the_settings_of_the_run_it_starts_from(self, desk, two_runs):
        match_round, _first, second = two_runs
        page = desk.get(f"/rondes/{match_round}/andere-instellingen?vanaf={second}")
        assert (page.values()["most_minutes"], page.values()["facts"]) == ("10", str(second))

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"learning": "30", "travel": "40"}, "learning"),
            ({"most_minutes": "9"}, "most_minutes"),
            ({"costs": ""}, "costs"),
        ],
    )
    def test_what_cannot_be_is_told_at_its_field_and_kept(self, desk, broker, typed, field):
        match_round = opened(broker)
        page = desk.get(f"/rondes/{match_round.id}/andere-instellingen").submit(status=422, **typed)
        assert page.error_at(field)
        assert page.errors
        assert {name: page.values()[name] for name in typed} == typed

    def test_while_another_is_computed_it_is_overtaken(self, desk, broker, session):
        match_round = opened(broker)
        address = f"/rondes/{match_round.id}/andere-instellingen"
        page = desk.get(address)
        asked(match_round, broker)
        assert "Er wordt al gerekend" in page.submit(status=409).text
        assert len(session.scalars(select(Run)).all()) == 1

    def test_a_closed_round_is_only_looked_at(self, desk, broker):
        match_round = opened(broker)
        with transaction() as session:
            actions.close_round(session, session.get(Round, match_round.id), by=broker)
        address = f"/rondes/{match_round.id}"
        assert desk.get(f"{address}/andere-instellingen", status=302).location == address

    def test_a_run_of_another_round_is_no_choice(self, desk, broker, two_runs):
        match_round, first, _second = two_runs
        with transaction() as session:
            actions.close_round(session, session.get(Round, match_round), by=broker)
        page = desk.get(f"/rondes/{opened(broker).id}/andere-instellingen")
        assert page.submit(status=422, facts=str(first)).error_at("facts")


class TestComparing:
    def test_it_tells_who_loses_and_who_gains(self, desk, two_runs):
        match_round, first, second = two_runs
        page = desk.get(desk.get(f"/rondes/{match_round}").links[f"Vergelijk met berekening {second}"])
        assert page.heading == "Berekeningen vergelijken"
        assert "Vergeleken zijn 2 studenten die in beide berekeningen meedoen." in page.text
        assert "Geplaatst (van 2) 1 1 0" in page.text
        assert "Geplaatst: zoekt langer dan 12 weken (van 1) 1 0 −1" in page.text
        told = "Van A naar B: 1 × verliest een plek, 1 × wint een plek, 0 × andere plek, 0 × gelijk."
        assert told in page.text
        loses, gains = page.soup.find_all("table")[1].tbody.find_all("tr")
        assert "Ver Weg" in loses.text
        assert "verliest een plek" in loses.text
        assert "Dicht Bij" in gains.text
        assert "De Linde" in gains.text
        assert f"A: berekening {first}" in page.text
        assert "reis hoogstens 10 minuten" in page.text

    def test_a_proposal_tells_with_which_settings_it_was_found(self, desk, two_runs, session):
        _round, first, second = two_runs
        numbers = dict(session.execute(select(Proposal.run_id, Proposal.id)).all())
        told = "Deze berekening rekende met eigen instellingen"
        assert told not in desk.get(f"/voorstellen/{numbers[first]}").text
        page = desk.get(f"/voorstellen/{numbers[second]}")
        assert f"{told}: weging leerwens 50, reistijd 30, soort werk 10, vergoeding 10; reis hoogstens 10" in page.text

    def test_it_can_be_narrowed_and_widened(self, desk, two_runs):
        match_round, first, second = two_runs
        address = f"/rondes/{match_round}/vergelijken?a={first}&b={second}"
        assert "Dicht Bij" not in desk.get(f"{address}&toon=loses").text
        assert "Ver Weg" not in desk.get(f"{address}&toon=gains").text
        assert "Niemand." in desk.get(f"{address}&toon=moves").text
        same = f"/rondes/{match_round}/vergelijken?a={first}&b={first}"
        assert "Voor niemand maakt het verschil." in desk.get(same).text
        assert "1 tot en met 2 van 2" in desk.get(f"{same}&toon=alle").text

    def test_without_two_runs_it_says_so(self, desk, broker):
        match_round = opened(broker)
        address = f"/rondes/{match_round.id}/vergelijken"
        assert "nog geen twee berekeningen klaar" in desk.get(address).text
        first = asked(match_round, broker)
        compute(first)
        number = first.id
        page = desk.get(desk.get(address).links["Reken met andere instellingen"])
        assert page.values()["facts"] == str(number)

    def test_only_computed_runs_of_this_round(self, desk, broker, make, two_runs):
        match_round, first, _second = two_runs
        waiting = asked(Round(id=match_round), broker).id
        zuid = make.broker(programme=make.programme("zuid"))
        elsewhere, other = computed(zuid)
        number, other_round = other.id, elsewhere.id
        for b in (waiting, number, 987654):
            desk.get(f"/rondes/{match_round}/vergelijken?a={first}&b={b}", status=404)
        desk.get(f"/rondes/{other_round}/vergelijken", status=404)

    def test_one_is_chosen_from_here(self, desk, two_runs, session):
        match_round, first, second = two_runs
        page = desk.get(f"/rondes/{match_round}/vergelijken?a={first}&b={second}")
        assert f"U beoordeelt nu berekening {first}." in page.text
        page.submit(f"/{second}/kiezen").follow()
        assert session.get(Round, match_round).chosen_run_id == second

    def test_what_was_better_in_the_other_is_taken_over_by_hand(self, desk, two_runs, session):
        match_round, first, second = two_runs
        page = desk.get(f"/rondes/{match_round}/vergelijken?a={first}&b={second}")
        page = desk.get(page.links["Neem over voor Dicht Bij"])
        assert page.heading == "Dicht Bij met de hand plaatsen"
        page.submit(why="Woont om de hoek.")
        (placement,) = session.scalars(select(Placement))
        assert placement.student.full_name == "Dicht Bij"
        assert {run.outcome_hash is not None for run in session.scalars(select(Run))} == {True}

    def test_another_place_is_taken_over_by_replacing_the_proposal(self, desk, broker, make, session):
        make.student(searching=True, first_name="Samira", last_name="Bouali")
        make.place(postcode=NEAR, pays_travel=False, allowance_cents=0)
        make.place(postcode=FAR, pays_travel=True)
        weights = {"learning": 50, "travel": 50, "kind": 0, "costs": 0}
        match_round = opened(broker)
        first = asked(match_round, broker, settings=settings_from(weights=weights))
        compute(first)
        weights = {"learning": 50, "travel": 10, "kind": 0, "costs": 30}
        second = asked(match_round, broker, settings=settings_from(weights=weights), from_run=first)
        compute(second)
        (proposal,) = proposals(first)
        (other,) = proposals(second)
        page = desk.get(f"/rondes/{match_round.id}/vergelijken?a={first.id}&b={second.id}")
        address = f"/voorstellen/{proposal.id}/andere-plek/{other.place_id}"
        assert page.links["Neem over voor Samira Bouali"] == address
        address = page.response.request.full_path
        with transaction() as writing:
            review.approve(writing, writing.get(Proposal, proposal.id), by=broker)
        page = desk.get(address)
        assert "Neem over voor Samira Bouali" not in page.links
        assert "goedgekeurd" in page.text

    def test_what_was_turned_down_here_can_be_taken_from_the_other(self, desk, broker, make, session):
        student = make.student(searching=True, first_name="Samira", last_name="Bouali")
        make.place(postcode=NEAR)
        make.place(postcode=FAR)
        match_round, first = computed(broker)
        (proposal,) = proposals(first)
        number = student.id
        with transaction() as writing:
            review.reject(writing, writing.get(Proposal, proposal.id), by=broker, why="te druk")
        second = asked(match_round, broker, from_run=first)
        compute(second)
        (other,) = proposals(second)
        page = desk.get(f"/rondes/{match_round.id}/vergelijken")
        assert page.links["Neem over voor Samira Bouali"] == f"/studenten/{number}/plaatsen/{other.place_id}"

    def test_fifty_a_page_and_as_many_queries(self, desk, broker, make, database):
        place = make.place(seats=60, postcode=FAR)
        make.student(searching=True, postcode=NEAR)
        match_round, first = computed(broker)
        settings = settings_from(weights=USUAL, most_minutes=10)
        second = asked(match_round, broker, settings=settings, from_run=first)
        compute(second)

        def count(a, b):
            address = f"/rondes/{match_round.id}/vergelijken?a={a}&b={b}"
            desk.get(address)
            with statements(database) as sent:
                page = desk.get(address)
            return len(sent), page

        few, _page = count(first.id, second.id)
        for _ in range(50):
            make.student(searching=True, postcode=NEAR)
        third = asked(match_round, broker)
        compute(third)
        fourth = asked(match_round, broker, settings=settings, from_run=third)
        compute(fourth)
        many, page = count(third.id, fourth.id)
        assert place.id
        assert many <= few
        assert "1 tot en met 50 van 51" in page.text
        assert "51 tot en met 51 van 51" in desk.get(page.links["Volgende →"]).text
