"""A student's file in words for the broker: what happens now, limits apart from wishes, the road so far."""

from typing import NamedTuple

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from stagemakelaar import clock, labels
from stagemakelaar.casework.models import CaseState
from stagemakelaar.placements.models import LIVE, PlacementState
from stagemakelaar.reference.formats import show_phone
from stagemakelaar.reference.queries import qualification, work_processes_with
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, TravelMode


class Situation(NamedTuple):
    """Stand van zaken: a title and a sentence that says who acts."""

    title: str
    text: str


class Part(NamedTuple):
    """Deel van het dossier: a heading with rows of {key, value}."""

    title: str
    rows: list


# --- what happens now ----------------------------------------------------------------------------------------------


def situation_of(case, placements):
    """What happens now, and who acts."""
    live = next((placement for placement in reversed(placements) if placement.state in LIVE), None)
    if live is not None and case.state in {CaseState.PLACED, CaseState.AFTERCARE}:
        return _with_place(live)
    return _WITHOUT[case.state](case)


def _with_place(placement):
    where = placement.place.organisation.name
    if placement.state is PlacementState.PLANNED:
        return Situation(
            _("Er ligt een voorstel bij %(company)s", company=where),
            _answer_of(placement),
        )
    if placement.state is PlacementState.CONFIRMED:
        return Situation(
            _("De stage bij %(company)s gaat door", company=where),
            _("De eerste dag is %(day)s. De school maakt de overeenkomst.", day=day_of(placement.starts_on)),
        )
    return Situation(
        _("De stage bij %(company)s loopt", company=where),
        _("Tot en met %(day)s. Houd contact met de student en het bedrijf.", day=day_of(placement.ends_on)),
    )


def _answer_of(placement):
    who, day = waits_for(placement), day_of(placement.answer_by_on)
    if not placement.is_told:
        return who[0].upper() + who[1:] + "."
    if placement.answer_by_on < clock.today():
        return _("Het antwoord had er uiterlijk %(day)s moeten zijn: %(who)s. Bel hierover.", who=who, day=day)
    return _("Antwoord uiterlijk %(day)s: %(who)s.", who=who, day=day)


def waits_for(placement):
    """Who has yet to answer."""
    if not placement.is_told:
        return _("de brieven zijn nog niet weg; niemand weet ervan")
    if placement.student_accepted_at is not None:
        return _("het bedrijf is aan zet")
    if placement.employer_confirmed_at is not None:
        return _("de student is aan zet")
    return _("de student en het bedrijf zijn aan zet")


def _new(case):
    if case.student.profile.completed_at is None:
        return Situation(_("Nieuwe aanmelding"), _("De student is aan zet: het profiel is nog niet klaar."))
    return Situation(
        _("Nieuwe aanmelding"), _("Het profiel is klaar. U bent aan zet: pak de zaak op en plan een gesprek.")
    )


def _intake(case):
    if case.student.profile.completed_at is None:
        return Situation(_("In gesprek"), _("De student is aan zet: het profiel is nog niet klaar."))
    return Situation(_("In gesprek"), _("Het profiel is klaar. U bent aan zet: start het zoeken als alles klopt."))


def _searching(case):
    since = case.student.profile.searching_since
    if since is None:
        return Situation(_("We zoeken een plek"), _("De student doet mee aan de volgende berekening."))
    days = (clock.today() - since).days
    text = ngettext(
        "Zoekt sinds %(since)s (%(num)s dag). Doet mee aan de volgende berekening.",
        "Zoekt sinds %(since)s (%(num)s dagen). Doet mee aan de volgende berekening.",
        days,
        since=day_of(since),
    )
    return Situation(_("We zoeken een plek"), text)


def _paused(case):
    text = _("De student doet niet mee aan berekeningen tot u de zaak hervat.")
    return Situation(_("De zaak staat stil"), _with_note(case, text))


def _closed(case):
    return Situation(_("De zaak is gesloten"), _with_note(case, _("Heropenen kan: dan zoeken we weer.")))


def _with_note(case, text):
    return _("Reden: %(note)s. %(text)s", note=case.state_note.rstrip("."), text=text) if case.state_note else text


def _after(_case):
    return Situation(_("De stage is klaar"), _("U kunt de zaak sluiten als alles besproken is."))


_WITHOUT = {
    CaseState.SIGNED_UP: _new,
    CaseState.INTAKE: _intake,
    CaseState.SEARCHING: _searching,
    CaseState.PLACED: _searching,
    CaseState.AFTERCARE: _after,
    CaseState.PAUSED: _paused,
    CaseState.CLOSED: _closed,
}


# --- the file ------------------------------------------------------------------------------------------------------


def parts_of_file(session, student):
    """The file in three parts: what must be so, what would be good, and who it is."""
    profile = student.profile
    return [
        Part(_("Grenzen: hier moet een plek aan voldoen"), _rows(_limits(session, student, profile))),
        Part(_("Wensen: hiermee kiest de berekening"), _rows(_wishes(session, profile))),
        Part(_("Gegevens"), _rows(_person(student))),
    ]


def _rows(pairs):
    return [{"key": key, "value": value} for key, value in pairs]


def _limits(session, student, profile):
    found = qualification(session, profile.code)
    named = {"name": found.name, "niveau": found.niveau, "code": found.code} if found else {}
    yield _("Opleiding"), _("%(name)s, niveau %(niveau)s (crebo %(code)s)", **named) if found else ""
    yield _("Leerweg"), _word(profile.leerweg)
    yield _("Periode"), _period(profile)
    yield _("Dagen"), _days(profile)
    yield _("Uren stage in totaal"), profile.hours_required or _("niet opgegeven")
    yield _("School"), _school(profile)
    yield _("Avond of nacht"), _word(profile.late_hours)
    yield _("Reizen"), _journey(profile)
    yield _("Moet er zijn"), [_word(Feature(one)) for one in profile.must] or _("niets bijzonders")
    yield _("VOG"), _("is er") if profile.has_vog else _("nog niet: reken op vier weken")
    if profile.in_childcare_register:
        yield _("Personenregister Kinderopvang"), _("staat erin")
    if profile.required_processes:
        required = work_processes_with(session, profile.required_processes)
        yield _("Moet te leren zijn"), [one.title for one in required]
    yield _("Leeftijd"), _age(student)


def _wishes(session, profile):
    chosen = work_processes_with(session, profile.work_processes) if profile.work_processes else []
    yield _("Wil leren"), profile.learning_wish
    yield _("Werkprocessen"), [one.title for one in chosen] or _("niet gekozen")
    yield _("Soort werk, liefste eerst"), [_word(KindOfWork(one)) for one in profile.kinds] or _("niet gekozen")
    yield _("Zou fijn zijn"), [_word(Feature(one)) for one in profile.wishes] or _("niets bijzonders")


def _person(student):
    yield _("E-mailadres"), student.user.email
    yield _("Telefoonnummer"), show_phone(student.user.phone) if student.user.phone else ""
    yield _("Geboortedatum"), day_of(student.birth_date)
    yield _("Postcode"), student.profile.postcode or ""
    yield _("School"), student.profile.school_name
    yield _("Solliciteerde al bij"), _applied(student.profile)


def _applied(profile):
    if profile.applied_to is None:
        return profile.applied_note or _("niet verteld")
    told = ngettext("%(num)s bedrijf", "%(num)s bedrijven", profile.applied_to)
    return _("%(told)s: %(note)s", told=told, note=profile.applied_note) if profile.applied_note else told


def _period(profile):
    if profile.starts_on is None or profile.ends_on is None:
        return ""
    return _("%(first)s tot en met %(last)s", first=day_of(profile.starts_on), last=day_of(profile.ends_on))


def _days(profile):
    if not profile.days_per_week:
        return ""
    return ngettext(
        "%(num)s dag per week; kan op %(days)s",
        "%(num)s dagen per week; kan op %(days)s",
        profile.days_per_week,
        days=labels.weekdays(profile.weekdays),
    )


def _school(profile):
    return "" if profile.school_hours is None else _("%(hours)s uur per week op school", hours=profile.school_hours)


def _journey(profile):
    if not profile.max_minutes:
        return ""
    modes = ", ".join(_word(TravelMode(mode)) for mode in profile.travel_modes)
    return _("hoogstens %(minutes)s minuten: %(modes)s", minutes=profile.max_minutes, modes=modes)


def _age(student):
    years = student.age_on(student.profile.starts_on or clock.today())
    if years is None:
        return ""
    if years < 16:
        return _("nog geen 16: zoek zelf een plek, samen met de ouders")
    return _("nog geen 18: de regels voor jonge werknemers gelden") if years < 18 else _("18 of ouder")


def _word(member):
    return str(labels.label(member)) if member is not None else ""


def day_of(day):
    """A day in full: "3 februari 2027"; nothing for none."""
    return format_date(day, "d MMMM y") if day else ""
