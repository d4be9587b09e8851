"""The forms by which a place is described, one per screen, and what each does with its answers."""

from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from stagemakelaar import clock, labels
from stagemakelaar.places import offers
from stagemakelaar.places.recognitions import recognised_codes
from stagemakelaar.reference import formats
from stagemakelaar.reference.queries import qualification, work_processes
from stagemakelaar.reference.vocabulary import (
    Feature,
    KindOfWork,
    LateHours,
    Leerweg,
    SpecialRisks,
    Weekday,
    mask_of,
    members_of,
)
from stagemakelaar.web.courses import is_code, matches, words
from stagemakelaar.web.fields import Day, Euros, OneOf, SomeOf, WholeNumber
from stagemakelaar.web.forms import BaseForm, LongText, Text, required

YES_NO = [(True, _l("ja")), (False, _l("nee"))]


# --- werk ----------------------------------------------------------------------------------------------------------


class WorkForm(BaseForm):
    """What the work is, and for which courses."""

    title = Text(
        _l("Hoe noemt u deze leerplaats?"),
        [required(_l("Geef de leerplaats een naam."))],
        longest=120,
        description=_l("Bijvoorbeeld: helpende in de wijk, of keukenhulp."),
    )
    tasks = LongText(
        _l("Wat doet een student bij u op een dag?"),
        [Optional()],
        description=_l("Twee of drie zinnen zijn genoeg. De student leest dit."),
        render_kw={"rows": "4"},
    )
    course = Text(
        _l("Andere opleiding"),
        [Optional()],
        longest=100,
        description=_l("Staat de opleiding er niet bij? Typ een paar woorden of de opleidingscode (crebo)."),
    )
    leerweg = OneOf(_l("Voor welke leerweg?"), [required(_l("Kies tussen bol en bbl."))], among=Leerweg)


class Prefilled(NamedTuple):
    """Voorzet: what the address says about the place that is wanted; None where it says nothing."""

    code: str | None
    leerweg: Leerweg | None
    starts_on: date | None
    ends_on: date | None


def wanted_of(args):
    """What an address says about the place that is wanted; what makes no sense is left out."""
    code, leerweg = args.get("opleiding", ""), args.get("leerweg")
    starts_on, ends_on = (_day(args.get(name, "")) for name in ("vanaf", "tot"))
    if starts_on is None or ends_on is None or ends_on <= starts_on:
        starts_on = ends_on = None
    return Prefilled(
        code if is_code(code) else None,
        next((one for one in Leerweg if one.value == leerweg), None),
        starts_on,
        ends_on,
    )


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


NOTHING_WANTED = Prefilled(None, None, None, None)


def work_form(session, organisation, place=None, formdata=None, *, wanted=NOTHING_WANTED):
    """The form with the courses for which the organisation is recognised, those chosen, and those that were sought.

    `wanted` is what a place that is still to be made starts with.
    """
    recognised = sorted(recognised_codes(organisation, clock.today()))
    present = [row.code for row in place.codes] if place else []
    typed = formdata.get("course", "") if formdata else ""
    found = [course.code for course in matches(typed)] if typed else []
    sent = [code for code in formdata.getlist("codes") if is_code(code)] if formdata else []
    asked = [wanted.code] if wanted.code else []
    offered = [qualification(session, code) for code in dict.fromkeys([*recognised, *asked, *present, *found, *sent])]

    class Form(WorkForm):
        codes = SomeOf(
            _("Voor welke opleiding?"),
            among=[(course.code, words(course)) for course in offered if course is not None],
        )

        def validate_course(self, field):
            """What was sought must exist."""
            if not found and field.data and not field.errors:
                raise ValidationError(
                    _("We vinden geen opleiding met deze woorden. Probeer een ander woord of de code.")
                )

        def validate_codes(self, field):
            """At least one; what was sought must be ticked, unless it can only be one thing."""
            if len(found) == 1:
                field.data = list(dict.fromkeys([*field.data, *found]))
            elif found and not set(found) & set(field.data):
                raise ValidationError(_("Kruis aan welke opleiding u bedoelt."))
            if not field.data:
                raise ValidationError(_("Kies een opleiding, of typ hieronder welke u bedoelt."))

    if place is None:
        codes = asked or (recognised if len(recognised) == 1 else [])
        return Form(formdata, codes=codes, leerweg=wanted.leerweg or Leerweg.BOL)
    return Form(formdata, title=place.title, tasks=place.tasks, codes=present, leerweg=place.leerweg)


def save_work(session, place, form, *, by):
    """Store the step "werk"."""
    offers.describe_work(
        session,
        place,
        title=form.title.data,
        tasks=form.tasks.data or "",
        codes=form.codes.data,
        leerweg=form.leerweg.data,
        by=by,
    )


# --- leren ---------------------------------------------------------------------------------------------------------


class LearnForm(BaseForm):
    """What a student can learn here."""

    kinds = SomeOf(
        _l("Wat voor werk is het?"), among=KindOfWork, description=_l("Kruis aan wat bij deze leerplaats hoort.")
    )


def learn_form(session, _organisation, place, formdata=None):
    """The form with the work processes of the courses of this place, a group per course."""
    groups = {row.code: work_processes(session, row.code) for row in place.codes}
    fields = {
        f"learn_{row.code}": SomeOf(
            _("Dit kan een student hier leren: %(course)s", course=row.qualification.name),
            among=[(process.id, process.title) for process in groups[row.code]],
            description=_("Niets aankruisen mag ook. Dan weten we het nog niet."),
        )
        for row in place.codes
        if groups[row.code]
    }
    values = dict.fromkeys(fields, place.work_processes)
    form = type("Form", (LearnForm,), fields)(formdata, kinds=[KindOfWork(kind) for kind in place.kinds], **values)
    form.groups = [form[name] for name in fields]
    return form


def save_learning(session, place, form, *, by):
    """Store the step "leren"."""
    processes = [number for group in form.groups for number in group.data]
    offers.describe_learning(session, place, kinds=form.kinds.data, work_processes=processes, by=by)


# --- wanneer -------------------------------------------------------------------------------------------------------


class TimesForm(BaseForm):
    """From when to when, on which days, and how many."""

    starts_on = Day(_l("Vanaf welke dag kan een student beginnen?"), [required(_l("Vul de eerste dag in."))])
    ends_on = Day(_l("Tot en met welke dag?"), [required(_l("Vul de laatste dag in."))])
    weekdays = SomeOf(
        _l("Op welke dagen is er werk?"), [required(_l("Kies op welke dagen er werk is."))], among=Weekday
    )
    hours_per_day = WholeNumber(
        _l("Hoeveel uur is een werkdag?"), [required(_l("Vul het aantal uren in."))], least=1, most=12
    )
    seats = WholeNumber(
        _l("Hoeveel studenten kunnen er tegelijk terecht?"),
        [required(_l("Vul het aantal studenten in."))],
        least=1,
        most=200,
    )
    late_hours = OneOf(
        _l("Is er ook werk in de avond of nacht?"),
        [required(_l("Kies of er werk in de avond of nacht is."))],
        among=LateHours,
    )


def times_form(_session, _organisation, place, formdata=None):
    """The form with what is known."""
    return TimesForm(
        formdata,
        starts_on=place.starts_on,
        ends_on=place.ends_on,
        weekdays=members_of(Weekday, place.weekdays),
        hours_per_day=place.hours_per_day,
        seats=place.seats,
        late_hours=place.late_hours or LateHours.NONE,
    )


def save_times(session, place, form, *, by):
    """Store the step "wanneer"."""
    offers.set_times(
        session,
        place,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        weekdays=mask_of(form.weekdays.data),
        hours_per_day=form.hours_per_day.data,
        seats=form.seats.data,
        late_hours=form.late_hours.data,
        by=by,
    )


# --- waar ----------------------------------------------------------------------------------------------------------


def location_form(_session, organisation, place, formdata=None):
    """The form with the organisation's own address as the first choice."""
    own = ", ".join(part for part in (organisation.address, organisation.postcode) if part)

    class Form(BaseForm):
        elsewhere = OneOf(
            _("Waar werkt de student?"),
            [required(_("Kies waar de student werkt."))],
            among=[(False, _("op het adres van uw bedrijf (%(address)s)", address=own)), (True, _("ergens anders"))],
        )
        postcode = Text(
            _("Postcode, als het ergens anders is"),
            clean=formats.clean_postcode,
            description=_("Daarmee rekenen we uit hoe lang de reis is."),
        )

        def validate_postcode(self, field):
            """Needed only for another place."""
            if self.elsewhere.data and not field.data and not field.errors:
                raise ValidationError(_("Vul de postcode in van de plek waar de student werkt."))

    return Form(formdata, elsewhere=place.postcode is not None, postcode=place.postcode)


def save_location(session, place, form, *, by):
    """Store the step "waar"."""
    postcode = form.postcode.data if form.elsewhere.data else None
    offers.set_location(session, place, postcode=postcode, by=by)


# --- voorwaarden ---------------------------------------------------------------------------------------------------


class ConditionsForm(BaseForm):
    """What is asked, what is paid, and what the workplace has."""

    needs_vog = OneOf(
        _l("Is een verklaring omtrent gedrag (VOG) nodig?"),
        [required(_l("Kies of een VOG nodig is."))],
        among=YES_NO,
        description=_l("Een VOG aanvragen duurt twee tot vier weken."),
    )
    needs_register = OneOf(
        _l("Moet de student in het Personenregister Kinderopvang staan?"),
        [],
        among=YES_NO,
        description=_l("Alleen in de kinderopvang. Met de VOG erbij duurt inschrijven ongeveer vijf weken."),
    )
    special_risks = OneOf(
        _l("Is er gevaarlijk werk?"),
        [],
        among=[*((one, labels.label(one)) for one in SpecialRisks), (None, _l("dat weet ik nog niet"))],
        description=_l(
            "Bijvoorbeeld met gevaarlijke machines of stoffen, op hoogte of met agressie. "
            "Wie nog geen 18 is, mag dat alleen doen als er altijd een deskundige bij is."
        ),
    )
    minimum_age = OneOf(
        _l("Is er een leeftijd waaronder dit werk niet mag?"),
        [required(_l("Kies of er een minimumleeftijd is."))],
        among=[(0, _l("nee")), (16, _l("vanaf 16 jaar")), (18, _l("vanaf 18 jaar"))],
        description=_l("Alleen als de wet of de veiligheid dat vraagt."),
    )
    allowance_cents = Euros(
        _l("Vergoeding per maand in euro's"),
        [Optional()],
        description=_l("Geen vergoeding? Vul 0 in. Weet u het nog niet? Laat het leeg."),
    )
    pays_travel = OneOf(_l("Betaalt u de reiskosten?"), [], among=[*YES_NO, (None, _l("dat weet ik nog niet"))])
    features = SomeOf(
        _l("Wat heeft de werkplek?"),
        among=Feature,
        description=_l("Sommige studenten kunnen zonder iets van deze lijst niet werken."),
    )


def conditions_form(_session, _organisation, place, formdata=None):
    """The form with what is known."""
    return ConditionsForm(
        formdata,
        needs_vog=place.needs_vog,
        needs_register=place.needs_register,
        special_risks=place.special_risks,
        minimum_age=place.minimum_age,
        allowance_cents=place.allowance_cents,
        pays_travel=place.pays_travel,
        features=[Feature(feature) for feature in place.features],
    )


def save_conditions(session, place, form, *, by):
    """Store the step "voorwaarden"."""
    offers.set_conditions(
        session,
        place,
        needs_vog=form.needs_vog.data,
        needs_register=bool(form.needs_register.data),
        special_risks=form.special_risks.data,
        minimum_age=form.minimum_age.data,
        allowance_cents=form.allowance_cents.data,
        pays_travel=form.pays_travel.data,
        features=form.features.data,
        by=by,
    )


# --- begeleiding ---------------------------------------------------------------------------------------------------


class GuidanceForm(BaseForm):
    """Who guides the student."""

    trainer_name = Text(
        _l("Naam van de praktijkopleider"),
        [Optional()],
        clean=formats.clean_name,
        description=_l("De collega die de student begeleidt. Weet u het nog niet? Vul het later in."),
    )
    trainer_email = Text(
        _l("E-mailadres van de praktijkopleider"), [Optional()], clean=formats.clean_email, render_kw={"type": "email"}
    )


def guidance_form(_session, _organisation, place, formdata=None):
    """The form with what is known."""
    return GuidanceForm(formdata, trainer_name=place.trainer_name, trainer_email=place.trainer_email)


def save_guidance(session, place, form, *, by):
    """Store the step "begeleiding"."""
    offers.set_guidance(
        session,
        place,
        trainer_name=form.trainer_name.data or "",
        trainer_email=form.trainer_email.data or "",
        by=by,
    )
