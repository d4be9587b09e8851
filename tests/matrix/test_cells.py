"""Every page by every person of section 3: who may enters; who may not is refused as it should and changes nothing."""

import re
from collections import defaultdict

import pytest

from stagemakelaar.web import layout
from tests import every_page, proofs
from tests.matrix.table import ROWS, WHO, answers
from tests.matrix.world import databases

EVERYONE = (*WHO, "dx", "pm")
# The language in which one reads is no act; a link that was asked for is one when it is used.
UNTOLD = {"/taal", "/account/bevestigen/mail"}
BODIES = {"/weergaven": {"page": "studenten", "name": "Mijn filter"}}  # where nothing at all is a broken request
IN = {200, 302, 303, 409, 422}
# What an answer says that it is: text names its letters, and nothing is left for a browser to guess.
KINDS_OF_ANSWER = {
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/plain; version=0.0.4; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/json",
    "application/pdf",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def refused(answer, status):
    if status == 302:
        return answer.status == 302 and answer.location.startswith("/inloggen")
    return answer.status == status


def faults_of(world, who, rows=ROWS):
    """What differs between the table and the house for one person, as sentences."""
    for method, rule, resource, letter in rows:
        path = rule.format(**world.records)
        expected = answers(who, resource, letter)
        answer = world.ask(who, method, path, data=BODIES.get(rule))
        told = f"{who} {method} {path}: {answer}, not {expected}"
        if answer.kind not in KINDS_OF_ANSWER:
            yield f"{told}; it says that it is {answer.kind!r}"
        if expected == "in":
            open_to_all = resource == "public" and answer.status < 500 and answer.status != 403
            open_to_all |= "{token}" in rule and answer.status == 404  # a link that was never sent
            if not open_to_all and (answer.asks_to_sign_in or answer.status not in IN):
                yield told
            elif set(answer.changed) - {"audit_entry"} and not answer.lines and rule not in UNTOLD:
                yield f"{told}; changed without a line"
        elif not refused(answer, expected):
            yield told
        else:
            changed = {table for table in answer.changed if table != "audit_entry"}
            lines = 1 if expected in (403, 404) else 0  # who is nobody yet leaves none
            if changed or answer.lines != lines:
                yield f"{told}; {answer.lines} lines"


def _rows_for(who):
    """All rows. Where the proof is short: one of each cell, for each person another one as far as there are more."""
    if proofs.IS_FULL:
        return ROWS
    cells = defaultdict(list)
    for row in ROWS:
        cells[row[0], *row[2:]].append(row)
    return [rows[EVERYONE.index(who) % len(rows)] for rows in cells.values()]


@pytest.mark.promise("P17")
def test_the_table_names_every_page_and_nothing_else(app):
    told = {(method, re.sub(r"\{\w+\}", "<>", rule.replace("/noord", "/{slug}"))) for method, rule, *_ in ROWS}
    real = {
        (method, re.sub(r"<[^>]+>", "<>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert told == real


@pytest.mark.promise("P17")
def test_the_table_of_pages_and_roles_says_the_same():
    people = {
        "s": ("s1", "s2", "sm"),
        "e": ("e1", "ec", "e2"),
        "b": ("bA", "bB"),
        "c": ("cA",),
        "a": ("ad",),
        "u": ("au",),
    }
    here = {(method, _bare(rule)): (resource, letter) for method, rule, resource, letter in ROWS}
    for method, rule, allowed in every_page.ROWS:
        cell = here[method, _bare(rule)]
        enter = {letter for letter, some in people.items() if any(answers(who, *cell) in ("in", 404) for who in some)}
        public = answers("an", *cell) == "in"
        assert (enter, public) == ((set(people), True) if allowed == "*" else (set(allowed), False)), rule


def _bare(rule):
    return re.sub(r"\{\w+\}", "{}", rule)


@pytest.mark.promise("P17", "P34")
@databases
@pytest.mark.parametrize("who", EVERYONE)
def test_every_page_answers_as_the_table_says(world, who, record_property, monkeypatch):
    monkeypatch.setattr(
        layout, "count_for", lambda *_asked: 0
    )  # the number in the menu, which costs more than all else
    faults = list(faults_of(world, who, _rows_for(who)))
    assert faults == [], "\n".join(faults)
    record_property("requests", world.asked)
