"""Filters above a list: they live in the address, and offer only what exists now, with how many of each."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import func

from stagemakelaar import labels
from stagemakelaar.casework.models import Case
from stagemakelaar.people.queries import names_of
from stagemakelaar.web.paging import number

MINE, NOBODYS = "mij", "niemand"  # whose cases, in an address


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


def counted(session, statement, column):
    """How many rows of a statement have which value in a column: value → number."""
    by_value = statement.order_by(None).with_only_columns(column, func.count(), maintain_column_froms=True)
    return dict(session.execute(by_value.group_by(column)).all())


@dataclass(frozen=True)
class Filters:
    """Filters van een lijst: a statement, and the condition that each filter of the address adds to it (None: none)."""

    statement: Any
    conditions: dict[str, Any]

    @property
    def found(self):
        """The statement with every condition."""
        return self.without("")

    def without(self, name):
        """The statement with every condition but that of one filter."""
        wanted = [one for other, one in self.conditions.items() if other != name and one is not None]
        return self.statement.where(*wanted)

    def facet(self, session, name, label, column, members, *, chosen=None, all_text=None):
        """A filter on the members of an enum in a column; only those that some row has."""
        counts = counted(session, self.without(name), column)
        options = [
            Option(member.value, labels.label(member), counts.get(member, 0))
            for member in members
            if member in counts or member is chosen
        ]
        return Facet(name, label, options, chosen.value if chosen else "", all_text or _("alle"))

    def facet_of_brokers(self, session, name, user, whose):
        """A filter on whose case it is: mine, nobody's, a colleague's; `Case` must be in the statement."""
        counts = counted(session, self.without(name), Case.broker_id)
        others = set(counts) - {None, user.id} | ({int(whose)} if whose.isdecimal() else set())
        names = sorted((called, broker) for broker, called in names_of(session, others).items())
        options = [Option(str(broker), called, counts.get(broker, 0)) for called, broker in names]
        for value, text, broker in ((NOBODYS, _("van niemand"), None), (MINE, _("mijn zaken"), user.id)):
            if broker in counts or whose == value:
                options.insert(0, Option(value, text, counts.get(broker, 0)))
        return Facet(name, _("Van wie"), options, whose, _("iedereen"))


def whose_asked(name="van"):
    """Whose cases the address asks for: mij, niemand, the number of a colleague, or "" for all."""
    text = request.args.get(name, "")
    return text if text in {MINE, NOBODYS} or number(name) is not None else ""


def of_broker(whose, user):
    """The condition that goes with it, or None."""
    if whose == NOBODYS:
        return Case.broker_id.is_(None)
    if whose:
        return Case.broker_id == (user.id if whose == MINE else int(whose))
    return None


@dataclass(frozen=True)
class Sorting:
    """Volgorde van een lijst: by a column that the address names (`?volgorde=naam`, or `-naam` for the reverse)."""

    columns: dict[str, Any]
    name: str | None
    reverse: bool

    @classmethod
    def asked(cls, **columns):
        """What the address asks for; an unknown column is no order."""
        text = request.args.get("volgorde", "")
        name = text.removeprefix("-")
        return cls(columns, name if name in columns else None, text.startswith("-"))

    def of(self, statement, last):
        """The statement in this order; `last` is the id that settles what is equal. As it was when nothing is asked."""
        if self.name is None:
            return statement
        column = self.columns[self.name]
        ordered = column.desc() if self.reverse else column.asc()
        return statement.order_by(None).order_by(ordered.nulls_last(), last)

    def url(self, name):
        """The address that sorts by a column; by the same one again, in reverse."""
        return here(volgorde=f"-{name}" if name == self.name and not self.reverse else name)

    def way(self, name):
        """How the list is sorted by a column, in the words of aria-sort, or None."""
        return None if name != self.name else "descending" if self.reverse else "ascending"
