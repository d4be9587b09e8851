"""A page for paper or an archive: accessible PDF (tagged, with a language and a title), from data that stays data.

What the pages look like stands in the files `*.typ` beside this one. The words travel as JSON and are shown as
they are, so nothing that people type becomes markup. Typst refuses to write what would not be accessible (PDF/UA-1).
"""

import json
from pathlib import Path

import typst

REPORTS = Path(__file__).parent


def pdf_of(report, **data):
    """Return the bytes of a PDF.

    report  name of a file beside this one, without its ending
    data    what the file asks for: texts, and lists and tables of texts
    """
    return typst.compile(
        str(REPORTS / f"{report}.typ"),
        root=str(REPORTS),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
