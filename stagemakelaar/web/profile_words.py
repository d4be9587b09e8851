"""What the steps of a profile are called, and what was filled in, in words; also for the pages of the broker."""

from dataclasses import dataclass

from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from stagemakelaar import clock, labels
from stagemakelaar.people.profile_rules import ADULT, hours_left_a_day
from stagemakelaar.people.profiles import Step, StepState, values_of
from stagemakelaar.reference.formats import show_phone
from stagemakelaar.reference.queries import qualification, work_processes_with


@dataclass(frozen=True)
class StepWords:
    """Woorden van een stap: its title, and one line about what is asked."""

    title: str
    hint: str


STEPS = {
    Step.DETAILS: StepWords(
        labels.label(Step.DETAILS), lazy_gettext("Je naam, je geboortedatum en hoe we je bereiken")
    ),
    Step.STUDY: StepWords(labels.label(Step.STUDY), lazy_gettext("Welke opleiding je doet, en op welke school")),
    Step.PERIOD: StepWords(labels.label(Step.PERIOD), lazy_gettext("Van wanneer tot wanneer, en op welke dagen")),
    Step.JOURNEY: StepWords(labels.label(Step.JOURNEY), lazy_gettext("Je postcode en hoe je kunt reizen")),
    Step.LEARNING: StepWords(
        labels.label(Step.LEARNING), lazy_gettext("In je eigen woorden, en welk werk je leuk vindt")
    ),
    Step.NEEDS: StepWords(labels.label(Step.NEEDS), lazy_gettext("Wat de werkplek moet hebben, en wat fijn zou zijn")),
}
TONES = {StepState.TO_DO: "info", StepState.STARTED: "warning", StepState.DONE: "success"}


def summary_of(session, student, step):
    """Rows of {key, value} with what is filled in at a step."""
    values = values_of(student, step)
    return [{"key": key, "value": value} for key, value in _ROWS[step](session, student, values)]


def minor_hours(student):
    """The most hours a day at the company for who is under 18 then; None when that plays no part, or is not known."""
    profile = student.profile
    years = student.age_on(profile.starts_on or clock.today())
    if years is None or years >= ADULT or not profile.days_per_week or profile.school_hours is None:
        return None
    return min(hours_left_a_day(profile.school_hours, profile.days_per_week), 9)


def _details(_session, student, values):
    yield _("Naam"), student.full_name
    yield _("Geboortedatum"), _day(values["birth_date"])
    yield _("E-mailadres"), student.user.email
    yield _("Telefoonnummer"), show_phone(values["phone"])


def _study(session, _student, values):
    found = qualification(session, values["code"])
    yield _("Opleiding"), _("%(name)s, niveau %(niveau)s", name=found.name, niveau=found.niveau) if found else ""
    yield _("Opleidingscode (crebo)"), values["code"] or ""
    yield _("Leerweg"), _word(values["leerweg"])
    yield _("School"), values["school_name"]
    yield _("BRIN-nummer"), values["school_brin"] or ""
    yield _("Leerjaar"), values["school_year"] or ""


def _period(_session, student, values):
    yield _("Eerste dag"), _day(values["starts_on"])
    yield _("Laatste dag"), _day(values["ends_on"])
    yield _("Dagen per week"), values["days_per_week"] or ""
    yield _("Dagen waarop je kunt"), labels.weekdays(student.profile.weekdays)
    yield _("Uren school per week"), "" if values["school_hours"] is None else values["school_hours"]
    yield _("Uren stage in deze periode"), values["hours_required"] or ""
    yield _("Later op de dag werken"), _word(values["late_hours"])
    yield _("Je zoekt sinds"), _day(values["searching_since"])
    yield _("Bedrijven waar je al solliciteerde"), "" if values["applied_to"] is None else values["applied_to"]
    yield _("Wat je daarover vertelde"), values["applied_note"]


def _journey(_session, _student, values):
    yield _("Postcode"), values["postcode"] or ""
    yield _("Hoe je kunt reizen"), [_word(mode) for mode in values["travel_modes"]] or ""
    minutes = values["max_minutes"]
    yield _("Langste reis"), _("%(minutes)s minuten", minutes=minutes) if minutes else ""


def _learning(session, _student, values):
    yield _("Wat je wilt leren"), values["learning_wish"]
    chosen = work_processes_with(session, values["work_processes"]) if values["work_processes"] else []
    yield _("Werk van je opleiding"), [found.title for found in chosen] or ""
    required = [found.title for found in chosen if found.id in values["required_processes"]]
    yield _("Daarvan moet je leren"), required or _("niets aangekruist")
    yield _("Soort werk, liefste eerst"), [_word(kind) for kind in values["kinds"]] or ""


def _needs(_session, _student, values):
    yield _("Moet er zijn"), [_word(feature) for feature in values["must"]] or _("niets")
    yield _("Zou fijn zijn"), [_word(feature) for feature in values["wishes"]] or _("niets")
    yield _("VOG"), _("je hebt er al een") if values["has_vog"] else _("nog niet")
    yield _("Personenregister Kinderopvang"), _("je staat erin") if values["in_childcare_register"] else _("nog niet")


_ROWS = {
    Step.DETAILS: _details,
    Step.STUDY: _study,
    Step.PERIOD: _period,
    Step.JOURNEY: _journey,
    Step.LEARNING: _learning,
    Step.NEEDS: _needs,
}


def _day(day):
    return format_date(day, "d MMMM y") if day else ""


def _word(member):
    return str(labels.label(member)) if member is not None else ""
