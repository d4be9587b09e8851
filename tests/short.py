"""What a short run leaves out, and the order in which it runs.

All that touches the database runs on SQLite, and on PostgreSQL what can turn out differently there. Left out are:
- pages and letters (`EDGE`), of which a tenth runs on PostgreSQL as well, and those that send statements which no test
  of a room sends: named in on_both_databases.txt, or marked `both_databases`;
- of one test with many rows of values, all rows but three: another value goes through the same statements;
- examples beyond the first of what is tried with invented cases (`examples`).

A proof of a promise always runs on both. STAGEMAKELAAR_TESTS=all, for the night, leaves out nothing, and neither does
naming files to pytest. Why this is enough: docs/decisions/0017-a-second-database-where-it-can-differ.md.
"""

import os
from collections import defaultdict
from pathlib import Path
from zlib import crc32

import pytest

from tests.proofs import IS_FULL

IS_ALL = IS_FULL or os.environ.get("STAGEMAKELAAR_TESTS") == "all"

# Tests that look at what is shown: most of their statements are those of the rooms.
EDGE = ("tests/web/", "tests/test_letters.py")
ROWS = 3
ONE_IN = 10
# What takes long stands in front, so that the workers share out the small ones at the end, and end together.
LONG = ("tests/stories/", "tests/crashes/", "tests/deploy/", "tests/races/", "tests/seed/", "tests/test_migrations.py")
WITH_OWN_STATEMENTS = {
    line for line in Path(__file__).with_name("on_both_databases.txt").read_text().splitlines() if line[0] != "#"
}
KEY = "leaves_out_nothing"


def examples(*, short, full):
    """How many invented cases to try in this run."""
    return full if IS_ALL else short


def pytest_configure(config):
    config.addinivalue_line("markers", "both_databases: runs on PostgreSQL also where others of its kind do not")


def leaves_out_nothing(config):
    """Whether every test is due; the process that hands out the tests knows, and tells its workers."""
    if hasattr(config, "workerinput"):
        return config.workerinput[KEY]
    return IS_ALL or config.args_source is pytest.Config.ArgsSource.ARGS


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput[KEY] = leaves_out_nothing(node.config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if not leaves_out_nothing(config):
        left_out = set(left_out_of(items))
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def left_out_of(items):
    """The items that a short run can do without."""
    names = {item.nodeid for item in items}
    rows = defaultdict(list)
    for item in items:
        if is_second_run(item, names) and not any(item.iter_markers("promise")):
            rows[item.nodeid.partition("[")[0]].append(item)
    for name, found in rows.items():
        # By a number made of the name: the same choice in every run and worker, and no fixed place in the order.
        found.sort(key=lambda item: crc32(item.nodeid.encode()))
        has_own = not WITH_OWN_STATEMENTS.isdisjoint({name, name.partition("::")[0]})
        is_edge = name.startswith(EDGE) and not has_own and not found[0].get_closest_marker("both_databases")
        kept = int(crc32(name.encode()) % ONE_IN == 0) if is_edge else ROWS
        yield from found[kept:]


def is_second_run(item, names):
    """Whether this runs on PostgreSQL what another item runs on SQLite."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    # A value can be an array, which does not compare as one.
    return any(isinstance(value, str) and value == "postgresql" for value in values) and (
        item.nodeid.replace("postgresql", "sqlite") in names
    )
