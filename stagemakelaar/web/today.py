"""The first page of a broker: what needs me now. One list; the address holds the filter."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from stagemakelaar.db import current_session
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.queries import names_of
from stagemakelaar.people.saved_views import ListPage
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.filtering import MINE, NOBODYS, Facet, Option, here
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.paging import ROWS, page_of, window
from stagemakelaar.web.saved_views import views_of_list
from stagemakelaar.web.work_list.listing import ALL, SOURCES, Choice, counted, things_for
from stagemakelaar.web.work_list.things import Urgency

pages = Blueprint("today", __name__)


@pages.get("/makelaar")
@allow(Permission.SEE_CASES)
def home():
    session, user = current_session(), actor()
    choice = Choice.of(user, request.args)
    counts = counted(session, user)
    total = sum(row[3] for row in _within(counts, user, choice))
    start = window(total)
    things = things_for(session, user, choice, limit=ROWS, offset=start)
    return render_template(
        "today/home.html",
        rows=page_of(things, start, total),
        facets=_facets(session, user, choice, counts),
        here=here(pagina=request.args.get("pagina")),
        anything=bool(counts),
        views=views_of_list(ListPage.TODAY),
        button_form=ButtonForm(),
    )


def _within(counts, user, choice, *, besides=None):
    """The counts of what a choice shows; `besides` names the part of the choice that is not looked at."""
    brokers = choice.brokers(user)
    for row in counts:
        kind, urgency, broker_id, _number = row
        if besides != "whose" and brokers is not None and broker_id not in brokers:
            continue
        if besides != "kind" and choice.kind not in {None, kind}:
            continue
        if besides != "urgency" and choice.urgency not in {None, urgency}:
            continue
        yield row


def _facets(session, user, choice, counts):
    return [
        Facet("van", _("Van wie"), _whose(session, user, choice, counts), choice.whose),
        Facet(
            "soort",
            _("Wat"),
            [
                Option(source.kind, source.name, count)
                for source in SOURCES
                if (count := _sum(counts, user, choice, "kind", lambda row, s=source: row[0] == s.kind))
                or choice.kind == source.kind
            ],
            choice.kind or "",
            _("alles"),
        ),
        Facet(
            "haast",
            _("Haast"),
            [
                Option(urgency.slug, urgency.words, count)
                for urgency in Urgency
                if (count := _sum(counts, user, choice, "urgency", lambda row, u=urgency: row[1] is u))
                or choice.urgency is urgency
            ],
            choice.urgency.slug if choice.urgency else "",
            _("alles"),
        ),
    ]


def _sum(counts, user, choice, besides, wanted):
    return sum(row[3] for row in _within(counts, user, choice, besides=besides) if wanted(row))


def _whose(session, user, choice, counts):
    """Mine and everyone's always, a colleague's only where there is something."""
    found = {row[2] for row in counts} - {None, user.id}
    if choice.whose.isdecimal():
        found.add(int(choice.whose))
    names = names_of(session, found)

    def option(value, text, brokers):
        return Option(
            value, text, _sum(counts, user, choice, "whose", lambda row: brokers is None or row[2] in brokers)
        )

    options = [option(ALL, _("iedereen"), None), option(NOBODYS, _("van niemand"), {None})]
    if may(user, Permission.WORK_CASES):
        options.insert(0, option(MINE, _("mijn zaken, en wat van niemand is"), {None, user.id}))
    colleagues = sorted((name, number) for number, name in names.items())
    return options + [option(str(number), name, {number}) for name, number in colleagues]
