"""Filters with a name: kept, renamed and removed by whoever made them, and shown as links above their list."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.saved_views import (
    LONGEST_NAME,
    ListPage,
    SavedView,
    remove_view,
    rename_view,
    save_view,
    view_for,
    views_of,
)
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, must_be_pressed, required

pages = Blueprint("saved_views", __name__)

ADDRESSES = {
    ListPage.TODAY: "today.home",
    ListPage.STUDENTS: "students.index",
    ListPage.ORGANISATIONS: "organisations.index",
    ListPage.PLACES: "places.index",
    ListPage.PLACEMENTS: "placements.index",
}


class NameForm(BaseForm):
    """How a view is called."""

    name = Text(_l("Naam van de weergave"), [required(_l("Geef de weergave een naam."))], longest=LONGEST_NAME)


class Views(NamedTuple):
    """Weergaven boven een lijst: the links, the one that is shown now, and what would be saved."""

    page: str
    links: list[tuple[SavedView, str]]
    shown: SavedView | None
    query: str
    form: NameForm
    button_form: ButtonForm


def views_of_list(page):
    """The own views of the list that this request shows."""
    query = _tidy(urlencode(list(request.args.items(multi=True))))
    own = views_of(current_session(), actor(), page)
    shown = next((view for view in own if view.query == query), None)
    form = NameForm(name=shown.name if shown else None)
    return Views(page.value, [(view, _address(view)) for view in own], shown, query, form, ButtonForm())


def _address(view):
    return _list_of(view.page, view.query)


def _list_of(page, query):
    return url_for(ADDRESSES[page]) + (f"?{query}" if query else "")


def _tidy(query):
    """The same filter always in the same words: without page, without what is empty, in a fixed order."""
    kept = {(name, value) for name, value in parse_qsl(query) if name != "pagina"}
    return urlencode(sorted(kept))


@pages.post("/weergaven")
@allow(Permission.SEE_CASES)
def save():
    page = next((one for one in ListPage if one.value == request.form.get("page")), None)
    if page is None:
        raise BadRequest
    query = _tidy(request.form.get("query", ""))
    form = NameForm(request.form)
    if form.validate():
        try:
            with transaction() as session:
                save_view(session, page=page, name=form.name.data, query=query, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Bewaard. De weergave %(name)s staat voortaan boven deze lijst.", name=form.name.data), "success")
            return redirect(_list_of(page, query))
    return _page(form, _("Filter bewaren"), page, query), 422


@pages.post("/weergaven/<int:view_id>/hernoemen")
@allow(Permission.SEE_CASES)
def rename(view_id):
    view = view_for(current_session(), actor(), view_id)
    page, query = view.page, view.query
    form = NameForm(request.form)
    if form.validate():
        try:
            with transaction() as session:
                rename_view(session, view_for(session, actor(), view_id), name=form.name.data, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("De weergave heet nu %(name)s.", name=form.name.data), "success")
            return redirect(_list_of(page, query))
    return _page(form, _("Weergave hernoemen"), page, query), 422


@pages.post("/weergaven/<int:view_id>/verwijderen")
@allow(Permission.SEE_CASES)
def remove(view_id):
    view = view_for(current_session(), actor(), view_id)
    address = _address(view)
    must_be_pressed(address)
    with transaction() as session:
        remove_view(session, view_for(session, actor(), view_id), by=actor())
    flash(_("De weergave is verwijderd. Het filter staat nog aan: u kunt het opnieuw bewaren."), "success")
    return redirect(address)


def _page(form, title, page, query):
    return render_template(
        "saved_views/name.html", form=form, title=title, page=page.value, query=query, back=_list_of(page, query)
    )
