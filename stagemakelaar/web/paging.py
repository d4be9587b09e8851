"""Lists in pages of fifty, with the total; the address holds the page and the filter."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import func, select

ROWS = 50


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
    """The page of a statement that the address asks for (`?pagina=2`); a number that makes no sense is page one."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    last_page = max((total - 1) // ROWS, 0)
    asked = request.args.get("pagina", "1")
    page = min(int(asked) - 1, last_page) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 8 else 0
    page = max(page, 0)
    items = session.scalars(statement.limit(ROWS).offset(page * ROWS)).unique().all()
    return Rows(
        items=items,
        first=page * ROWS + 1 if total else 0,
        last=page * ROWS + len(items),
        total=total,
        previous_url=_url(page) if page > 0 else None,
        next_url=_url(page + 2) if page < last_page else None,
    )


def chosen(name, enumeration):
    """The member that the address filters by (`?stand=open`), or None for all and for what does not exist."""
    text = request.args.get(name)
    return next((member for member in enumeration if member.value == text), None)


def _url(number):
    kept = {name: value for name, value in request.args.items() if name != "pagina"}
    values: dict[str, Any] = {**(request.view_args or {}), **kept, "pagina": number}
    return url_for(request.endpoint or "", **values)
