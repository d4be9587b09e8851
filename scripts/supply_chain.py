"""What the deployed service is made of (`sbom`), and whether anything is known to be wrong with it (`audit`).

Both read the locked list, requirements-deploy.txt, and run in an environment of their own (`make sbom`, `make audit`).
An audit that could not be carried out for every package is no audit: it ends with 2, while what was found ends with 1.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "requirements-deploy.txt"
SBOM = ROOT / "build" / "sbom.json"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def plain(name):
    """A name in the spelling of the package index."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text):
    """Pairs of (name, version) in a list; a name may stand there twice, for two versions of Python."""
    return {(plain(name), version) for name, version in PINNED.findall(text)}


def judged(report, wanted):
    """(exit code, sentences) about a report of pip-audit, or about none; `wanted` are names."""
    if report is None:
        return 2, ["The advisories could not be asked: this is no audit."]
    told = {plain(one["name"]): one for one in report.get("dependencies", [])}
    unasked = sorted(name for name in wanted if name not in told or "skip_reason" in told[name])
    if unasked:
        return 2, [
            f"Not asked about {len(unasked)} of {len(wanted)} packages, so this is no audit: {', '.join(unasked)}"
        ]
    found = [
        f"{name} {one['version']}: {flaw['id']}, mended in {', '.join(flaw.get('fix_versions', [])) or 'none yet'}"
        for name, one in sorted(told.items())
        for flaw in one.get("vulns", [])
    ]
    return (1, found) if found else (0, [f"Nothing is known to be wrong with {len(wanted)} packages."])


def audit():
    """Ask about every package of the list."""
    # The list is whole and pinned, so nothing need be resolved; what a system of another kind needs is asked as well.
    words = ["-r", str(LIST), "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run([sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
        print("\n".join(done.stderr.splitlines()[-3:]), file=sys.stderr)
    code, sentences = judged(report, here(LIST.read_text()))
    print("\n".join(sentences), file=sys.stdout if code == 0 else sys.stderr)
    return code


def here(text):
    """The names in a list that this system would install; a line may be for another one only."""
    from packaging.markers import Marker

    lines = [line.rstrip(" \\") for line in text.splitlines() if PINNED.match(line)]
    parts = [line.partition(";") for line in lines]
    ours = "\n".join(name for name, _, marker in parts if not marker.strip() or Marker(marker).evaluate())
    return {name for name, _version in pinned(ours)}


def sbom():
    """Write the bill of materials; refuse one in which a package of the list is missing."""
    SBOM.parent.mkdir(exist_ok=True)
    words = ["requirements", str(LIST), "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    program = [sys.executable, "-m", "cyclonedx_py", *words, "--of", "JSON", "-o", str(SBOM)]
    subprocess.run(program, check=True)
    bill = json.loads(SBOM.read_text())
    told = {(plain(one["name"]), one["version"]) for one in bill["components"]}
    missing = pinned(LIST.read_text()) - told
    print(f"{len(bill['components'])} packages in {SBOM.relative_to(ROOT)} (CycloneDX {bill['specVersion']}).")
    if missing:
        print(f"Missing: {sorted(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit({"audit": audit, "sbom": sbom}[sys.argv[1]]())
