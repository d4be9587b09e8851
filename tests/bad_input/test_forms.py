"""Bad input: every form, every class. A sentence comes back, nothing is lost or changed, on both databases alike.

In short, every form gets one bad value or one odd way of sending; in full, every field of every form gets every class.
"""

import json
import re
from collections import Counter

import pytest
from sqlalchemy import update

from stagemakelaar import db
from stagemakelaar.people.models import Student
from stagemakelaar.web import forms
from tests.bad_input.classes import TEXT, values_for
from tests.bad_input.halfway import Halfway
from tests.bad_input.trying import ODD, number_of
from tests.conftest import KINDS
from tests.every_page import ROWS
from tests.proofs import IS_FULL, times

CHANGING = [path for method, path, _who in ROWS if method == "POST"]
ONE_IN = times(short=20, full=1)  # of the forms, whose page is opened again afterwards


def forms_of(trying):
    """Every form as it was served, first of pages as they are, then of those that somebody has to bring about.

    In short SQLite has all of them, and PostgreSQL those of every eighth page.
    """
    if IS_FULL or trying.connection.dialect.name == "sqlite":
        yield from trying.forms(trying.pages(of_all=IS_FULL))
        halfway = Halfway(trying).everything()
        yield from trying.forms(halfway.pages, halfway.served)
        missing = [path for path in CHANGING if not any(is_at(form.address, path) for form in trying.found.values())]
        assert not missing, f"no form was served for {missing}"
    else:
        yield from trying.forms(list(trying.pages(of_all=False))[::8])


def tries(form):
    """(name of the class, the bad field, how to send it) for a form."""
    for name, told, value in bad_values(form):
        yield f"{name}: {told}", name, {"data": form.good | {name: [value]}}
    for told, sent in ODD.items():
        yield told, None, sent(form.good)


def is_at(address, path):
    """Whether an address is one of those that the table of pages writes with names in braces."""
    made = "".join("[^/]+" if part[0] == "{" else re.escape(part) for part in re.split(r"(\{[^}]+\})", path) if part)
    return re.fullmatch(made, address.partition("?")[0]) is not None


def bad_values(form):
    for control in form.fields:
        for told, value in values_for(control).items():
            yield control.name, told, value


def some(form):
    """All tries, or in short one: another for each form, and the same on both databases."""
    found = list(tries(form))
    return found if IS_FULL else [found[number_of(form.key, len(found))]]


@pytest.mark.promise("BAD")
def test_whatever_is_typed_gets_a_sentence_and_changes_nothing(trying, record_property, tmp_path_factory):
    faults, answers, statuses, slowest = [], {}, Counter(), 0.0
    for number, form in enumerate(forms_of(trying)):
        for bad, name, how in some(form):
            outcome = trying.send(form, **how)
            told = f"{form.key} | {bad}"
            faults += [f"{told}: {fault}" for fault in outcome.faults(how["data"], name)]
            answers[told] = [outcome.status, outcome.errors]
            statuses[outcome.status] += 1
            slowest = max(slowest, outcome.seconds)
        if number % ONE_IN == 0 and not trying.still_opens(form):
            faults.append(f"{form.key}: its page no longer opens")
    total = sum(statuses.values())
    record_property("forms", len(trying.found))
    record_property("tries", total)
    record_property("answers", dict(statuses))
    record_property("slowest", round(slowest, 2))
    assert not faults, f"{len(faults)} of {total}:\n" + "\n".join(sorted(faults)[: times(short=40, full=400)])
    assert statuses[422] > total // 8
    differences = compared(answers, trying.connection.dialect.name, tmp_path_factory.getbasetemp())
    assert not differences, "\n".join(differences[:40])


def forgets(field, _typed):
    field.typed = field.data = ""


def stumbles(_field, _typed):
    raise KeyError


def takes_it_as_it_is(field, typed):
    field.typed = field.data = typed[0] if typed else ""


def keeps_something(form, **_more):
    with db.transaction() as session:
        session.execute(update(Student).values(first_name="Anders"))
    form.form_errors.append("Nee.")
    return False


BREAKS = (
    (forms.Cleaned, "process_formdata", forgets, "loses what was typed in why"),
    (forms.Cleaned, "process_formdata", stumbles, "answers 500"),
    (forms.Cleaned, "process_formdata", takes_it_as_it_is, "stores a text that is not composed"),
    (forms.BaseForm, "validate", keeps_something, "changed something and said no"),
)


@pytest.mark.promise("BAD", red=True)
@pytest.mark.parametrize("demo_engine", KINDS[:1], indirect=True)
def test_a_form_that_forgets_stumbles_lets_through_or_keeps_is_seen(trying, monkeypatch):
    (form,) = [one for one in trying.forms([("b", "/studenten/{student}/overdragen")]) if "overdragen" in one.address]
    texts = [form.good | {"why": [TEXT[told]]} for told in ("control", "decomposed")]

    def faults():
        return " ".join(fault for sent in texts for fault in trying.send(form, data=sent).faults(sent, "why"))

    assert faults() == ""
    for owner, name, broken, fault in BREAKS:
        with monkeypatch.context() as planted:
            planted.setattr(owner, name, broken)
            assert fault in faults()


def compared(answers, kind, folder):
    """Where the other database, if it was asked before, answered otherwise."""
    folder = folder.parent if folder.name.startswith("popen") else folder  # that of all workers
    (folder / f"answers-{kind}.json").write_text(json.dumps(answers))
    other = folder / f"answers-{'postgresql' if kind == 'sqlite' else 'sqlite'}.json"
    if not other.exists():
        return []
    theirs = json.loads(other.read_text())
    both = set(theirs) & set(answers)
    # The same form is met on another page first where not all are opened, with a box where the other has a list.
    assert len(both) > min(len(theirs), len(answers)) * times(short=3, full=4) // 5, "other forms were served"
    return [
        f"{told}: {answers[told]} here, {theirs[told]} there" for told in sorted(both) if answers[told] != theirs[told]
    ]
