"""A place as a broker weighs it beside a student: what it offers, and how that meets what the student asks."""

from collections import Counter

from flask_babel import format_date
from flask_babel import gettext as _

from stagemakelaar import labels
from stagemakelaar.reference.queries import codes_counting_for
from stagemakelaar.reference.vocabulary import Feature, KindOfWork


def names_apart(places):
    """The name of each place, by its id: "De Linde, helpende"; with its number where two would read the same."""
    names = {place.id: f"{place.organisation.name}, {place.title}" for place in places}
    twice = {name for name, count in Counter(names.values()).items() if count > 1}
    return {
        key: _("%(place)s (plek %(number)s)", place=name, number=key) if name in twice else name
        for key, name in names.items()
    }


def terms_of(session, student, place):
    """Rows of {key, value} about a place, with the recognition that counts for this student."""
    return [{"key": key, "value": value} for key, value in _terms(session, student, place)]


def _terms(session, student, place):
    organisation = place.organisation
    yield _("Bedrijf"), ", ".join(part for part in (organisation.name, organisation.city) if part)
    yield _("Periode"), _period(place)
    yield _("Dagen samen"), labels.weekdays(place.weekdays & student.profile.weekdays) or _("geen")
    yield _("Werkdag"), _("%(hours)s uur", hours=place.hours_per_day)
    if student.profile.hours_required:
        yield _("Uren in de stageperiode"), _hours(student.profile, place)
    yield _("Avond of nacht"), str(labels.label(place.late_hours))
    yield _("Plekken"), _("%(free)s van %(seats)s vrij", free=place.free, seats=place.seats)
    yield _("Erkenning"), _recognition(session, student, place)
    yield _("Werk"), place.tasks or _("niet beschreven")
    yield _("Soort werk"), [str(labels.label(KindOfWork(kind))) for kind in place.kinds] or _("niet ingevuld")
    yield _("Wat er is"), [str(labels.label(Feature(feature))) for feature in place.features] or _("niets genoemd")
    yield _("VOG nodig"), _("ja") if place.needs_vog else _("nee")
    if place.needs_register:
        yield _("Personenregister Kinderopvang"), _("nodig")
    risks = place.special_risks
    yield _("Gevaarlijk werk"), str(labels.label(risks)) if risks else _("niet bekend")
    yield _("Vergoeding"), _allowance(place)
    yield _("Begeleider"), place.trainer_name or _("nog niet bekend")


def _hours(profile, place):
    needed = profile.hours_required
    if not (profile.starts_on and profile.ends_on and profile.days_per_week):
        return _("niet te zeggen: het profiel is niet compleet")
    there = ((profile.ends_on - profile.starts_on).days + 1) * profile.days_per_week * place.hours_per_day // 7
    return _("%(there)s, en nodig zijn er %(needed)s", there=there, needed=needed)


def _period(place):
    first = _day(place.starts_on)
    return _("%(first)s tot en met %(last)s", first=first, last=_day(place.ends_on)) if place.ends_on else first


def _recognition(session, student, place):
    """Until when the recognition holds that counts for the student's qualification."""
    profile = student.profile
    if not profile.code or not profile.starts_on:
        return _("niet te zeggen: het profiel is niet compleet")
    counting = codes_counting_for(session, profile.code, profile.starts_on)
    own = [one for one in place.organisation.recognitions if one.code in counting and one.is_checked]
    if not own:
        return _("geen gecontroleerde erkenning")
    ends = [one.withdrawn_on or one.valid_until for one in own]
    if None in ends:
        return _("gecontroleerd, zonder einddatum")
    return _("gecontroleerd, tot en met %(day)s", day=_day(max(ends)))


def _allowance(place):
    if place.allowance_cents:
        return _("%(amount)s per maand", amount=labels.euros(place.allowance_cents))
    known = []
    if place.allowance_cents == 0:
        known.append(_("geen geld per maand"))
    if place.pays_travel:
        known.append(_("reiskosten"))
    return ", ".join(known) or _("niet bekend")


def _day(day):
    return format_date(day, "d MMMM y") if day else ""
