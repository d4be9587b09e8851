"""The page of what was changed by hand in a round, and taking it back."""

import pytest
from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.people.models import Programme, Role
from stagemakelaar.placements.actions import accept
from stagemakelaar.rounds import actions, by_hand, review
from stagemakelaar.rounds.hints import give_hint
from stagemakelaar.rounds.models import HandChange, Hint, HintLevel, Proposal, ProposalState, Round, Run
from tests.computed import asked, compute, computed, proposals
from tests.counting import statements
from tests.rows import change


@pytest.fixture
def desk(browse, broker):
    change(Programme, broker.programme_id, undo_minutes=15)
    return browse.as_(broker)


@pytest.fixture
def eik(make):
    return make.place(make.organisation(name="De Eik"))


@pytest.fixture
def proposal(make, broker, eik):
    """An open proposal at De Linde, while De Eik fits as well."""
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"), pays_travel=True)
    _round, run = computed(broker)
    return proposals(run)[0]


@pytest.fixture
def address(proposal):
    return f"/rondes/{proposal.run.round_id}/wijzigingen"


def do(action, *records, **options):
    with transaction() as session:
        return action(session, *(session.get(type(record), record.id) for record in records), **options)


def cells(page, row=1):
    """The words of a row of the table of changes."""
    table = page.soup.main.find("caption", string="Wijzigingen, de laatste eerst").find_parent("table")
    found = table.find_all("tr")[row].find_all(["th", "td"])
    return [" ".join(cell.get_text(" ").split()) for cell in found]


class TestTheList:
    def test_an_untouched_round_says_so(self, desk, address):
        page = desk.get(address)
        assert "In deze ronde is nog niets met de hand veranderd." in page.text
        assert "Studenten met een plek 1 1 0" in page.text
        assert "Draai alles terug dat nog kan" not in page.links

    def test_a_replacement_says_who_why_and_what_it_costs(self, desk, broker, proposal, eik, address):
        do(by_hand.replace, proposal, eik, by=broker, why="Dichter bij haar oma.")
        page = desk.get(address)
        student, what, why, costs, undo = cells(page)
        assert student == "Samira Bouali"
        assert "De Eik, Helpende in de zorg in plaats van De Linde, Helpende in de zorg" in what
        assert why.startswith(f"{broker.name}, ")
        assert why.endswith("Dichter bij haar oma.")
        assert costs == "alles samen past 10 punten minder; niemand anders verschuift"
        assert undo.startswith("Draai terug")
        assert "Studenten met een plek 1 1 0" in page.text
        assert "-10" in page.text

    def test_a_rejection_says_where_the_student_would_go_instead(self, desk, broker, proposal, address):
        do(review.reject, proposal, by=broker, why="nee")
        costs = cells(desk.get(address))[3]
        assert costs.startswith("de student krijgt dan: De Eik, Helpende in de zorg; alles samen past 10 punten minder")

    def test_the_round_leads_to_it_and_counts(self, desk, broker, proposal):
        do(review.reject, proposal, by=broker, why="nee")
        page = desk.get(f"/rondes/{proposal.run.round_id}")
        assert desk.get(page.links["Wijzigingen (1)"]).heading == "Wijzigingen: Ronde voorjaar"

    def test_after_the_window_it_points_at_withdrawing(self, desk, broker, proposal, eik, address):
        placement = do(by_hand.replace, proposal, eik, by=broker, why="Dichterbij.")
        do(accept, placement, by=placement.student.user)
        page = desk.get(address)
        assert "De brieven zijn al weg." in cells(page)[4]
        assert f"/plaatsingen/{placement.id}/terugtrekken" in page.links.values()

    def test_a_hint_that_forces_is_worked_out_when_asked(self, make, desk, broker, proposal, address):
        do(give_hint, proposal.student, proposal.place, level=HintLevel.NEVER, why="Ruzie gehad.", by=broker)
        run = asked(proposal.run.round, broker)
        compute(run)
        with transaction() as session:
            match_round = session.get(Round, proposal.run.round_id)
            actions.choose_run(session, match_round, session.get(Run, run.id), by=broker)
        page = desk.get(address)
        assert "Ruzie gehad." in page.text
        (link,) = [url for text, url in page.links.items() if text.startswith("Reken uit")]
        assert "evenveel studenten geplaatst; alles samen past 10 punten minder" in desk.get(link).text

    def test_many_changes_take_no_more_statements(self, make, desk, broker, proposal, address, session):
        def more():
            student, place = make.student(searching=True), make.place()
            do(by_hand.place_student, student, place, by=broker, why="Kent het bedrijf.")
            do(give_hint, make.student(), place, level=HintLevel.NEVER, why="Ruzie.", by=broker)

        do(review.reject, proposal, by=broker, why="nee")
        more()
        desk.get(address)
        for page in (address, f"{address}/terugdraaien"):
            with statements(session.get_bind()) as few:
                desk.get(page)
            for _number in range(3):
                more()
            with statements(session.get_bind()) as many:
                desk.get(page)
            assert len(many) == len(few), page


class TestUndo:
    def test_one_is_taken_back_with_a_reason(self, desk, broker, proposal, eik, address, session):
        do(by_hand.replace, proposal, eik, by=broker, why="Dichterbij.")
        page = desk.get(address)
        (link,) = [url for text, url in page.links.items() if text.startswith("Draai terug")]
        page = desk.get(link)
        assert "De plek bij De Eik komt weer vrij en niemand krijgt bericht." in page.text
        assert "Het voorstel voor De Linde, Helpende in de zorg ligt weer open." in page.text
        assert page.submit("", status=422, why="").error_at("why") == "Fout: Schrijf op waarom u dit terugdraait."
        page = page.submit("", why="Toch niet.").follow()
        assert "De wijziging is teruggedraaid. Niemand heeft bericht gekregen." in page.text
        assert cells(page)[4].endswith("Toch niet.")
        assert session.get(Proposal, proposal.id + 1).state is ProposalState.OPEN

    def test_twice_is_409(self, desk, broker, proposal, address, session):
        do(review.reject, proposal, by=broker, why="nee")
        page = desk.get(f"/wijzigingen/{session.scalars(select(HandChange.id)).one()}/terugdraaien")
        page.submit("", why="Toch niet.")
        assert page.submit("", status=409, why="Toch niet.").errors == ["Deze wijziging is al teruggedraaid."]

    def test_all_at_once_says_first_what_happens(self, desk, make, broker, proposal, eik, address, session):
        do(by_hand.replace, proposal, eik, by=broker, why="Dichterbij.")
        do(give_hint, proposal.student, proposal.place, level=HintLevel.NEVER, why="Ruzie.", by=broker)
        other = make.student(searching=True, last_name="Jansen")
        placement = do(by_hand.place_student, other, make.place(), by=broker, why="Kent het.")
        do(accept, placement, by=other.user)
        page = desk.get(desk.get(address).links["Draai alles terug dat nog kan"])
        assert "de plaatsing bij De Eik wordt teruggedraaid en de brieven gaan niet weg" in page.text
        assert "het voorstel voor De Linde, Helpende in de zorg ligt weer open" in page.text
        assert "de voorkeur wordt ingetrokken: nooit, De Linde, Helpende in de zorg" in page.text
        assert "Samira Jansen : met de hand geplaatst" in page.text
        page = page.submit("", why="Opnieuw beginnen.").follow()
        assert "2 wijzigingen zijn teruggedraaid." in page.text
        assert session.scalars(select(Hint.withdrawn_at)).one() is not None

    def test_what_came_in_between_stops_it(self, make, desk, broker, proposal, address, session):
        do(review.reject, proposal, by=broker, why="nee")
        page = desk.get(f"{address}/terugdraaien")
        do(by_hand.place_student, make.student(searching=True), make.place(), by=broker, why="Kent het.")
        page = page.submit("", status=409, why="Opnieuw.")
        assert page.errors == ["Er is intussen iets veranderd. Kijk de lijst opnieuw na."]
        assert page.values("")["why"] == "Opnieuw."
        assert "2 wijzigingen zijn teruggedraaid." in page.submit("").follow().text

    def test_a_placement_by_hand_can_be_taken_back_from_its_own_page(self, make, desk, broker, proposal):
        placement = do(by_hand.place_student, proposal.student, make.place(), by=broker, why="Kent het.")
        page = desk.get(f"/plaatsingen/{placement.id}")
        assert desk.get(page.links["Draai het besluit terug"]).heading == "Wijziging voor Samira Bouali terugdraaien"


def test_an_employee_of_another_programme_finds_nothing(make, browse, broker, proposal, address):
    stranger = browse.as_(make.staff(Role.COORDINATOR, programme=make.programme("zuid")))
    stranger.get(address, status=404)
    stranger.get(f"{address}/terugdraaien", status=404)
