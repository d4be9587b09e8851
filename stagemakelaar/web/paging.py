"""Lists in pages of fifty, with the total; the address holds the page and the filter."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import func, inspect, select, tuple_

ROWS = 50
LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Rows:
    """One page of a list, as `pagination` in components/data.html shows it."""

    items: list
    first: int
    last: int
    total: int
    previous_url: str | None
    next_url: str | None


def rows_of(session, statement):
    """The page of a statement of records that the address asks for (`?pagina=2`).

    First which, then those: a database that sorts thousands of whole rows with all that is joined to them takes six
    times as long.
    """
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    start, keys = window(total), inspect(statement.column_descriptions[0]["entity"]).primary_key
    which = statement.with_only_columns(*keys, maintain_column_froms=True).limit(ROWS).offset(start)
    numbers = [tuple(row) for row in session.execute(which)]
    those = statement.where(tuple_(*keys).in_(numbers)).order_by(None)
    found = {inspect(one).identity: one for one in session.scalars(those).unique()}
    return page_of([found[one] for one in numbers if one in found], start, total)


def window(total):
    """How many rows stand before the page that the address asks for; a number that makes no sense is page one."""
    page = (number("pagina") or 1) - 1
    return max(min(page, _last_page(total)), 0) * ROWS


def rows_among(found, *, endpoint=None):
    """The page that the address asks for of what an iterable gives; only that page and the first are in memory.

    endpoint    of the page that has the other pages, when it is not this one
    """
    start, total = ((number("pagina") or 1) - 1) * ROWS, 0
    first: list = []
    items: list = []
    for total, one in enumerate(found, start=1):
        if total <= ROWS:
            first.append(one)
        if start < total <= start + ROWS:
            items.append(one)
    return page_of(items, start, total, endpoint) if items else page_of(first, 0, total, endpoint)


def page_of(items, start, total, endpoint=None):
    """The rows of one page, which begins after `start` of them."""
    page = start // ROWS
    return Rows(
        items=items,
        first=start + 1 if total else 0,
        last=start + len(items),
        total=total,
        previous_url=_url(page, endpoint) if page > 0 else None,
        next_url=_url(page + 2, endpoint) if page < _last_page(total) else None,
    )


def _last_page(total):
    return max((total - 1) // ROWS, 0)


def chosen(name, enumeration):
    """The member that the address filters by (`?stand=open`), or None for all and for what does not exist."""
    text = request.args.get(name)
    return next((member for member in enumeration if member.value == text), None)


def number(name):
    """A whole number that the address filters by (`?brief=12`), or None."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else None


def _url(page, endpoint=None):
    kept = {name: value for name, value in request.args.items() if name != "pagina"}
    values: dict[str, Any] = {**(request.view_args or {}), **kept, "pagina": page}
    return url_for(endpoint or request.endpoint or "", **values)
