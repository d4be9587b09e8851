"""From SQLite to PostgreSQL: what `flask move` takes, and whether all arrived, asked once more in another way.

    .venv/bin/python -m benchmarks.moving --server postgresql+psycopg://… --scale region

Fills a new SQLite database by `seed`, moves it into a new database of that server (dropped at the end), and then asks
both databases for the sums of every table: rows, filled values per column, the sum of numbers and the length of texts.
`move` itself holds every row against its copy; this is a second opinion that shares no code with it. Writes
build/bench/moving-<moment>.json; ends with 1 when anything differs.
"""

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import Boolean, Integer, String, create_engine, func, literal_column, make_url, select, text
from sqlalchemy import cast as as_type

from benchmarks.city import ROOT, command
from stagemakelaar import create_tools, db
from stagemakelaar.seed.scales import SCALES


def main(words=None):
    """Fill, move, ask both, write down."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.moving", description=__doc__.partition("\n")[0])
    ask.add_argument("--server", required=True, help="any database of a PostgreSQL server, by who may make databases")
    ask.add_argument("--scale", choices=sorted(SCALES), default="city")
    asked = ask.parse_args(words)
    moment = datetime.now().astimezone()
    name = f"moving_{moment:%Y%m%d%H%M%S}"
    server = create_engine(asked.server, isolation_level="AUTOCOMMIT")
    there = make_url(asked.server).set(database=name).render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as folder, server.connect() as connection:
        here = f"sqlite:///{folder}/before.sqlite"
        environment = os.environ | {"STAGEMAKELAAR_ENV": "demo", "STAGEMAKELAAR_INSTANCE": folder, "DATABASE_URL": here}
        _counts, seeding = timed(environment, "seed", "--scale", asked.scale)
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            moved, moving = timed(environment, "move", "--to", there)
            told = {
                "at": moment.isoformat(timespec="seconds"),
                "scale": asked.scale,
                "python": platform.python_version(),
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, the server included",
                "sqlite_mb": round(Path(folder, "before.sqlite").stat().st_size / 1e6),
                "seeding": seeding,
                "moving": moving,
                "rows": sum(moved["tables"].values()),
                "tables": len(moved["tables"]),
                "differing_by_row": moved["differing"],
                "differing_by_sums": differing(sums(here), sums(there)),
            }
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    target = ROOT / "build" / "bench" / f"moving-{moment:%Y-%m-%dT%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(told, indent=2) + "\n")
    print(told, target)
    return 1 if told["differing_by_row"] or told["differing_by_sums"] else 0


def timed(environment, *words):
    """What a command of the house said, and what it took; `most_mb_so_far` is of the largest command until then."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    said = command(environment, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return said, {
        "seconds": round(time.monotonic() - began, 1),
        "cpu": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "most_mb_so_far": round(after.ru_maxrss / 1024),
    }


def sums(url):
    """Of every table and column, what a database makes of it by itself: rows, filled values, numbers and lengths."""
    engine = db.make_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: tuple(map(int, connection.execute(select(*_sums_of(table)).select_from(table)).one()))
                for table in db.Base.metadata.sorted_tables
            }
    finally:
        engine.dispose()


def _sums_of(table):
    yield func.count(literal_column("1")).label("as_many")
    for column in table.columns:
        yield func.count(column).label(f"{column.name}_filled")
        if isinstance(column.type, Boolean | Integer):
            yield func.coalesce(func.sum(as_type(column, Integer)), 0).label(f"{column.name}_sum")
        elif isinstance(column.type, String):
            yield func.coalesce(func.sum(func.length(as_type(column, String))), 0).label(f"{column.name}_length")


def differing(these, those):
    """The names of tables of which two databases say something else, or of which one knows nothing."""
    return sorted(name for name in these.keys() | those.keys() if these.get(name) != those.get(name))


if __name__ == "__main__":
    create_tools()  # knows all tables
    sys.exit(main())
