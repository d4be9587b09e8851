"""Plain and compiled: one answer; and what happens where nothing can be kept, or nothing may be compiled."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stagemakelaar.matching import compiled as room
from stagemakelaar.matching.compiled import compiled

TWICE = 2


@compiled
def double(number):
    return TWICE * number


@compiled
def doubles(numbers):
    total = 0
    for number in numbers:
        total += double(number)
    return total


@pytest.fixture
def plain(monkeypatch):
    monkeypatch.setattr(room, "ON", False)


def test_a_compiled_function_calls_another():
    assert room.can_compile()
    assert doubles(np.arange(10)) == 90
    assert doubles.fast.signatures, "nothing was compiled"
    assert doubles.plain(np.arange(10)) == 90


def test_switched_off_everything_runs_as_it_stands(plain, monkeypatch):
    monkeypatch.setattr(double, "plain", lambda number: 3 * number)
    assert doubles(np.arange(10)) == 135


def test_without_numba_everything_runs_as_it_stands(monkeypatch):
    room._has_numba.cache_clear()
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not room.can_compile()
    monkeypatch.setattr(double, "plain", lambda number: 3 * number)
    assert doubles(np.arange(10)) == 135
    room._has_numba.cache_clear()


def test_what_it_calls_must_stand_in_the_same_file(monkeypatch):
    monkeypatch.setattr(double.plain, "__module__", "elsewhere")
    caller = compiled(doubles.plain)
    with pytest.raises(TypeError, match="doubles: calls double, which is compiled in another file"):
        caller(np.arange(3))


def program(folder, **environment):
    """Run a program with compiled functions in `folder`, and return what it printed."""
    (folder / "program.py").write_text(
        "from stagemakelaar.matching.compiled import compiled\n"
        "@compiled\ndef one(x):\n    return x + 1\n"
        "@compiled\ndef two(x):\n    return one(one(x))\n"
        "if __name__ == '__main__':\n    print(two(40), 'fast' in vars(two))\n"
    )
    command = [sys.executable, str(folder / "program.py")]
    known = {name: value for name, value in os.environ.items() if name != "STAGEMAKELAAR_COMPILED"}
    answer = subprocess.run(
        command, env=known | {"PYTHONPATH": str(Path.cwd())} | environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split()


def test_the_machine_code_is_kept(tmp_path):
    assert program(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept")) == ["42", "True"]
    assert list((tmp_path / "kept").rglob("*.nbc"))


def test_it_works_where_nothing_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("a file is no folder, not for the superuser either")
    nowhere = str(tmp_path / "file" / "below")
    (tmp_path / "__pycache__").write_text("neither is this")
    assert program(tmp_path, NUMBA_CACHE_DIR=nowhere, HOME=nowhere, XDG_CACHE_HOME=nowhere) == ["42", "True"]
    assert program(tmp_path, HOME=nowhere, XDG_CACHE_HOME=nowhere) == ["42", "True"]


def test_the_switch_in_the_environment(tmp_path):
    assert program(tmp_path, STAGEMAKELAAR_COMPILED="off") == ["42", "False"]
