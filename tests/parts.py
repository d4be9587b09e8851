"""What a machine may lack: a test says what it needs, and what is absent is told aloud at the end of the run.

`@pytest.mark.needs("postgresql", "chromium")` stands on a test, or on a `pytest.param(...)` of a fixture. On a laptop
the rest runs and the closing lines name the part, the reason, the number of tests and the way to get it. With
STAGEMAKELAAR_ALL_PARTS=1, as in CI, an absent part is a failure.
"""

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
VNU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# The same engine without the window that nobody sees takes a third less time; CI has the browser as people have it.
# Snap's wrapper cannot be driven, so it counts as absent.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def postgresql_programs():
    """The folder with initdb and postgres, the newest version first; None where there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    numbered = sorted((folder for folder in found if folder.parent.name.isdigit()), key=lambda f: int(f.parent.name))
    on_path = [Path(program).resolve().parent for name in ("postgres", "initdb") if (program := shutil.which(name))]
    for folder in [*reversed(numbered), *on_path]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def browser_program():
    return next((found for name in BROWSERS if (found := shutil.which(name)) and "/snap/" not in found), None)


def _program(name):
    """Where a program is that only root has on its path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def _postgresql():
    if postgresql_programs() is None:
        return "no initdb found"
    if os.geteuid() == 0 and not any(user.pw_name == "postgres" for user in pwd.getpwall()):
        return "it refuses root, and there is no user postgres"
    return None


def _chromium():
    if importlib.util.find_spec("playwright") is None:
        return "the Python package playwright is missing"
    return None if browser_program() else "no chromium found"


def _modules_absent(*names):
    absent = [name for name in names if importlib.util.find_spec(name) is None]
    return f"the Python package {absent[0]} is missing" if absent else None


def _java():
    # macOS has a `java` that only tells where to buy one, so it is asked.
    if not shutil.which("java") or subprocess.run(["java", "-version"], capture_output=True, check=False).returncode:
        return "no java found"
    return None if VNU.exists() else "the npm package vnu-jar is not installed"


class Part(NamedTuple):
    name: str
    absence: object
    get_it: str


def small_disk_at(folder):
    """Mount a file system of 16 MB; whether it could be done."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return made.returncode == 0


def _no_small_disk():
    if os.geteuid() != 0:
        return "only root can mount one"
    with tempfile.TemporaryDirectory() as folder:
        if not small_disk_at(folder):
            return "it may not be mounted here"
        subprocess.run(["umount", "-l", folder], check=True)
    return None


PARTS = {
    "postgresql": Part("PostgreSQL", _postgresql, "apt-get install postgresql"),
    "redis": Part(
        "Redis",
        lambda: None if shutil.which("redis-server") else "no redis-server found",
        "apt-get install redis-server",
    ),
    "nginx": Part(
        "nginx",
        lambda: None if _program("nginx") and shutil.which("openssl") else "no nginx or no openssl found",
        "apt-get install nginx-light openssl",
    ),
    "strace": Part("strace", lambda: None if shutil.which("strace") else "no strace found", "apt-get install strace"),
    "smtp": Part(
        "SMTP server",
        lambda: None if importlib.util.find_spec("aiosmtpd") else "the Python package aiosmtpd is missing",
        "make test",
    ),
    "chromium": Part("Chromium", _chromium, "apt-get install chromium-headless-shell"),
    "axe": Part(
        "axe",
        lambda: None if AXE.exists() else "the npm package axe-core is not installed",
        "apt-get install npm, then make test",
    ),
    "java": Part("HTML checker", _java, "apt-get install default-jre-headless npm, then make test"),
    "peers": Part(
        "solvers of others",
        lambda: _modules_absent("ortools", "networkx"),
        "scripts/prepare.sh requirements-bench.txt",
    ),
    "small disk": Part(
        "a small file system",
        _no_small_disk,
        "run as root where a tmpfs may be mounted",
    ),
    "styles": Part(
        "style sheets of NL Design System",
        lambda: None if any((ROOT / "static" / "build").glob("*.css")) else "static/build is empty",
        "apt-get install npm, then make styles",
    ),
}


NOT_RUN = pytest.StashKey[Counter]()


@functools.cache
def absence_of(part):
    """Why this part is absent, or None when it is there."""
    return PARTS[part].absence()


def all_parts_are_due():
    return os.environ.get("STAGEMAKELAAR_ALL_PARTS") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*parts): what must be on the machine; see tests/parts.py")
    config.stash[NOT_RUN] = Counter()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    needed = [part for marker in item.iter_markers("needs") for part in marker.args]
    for part in needed:
        if reason := absence_of(part):
            if all_parts_are_due():
                pytest.fail(f"{PARTS[part].name}: {reason}, and here every part is due", pytrace=False)
            # Travels to the process that writes the summary, also from a worker.
            item.user_properties.append(("absent part", part))
            pytest.skip(f"{PARTS[part].name}: {reason}")


class _Counting:
    def __init__(self, counts):
        self.counts = counts

    def pytest_runtest_logreport(self, report):
        if report.when == "setup" and report.skipped:
            self.counts.update(part for key, part in report.user_properties if key == "absent part")


def pytest_sessionstart(session):
    session.config.pluginmanager.register(_Counting(session.config.stash[NOT_RUN]))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    for part, count in sorted(config.stash[NOT_RUN].items()):
        name, _, get_it = PARTS[part]
        tests = "1 test" if count == 1 else f"{count} tests"
        line = f"NOT RUN: {name}, {absence_of(part)}, {tests}, get it with: {get_it}"
        terminalreporter.write_line(line, yellow=True, bold=True)
    if config.stash[NOT_RUN]:
        terminalreporter.write_line("This run is not complete.", yellow=True, bold=True)
