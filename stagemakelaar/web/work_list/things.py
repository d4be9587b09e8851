"""What a thing on the work list is, and what a source of such things must give.

A source has two halves. `waits(user)` is a statement of light rows, made by `rows()`: all sources together are one
statement, so that counting, filtering and paging cost the same however much waits. `tells(session, user, numbers)`
gives the words for the few rows that are shown.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, cast, func, literal, null

from stagemakelaar import clock


class Urgency(enum.Enum):
    """Haast: why something stands where it stands in the list."""

    LATE = 0
    TODAY = 1
    WAITS = 2

    @property
    def words(self):
        """The urgency in words."""
        return WORDS[self][0]

    @property
    def tone(self):
        """The tone of the urgency."""
        return WORDS[self][1]

    @property
    def slug(self):
        """The urgency in an address."""
        return WORDS[self][2]


WORDS = {
    Urgency.LATE: (_l("te laat"), "danger", "laat"),
    Urgency.TODAY: (_l("vandaag"), "warning", "vandaag"),
    Urgency.WAITS: (_l("wacht op u"), "info", "wacht"),
}


@dataclass(frozen=True)
class Words:
    """What a source tells about one row: who, what, since when, and the one thing to do.

    `url` is the page where it is done; `press`, for what takes one click, the address of the button.
    """

    who: str
    what: str
    since: date | None
    action: str
    url: str
    press: str | None = None


@dataclass(frozen=True)
class Thing:
    """Ding: something that waits for a broker."""

    urgency: Urgency
    kind: str
    words: Words


@dataclass(frozen=True)
class Source:
    """Bron: one kind of thing. `kind` stands in the address, `name` in the filter.

    is_personal   two colleagues of one role may have different rows; the others they share
    """

    kind: str
    name: Any
    waits: Callable
    tells: Callable
    is_personal: bool = False


def rows(statement, number, *, since, urgency=Urgency.TODAY, broker=None):
    """The light rows of a statement: (number, urgency, since, broker_id).

    number    column by which `tells` finds the record again
    since     column with the day or the moment since when it waits
    urgency   a member for all, or an expression that gives its value
    broker    column with the id of whose case it is; None: it belongs to nobody in particular
    """
    return statement.order_by(None).with_only_columns(
        number.label("number"),
        (literal(urgency.value, Integer) if isinstance(urgency, Urgency) else urgency).label("urgency"),
        func.date(since, type_=Date).label("since"),
        (cast(null(), Integer) if broker is None else broker).label("broker_id"),
        maintain_column_froms=True,
    )


def name_of(student):
    """How a student is named in a list; who has filled in nothing yet is known by their address."""
    return student.full_name or student.user.email


def short(day):
    """A day in a sentence: "12 maart"."""
    return format_date(day, "d MMMM")


def passed(day):
    """A day as "since when", or None while it is still to come."""
    return day if day <= clock.today() else None
