"""What the documents show is run, and what they list is what stands in the source."""

import csv
import doctest
import io
import re
import shlex
from pathlib import Path

import pytest

from stagemakelaar import create_tools
from stagemakelaar.files import words
from stagemakelaar.files.layouts import LAYOUTS

DOCS = Path(__file__).parent.parent / "docs"
FILES = (DOCS / "match-files.md").read_text("utf-8")


def test_the_python_calls_in_the_page_about_the_matcher_do_what_is_said():
    found = doctest.testfile(str(DOCS / "matching.md"), module_relative=False, encoding="utf-8")
    assert found.attempted >= 6
    assert found.failed == 0


def test_the_example_with_files_comes_out_as_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in re.findall(r"^`(\w+\.csv)`:\n\n```csv\n(.*?)```", FILES, re.MULTILINE | re.DOTALL):
        Path(name).write_text(content, "utf-8")
    calls = re.search(r"```sh\n(.*?)```", FILES, re.DOTALL)[1].splitlines()
    assert len(calls) == 2
    for call in calls:
        flask, app, wsgi, *arguments = shlex.split(call)
        assert (flask, app, wsgi) == ("flask", "--app", "wsgi")
        result = create_tools().test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, result.output
    told = re.search(r"`(uitkomst/\w+\.csv)` staat:\n\n\|(.*?)\|\n\| ---.*?\n(.*?)\n\n", FILES, re.DOTALL)
    names = [name.strip() for name in told[2].split("|")]
    rows = csv.DictReader(io.StringIO(Path(told[1]).read_text("utf-8-sig")), delimiter=";")
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in told[3].splitlines()] == [
        [row[name] for name in names] for row in rows
    ]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_columns_of_a_file_are_those_of_the_source(layout):
    section = re.search(rf"^### `--{layout.name}`\n(.*?)(?=^##)", FILES, re.MULTILINE | re.DOTALL)[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"]
    assert [(name, blank) for name, _what, blank in rows] == [
        (f"`{column.name}`", column.blank or "mag niet") for column in layout.columns
    ]


@pytest.mark.parametrize(
    "listed", [words.KINDS_OF_WORK, words.FEATURES, words.TRAVEL_MODES, words.LATE_HOURS, words.HINTS]
)
def test_every_word_that_may_stand_in_a_cell_is_listed_in_its_order(listed):
    assert " ".join(f"`{word}`" for word in listed) in " ".join(FILES.split())


@pytest.mark.parametrize("name", ["asvs.md", "data-protection.md", "trust-outside.md"])
def test_every_file_that_a_document_about_trust_names_exists(name):
    root = DOCS.parent
    text = (DOCS / name).read_text("utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|js|conf|service|json))`", text))
    linked = {f"docs/{path}" for path in re.findall(r"\]\(([\w./-]+\.md)\)", text)}
    assert named | linked
    assert [path for path in sorted(named | linked) if not (root / path).exists()] == []


def test_every_requirement_of_the_norm_that_applies_stands_there_once_and_is_counted_right():
    text = (DOCS / "asvs.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    assert len({number for number, _state in rows}) == len(rows) == 196
    told = [int(cell) for cell in re.search(r"together, 196\*\* \|(.*)\|", text)[1].replace("*", "").split("|")]
    states = [state for _number, state in rows]
    assert told == [states.count(state) for state in ("kept", "yours", "deviation", "**not kept**", "not shown")]
