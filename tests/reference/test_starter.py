import re
from datetime import date

from sqlalchemy import select

from stagemakelaar.reference import queries
from stagemakelaar.reference.models import Qualification, WorkProcess
from stagemakelaar.reference.starter import load_starter
from stagemakelaar.reference.vocabulary import Sector


def test_loading_twice_changes_nothing(session):
    first = load_starter(session)
    second = load_starter(session)
    assert first["new"] > 100
    assert second == {"new": 0, "changed": 0, "same": first["new"]}


def test_loading_again_mends_what_was_changed_and_keeps_what_was_added(session):
    load_starter(session)
    queries.qualification(session, "25180").name = "Kook"
    process = queries.work_processes(session, "25180")[0]
    number, process.title = process.id, "Iets anders"
    session.add(WorkProcess(code="25180", number="B1-K9-W9", title="Eigen werkproces"))
    session.flush()

    assert load_starter(session)["changed"] == 2
    assert queries.qualification(session, "25180").name == "Kok"
    mended = queries.work_processes(session, "25180")
    assert mended[0].id == number
    assert mended[0].title != "Iets anders"
    assert mended[-1].title == "Eigen werkproces"


def test_every_sector_and_every_niveau_has_something_to_choose(session):
    load_starter(session)
    qualifications = list(session.scalars(select(Qualification)))
    assert {qualification.sector for qualification in qualifications} == set(Sector)
    assert {qualification.niveau for qualification in qualifications} == {1, 2, 3, 4}
    assert all((q.sector is Sector.ENTREE) == (q.niveau == 1) for q in qualifications)


def test_at_least_a_dozen_qualifications_have_work_processes_in_plain_numbers(session):
    load_starter(session)
    processes = list(session.scalars(select(WorkProcess)))
    per_code = {code: [p for p in processes if p.code == code] for code in {p.code for p in processes}}
    assert len(per_code) >= 12
    assert all(4 <= len(found) <= 6 for found in per_code.values())
    assert all(re.fullmatch(r"B\d-K\d-W\d", process.number) for process in processes)


def test_an_older_code_of_the_same_name_counts_in_both_directions(session):
    load_starter(session)
    day = date(2027, 2, 1)
    assert queries.codes_counting_for(session, "25998", day) == queries.codes_counting_for(session, "25604", day)
