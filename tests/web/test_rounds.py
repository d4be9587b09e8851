"""Rounds on screen: opening, computing, looking, closing."""

from datetime import date

from sqlalchemy import select

from stagemakelaar.db import transaction
from stagemakelaar.matching.stages import Stage
from stagemakelaar.people.models import Role, Student
from stagemakelaar.rounds import actions
from stagemakelaar.rounds.models import Round, RoundState, Run, RunState
from tests.computed import asked, compute, computed, opened
from tests.counting import statements


def test_a_round_is_opened_computed_and_looked_at(desk, make, session):
    make.student(searching=True, last_name="Bouali")
    make.place()
    page = desk.get("/rondes")
    assert "1 student zoekt nu. Er is 1 vrije plek." in page.text
    page = page.submit(name="Voorjaar").follow()
    assert page.heading == "Voorjaar"
    page = page.submit("/berekenen").follow()
    assert "Er wordt gerekend" in page.text
    compute(session.scalars(select(Run)).one())
    page = desk.get(page.response.request.path)
    assert "1 voorstel wacht op uw besluit" in page.text
    assert "Samira Bouali" in page.links
    assert "fietsen" in page.text


def test_a_second_round_is_refused_at_the_name(desk, broker):
    page = desk.get("/rondes")
    opened(broker)
    page = page.submit(name="Nog een", status=422)
    assert page.errors == ["Er loopt al een ronde. Sluit die eerst."]


def test_a_round_without_a_name_is_explained(desk):
    assert desk.get("/rondes").submit(name="", status=422).error_at("name")


def test_asking_twice_is_told_and_not_done(desk, broker, session):
    match_round = opened(broker)
    address = f"/rondes/{match_round.id}"
    page = desk.get(address)
    page.submit("/berekenen")
    refused = page.submit("/berekenen", status=409)
    assert "Er wordt al gerekend" in refused.text
    assert len(session.scalars(select(Run)).all()) == 1


def test_a_computation_can_be_stopped(desk, broker, session):
    match_round = opened(broker)
    asked(match_round, broker)
    page = desk.get(f"/rondes/{match_round.id}").submit("/stoppen").follow()
    assert "De berekening is gestopt." in page.text
    assert session.scalars(select(Run)).one().state is RunState.CANCELLED


def test_a_computation_under_way_says_how_far_it_is(desk, broker):
    match_round = opened(broker)
    run = asked(match_round, broker)
    assert "Stap" not in desk.get(f"/rondes/{match_round.id}").text
    with transaction() as session:
        actions.freeze_run(session, run.id)
        assert actions.still_computing(session, run.id, 1, (Stage.SOLVING, 43))
    assert "Stap 2 van 4: rekenen. Daarvan is 43 procent klaar." in " ".join(
        desk.get(f"/rondes/{match_round.id}").text.split()
    )


def test_a_failed_computation_is_told_with_its_number(desk, broker):
    match_round = opened(broker)
    run = asked(match_round, broker)
    with transaction() as session:
        actions.freeze_run(session, run.id)
    with transaction() as session:
        actions.run_failed(session, run.id, 1, "boom")
    page = desk.get(f"/rondes/{match_round.id}")
    assert "De laatste berekening is mislukt" in page.text
    assert "boom" not in page.text


def test_who_stays_without_a_place_is_listed_with_cause_and_help(desk, make, broker):
    student = make.student(searching=True)
    make.place(starts_on=date(2027, 5, 1))
    match_round, _run = computed(broker)
    name = student.full_name
    page = desk.get(f"/rondes/{match_round.id}/zonder-plek")
    assert name in page.links
    assert "Binnen de reistijd is geen plek open in de hele stageperiode." in page.text
    assert "Vraag de student en het bedrijf of de periode kan schuiven." in page.text


def test_who_does_not_take_part_is_shown(desk, make, broker):
    student = make.student(searching=True)
    name = student.full_name
    with transaction() as session:
        session.get(Student, student.id).profile.completed_at = None
    match_round = opened(broker)
    page = desk.get(f"/rondes/{match_round.id}")
    assert "1 student doet niet mee" in page.text
    assert name in page.links


def test_under_sixteen_is_shown_as_without_a_place(desk, make, broker):
    make.student(searching=True, birth_date=date(2011, 5, 1))
    make.place()
    match_round, _run = computed(broker)
    page = desk.get(f"/rondes/{match_round.id}/zonder-plek")
    assert "De regels voor jonge werknemers laten geen plek over." in page.text


def test_the_list_holds_fifty_a_page_and_the_total(desk, make, broker):
    for _ in range(51):
        make.student(searching=True)
    make.place(seats=51)
    match_round, _run = computed(broker)
    page = desk.get(f"/rondes/{match_round.id}")
    assert "1 tot en met 50 van 51" in page.text
    assert "51 tot en met 51 van 51" in desk.get(f"/rondes/{match_round.id}?pagina=2").text


def test_the_list_can_be_narrowed_to_a_state(desk, make, broker):
    make.student(searching=True)
    make.place()
    match_round, _run = computed(broker)
    page = desk.get(f"/rondes/{match_round.id}?stand=rejected")
    assert "Er zijn geen voorstellen met deze stand." in page.text


def test_another_computation_can_be_taken(desk, make, broker, session):
    make.student(searching=True)
    make.place()
    match_round, _first = computed(broker)
    second = asked(match_round, broker, lot=8)
    compute(second)
    number, address = second.id, f"/rondes/{match_round.id}"
    page = desk.get(address).submit(f"/{number}/kiezen").follow()
    assert f"U beoordeelt nu berekening {number}." in page.text
    assert session.scalars(select(Round)).one().chosen_run_id == number


def test_closing_tells_what_is_left_and_does_it(desk, make, broker, session):
    make.student(searching=True)
    make.place()
    match_round, _run = computed(broker)
    page = desk.get(f"/rondes/{match_round.id}/sluiten")
    assert "1 voorstel is nog niet besloten." in page.text
    page = page.submit(why="Nieuwe plekken").follow()
    assert "Niet besloten en dus afgewezen: 1." in page.text
    assert session.scalars(select(Round)).one().state is RoundState.CLOSED


def test_another_programme_sees_nothing(browse, make, broker):
    match_round = opened(broker)
    address = f"/rondes/{match_round.id}"
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    stranger.get(address, status=404)
    stranger.post(f"{address}/berekenen", status=404)
    assert "Ronde voorjaar" not in stranger.get("/rondes").text


def test_an_employer_does_not_enter(browse, make):
    browse.as_(make.employer_of(make.organisation())).get("/rondes", status=403)


def test_a_coordinator_opens_a_round_too(browse, make):
    page = browse.as_(make.staff(Role.COORDINATOR)).get("/rondes").submit(name="Voorjaar").follow()
    assert page.heading == "Voorjaar"


def test_the_number_of_queries_does_not_grow(desk, make, database, broker):
    make.student(searching=True)
    make.place(seats=5)
    match_round, _first = computed(broker)
    address = f"/rondes/{match_round.id}"
    desk.get(address)
    with statements(database) as few:
        desk.get(address)
    for _ in range(3):
        make.student(searching=True)
    with transaction() as session:
        match_round = session.scalars(select(Round)).one()
        second = actions.ask_for_run(session, match_round, by=broker)
    compute(second)
    with transaction() as session:
        actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, second.id), by=broker)
    with statements(database) as many:
        desk.get(address)
    assert len(many) <= len(few)


class TestWhatIsNeeded:
    def test_it_names_who_is_short_where_a_seat_helps_and_where_a_company(self, desk, broker, make):
        make.place(make.organisation(name="De Linde"), seats=1)
        for _number in range(2):
            make.student(searching=True)
        match_round, _run = computed(broker)
        page = desk.get(desk.get(f"/rondes/{match_round.id}").links["Wat ontbreekt"])
        assert "2 studenten, 1 plek" in page.text
        assert "De Linde, Helpende in de zorg" in page.links
        assert "we vonden 1 soort plek die helpt" in page.text
        assert page.links["Plekken werven"] == "/werven"

    def test_when_nothing_is_missing_it_says_so(self, desk, broker, make):
        make.place()
        make.student(searching=True)
        match_round, _run = computed(broker)
        page = desk.get(f"/rondes/{match_round.id}/wat-ontbreekt")
        assert "Nergens vragen meer studenten om dezelfde plekken dan er plekken zijn." in page.text

    def test_before_a_computation_there_is_nothing_to_say(self, desk, broker):
        match_round = opened(broker)
        assert desk.get(f"/rondes/{match_round.id}/wat-ontbreekt", status=302).location == f"/rondes/{match_round.id}"
