"""A page for paper or an archive: accessible PDF (tagged, with a language and a title), from data that stays data.

What the pages look like stands in the files `*.typ` beside this one. The words travel as JSON and are shown as
they are, so nothing that people type becomes markup. Typst refuses to write what would not be accessible (PDF/UA-1).
"""

import json
import re
from pathlib import Path

import typst

REPORTS = Path(__file__).parent
UNKNOWN = "□"  # for a sign that no font here has
_TRIES = 5
_REFUSED = re.compile(r'the text `"(.+?)"` could not be displayed with font', re.DOTALL)
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def pdf_of(report, **data):
    """Return the bytes of a PDF.

    report  name of a file beside this one, without its ending
    data    what the file asks for: texts, and lists and tables of texts

    Signs that no font has (we ship none, and names come in every script) are shown as "□".
    """
    for _try in range(_TRIES):
        try:
            return _compiled(report, data)
        except typst.TypstError as refusal:
            refused = {_unescaped(sign) for sign in _REFUSED.findall(refusal.diagnostic)}
            if not refused:
                raise
            data = _without(data, refused)
    return _compiled(report, data)


def _compiled(report, data):
    return typst.compile(
        str(REPORTS / f"{report}.typ"),
        root=str(REPORTS),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )


def _unescaped(sign):
    """A sign, or several that are written as one, as the compiler quotes it in its refusal."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2]), sign)


def _without(data, refused):
    """The same data in which each of these signs is `UNKNOWN`; the longest first, for one may be part of another."""
    if isinstance(data, str):
        for sign in sorted(refused, key=len, reverse=True):
            data = data.replace(sign, UNKNOWN)
        return data
    if isinstance(data, dict):
        return {name: _without(value, refused) for name, value in data.items()}
    return [_without(value, refused) for value in data]
