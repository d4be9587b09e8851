"""What the service is made of, and an audit that says so when it was none."""

import importlib.util
import re

import pytest

from tests.parts import ROOT

SPEC = importlib.util.spec_from_file_location("supply_chain", ROOT / "scripts" / "supply_chain.py")
supply_chain = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(supply_chain)

WANTED = {"flask", "psycopg-binary"}


def asked(name, *, flaws=(), **more):
    return {"name": name, "version": "1.0", "vulns": [{"id": one, "fix_versions": ["1.1"]} for one in flaws]} | more


@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        ([asked("Flask"), asked("psycopg_binary")], 0, "Nothing is known to be wrong with 2 packages"),
        ([asked("flask", flaws=["CVE-1"]), asked("psycopg-binary")], 1, "flask 1.0: CVE-1, mended in 1.1"),
        ([asked("flask")], 2, "Not asked about 1 of 2 packages, so this is no audit: psycopg-binary"),
        ([asked("flask"), {"name": "psycopg-binary", "skip_reason": "could not be audited"}], 2, "no audit"),
        ([], 2, "Not asked about 2 of 2"),
        (None, 2, "this is no audit"),
    ],
)
def test_an_audit_that_was_none_is_no_success(packages, code, told):
    found, sentences = supply_chain.judged(packages if packages is None else {"dependencies": packages}, WANTED)
    assert found == code
    assert told in sentences[0]


def test_every_pinned_package_is_read_from_the_list():
    text = supply_chain.LIST.read_text()
    pairs = supply_chain.pinned(text)
    names = {name for name, _version in pairs}
    assert len(pairs) == len(re.findall(r"(?m)^[^\s#].*==", text))
    assert {"flask", "psycopg-binary", "gunicorn", "prometheus-client"} <= names
    assert supply_chain.here(text) <= names
    assert {"flask", "psycopg", "gunicorn"} <= supply_chain.here(text)
