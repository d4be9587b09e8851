"""A short run leaves out second runs only, the same ones each time, and never what must run on both databases."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.parts import ROOT
from tests.short import WITH_OWN_STATEMENTS, left_out_of, left_to_ci


def items(name, *rows, databases=("sqlite", "postgresql"), mark=None, **said):
    """What pytest would collect of a test with these rows of values."""
    return [
        SimpleNamespace(
            nodeid=f"{name}[{'-'.join([database, *row])}]",
            callspec=SimpleNamespace(params={"values": np.zeros(2), "engine": database}),
            iter_markers=lambda wanted: [SimpleNamespace(kwargs=said)] if wanted == mark else [],
            get_closest_marker=lambda wanted: mark if wanted == mark else None,
        )
        for row in rows or [()]
        for database in databases
    ]


def left(found):
    return [item.nodeid for item in left_out_of(found)]


def test_nearly_all_pages_run_once_and_never_not_at_all():
    found = [item for number in range(100) for item in items(f"tests/web/test_x.py::test_{number}")]
    assert 80 <= len(left(found)) <= 97
    assert all("postgresql" in name for name in left(found))
    assert left(found) == left(found[:])


@pytest.mark.parametrize("mark", ["promise", "both_databases"])
def test_what_must_run_on_both_does(mark):
    assert left([item for n in range(50) for item in items(f"tests/web/test_x.py::test_{n}", mark=mark)]) == []


def test_a_page_with_statements_of_its_own_runs_on_both():
    assert left([item for name in WITH_OWN_STATEMENTS for item in items(name)]) == []


def test_a_room_runs_on_both_with_three_rows_of_values():
    assert left(items("tests/people/test_x.py::test_one")) == []
    found = items("tests/people/test_x.py::test_many", *[(str(number),) for number in range(10)])
    assert len(left(found)) == 7


def test_what_runs_on_postgresql_alone_is_not_left_out():
    found = [i for n in range(50) for i in items(f"tests/web/test_x.py::test_{n}", databases=("postgresql",))]
    assert left(found) == []


def test_the_list_names_tests_that_exist():
    for name in WITH_OWN_STATEMENTS:
        path, _, inside = name.partition("::")
        text = (ROOT / path).read_text()
        assert all(f" {word}" in text for word in inside.split("::") if word), name


# --- what `make test` leaves to CI ---------------------------------------------------------------------------------


def to_ci(found):
    return [item.nodeid for item in left_to_ci(found)]


def test_a_short_run_has_everything_on_sqlite_and_a_tenth_on_the_other_database():
    found = [item for number in range(100) for item in items(f"tests/people/test_x.py::test_{number}")]
    assert 80 <= len(to_ci(found)) <= 97
    assert all("postgresql" in name for name in to_ci(found))
    assert len(to_ci([item for n in range(50) for item in items(f"tests/seed/test_x.py::test_{n}")])) == 50


def test_a_short_run_has_each_proof_once_and_of_races_one_row_on_both_databases():
    rows = [("2",), ("4",), ("20",)]
    found = [item for n in range(50) for item in items(f"tests/matrix/test_x.py::test_{n}", *rows, mark="promise")]
    assert to_ci(found) == [item.nodeid for item in found if "postgresql" in item.nodeid]
    assert to_ci(items("tests/deploy/test_x.py::test_1", *rows, databases=("postgresql",), mark="promise")) == []
    left = to_ci(items("tests/races/test_x.py::test_1", *rows, mark="promise"))
    assert sorted("postgresql" in name for name in left) == [False, False, True, True]


def test_a_short_run_has_no_breaks_of_proofs_and_nothing_that_says_later():
    assert len(to_ci(items("tests/races/test_x.py::test_1", mark="promise", red=True))) == 2
    assert len(to_ci(items("tests/people/test_x.py::test_1", mark="later"))) == 2
