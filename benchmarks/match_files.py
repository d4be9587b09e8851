"""How long `match-files` takes for a region, and how much memory: from two CSV files to a folder that was checked.

    .venv/bin/python benchmarks/match_files.py [STUDENTS PLACES [SEED]]      # 5000 8000 1

Prints one JSON object: what came out, and per step seconds of the processor, seconds on the wall and megabytes at most.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
TOWNS, CODES = 30, 300
KINDS = ("mensen", "kinderen", "dieren", "buiten", "machines", "winkel", "keuken", "kantoor", "computers", "sport")


def main(students=5000, places=8000, seed=1):
    """Write two files, compute, check, and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        write_files(path, students, places, np.random.default_rng(seed))
        files = ("--students", path / "students.csv", "--places", path / "places.csv")
        told, compute = measured(*files, "--out", path / "out", "--lot", 1)
        _told, check = measured(*files, "--check", path / "out")
        size = sum(one.stat().st_size for one in (path / "out").iterdir())
        outcome = {name: told[name] for name in ("students", "seats", "proposed", "unmatched", "solver")}
        print(json.dumps({"seed": seed, **outcome, "bytes": size, "compute": compute, "check": check}, indent=2))


def measured(*words):
    """Run the command on its own; gives back what it told, and what it took."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "match-files", *map(str, words), "--json"]
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, env={}, stdout=output)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = json.load(output)
    if process.returncode:
        sys.exit(json.dumps(told))
    took = {"cpu": used.ru_utime + used.ru_stime, "wall": time.monotonic() - began, "megabytes": used.ru_maxrss / 1024}
    return told, {name: round(value, 1) for name, value in took.items()}


def write_files(path, students, places, draw):
    """A region: some towns of heavy-tailed size, some codes that many follow and many that few do."""
    with (ROOT / "stagemakelaar" / "reference" / "postcodes.csv").open(encoding="utf-8") as lines:
        known = [row["pc4"] for row in csv.DictReader(lines)]
    centre = draw.choice(np.arange(700, 1000), TOWNS, replace=False)
    town, code = (1 / np.arange(1, many + 1) for many in (TOWNS, CODES))

    def somewhere():
        return known[int(centre[draw.choice(TOWNS, p=town / town.sum())] + draw.integers(0, 12))]

    def some_code():
        return 25000 + int(draw.choice(CODES, p=code / code.sum()))

    people = [
        {
            "student": f"S{at}",
            "opleidingscode": some_code(),
            "leerweg": draw.choice(["bol", "bol", "bol", "bbl"]),
            "begin": draw.choice(["2027-02-01", "08-02-2027"]),
            "eind": "30-06-2027",
            "dagen_per_week": draw.choice(["2", "3", "4"]),
            "postcode": somewhere(),
            "vervoer": draw.choice(["fiets", "fiets;ov", "ov;auto"]),
            "max_minuten": draw.choice(["20", "30", "45", "60"]),
            "soorten_werk": ";".join(draw.choice(KINDS, 3, replace=False)),
            "werkprocessen": ";".join(f"B1-K1-W{one}" for one in draw.choice(9, 3, replace=False)),
            "minderjarig": draw.choice(["ja", "nee"]),
            "voorrang": int(draw.integers(0, 4)),
        }
        for at in range(students)
    ]
    sites = [
        {
            "plek": f"P{at}",
            "organisatie": f"O{at // 2}",
            "opleidingscodes": ";".join(
                f"{one}:2024-01-01..2028-12-31" for one in sorted({some_code() for _ in range(3)})
            ),
            "leerweg": draw.choice(["bol", "bol", "bol", "bbl"]),
            "weekdagen": draw.choice(["ma-vr", "ma-do", "di-za"]),
            "aantal": draw.choice(["1", "1", "2", "3"]),
            "postcode": somewhere(),
            "soorten_werk": ";".join(draw.choice(KINDS, 2, replace=False)),
            "werkprocessen": ";".join(f"B1-K1-W{one}" for one in draw.choice(9, 5, replace=False)),
            "kosten_vergoed": draw.choice(["ja", "nee", ""]),
        }
        for at in range(places)
    ]
    for name, rows in (("students", people), ("places", sites)):
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
