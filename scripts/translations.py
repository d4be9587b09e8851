"""Bring the catalogues of texts up to date: `extract` (sources to catalogues) and `compile` (catalogues to .mo)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "stagemakelaar" / "translations"
TEMPLATE = CATALOGUES / "messages.pot"
KEYWORDS = ("_", "_l", "N_", "gettext", "ngettext:1,2", "lazy_gettext", "pgettext:1c,2", "npgettext:1c,2,3")


def pybabel(*arguments):
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", *map(str, arguments)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"The texts could not be processed ({arguments[0]}): the reason is in the lines above.")


def extract():
    CATALOGUES.mkdir(parents=True, exist_ok=True)
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    layout = ["--sort-by-file", "--add-location=file", "--width=120"]
    pybabel("extract", "-F", "babel.cfg", *keywords, *layout, "--project=stagemakelaar", "-o", TEMPLATE, ".")
    for language in ("en",):
        catalogue = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
        if catalogue.exists():
            options = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width=120"]
            pybabel("update", "-i", TEMPLATE, "-d", CATALOGUES, "-l", language, *options)
        else:
            pybabel("init", "-i", TEMPLATE, "-d", CATALOGUES, "-l", language, "--width=120")


def compile_changed():
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            pybabel("compile", "-i", source, "-o", target, "-l", source.parent.parent.name)


if __name__ == "__main__":
    steps = {"extract": extract, "compile": compile_changed}
    if len(sys.argv) != 2 or sys.argv[1] not in steps:
        sys.exit(f"Usage: {sys.argv[0]} {'|'.join(steps)}")
    steps[sys.argv[1]]()
