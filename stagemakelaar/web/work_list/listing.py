"""All sources as one list: counted by kind, urgency and broker in one statement, read a page at a time in another."""

from dataclasses import dataclass

from flask import g
from sqlalchemy import func, literal, or_, select, union_all

from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.web.filtering import MINE, NOBODYS
from stagemakelaar.web.work_list import of_cases, of_companies, of_post, of_rounds
from stagemakelaar.web.work_list.things import Source, Thing, Urgency

SOURCES: tuple[Source, ...] = (*of_cases.SOURCES, *of_rounds.SOURCES, *of_companies.SOURCES, *of_post.SOURCES)
BY_KIND = {source.kind: source for source in SOURCES}
ALL = "allen"


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
    """How much waits: a list of (kind, urgency, broker_id, number of things), asked once a request."""
    if "work_counted" not in g:
        waiting = _waiting(user)
        by = (waiting.c.kind, waiting.c.urgency, waiting.c.broker_id)
        found = session.execute(select(*by, func.count()).group_by(*by)).all()
        g.work_counted = [(kind, Urgency(urgency), broker_id, number) for kind, urgency, broker_id, number in found]
    return g.work_counted


def count_for(session, user):
    """How much needs this user now: the number beside "Vandaag"."""
    brokers = Choice(usual(user)).brokers(user)
    return sum(row[3] for row in counted(session, user) if brokers is None or row[2] in brokers)


def things_for(session, user, choice, *, limit, offset=0):
    """A page of what waits, the most urgent and then the oldest first."""
    waiting = _waiting(user)
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
    page = session.execute(found.order_by(*order).limit(limit).offset(offset)).all()
    told = _told(session, user, page)
    return [
        Thing(Urgency(row.urgency), row.kind, told[row.kind, row.number])
        for row in page
        if (row.kind, row.number) in told
    ]


def _waiting(user):
    """All that waits, as one subquery. It is put together once a request: that takes longer than asking it."""
    if "work_waiting" not in g:
        g.work_waiting = union_all(
            *(source.waits(user).add_columns(literal(source.kind).label("kind")) for source in SOURCES)
        ).subquery("waiting")
    return g.work_waiting


def _told(session, user, page):
    """The words for the rows of a page: one look per kind that is on it."""
    told = {}
    for kind in dict.fromkeys(row.kind for row in page):
        numbers = [row.number for row in page if row.kind == kind]
        told |= {(kind, number): words for number, words in BY_KIND[kind].tells(session, user, numbers)}
    return told
