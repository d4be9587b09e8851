"""The forms of the student's profile, one per step. All may stay empty for now; what is typed must be right."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from stagemakelaar import clock
from stagemakelaar.people.profiles import FIELDS, Step, values_of
from stagemakelaar.reference import formats
from stagemakelaar.reference.models import Qualification
from stagemakelaar.reference.queries import qualification, qualifications_on, work_processes
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, TravelMode, Weekday
from stagemakelaar.web.courses import MOST, code_in, matches, words
from stagemakelaar.web.fields import Day, OneOf, Pick, SomeOf, WholeNumber
from stagemakelaar.web.forms import BaseForm, LongText, Text

MOST_SUGGESTIONS = 120
CHOICES_OF_WORK = (
    _("Liefste werk"),
    _("Tweede keus"),
    _("Derde keus"),
    _("Vierde keus"),
    _("Vijfde keus"),
)


class StepForm(BaseForm):
    """A step of the profile. `version` tells whether the profile was changed elsewhere since the page was made."""

    version = HiddenField()

    def values(self):
        """What was filled in, as the action wants it: empty text in a field that is no text becomes None."""
        return {name: self._fields[name].data for name in FIELDS[self.step]}


class DetailsForm(StepForm):
    """Who you are."""

    step = Step.DETAILS
    first_name = Text(
        _("Voornaam"),
        clean=partial(formats.clean_name, field="first_name"),
        render_kw={"autocomplete": "given-name", "maxlength": 200},
    )
    prefix = Text(
        _("Tussenvoegsel"),
        clean=partial(formats.clean_text, field="prefix", longest=30),
        description=_("Bijvoorbeeld van der of el. Leeg laten mag."),
        render_kw={"autocomplete": "additional-name", "maxlength": 60},
    )
    last_name = Text(
        _("Achternaam"),
        clean=partial(formats.clean_name, field="last_name"),
        render_kw={"autocomplete": "family-name", "maxlength": 200},
    )
    birth_date = Day(
        _("Geboortedatum"),
        description=_("Ben je nog geen 18? Dan gelden er regels voor je werktijden. Alleen daarvoor gebruiken we dit."),
        render_kw={"autocomplete": "bday"},
    )
    phone = Text(
        _("Telefoonnummer"),
        clean=formats.clean_phone,
        description=_("Zo kan je stagemakelaar je bellen. Bijvoorbeeld 06 12 34 56 78. Leeg laten mag."),
        render_kw={"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
    )

    def values(self):
        """The same, with no number as None."""
        return super().values() | {"phone": self.phone.data or None}


@dataclass(frozen=True)
class Search:
    """Zoekvraag: what a text about a qualification leads to."""

    meant: Qualification | None = None
    hits: Sequence[Qualification] = ()
    refusal: str | None = None


class Found(OneOf):
    """The choice among what was found; a choice that belongs to an earlier search is forgotten."""

    def process_formdata(self, valuelist):
        """Take what is on offer now."""
        self.data = valuelist[0] if valuelist and valuelist[0] in self._members else None


class StudyForm(StepForm):
    """What you study, and where. The first field takes a name or a code; `found` appears when a name means several."""

    step = Step.STUDY
    code = Text(
        _("Je opleiding"),
        clean=partial(formats.clean_text, field="code", longest=200),
        description=_(
            "Typ de naam of de opleidingscode (crebo). Die code heeft vijf cijfers en staat op je "
            "onderwijsovereenkomst. Alleen bedrijven die voor jouw code erkend zijn, mogen jou begeleiden."
        ),
        render_kw={"autocomplete": "off"},
    )
    found = Found(_("Welke opleiding is het?"), among=())
    leerweg = OneOf(_("Hoe volg je de opleiding?"), among=Leerweg)
    school_name = Text(
        _("Naam van je school"),
        clean=partial(formats.clean_text, field="school_name", longest=120),
        description=_("Je school maakt de stageovereenkomst."),
        render_kw={"autocomplete": "organization"},
    )
    school_brin = Text(
        _("BRIN-nummer van je school"),
        clean=formats.clean_brin,
        description=_("Twee cijfers en twee letters, bijvoorbeeld 00AB. Weet je het niet? Laat het leeg."),
        render_kw={"autocomplete": "off"},
    )
    school_year = WholeNumber(_("In welk jaar zit je?"), least=1, most=4, description=_("1, 2, 3 of 4"))

    search = Search()  # what was found for the text; set by `form_of`
    suggestions: list | None = None

    def validate_code(self, field):
        """Refuse a text that leads to no qualification."""
        if not field.errors and self.search.refusal:
            raise ValidationError(self.search.refusal)

    def validate_found(self, _field):
        """Ask for a choice when a text leads to several."""
        if self.search.hits and self.search.meant is None:
            raise ValidationError(
                ngettext(
                    "Er is %(num)d opleiding die hierop lijkt. Kies die van jou.",
                    "Er zijn %(num)d opleidingen die hierop lijken. Kies die van jou.",
                    len(self.search.hits),
                )
            )

    def values(self):
        """The same, with the code that was meant."""
        meant = self.search.meant
        return super().values() | {
            "code": meant.code if meant else None,
            "school_brin": self.school_brin.data or None,
        }


def search_for(text, chosen):
    """Find what is meant: by a code of five digits, by a name that means one, or by the choice among several."""
    hits, code = matches(text, on=clock.today(), most=MOST + 1), code_in(text)
    if len(hits) > MOST:
        return Search(refusal=_("Er zijn heel veel opleidingen met dit woord. Typ er een woord bij."))
    if len(hits) == 1:
        return Search(meant=hits[0])
    if code and not hits:
        return Search(refusal=_("Opleidingscode %(code)s kennen we niet. Zoek je opleiding op naam.", code=code))
    if text.strip() and not hits:
        return Search(refusal=_("We vinden geen opleiding met deze woorden. Typ een deel van de naam, zoals zorg."))
    return Search(meant=next((hit for hit in hits if hit.code == chosen), None), hits=hits)


class PeriodForm(StepForm):
    """When you can: hard limits, all of them."""

    step = Step.PERIOD
    starts_on = Day(_("Eerste dag van je stage"), description=_("Weet je het nog niet precies? Vraag het op school."))
    ends_on = Day(_("Laatste dag van je stage"))
    days_per_week = WholeNumber(
        _("Hoeveel dagen per week loop je stage?"), least=1, most=7, description=_("Een getal van 1 tot en met 7")
    )
    weekdays = SomeOf(
        _("Op welke dagen kun je?"),
        among=Weekday,
        description=_("Kruis alle dagen aan waarop je kunt werken. Schooldagen kruis je niet aan."),
    )
    school_hours = WholeNumber(
        _("Hoeveel uur per week zit je op school?"),
        least=0,
        most=40,
        description=_("Tel pauzes mee. Ben je nog geen 18, dan telt school mee als werktijd."),
    )
    hours_required = WholeNumber(
        _("Hoeveel uur stage moet je maken in deze periode?"),
        least=1,
        most=9999,
        description=_(
            "Vraag het op school. We stellen dan alleen plekken voor waar je die uren haalt. "
            "Weet je het niet? Laat het leeg."
        ),
    )
    late_hours = OneOf(_("Kun je ook later op de dag werken?"), among=LateHours)
    searching_since = Day(
        _("Sinds wanneer zoek je een plek?"),
        description=_("Ongeveer is goed. Wie langer zoekt, gaat eerder voor."),
    )
    applied_to = WholeNumber(
        _("Bij hoeveel bedrijven heb je al gesolliciteerd?"),
        least=0,
        most=999,
        description=_("Ongeveer is goed, en leeg laten mag. Het telt niet mee bij het kiezen van een plek."),
    )
    applied_note = LongText(
        _("Wil je daar iets over vertellen?"),
        clean=partial(formats.clean_text, field="applied_note", longest=500, several_lines=True),
        description=_("Bijvoorbeeld wat bedrijven zeiden. Leeg laten mag. Alleen je stagemakelaar leest dit."),
        render_kw={"rows": 3},
    )

    def values(self):
        """The same; no answer about late hours means by day only."""
        return super().values() | {"late_hours": self.late_hours.data or LateHours.NONE}


class JourneyForm(StepForm):
    """Where you live and how far you can go: hard limits."""

    step = Step.JOURNEY
    postcode = Text(
        _("Je postcode"),
        clean=formats.clean_postcode,
        description=_("Bijvoorbeeld 1234 AB. Hiermee schatten we de reistijd. Je straat hoeven we niet te weten."),
        render_kw={"autocomplete": "postal-code"},
    )
    travel_modes = SomeOf(_("Hoe kun je reizen?"), among=TravelMode, description=_("Kies alles wat kan."))
    max_minutes = WholeNumber(
        _("Hoeveel minuten mag één reis hoogstens duren?"),
        least=10,
        most=120,
        description=_(
            "Van deur tot deur, enkele reis. Een half uur is voor bijna iedereen te doen, drie kwartier voor de "
            "meesten. Vul een getal in van 10 tot en met 120."
        ),
    )

    def values(self):
        """The same, with no postcode as None."""
        return super().values() | {"postcode": self.postcode.data or None}


class LearningForm(StepForm):
    """What you want to learn: wishes. The choices of work are five lists, best first."""

    step = Step.LEARNING
    learning_wish = LongText(
        _("Wat wil je leren?"),
        clean=partial(formats.clean_text, field="learning_wish", longest=1000, several_lines=True),
        description=_(
            "In je eigen woorden, hoogstens 1000 tekens. Schrijf hier niets over je gezondheid, je geloof of je "
            "familie: dat hoeft niemand te weten. Je stagemakelaar leest dit, en het bedrijf pas als de plek zeker is."
        ),
        render_kw={"rows": 6},
    )
    work_processes = SomeOf(
        _("Welk werk van je opleiding wil je doen?"),
        description=_("Kies alles wat je in deze stage wilt of moet leren."),
    )
    required_processes = SomeOf(_("Welk werk móét je in deze stage leren?"))
    kinds = Pick(CHOICES_OF_WORK[0], among=KindOfWork)
    kind_2 = Pick(CHOICES_OF_WORK[1], among=KindOfWork)
    kind_3 = Pick(CHOICES_OF_WORK[2], among=KindOfWork)
    kind_4 = Pick(CHOICES_OF_WORK[3], among=KindOfWork)
    kind_5 = Pick(CHOICES_OF_WORK[4], among=KindOfWork)

    @property
    def kind_fields(self):
        """The five lists, in order."""
        return [self.kinds, self.kind_2, self.kind_3, self.kind_4, self.kind_5]

    def values(self):
        """The same, with the five lists as one; what must be learnt is wanted as well."""
        kinds = [field.data for field in self.kind_fields if field.data is not None]
        wanted, required = self.work_processes.data or [], self.required_processes.data or []
        wanted = [*wanted, *(one for one in required if one not in wanted)]
        return super().values() | {"kinds": kinds, "work_processes": wanted, "required_processes": required}


class NeedsForm(StepForm):
    """What the workplace must have, apart from what would be nice. Why is never asked."""

    step = Step.NEEDS
    must = SomeOf(
        _("Wat moet de werkplek hebben?"),
        among=Feature,
        description=_("Alleen plekken die dit hebben, stellen we voor. Kies dus alleen wat echt niet anders kan."),
    )
    wishes = SomeOf(
        _("Wat zou fijn zijn?"),
        among=Feature,
        description=_("Dit helpt bij het kiezen. Een plek zonder dit kan ook."),
    )
    has_vog = BooleanField(
        _("Ik heb al een VOG"),
        description=_(
            "Een VOG is een Verklaring Omtrent het Gedrag. Sommige bedrijven vragen erom. Heb je er geen? "
            "Dat is niet erg: je vraagt hem aan als je een plek hebt. Dat duurt een paar weken."
        ),
    )

    in_childcare_register = BooleanField(
        _("Ik sta al in het Personenregister Kinderopvang"),
        description=_(
            "Dat is alleen nodig voor stages in de kinderopvang. Sta je er nog niet in? Dat is niet erg: "
            "reken op vijf weken, samen met de VOG."
        ),
    )

    def values(self):
        """The same; what must be there need not be wished as well."""
        must = self.must.data or []
        return super().values() | {"wishes": [one for one in self.wishes.data or [] if one not in must]}


FORMS = {form.step: form for form in (DetailsForm, StudyForm, PeriodForm, JourneyForm, LearningForm, NeedsForm)}


def form_of(session, student, step, sent=None):
    """The form of a step: with what is stored, or with what was sent."""
    stored = values_of(student, step)
    if step is Step.STUDY:
        return _study_form(session, stored, student, sent)
    if step is Step.LEARNING:
        return _learning_form(session, stored, student, sent)
    if step is Step.DETAILS:
        stored["phone"] = formats.show_phone(stored["phone"])
    return FORMS[step](sent, data=stored | {"version": student.profile.version})


def _study_form(session, stored, student, sent):
    search = search_for(sent.get("code", ""), sent.get("found")) if sent is not None else Search()

    class Form(StudyForm):
        found = Found(_("Welke opleiding is het?"), among=[(hit.code, words(hit)) for hit in search.hits])

    chosen = qualification(session, stored["code"])
    stored["code"] = words(chosen) if chosen else ""
    form = Form(sent, data=stored | {"version": student.profile.version})
    form.search = search
    suggestions = [words(one) for one in qualifications_on(session, clock.today())]
    if len(suggestions) <= MOST_SUGGESTIONS:  # a longer list is no help on a phone: then the search by words is
        form.suggestions = suggestions
    return form


def _learning_form(session, stored, student, sent):
    kinds = stored.pop("kinds")
    names = ("kinds", "kind_2", "kind_3", "kind_4", "kind_5")
    stored |= dict(zip(names, kinds, strict=False))
    processes = [(found.id, found.title) for found in work_processes(session, student.profile.code)]

    class Form(LearningForm):
        work_processes = SomeOf(
            _("Welk werk van je opleiding wil je doen?"),
            among=processes,
            description=_("Kies alles wat je in deze stage wilt of moet leren."),
        )
        required_processes = SomeOf(
            _("Welk werk móét je in deze stage leren?"),
            among=processes,
            description=_(
                "Een plek waar dit niet kan, stellen we niet voor. Kies dus alleen wat van school echt moet. "
                "Weet je het niet? Laat het leeg."
            ),
        )

    return Form(sent, data=stored | {"version": student.profile.version})
