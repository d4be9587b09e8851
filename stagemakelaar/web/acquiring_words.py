"""A wanted seat in words, the filters over them, and what its place form starts with."""

from collections import Counter

from flask_babel import format_date
from flask_babel import gettext as _

from stagemakelaar.labels import label
from stagemakelaar.rounds.nearby import Why


def in_words(wanted, courses, towns):
    """What a wanted seat is, in words: course, period, region."""
    course = courses.get(wanted.code)
    name = course.name if course else wanted.code
    niveau = course.niveau if course else "?"
    return {
        "course": _("%(name)s, niveau %(niveau)s, %(leerweg)s", name=name, niveau=niveau, leerweg=wanted.leerweg.value),
        "period": _(
            "%(first)s tot en met %(last)s",
            first=format_date(wanted.starts_on, "MMM y"),
            last=format_date(wanted.ends_on, "MMM y"),
        ),
        "region": region_in_words(wanted.region, towns),
    }


def region_in_words(region, towns):
    """Two digits of postcodes with the town that most companies there are in."""
    codes = f"{region}00–{region}99"
    if region in towns:
        return _("%(town)s en omgeving (%(codes)s)", town=towns[region], codes=codes)
    return _("postcode %(codes)s", codes=codes)


def filters_of(wanted, args, courses, towns):
    """The filters of the address over the wanted seats: (filters for the page, the seats that are left).

    Each filter offers what exists under the others, with how often.
    """
    values = {
        "opleiding": lambda one: one.code,
        "regio": lambda one: str(one.region),
        "vanaf": lambda one: f"{one.starts_on:%Y-%m}",
    }
    chosen = {name: args.get(name) for name, of in values.items() if args.get(name) in set(map(of, wanted))}

    def left(but=None):
        return [one for one in wanted if all(values[name](one) == text for name, text in chosen.items() if name != but)]

    def options(name, words):
        counted = Counter(values[name](one) for one in left(but=name))
        return sorted(((text, words(text), number) for text, number in counted.items()), key=lambda row: row[1])

    def course(code):
        return f"{courses[code].name} ({code})" if code in courses else code

    months = {f"{one.starts_on:%Y-%m}": one.starts_on for one in wanted}
    filters = [
        {
            "name": "opleiding",
            "label": _("Opleiding"),
            "chosen": chosen.get("opleiding"),
            "options": options("opleiding", course),
        },
        {
            "name": "regio",
            "label": _("Regio"),
            "chosen": chosen.get("regio"),
            "options": options("regio", lambda text: region_in_words(int(text), towns)),
        },
        {
            "name": "vanaf",
            "label": _("Begint in"),
            "chosen": chosen.get("vanaf"),
            "options": [
                (text, format_date(months[text], "MMMM y"), number)
                for text, _words, number in options("vanaf", lambda text: text)
            ],
        },
    ]
    return filters, left()


def answered(near):
    """Why a company is on the list, in words, with the day of what it answered."""
    if near.why in {Why.MAYBE, Why.NO}:
        return _("%(why)s, op %(day)s", why=label(near.why), day=format_date(near.answered_on, "d MMM y"))
    return str(label(near.why))


def prefill_of(wanted):
    """What the form of a new place starts with, as it stands in the address."""
    return {
        "opleiding": wanted.code,
        "leerweg": wanted.leerweg.value,
        "vanaf": wanted.starts_on.isoformat(),
        "tot": wanted.ends_on.isoformat(),
    }
