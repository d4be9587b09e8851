"""The eligible pairs of an instance asked of DuckDB, on one thread: what a join costs where there is no method."""

import importlib.util

import numpy as np

from benchmarks.instances import EXTRA, SPEED
from benchmarks.peers import Declined

QUESTION = """
    WITH near AS (
        SELECT s.student, p.place, s.extra, s.speed, s.longest, s.wish & p.kinds AS wished,
               (s.x - p.x) * (s.x - p.x) + (s.y - p.y) * (s.y - p.y) AS square
        FROM students s
        JOIN recognised r ON r.code = s.code
        JOIN places p ON p.place = r.place AND p.path = s.path AND s.period BETWEEN p.first AND p.last
        WHERE (s.x - p.x) * (s.x - p.x) + (s.y - p.y) * (s.y - p.y) < s.square
    )
    SELECT student, place,
           ((longest - extra - CAST(floor(sqrt(square)) AS BIGINT) // speed) * 8 // longest
            + 3 * bit_count(wished))::TINYINT AS fit
    FROM near
"""


def finder(students, places):
    """Return a function that asks for (student, place, fit), with the tables filled; `Declined` without DuckDB."""
    if importlib.util.find_spec("duckdb") is None:
        raise Declined("duckdb is not installed")
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    tables = {
        "students": {
            "student": np.arange(len(students), dtype=np.int32),
            **{name: getattr(students, name) for name in ("code", "path", "period", "x", "y", "wish")},
            "longest": students.max_minutes,
            "extra": EXTRA[students.mode],
            "speed": SPEED[students.mode],
            "square": students.reach**2,
        },
        "places": {
            "place": np.arange(len(places), dtype=np.int32),
            **{name: getattr(places, name) for name in ("path", "first", "last", "x", "y", "kinds")},
        },
        "recognised": {"place": places.recognised[:, 0].astype(np.int32), "code": places.recognised[:, 1].copy()},
    }
    for name, table in tables.items():
        connection.register(f"given_{name}", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")

    def find():
        found = connection.execute(QUESTION).fetchnumpy()
        return found["student"], found["place"], found["fit"]

    return find
