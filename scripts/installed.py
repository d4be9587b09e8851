"""Is all there that the list names? Ends with 1 and says what is missing, when somebody removed packages or files.

    .venv/bin/python scripts/installed.py requirements.txt

Runs at every start, so it looks at names, versions and one module of each package, and imports nothing.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

# "numpy==2.4.6 ; python_full_version < '3.12' \": the marker says on which Python or system the line counts.
LINE = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; ([^\\\n]+))?", re.MULTILINE)
PYTHON = re.compile(r"python_full_version (<|>=) '([\d.]+)'")
MODULE = re.compile(r"^(\w[\w/]*\.py),", re.MULTILINE)


def _counts(marker):
    """Whether a line counts on this Python; a marker that says something else counts."""
    asked = PYTHON.match(marker)
    if asked is None:
        return True
    than = tuple(map(int, asked[2].split(".")))
    return sys.version_info[:3] >= than if asked[1] == ">=" else sys.version_info[:3] < than


def missing(list_of_packages):
    wanted = {}
    for name, version, marker in LINE.findall(list_of_packages):
        if not re.search("platform|os_name", marker) and _counts(marker):
            wanted.setdefault(name, set()).add(version)
    for name, versions in wanted.items():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            yield name
            continue
        module = MODULE.search(found.read_text("RECORD") or "")
        if found.version not in versions or (module and not Path(found.locate_file(module[1])).exists()):
            yield name


if __name__ == "__main__":
    names = list(missing(Path(sys.argv[1]).read_text()))
    if names:
        print(f"Missing from .venv: {', '.join(names)}.")
    sys.exit(bool(names))
