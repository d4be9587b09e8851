"""One proposal on screen, and the decision of a person."""

from datetime import date

import pytest
from sqlalchemy import func, select

from stagemakelaar.audit import Entry
from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Programme, Role
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.models import Proposal, ProposalState, Review
from tests.computed import computed, proposals
from tests.counting import statements


@pytest.fixture
def address(make, broker):
    """The address of an open proposal."""
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"))
    _round, run = computed(broker)
    return f"/voorstellen/{proposals(run)[0].id}"


def now(session):
    return session.scalars(select(Proposal)).one()


def test_the_page_says_why_in_parts_with_points(desk, address):
    page = desk.get(address)
    assert page.heading == "Voorstel voor Samira Bouali"
    assert "fietsen, een schatting (hoogstens 45)" in page.text
    score = page.soup.find("table", class_="sm-score")
    assert next(" ".join(cell.get_text().split()) for cell in score.find_all("td")) == "0 / 50"
    assert "Een computer stelt dit voor. Er gebeurt niets tot u besluit." in page.text


def test_nothing_is_preselected(desk, address):
    values = desk.get(address).values("/besluit")
    assert "verdict" not in values
    assert values["why"] == ""
    assert values["version"] == "1"


def test_an_approval_places_and_says_so(desk, address, session):
    page = desk.get(address).submit("/besluit", verdict="approve", why="Past goed.").follow()
    assert "Goedgekeurd. De student en het bedrijf krijgen een brief." in page.text
    assert "Past goed." in page.text
    placement = session.scalars(select(Placement)).one()
    assert f"/plaatsingen/{placement.id}" in page.links.values()


def test_a_decision_must_be_chosen(desk, address, session):
    page = desk.get(address).submit("/besluit", status=422, why="Twijfel")
    assert page.error_at("verdict") == "Fout: Kies wat u besluit."
    assert page.values("/besluit")["why"] == "Twijfel"
    assert now(session).state is ProposalState.OPEN


def test_a_rejection_without_reason_is_explained_at_the_field(desk, address):
    page = desk.get(address).submit("/besluit", status=422, verdict="reject")
    assert "Kies waarom u dit voorstel afwijst, of schrijf het op." in page.error_at("why")
    assert page.values("/besluit")["verdict"] == "reject"
    assert page.title.startswith("Fout:")


def test_a_rejection_is_kept_with_its_reason(desk, address, session):
    page = desk.get(address).submit("/besluit", verdict="reject", why="Te ver").follow()
    assert "Te ver" in page.text
    assert now(session).state is ProposalState.REJECTED


def test_holding_needs_a_day_and_comes_back(desk, address, session):
    page = desk.get(address).submit("/besluit", status=422, verdict="hold", why="Bellen")
    assert page.error_at("held_until")
    page = page.submit("/besluit", verdict="hold", why="Bellen", held_until="2027-02-10").follow()
    assert now(session).held_until == date(2027, 2, 10)
    page = page.submit("/oppakken").follow()
    assert "Uw besluit" in page.text


@pytest.mark.parametrize("version", ["", "x", "99999999999", "-1"])
def test_a_form_without_a_version_of_ours_is_refused(desk, address, session, version):
    desk.get(address).submit("/besluit", status=422, verdict="approve", version=version)
    assert now(session).state is ProposalState.OPEN


def test_a_form_without_our_token_is_refused(desk, address, session):
    desk.post(f"{address}/besluit", {"verdict": "approve", "version": "1"}, status=422)
    assert now(session).state is ProposalState.OPEN


def test_who_comes_second_reads_who_was_first_and_when(browse, make, desk, address, session, moment):
    moment("2027-02-03T10:05:00+01:00")
    second = browse.as_(make.broker(name="Karim Aziz"))
    page = second.get(address)
    moment("2027-02-03T10:07:00+01:00")
    desk.get(address).submit("/besluit", verdict="approve")
    moment("2027-02-03T10:08:00+01:00")
    lost = page.submit("/besluit", status=409, verdict="reject", why="Te ver")
    assert "Fatima el Idrissi heeft dit voorstel al goedgekeurd, vandaag om 10:07." in lost.text
    assert lost.links["Terug"] == address
    assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_a_double_click_reads_that_it_was_done(desk, address, session):
    page = desk.get(address)
    page.submit("/besluit", verdict="approve")
    again = page.submit("/besluit", status=409, verdict="approve")
    assert "U heeft dit voorstel al goedgekeurd, vandaag om 10:00." in again.text
    assert session.scalar(select(func.count()).select_from(Placement)) == 1


def test_an_old_form_is_refused_after_holding_and_taking_up(desk, address, session):
    old = desk.get(address)
    old.submit("/besluit", verdict="hold", why="Bellen", held_until="2027-02-10")
    desk.get(address).submit("/oppakken")
    page = old.submit("/besluit", status=409, verdict="approve")
    assert "Dit voorstel is veranderd terwijl de pagina open stond." in page.text


def test_a_fact_that_changed_is_told_before_and_refused_after(desk, address, session):
    page = desk.get(address)
    with transaction() as changing:
        changing.scalars(select(Place)).one().starts_on = date(2027, 5, 1)
    refused = page.submit("/besluit", status=422, verdict="approve")
    assert refused.errors == ["De plek is niet meer open in de hele stageperiode."]
    assert "Goedkeuren kan nu niet" in desk.get(address).text


def test_other_places_come_by_name_with_what_they_cost(desk, make, broker):
    make.student(searching=True, last_name="Bouali", postcode="1012 AB")
    for name in ("Zonnehuis", "Anker"):
        make.place(make.organisation(name=name, postcode="1051 AB"))
    make.place(make.organisation(name="Midden", postcode="1012 AB"))
    _round, run = computed(broker)
    page = desk.get(f"/voorstellen/{proposals(run)[0].id}")
    assert "Helpende in de zorg, Midden" in page.text
    rows = page.soup.find("table", class_="sm-table").find("tbody").find_all("tr")
    assert [row.th.get_text().strip().split(",")[0] for row in rows] == ["Anker", "Zonnehuis"]
    assert "punten minder; niemand anders verschuift" in page.text
    assert "De volgorde zegt niets over wat het beste is." in page.text


def test_what_another_place_takes_from_someone_is_named(desk, make, broker):
    make.student(searching=True, last_name="Bouali")
    make.student(searching=True, last_name="Kaya", max_minutes=10, postcode="1051 AB", searching_since=date(2026, 6, 1))
    make.place(make.organisation(name="Anker", postcode="1012 AB"))
    make.place(make.organisation(name="Brug", postcode="1051 AB"))
    _round, run = computed(broker)
    mine = next(one for one in proposals(run) if one.student.last_name == "Bouali")
    page = desk.get(f"/voorstellen/{mine.id}")
    assert "1 student minder geplaatst (Samira Kaya)" in page.text


def test_the_list_is_walked_forth_and_back(desk, make, broker):
    for name in ("Aziz", "Bouali", "Celik"):
        make.student(searching=True, last_name=name)
    make.place(seats=3)
    _round, run = computed(broker)
    first, second, third = (one.id for one in sorted(proposals(run), key=lambda one: one.student.last_name))
    page = desk.get(f"/voorstellen/{second}")
    assert page.links["← Vorige voorstel"] == f"/voorstellen/{first}"
    assert page.links["Volgende voorstel →"] == f"/voorstellen/{third}"
    assert "Volgende voorstel →" not in desk.get(f"/voorstellen/{third}").links


def test_a_proposal_of_another_programme_is_not_there(browse, make, address, session):
    stranger = browse.as_(make.broker(programme=make.programme("zuid")))
    stranger.get(address, status=404)
    stranger.post(f"{address}/besluit", {"verdict": "approve", "version": "1"}, status=404)
    assert now(session).state is ProposalState.OPEN


def test_with_four_eyes_it_is_said_who_may(desk, address, broker, session):
    with transaction() as changing:
        changing.get(Programme, broker.programme_id).four_eyes = True
    page = desk.get(address).submit("/besluit", status=422, verdict="approve")
    assert page.errors == ["U vroeg deze berekening zelf aan. In uw programma keurt dan een collega goed."]


def test_reading_a_proposal_is_noted(desk, address, session):
    desk.get(address)
    assert session.scalar(select(func.count()).where(Entry.action == "student.read")) == 1


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_does_not_decide_does_not_enter(browse, make, address, role):
    browse.as_(make.staff(role)).get(address, status=403)


def test_the_number_of_queries_does_not_grow_with_the_alternatives(desk, make, database, broker):
    make.student(searching=True)
    organisation = make.organisation()
    make.place(organisation)
    match_round, run = computed(broker)
    address = f"/voorstellen/{proposals(run)[0].id}"
    desk.get(address)
    with statements(database) as few:
        desk.get(address)
    for _ in range(4):
        make.place(make.organisation())
    from stagemakelaar.rounds import actions
    from stagemakelaar.rounds.models import Round, Run
    from tests.computed import asked, compute

    second = asked(match_round, broker)
    compute(second)
    with transaction() as session:
        actions.choose_run(session, session.get(Round, match_round.id), session.get(Run, second.id), by=broker)
    address = f"/voorstellen/{proposals(second)[0].id}"
    desk.get(address)
    with statements(database) as many:
        desk.get(address)
    assert len(many) <= len(few) + 1  # one more look at all places together, once there are any


# --- reasons, attention, and on to the next ------------------------------------------------------------------------


@pytest.fixture
def three(make, broker):
    """The addresses of three open proposals, by name of the student."""
    for name in ("Aerts", "Bouali", "Cohen"):
        make.student(searching=True, last_name=name)
    make.place(seats=3)
    _round, run = computed(broker)
    found = sorted(proposals(run), key=lambda one: one.student.sort_name)
    return [f"/voorstellen/{one.id}" for one in found]


def reviews(session):
    return session.scalars(select(Review).order_by(Review.id)).all()


def test_a_decision_leads_on_to_the_next_open_proposal(desk, three):
    page = desk.get(three[1]).submit("/besluit", verdict="approve").follow()
    assert page.heading == "Voorstel voor Samira Cohen"
    assert "Besluit opgeslagen: Samira Bouali, goedgekeurd." in page.text
    assert "Er staan er nog 2 open." in page.text
    assert page.links["Bekijk dat besluit"] == three[1]
    told = page.soup.find(autofocus=True)  # where the keyboard and a screen reader begin
    assert told["id"] == "net-besloten"
    page = page.submit("/besluit", verdict="reject", why="Te ver").follow()
    assert page.heading == "Voorstel voor Samira Aerts"
    assert (
        "Besluit opgeslagen: Samira Cohen, afgewezen. Bekijk dat besluit Hieronder staat het laatste open" in page.text
    )
    page = page.submit("/besluit", verdict="approve").follow()
    assert page.heading == "Voorstel voor Samira Aerts"
    assert "Er staat geen voorstel meer open." in page.text


@pytest.mark.parametrize("before", ["999999", "x", "-1", "99999999999999"])
def test_an_address_that_names_no_decision_says_nothing_of_one(desk, three, before):
    assert "Besluit opgeslagen" not in desk.get(f"{three[0]}?na={before}").text


def test_what_was_not_decided_is_not_told_as_a_decision(desk, three):
    number = three[1].rsplit("/", 1)[1]
    assert "Besluit opgeslagen" not in desk.get(f"{three[0]}?na={number}").text


def test_a_reason_of_the_list_is_enough_and_is_kept_as_it_was_read(desk, address, session):
    page = desk.get(address).submit("/besluit", verdict="reject", reject_reason="de reis is te zwaar").follow()
    assert "afgewezen, 3 februari 2027 10:00. de reis is te zwaar" in page.text
    assert [(one.reason, one.why) for one in reviews(session)] == [("de reis is te zwaar", "")]


def test_a_reason_and_own_words_stand_together(desk, address):
    page = desk.get(address).submit(
        "/besluit", verdict="reject", reject_reason="de reis is te zwaar", why="Drie bussen."
    )
    assert "de reis is te zwaar: Drie bussen." in page.follow().text


def test_the_list_is_that_of_the_programme(desk, address, broker, session):
    with transaction() as changing:
        changing.get(Programme, broker.programme_id).reasons = {"reject": ["eigen reden"]}
    page = desk.get(address)
    page.submit("/besluit", status=422, verdict="reject", reject_reason="de reis is te zwaar")
    page.submit("/besluit", verdict="reject", reject_reason="eigen reden")
    assert reviews(session)[0].reason == "eigen reden"


def test_a_reason_to_reject_does_not_hold(desk, address):
    page = desk.get(address)
    refused = page.submit(
        "/besluit", status=422, verdict="hold", reject_reason="de reis is te zwaar", held_until="2027-02-10"
    )
    assert "Kies waar u op wacht, of schrijf het op." in refused.error_at("why")
    assert refused.values("/besluit")["reject_reason"] == "de reis is te zwaar"


def test_a_decision_knows_how_long_its_page_was_open(desk, address, session, moment):
    page = desk.get(address)
    moment("2027-02-03T10:01:30+01:00")
    page = page.submit("/besluit", status=422, verdict="reject")  # a refused form counts on
    moment("2027-02-03T10:02:05+01:00")
    page.submit("/besluit", verdict="reject", why="Te ver")
    assert reviews(session)[0].seconds == 125


@pytest.mark.parametrize("opened", ["", "x", "WzEsMSwxXQ.nothing"])
def test_a_form_that_does_not_say_when_it_was_opened_decides_all_the_same(desk, address, session, opened):
    desk.get(address).submit("/besluit", verdict="approve", opened=opened)
    assert reviews(session)[0].seconds is None


def test_the_moment_of_another_proposal_is_not_believed(desk, three, session):
    other = desk.get(three[0]).values("/besluit")["opened"]
    desk.get(three[1]).submit("/besluit", verdict="approve", opened=other)
    assert reviews(session)[0].seconds is None


def test_other_places_that_were_opened_are_counted_once_each(browse, make, desk, address, session):
    place = make.place(make.organisation(name="De Eik")).id
    browse.as_(make.broker()).get(f"{address}/andere-plek/{place}")  # a colleague's look is not mine
    for _ in range(2):
        desk.get(f"{address}/andere-plek/{place}")
    desk.get(address).submit("/besluit", verdict="approve")
    assert reviews(session)[0].alternatives == 1


def test_a_replacement_counts_from_the_page_of_the_proposal(desk, make, broker, session, moment):
    make.student(searching=True, last_name="Bouali")
    make.place(make.organisation(name="De Linde"))
    make.place(make.organisation(name="De Eik"))
    _round, run = computed(broker)
    page = desk.get(f"/voorstellen/{proposals(run)[0].id}")
    there = next(url for url in page.links.values() if "/andere-plek/" in url)
    moment("2027-02-03T10:01:00+01:00")
    desk.get(there).submit("", reason="betere reis")
    review = reviews(session)[0]
    assert (review.reason, review.seconds, review.alternatives) == ("betere reis", 60, 1)
    assert session.scalars(select(Placement)).one().why == "betere reis"
