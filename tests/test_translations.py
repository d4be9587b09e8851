"""The English catalogue is complete, and every sentence in it keeps the names of the values it shows."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "stagemakelaar" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
NAMED = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def english():
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="en")


def extracted():
    """Every sentence that the source and the templates show."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "N_": None}
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT), method_map=methods, options_map=options, keywords=keywords
    ):
        yield message[0] if isinstance(message, tuple) else message


def test_every_sentence_has_an_english_twin(english):
    missing = sorted({text for text in extracted() if not (found := english.get(text)) or not _filled(found.string)})
    assert missing == []


def test_no_translation_is_marked_as_doubtful(english):
    assert [message.id for message in english if message.id and message.fuzzy] == []


def test_translations_name_the_same_values(english):
    for message in english:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        asked = set().union(*(NAMED.findall(text) for text in ids))
        for string in strings:
            assert set(NAMED.findall(string)) <= asked, f"{string!r} names a value that {message.id!r} does not give"


def _filled(string):
    return bool(string) if isinstance(string, str) else all(string)
