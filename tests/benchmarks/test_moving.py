"""The second opinion about a move sees one number, one text and one row that differ."""

import shutil

import pytest
from sqlalchemy import create_engine, text

from benchmarks.moving import differing, sums

FIRST = "WHERE id = (SELECT min(id) FROM work_process)"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE work_process SET id = 999999 {FIRST}",
        f"UPDATE work_process SET title = title || 'x' {FIRST}",
        f"DELETE FROM work_process {FIRST}",
    ],
)
def test_a_difference_is_named(sqlite_template, tmp_path, change):
    here, there = tmp_path / "here.sqlite", tmp_path / "there.sqlite"
    for copy in (here, there):
        shutil.copyfile(sqlite_template, copy)
    assert differing(sums(f"sqlite:///{here}"), sums(f"sqlite:///{there}")) == []
    engine = create_engine(f"sqlite:///{there}")
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert differing(sums(f"sqlite:///{here}"), sums(f"sqlite:///{there}")) == ["work_process"]


def test_a_table_that_is_not_there_differs():
    assert differing({"a": (1,)}, {"b": (1,)}) == ["a", "b"]
