"""Forms as they were served, read in a hurry: what `tests.pages` does with care takes a hundred times as long."""

import re
from dataclasses import dataclass
from html import unescape

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
CONTROL = re.compile(
    r"<input\b(?P<input>[^>]*)>|<textarea\b(?P<textarea>[^>]*)>(?P<text>[^<]*)</textarea>"
    r"|<select\b(?P<select>[^>]*)>(?P<options>.*?)</select>",
    re.DOTALL,
)
OPTION = re.compile(r"<option\b([^>]*)>")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def attribute(tag, name):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


@dataclass(frozen=True)
class Control:
    """A field as a browser shows it: how it is filled in, what it would send now, and what else can be chosen."""

    name: str
    how: str  # the type of an input, or "textarea" or "select"
    value: str | None  # None: nothing is sent
    choices: tuple = ()


def controls_of(form):
    """Every field of a form, in order; a group of boxes is one for each box."""
    for control in CONTROL.finditer(form):
        tag = control["input"] or control["textarea"] or control["select"]
        name, how = attribute(tag, "name"), attribute(tag, "type") or "text"
        if control["textarea"]:
            yield Control(name, "textarea", unescape(control["text"]))
        elif control["select"]:
            options = OPTION.findall(control["options"])
            chosen = [one for one in options if re.search(r"\bselected\b", one)] or options
            choices = tuple(attribute(one, "value") or "" for one in options)
            yield Control(name, "select", attribute(chosen[0], "value") or "", choices)
        elif name and how not in {"submit", "button"}:
            value = attribute(tag, "value") or ""
            if how in {"checkbox", "radio"}:
                yield Control(name, how, value if re.search(r"\bchecked\b", tag) else None, (value,))
            else:
                yield Control(name, how, None if how == "file" else value)


def values_of(form):
    """What a browser would send of this form: name → list of values."""
    sent = {}
    for control in controls_of(form):
        if control.value is not None:
            sent.setdefault(control.name, []).append(control.value)
    return sent


def forms_of(page, path):
    """(address, text) of every form of a page that changes something."""
    for form in FORM.finditer(page):
        if (attribute(form[1], "method") or "get").lower() == "post":
            yield attribute(form[1], "action") or path, form[2]
