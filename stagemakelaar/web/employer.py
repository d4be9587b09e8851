"""Pages of an employer: what is asked of me now, the organisation, its recognitions and colleagues."""

from functools import wraps

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, NotFound
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import programmes
from stagemakelaar.placements.queries import told_placements_at
from stagemakelaar.placements.seen_by_employer import seen_by_employer
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.places import actions, recognitions
from stagemakelaar.places.queries import member_of, membership_of, own_places
from stagemakelaar.reference import formats
from stagemakelaar.rounds.queries import causes_for_codes
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.courses import resolved, resolving
from stagemakelaar.web.employer_words import wanted_in_words
from stagemakelaar.web.fields import Day, OneOf
from stagemakelaar.web.forms import BaseForm, ButtonForm, Text, required

pages = Blueprint("employer", __name__)

DAYS_TO_CHECK = 3  # working days in which a broker looks at what is new
SHOWN = 50


def own_membership():
    """How the one who is signed in belongs to an organisation; who belongs to none yet finds nothing here."""
    membership = membership_of(current_session(), actor())
    if membership is None:
        raise NotFound
    return membership


def managing():
    """The same for who may change and answer; a colleague who may only read is told that this page is not theirs."""
    membership = own_membership()
    if not membership.manages:
        abort(403)
    return membership


def with_organisation(view):
    """Send who has not told about the organisation yet to the page that asks it."""

    @wraps(view)
    def checked(*args, **kwargs):
        if membership_of(current_session(), actor()) is None:
            return redirect(url_for("employer.organisation"))
        return view(*args, **kwargs)

    return checked


# --- home ----------------------------------------------------------------------------------------------------------


@pages.get("/bedrijf")
@allow(Permission.OWN_ORGANISATION)
@with_organisation
def home():
    session, membership = current_session(), own_membership()
    organisation = membership.organisation
    placements = [
        seen_by_employer(session, placement, manages=membership.manages, in_full=False)
        for placement in told_placements_at(session, organisation)[:SHOWN]
    ]
    return render_template(
        "employer/home.html",
        organisation=organisation,
        manages=membership.manages,
        waiting=[placement for placement in placements if placement.awaits_answer],
        placements=[placement for placement in placements if not placement.awaits_answer],
        places=own_places(session, organisation)[:SHOWN],
        today=clock.today(),
        checked_by=working_days_from(organisation.created_at.date(), DAYS_TO_CHECK),
        wanted=_wanted(session, organisation),
        waits_for_check=any(not recognition.is_checked for recognition in organisation.recognitions),
    )


def _wanted(session, organisation):
    """The courses that the organisation may train for, and for which its programme still seeks places."""
    today = clock.today()
    own = [one.qualification for one in organisation.recognitions if one.covers(today, today)]
    codes = [course.code for course in own]
    return wanted_in_words(own, causes_for_codes(session, organisation.registered_with_id, codes))


# --- the organisation ----------------------------------------------------------------------------------------------


class NumbersForm(BaseForm):
    """The numbers by which a branch of a company is known."""

    kvk_number = Text(
        _l("KVK-nummer"),
        [required(_l("Vul het KVK-nummer in."))],
        clean=formats.clean_kvk,
        description=_l("Acht cijfers, zoals 12345678."),
        render_kw={"inputmode": "numeric"},
    )
    branch_number = Text(
        _l("Vestigingsnummer"),
        [required(_l("Vul het vestigingsnummer in."))],
        clean=formats.clean_branch,
        description=_l("Twaalf cijfers, zoals 000012345678. Het staat op uw uittreksel van de KVK en op kvk.nl."),
        render_kw={"inputmode": "numeric"},
    )


class OrganisationForm(BaseForm):
    """What we ask about a company after it was registered."""

    name = Text(
        _l("Naam van het bedrijf"),
        [required(_l("Vul de naam van het bedrijf in."))],
        clean=lambda text: formats.clean_name(text, longest=160),
        render_kw={"autocomplete": "organization"},
    )
    postcode = Text(
        _l("Postcode"),
        [required(_l("Vul de postcode in."))],
        clean=formats.clean_postcode,
        render_kw={"autocomplete": "postal-code"},
    )
    street = Text(_l("Straat"), [Optional()], longest=120)
    house_number = Text(_l("Huisnummer"), [Optional()], longest=20)
    city = Text(_l("Plaats"), [required(_l("Vul de plaats in."))], longest=80)
    website = Text(_l("Website"), [Optional()], longest=200)
    hides_address = BooleanField(
        _l("Laat ons adres niet zien"),
        description=_l("Bijvoorbeeld bij een opvanghuis. Studenten zien dan alleen de plaats."),
    )

    def facts(self):
        """What was filled in, by the names of the actions."""
        return {
            "name": self.name.data,
            "postcode": self.postcode.data,
            "street": self.street.data or "",
            "house_number": self.house_number.data or "",
            "city": self.city.data,
            "website": self.website.data or "",
            "hides_address": self.hides_address.data,
        }


class NewOrganisationForm(NumbersForm, OrganisationForm):
    """All that is asked when a company is registered, the numbers first."""


def new_organisation_form(session, formdata=None, **defaults):
    """The form to register, which asks for the programme only when there are more than one."""
    offered = programmes(session)

    class Form(NewOrganisationForm):
        programme = OneOf(
            _("Met welke stagemakelaar wilt u werken?"),
            [required(_("Kies een stagemakelaar."))],
            among=[(programme.id, programme.name) for programme in offered],
        )

    form = Form(formdata, **defaults)
    if len(offered) == 1:
        form.programme.data = offered[0].id
        del form.programme
    return form, {programme.id: programme for programme in offered}


@pages.route("/bedrijf/gegevens", methods=["GET", "POST"])
@allow(Permission.OWN_ORGANISATION)
def organisation():
    session = current_session()
    membership = membership_of(session, actor())
    if membership is not None:
        return _organisation_page(membership, MemberForm())
    form, offered = new_organisation_form(session, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        programme = offered[form.programme.data] if "programme" in form else next(iter(offered.values()))
        try:
            with transaction() as session:
                actions.register_organisation(
                    session,
                    kvk_number=form.kvk_number.data,
                    branch_number=form.branch_number.data,
                    programme=programme,
                    contact=actor(),
                    by=actor(),
                    **form.facts(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Uw bedrijf staat erin. Vertel nu voor welke opleidingen u erkend bent."), "success")
            return redirect(url_for("employer.recognition_list"))
    return render_template("employer/register.html", form=form), 422 if form.errors else 200


@pages.route("/bedrijf/gegevens/wijzigen", methods=["GET", "POST"])
@allow(Permission.OWN_ORGANISATION)
@with_organisation
def change_organisation():
    organisation = managing().organisation
    form = OrganisationForm(request.form if request.method == "POST" else None, obj=organisation)
    if request.method == "POST" and form.validate():
        with transaction() as session:
            actions.change_organisation(session, organisation, by=actor(), **form.facts())
        flash(_("De gegevens van uw bedrijf zijn opgeslagen."), "success")
        return redirect(url_for("employer.organisation"))
    return render_template("employer/change.html", form=form, organisation=organisation), 422 if form.errors else 200


# --- colleagues ----------------------------------------------------------------------------------------------------


class MemberForm(BaseForm):
    """A colleague who may sign in for the same organisation."""

    name = Text(_l("Naam"), [required(_l("Vul de naam van uw collega in."))], clean=formats.clean_name)
    email = Text(
        _l("E-mailadres"),
        [required(_l("Vul het e-mailadres van uw collega in."))],
        clean=formats.clean_email,
        description=_l("Uw collega logt in met dit adres."),
        render_kw={"type": "email"},
    )
    manages = BooleanField(
        _l("Mag ook wijzigen en antwoorden"),
        description=_l("Anders kan uw collega alleen meelezen, zonder namen van studenten."),
    )


def _organisation_page(membership, form):
    return (
        render_template(
            "employer/organisation.html",
            organisation=membership.organisation,
            manages=membership.manages,
            own=membership,
            form=form,
            button=ButtonForm(),
        ),
        422 if form.errors else 200,
    )


@pages.post("/bedrijf/collegas")
@allow(Permission.OWN_ORGANISATION)
def add_member():
    membership = managing()
    form = MemberForm(request.form)
    if form.validate():
        try:
            with transaction() as session:
                actions.invite_member(
                    session,
                    membership.organisation,
                    email=form.email.data,
                    name=form.name.data,
                    manages=form.manages.data,
                    by=actor(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Uw collega is toegevoegd en kan inloggen met het eigen e-mailadres."), "success")
            return redirect(url_for("employer.organisation"))
    return _organisation_page(own_membership(), form)


@pages.post("/bedrijf/collegas/<int:membership_id>/verwijderen")
@allow(Permission.OWN_ORGANISATION)
def remove_member(membership_id):
    organisation = managing().organisation
    form = ButtonForm(request.form)
    if not form.validate():
        return _organisation_page(own_membership(), form)
    with transaction() as session:
        actions.remove_member(session, member_of(session, organisation, membership_id), by=actor())
    flash(_("Uw collega kan niet meer bij de gegevens van uw bedrijf."), "success")
    return redirect(url_for("employer.organisation"))


# --- recognitions --------------------------------------------------------------------------------------------------


class RecognitionForm(BaseForm):
    """A recognition, by the name or the code of the course."""

    course = Text(
        _l("Welke opleiding?"),
        [required(_l("Vul de naam of de code van de opleiding in."))],
        description=_l("Typ een paar woorden, zoals zorg of kok, of de opleidingscode (crebo) van vijf cijfers."),
        longest=100,
    )
    valid_from = Day(_l("Erkend vanaf"), [required(_l("Vul in vanaf wanneer u erkend bent."))])
    valid_until = Day(
        _l("Erkend tot en met"),
        [Optional()],
        description=_l("Weet u dit niet? Laat het leeg, dan zoeken wij het op."),
    )
    proof = Text(
        _l("Waar kunnen wij dit nakijken?"),
        [Optional()],
        description=_l("Bijvoorbeeld uw nummer als leerbedrijf, of de naam waaronder u op stagemarkt.nl staat."),
        longest=200,
    )


def save_recognition(organisation, form):
    """Store what the form says; True when it was stored, and the form tells why when not."""
    if not form.validate():
        return False
    code = resolved(form)
    if code is None:
        return False
    try:
        with transaction() as session:
            recognitions.add_recognition(
                session,
                organisation,
                code=code,
                valid_from=form.valid_from.data,
                valid_until=form.valid_until.data,
                proof=form.proof.data or "",
                by=actor(),
            )
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


@pages.route("/bedrijf/erkenningen", methods=["GET", "POST"])
@allow(Permission.OWN_ORGANISATION)
@with_organisation
def recognition_list():
    membership = managing() if request.method == "POST" else own_membership()
    form = resolving(RecognitionForm, request.form if request.method == "POST" else None)
    if request.method == "POST" and save_recognition(membership.organisation, form):
        flash(_("De erkenning staat erin. Wij kijken haar na; u kunt intussen verder."), "success")
        return redirect(url_for("employer.recognition_list"))
    return render_template(
        "employer/recognitions.html",
        organisation=membership.organisation,
        manages=membership.manages,
        form=form,
    ), (422 if form.errors else 200)
