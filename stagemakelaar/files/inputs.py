"""All files of one computation together, and what must fit between them."""

from collections import Counter
from dataclasses import dataclass, field

from stagemakelaar.errors import N_
from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.layouts import LAYOUTS
from stagemakelaar.files.tables import each_once, read_table


@dataclass(frozen=True)
class Inputs:
    """Invoer: the rows of every file, each a dict of column → value; `travel` is None when postcodes must do."""

    students: list
    places: list
    fixed: list
    forbidden: list
    travel: list | None
    hints: list = field(default_factory=list)
    blanks: list = field(default_factory=list)  # (name of the file, Column, how often it was empty and that matters)
    ignored: list = field(default_factory=list)  # (name of the file, column that was not read)

    @property
    def seeking(self):
        """The students who are still without a place."""
        placed = {row["student"] for row in self.fixed}
        return [row for row in self.students if row["student"] not in placed]

    @property
    def seats_taken(self):
        """Place → how many seats are decided already."""
        return Counter(row["plek"] for row in self.fixed)


def read_inputs(paths):
    """Return the `Inputs` in these files: a dict of layout name → path, or None. Raises `FilesWrong`, all at once."""
    complaints = Complaints()
    tables = {name: read_table(path, LAYOUTS[name], complaints) for name, path in paths.items() if path is not None}
    _check_students(tables["students"], complaints)
    each_once(tables["places"], ("plek",), complaints)
    _check_places(tables["places"], complaints)
    if not complaints.total:  # else every row that was left out would be missed again
        _check_pairs(tables, complaints)
    complaints.raise_any()
    rows = {name: table.rows for name, table in tables.items()}
    return Inputs(
        students=rows["students"],
        places=rows["places"],
        fixed=rows.get("fixed", []),
        forbidden=rows.get("forbidden", []),
        travel=rows.get("travel"),
        hints=rows.get("hints", []),
        blanks=[
            (table.name, column, count)
            for table in tables.values()
            for column, count in table.blanks.items()
            if column.is_told and not (column.name == "postcode" and "travel" in tables)
        ],
        ignored=[(table.name, column) for table in tables.values() for column in table.ignored],
    )


def _check_students(table, complaints):
    each_once(table, ("student",), complaints)
    for number, row in zip(table.numbers, table.rows, strict=True):
        if row["begin"] > row["eind"]:
            complaints.add(table.name, number, "eind", N_("De stage eindigt voor zij begint."))
        if row["dagen_per_week"] > row["weekdagen"].bit_count():
            complaints.add(
                table.name,
                number,
                "dagen_per_week",
                N_("De student moet %(days)s dagen per week, maar kan op %(count)s dagen."),
                days=row["dagen_per_week"],
                count=row["weekdagen"].bit_count(),
            )


def _check_places(table, complaints):
    for number, row in zip(table.numbers, table.rows, strict=True):
        if row["begin"] > row["eind"]:
            complaints.add(table.name, number, "eind", N_("De plek eindigt voor zij begint."))
        if row["minimumleeftijd"] not in (0, 16, 18):
            complaints.add(table.name, number, "minimumleeftijd", N_("Dit moet leeg zijn, 16 of 18."))


def _check_pairs(tables, complaints):
    known = {
        "student": {row["student"] for row in tables["students"].rows},
        "plek": {row["plek"] for row in tables["places"].rows},
    }
    where = {"student": tables["students"].name, "plek": tables["places"].name}
    for name in ("fixed", "forbidden", "hints", "travel"):
        if name not in tables:
            continue
        table = tables[name]
        for number, row in zip(table.numbers, table.rows, strict=True):
            for column, names in known.items():
                if row[column] not in names:
                    complaints.add(
                        table.name,
                        number,
                        column,
                        N_("“%(name)s” staat niet in %(file)s. Let op hoofdletters en nullen vooraan."),
                        name=row[column],
                        file=where[column],
                    )
        each_once(table, ("student",) if name == "fixed" else ("student", "plek"), complaints)
    if "fixed" in tables:
        _check_seats(tables["fixed"], tables["places"], complaints)


def _check_seats(fixed, places, complaints):
    """See that no more is decided than there are seats."""
    left = {row["plek"]: row["aantal"] for row in places.rows}
    for number, row in zip(fixed.numbers, fixed.rows, strict=True):
        if row["plek"] in left:
            left[row["plek"]] -= 1
            if left[row["plek"]] < 0:
                complaints.add(
                    fixed.name,
                    number,
                    "plek",
                    N_("Op “%(place)s” is er dan een student te veel: kijk naar aantal in %(file)s."),
                    place=row["plek"],
                    file=places.name,
                )
