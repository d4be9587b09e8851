"""The files of qualification codes and of which code counts for which, checked against themselves and the register.

Columns are documented by `import codes --template`. A code that is not in the file stays as it was: other codes may
have come from elsewhere, and students may study it. Whoever ends a code gives its last day in `geldig_tot`.
"""

from datetime import date, timedelta
from typing import NamedTuple

from stagemakelaar.errors import N_
from stagemakelaar.files import cells, words
from stagemakelaar.files.complaints import Complaints
from stagemakelaar.files.layouts import Column, Layout
from stagemakelaar.files.tables import each_once, read_table
from stagemakelaar.reference.formats import clean_crebo, clean_text
from stagemakelaar.reference.vocabulary import Leerweg, Sector

SECTORS = {
    "entree": Sector.ENTREE,
    "zorg_welzijn_sport": Sector.CARE,
    "handel": Sector.TRADE,
    "ict_creatief": Sector.ICT,
    "transport_logistiek": Sector.TRANSPORT,
    "specialistisch_vakmanschap": Sector.CRAFT,
    "techniek_bouw": Sector.BUILDING,
    "voedsel_groen_gastvrijheid": Sector.FOOD,
    "zakelijk_veiligheid": Sector.SERVICES,
}
_LONGEST_NAME = 200
_FROM = Column("geldig_vanaf", cells.day, ("2023-08-01", ""), N_("niet bekend"))
_UNTIL = Column("geldig_tot", cells.day, ("", "31-07-2027"), N_("niet bekend"))


def _code(text):
    return clean_crebo(text, field=None)


def _name(text):
    return clean_text(text, field=None, longest=_LONGEST_NAME)


def _leerwegen(text):
    return cells.several(words.LEERWEGEN)(text.replace("/", ";"))


CODES = Layout(
    "codes",
    (
        Column("opleidingscode", _code, ("25655", "25180")),
        Column("naam", _name, ("Helpende Zorg en Welzijn", "Kok")),
        Column("niveau", cells.whole(1, 4), ("2", "2")),
        Column("leerweg", _leerwegen, ("bol/bbl", "bbl")),
        Column("sector", cells.one_of(SECTORS), ("zorg_welzijn_sport", ""), N_("niet bekend")),
        _FROM,
        _UNTIL,
    ),
)
EQUIVALENTS = Layout(
    "equivalents",
    (
        Column("opleidingscode", _code, ("25655", "25180")),
        Column("gelijkwaardige_code", _code, ("25603", "25181")),
        _FROM,
        _UNTIL,
    ),
)
LAYOUTS = {layout.name: layout for layout in (CODES, EQUIVALENTS)}


class Register(NamedTuple):
    """Register: arguments for each qualification and each equivalent, in the order of the files."""

    qualifications: list
    equivalents: list


def read_register(codes, equivalents=None, *, known=frozenset()):
    """Return the `Register` in these files (paths). Raises `FilesWrong` with all that is wrong, by row.

    known : the codes that the register has already, to which an equivalent may point as well
    """
    complaints = Complaints()
    table = read_table(codes, CODES, complaints)
    each_once(table, ("opleidingscode",), complaints)
    qualifications = [_qualification(row) for row in _in_time(table, complaints)]
    pairs = []
    if equivalents is not None:
        table = read_table(equivalents, EQUIVALENTS, complaints)
        each_once(table, ("opleidingscode", "gelijkwaardige_code"), complaints)
        if not complaints.total:  # else every code of a row that was left out would be missed here
            _check_known(table, known | {one["code"] for one in qualifications}, complaints)
        pairs = [_equivalent(row) for row in _in_time(table, complaints)]
    complaints.raise_any()
    return Register(qualifications, pairs)


def _check_known(table, known, complaints):
    for number, row in zip(table.numbers, table.rows, strict=True):
        if row["opleidingscode"] == row["gelijkwaardige_code"]:
            complaints.add(
                table.name, number, "gelijkwaardige_code", N_("Een code is altijd gelijk aan zichzelf. Haal dit weg.")
            )
        for column in ("opleidingscode", "gelijkwaardige_code"):
            if row[column] not in known:
                complaints.add(
                    table.name,
                    number,
                    column,
                    N_("Opleidingscode %(code)s staat niet in het bestand en niet in het register."),
                    code=row[column],
                )


def _in_time(table, complaints):
    """Give back the rows, with dates for days; note those that end before they begin."""
    for number, row in zip(table.numbers, table.rows, strict=True):
        first, last = row["geldig_vanaf"], row["geldig_tot"]
        if first is not None and last is not None and last < first:
            complaints.add(table.name, number, "geldig_tot", N_("Deze dag ligt vóór geldig_vanaf."))
        yield row | {"valid_from": _date(first), "valid_until": _date(last)}


def _date(day):
    return None if day is None else date(1970, 1, 1) + timedelta(days=day)


def _qualification(row):
    return {
        "code": row["opleidingscode"],
        "name": row["naam"],
        "niveau": row["niveau"],
        "sector": row["sector"],
        "offers_bol": Leerweg.BOL in row["leerweg"],
        "offers_bbl": Leerweg.BBL in row["leerweg"],
        "valid_from": row["valid_from"],
        "valid_until": row["valid_until"],
    }


def _equivalent(row):
    return {
        "code": row["opleidingscode"],
        "equivalent_code": row["gelijkwaardige_code"],
        "valid_from": row["valid_from"],
        "valid_until": row["valid_until"],
    }
