"""A list written row by row, as CSV or as Excel, so that its length costs no memory; nothing in it is ever computed.

In Excel a cell is of the kind that it was given, so a text that begins with "=" stays a text. In CSV there are no
kinds, so such a text gets a stroke before it (see `tables.neutral`).
"""

import csv
import io
from datetime import date, datetime
from tempfile import SpooledTemporaryFile

import xlsxwriter

from stagemakelaar.files.tables import neutral

_IN_MEMORY = 1_000_000  # bytes
_PIECE = 64_000  # bytes
_WIDTH = 22  # of a column, in characters


def csv_of(names, rows):
    """Return (file of a CSV at its beginning, number of rows): UTF-8 with a mark, semicolons."""
    file, count = _new_file(), 0
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
        count += 1
    text.detach().seek(0)
    return file, count


def xlsx_of(names, rows):
    """Return (file of an Excel workbook at its beginning, number of rows), with one sheet whose first row stays put."""
    file, count = _new_file(), 0
    quiet = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"constant_memory": True, **quiet}) as book:
        sheet, heading = book.add_worksheet(), book.add_format({"bold": True, "text_wrap": True})
        kinds = {
            datetime: book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
            date: book.add_format({"num_format": "dd-mm-yyyy"}),
        }
        sheet.set_column(0, len(names) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, heading)
        for count, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, count, column, cell, kinds)
        sheet.autofilter(0, 0, count, len(names) - 1)
    file.seek(0)
    return file, count


def _new_file():
    """A file without a name, in memory while it is small; whoever sends it closes it."""
    return SpooledTemporaryFile(_IN_MEMORY)


def _write(sheet, row, column, cell, kinds):
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), kinds[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, kinds[date])
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell is not None and cell != "":
        sheet.write_string(row, column, str(cell))


def _as_text(cell):
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return str(cell) if isinstance(cell, int | float | date) else neutral(str(cell))


def pieces_of(file):
    """Yield what is in a file, and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


WRITERS = {"csv": csv_of, "xlsx": xlsx_of}
