"""The matcher for spreadsheets, called as people call it: on a machine without settings and without a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stagemakelaar import create_tools
from stagemakelaar.files import results
from stagemakelaar.files.layouts import LAYOUTS
from tests.files.written import places, students, write

ROOT = Path(__file__).parent.parent.parent
COMMON = ["command", "contract", "version", "database", "started_at", "seconds", "exit", "refusal"]
PEOPLE = [{"student": f"S{at}", "voorrang": str(at % 4)} for at in range(9)]
SITES = [{"plek": "P1", "aantal": "2"}, {"plek": "P2", "postcode": "1335"}]


def alone(*words, env=None):
    """Run it as a program of its own, with no variable of the environment but these."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=env or {}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tools():
    return create_tools()


@pytest.fixture
def call(tools, tmp_path):
    """Call it with two files; gives back (exit code, object)."""
    given = ["--students", students(tmp_path / "S.csv", *PEOPLE), "--places", places(tmp_path / "P.csv", *SITES)]

    def called(*words, files=given):
        arguments = ["match-files", *files, *words, "--json"]
        result = tools.test_cli_runner().invoke(args=[str(word) for word in arguments])
        return result.exit_code, json.loads(result.stdout) if result.stdout.strip() else None

    return called


@pytest.fixture
def say(tools):
    """Call it without --json; gives back (exit code, what it said, what it said of trouble)."""

    def said(*words):
        result = tools.test_cli_runner().invoke(args=["match-files", *map(str, words)])
        return result.exit_code, result.stdout, result.stderr

    return said


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.later
def test_the_whole_path_asks_nothing_of_its_environment(tmp_path):
    files = {}
    for name in LAYOUTS:
        shown = alone("match-files", "--template", name)
        assert shown.returncode == 0, shown.stderr
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text(shown.stdout, "utf-8")
    given = [word for name, path in files.items() for word in (f"--{name}", path)]
    made = alone("match-files", *given, "--out", tmp_path / "out", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    told = json.loads(made.stdout)
    assert list(told)[: len(COMMON)] == COMMON
    assert (told["command"], told["database"], told["refusal"]) == ("match-files", None, None)
    assert (told["proposed"], told["students"], told["seats"], told["fixed"]) == (1, 1, 2, 1)
    assert sorted(contents(tmp_path / "out")) == sorted(results.FILES)
    checked = alone("match-files", *given, "--check", tmp_path / "out")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "beter kan het niet" in checked.stdout


def test_settings_of_a_service_are_not_even_looked_at(tmp_path):
    given = ["--students", students(tmp_path / "S.csv", {}), "--places", places(tmp_path / "P.csv", {})]
    env = {"STAGEMAKELAAR_ENV": "nonsense", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert alone("match-files", *given, "--out", tmp_path / "out", env=env).returncode == 0
    refused = alone("migrate", env=env)
    assert refused.returncode == 3
    assert "STAGEMAKELAAR_ENV" in refused.stderr


def test_a_service_knows_the_command_too(app, tmp_path):
    given = ["--students", students(tmp_path / "S.csv", {}), "--places", places(tmp_path / "P.csv", {})]
    arguments = ["match-files", *map(str, given), "--out", str(tmp_path / "out"), "--json"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert (result.exit_code, json.loads(result.stdout)["proposed"]) == (0, 1)


def test_it_tells_what_came_out(call, tmp_path):
    code, told = call("--out", tmp_path / "out", "--lot", 4)
    assert (code, told["exit"], told["objections"], told["lot"]) == (0, 0, [], 4)
    assert (told["students"], told["seats"], told["proposed"], told["solver"]) == (9, 3, 3, "scipy")
    assert told["unmatched"] == {"seats_taken": 6}
    proof = json.loads((tmp_path / "out" / results.PROOF).read_text())
    assert (proof["input_hash"], proof["outcome_hash"]) == (told["input_hash"], told["outcome_hash"])


def test_the_files_speak_dutch_in_plain_words(call, tmp_path):
    call("--out", tmp_path / "out")
    out = tmp_path / "out"
    assert "minuten fietsen" in (out / results.PROPOSALS).read_text("utf-8-sig")
    without = (out / results.UNPLACED).read_text("utf-8-sig")
    assert "alle passende plekken zijn bezet" in without
    assert "Vraag de bedrijven die passen om een plek erbij." in without
    readme = (out / results.README).read_text("utf-8-sig")
    assert "3 van 9 studenten hebben een voorstel." in readme
    assert "S.csv, kolom max_minuten: 9 keer leeg, gelezen als “60 minuten”." in readme


def test_the_same_input_and_lot_give_the_same_bytes(call, tmp_path):
    call("--out", tmp_path / "one", "--lot", 4)
    call("--out", tmp_path / "two", "--lot", 4)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    students(tmp_path / "S.csv", *PEOPLE[::-1])
    call("--out", tmp_path / "three", "--lot", 4)
    assert contents(tmp_path / "one") == contents(tmp_path / "three")


def test_a_lot_that_is_not_given_is_drawn_told_and_kept(call, tmp_path):
    lots = set()
    for name in ("one", "two"):
        _code, told = call("--out", tmp_path / name)
        assert json.loads((tmp_path / name / results.PROOF).read_text())["lot"] == told["lot"]
        assert str(told["lot"]) in (tmp_path / name / results.README).read_text("utf-8-sig")
        lots.add(told["lot"])
    assert len(lots) == 2
    call("--out", tmp_path / "again", "--lot", told["lot"])
    assert contents(tmp_path / "again") == contents(tmp_path / "two")


def test_what_is_wrong_is_told_all_at_once_and_nothing_is_written(call, tmp_path):
    students(tmp_path / "S.csv", {"begin": "02/01/2027"}, {"student": "", "leerweg": "hbo"})
    places(tmp_path / "P.csv", {"aantal": "-1"})
    code, told = call("--out", tmp_path / "out")
    assert (code, told["errors_in_all"]) == (3, 4)
    assert [(one["file"], one["row"], one["column"]) for one in told["errors"]] == [
        ("S.csv", 2, "begin"),
        ("S.csv", 3, "student"),
        ("S.csv", 3, "leerweg"),
        ("P.csv", 2, "aantal"),
    ]
    assert told["errors"][2]["sentence"] == "“hbo” kennen we niet. Kies uit: bol, bbl."
    assert not (tmp_path / "out").exists()


def test_without_json_it_says_where_something_is_wrong(say, tmp_path):
    given = ["--students", students(tmp_path / "S.csv", *({"leerweg": "hbo", "student": f"S{at}"} for at in range(60)))]
    given += ["--places", places(tmp_path / "P.csv", {})]
    code, said, trouble = say(*given, "--out", tmp_path / "out")
    lines = said.splitlines()
    assert (code, len(lines)) == (3, 51)
    assert lines[0] == "S.csv, rij 2, kolom leerweg: “hbo” kennen we niet. Kies uit: bol, bbl."
    assert lines[-1] == "… en nog 10 keer."
    assert trouble == "De bestanden kloppen niet (60 keer). Er is niets geschreven.\n"


def test_a_folder_with_something_else_is_refused(call, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "adressen.csv").write_text("mine")
    for words in ((), ("--replace",)):
        code, told = call("--out", tmp_path / "out", *words)
        assert code == 3
        assert "adressen.csv" in told["refusal"]
    assert contents(tmp_path / "out") == {"adressen.csv": b"mine"}


def test_earlier_results_are_replaced_only_when_asked(call, tmp_path):
    (tmp_path / "out").mkdir()  # an empty folder is fine
    assert call("--out", tmp_path / "out", "--lot", 1)[0] == 0
    before = contents(tmp_path / "out")
    assert call("--out", tmp_path / "out", "--lot", 2)[0] == 3
    assert contents(tmp_path / "out") == before
    assert call("--out", tmp_path / "out", "--lot", 2, "--replace")[0] == 0
    assert json.loads((tmp_path / "out" / results.PROOF).read_text())["lot"] == 2


def test_a_folder_that_cannot_be_written_is_exit_five(call, tmp_path):
    (tmp_path / "file").touch()
    code, told = call("--out", tmp_path / "file" / "out")
    assert (code, "geschreven" in told["refusal"]) == (5, True)


def test_it_is_called_with_two_files_and_one_thing_to_do(call, tmp_path):
    out = ("--out", tmp_path / "out")
    assert call(*out, files=["--students", tmp_path / "S.csv"])[0] == 2
    assert call()[0] == 2
    assert call(*out, "--check", tmp_path)[0] == 2
    assert call("--check", tmp_path / "absent")[0] == 2
    assert call(*out, "--fixed", tmp_path / "absent.csv")[0] == 2
    assert call(*out, "--lot", -1)[0] == 2
    assert not (tmp_path / "out").exists()


def test_a_check_finds_what_was_changed(call, tmp_path):
    out = tmp_path / "out"
    call("--out", out)
    assert call("--check", out)[:1] == (0,)
    before = contents(out)
    path = out / results.UNPLACED
    path.write_text(path.read_text("utf-8-sig").replace("erbij.", "minder."), "utf-8")
    code, told = call("--check", out)
    assert (code, told["objections"]) == (1, [])
    assert {(one["file"], one["column"]) for one in told["errors"]} == {(results.UNPLACED, "volgende_stap")}
    path.write_bytes(before[results.UNPLACED])
    students(tmp_path / "S.csv", *PEOPLE[:-1])
    assert call("--check", out)[0] == 1


def test_a_check_tells_what_the_second_opinion_objects_to(say, tmp_path):
    given = ["--students", students(tmp_path / "S.csv", *PEOPLE), "--places", places(tmp_path / "P.csv", *SITES)]
    out = tmp_path / "out"
    say(*given, "--out", out)
    path = out / results.PROPOSALS
    path.write_text(path.read_text("utf-8-sig").replace(";P2;", ";P1;"), "utf-8")
    code, said, _trouble = say(*given, "--check", out)
    assert code == 1
    assert "De tweede controle zegt: place 1 has 2 seats and 3 students" in said
    assert "De uitkomst klopt niet met deze bestanden." in said


def test_fixed_forbidden_hints_and_travel_are_read(call, tmp_path):
    fixed = write(tmp_path / "F.csv", {"student": "S0", "plek": "P2"})
    forbidden = write(tmp_path / "X.csv", *({"student": f"S{at}", "plek": "P1"} for at in range(1, 8)))
    travel = write(tmp_path / "R.csv", {"student": "S8", "plek": "P1", "minuten": "7", "vervoer": "auto"})
    hints = write(tmp_path / "H.csv", {"student": "S8", "plek": "P1", "voorkeur": "liever wel"})
    more = ("--fixed", fixed, "--forbidden", forbidden, "--hints", hints, "--travel", travel)
    code, told = call("--out", tmp_path / "out", *more)
    assert (code, told["fixed"], told["proposed"], told["unmatched"]) == (0, 1, 1, {"seats_taken": 7})
    [_header, row] = (tmp_path / "out" / results.PROPOSALS).read_text("utf-8-sig").splitlines()
    assert row.startswith("S8;P1;")
    assert "7 minuten met auto" in row
    assert "+15 punten" in row
    assert call("--check", tmp_path / "out", *more)[0] == 0


def test_a_spreadsheet_of_a_broker_is_read_as_it_comes(say, tmp_path):
    people = "Student;Opleidingscode;Leerweg;Begin;Eind;Dagen per week;Opmerking\r\n"
    people += "Zoë;25655;BOL;1-2-2027;30-6-2027;4;belt\r\n"
    (tmp_path / "S.csv").write_bytes(people.encode("cp1252"))
    sites = "sep=;\r\nPlek;Opleidingscodes;Leerweg\r\nCafé ’t Hoekje;25655;bol\r\n"
    (tmp_path / "P.csv").write_bytes(sites.encode("cp1252"))
    given = ("--students", tmp_path / "S.csv", "--places", tmp_path / "P.csv")
    code, said, trouble = say(*given, "--out", tmp_path / "out")
    assert (code, trouble) == (0, "")
    assert "S.csv: de kolom “Opmerking” is niet gelezen." in said
    assert "Zoë;Café ’t Hoekje;" in (tmp_path / "out" / results.PROPOSALS).read_text("utf-8-sig")


def test_help_tells_of_every_option(say):
    code, said, _trouble = say("--help")
    options = (
        "--students",
        "--places",
        "--fixed",
        "--forbidden",
        "--hints",
        "--travel",
        "--out",
        "--replace",
        "--lot",
        "--check",
    )
    assert code == 0
    assert sorted(options, key=said.index) == list(options)  # in the order in which one needs them
