from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from stagemakelaar.reference.models import Equivalent, Qualification, WorkProcess
from stagemakelaar.reference.vocabulary import Leerweg, Sector


def kok(**changes):
    values = {
        "code": "25180",
        "name": "Kok",
        "search_name": "kok 25180",
        "niveau": 2,
        "sector": Sector.FOOD,
        "offers_bol": True,
        "offers_bbl": True,
    }
    return Qualification(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "2518"},
        {"niveau": 0},
        {"niveau": 5},
        {"offers_bol": False, "offers_bbl": False},
        {"valid_from": date(2027, 8, 1), "valid_until": date(2027, 7, 31)},
    ],
)
def test_the_database_refuses_a_qualification_that_makes_no_sense(session, changes):
    session.add(kok(**changes))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_qualification_without_dates_and_sector_can_be_stored(session):
    session.add(kok(sector=None))
    session.flush()


def test_a_code_is_not_its_own_equivalent(session):
    session.add(kok())
    session.flush()
    session.add(Equivalent(code="25180", equivalent_code="25180"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_equivalent_points_at_codes_that_exist(session):
    session.add(kok())
    session.flush()
    session.add(Equivalent(code="25180", equivalent_code="99999"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_number_names_one_work_process_of_a_qualification(session):
    session.add(kok())
    session.flush()
    session.add_all([WorkProcess(code="25180", number="B1-K1-W1", title=title) for title in ("Koken", "Bakken")])
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("bol", "bbl", "leerwegen"),
    [(True, True, [Leerweg.BOL, Leerweg.BBL]), (True, False, [Leerweg.BOL]), (False, True, [Leerweg.BBL])],
)
def test_a_qualification_tells_its_leerwegen(bol, bbl, leerwegen):
    assert kok(offers_bol=bol, offers_bbl=bbl).leerwegen == leerwegen


def test_the_first_and_the_last_day_of_a_qualification_count():
    qualification = kok(valid_from=date(2026, 8, 1), valid_until=date(2027, 7, 31))
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2027, 7, 31), date(2027, 8, 1)]
    assert [qualification.is_valid_on(day) for day in days] == [False, True, True, False]


def test_a_date_that_is_not_known_excludes_nothing():
    assert kok().is_valid_on(date(1900, 1, 1))
