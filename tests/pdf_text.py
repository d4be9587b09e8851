"""The text of a PDF as a reader would take it out: through the table that each font carries from its signs to letters.

Knows as much of PDF as our own reports use.
"""

import re
import zlib

_TEXT = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\)|(ET)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf):
    """All text of all pages; blanks stand where a piece of text ends."""
    objects = {int(number): body for number, body in re.findall(rb"(\d+) 0 obj\s*(.*?)\s*endobj", pdf, re.DOTALL)}
    found = []
    for body in objects.values():
        if re.search(rb"/Type\s*/Page\b", body):
            named = objects[int(re.search(rb"/Resources (\d+) 0 R", body)[1])]
            fonts = {name: _letters(objects, int(font)) for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", named)}
            contents = re.search(rb"/Contents (\d+) 0 R", body)
            found.append(_text(_stream(objects[int(contents[1])]), fonts))
    return " ".join(found)


def _stream(body):
    return zlib.decompress(re.search(rb"stream\r?\n(.*)\r?\nendstream", body, re.DOTALL)[1])


def _letters(objects, font):
    """Sign of a font → letters."""
    table = _stream(objects[int(re.search(rb"/ToUnicode (\d+) 0 R", objects[font])[1])]).decode("ascii")
    letters = {}
    for part in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for sign, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            letters[int(sign, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for part in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = chr(int(text, 16) + step)
    return letters


def _text(content, fonts):
    letters, found = {}, []
    for name, text, end in _TEXT.findall(content):
        if name:
            letters = fonts[name]
        elif end:
            found.append(" ")
        else:
            signs = _ESCAPED.sub(_unescaped, text)
            found += [letters.get(signs[at] * 256 + signs[at + 1], "�") for at in range(0, len(signs) - 1, 2)]
    return "".join(found)


def _unescaped(match):
    text = match[1]
    return bytes([int(text, 8) & 255]) if text[:1].isdigit() else _PLAIN.get(text, text)
