"""Companies for the broker: who is new, what must be checked, who may take part. One of them: `organisation_page`."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case
from wtforms.validators import Optional

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.saved_views import ListPage
from stagemakelaar.placements.models import LIVE
from stagemakelaar.placements.queries import placements_at
from stagemakelaar.places import actions, offers, recognitions
from stagemakelaar.places.models import Evidence, InterestState, Organisation, OrganisationState
from stagemakelaar.places.queries import (
    counts_for,
    interest_for,
    open_interests,
    organisation_for,
    organisations_visible_to,
    recognition_of,
)
from stagemakelaar.reference import formats
from stagemakelaar.web import place_forms, place_pages
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.courses import resolving
from stagemakelaar.web.employer import NewOrganisationForm, RecognitionForm, save_recognition
from stagemakelaar.web.fields import Day, SomeOf
from stagemakelaar.web.filtering import Filters, Sorting, here
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, Text, required
from stagemakelaar.web.own_paths import back_to
from stagemakelaar.web.paging import chosen, rows_of
from stagemakelaar.web.saved_views import views_of_list

pages = Blueprint("organisations", __name__)


# --- the list ------------------------------------------------------------------------------------------------------


def listed():
    """The filters that the address asks for, on the companies that this user may see, and their order."""
    state, text = chosen("stand", OrganisationState), request.args.get("zoek", "")[:100]
    new_first = case((Organisation.state == OrganisationState.REGISTERED, 0), else_=1)
    found = (
        organisations_visible_to(actor()).order_by(None).order_by(new_first, Organisation.sort_name, Organisation.id)
    )
    for word in formats.folded(text).split():
        found = found.where(Organisation.sort_name.contains(word, autoescape=True))
    conditions = {"stand": Organisation.state == state if state else None}
    return Filters(found, conditions), Sorting.asked(naam=Organisation.sort_name, plaats=Organisation.city)


@pages.get("/organisaties")
@allow(Permission.SEE_CASES)
def index():
    session, (filters, sorting) = current_session(), listed()
    rows = rows_of(session, sorting.of(filters.found, Organisation.id))
    unchecked, offered = counts_for(session, actor(), rows.items)
    state = chosen("stand", OrganisationState)
    return render_template(
        "organisations/index.html",
        rows=rows,
        facets=[filters.facet(session, "stand", _("Stand"), Organisation.state, OrganisationState, chosen=state)],
        sorting=sorting,
        views=views_of_list(ListPage.ORGANISATIONS),
        text=request.args.get("zoek", "")[:100],
        unchecked=unchecked,
        offered=offered,
        interests=open_interests(session, actor()),
        works=may(actor(), Permission.WORK_OFFERS),
        calls=may(actor(), Permission.WORK_CASES),
        here=here(pagina=request.args.get("pagina")),
        form=ButtonForm(),
    )


@pages.post("/organisaties/interesse/<int:interest_id>/<any(contact, vervallen):outcome>")
@allow(Permission.WORK_CASES)
def follow_up(interest_id, outcome):
    to = InterestState.CONTACTED if outcome == "contact" else InterestState.DROPPED
    interest = interest_for(current_session(), actor(), interest_id)
    if ButtonForm(request.form).validate():
        with transaction() as session:
            actions.follow_up_interest(session, interest, to, by=actor())
        flash(_("Genoteerd bij %(company)s.", company=interest.company), "success")
    else:
        flash(_("Deze pagina stond te lang open. Probeer het nog eens."), "error")
    return redirect(back_to(url_for("organisations.index")))


# --- a new one ------------------------------------------------------------------------------------------------------


class NewForm(NewOrganisationForm):
    """An organisation on behalf of a company, with who may sign in for it if that is known."""

    contact_name = Text(_l("Naam van de contactpersoon"), [Optional()], clean=formats.clean_name)
    contact_email = Text(
        _l("E-mailadres van de contactpersoon"),
        [Optional()],
        clean=formats.clean_email,
        description=_l("De contactpersoon kan met dit adres inloggen en antwoorden."),
        render_kw={"type": "email"},
    )


@pages.route("/organisaties/nieuw", methods=["GET", "POST"])
@allow(Permission.WORK_OFFERS)
def new():
    form = NewForm(request.form if request.method == "POST" else None, data=_told_in_interest())
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                organisation = actions.register_organisation(
                    session,
                    kvk_number=form.kvk_number.data,
                    branch_number=form.branch_number.data,
                    programme=actor().programme,
                    by=actor(),
                    **form.facts(),
                )
                session.flush()
                if form.contact_email.data:
                    _invite(session, organisation, form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Het bedrijf staat erin. Controleer het en voeg de erkenningen toe."), "success")
            return redirect(url_for("organisations.show", organisation_id=organisation.id))
    return render_template("organisations/new.html", form=form), 422 if form.errors else 200


def _told_in_interest():
    """What a company told when it said that it may have a place, for the form with which it is written in."""
    number = request.args.get("interesse", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return {}
    interest = interest_for(current_session(), actor(), int(number))
    return {
        "name": interest.company,
        "postcode": interest.postcode or "",
        "contact_name": interest.contact_name,
        "contact_email": interest.email,
    }


def _invite(session, organisation, form):
    try:
        actions.invite_member(
            session,
            organisation,
            email=form.contact_email.data,
            name=form.contact_name.data or "",
            manages=True,
            by=actor(),
        )
    except DomainError as refusal:
        refusal.field = "contact_email"
        raise


# --- may it take part? ---------------------------------------------------------------------------------------------


class VerifyForm(BaseForm):
    """What was looked at before an organisation is trusted."""

    checked = SomeOf(
        _l("Wat heeft u gecontroleerd?"), [required(_l("Kruis aan wat u heeft gecontroleerd."))], among=Evidence
    )
    note = LongText(_l("Opmerking"), [Optional()], render_kw={"rows": "3"}, description=_l("Alleen voor collega's."))


class StopForm(BaseForm):
    """Why an organisation may not take part."""

    why = LongText(
        _l("Wat is de reden?"),
        [required(_l("Schrijf op wat de reden is."))],
        render_kw={"rows": "4"},
        description=_l("Alleen voor collega's. Het bedrijf ziet dit niet."),
    )


DECISIONS = {
    "goedkeuren": {
        "to": OrganisationState.VERIFIED,
        "title": _l("Bedrijf goedkeuren"),
        "effect": _l("De leerplaatsen van dit bedrijf doen vanaf nu mee, als hun erkenning is nagekeken."),
        "form": VerifyForm,
    },
    "stopzetten": {
        "to": OrganisationState.SUSPENDED,
        "title": _l("Bedrijf tijdelijk stopzetten"),
        "effect": _l("De leerplaatsen doen niet mee tot u het bedrijf weer goedkeurt. Lopende stages gaan door."),
        "form": StopForm,
    },
    "uitsluiten": {
        "to": OrganisationState.BLOCKED,
        "title": _l("Bedrijf uitsluiten"),
        "effect": _l("Dit bedrijf doet nooit meer mee. Kijk zelf of lopende stages door kunnen gaan."),
        "form": StopForm,
    },
}


@pages.route(
    "/organisaties/<int:organisation_id>/<any(goedkeuren, stopzetten, uitsluiten):name>", methods=["GET", "POST"]
)
@allow(Permission.WORK_OFFERS)
def decide(organisation_id, name):
    organisation = organisation_for(current_session(), actor(), organisation_id)
    decision = DECISIONS[name]
    form = decision["form"](request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        with transaction() as session:
            _decide(session, organisation, name, form)
        flash(_("Opgeslagen."), "success")
        return redirect(url_for("organisations.show", organisation_id=organisation.id))
    return render_template(
        "organisations/decide.html",
        organisation=organisation,
        decision=decision,
        form=form,
        live=_live(current_session(), organisation),
    ), (422 if form.errors else 200)


def _live(session, organisation):
    """How many students of the programme have a placement here that counts."""
    own = [p for p in placements_at(session, organisation) if p.programme_id == actor().programme_id]
    return sum(placement.state in LIVE for placement in own)


def _decide(session, organisation, name, form):
    if name == "goedkeuren":
        actions.verify_organisation(
            session, organisation, checked=form.checked.data, note=form.note.data or "", by=actor()
        )
    elif name == "stopzetten":
        actions.suspend_organisation(session, organisation, why=form.why.data, by=actor())
    else:
        actions.block_organisation(session, organisation, why=form.why.data, by=actor())


# --- recognitions --------------------------------------------------------------------------------------------------


class CheckForm(BaseForm):
    """What the proof says and where it was seen."""

    proof = Text(
        _l("Waar heeft u het bewijs gezien?"),
        [required(_l("Schrijf op waar u het bewijs heeft gezien."))],
        longest=200,
        description=_l("Bijvoorbeeld: stagemarkt.nl, op 3 februari."),
    )
    valid_until = Day(_l("Erkend tot en met"), [Optional()], description=_l("Leeg als er geen einddatum bekend is."))


class WithdrawForm(BaseForm):
    """From when a recognition no longer counts."""

    withdrawn_on = Day(_l("Ingetrokken op"), [required(_l("Vul de datum in."))])


@pages.route("/organisaties/<int:organisation_id>/erkenningen/nieuw", methods=["GET", "POST"])
@allow(Permission.WORK_OFFERS)
def new_recognition(organisation_id):
    organisation = organisation_for(current_session(), actor(), organisation_id)
    form = resolving(RecognitionForm, request.form if request.method == "POST" else None)
    if request.method == "POST" and save_recognition(organisation, form):
        flash(_("De erkenning staat erin. Kijk haar nog na."), "success")
        return redirect(url_for("organisations.show", organisation_id=organisation.id))
    page = render_template("organisations/new_recognition.html", organisation=organisation, form=form)
    return page, 422 if form.errors else 200


@pages.route("/organisaties/<int:organisation_id>/erkenningen/<int:recognition_id>", methods=["GET", "POST"])
@allow(Permission.WORK_OFFERS)
def recognition(organisation_id, recognition_id):
    organisation = organisation_for(current_session(), actor(), organisation_id)
    found = recognition_of(current_session(), organisation, recognition_id)
    withdraws = "withdrawn_on" in request.form
    check = CheckForm(request.form if request.method == "POST" and not withdraws else None, obj=found)
    withdraw = WithdrawForm(request.form if withdraws else None)
    form = withdraw if withdraws else check
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                if withdraws:
                    recognitions.withdraw_recognition(session, found, on=form.withdrawn_on.data, by=actor())
                else:
                    recognitions.check_recognition(
                        session, found, valid_until=form.valid_until.data, proof=form.proof.data, by=actor()
                    )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("De erkenning is bijgewerkt."), "success")
            return redirect(url_for("organisations.show", organisation_id=organisation.id))
    return render_template(
        "organisations/recognition.html",
        organisation=organisation,
        recognition=found,
        form=form,
        check=check,
        withdraw=withdraw,
    ), (422 if form.errors else 200)


# --- a place on behalf ---------------------------------------------------------------------------------------------


@pages.route("/organisaties/<int:organisation_id>/plekken/nieuw", methods=["GET", "POST"])
@allow(Permission.WORK_OFFERS)
def new_place(organisation_id):
    organisation = organisation_for(current_session(), actor(), organisation_id)
    if organisation.state is OrganisationState.BLOCKED:
        raise NotFound
    sent = request.form if request.method == "POST" else None
    wanted = place_forms.wanted_of(request.args)
    form = place_forms.work_form(current_session(), organisation, None, sent, wanted=wanted)
    if sent is not None:

        def draft(session):
            return offers.draft_place(
                session,
                organisation,
                programme_id=actor().programme_id,
                starts_on=wanted.starts_on,
                ends_on=wanted.ends_on,
                by=actor(),
            )

        place = place_pages.save_step("werk", form, None, save=draft)
        if place is not None:
            return place_pages.onwards(place, "places")
    return place_pages.render_step(None, "werk", form, "places", organisation)
