"""The pages on which a place is described and opened.

An employer uses them for the own organisation, a broker on behalf of one: the same screens, hung in two page groups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, IllegalMove, NotFound
from stagemakelaar.places import offers
from stagemakelaar.places.models import PlaceState
from stagemakelaar.reference.queries import work_processes_with
from stagemakelaar.reference.vocabulary import Feature, KindOfWork
from stagemakelaar.web import place_forms as forms
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import ButtonForm, say


@dataclass(frozen=True)
class Step:
    """Stap: one screen of the description of a place."""

    title: object
    hint: object
    form: Callable
    save: Callable


STEPS = {
    "werk": Step(_l("Het werk en de opleiding"), _l("Wat een student bij u doet"), forms.work_form, forms.save_work),
    "leren": Step(
        _l("Wat een student leert"), _l("Soort werk en werkprocessen"), forms.learn_form, forms.save_learning
    ),
    "wanneer": Step(_l("Wanneer"), _l("Periode, dagen en aantal plekken"), forms.times_form, forms.save_times),
    "waar": Step(_l("Waar"), _l("Uw eigen adres of ergens anders"), forms.location_form, forms.save_location),
    "voorwaarden": Step(
        _l("Voorwaarden en vergoeding"), _l("VOG, leeftijd, vergoeding"), forms.conditions_form, forms.save_conditions
    ),
    "begeleiding": Step(_l("Begeleiding"), _l("Wie de praktijkopleider is"), forms.guidance_form, forms.save_guidance),
}
NEEDED = {"werk", "wanneer"}


def tasks_of(place, area):
    """The steps of a place with how far each is, as `task_list` shows them."""
    lacking = {step for step, _field, _sentence in offers.lacking(place)}
    tasks = []
    for name, step in STEPS.items():
        if name in lacking:
            state, tone = _("nog invullen"), "warning"
        elif name in place.steps_done:
            state, tone = _("klaar"), "success"
        elif name in NEEDED:
            state, tone = _("nog nakijken"), "warning"
        else:
            state, tone = _("niet verplicht"), "neutral"
        url = url_for(f"{area}.step", place_id=place.id, name=name)
        tasks.append({"title": step.title, "hint": step.hint, "url": url, "state": state, "tone": tone})
    return tasks


def facts_about(place):
    """What a template needs to show a place in full, next to the place itself."""
    return {
        "place": place,
        "lacking": [(step, _(sentence)) for step, _field, sentence in offers.lacking(place)],
        "kinds": [KindOfWork(kind) for kind in place.kinds],
        "features": [Feature(feature) for feature in place.features],
        "learns": [process.title for process in work_processes_with(current_session(), place.work_processes)],
    }


def render_step(place, name, form, area, organisation):
    """One screen, with what was typed in it."""
    return render_template(
        "employer_places/step.html",
        place=place,
        organisation=organisation,
        step=STEPS[name],
        name=name,
        form=form,
        area=area,
    ), (422 if form.errors else 200)


def save_step(name, form, find, save=None):
    """Store one screen in a transaction; the place, or None when the form now tells why not."""
    if not form.validate():
        return None
    try:
        with transaction() as session:
            place = save(session) if save else find()
            STEPS[name].save(session, place, form, by=actor())
            session.flush()
    except DomainError as refusal:
        form.refuse(refusal)
        return None
    return place


def onwards(place, area):
    """Where to go after a screen: the next one that was not seen yet, else the whole place."""
    if place.state is PlaceState.DRAFT:
        for name in STEPS:
            if name not in place.steps_done:
                return redirect(url_for(f"{area}.step", place_id=place.id, name=name))
        return redirect(url_for(f"{area}.check", place_id=place.id))
    flash(_("Opgeslagen."), "success")
    return redirect(url_for(f"{area}.show", place_id=place.id))


def hang(pages, prefix, permission, find):
    """Add these pages to a page group; `find(place_id)` gives a place that the user may change, or NotFound."""
    views = _Views(pages.name, find)
    steps = ", ".join(STEPS)
    for rule, name, methods in (
        (f"<any({steps}):name>", "step", ["GET", "POST"]),
        ("controleren", "check", ["GET"]),
        ("openen", "opening", ["POST"]),
        ("pauzeren", "pausing", ["POST"]),
        ("sluiten", "closing", ["GET", "POST"]),
    ):
        view = allow(permission)(partial(getattr(views, name)))
        pages.add_url_rule(f"{prefix}/<int:place_id>/{rule}", name, view, methods=methods)


class _Views:
    """The pages of one place, for one page group."""

    def __init__(self, area, find):
        self.area = area
        self.find = find

    def step(self, place_id, name):
        """Show a screen, or store it and go to the next."""
        place = self.find(place_id)
        if place.state is PlaceState.CLOSED:
            raise NotFound
        sent = request.form if request.method == "POST" else None
        form = STEPS[name].form(current_session(), place.organisation, place, sent)
        if sent is not None:
            saved = save_step(name, form, lambda: self.find(place_id))
            if saved is not None:
                return onwards(saved, self.area)
            place = self.find(place_id)
        return render_step(place, name, form, self.area, place.organisation)

    def check(self, place_id):
        """Show everything before it is opened."""
        return self._checked(self.find(place_id), ButtonForm())

    def opening(self, place_id):
        """Open a place, or open it again after a pause."""
        form = ButtonForm(request.form)
        if not form.validate():
            return self._checked(self.find(place_id), form)
        try:
            with transaction() as session:
                offers.open_place(session, self.find(place_id), by=actor())
        except IllegalMove:
            raise
        except DomainError as refusal:
            form.form_errors.append(say(refusal))
            return self._checked(self.find(place_id), form)
        flash(_("De leerplaats is open en doet mee in de volgende ronde."), "success")
        return redirect(url_for(f"{self.area}.show", place_id=place_id))

    def pausing(self, place_id):
        """Keep a place out of the next rounds."""
        form = ButtonForm(request.form)
        if not form.validate():
            return self._closing(self.find(place_id), form)
        with transaction() as session:
            offers.pause_place(session, self.find(place_id), by=actor())
        flash(_("De leerplaats doet voorlopig niet mee. Wat is afgesproken, gaat door."), "success")
        return redirect(url_for(f"{self.area}.show", place_id=place_id))

    def closing(self, place_id):
        """Say what closing means, and close; a draft is thrown away."""
        place = self.find(place_id)
        form = ButtonForm(request.form if request.method == "POST" else None)
        if request.method == "GET" or not form.validate():
            return self._closing(place, form)
        with transaction() as session:
            place = self.find(place_id)
            is_draft = place.state is PlaceState.DRAFT
            (offers.discard_draft if is_draft else offers.close_place)(session, place, by=actor())
        if is_draft:
            flash(_("De leerplaats is weggegooid."), "success")
            return redirect(url_for("employer.home" if self.area == "employer_places" else "places.index"))
        flash(_("De leerplaats is gesloten."), "success")
        return redirect(url_for(f"{self.area}.show", place_id=place_id))

    def _checked(self, place, form):
        page = render_template("employer_places/check.html", area=self.area, form=form, **facts_about(place))
        return page, 422 if form.errors else 200

    def _closing(self, place, form):
        page = render_template("employer_places/close.html", place=place, form=form, area=self.area)
        return page, 422 if form.errors else 200
