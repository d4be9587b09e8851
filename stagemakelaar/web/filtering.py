"""Filters above a list: they live in the address, and offer only what exists now, with how many of each."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for


@dataclass(frozen=True)
class Option:
    """Keus in een filter: what stands in the address, what people read, and how many rows it would show."""

    value: str
    text: Any
    count: int


@dataclass(frozen=True)
class Facet:
    """Filter op één eigenschap: `name` in the address, the label, the options, and the value that is chosen now.

    `all_text` is the choice for everything, which has no value; None where there is no such choice.
    """

    name: str
    label: Any
    options: list[Option]
    chosen: str = ""
    all_text: Any = None


def here(**changes):
    """The address of this page with its filters, and these changed; None takes one out. The page number goes."""
    kept = {name: value for name, value in request.args.items() if name != "pagina" and value}
    values: dict[str, Any] = {**(request.view_args or {}), **kept, **changes}
    return url_for(request.endpoint or "", **{name: value for name, value in values.items() if value is not None})
