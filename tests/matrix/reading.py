"""All text that an answer carries, also inside a spreadsheet or a PDF and in its headers; and walking along links."""

import io
import re
import zipfile
from urllib.parse import urlsplit

from tests.pdf_text import text_of


def text_in(answer):
    """Everything to read in an answer: the page or the file with what is told about it, and the headers."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(answer.body)) as sheet:
            return headers + "".join(sheet.read(name).decode("utf-8", "replace") for name in sheet.namelist())
    if answer.body[:5] == b"%PDF-":
        return headers + text_of(answer.body) + answer.body.decode("latin-1")
    return headers + answer.text


def walk(world, who, *, starts, most, per_kind):
    """Every address that a person can get to by links, with its answer; at most so many, and so many of each kind.

    Two addresses are of one kind when they differ in numbers alone, or in what is asked behind the question mark.
    """
    waiting, seen, kinds = list(starts), set(), {}
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in seen or kinds.get(kind, 0) >= per_kind:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        seen.add(address)
        answer = world.ask(who, "GET", address)
        yield address, answer
        if answer.kind.startswith("text/html"):
            found = [link["href"] for link in answer.soup.find_all("a", href=True)]
            found += [answer.location] if answer.status in (302, 303) else []
            waiting += [link for link in map(_local, found) if link is not None]


def kind_of(address):
    """An address without its numbers, and with the names alone of what is asked."""
    parts = urlsplit(address)
    asked = "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&")}))
    return re.sub(r"\d+", "0", parts.path) + "?" + asked


def _local(link):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/static"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
