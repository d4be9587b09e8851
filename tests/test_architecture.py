"""The house rules that the source itself can be asked: floors, commits, states, owners, sizes."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "stagemakelaar"
CEILING = 400

# Later floors may import earlier ones, never the reverse. Inside a room anything goes.
FLOORS = [
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
    {"schema", "rooms"},
    {"solving", "copies"},
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
}
# `rooms` only names the rooms that have tables, so that the whole metadata can be asked for.
ONLY_BELOW_THE_WEB = {"flask", "wtforms", "flask_babel", "flask_login"}


def sources():
    """Every source file of the house, with the room it stands in."""
    for path in sorted(HOUSE.rglob("*.py")):
        inside = path.relative_to(HOUSE)
        yield path, inside.parts[0].removesuffix(".py")


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


@pytest.mark.parametrize(("path", "room"), list(sources()), ids=lambda value: str(getattr(value, "name", value)))
class TestSource:
    def test_imports_only_go_down(self, path, room):
        floor = floor_of(room)
        for other in rooms_imported(ast.parse(path.read_text())):
            if other in {room, "__version__"} or room == "rooms":
                continue
            assert floor_of(other) < floor, f"{path.name} on floor {floor} imports {other}, which is not below it"

    def test_only_the_edge_knows_the_web(self, path, room):
        if any(room in rooms for rooms in EDGE):
            return
        for module, name in imports_of(ast.parse(path.read_text())):
            if module == "flask_login" and name == "UserMixin" and room == "people":
                continue
            assert module.split(".")[0] not in ONLY_BELOW_THE_WEB, f"{path.name} imports {module}"

    def test_matching_imports_nothing_of_ours_but_itself(self, path, room):
        if room == "matching":
            assert set(rooms_imported(ast.parse(path.read_text()))) <= {"matching"}

    def test_files_knows_the_matcher_and_official_data_alone(self, path, room):
        if room == "files":
            allowed = {"files", "reach", "matching", "reference", "errors", "__version__"}
            assert set(rooms_imported(ast.parse(path.read_text()))) <= allowed

    def test_only_db_commits_and_rolls_back(self, path, room):
        allowed = {"db", "schema"}  # schema moves whole databases, outside any session
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"} and room not in allowed:
                raise AssertionError(f"{path.name}:{node.lineno} calls {node.attr}")

    def test_only_flow_sets_a_state(self, path, room):
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    assert room == "flow", f"{path.name}:{node.lineno} sets a state by hand"

    def test_rows_are_made_only_in_the_room_that_owns_them(self, path, room):
        tree = ast.parse(path.read_text())
        models = {
            name
            for module, name in imports_of(tree)
            if module.startswith("stagemakelaar.")
            for owner, owned in OWNERS.items()
            if name in owned and owner != room
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in models:
                raise AssertionError(f"{path.name}:{node.lineno} makes a {node.func.id}, which it does not own")

    def test_a_file_stays_under_the_ceiling(self, path, room):
        assert len(path.read_text().splitlines()) <= CEILING


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
