"""The house rules that the source itself can be asked: floors, commits, states, owners, sizes."""

import ast
import functools
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "stagemakelaar"
CEILING = 400

# Later floors may import earlier ones, never the reverse. Inside a room anything goes.
FLOORS = [
    {"silence"},
    {"db", "clock", "errors"},
    {"audit", "reference", "matching"},
    {"reach"},
    {"flow", "files"},
    {"outbox"},
    {"people"},
    {"places"},
    {"casework"},
    {"placements"},
    {"rounds"},
    {"intake"},
    {"rights"},
    {"schema", "rooms"},
    {"solving", "copies", "erasures"},
    {"retention"},
    {"monitoring", "jobs"},
    {"labels", "letters", "printing", "sending", "logs"},
    {"web", "seed", "worker"},
    {"carrying"},
    {"starting"},
    {"commands"},
    {"cli"},
    {"__init__"},
]
EDGE = FLOORS[FLOORS.index({"labels", "letters", "printing", "sending", "logs"}) :]
OWNERS = {
    "schema": {"Installation"},
    "audit": {"Entry"},
    "outbox": {"Message"},
    "reference": {"Qualification", "Equivalent", "WorkProcess"},
    "people": {
        "Programme",
        "User",
        "Student",
        "Profile",
        "SignInLink",
        "Attempt",
        "UserSession",
        "RecoveryCode",
        "FactorReset",
        "RightsChange",
        "Invitation",
        "SavedView",
    },
    "places": {"Organisation", "Membership", "Recognition", "Interest", "Place", "PlaceCode"},
    "casework": {"Case", "HandOver", "ContactMoment", "CaseNote", "OrganisationContact", "Task"},
    "placements": {"Placement"},
    "rounds": {
        "Round",
        "Run",
        "Proposal",
        "Unplaced",
        "Review",
        "Hint",
        "HandChange",
        "Comment",
        "SecondLook",
        "Wait",
    },
    "intake": {"Upload", "Merge", "Apart"},
    "rights": {"DataRequest", "Erasure"},
}
# `rooms` only names the rooms that have tables, so that the whole metadata can be asked for.
ONLY_BELOW_THE_WEB = {"flask", "wtforms", "flask_babel", "flask_login"}


class Source(NamedTuple):
    """A source file of the house, the room it stands in, and what it says, read once for all rules."""

    path: Path
    room: str
    text: str
    tree: ast.Module


@functools.cache
def sources():
    """Every source file of the house."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        text = path.read_text()
        found.append(Source(path, path.relative_to(HOUSE).parts[0].removesuffix(".py"), text, ast.parse(text)))
    return found


def floor_of(room):
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"{room} stands on no floor: give it a place in FLOORS")


def imports_of(tree):
    """(module, name) for every import in a file, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name


def rooms_imported(tree):
    for module, name in imports_of(tree):
        if module == "stagemakelaar":
            yield name
        elif module.startswith("stagemakelaar."):
            yield module.split(".")[1]


# A rule gives what is wrong with one file. All files are held against a rule in one test, which names every offence.


def imports_going_up(source):
    floor = floor_of(source.room)
    for other in rooms_imported(source.tree):
        if other in {source.room, "__version__"} or source.room == "rooms":
            continue
        if floor_of(other) >= floor:
            yield f"on floor {floor} imports {other}, which is not below it"


def knowledge_of_the_web(source):
    if any(source.room in rooms for rooms in EDGE):
        return
    for module, name in imports_of(source.tree):
        if module == "flask_login" and name == "UserMixin" and source.room == "people":
            continue
        if module.split(".")[0] in ONLY_BELOW_THE_WEB:
            yield f"imports {module}"


def what_matching_may_not_know(source):
    if source.room == "matching":
        yield from set(rooms_imported(source.tree)) - {"matching"}


def what_files_may_not_know(source):
    if source.room == "files":
        allowed = {"files", "reach", "matching", "reference", "errors", "__version__"}
        yield from set(rooms_imported(source.tree)) - allowed


def commits_and_rollbacks(source):
    if source.room in {"db", "schema"}:  # schema moves whole databases, outside any session
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
            yield f"line {node.lineno} calls {node.attr}"


def states_set_by_hand(source):
    if source.room == "flow":
        return
    for node in ast.walk(source.tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state":
                yield f"line {node.lineno} sets a state by hand"


def rows_of_another_room(source):
    models = {
        name
        for module, name in imports_of(source.tree)
        if module.startswith("stagemakelaar.")
        for owner, owned in OWNERS.items()
        if name in owned and owner != source.room
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in models:
            yield f"line {node.lineno} makes a {node.func.id}, which it does not own"


def lines_too_many(source):
    if len(source.text.splitlines()) > CEILING:
        yield f"has more than {CEILING} lines"


RULES = [
    imports_going_up,
    knowledge_of_the_web,
    what_matching_may_not_know,
    what_files_may_not_know,
    commits_and_rollbacks,
    states_set_by_hand,
    rows_of_another_room,
    lines_too_many,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_of_the_house_breaks_a_rule(rule):
    assert [f"{source.path.relative_to(ROOT)}: {told}" for source in sources() for told in rule(source)] == []


# A file that breaks each rule, so that a rule that sees nothing any more is red as well.
BROKEN = {
    imports_going_up: ("people", "from stagemakelaar.web import access"),
    knowledge_of_the_web: ("places", "def f():\n    import flask"),
    what_matching_may_not_know: ("matching", "from stagemakelaar import clock"),
    what_files_may_not_know: ("files", "from stagemakelaar.db import transaction"),
    commits_and_rollbacks: ("web", "session.commit()"),
    states_set_by_hand: ("placements", "placement.state = 'confirmed'"),
    rows_of_another_room: ("web", "from stagemakelaar.outbox import Message\nMessage(kind='x')"),
    lines_too_many: ("web", "a = 1\n" * (CEILING + 1)),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_sees_a_file_that_breaks_it(rule):
    room, text = BROKEN[rule]
    assert list(rule(Source(HOUSE / room, room, text, ast.parse(text))))


def test_every_table_has_an_owner():
    from stagemakelaar.db import Base
    from stagemakelaar.rooms import import_models

    import_models()
    owned = set().union(*OWNERS.values())
    tables = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert tables - owned == set()


@pytest.mark.parametrize("folder", ["tests", "templates", "scripts", "migrations", "static/css", "static/js"])
def test_other_files_stay_under_the_ceiling(folder):
    long = [
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".css", ".js", ".sh"}
        and len(path.read_text().splitlines()) > CEILING
    ]
    assert long == []


def test_matching_loads_no_flask():
    import subprocess
    import sys

    code = "import stagemakelaar.matching, sys; sys.exit('flask' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_column_with_text_is_named_as_personal_or_not():
    """Who adds a column says in rights/personal.py what becomes of it when its person is erased."""
    from sqlalchemy import JSON, Enum, LargeBinary, String

    from stagemakelaar.db import Base
    from stagemakelaar.rights import personal
    from stagemakelaar.rooms import import_models

    import_models()
    texts = {
        (mapper.local_table.name, attribute.key)
        for mapper in Base.registry.mappers
        for attribute in mapper.column_attrs
        if isinstance(attribute.columns[0].type, String | JSON | LargeBinary)
        and not isinstance(attribute.columns[0].type, Enum)
    }
    named = {(one.model.__tablename__, name) for one in (*personal.STUDENT, *personal.EMPLOYER) for name in one.columns}
    not_personal = {(table, name) for table, names in personal.NOT_PERSONAL.items() for name in names}
    assert texts - named - not_personal == set(), "name these in stagemakelaar/rights/personal.py"
    assert not_personal - texts == set(), "there is no such column"
    gone = {one.model.__tablename__ for one in personal.STUDENT + personal.EMPLOYER if isinstance(one, personal.Gone)}
    assert {(table, name) for table, name in named & not_personal if table not in gone} == set()
