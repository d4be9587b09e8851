"""The same thing for many rows at once: chosen in a list, read back on a page of its own, then done for all or none.

Never a decision about a proposal: the law counts a stamp as no decision. Whoever cannot take part is named with the
reason before anything is done; when something changed meanwhile, nothing is done at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.web.access import actor
from stagemakelaar.web.forms import say
from stagemakelaar.web.own_paths import own_path
from stagemakelaar.web.paging import LONGEST_NUMBER

MOST = 100  # a page of a list has fifty rows


@dataclass(frozen=True)
class Deed:
    """Handeling: one thing that can be done for many rows.

    name        what the list offers
    form        makes the form from what was sent (or None) and the session
    asks        how many rows → the sentence over the form
    effect      what it does, and how it is undone
    objects     (row, form, user) → a refusal, or None; the form may be without its answers yet
    act         (session, row, form, by=) does it for one row
    told        how many rows → the sentence when it was done
    about       (row) → a few words on what it means for this row, or ""
    """

    name: Any
    form: Callable
    asks: Callable
    effect: Any
    objects: Callable
    act: Callable
    told: Callable
    about: Callable = lambda _row: ""


@dataclass(frozen=True)
class Row:
    """Rij: who or what, a few words about it, and why it cannot take part."""

    number: int
    name: str
    about: str
    objection: str | None


def together(deeds, *, find, name_of, usual):
    """The page on which something is done for many rows: shows it (GET) or does it (POST).

    deeds       name in the address → Deed
    find        (session, user, numbers, locked) → the records that this user may see, in a fixed order
    name_of     record → its name
    usual       address of the list, where `next` does not say where to go back to
    """
    values: MultiDict = request.form if request.method == "POST" else request.args
    if "doen" not in values:
        return redirect(usual)
    deed, numbers = deeds.get(values["doen"]), _numbers(values)
    if deed is None:
        raise NotFound
    back = own_path(values.get("next")) or usual
    form = deed.form(current_session(), request.form if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and form.validate() and numbers:
        refusal = _do(deed, find, numbers, form)
        if refusal is None:
            flash(deed.told(len(numbers)), "success")
            return redirect(back)
        if refusal.field in form._fields:  # what was typed is wrong, not the rows
            form.refuse(refusal)
    status = 422 if form.errors else 200 if refusal is None else 409
    records = _found(find, look_again() if refusal is not None else current_session(), numbers)
    rows = [_row(record, deed, form, name_of) for record in records]
    return render_template(
        "together/confirm.html",
        deed=deed,
        name=values["doen"],
        form=form,
        able=[row for row in rows if row.objection is None],
        unable=[row for row in rows if row.objection is not None],
        refusal=say(refusal) if status == 409 and refusal is not None else None,
        back=back,
    ), status


def _numbers(values):
    texts = values.getlist("kies")
    if len(texts) > MOST or not all(
        text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER for text in texts
    ):
        raise NotFound
    return sorted({int(text) for text in texts})


def _found(find, session, numbers, *, locked=False):
    records = find(session, actor(), numbers, locked)
    if len(records) != len(numbers):
        raise NotFound
    return records


def _do(deed, find, numbers, form):
    """Do it for all; gives back the refusal that kept all of it from happening, or None."""
    try:
        with transaction() as session:
            records = _found(find, session, numbers, locked=True)
            for record in records:
                if (refusal := deed.objects(record, form, actor())) is not None:
                    raise refusal
            for record in records:
                deed.act(session, record, form, by=actor())
    except DomainError as refusal:
        return refusal
    return None


def _row(record, deed, form, name_of):
    refusal = deed.objects(record, form, actor())
    return Row(record.id, name_of(record), deed.about(record), say(refusal) if refusal is not None else None)
