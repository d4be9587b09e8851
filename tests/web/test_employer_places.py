import pytest

from stagemakelaar.db import transaction
from stagemakelaar.places.models import Organisation, Place, PlaceState
from stagemakelaar.places.seats import take_seat
from stagemakelaar.reference.vocabulary import SpecialRisks
from tests.builders import HELPENDE
from tests.rows import number_of


@pytest.fixture
def organisation(make):
    return make.organisation()


@pytest.fixture
def me(browse, make, organisation):
    return browse.as_(make.employer_of(organisation))


@pytest.fixture
def offer(make, organisation, session):
    number = number_of(organisation)
    return lambda **changes: make.place(session.get(Organisation, number), **changes)


def only_place(session):
    session.expire_all()
    return session.query(Place).one()


def test_a_place_is_offered_in_short_screens_and_opened(me, session):
    page = me.get("/bedrijf/plekken/nieuw")
    assert page.values()["codes"] == HELPENDE, "the only recognition is ticked already"
    page = page.submit(title="Helpende in de wijk", tasks="Je helpt bewoners.").follow()
    assert page.heading == "Wat een student leert"
    page = page.submit(kinds=["people", "elderly_care"]).follow()
    assert page.heading == "Wanneer"
    assert page.values()["weekdays"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    page = page.submit(starts_on="2027-04-01", ends_on="15-7-2027", seats="2").follow()
    assert page.heading == "Waar"
    page = page.submit().follow()
    page = page.submit(allowance_cents="287,50", pays_travel="True", features=["lift"]).follow()
    assert page.heading == "Begeleiding"
    page = page.submit(trainer_name="Jan").follow()
    assert page.heading == "Nakijken en openen"
    page = page.submit("/openen").follow()
    assert "is open" in page.text
    place = only_place(session)
    assert place.state is PlaceState.OPEN
    assert (place.seats, place.free, place.allowance_cents, place.pays_travel) == (2, 2, 28750, True)
    assert (place.kinds, place.features, place.trainer_name) == (["people", "elderly_care"], ["lift"], "Jan")


def test_nothing_is_stored_and_everything_kept_when_the_first_screen_is_wrong(me, session):
    page = me.get("/bedrijf/plekken/nieuw").submit(status=422, title="", tasks="Veel werk", leerweg="bbl")
    assert page.error_at("title")
    assert (page.values()["tasks"], page.values()["leerweg"]) == ("Veel werk", "bbl")
    assert session.query(Place).count() == 0


def test_a_course_that_is_not_on_the_list_is_found_by_its_name(me, session):
    page = me.get("/bedrijf/plekken/nieuw").submit(status=422, title="Koken", course="kok")
    assert "Kruis aan" in page.error_at("codes")
    page.submit(codes=["25180"])
    assert [row.code for row in only_place(session).codes] == ["25180"]


def test_a_place_for_a_course_without_recognition_says_so_and_stays_shut(me, session):
    page = me.get("/bedrijf/plekken/nieuw").submit(title="Koken", course="25180", codes=None).follow()
    place = only_place(session)
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/wanneer").submit(starts_on="2027-04-01", ends_on="2027-07-01")
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/controleren")
    assert "erkenning nog niet bij ons" in page.text
    token = me.get(f"/bedrijf/plekken/{number_of(place)}/waar").values()["csrf_token"]
    page = me.post(f"/bedrijf/plekken/{number_of(place)}/openen", {"csrf_token": token}, status=422)
    assert "erkenning nog niet bij ons" in page.errors[0]
    assert only_place(session).state is PlaceState.DRAFT


def test_one_comes_back_to_a_draft_at_any_step(me, session):
    me.get("/bedrijf/plekken/nieuw").submit(title="Helpende")
    place = only_place(session)
    page = me.get("/bedrijf")
    page = me.get(page.links["Helpende"])
    assert page.links["Wanneer"] == f"/bedrijf/plekken/{number_of(place)}/wanneer"
    assert "nog invullen" in page.text


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        ("wanneer", "seats", "0"),
        ("wanneer", "seats", "201"),
        ("wanneer", "seats", "twee"),
        ("wanneer", "seats", "99999999999999999999"),
        ("wanneer", "hours_per_day", "25"),
        ("wanneer", "starts_on", "ooit"),
        ("wanneer", "weekdays", None),
        ("wanneer", "weekdays", "yesterday"),
        ("wanneer", "late_hours", "always"),
        ("waar", "postcode", "12AB"),
        ("voorwaarden", "allowance_cents", "-5"),
        ("voorwaarden", "minimum_age", "21"),
        ("voorwaarden", "special_risks", "soms"),
        ("voorwaarden", "needs_register", "misschien"),
        ("voorwaarden", "features", "pool"),
        ("begeleiding", "trainer_email", "jan@"),
        ("leren", "kinds", "magic"),
        ("werk", "title", "x\x00y"),
        ("werk", "title", "x" * 121),
    ],
)
def test_a_mistake_is_told_at_its_field_and_changes_nothing(me, offer, session, step, field, value):
    place = offer()
    version = place.version
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/{step}")
    changes = {field: value} | ({"elsewhere": "True"} if step == "waar" else {})
    page = page.submit(status=422, **changes)
    assert page.error_at(field)
    assert only_place(session).version == version


def test_dangerous_work_and_the_register_can_be_told(me, offer, session):
    place = offer()
    assert (place.special_risks, place.needs_register) == (None, False)
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/voorwaarden")
    page.submit(special_risks="unsupervised", needs_register="True", needs_vog="True", minimum_age="0")
    place = only_place(session)
    assert (place.special_risks, place.needs_register) == (SpecialRisks.UNSUPERVISED, True)
    text = me.get(f"/bedrijf/plekken/{number_of(place)}").text
    assert "ja, en niet altijd met toezicht" in text
    assert "Personenregister Kinderopvang nodig" in text


def test_another_address_needs_a_postcode(me, offer, session):
    place = offer()
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/waar").submit(status=422, elsewhere="True", postcode="")
    page.submit(postcode="1011ab")
    assert only_place(session).postcode == "1011 AB"
    me.get(f"/bedrijf/plekken/{number_of(place)}/waar").submit(elsewhere="False")
    assert only_place(session).postcode is None


def test_seats_in_use_are_told_at_the_field(me, offer, session):
    place = offer(seats=3)
    with transaction() as writing:
        for _seat in range(2):
            take_seat(writing, writing.get(Place, number_of(place)))
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/wanneer").submit(status=422, seats="1")
    assert "al 2 plekken bezet" in page.error_at("seats")
    assert page.values()["seats"] == "1"
    assert only_place(session).seats == 3


def test_a_place_is_paused_opened_again_and_closed(me, offer, session):
    place = offer()
    page = me.get(f"/bedrijf/plekken/{number_of(place)}").submit("/pauzeren").follow()
    assert only_place(session).state is PlaceState.PAUSED
    page = page.submit("/openen").follow()
    assert only_place(session).state is PlaceState.OPEN
    page = me.get(page.links["Sluiten"])
    assert "gaat gewoon door" in page.text
    page.submit().follow()
    assert only_place(session).state is PlaceState.CLOSED
    me.get(f"/bedrijf/plekken/{number_of(place)}/werk", status=404)


def test_pausing_twice_is_told(me, offer):
    place = offer()
    page = me.get(f"/bedrijf/plekken/{number_of(place)}")
    page.submit("/pauzeren")
    page.submit("/pauzeren", status=409)


def test_a_draft_is_thrown_away(me, session):
    page = me.get("/bedrijf/plekken/nieuw").submit(title="Helpende")
    place = only_place(session)
    page = me.get(f"/bedrijf/plekken/{number_of(place)}/sluiten")
    assert page.submit().location == "/bedrijf"
    assert session.query(Place).count() == 0


def test_another_employer_finds_nothing(browse, make, offer, me):
    place = offer()
    other = browse.as_(make.employer_of(make.organisation()))
    for step in ("", "/werk", "/controleren", "/sluiten"):
        other.get(f"/bedrijf/plekken/{number_of(place)}{step}", status=404)
    token = other.get("/bedrijf/gegevens").values("/bedrijf/collegas")["csrf_token"]
    for step in ("/werk", "/openen", "/pauzeren", "/sluiten"):
        other.post(f"/bedrijf/plekken/{number_of(place)}{step}", {"csrf_token": token}, status=404)


def test_a_post_without_a_token_changes_nothing(me, offer, session):
    place = offer()
    for step in ("werk", "openen", "pauzeren", "sluiten"):
        me.post(f"/bedrijf/plekken/{number_of(place)}/{step}", {}, status=422)
    assert only_place(session).state is PlaceState.OPEN
