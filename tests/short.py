"""What a run leaves out, and the order in which it runs.

Three runs, each with more than the one before; a test stands in all that come after the first that has it:

    make test       short, for whoever changes something: all on SQLite, one way through each proof, and on both
                    databases through each race and crash
    make test-rest  what that leaves to CI: second runs on PostgreSQL where something can turn out differently there,
                    more rows of values in races and crashes, proofs seen red, and tests that say `@pytest.mark.later`
    STAGEMAKELAAR_TESTS=all make test     everything, for the night; naming files to pytest does so too

Of second runs CI does without
- pages and letters (`EDGE`), of which a tenth runs on PostgreSQL as well, and those that send statements which no test
  of a room sends: named in on_both_databases.txt, or marked `both_databases`;
- of one test with many rows of values, all rows but three: another value goes through the same statements;
- examples beyond the first of what is tried with invented cases (`examples`).

Why this is enough: docs/decisions/0017-a-second-database-where-it-can-differ.md.
"""

import os
from collections import defaultdict
from pathlib import Path
from zlib import crc32

import pytest

from tests.proofs import IS_FULL, LENGTH

ASKED = os.environ.get("STAGEMAKELAAR_TESTS", "")
IS_ALL = IS_FULL or ASKED == "all"

# Tests that look at what is shown: most of their statements are those of the rooms.
EDGE = ("tests/web/", "tests/test_letters.py")
# Tests on a crowd of people that takes seconds to make: on a second database in CI alone.
ON_A_CROWD = ("tests/seed/", "tests/stories/")
# Where each row of values takes seconds.
BY_CHANCE = ("tests/races/", "tests/crashes/")
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
    config.addinivalue_line("markers", "later: takes long, and is left to CI")


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
        later = set(left_to_ci([item for item in items if item not in left_out]))
        if ASKED == "rest":
            left_out |= set(items) - later
        elif not LENGTH:
            left_out |= later
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


def left_to_ci(items):
    """The items that `make test` does without, of those that CI runs."""
    names = {item.nodeid for item in items}
    rows = defaultdict(list)
    for item in items:
        proofs, is_second = list(item.iter_markers("promise")), is_second_run(item, names)
        if item.get_closest_marker("later") or any(mark.kwargs.get("red") for mark in proofs):
            yield item
        elif proofs and item.nodeid.startswith(BY_CHANCE):
            rows[item.nodeid.partition("[")[0], is_second].append(item)
        elif is_second and (proofs or item.nodeid.startswith(ON_A_CROWD) or crc32(item.nodeid.encode()) % ONE_IN):
            yield item
    for found in rows.values():
        yield from sorted(found, key=lambda item: crc32(item.nodeid.encode()))[1:]


def is_second_run(item, names):
    """Whether this runs on PostgreSQL what another item runs on SQLite."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    # A value can be an array, which does not compare as one.
    return any(isinstance(value, str) and value == "postgresql" for value in values) and (
        item.nodeid.replace("postgresql", "sqlite") in names
    )
