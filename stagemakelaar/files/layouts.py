"""The columns of every file: their names, what may stand in a cell, an example, and what an empty cell means.

docs/match-files.md tells the same to people; a test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stagemakelaar.errors import N_
from stagemakelaar.files import cells, words
from stagemakelaar.matching.columns import LARGEST
from stagemakelaar.matching.problem import CLASSES, NO_END, UNKNOWN, WISHED_KINDS
from stagemakelaar.reference.travel import LONGEST
from stagemakelaar.reference.vocabulary import WORKDAYS, LateHours, TravelMode


@dataclass(frozen=True)
class Column:
    """Kolom: `read` makes a value of the text of a cell; `default` is the value of an empty one.

    `blank` says in words what an empty cell means; None: it may not be empty. With `is_told` the reader of the results
    is told how often it was empty, because the outcome may hang on it.
    """

    name: str
    read: Callable[[str], Any]
    examples: tuple[str, ...]
    blank: str | None = None
    default: Any = None
    is_told: bool = False


@dataclass(frozen=True)
class Layout:
    """Indeling: the columns of one kind of file."""

    name: str
    columns: tuple[Column, ...]

    @property
    def by_name(self):
        """The columns by their names."""
        return {column.name: column for column in self.columns}


STUDENTS = Layout(
    "students",
    (
        Column("student", cells.name, ("S001", "S002")),
        Column("opleidingscode", cells.code, ("25655", "25656")),
        Column("leerweg", cells.one_of(words.LEERWEGEN), ("bol", "bol")),
        Column("begin", cells.day, ("2027-02-01", "01-02-2027")),
        Column("eind", cells.day, ("2027-06-30", "30-06-2027")),
        Column("dagen_per_week", cells.whole(1, 7), ("4", "3")),
        Column("weekdagen", cells.weekdays, ("ma di do vr", ""), N_("maandag tot en met vrijdag"), WORKDAYS, True),
        Column("postcode", cells.postcode, ("1315", "1324 AB"), N_("reistijd onbekend"), None, True),
        Column(
            "vervoer",
            cells.several(words.TRAVEL_MODES),
            ("fiets;ov", "fiets"),
            N_("fiets en ov"),
            (TravelMode.BIKE, TravelMode.PUBLIC_TRANSPORT),
            True,
        ),
        Column("max_minuten", cells.whole(1, LONGEST), ("45", ""), N_("60 minuten"), 60, True),
        Column("werkprocessen", cells.names, ("B1-K1-W1;B1-K1-W2", ""), "geen leerwens bekend", ()),
        Column("moet_leren", cells.names, ("B1-K1-W1", ""), "niets", ()),
        Column(
            "soorten_werk",
            cells.several(words.KINDS_OF_WORK, WISHED_KINDS),
            ("kinderen;mensen", ""),
            "geen keus gemaakt",
            (),
        ),
        Column("nodig", cells.several(words.FEATURES), ("lift", ""), "niets", ()),
        Column("wensen", cells.several(words.FEATURES), ("engels", ""), "niets", ()),
        Column("minderjarig", cells.yes_no, ("nee", "ja"), N_("nee"), False, True),
        Column("onder_16", cells.yes_no, ("nee", "nee"), "nee", False),
        Column("schooluren", cells.whole(0, 60), ("", "8"), "0 uur per week", 0),
        Column("uren_totaal", cells.whole(0, 9999), ("400", ""), "niet bekend", 0),
        Column("late_uren", cells.one_of(words.LATE_HOURS), ("avond", ""), "nee", LateHours.NONE),
        Column("vog_vanaf", cells.day, ("2027-01-15", ""), "op tijd", 0),
        Column("register_vanaf", cells.day, ("2027-01-25", ""), "op tijd", 0),
        Column("voorrang", cells.whole(0, CLASSES - 1), ("1", ""), N_("3, de rest"), CLASSES - 1, True),
        Column("lot", cells.whole(0, LARGEST), ("", ""), "getrokken met --lot", None),
    ),
)

PLACES = Layout(
    "places",
    (
        Column("plek", cells.name, ("P001", "P002")),
        Column("organisatie", cells.name, ("Kinderopvang De Vlieger", ""), "een eigen organisatie", None),
        Column("opleidingscodes", cells.recognised_codes, ("25655:2024-01-01..2027-12-31;25656", "25656")),
        Column("leerweg", cells.one_of(words.LEERWEGEN), ("bol", "bol")),
        Column("begin", cells.day, ("2027-01-01", ""), "al open", 0),
        Column("eind", cells.day, ("", ""), "geen einde bekend", NO_END),
        Column("weekdagen", cells.weekdays, ("ma-vr", ""), N_("maandag tot en met vrijdag"), WORKDAYS, True),
        Column("uren_per_dag", cells.hours, ("8", "7,5"), "8 uur", 480),
        Column("aantal", cells.whole(0, 10_000), ("2", "1"), N_("1 student"), 1, True),
        Column("postcode", cells.postcode, ("1315", "1325"), N_("reistijd onbekend"), None, True),
        Column("werkprocessen", cells.names, ("B1-K1-W1", ""), "niet bekend", ()),
        Column("soorten_werk", cells.several(words.KINDS_OF_WORK), ("kinderen", ""), "niets", ()),
        Column("kenmerken", cells.several(words.FEATURES), ("lift;engels", ""), "niets", ()),
        Column("late_uren", cells.one_of(words.LATE_HOURS), ("nee", ""), "nee", LateHours.NONE),
        Column("minimumleeftijd", cells.whole(0, 18), ("", "16"), "geen", 0),
        Column("vog_nodig", cells.yes_no, ("ja", ""), "nee", False),
        Column("register_nodig", cells.yes_no, ("ja", ""), "nee", False),
        Column("gevaar_zonder_toezicht", cells.yes_no, ("nee", ""), "nee", False),
        Column("kosten_vergoed", cells.yes_no, ("ja", ""), "niet bekend", UNKNOWN),
        Column("gecontroleerd", cells.yes_no, ("ja", ""), N_("ja"), True, True),
    ),
)

PAIR = (Column("student", cells.name, ("S001",)), Column("plek", cells.name, ("P002",)))
FIXED = Layout("fixed", (Column("student", cells.name, ("S002",)), Column("plek", cells.name, ("P001",))))
FORBIDDEN = Layout("forbidden", (*PAIR, Column("reden", cells.name, ("afgewezen in ronde 3",), "geen reden", "")))
HINTS = Layout(
    "hints",
    (
        *PAIR,
        Column("voorkeur", cells.one_of(words.HINTS), ("liever_wel",)),
        Column("reden", cells.name, ("kende het bedrijf al",), "geen reden", ""),
    ),
)
TRAVEL = Layout(
    "travel",
    (
        *PAIR,
        Column("minuten", cells.whole(0, 6000), ("25",), "onbekend", UNKNOWN),
        Column("vervoer", cells.one_of(words.TRAVEL_MODES), ("ov",), "onbekend", None),
        Column("schatting", cells.yes_no, ("nee",), "nee", False),
    ),
)

LAYOUTS = {layout.name: layout for layout in (STUDENTS, PLACES, FIXED, FORBIDDEN, HINTS, TRAVEL)}
