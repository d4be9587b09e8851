"""A delimited file to rows, whatever spreadsheet wrote it; and rows to a file that every spreadsheet opens.

Read: UTF-8 with or without a mark, or Windows-1252; commas, semicolons or tabs; quoted where needed; columns in any
order, and more columns than are asked for. The rest is refused with the row where it goes wrong.
"""

import csv
import difflib
import io
from dataclasses import dataclass, field

from stagemakelaar.errors import N_, DomainError
from stagemakelaar.files.words import plain

MOST_BYTES = 500_000_000
MOST_COLUMNS = 500
LONGEST_NAME = 60  # of a column that may be meant for another; longer ones are not compared, which takes its time
DELIMITERS = ";,\t"
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
# A cell that begins with one of these is a formula to some spreadsheet, also in its wide form.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@dataclass
class Table:
    """Tabel: a list of dicts, column → value, and what who made the file should know of how it was read."""

    name: str  # of the file
    rows: list = field(default_factory=list)
    numbers: list = field(default_factory=list)  # per row: its number in the spreadsheet
    ignored: list = field(default_factory=list)  # names of columns that nothing was asked of
    blanks: dict = field(default_factory=dict)  # Column → how often it was empty
    read: int = 0  # how many rows had anything in them, right or wrong


def read_table(path, layout, complaints):
    """Return the `Table` in a file. What is wrong goes into `complaints`; the rows that are wrong are left out."""
    table = Table(path.name)
    if path.stat().st_size > MOST_BYTES:
        complaints.add(path.name, None, None, N_("Dit bestand is te groot."))
        return table
    data = path.read_bytes()
    if data.startswith(SPREADSHEETS):
        complaints.add(
            path.name, None, None, N_("Dit is een spreadsheet. Sla hem op als CSV (UTF-8) en geef dat bestand op.")
        )
        return table
    for number, row in rows_of(table, records_of(data, layout, path.name, complaints), layout, complaints):
        table.numbers.append(number)
        table.rows.append(row)
    if not table.rows and not complaints.total and layout.name in {"students", "places"}:
        complaints.add(path.name, None, None, N_("Er staan geen gegevens onder de kolomnamen."))
    return table


def rows_of(table, records, layout, complaints):
    """Yield (row number, column → value) of records as they come, so that a long file need not fit in memory.

    table   : a `Table` that learns which columns were ignored and how often a cell was empty
    records : (row number, cells), the column names first; see `records_of`
    """
    header = next(records, None)
    if header is None:
        return
    at = _columns(header, layout, table, complaints)
    if at is None:
        return
    for number, cells in records:
        if any(cell.strip() for cell in cells):
            table.read += 1
            row = _read_row(table, layout, at, len(header[1]), number, cells, complaints)
            if row is not None:
                yield number, row


def each_once(table, columns, complaints):
    """See that no two rows have the same in these columns."""
    first: dict = {}
    for number, row in zip(table.numbers, table.rows, strict=True):
        key = tuple(row[name] for name in columns)
        if key in first:
            complaints.add(
                table.name,
                number,
                columns[0],
                N_("%(what)s staat ook in rij %(first)s. Laat één van de twee staan."),
                what=", ".join(key),
                first=first[key],
            )
        first.setdefault(key, number)


def as_bytes(names, rows):
    """Return a table as bytes: UTF-8 with a mark, semicolons, and no cell that a spreadsheet would run."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def neutral(text):
    """Put a stroke before what a spreadsheet would compute; `as_typed` takes it away again."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def as_typed(text):
    """The text that `neutral` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def records_of(data, layout, name, complaints):
    """Yield (row number, cells) of a delimited file in bytes; the first is the row of column names."""
    text = _text_of(data, name, complaints)
    if text is not None:
        yield from _records(text, layout, name, complaints)


def _text_of(data, name, complaints):
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    complaints.add(name, None, None, N_("Dit is geen leesbare tekst. Sla het bestand op als CSV (UTF-8)."))
    return None


def _records(text, layout, name, complaints):
    """Yield (row number, cells); the first is the row of column names. Stops where the file cannot be followed."""
    number = 0
    first_line = text.split("\n", 1)[0].strip()
    told = first_line[4:] if first_line.lower().startswith("sep=") else None  # a note that Excel makes for itself
    if told is not None:
        number, text = 1, text.split("\n", 1)[1] if "\n" in text else ""
    if not text.strip():
        complaints.add(name, None, None, N_("Dit bestand is leeg."))
        return
    delimiter = told if told in set(DELIMITERS) else _delimiter(text, layout)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            complaints.add(
                name,
                number,
                None,
                N_("Hier klopt een aanhalingsteken niet: er wordt er een geopend en niet gesloten, of andersom."),
            )
            return
        yield number, cells


def _delimiter(text, layout):
    """The sign between cells: the one with which most column names are known."""

    names, first_line = set(layout.by_name), text.split("\n", 1)[0]

    def known(delimiter):
        try:
            cells = next(csv.reader([first_line], delimiter=delimiter))
        except (csv.Error, StopIteration):
            return 0
        return len({plain(cell) for cell in cells} & names)

    return max(DELIMITERS, key=known)


def _columns(header, layout, table, complaints):
    """Return column → position in the row, or None when the names are not right."""
    number, cells = header
    before, at = complaints.total, {}
    if len(cells) > MOST_COLUMNS:
        complaints.add(
            table.name, number, None, N_("Deze lijst heeft te veel kolommen: hoogstens %(most)s."), most=MOST_COLUMNS
        )
        return None
    lacking = set(layout.by_name) - {plain(one) for one in cells}
    for position, cell in enumerate(cells):
        name = plain(cell)
        if not name:
            continue
        if name not in layout.by_name:
            if len(name) < LONGEST_NAME and (alike := difflib.get_close_matches(name, lacking, 1, 0.85)):
                complaints.add(
                    table.name,
                    number,
                    cell.strip()[:60],
                    N_("Deze kolom kennen we niet. Bedoelt u “%(name)s”?"),
                    name=alike[0],
                )
            else:
                table.ignored.append(cell.strip()[:60])
        elif layout.by_name[name] in at:
            complaints.add(table.name, number, name, N_("Deze kolom staat er twee keer."))
        else:
            at[layout.by_name[name]] = position
    if not at:
        complaints.add(
            table.name,
            number,
            None,
            N_("Hier moeten de kolomnamen staan, zoals: %(names)s."),
            names=", ".join(column.name for column in layout.columns if column.blank is None),
        )
        return None
    for column in layout.columns:
        if column.blank is None and column not in at:
            complaints.add(table.name, number, column.name, N_("Deze kolom ontbreekt."))
    return at if complaints.total == before else None


def _read_row(table, layout, at, width, number, cells, complaints):
    before = complaints.total
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        complaints.add(
            table.name,
            number,
            None,
            N_("Deze rij heeft %(found)s cellen en de rij met kolomnamen %(width)s."),
            found=len(cells),
            width=width,
        )
        return None
    row = {}
    for column in layout.columns:
        text = cells[at[column]] if column in at else ""
        if text.strip():
            try:
                row[column.name] = column.read(as_typed(text))
            except DomainError as refusal:
                complaints.add_refusal(table.name, number, column.name, refusal)
        elif column.blank is None:
            complaints.add(table.name, number, column.name, N_("Vul hier iets in."))
        else:
            row[column.name] = column.default
            table.blanks[column] = table.blanks.get(column, 0) + 1
    return row if complaints.total == before else None
