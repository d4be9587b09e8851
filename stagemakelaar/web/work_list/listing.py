"""All sources as one list: counted by kind, urgency and broker in one statement, read a page at a time in another."""

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from flask import g
from sqlalchemy import Integer, func, literal, or_, select, union_all

from stagemakelaar import clock
from stagemakelaar.db import current_session, when_asked
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.web import acting
from stagemakelaar.web.filtering import MINE, NOBODYS
from stagemakelaar.web.work_list import of_cases, of_companies, of_post, of_rights, of_rounds
from stagemakelaar.web.work_list.things import Source, Thing, Urgency

SOURCES: tuple[Source, ...] = (
    *of_cases.SOURCES,
    *of_rounds.SOURCES,
    *of_companies.SOURCES,
    *of_post.SOURCES,
    *of_rights.SOURCES,
)
BY_KIND = {source.kind: source for source in SOURCES}
ALL = "allen"
LATELY = 30.0  # seconds


@dataclass(frozen=True)
class Choice:
    """Keuze: what of the list is shown. `whose` is mij, niemand, allen or the number of a colleague."""

    whose: str
    kind: str | None = None
    urgency: Urgency | None = None

    @classmethod
    def of(cls, user, values):
        """What an address asks for; what does not exist is left out."""
        whose = values.get("van", "")
        known = whose in {MINE, NOBODYS, ALL} or (whose.isascii() and whose.isdecimal() and len(whose) < 10)
        urgency = next((one for one in Urgency if one.slug == values.get("haast")), None)
        kind = values.get("soort")
        return cls(whose if known else usual(user), kind if kind in BY_KIND else None, urgency)

    def brokers(self, user):
        """Whose things are shown: a set of ids in which None is nobody, or None for all."""
        if self.whose == ALL:
            return None
        if self.whose == MINE:
            return {None, user.id}
        return {None} if self.whose == NOBODYS else {int(self.whose)}


def usual(user):
    """What someone sees first: a broker the own cases and what is nobody's, who has no cases everything."""
    return MINE if may(user, Permission.WORK_CASES) else ALL


def counted(session, user):
    """How much waits, now: a list of (kind, urgency, broker_id, number of things), asked once a request."""
    if "work_counted" not in g:
        g.work_counted = _numbers(session, user, _kept(user).counted)
        of_all = [row for row in g.work_counted if not BY_KIND[row[0]].is_personal]
        _shared[_programme(user)] = Shared(monotonic(), of_all)
    return g.work_counted


def counted_lately(session, user):
    """The same, but what waits for a whole programme may be some seconds old: for the number in the menu of each page.

    Colleagues share it, as it is much work. Who did something a moment ago is told the present.
    """
    if "work_counted" not in g:
        shared, now = _shared.get(_programme(user)), monotonic()
        if shared is None or now - shared.since > LATELY or acting.acted_within(LATELY):
            if shared is not None:
                _shared[_programme(user)] = shared._replace(since=now)  # one asks anew, others need not wait for that
            return counted(session, user)
        g.work_counted = [*shared.numbers, *_numbers(session, user, _kept(user).counted_for_one)]
    return g.work_counted


def count_for(session, user):
    """How much needs this user now: the number beside "Vandaag"."""
    brokers = Choice(usual(user)).brokers(user)
    return sum(row[3] for row in counted_lately(session, user) if brokers is None or row[2] in brokers)


def things_for(session, user, choice, *, limit, offset=0):
    """A page of what waits, the most urgent and then the oldest first."""
    waiting = _kept(user).waiting
    found = select(waiting.c.kind, waiting.c.urgency, waiting.c.number)
    brokers = choice.brokers(user)
    if brokers is not None:
        known = brokers - {None}
        of_someone = waiting.c.broker_id.in_(known) if known else None
        of_nobody = waiting.c.broker_id.is_(None) if None in brokers else None
        found = found.where(or_(*(one for one in (of_someone, of_nobody) if one is not None)))
    if choice.kind:
        found = found.where(waiting.c.kind == choice.kind)
    if choice.urgency:
        found = found.where(waiting.c.urgency == choice.urgency.value)
    order = (waiting.c.urgency, waiting.c.since, waiting.c.kind, waiting.c.number)
    page = _asked_by(session, user, found.order_by(*order).limit(limit).offset(offset))
    told = _told(session, user, page)
    return [
        Thing(Urgency(row.urgency), row.kind, told[row.kind, row.number])
        for row in page
        if (row.kind, row.number) in told
    ]


# --- statements that are put together once -------------------------------------------------------------------------


class Kept(NamedTuple):
    """Bewaard: all that waits as one subquery; what counts it, and what counts only the part that is one's own."""

    waiting: Any
    counted: Any
    counted_for_one: Any


class Shared(NamedTuple):
    """Gedeeld: what waits in a programme, and since when that is known."""

    since: float
    numbers: list


class _Anyone:
    """Whoever asks, for the sources: the role is known, the numbers are filled in when the statement is asked."""

    is_active = True
    id = when_asked("asker_id", lambda: _asker.get().id, Integer())
    programme_id = when_asked("asker_programme_id", lambda: _asker.get().programme_id, Integer())

    def __init__(self, role):
        self.role = role


_asker: ContextVar = ContextVar("asker")
_kept_by: dict = {}  # (role, day) → Kept


_shared: dict = {}  # (database, programme, role) → Shared


def _programme(user):
    return id(current_session().get_bind()), user.programme_id, user.role


def _kept(user):
    """The statements for a role on this day. Putting them together takes ten times as long as asking them."""
    key = (user.role, clock.today())
    if key not in _kept_by:
        anyone = _Anyone(user.role)
        waiting = _together(anyone, SOURCES)
        own = _together(anyone, [one for one in SOURCES if one.is_personal])
        for other in [other for other in list(_kept_by) if other[1] != key[1]]:
            _kept_by.pop(other, None)
        _kept_by[key] = Kept(waiting, _counting(waiting), _counting(own))
    return _kept_by[key]


def _together(anyone, sources):
    each = (source.waits(anyone).add_columns(literal(source.kind).label("kind")) for source in sources)
    return union_all(*each).subquery("waiting")


def _counting(waiting):
    by = (waiting.c.kind, waiting.c.urgency, waiting.c.broker_id)
    return select(*by, func.count()).group_by(*by)


def _numbers(session, user, statement):
    found = _asked_by(session, user, statement)
    return [(kind, Urgency(urgency), broker_id, number) for kind, urgency, broker_id, number in found]


def _asked_by(session, user, statement):
    before = _asker.set(user)
    try:
        return session.execute(statement).all()
    finally:
        _asker.reset(before)


def _told(session, user, page):
    """The words for the rows of a page: one look per kind that is on it."""
    told = {}
    for kind in dict.fromkeys(row.kind for row in page):
        numbers = [row.number for row in page if row.kind == kind]
        told |= {(kind, number): words for number, words in BY_KIND[kind].tells(session, user, numbers)}
    return told
