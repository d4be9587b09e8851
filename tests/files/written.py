"""Files for tests: a student and a place that fit, with only what matters said."""

import csv

STUDENT = {
    "student": "S1",
    "opleidingscode": "25655",
    "leerweg": "bol",
    "begin": "2027-02-01",
    "eind": "2027-06-30",
    "dagen_per_week": "4",
    "postcode": "1315",
}
PLACE = {"plek": "P1", "opleidingscodes": "25655", "leerweg": "bol", "postcode": "1316"}


def write(path, *rows, delimiter=";", encoding="utf-8"):
    """Write dicts as a file; every column that one of them has is a column of the file."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def students(path, *rows, **options):
    """Write students: each is a dict of what differs from STUDENT."""
    return write(path, *({**STUDENT, **row} for row in rows), **options)


def places(path, *rows, **options):
    """Write places: each is a dict of what differs from PLACE."""
    return write(path, *({**PLACE, **row} for row in rows), **options)
