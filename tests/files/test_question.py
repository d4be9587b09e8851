"""Rows to a problem: every column arrives, and the order of rows plays no part."""

from datetime import date

import pytest

from stagemakelaar.files.inputs import read_inputs
from stagemakelaar.files.question import make_question
from stagemakelaar.matching import solve
from stagemakelaar.matching.problem import NO_END, NO_PLACE
from tests.files.written import places, students, write


@pytest.fixture
def ask(tmp_path):
    """Make a question of lists of students and places, and of the other files by name."""

    def asked(people=({},), sites=({},), lot=7, **others):
        paths = {
            "students": students(tmp_path / "S.csv", *people),
            "places": places(tmp_path / "P.csv", *sites),
        }
        paths |= {name: write(tmp_path / f"{name}.csv", *rows) for name, rows in others.items()}
        return make_question(read_inputs(paths), lot)

    return asked


def day(text):
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def proposed(question):
    """Student → place, by name."""
    outcome = solve(question.problem)
    return {
        question.students[who]["student"]: question.places[where]["plek"]
        for who, where in zip(outcome.candidate.tolist(), outcome.place.tolist(), strict=True)
        if where != NO_PLACE
    }


FULL_STUDENT = {
    "leerweg": "bbl",
    "weekdagen": "ma di wo za",
    "vervoer": "auto",
    "max_minuten": "30",
    "werkprocessen": "b1-k1-w1;B1-K1-W2",
    "soorten_werk": "dieren;mensen",
    "moet_leren": "B1-K1-W1",
    "uren_totaal": "400",
    "register_vanaf": "2027-01-20",
    "nodig": "lift",
    "wensen": "zonder drempels;werkkleding",
    "minderjarig": "ja",
    "schooluren": "8",
    "late_uren": "nacht",
    "vog_vanaf": "2027-01-15",
    "voorrang": "0",
    "lot": "12",
}
FULL_PLACE = {
    "leerweg": "bbl",
    "opleidingscodes": "25655:2024-01-01..2027-12-31;25656",
    "begin": "2027-01-01",
    "eind": "2027-08-01",
    "weekdagen": "ma-za",
    "uren_per_dag": "7,5",
    "aantal": "3",
    "werkprocessen": "B1-K1-W1",
    "soorten_werk": "mensen;dieren",
    "kenmerken": "lift",
    "late_uren": "avond",
    "minimumleeftijd": "16",
    "vog_nodig": "ja",
    "register_nodig": "ja",
    "gevaar_zonder_toezicht": "ja",
    "kosten_vergoed": "nee",
    "gecontroleerd": "nee",
}


def test_every_column_of_a_student_arrives(ask):
    own = ask([FULL_STUDENT], [FULL_PLACE]).problem.candidates
    told = {name: getattr(own, name)[0].tolist() for name in vars(own) if getattr(own, name).ndim == 1}
    expected = {
        "key": 1,
        "code": 25655,
        "leerweg": 1,
        "starts_on": day("2027-02-01"),
        "ends_on": day("2027-06-30"),
        "weekdays": 0b0100111,
        "days": 4,
        "late_hours": 2,
        "is_minor": True,
        "is_under_16": False,
        "school_hours": 8,
        "max_minutes": 30,
        "vog_ready_on": day("2027-01-15"),
        "register_ready_on": day("2027-01-20"),
        "hours_required": 400,
        "must": 0b10,
        "wishes": 0b1000000000001,
        "priority_class": 0,
        "lot": 12,
    }
    assert told | expected == told
    assert own.kinds.tolist() == [[4, 0, -1, -1, -1]]
    assert len(own.processes) == 2
    assert own.required.tolist() == own.processes.tolist()[:1]


def test_every_column_of_a_place_arrives(ask):
    own = ask([FULL_STUDENT], [FULL_PLACE]).problem.openings
    told = {name: getattr(own, name)[0].tolist() for name in vars(own) if getattr(own, name).ndim == 1}
    expected = {
        "leerweg": 1,
        "starts_on": day("2027-01-01"),
        "ends_on": day("2027-08-01"),
        "weekdays": 0b0111111,
        "seats": 3,
        "late_hours": 1,
        "hours_per_day": 450,
        "minimum_age": 16,
        "vog": True,
        "register": True,
        "unsupervised_risks": True,
        "features": 0b10,
        "covers_costs": 0,
        "is_verified": False,
    }
    assert told | expected == told
    assert own.kinds.tolist() == [[1, 0], [1, 4]]
    assert own.recognitions.tolist() == [
        [1, 25655, day("2024-01-01"), day("2027-12-31")],
        [1, 25656, 0, NO_END],
    ]
    assert own.told.tolist() == [[1, 25655], [1, 25656]]


def test_what_is_empty_is_unknown_or_harmless(ask):
    own = ask().problem.openings
    assert (own.starts_on[0], own.ends_on[0], own.seats[0], own.covers_costs[0]) == (0, NO_END, 1, -1)
    assert (own.hours_per_day[0], own.is_verified[0], own.vog[0]) == (480, True, False)
    assert proposed(ask()) == {"S1": "P1"}


@pytest.mark.parametrize("told", ["B1-K1-W1", "25655/B1-K1-W1"])
def test_a_process_of_one_opleiding_is_not_that_of_another(ask, told):
    wish = {"werkprocessen": "B1-K1-W1"}
    sites = [
        {"plek": "A", "opleidingscodes": "25655;25656", "werkprocessen": "25656/B1-K1-W1", "postcode": "1315"},
        {"plek": "B", "opleidingscodes": "25655;25656", "werkprocessen": told, "postcode": "1324"},
    ]
    assert proposed(ask([wish], sites)) == {"S1": "B"}


def test_what_must_be_learned_can_be_done_there_or_is_not_told(ask):
    need = {"moet_leren": "B1-K1-W1"}
    codes = "25655;25656"
    assert proposed(ask([need], [{"opleidingscodes": codes, "werkprocessen": "25655/B1-K1-W2"}])) == {}
    assert proposed(ask([need], [{"opleidingscodes": codes, "werkprocessen": "25656/B1-K1-W2"}])) == {"S1": "P1"}


def test_a_student_who_is_under_16_is_a_minor_too(ask):
    own = ask([{"onder_16": "ja"}]).problem.candidates
    assert own.is_minor.all()
    assert own.is_under_16.all()


def test_a_journey_from_postcodes_is_an_estimate_and_too_long_a_one_is_no_pair(ask):
    question = ask([{"max_minuten": "30"}], [{}, {"plek": "P2", "postcode": "9711"}])
    pairs = question.problem.pairs
    assert pairs.opening.tolist() == [1]
    assert pairs.is_estimate.tolist() == [True]
    assert 0 < pairs.minutes[0] < 30


def test_an_unknown_postcode_excludes_nobody(ask):
    question = ask([{"postcode": ""}])
    assert question.problem.pairs.minutes.tolist() == [-1]
    assert question.problem.pairs.is_estimate.tolist() == [False]
    assert proposed(question) == {"S1": "P1"}


def test_a_travel_file_stands_in_place_of_postcodes(ask):
    sites = [{"plek": "A"}, {"plek": "B"}, {"plek": "C"}, {"plek": "D"}]
    travel = [
        {"student": "S1", "plek": "A", "minuten": "61", "vervoer": "ov", "schatting": "nee"},
        {"student": "S1", "plek": "B", "minuten": "59", "vervoer": "auto", "schatting": "ja"},
        {"student": "S1", "plek": "C", "minuten": "91"},
    ]
    pairs = ask(sites=sites, travel=travel).problem.pairs
    rows = zip(pairs.opening, pairs.minutes, pairs.mode, pairs.is_estimate, strict=True)
    assert [tuple(map(int, row)) for row in rows] == [(1, 61, 3, 0), (2, 59, 4, 1), (4, -1, -1, 0)]


def test_an_empty_travel_file_leaves_every_journey_unknown(ask, tmp_path):
    travel = tmp_path / "R.csv"
    travel.write_text("student;plek;minuten\n")
    people, sites = students(tmp_path / "S.csv", {}), places(tmp_path / "P.csv", {})
    inputs = read_inputs({"students": people, "places": sites, "travel": travel})
    assert make_question(inputs, 1).problem.pairs.minutes.tolist() == [-1]


def test_a_forbidden_pair_is_not_proposed(ask):
    forbidden = [{"student": "S1", "plek": "P1", "reden": "afgewezen"}]
    assert proposed(ask(forbidden=forbidden)) == {}


TWO = [{}, {"plek": "P2", "kosten_vergoed": "ja"}]  # the second is worth ten points more


@pytest.mark.parametrize(
    ("hints", "place"),
    [
        ({}, "P2"),
        ({"P2": "nooit"}, "P1"),
        ({"P1": "alleen deze plek"}, "P1"),
        ({"P1": "liever_wel"}, "P1"),
        ({"P2": "Liever niet"}, "P1"),
        ({"P1": "alleen_deze_plek", "P2": "alleen_deze_plek"}, "P2"),
        ({"P1": "nooit", "P2": "nooit"}, None),
    ],
)
def test_what_the_broker_wants_is_followed(ask, hints, place):
    rows = [{"student": "S1", "plek": where, "voorkeur": level, "reden": ""} for where, level in hints.items()]
    assert proposed(ask(sites=TWO, **({"hints": rows} if rows else {}))).get("S1") == place


def test_a_hint_about_who_has_a_place_already_is_passed_over(ask):
    rows = [{"student": "S1", "plek": "P1", "voorkeur": "nooit"}]
    question = ask([{}, {"student": "S2"}], fixed=[{"student": "S1", "plek": "P1"}], hints=rows)
    assert question.problem.pairs.hints.tolist() == []


def test_told_journeys_and_postcodes_list_the_same_pairs(ask):
    people = [
        {"student": f"S{at}", "opleidingscode": ("25655", "25656")[at % 2], "leerweg": ("bol", "bbl")[at % 3 > 1]}
        for at in range(9)
    ]
    sites = [
        {
            "plek": f"P{at}",
            "opleidingscodes": ("25655", "25656;25655", "25180")[at % 3],
            "leerweg": ("bol", "bbl")[at % 2],
        }
        for at in range(9)
    ]
    one = ask(people, sites)
    pairs = one.problem.pairs
    told = [
        {"student": one.students[who]["student"], "plek": one.places[where]["plek"], "minuten": str(minutes)}
        for who, where, minutes in zip(
            *(c.tolist() for c in (pairs.candidate, pairs.opening, pairs.minutes)), strict=True
        )
    ]
    other = ask(people, sites, travel=told).problem.pairs
    for name in ("candidate", "opening", "minutes"):
        assert getattr(other, name).tolist() == getattr(pairs, name).tolist()
    assert 0 < len(pairs) < 81


def test_a_fixed_seat_is_given_to_nobody_else(ask):
    people = [{}, {"student": "S2"}]
    fixed = [{"student": "S1", "plek": "P1"}]
    question = ask(people, fixed=fixed, forbidden=[{"student": "S1", "plek": "P1"}])
    assert [row["student"] for row in question.students.values()] == ["S2"]
    assert question.problem.openings.seats.tolist() == [0]
    assert proposed(question) == {}


def test_everyone_may_be_fixed(ask):
    assert proposed(ask(fixed=[{"student": "S1", "plek": "P1"}])) == {}


def test_the_order_of_rows_and_columns_plays_no_part(ask):
    people = [{"student": f"S{at}", "werkprocessen": f"B1-K1-W{at}"} for at in range(1, 7)]
    sites = [{"plek": f"P{at}", "aantal": "2", "werkprocessen": "B1-K1-W3"} for at in range(1, 3)]
    one, other = ask(people, sites), ask(people[::-1], sites[::-1])
    assert one.problem.input_hash == other.problem.input_hash
    assert proposed(one) == proposed(other)


def test_the_lot_decides_between_equals_and_is_the_same_again(ask):
    people = [{"student": f"S{at}"} for at in range(10)]
    winners = {tuple(proposed(ask(people, lot=lot))) for lot in range(12)}
    assert len(winners) > 2
    assert proposed(ask(people, lot=3)) == proposed(ask(people, lot=3))


def test_a_lot_of_ones_own_goes_before_the_drawn_one(ask):
    people = [{"student": f"S{at}", "lot": str(9 - at)} for at in range(10)]
    assert [tuple(proposed(ask(people, lot=lot))) for lot in range(3)] == [("S9",)] * 3
