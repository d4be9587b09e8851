from datetime import date

import pytest

from stagemakelaar.reference import queries
from stagemakelaar.reference.starter import put_equivalent, put_qualification, put_work_process
from stagemakelaar.reference.vocabulary import Sector

TODAY = date(2026, 11, 24)


@pytest.fixture
def register(session):
    put(session, "25180", "Kok")
    put(session, "25182", "Zelfstandig werkend kok", niveau=3)
    put(session, "25168", "Gastheer/-vrouw")
    put(session, "25175", "Coördinator 100% keuken", valid_until=date(2026, 7, 31))
    put(session, "25999", "Medewerker ICT", valid_from=date(2027, 8, 1))
    session.flush()
    return session


def put(session, code, name, *, niveau=2, **dates):
    put_qualification(
        session, code, name=name, niveau=niveau, sector=Sector.FOOD, offers_bol=True, offers_bbl=True, **dates
    )


def codes(qualifications):
    return [qualification.code for qualification in qualifications]


def test_a_qualification_is_found_by_its_code(register):
    assert queries.qualification(register, "25180").name == "Kok"


@pytest.mark.parametrize("code", ["99999", "", None])
def test_an_unknown_code_finds_nothing(register, code):
    assert queries.qualification(register, code) is None


def test_qualifications_by_their_codes_leave_out_what_does_not_exist(register):
    found = queries.qualifications_with(register, ["25180", "25168", "99999", None])
    assert {code: qualification.name for code, qualification in found.items()} == {
        "25180": "Kok",
        "25168": "Gastheer/-vrouw",
    }


def test_only_codes_that_may_be_used_on_the_day_are_listed_by_name(register):
    assert codes(queries.qualifications_on(register, TODAY)) == ["25168", "25180", "25182"]
    assert "25175" in codes(queries.qualifications_on(register, date(2026, 7, 31)))
    assert "25999" in codes(queries.qualifications_on(register, date(2027, 8, 1)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kok", ["25180", "25182"]),
        ("KOK zelfst", ["25182"]),
        ("2518", ["25180", "25182"]),
        ("coordinator", ["25175"]),
        ("coördinator", ["25175"]),
        ("100%", ["25175"]),
        ("k_k", []),
        ("%", ["25175"]),
        ("kapper", []),
        ("", []),
        ("   ", []),
    ],
)
def test_searching_minds_neither_capitals_nor_accents_and_knows_no_patterns(register, text, found):
    assert codes(queries.search_qualifications(register, text)) == found


def test_searching_gives_no_more_than_asked(register):
    assert len(queries.search_qualifications(register, "k", 2)) == 2


def test_searching_for_a_day_leaves_out_what_has_ended(register):
    assert queries.search_qualifications(register, "100%", on=TODAY) == []


def test_a_code_counts_for_itself(register):
    assert queries.codes_counting_for(register, "25180", TODAY) == {"25180"}


def test_an_equivalent_counts_in_one_direction_only(register):
    put_equivalent(register, "25180", "25182")
    assert queries.codes_counting_for(register, "25180", TODAY) == {"25180", "25182"}
    assert queries.codes_counting_for(register, "25182", TODAY) == {"25182"}


def test_an_equivalent_counts_on_its_first_and_its_last_day(register):
    put_equivalent(register, "25180", "25182", valid_from=date(2026, 8, 1), valid_until=date(2027, 7, 31))
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2027, 7, 31), date(2027, 8, 1)]
    counted = ["25182" in queries.codes_counting_for(register, "25180", day) for day in days]
    assert counted == [False, True, True, False]


def test_work_processes_come_in_order_of_their_numbers_and_of_one_qualification(register):
    put_work_process(register, "25180", "B1-K1-W2", "Gerechten bereiden")
    put_work_process(register, "25180", "B1-K1-W1", "Voorbereiden")
    put_work_process(register, "25168", "B1-K1-W1", "Gasten ontvangen")
    assert [process.title for process in queries.work_processes(register, "25180")] == [
        "Voorbereiden",
        "Gerechten bereiden",
    ]
    assert queries.work_processes(register, "25999") == []


def test_work_processes_by_their_ids_leave_out_what_is_gone(register):
    put_work_process(register, "25180", "B1-K1-W1", "Voorbereiden")
    found = queries.work_processes(register, "25180")
    assert queries.work_processes_with(register, [found[0].id, 999_999]) == found
