"""An Excel file to rows of text, read only after a look at how much would come out of it.

An xlsx file is a packed folder. A small one can unpack to more than memory holds, and two cells in opposite corners
make a sheet of billions; so what is inside is counted before the reader opens it. Values only: no formula is computed,
no link is followed.
"""

import io
import re
import zipfile
from datetime import datetime

import python_calamine

from stagemakelaar.errors import N_
from stagemakelaar.files.tables import SPREADSHEETS, records_of

MOST_PARTS = 500
MOST_UNPACKED = 150_000_000  # bytes
MOST_ROWS = 100_000
MOST_COLUMNS = 100
MOST_CELLS = 3_000_000  # rows times columns: each costs the reader some 30 bytes, also where it is empty
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]*)([0-9]+)["']""")
_CHUNK = 1_000_000


class _Unsafe(Exception):
    """Niet veilig: more would come out of this file than we open."""


def records_in(data, layout, name, complaints):
    """Yield (row number, cells as text) of an Excel file (xlsx) or a delimited one, told apart by its content."""
    if not data.startswith(SPREADSHEETS):
        yield from records_of(data, layout, name, complaints)
        return
    try:
        sheet = _first_sheet(data)
    except _Unsafe:
        complaints.add(
            name, None, None, N_("In dit bestand zit te veel. Bewaar alleen de lijst zelf, als xlsx of CSV.")
        )
        return
    except (zipfile.BadZipFile, python_calamine.CalamineError, KeyError, OSError, RuntimeError, NotImplementedError):
        complaints.add(
            name,
            None,
            None,
            N_("Dit bestand kunnen we niet openen. Sla het op als xlsx zonder wachtwoord, of als CSV."),
        )
        return
    if sheet.start is None:
        complaints.add(name, None, None, N_("Dit bestand is leeg."))
        return
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > sheet.start[0]:  # what is empty above the list
            yield number, [_as_text(cell) for cell in row]


def _first_sheet(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        packed.getinfo("xl/workbook.xml")  # else it is another kind of file that is packed the same way
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise _Unsafe
        for part in parts:  # whatever its name: which of them is a sheet, the file itself decides
            _must_be_small(packed, part)
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)


def _must_be_small(packed, part):
    """See that a part is no larger than it says, and that no cell in it lies so far away that memory would fill up."""
    rest, rows, columns, cells = b"", 1, 1, 0
    with packed.open(part) as unpacked:  # stops at the size that was told, and refuses what goes on after it
        while chunk := unpacked.read(_CHUNK):
            cells += chunk.count(b"<c")
            seen = rest + chunk
            for letters, digits in _CELL.findall(seen):
                if len(digits) > 7 or int(digits) > MOST_ROWS or _column(letters) > MOST_COLUMNS:
                    raise _Unsafe
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            rest = seen[max(seen.rfind(b"<"), 0) :]  # a tag that goes on in the next chunk
            if len(rest) > _CHUNK or max(rows * columns, cells) > MOST_CELLS:
                raise _Unsafe


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _as_text(cell):
    """A cell as someone would have typed it."""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
