"""Placing by hand, choosing another place, and taking a decision back, on screen."""

import pytest
from sqlalchemy import select

from stagemakelaar.db import current_session, transaction
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements.actions import decline
from stagemakelaar.placements.models import Placement, StudentReason
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.rounds import review
from stagemakelaar.rounds.actions import choose_run
from stagemakelaar.rounds.by_hand import place_student
from stagemakelaar.rounds.models import Proposal, ProposalState, Review, Round, Run
from tests.computed import asked, compute, computed, proposals
from tests.counting import statements


@pytest.fixture
def eik(make):
    return make.place(make.organisation(name="De Eik"), hours_per_day=7)


@pytest.fixture
def address(make, broker, eik):
    """The address of an open proposal at De Linde, while De Eik fits as well."""
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"), pays_travel=True)
    _round, run = computed(broker)
    return f"/voorstellen/{proposals(run)[0].id}"


def placements(session):
    return session.scalars(select(Placement)).all()


class TestPlaceByHand:
    def test_from_the_student_to_a_place_with_a_reason(self, desk, student, eik, session):
        place_id = eik.id
        page = desk.get(f"/studenten/{student.id}")
        page = desk.get(page.links["Kies zelf een plek"])
        page = desk.get(page.links["De Eik, Helpende in de zorg"])
        page = page.submit("", why="Zij kent de begeleider.").follow()
        assert "Geplaatst. De student en het bedrijf krijgen een brief." in page.text
        (placement,) = placements(session)
        assert (placement.student_id, placement.place_id, placement.why) == (
            student.id,
            place_id,
            "Zij kent de begeleider.",
        )

    def test_without_a_reason_it_says_so_at_the_field(self, desk, student, eik, session):
        page = desk.get(f"/studenten/{student.id}/plaatsen/{eik.id}").submit("", status=422, why="")
        assert page.error_at("why") == "Fout: Schrijf op waarom u deze plek kiest."
        assert placements(session) == []

    def test_what_nearly_fits_says_what_keeps_it_out(self, make, desk, student):
        make.place(make.organisation(name="Ver Weg"), postcode="9712 AB")
        page = desk.get(f"/studenten/{student.id}/plaatsen")
        assert "Er is nu geen open plek die past." in page.text
        assert "Ver Weg, Helpende in de zorg De reis is nu langer dan de student wil." in page.text

    def test_a_rule_that_forbids_takes_the_form_away(self, make, desk, student):
        far = make.place(make.organisation(name="Ver Weg"), postcode="9712 AB")
        page = desk.get(f"/studenten/{student.id}/plaatsen/{far.id}")
        assert "Plaatsen kan nu niet" in page.text
        assert page.soup.main.find("textarea") is None

    def test_many_places_take_no_more_statements(self, make, desk, student, session):
        make.place()
        address = f"/studenten/{student.id}/plaatsen"
        desk.get(address)
        with statements(session.get_bind()) as few:
            desk.get(address)
        for _number in range(5):
            make.place()
            make.place(postcode="9712 AB")
        with statements(session.get_bind()) as many:
            desk.get(address)
        assert len(many) == len(few)


class TestTooLate:
    def test_who_was_placed_meanwhile_is_told_with_409(self, make, desk, student, eik, session, broker):
        page = desk.get(f"/studenten/{student.id}/plaatsen/{eik.id}")
        other = make.place()
        with transaction() as now:
            place_student(now, now.get(Student, student.id), now.get(Place, other.id), by=broker, why="eerder")
        page = page.submit("", status=409, why="Zij kent de begeleider.")
        assert page.errors == ["Deze student heeft intussen al een plek."]
        assert "draai die plaatsing eerst terug, of trek haar terug" in page.text
        assert len(placements(session)) == 1


class TestAnotherPlace:
    def test_the_page_says_what_it_changes_and_places_there(self, desk, address, eik, session):
        page = desk.get(address)
        (link,) = [url for text, url in page.links.items() if text.startswith("Kies deze plek")]
        page = desk.get(link)
        assert "De Eik, Helpende in de zorg in plaats van De Linde, Helpende in de zorg" in page.text
        assert "alles samen past" in page.text
        page.submit("", why="Dichter bij haar oma.").follow()
        (placement,) = placements(session)
        assert placement.place.organisation.name == "De Eik"
        proposal = session.scalars(select(Proposal)).one()
        assert proposal.state is ProposalState.REJECTED

    def test_a_refusal_keeps_what_was_typed(self, desk, address, eik, session):
        page = desk.get(f"{address}/andere-plek/{eik.id}")
        with transaction() as again:
            again.get(Proposal, int(address.rsplit("/", 1)[1])).version += 1
        page = page.submit("", status=409, why="Dichter bij haar oma.")
        assert "veranderd terwijl de pagina open stond" in page.text
        assert page.values("")["why"] == "Dichter bij haar oma."
        assert placements(session) == []
        page.submit("").follow()  # the page that told it has been read: it shows the proposal as it is now
        assert len(placements(session)) == 1

    def test_a_page_without_its_version_is_not_ours(self, desk, address, eik, session):
        page = desk.get(f"{address}/andere-plek/{eik.id}").submit("", status=422, why="Dichter bij.", version="x")
        assert page.errors == ["Deze pagina is niet goed aangekomen. Open haar opnieuw."]
        assert placements(session) == []

    def test_who_moves_is_named_from_where_to_where(self, make, desk, address, eik, broker):
        # Both places take either: whoever takes the other's place sends them the other way.
        make.student(searching=True, last_name="Jansen")
        match_round = current_session().scalars(select(Round)).one()
        run = asked(match_round, broker)
        compute(run)
        with transaction() as session:
            choose_run(session, session.get(Round, match_round.id), session.get(Run, run.id), by=broker)
        one, other = proposals(run)
        there, here = (f"{by.place.organisation.name}, {by.place.title}" for by in (other, one))
        name, number = other.student.full_name, other.id
        address = f"/voorstellen/{one.id}/andere-plek/{other.place_id}"
        page = desk.get(address)
        (row,) = (
            page.soup.main.find("caption", string="Wie er dan verschuift").find_parent("table").tbody.find_all("tr")
        )
        cells = [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        assert cells == [name, there, here, "nog niet"]
        with transaction() as session:
            review.approve(session, session.get(Proposal, number), by=broker)
        page = desk.get(address)
        assert "Er is geen plek meer vrij." in page.text
        assert f"Hier zitten nu: {name}" in page.text
        assert "Wie al een plaatsing heeft, verschuift niet vanzelf." in page.text
        assert page.soup.main.find("textarea") is None

    def test_every_rule_that_forbids_it_is_named(self, make, desk, address):
        far = make.place(make.organisation(name="Ver Weg"), postcode="9712 AB", weekdays=0b1100000)
        page = desk.get(f"{address}/andere-plek/{far.id}")
        assert "De reis is nu langer dan de student wil." in page.text
        assert "De dagen van de student en de plek passen niet meer bij elkaar." in page.text


class TestUndo:
    @pytest.fixture
    def approved(self, desk, address, broker):
        with transaction() as session:
            session.get(Programme, broker.programme_id).undo_minutes = 15
        return desk.get(address).submit("/besluit", verdict="approve", why="Past goed.").follow()

    def test_within_the_window_nobody_hears_of_it(self, desk, approved, session):
        page = desk.get(approved.links["Draai het besluit terug"])
        page = page.submit("", why="Verkeerde student.").follow()
        assert "Niemand heeft bericht gekregen. U kunt opnieuw besluiten." in page.text
        assert "Bekijk het eerdere besluit" in page.links
        assert set(session.scalars(select(Message.state))) == {MessageState.CANCELLED}

    def test_a_reason_of_the_list_is_kept_with_the_decision_it_took_back(self, desk, approved, session):
        desk.get(approved.links["Draai het besluit terug"]).submit("", reason="per ongeluk", why="Twee tabbladen.")
        assert session.scalars(select(Review)).one().undone_reason == "per ongeluk"
        assert session.scalars(select(Placement)).one().withdraw_note == "per ongeluk: Twee tabbladen."

    def test_the_old_one_points_at_the_new(self, desk, approved, address):
        desk.get(approved.links["Draai het besluit terug"]).submit("", why="Verkeerde student.")
        page = desk.get(address)
        assert "Dit besluit is teruggedraaid" in page.text
        assert "Draai het besluit terug" not in page.links

    def test_after_the_window_there_is_no_such_link(self, desk, approved, address, session):
        with transaction() as now:
            for message in now.scalars(select(Message)):
                message.attempts = 1
        page = desk.get(address)
        assert "Draai het besluit terug" not in page.links
        assert desk.get(f"{address}/terugdraaien", status=302).location.endswith(address)

    def test_it_asks_why(self, desk, approved):
        page = desk.get(approved.links["Draai het besluit terug"]).submit("", status=422, why="")
        assert page.error_at("why") == "Fout: Kies waarom u het besluit terugdraait, of schrijf het op."

    def test_until_the_window_ends_neither_side_sees_it(self, browse, desk, approved, session, moment):
        placement = session.scalars(select(Placement)).one()
        student, number = placement.student.user, placement.id
        own = browse.as_(student)
        assert "We zoeken een plek voor je." in own.get("/student").text
        own.get(f"/student/plaatsing/{number}", status=404)
        moment("2027-02-03T10:15:00+01:00")
        assert "We hebben een plek voor je gevonden." in own.get("/student").text
        own.get(f"/student/plaatsing/{number}")

    def test_an_undone_placement_is_never_seen(self, browse, make, desk, approved, session, moment):
        placement = session.scalars(select(Placement)).one()
        number, company_id = placement.id, placement.place.organisation_id
        own = browse.as_(placement.student.user)
        company = browse.as_(make.employer_of(session.get(Organisation, company_id)))
        desk.get(approved.links["Draai het besluit terug"]).submit("", why="Verkeerde student.")
        moment("2027-02-03T10:30:00+01:00")
        assert "gaat niet door" not in own.get("/student").text
        own.get(f"/student/plaatsing/{number}", status=404)
        company.get(f"/bedrijf/plaatsingen/{number}", status=404)


class TestTheNextOffer:
    def test_after_a_decline_it_stands_above_the_list(self, desk, address, session):
        desk.get(address).submit("/besluit", verdict="approve", why="")
        with transaction() as now:
            placement = now.scalars(select(Placement)).one()
            student_id = placement.student_id
            decline(now, placement, reason=StudentReason.TRAVEL, by=placement.student.user)
        page = desk.get(f"/studenten/{student_id}/plaatsen")
        assert "Het beste volgende aanbod" in page.text
        assert "Niemand verschuift die al bericht kreeg De Eik, Helpende in de zorg" in page.text
        assert "alles samen past" in page.text

    def test_today_and_the_file_lead_there_until_the_student_waits(self, desk, address, session):
        desk.get(address).submit("/besluit", verdict="approve", why="")
        with transaction() as now:
            placement = now.scalars(select(Placement)).one()
            student_id = placement.student_id
            decline(now, placement, reason=StudentReason.TRAVEL, by=placement.student.user)
        page = desk.get("/makelaar?van=allen")
        assert "de plek bij De Linde ging niet door" in page.text
        choose = f"/studenten/{student_id}/plaatsen"
        assert choose in page.links.values()
        page = desk.get(desk.get(f"/studenten/{student_id}").links["Kies de volgende stap"])
        assert page.response.request.path == choose
        assert "De plek bij De Linde ging niet door de student: de reis, " in page.text
        page.submit("/wachten")
        assert choose not in desk.get("/makelaar?van=allen").links.values()
        assert "ging niet door" not in desk.get(choose).text
        page.submit("/wachten", status=409)

    def test_who_moves_for_it_is_named(self, make, desk, address, broker, session):
        # Two want the one seat that is left; whoever was told stays, and the offer says what moving would bring.
        make.student(searching=True, last_name="Jansen")
        match_round = session.scalars(select(Round)).one()
        run = asked(match_round, broker)
        compute(run)
        with transaction() as now:
            choose_run(now, now.get(Round, match_round.id), now.get(Run, run.id), by=broker)
        first, other = (one.id for one in proposals(run))
        with transaction() as now:
            told = review.approve(now, now.get(Proposal, other), by=broker)
            name = told.student.full_name
            placement = review.approve(now, now.get(Proposal, first), by=broker)
            student_id = placement.student_id
            decline(now, placement, reason=StudentReason.TRAVEL, by=placement.student.user)
        page = desk.get(f"/studenten/{student_id}/plaatsen")
        assert "1 student verschuift die al bericht kreeg" in page.text
        assert f"heeft al een plaatsing : {name}" in page.text

    def test_without_a_lost_place_there_is_none(self, desk, student, eik):
        assert "Het beste volgende aanbod" not in desk.get(f"/studenten/{student.id}/plaatsen").text
