"""Pages that differ in words alone are looked at by axe once, and any other page again."""

import pytest

from tests.stories.looking import PHONE, barriers

pytestmark = pytest.mark.needs("chromium", "axe")

PAGE = """<!doctype html><html lang="nl"><head><title>Proef</title></head>
<body><main><h1>Zaak 17</h1><p>Samira Bouali</p></main></body></html>"""


@pytest.fixture
def look(open_window, axe):
    """Look at a page in a window that remembers what it saw; gives the findings and how often axe looked."""
    window, seen, looks = open_window(), set(), []

    def counted(page, **how):
        looks.append(page)
        return axe(page, **how)

    def looked(html):
        window.set_content(html)
        return barriers(window, counted, widths=(PHONE,), seen=seen), len(looks)

    return looked


def test_axe_looks_again_at_what_is_built_in_another_way_and_finds_what_is_wrong_with_it(look):
    assert look(PAGE) == ([], 1)
    assert look(PAGE.replace("Zaak 17", "Zaak 18").replace("Samira", "Noor")) == ([], 1)
    for broken in ('<img src="data:,">', '<input name="kvk">', '<p style="color: #eee">Bleek</p>', "<h4>Te diep</h4>"):
        before = look(PAGE)[1]
        found, after = look(PAGE.replace("</p>", f"</p>{broken}"))
        assert found, broken
        assert after == before + 1
    long = PAGE.replace("Samira", "S" * 400)
    assert look(long)[0] == ["at 360: scrolls sideways"]
